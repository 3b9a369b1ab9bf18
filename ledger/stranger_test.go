// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
)

// bare are the hashes as another library takes them.
func bare[P ~[]tlog.Hash](hashes P) [][]byte {
	var all [][]byte
	for _, hash := range hashes {
		all = append(all, hash[:])
	}
	return all
}

// Nobody should have to believe the library that made the proofs: another one, of
// other people, checks each of them.
func TestAnotherLibraryReadsEveryProofAlike(t *testing.T) {
	rows := history(23, 4)
	hasher := rfc6962.DefaultHasher
	for size := int64(1); size <= int64(len(rows)); size++ {
		head := checkpoint(rows[:size])
		for at := int64(0); at < size; at++ {
			hashes, err := ledger.ProveInclusion(stored(rows), size, at)
			if err != nil {
				t.Fatal(err)
			}
			leaf := hasher.HashLeaf(rows[at].leaf.Encode())
			if err := proof.VerifyInclusion(hasher, uint64(at), uint64(size), leaf, bare(hashes), head.Root[:]); err != nil {
				t.Errorf("event %d of %d: %v", at, size, err)
			}
			leaf[0] ^= 1
			if proof.VerifyInclusion(hasher, uint64(at), uint64(size), leaf, bare(hashes), head.Root[:]) == nil {
				t.Errorf("another event passes for %d of %d", at, size)
			}
		}
		for old := int64(1); old <= size; old++ {
			hashes, err := ledger.ProveConsistency(stored(rows), old, size)
			if err != nil {
				t.Fatal(err)
			}
			before := checkpoint(rows[:old])
			if err := proof.VerifyConsistency(hasher, uint64(old), uint64(size), bare(hashes), before.Root[:], head.Root[:]); err != nil {
				t.Errorf("from %d to %d: %v", old, size, err)
			}
		}
	}
}

// proven is the proof of one event, with the signature of a witness.
func proven(t *testing.T, rows []row, at int64) (ledger.EventProof, string, string) {
	t.Helper()
	signer, key := newSigner(t)
	hashes, err := ledger.ProveInclusion(stored(rows), int64(len(rows)), at)
	if err != nil {
		t.Fatal(err)
	}
	witness, err := ledger.LoadOrCreateCosigner(t.TempDir()+"/witness", "witness.example", func() time.Time { return time.Unix(1_790_000_000, 0) })
	if err != nil {
		t.Fatal(err)
	}
	cosigned, err := witness.Cosign(sign(t, signer, rows), key)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.EventProof{Leaf: rows[at].leaf.Encode(), Position: at, Hashes: hashes, Checkpoint: cosigned}, signer.VerifierKey(), witness.VerifierKey()
}

func TestAProofInAFileIsCheckedOfflineAndNamesItsEvent(t *testing.T) {
	rows := history(7, 2)
	p, key, witness := proven(t, rows, 4)
	again, err := ledger.ParseEventProof(p.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	head, err := again.Check(verifierOf(t, key), cosignerOf(t, witness))
	if err != nil || head.Size != 7 {
		t.Fatalf("%+v %v", head, err)
	}
	fields, err := ledger.LeafFields(again.Leaf)
	if err != nil || fields[0] != "4" || fields[1] != rows[4].leaf.CaseID || fields[6] != rows[4].leaf.Type {
		t.Errorf("%q %v", fields, err)
	}
	if !bytes.Contains(p.Marshal(), []byte("— witness.example ")) {
		t.Error("the witness's signature is not in the file")
	}
}

func TestAnythingChangedInAProofIsNoticed(t *testing.T) {
	p, key, _ := proven(t, history(7, 2), 4)
	file := p.Marshal()
	// The last digit of the signature has bits that Base64 does not use.
	for i := range file[:bytes.Index(file, []byte("\n— witness"))-2] {
		spoilt := bytes.Clone(file)
		spoilt[i] ^= 1
		again, err := ledger.ParseEventProof(spoilt)
		if err == nil {
			_, err = again.Check(verifierOf(t, key))
		}
		if err == nil {
			t.Fatalf("a change of byte %d is not noticed", i)
		}
	}
	for name, text := range map[string]string{"nothing": "", "a checkpoint": string(p.Checkpoint), "no extra": strings.Replace(string(file), "extra ", "", 1),
		"cut": string(file[:len(file)/2]), "a blank more": strings.Replace(string(file), "index 4", "index  4", 1), "a plus": strings.Replace(string(file), "index 4", "index +4", 1)} {
		if again, err := ledger.ParseEventProof([]byte(text)); err == nil {
			if _, err := again.Check(verifierOf(t, key)); err == nil {
				t.Errorf("%s passes", name)
			}
		}
	}
	if _, err := ledger.LeafFields(p.Leaf[:len(p.Leaf)-1]); err == nil {
		t.Error("half a leaf was read")
	}
}

func verifierOf(t *testing.T, key string) note.Verifier {
	t.Helper()
	v, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func cosignerOf(t *testing.T, key string) note.Verifier {
	t.Helper()
	v, err := ledger.NewCosignatureVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
