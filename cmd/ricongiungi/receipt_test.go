// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ricongiungi/handoff"
	"ricongiungi/ledger"
)

// kept writes receipts for the messages of the template beside it, as an import
// of it would, and gives both files and the key of the log.
func kept(t *testing.T, change func(r []handoff.Receipt) []handoff.Receipt) (receipts, messages, key string) {
	t.Helper()
	dir := t.TempDir()
	signer, err := ledger.LoadOrCreateSigner(filepath.Join(dir, "log.key"), "prefettura.test/log")
	must(t, err)
	messages = filepath.Join(dir, "handoffs.csv")
	var template bytes.Buffer
	must(t, handoff.Template(&template, handoff.CSV))
	must(t, os.WriteFile(messages, template.Bytes(), 0o600))
	rows, err := readRows(messages)
	must(t, err)
	var all []handoff.Receipt
	previous := ""
	for i, row := range rows {
		m := row.Message
		s := handoff.Statement{Log: signer.Origin(), Number: int64(i + 1), HandoffID: m.MessageID, Sender: m.Sender, MessageID: m.MessageID, Sequence: m.Sequence,
			Kind: m.Kind, Digest: handoff.Digest(m), ReceivedAt: time.Date(2026, 3, 2, 11, i, 0, 0, time.UTC), Previous: previous, LogSize: int64(i), LogRoot: "AAAA"}
		signed, err := signer.SignText(s.Text())
		must(t, err)
		r := s.Receipt()
		r.Signed, r.Status, previous = string(signed), handoff.Applied, handoff.Fingerprint(signed)
		all = append(all, r)
	}
	sent := &sending{receipts: map[int]handoff.Receipt{}}
	for i, r := range change(all) {
		sent.receipts[i+2] = r
	}
	cmd := root()
	cmd.SetErr(&bytes.Buffer{})
	must(t, sent.keepReceipts(cmd, messages))
	return filepath.Join(dir, "handoffs.receipts.ndjson"), messages, signer.VerifierKey()
}

// ran runs the program in this process.
func ran(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

func TestTheSenderVerifiesItsReceiptsOffline(t *testing.T) {
	receipts, messages, key := kept(t, func(r []handoff.Receipt) []handoff.Receipt { return r })
	out, err := ran(t, "handoff", "receipt", "--verify", receipts, "--key", key, "--messages", messages)
	must(t, err)
	if !strings.Contains(out, "are signed by prefettura.test/log, and none is missing between them.") || !strings.Contains(out, "receipt 1 of sui-mi: message 1") {
		t.Errorf("said %s", out)
	}
}

func TestWhatIsWrongWithReceiptsDecidesTheExitStatus(t *testing.T) {
	for name, c := range map[string]struct {
		change func(r []handoff.Receipt) []handoff.Receipt
		status int
		says   string
	}{
		"one left out": {func(r []handoff.Receipt) []handoff.Receipt { return append(r[:1], r[2:]...) }, exitRefused, "receipts 2 to 2 of sui-mi are not in the file"},
		"one changed": {func(r []handoff.Receipt) []handoff.Receipt {
			r[1].Signed = strings.Replace(r[1].Signed, "receipt 2", "receipt 9", 1)
			return r
		}, exitAltered, "receipt 2 of the file is not signed by the key of the log"},
		"another digest beside": {func(r []handoff.Receipt) []handoff.Receipt { r[0].Digest = r[1].Digest; return r }, exitAltered, "does not say what is written beside it"},
	} {
		receipts, _, key := kept(t, c.change)
		out, err := ran(t, "handoff", "receipt", "--verify", receipts, "--key", key)
		if err == nil || status(err) != c.status || !strings.Contains(out, c.says) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestReceiptsOfAnotherLogAreNone(t *testing.T) {
	receipts, _, _ := kept(t, func(r []handoff.Receipt) []handoff.Receipt { return r })
	_, _, other := kept(t, func(r []handoff.Receipt) []handoff.Receipt { return r })
	_, err := ran(t, "handoff", "receipt", "--verify", receipts, "--key", other)
	var a altered
	if !errors.As(err, &a) {
		t.Errorf("ended with %v", err)
	}
}
