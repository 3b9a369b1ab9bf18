// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"ricongiungi/internal/keyfile"
	"ricongiungi/ledger"
)

func TestACheckpointIsReadBackAsSigned(t *testing.T) {
	t.Parallel()
	signer, verifier := newSigner(t)
	rows := history(5, 2)
	text := sign(t, signer, rows)
	want := checkpoint(rows)
	if !strings.HasPrefix(string(text), origin+"\n5\n"+want.Root.String()+"\n\n— "+origin+" ") {
		t.Errorf("not a C2SP checkpoint:\n%s", text)
	}
	got, err := ledger.OpenCheckpoint(text, verifier)
	if err != nil || got != want {
		t.Fatalf("%+v, %v; want %+v", got, err, want)
	}
}

func TestACheckpointThatTheLogDidNotSignIsRefused(t *testing.T) {
	t.Parallel()
	signer, verifier := newSigner(t)
	stranger, strangerVerifier := newSigner(t)
	text := sign(t, signer, history(5, 2))
	if _, err := ledger.OpenCheckpoint(bytes.Replace(text, []byte("\n5\n"), []byte("\n6\n"), 1), verifier); err == nil {
		t.Error("a changed size was accepted")
	}
	if _, err := ledger.OpenCheckpoint(sign(t, stranger, history(5, 2)), verifier); err == nil {
		t.Error("the signature of a stranger of the same name was accepted")
	}
	if _, err := ledger.OpenCheckpoint(text, strangerVerifier); err == nil {
		t.Error("a checkpoint was accepted without the log's key")
	}
}

func TestAMalformedCheckpointIsRefusedEvenIfSigned(t *testing.T) {
	t.Parallel()
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, _ := note.NewSigner(skey)
	verifier, _ := note.NewVerifier(vkey)
	root := checkpoint(history(1, 1)).Root.String()
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"plain":                {origin + "\n1\n" + root + "\n", true},
		"extension line":       {origin + "\n1\n" + root + "\nmore\n", true},
		"size with a plus":     {origin + "\n+1\n" + root + "\n", false},
		"size with a zero":     {origin + "\n01\n" + root + "\n", false},
		"negative size":        {origin + "\n-1\n" + root + "\n", false},
		"short root":           {origin + "\n1\n" + root[4:] + "\n", false},
		"root of no events":    {origin + "\n0\n" + root + "\n", false},
		"no root":              {origin + "\n1\n", false},
		"no origin":            {"\n1\n" + root + "\n", false},
		"origin not who signs": {"example.org/other\n1\n" + root + "\n", false},
	} {
		text, err := note.Sign(&note.Note{Text: c.text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.OpenCheckpoint(text, verifier); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSigningKeyIsMadeOnceForOneLogAndKeptPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "signer")
	first, err := ledger.LoadOrCreateSigner(path, origin)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ledger.LoadOrCreateSigner(path, origin)
	if err != nil || again.VerifierKey() != first.VerifierKey() {
		t.Fatalf("second start has another key: %v", err)
	}
	if _, err := ledger.LoadOrCreateSigner(path, "example.org/other"); err == nil {
		t.Error("the key was taken for another log")
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.LoadOrCreateSigner(path, origin); !errors.Is(err, keyfile.ErrExposed) {
		t.Errorf("a key open to others: %v, want ErrExposed", err)
	}
}

func TestProofsHoldForTheirEventAndTreeOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "events")
		position := rapid.Int64Range(0, int64(n)-1).Draw(t, "position")
		rows := history(n, 3)
		reader, whole := stored(rows), checkpoint(rows)
		proof, err := ledger.ProveInclusion(reader, whole.Size, position)
		if err != nil {
			t.Fatal(err)
		}
		if err := ledger.CheckInclusion(proof, whole, position, tlog.Hash(rows[position].hash)); err != nil {
			t.Fatal(err)
		}
		other := (position + 1) % int64(n)
		if ledger.CheckInclusion(proof, whole, position, tlog.Hash(rows[other].hash)) == nil {
			t.Fatal("another event was proved")
		}
		checkConsistency(t, rows, int(position))
	})
}

// checkConsistency proves that the rows continue the first old of them.
func checkConsistency(t *rapid.T, rows []row, old int) {
	older, newer := checkpoint(rows[:old]), checkpoint(rows)
	proof, err := ledger.ProveConsistency(stored(rows), older.Size, newer.Size)
	if err != nil {
		t.Fatal(err)
	}
	if err := ledger.CheckConsistency(proof, older, newer); err != nil {
		t.Fatal(err)
	}
	older.Root[0] ^= 1
	if old > 0 && ledger.CheckConsistency(proof, older, newer) == nil {
		t.Fatal("another older log was proved")
	}
}

func TestAProofThatCannotBeIsAnErrorWithNumbers(t *testing.T) {
	t.Parallel()
	reader := stored(history(3, 1))
	_, err := ledger.ProveInclusion(reader, 3, 3)
	if err == nil || !strings.Contains(err.Error(), "event 3 is among the first 3") {
		t.Errorf("inclusion: %v", err)
	}
	_, err = ledger.ProveConsistency(reader, 4, 3)
	if err == nil || !strings.Contains(err.Error(), "3 events continue the first 4") {
		t.Errorf("consistency: %v", err)
	}
}
