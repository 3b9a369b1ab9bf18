// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
)

// row is an event as the store keeps it.
type row struct {
	leaf ledger.Leaf
	hash []byte
}

// history returns a log of n events that belong to the given number of cases
// in turn, every one with sealed data of one person.
func history(n, cases int) []row {
	start := time.Date(2026, 9, 7, 8, 30, 0, 123456000, time.UTC)
	rows := make([]row, 0, n)
	for i := range n {
		prev := ledger.FirstPrevHash()
		if i >= cases {
			prev = rows[i-cases].hash
		}
		leaf := ledger.Leaf{
			Position: int64(i), CaseID: fmt.Sprintf("case-%d", i%cases), Version: int64(i/cases + 1),
			EventID: fmt.Sprintf("event-%d", i), CommandID: fmt.Sprintf("command-%d", i),
			Type: "VisaGranted", SchemaVersion: 1,
			OccurredAt: start.Add(time.Duration(i-5) * time.Minute), RecordedAt: start.Add(time.Duration(i) * time.Minute),
			Actor: []byte(`{"kind":"counsellor","id":"c-7"}`), Data: fmt.Appendf(nil, `{"member":"m-%d","office":"Tunis"}`, i),
			Sealed:   []ledger.SealedDigest{{PersonID: "person-1", KeyID: "key-1", Commitment: digest("commitment"), CiphertextSHA256: digest(fmt.Sprint(i))}},
			PrevHash: prev,
		}
		rows = append(rows, seal(leaf))
	}
	return rows
}

// seal stores a leaf with its hash, as honest and dishonest operators can.
func seal(leaf ledger.Leaf) row {
	hash := leaf.Hash()
	return row{leaf, hash[:]}
}

func digest(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

func hashes(rows []row) []tlog.Hash {
	out := make([]tlog.Hash, len(rows))
	for i, r := range rows {
		out[i] = tlog.Hash(r.hash)
	}
	return out
}

// checkpoint returns what an honest log would have signed over the rows.
func checkpoint(rows []row) ledger.Checkpoint {
	tree, _ := ledger.Frontier{}.Append(hashes(rows)...)
	return ledger.Checkpoint{Origin: origin, Size: tree.Size(), Root: tree.Root()}
}

func verify(rows []row, checkpoints ...ledger.Checkpoint) error {
	v := ledger.NewVerifier(checkpoints...)
	for _, r := range rows {
		if err := v.Add(r.leaf, r.hash); err != nil {
			return err
		}
	}
	_, _, err := v.Finish()
	return err
}

// stored reads the tree nodes that appending the rows makes.
func stored(rows []row) tlog.HashReader {
	_, nodes := ledger.Frontier{}.Append(hashes(rows)...)
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			out[i] = nodes[index].Hash
		}
		return out, nil
	})
}

// origin names the log of the tests.
const origin = "example.org/ricongiungi/test"

func newSigner(t testing.TB) (*ledger.Signer, note.Verifier) {
	t.Helper()
	signer, err := ledger.LoadOrCreateSigner(t.TempDir()+"/signer", origin)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

func sign(t testing.TB, signer *ledger.Signer, rows []row) []byte {
	t.Helper()
	c := checkpoint(rows)
	text, err := signer.Sign(c.Size, c.Root, c.Access)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
