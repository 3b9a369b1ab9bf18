// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// What a Verifier can find wrong, as Tampered.What says it.
const (
	Altered   = "its content is not what was hashed when it was recorded"
	Missing   = "the event recorded here is missing"
	Misplaced = "the event was moved or repeated: an event recorded before it stands after it"
	Skipped   = "the version does not follow the one before in the case: an event of the case is missing, repeated or moved"
	Unchained = "it does not continue the event before it in the case: one of the two was replaced"
	Rewritten = "the events before this position are not those that a checkpoint was signed over"
	CutShort  = "the log ends here, but a checkpoint was signed over more events"
	Unsigned  = "events stand here that the log's signed head does not cover: they were slipped in, or the head was set back"
	BadTree   = "a stored hash of the tree is not the one that the events give"
	BadHead   = "the head of the log is not the one that its events give"
)

// Tampered reports the first place where the log is not what was recorded.
type Tampered struct {
	Position int64  // in the log, from 0
	CaseID   string // empty when no single case is concerned
	What     string // one of the constants of this package
}

// Error says in one sentence what is wrong where.
func (t *Tampered) Error() string {
	if t.CaseID == "" {
		return fmt.Sprintf("the log was tampered with at position %d: %s", t.Position, t.What)
	}
	return fmt.Sprintf("the log was tampered with at position %d, case %s: %s", t.Position, t.CaseID, t.What)
}

// Verifier recomputes a log from its first event and compares it with the
// stored hashes and with checkpoints from outside. Only the checkpoints find a
// rewriting that recomputed every hash. It keeps one hash for each case.
type Verifier struct {
	tree    Frontier
	nodes   []IndexedHash // reused: verifying needs the edge of the tree only
	cases   map[string]link
	awaited []Checkpoint // by size, from the first that is not yet compared
}

// link is the end of a case's chain.
type link struct {
	version int64
	hash    tlog.Hash
}

// NewVerifier starts before the first event. The checkpoints, of any age, must
// be of this log and already opened; each is compared when its size is reached.
func NewVerifier(checkpoints ...Checkpoint) *Verifier {
	awaited := slices.Clone(checkpoints)
	slices.SortFunc(awaited, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	return &Verifier{cases: map[string]link{}, awaited: awaited}
}

// Add takes the next event in the order of positions and the hash stored with
// it. Its error is a *Tampered; after one the verifier must not be used again.
func (v *Verifier) Add(leaf Leaf, storedHash []byte) error {
	return v.AddHashed(leaf, leaf.Hash(), storedHash)
}

// AddHashed is Add for a caller who has hashed the leaf already, which several
// can do side by side.
func (v *Verifier) AddHashed(leaf Leaf, hash tlog.Hash, storedHash []byte) error {
	if err := v.compare(); err != nil {
		return err
	}
	if fault := v.fault(leaf, hash, storedHash); fault != nil {
		return fault
	}
	v.cases[leaf.CaseID] = link{leaf.Version, hash}
	v.nodes = v.tree.push(hash, v.nodes[:0])
	return nil
}

// Nodes are the tree nodes that the last event added, to be compared with those
// stored. They are good until the next event.
func (v *Verifier) Nodes() []IndexedHash { return v.nodes }

// Frontier is the edge of the tree of the events added so far.
func (v *Verifier) Frontier() Frontier { return v.tree }

// Finish ends the log after the events added and returns how many they were
// and their root. Its error is a *Tampered.
func (v *Verifier) Finish() (size int64, root tlog.Hash, err error) {
	if err := v.compare(); err != nil {
		return 0, tlog.Hash{}, err
	}
	if len(v.awaited) > 0 {
		return 0, tlog.Hash{}, &Tampered{Position: v.tree.size, What: CutShort}
	}
	return v.tree.size, v.tree.Root(), nil
}

// fault says what is wrong with the next leaf, or nil.
func (v *Verifier) fault(leaf Leaf, hash tlog.Hash, storedHash []byte) *Tampered {
	last, begun := v.cases[leaf.CaseID]
	prev := FirstPrevHash()
	if begun {
		prev = last.hash[:]
	}
	switch {
	case leaf.Position > v.tree.size:
		// Whose event is missing, the next one cannot tell.
		return &Tampered{v.tree.size, "", Missing}
	case leaf.Position < v.tree.size:
		return &Tampered{leaf.Position, leaf.CaseID, Misplaced}
	case !bytes.Equal(hash[:], storedHash):
		return &Tampered{leaf.Position, leaf.CaseID, Altered}
	case leaf.Version != last.version+1:
		return &Tampered{leaf.Position, leaf.CaseID, Skipped}
	case !bytes.Equal(leaf.PrevHash, prev):
		return &Tampered{leaf.Position, leaf.CaseID, Unchained}
	}
	return nil
}

// compare holds the tree against the checkpoints of its present size.
func (v *Verifier) compare() error {
	for len(v.awaited) > 0 && v.awaited[0].Size == v.tree.size {
		if v.awaited[0].Root != v.tree.Root() {
			return &Tampered{Position: v.tree.size, What: Rewritten}
		}
		v.awaited = v.awaited[1:]
	}
	return nil
}
