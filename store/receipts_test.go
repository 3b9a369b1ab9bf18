// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"testing"

	"golang.org/x/mod/sumdb/note"

	"ricongiungi/handoff"
	"ricongiungi/ledger"
	"ricongiungi/rules"
)

// examined checks receipts as the sender does, with nothing but the log's key.
func (b *bundle) examined(receipts ...handoff.Receipt) handoff.Examination {
	b.t.Helper()
	key, err := note.NewVerifier(b.signer.VerifierKey())
	must(b.t, err)
	return handoff.Examine(receipts, nil, func(signed []byte) (string, error) { return ledger.OpenText(signed, key) })
}

func TestReceiptsAreNumberedSignedAndNameTheHeadOfTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	file := "P-MI/F/N/2026/000001"
	first := b.accept(b.decision(file))
	second := b.accept(b.followUp(file, handoff.Revocation, rules.On(2026, 2, 25)), b.decision("P-MI/F/N/2026/000002"))
	e := b.examined(append(first, second...)...)
	if len(e.Faults)+len(e.Missing) != 0 || len(e.Statements) != 3 {
		t.Fatalf("%+v", e)
	}
	for i, s := range e.Statements {
		if s.Number != int64(i+1) || s.SignedBy != "" || s.Log != "ricongiungi.test/log" {
			t.Errorf("receipt %d: %+v", i+1, s)
		}
	}
	head, err := b.Checkpoint(t.Context())
	must(t, err)
	key, err := note.NewVerifier(b.signer.VerifierKey())
	must(t, err)
	now, err := ledger.OpenCheckpoint(head, key)
	must(t, err)
	if e.Statements[0].LogSize != 0 || e.Statements[1].LogSize == 0 || e.Statements[2].LogSize != e.Statements[1].LogSize || now.Size <= e.Statements[2].LogSize {
		t.Errorf("heads of the log: %d, %d, %d, now %d", e.Statements[0].LogSize, e.Statements[1].LogSize, e.Statements[2].LogSize, now.Size)
	}
}

func TestADuplicateGetsItsReceiptAndUsesUpNoNumber(t *testing.T) {
	t.Parallel()
	b := setup(t)
	message := b.decision("P-MI/F/N/2026/000001")
	first := b.accept(message)[0]
	again := b.accept(message, b.decision("P-MI/F/N/2026/000002"))
	if again[0].Signed != first.Signed || first.Signed == "" || again[1].Number != 2 {
		t.Errorf("first %d, again %d and %d", first.Number, again[0].Number, again[1].Number)
	}
}

func TestARefusedMessageGetsNoReceiptAndLeavesNoGap(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.decision("P-MI/F/N/2026/000001")
	b.accept(first)
	taken := b.decision("P-MI/F/N/2026/000002")
	taken.Sequence = first.Sequence
	answers := b.acceptOnly(taken)
	if answers[0].Err == nil || answers[0].Receipt.Signed != "" {
		t.Fatalf("%+v", answers[0])
	}
	if r := b.accept(b.decision("P-MI/F/N/2026/000003"))[0]; r.Number != 2 {
		t.Errorf("the next receipt has number %d", r.Number)
	}
}

func TestWhatTheSenderSignedLiesBesideOurReceipt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	message := received(b.decision("P-MI/F/N/2026/000001"))
	message[0].Signature = "header.claims.signature"
	answers, err := b.AcceptHandoffs(t.Context(), message)
	must(t, err)
	s := b.examined(answers[0].Receipt).Statements[0]
	if s.SignedBy != handoff.Fingerprint([]byte("header.claims.signature")) {
		t.Errorf("%+v", s)
	}
	if kept := query[string](b, `SELECT sender_signature FROM handoffs`); kept != "header.claims.signature" {
		t.Errorf("kept is %q", kept)
	}
}

func TestAnotherLogsReceiptIsNone(t *testing.T) {
	t.Parallel()
	ours, others := setup(t), setup(t)
	receipt := others.accept(others.decision("P-MI/F/N/2026/000001"))[0]
	if e := ours.examined(receipt); len(e.Faults) != 1 {
		t.Errorf("%+v", e)
	}
}
