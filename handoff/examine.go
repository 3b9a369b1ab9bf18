// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Examination is what somebody who holds receipts can say of them without
// asking anybody.
type Examination struct {
	Statements []Statement // in the order of senders and numbers
	Faults     []string    // what is not as it was signed, in English
	Missing    []Gap       // numbers of receipts between others that are not there
}

// ReadReceipts reads receipts as the import keeps them, one on each line, or one
// signed receipt as text.
func ReadReceipts(file io.Reader) ([]Receipt, error) {
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("handoff: receipts: %w", err)
	}
	if !bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		return []Receipt{{Signed: string(content)}}, nil
	}
	var receipts []Receipt
	decoder := json.NewDecoder(bufio.NewReader(bytes.NewReader(content)))
	for decoder.More() {
		var r Receipt
		if err := decoder.Decode(&r); err != nil {
			return nil, fmt.Errorf("handoff: receipt %d of the file: %w", len(receipts)+1, err)
		}
		receipts = append(receipts, r)
	}
	return receipts, nil
}

// Examine checks receipts: each is signed, says what is written beside it, and
// names the one before. The key is that of the log: open gives the text of what
// it signed. Messages, by their id, are what the sender has kept of what it sent;
// those that are not there are not compared.
func Examine(receipts []Receipt, messages map[string]Message, open func(signed []byte) (string, error)) Examination {
	var e Examination
	prints := map[int]string{}
	for i, r := range receipts {
		text, err := open([]byte(r.Signed))
		if err != nil {
			e.complain("receipt %d of the file is not signed by the key of the log", i+1)
			continue
		}
		s, err := ParseStatement(text)
		if err != nil {
			e.complain("receipt %d of the file is signed by the log and is no receipt of a hand-off", i+1)
			continue
		}
		if r.HandoffID != "" && !s.matches(r) {
			e.complain("receipt %d of %s does not say what is written beside it", s.Number, s.Sender)
		}
		if m, kept := messages[s.MessageID]; kept && Digest(m) != s.Digest {
			e.complain("receipt %d of %s is for another content than that of message %s in the file", s.Number, s.Sender, s.MessageID)
		}
		prints[len(e.Statements)] = Fingerprint([]byte(r.Signed))
		e.Statements = append(e.Statements, s)
	}
	e.inOrder(prints)
	return e
}

func (e *Examination) complain(format string, args ...any) {
	e.Faults = append(e.Faults, fmt.Sprintf(format, args...))
}

func (s Statement) matches(r Receipt) bool {
	r.Status, r.CaseID, r.Problem, r.Signed = "", "", nil, ""
	said := s.Receipt()
	said.SettledAt = r.SettledAt
	same := r.ReceivedAt.Equal(said.ReceivedAt)
	r.ReceivedAt = said.ReceivedAt
	return same && r == said
}

// inOrder compares each receipt with the one before it, by sender.
func (e *Examination) inOrder(prints map[int]string) {
	order := make([]int, len(e.Statements))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := e.Statements[a], e.Statements[b]
		return cmp.Or(cmp.Compare(x.Sender, y.Sender), cmp.Compare(x.Number, y.Number))
	})
	sorted := make([]Statement, len(order))
	for i, at := range order {
		sorted[i] = e.Statements[at]
		if i > 0 {
			e.follows(sorted[i-1], sorted[i], prints[order[i-1]], prints[at])
		}
	}
	e.Statements = sorted
}

func (e *Examination) follows(before, s Statement, printBefore, print string) {
	switch {
	case before.Sender != s.Sender:
	case before.Number == s.Number && printBefore != print:
		e.complain("there are two different receipts %d of %s", s.Number, s.Sender)
	case before.Number == s.Number:
	case before.Number+1 == s.Number && s.Previous != printBefore:
		e.complain("receipt %d of %s does not follow receipt %d", s.Number, s.Sender, before.Number)
	case before.Number+1 == s.Number && s.LogSize < before.LogSize:
		e.complain("the log was shorter at receipt %d of %s than at receipt %d", s.Number, s.Sender, before.Number)
	case before.Number+1 < s.Number:
		e.Missing = append(e.Missing, Gap{Sender: s.Sender, From: before.Number + 1, To: s.Number - 1, Since: s.ReceivedAt})
	}
}
