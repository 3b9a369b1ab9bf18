// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// issued are receipts of one sender as the receiving side numbers and signs
// them; the signature of this test is a last line.
func issued(n int) []Receipt {
	var receipts []Receipt
	previous := ""
	for i := range n {
		m := Message{Schema: "handoff.v1", Sender: "sui-mi", MessageID: "00000000-0000-4000-8000-00000000000" + string(rune('1'+i)), Sequence: int64(i + 1), Kind: Revocation}
		s := Statement{Log: "test/log", Number: int64(i + 1), HandoffID: "h" + m.MessageID, Sender: m.Sender, MessageID: m.MessageID, Sequence: m.Sequence, Kind: m.Kind,
			Digest: Digest(m), ReceivedAt: time.Date(2026, 3, 2, 11, i, 0, 1000, time.UTC), Previous: previous, LogSize: int64(10 + i), LogRoot: "AAAA"}
		r := s.Receipt()
		r.Signed, r.Status = s.Text()+"signed\n", Applied
		previous = Fingerprint([]byte(r.Signed))
		receipts = append(receipts, r)
	}
	return receipts
}

func opened(signed []byte) (string, error) {
	text, good := strings.CutSuffix(string(signed), "signed\n")
	if !good {
		return "", errors.New("not signed")
	}
	return text, nil
}

func TestAStatementReadsAsItWasWrittenAndNoOtherWay(t *testing.T) {
	for _, s := range []Statement{{Log: "a/log", Number: 1, Sender: "nonesuch", ReceivedAt: time.Unix(0, 0).UTC(), LogRoot: "r"}, {Log: "b", Number: 2, Previous: "p", SignedBy: "q", ReceivedAt: time.Unix(1, 1000).UTC()}} {
		again, err := ParseStatement(s.Text())
		if err != nil || again != s {
			t.Errorf("%+v reads as %+v: %v", s, again, err)
		}
	}
	text := issued(1)[0].Signed
	for name, changed := range map[string]string{
		"a checkpoint": "test/log\n7\nAAAA\n", "another order": strings.Replace(text, "receipt 1\n", "", 1) + "receipt 1\n", "a further line": text + "more\n",
		"a number with a plus": strings.Replace(text, "receipt 1", "receipt +1", 1), "nothing": "",
	} {
		if _, err := ParseStatement(changed); err == nil {
			t.Errorf("%s was read as a receipt", name)
		}
	}
}

func TestSoundReceiptsHaveNoFaultInAnyOrder(t *testing.T) {
	receipts := issued(3)
	e := Examine([]Receipt{receipts[2], receipts[0], receipts[1], receipts[1]}, nil, opened)
	if len(e.Faults)+len(e.Missing) != 0 || len(e.Statements) != 4 {
		t.Errorf("%+v", e)
	}
}

func TestWhatIsWrongWithReceiptsIsSaid(t *testing.T) {
	for want, change := range map[string]func(r []Receipt) []Receipt{
		"receipt 2 of the file is not signed":   func(r []Receipt) []Receipt { r[1].Signed += "x"; return r },
		"receipt 2 of sui-mi does not say what": func(r []Receipt) []Receipt { r[1].Digest = "another"; return r },
		"receipt 3 of sui-mi does not follow": func(r []Receipt) []Receipt {
			r[2].Signed = strings.Replace(r[2].Signed, "previous ", "previous 0", 1)
			return r
		},
		"two different receipts 2 of sui-mi": func(r []Receipt) []Receipt {
			f := r[1]
			f.HandoffID = ""
			f.Signed = strings.Replace(f.Signed, "log 11", "log 12", 1)
			return append(r, f)
		},
		"the log was shorter at receipt 2": func(r []Receipt) []Receipt {
			r[1].HandoffID = ""
			r[1].Signed = strings.Replace(r[1].Signed, "log 11", "log 9", 1)
			return r[:2]
		},
		"is signed by the log and is no receipt": func(r []Receipt) []Receipt { r[1].Signed = "test/log\n7\nAAAA\nsigned\n"; return r },
	} {
		e := Examine(change(issued(3)), nil, opened)
		if !strings.Contains(strings.Join(e.Faults, "\n"), want) {
			t.Errorf("want %q, got %q", want, e.Faults)
		}
	}
}

func TestAMissingReceiptIsNamed(t *testing.T) {
	receipts := issued(5)
	e := Examine([]Receipt{receipts[0], receipts[4]}, nil, opened)
	if len(e.Missing) != 1 || e.Missing[0].From != 2 || e.Missing[0].To != 4 || len(e.Faults) != 0 {
		t.Errorf("%+v", e)
	}
}

func TestAReceiptIsHeldAgainstTheMessageThatWasSent(t *testing.T) {
	receipts := issued(1)
	m := Message{Schema: "handoff.v1", Sender: "sui-mi", MessageID: receipts[0].MessageID, Sequence: 1, Kind: Revocation}
	if e := Examine(receipts, map[string]Message{m.MessageID: m}, opened); len(e.Faults) != 0 {
		t.Errorf("the same message: %q", e.Faults)
	}
	m.SUIFile = "P-MI/F/N/2026/000009"
	if e := Examine(receipts, map[string]Message{m.MessageID: m}, opened); len(e.Faults) != 1 || !strings.Contains(e.Faults[0], "another content") {
		t.Errorf("another message: %q", e.Faults)
	}
}

func TestReceiptsAreReadFromLinesOrFromOneText(t *testing.T) {
	receipts := issued(2)
	var lines strings.Builder
	for _, r := range receipts {
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(raw, '\n'))
	}
	read, err := ReadReceipts(strings.NewReader(lines.String()))
	if err != nil || len(read) != 2 || len(Examine(read, nil, opened).Faults) != 0 {
		t.Errorf("%+v %v", read, err)
	}
	read, err = ReadReceipts(strings.NewReader(receipts[0].Signed))
	if err != nil || len(read) != 1 || len(Examine(read, nil, opened).Faults) != 0 {
		t.Errorf("%+v %v", read, err)
	}
	if _, err := ReadReceipts(strings.NewReader(`{"handoff_id": 7}`)); err == nil {
		t.Error("a broken file was read")
	}
}
