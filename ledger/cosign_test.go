// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ricongiungi/ledger"
)

func newCosigner(t *testing.T, name string) *ledger.Cosigner {
	t.Helper()
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	c, err := ledger.LoadOrCreateCosigner(filepath.Join(t.TempDir(), "key"), name, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAWitnesssSignatureStandsBesideTheLogs(t *testing.T) {
	t.Parallel()
	signer, verifier := newSigner(t)
	witness := newCosigner(t, "witness.example")
	key, err := ledger.NewCosignatureVerifier(witness.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	text, err := witness.Cosign(sign(t, signer, history(5, 2)), verifier)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open(text, note.VerifierList(verifier, key))
	if err != nil || len(opened.Sigs) != 2 {
		t.Fatalf("%d signatures verify, %v", len(opened.Sigs), err)
	}
	if c, err := ledger.OpenCheckpoint(text, verifier); err != nil || c.Size != 5 {
		t.Fatalf("who knows the log only reads %+v, %v", c, err)
	}
	if _, err := ledger.OpenCheckpoint(text, key); err == nil {
		t.Error("the witness's signature alone was enough")
	}
}

func TestACosignatureOfAnotherCheckpointIsRefused(t *testing.T) {
	t.Parallel()
	signer, verifier := newSigner(t)
	witness := newCosigner(t, "witness.example")
	key, err := ledger.NewCosignatureVerifier(witness.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	text, err := witness.Cosign(sign(t, signer, history(5, 2)), verifier)
	if err != nil {
		t.Fatal(err)
	}
	moved := string(sign(t, signer, history(6, 2))) + lastLine(string(text))
	if opened, err := note.Open([]byte(moved), note.VerifierList(verifier, key)); err == nil {
		t.Errorf("moved to another checkpoint it verifies: %+v", opened.Sigs)
	}
	if _, err := witness.Cosign([]byte("no checkpoint\n"), verifier); err == nil {
		t.Error("a witness signed what the log had not")
	}
	for _, bad := range []string{"", "a+b+c", strings.Replace(witness.VerifierKey(), "+0", "+1", 1) + "A", signer.VerifierKey()} {
		if _, err := ledger.NewCosignatureVerifier(bad); err == nil {
			t.Errorf("%q was read as a witness's key", bad)
		}
	}
}

// lastLine is the last line of a signed text.
func lastLine(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	return lines[len(lines)-1] + "\n"
}

func TestASignedTextIsNeverACheckpoint(t *testing.T) {
	t.Parallel()
	signer, verifier := newSigner(t)
	signed, err := signer.SignText("ricongiungi receipt v1\nnumber 7\n")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := ledger.OpenText(signed, verifier); err != nil || !strings.Contains(text, "number 7") {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := ledger.OpenCheckpoint(signed, verifier); err == nil {
		t.Error("a receipt was read as a checkpoint")
	}
	body, _, _ := strings.Cut(string(sign(t, signer, history(3, 1))), "\n\n")
	if _, err := signer.SignText(body + "\n"); err == nil {
		t.Error("a checkpoint was signed as a plain text")
	}
}
