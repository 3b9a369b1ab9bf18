// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"errors"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
)

// shown is a witness that has accepted the first five of the rows.
func shown(t *testing.T, path string, signer *ledger.Signer, verifier note.Verifier, rows []row) *ledger.Witness {
	t.Helper()
	w, err := ledger.NewWitness(path, verifier)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Update(sign(t, signer, rows[:5]), nil); err != nil {
		t.Fatal(err)
	}
	return w
}

func prove(t *testing.T, rows []row, old int64) tlog.TreeProof {
	t.Helper()
	proof, err := ledger.ProveConsistency(stored(rows), old, int64(len(rows)))
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

func TestAWitnessFollowsALogThatOnlyGrowsAndRemembersIt(t *testing.T) {
	t.Parallel()
	signer, verifier := newSigner(t)
	path := filepath.Join(t.TempDir(), "witness")
	rows := history(12, 3)
	w := shown(t, path, signer, verifier, rows)
	for _, n := range []int{5, 8, 12} {
		if err := w.Update(sign(t, signer, rows[:n]), prove(t, rows[:n], w.Seen().Size)); err != nil {
			t.Fatalf("%d events: %v", n, err)
		}
	}
	again, err := ledger.NewWitness(path, verifier)
	if err != nil || again.Seen() != checkpoint(rows) {
		t.Fatalf("after a restart it has seen %+v, %v", again.Seen(), err)
	}
}

func TestAWitnessRefusesRewoundAndForkedLogs(t *testing.T) {
	t.Parallel()
	signer, verifier := newSigner(t)
	honest, forked := history(12, 3), history(12, 3)
	forked[touched].leaf.Data = []byte(`{"office":"Cairo"}`)
	forked[touched] = seal(forked[touched].leaf)
	stranger, _ := newSigner(t)
	for _, c := range []struct {
		name  string
		text  []byte
		proof tlog.TreeProof
		want  error
	}{
		{"rewound", sign(t, signer, honest[:4]), nil, ledger.ErrRewound},
		{"rewound to nothing", sign(t, signer, nil), nil, ledger.ErrRewound},
		{"forked at the same size", sign(t, signer, forked[:5]), nil, ledger.ErrForked},
		{"forked and grown", sign(t, signer, forked), prove(t, forked, 5), ledger.ErrForked},
		{"grown without proof", sign(t, signer, honest), nil, ledger.ErrForked},
		{"signed by a stranger", sign(t, stranger, honest), prove(t, honest, 5), nil},
	} {
		path := filepath.Join(t.TempDir(), "witness")
		w := shown(t, path, signer, verifier, honest)
		err := w.Update(c.text, c.proof)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		again, err := ledger.NewWitness(path, verifier)
		if err != nil || w.Seen() != checkpoint(honest[:5]) || again.Seen() != w.Seen() {
			t.Errorf("%s: the witness did not keep what it had seen: %v", c.name, err)
		}
	}
}

func TestAWitnessDoesNotTrustAnAlteredMemory(t *testing.T) {
	t.Parallel()
	signer, verifier := newSigner(t)
	path := filepath.Join(t.TempDir(), "witness")
	shown(t, path, signer, verifier, history(12, 3))
	_, strangerVerifier := newSigner(t)
	if _, err := ledger.NewWitness(path, strangerVerifier); err == nil {
		t.Error("memory signed by another key was accepted")
	}
}
