// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Frontier is the right edge of the tree: the roots of its complete subtrees,
// largest first, one for every bit set in the size. It is all that appending
// and the tree's root need, in at most 63 hashes, so a writer that keeps it
// never reads the tree. The zero value is the empty tree.
type Frontier struct {
	size int64
	edge []tlog.Hash
}

// IndexedHash is a tree node and where it is kept: Index is tlog's stored hash
// index, which counts nodes from 0 without gaps in the order they complete.
type IndexedHash struct {
	Index int64
	Hash  tlog.Hash
}

// Size returns the number of leaves.
func (f Frontier) Size() int64 { return f.size }

// Root returns the root hash of the tree; that of the empty tree is defined by
// RFC 6962.
func (f Frontier) Root() tlog.Hash {
	if f.size == 0 {
		// The empty tree's root is a constant, which fails and reads nothing.
		root, _ := tlog.TreeHash(0, nil)
		return root
	}
	last := len(f.edge) - 1
	root := f.edge[last]
	for _, left := range slices.Backward(f.edge[:last]) {
		root = tlog.NodeHash(left, root)
	}
	return root
}

// Append returns the frontier after the leaves and the tree nodes they add, in
// the order of their indexes, which continue where those before ended. The
// receiver stays as it was, so an append that is rolled back leaves no trace.
func (f Frontier) Append(leaves ...tlog.Hash) (Frontier, []IndexedHash) {
	f.edge = slices.Clone(f.edge)
	added := make([]IndexedHash, 0, 2*len(leaves)+bits.Len64(uint64(f.size)))
	for _, leaf := range leaves {
		added = f.push(leaf, added)
	}
	return f, added
}

// push adds one leaf in place. Like carrying in binary addition, every
// trailing 1 in the old size is a subtree that the leaf completes a pair with.
func (f *Frontier) push(node tlog.Hash, added []IndexedHash) []IndexedHash {
	index := tlog.StoredHashIndex(0, f.size)
	added = append(added, IndexedHash{index, node})
	for range bits.TrailingZeros64(uint64(f.size + 1)) {
		last := len(f.edge) - 1
		node = tlog.NodeHash(f.edge[last], node)
		f.edge = f.edge[:last]
		index++
		added = append(added, IndexedHash{index, node})
	}
	f.edge = append(f.edge, node)
	f.size++
	return added
}

// Encode returns the frontier as bytes to keep: the size in 8 bytes, big
// endian, then the hashes.
func (f Frontier) Encode() []byte {
	b := make([]byte, 0, 8+len(f.edge)*tlog.HashSize)
	b = binary.BigEndian.AppendUint64(b, uint64(f.size))
	for _, hash := range f.edge {
		b = append(b, hash[:]...)
	}
	return b
}

// DecodeFrontier reads what Encode wrote. No bytes at all are the empty tree;
// any other length that does not fit the size is an error.
func DecodeFrontier(b []byte) (Frontier, error) {
	if len(b) == 0 {
		return Frontier{}, nil
	}
	if len(b) < 8 {
		return Frontier{}, errors.New("ledger: frontier is cut short")
	}
	size, hashes := binary.BigEndian.Uint64(b), b[8:]
	if size>>63 != 0 || len(hashes) != bits.OnesCount64(size)*tlog.HashSize {
		return Frontier{}, fmt.Errorf("ledger: frontier of size %d cannot have %d bytes", size, len(b))
	}
	f := Frontier{size: int64(size)}
	for hash := range slices.Chunk(hashes, tlog.HashSize) {
		f.edge = append(f.edge, tlog.Hash(hash))
	}
	return f, nil
}
