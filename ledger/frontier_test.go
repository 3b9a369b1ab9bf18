// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"ricongiungi/ledger"
)

// reference is the tree as tlog builds it, one leaf at a time.
type reference []tlog.Hash

func (r reference) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = r[index]
	}
	return out, nil
}

func TestAppendingInBatchesBuildsTheTreeOfTlog(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var tree ledger.Frontier
		var want reference
		for _, batch := range rapid.SliceOfN(rapid.IntRange(0, 40), 0, 8).Draw(t, "batches") {
			leaves := make([]tlog.Hash, batch)
			for i := range leaves {
				leaves[i] = tlog.RecordHash(fmt.Append(nil, tree.Size()+int64(i)))
			}
			before := tree.Encode()
			next, nodes := tree.Append(leaves...)
			if !bytes.Equal(tree.Encode(), before) {
				t.Fatal("appending changed the frontier it started from")
			}
			want = extend(t, want, tree.Size(), leaves)
			checkNodes(t, want, nodes)
			tree = reload(t, next)
			checkRoot(t, want, tree)
		}
	})
}

func extend(t *rapid.T, tree reference, size int64, leaves []tlog.Hash) reference {
	for i, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(size+int64(i), leaf, tree)
		if err != nil {
			t.Fatal(err)
		}
		tree = append(tree, more...)
	}
	return tree
}

// checkNodes wants the nodes to be the last of the tree.
func checkNodes(t *rapid.T, want reference, nodes []ledger.IndexedHash) {
	for i, node := range nodes {
		if index := int64(len(want) - len(nodes) + i); node.Index != index || node.Hash != want[index] {
			t.Fatalf("node %d at index %d differs from tlog's at %d", i, node.Index, index)
		}
	}
}

func checkRoot(t *rapid.T, want reference, tree ledger.Frontier) {
	root, err := tlog.TreeHash(tree.Size(), want)
	if err != nil || tree.Root() != root || tlog.StoredHashCount(tree.Size()) != int64(len(want)) {
		t.Fatalf("at size %d: root %v, want %v (%v)", tree.Size(), tree.Root(), root, err)
	}
}

func reload(t *rapid.T, tree ledger.Frontier) ledger.Frontier {
	back, err := ledger.DecodeFrontier(tree.Encode())
	if err != nil || !bytes.Equal(back.Encode(), tree.Encode()) {
		t.Fatalf("frontier of size %d did not survive encoding: %v", tree.Size(), err)
	}
	return back
}

func TestAFrontierThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	tree, _ := ledger.Frontier{}.Append(hashes(history(5, 1))...)
	good := tree.Encode()
	for name, bad := range map[string][]byte{
		"cut in the size":   good[:7],
		"cut in a hash":     good[:len(good)-1],
		"one hash short":    good[:len(good)-tlog.HashSize],
		"one hash too many": append(bytes.Clone(good), make([]byte, tlog.HashSize)...),
		"negative size":     append([]byte{0x80}, make([]byte, 7+tlog.HashSize)...),
	} {
		if _, err := ledger.DecodeFrontier(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if empty, err := ledger.DecodeFrontier(nil); err != nil || empty.Size() != 0 {
		t.Errorf("no bytes: size %d, %v; want the empty tree", empty.Size(), err)
	}
}

// BenchmarkAppend appends one leaf a transaction, frontier decoded and encoded
// as the store does it.
func BenchmarkAppend(b *testing.B) {
	leaf := history(1, 1)[0].leaf
	var kept []byte
	for b.Loop() {
		tree, err := ledger.DecodeFrontier(kept)
		if err != nil {
			b.Fatal(err)
		}
		tree, _ = tree.Append(leaf.Hash())
		kept = tree.Encode()
	}
}
