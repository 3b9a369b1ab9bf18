// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The log of access is a tree of its own, so that readers never wait for
// writers: who was shown what, who stands in for whom, who broke the glass. Its
// edge goes into every checkpoint of the log of events.

// accessFormat opens every encoded leaf of the log of access; see leafFormat.
const accessFormat = "ricongiungi access v1\n"

// AccessLeaf is one entry of the log of access. It holds ids and codes only.
type AccessLeaf struct {
	Position int64 // in the log of access, from 0, without gaps
	At       time.Time
	Kind     string // "read", or what was granted or ended
	CaseID   string // empty when no single case is concerned
	PersonID string // empty when no single person was asked for
	Actor    []byte // JSON exactly as stored
	Data     []byte // JSON exactly as stored
}

// Hash returns the RFC 6962 leaf hash of the canonical bytes: the format line,
// then every field as Leaf writes it.
func (l AccessLeaf) Hash() tlog.Hash {
	b := make(encoding, 0, 256+len(l.Actor)+len(l.Data))
	b = append(b, accessFormat...)
	b.number(l.Position)
	b.text(l.At.UTC().Format(leafTime))
	b.text(l.Kind)
	b.text(l.CaseID)
	b.text(l.PersonID)
	b.bytes(l.Actor)
	b.bytes(l.Data)
	return tlog.RecordHash(b)
}

// What an AccessVerifier can find wrong.
const (
	AccessAltered   = "an entry of the log of access is not what was hashed when it was recorded"
	AccessCutShort  = "the log of access ends here, but more entries were signed"
	AccessMissing   = "an entry of the log of access is missing, repeated or moved here"
	AccessRewritten = "the entries of the log of access before this position are not those that were signed"
	AccessUnsigned  = "entries of the log of access stand here that its signed head does not cover"
	AccessBadTree   = "a stored hash of the log of access is not the one that its entries give"
	AccessBadHead   = "the head of the log of access is not the one that its entries give"
)

// AccessVerifier recomputes the log of access from its first entry and compares
// it with stored hashes and with the edges that were signed.
type AccessVerifier struct {
	tree    Frontier
	nodes   []IndexedHash
	awaited []Edge
}

// NewAccessVerifier starts before the first entry; each edge, in any order, is
// compared when its size is reached.
func NewAccessVerifier(edges ...Edge) *AccessVerifier {
	awaited := slices.Clone(edges)
	slices.SortFunc(awaited, func(a, b Edge) int { return cmp.Compare(a.Size, b.Size) })
	return &AccessVerifier{awaited: awaited}
}

// Add takes the next entry and the hash stored with it, and returns the nodes of
// the tree that it adds, good until the next entry. Its error is a *Tampered.
func (v *AccessVerifier) Add(leaf AccessLeaf, storedHash []byte) ([]IndexedHash, error) {
	if err := v.compare(); err != nil {
		return nil, err
	}
	if leaf.Position != v.tree.size {
		return nil, &Tampered{Position: v.tree.size, What: AccessMissing}
	}
	hash := leaf.Hash()
	if !bytes.Equal(hash[:], storedHash) {
		return nil, &Tampered{Position: leaf.Position, CaseID: leaf.CaseID, What: AccessAltered}
	}
	v.nodes = v.tree.push(hash, v.nodes[:0])
	return v.nodes, nil
}

// Finish ends the log after the entries added and returns its frontier.
func (v *AccessVerifier) Finish() (Frontier, error) {
	if err := v.compare(); err != nil {
		return v.tree, err
	}
	if len(v.awaited) > 0 {
		return v.tree, &Tampered{Position: v.tree.size, What: AccessCutShort}
	}
	return v.tree, nil
}

func (v *AccessVerifier) compare() error {
	for len(v.awaited) > 0 && v.awaited[0].Size == v.tree.size {
		if v.awaited[0].Size > 0 && v.awaited[0].Root != v.tree.Root() {
			return &Tampered{Position: v.tree.size, What: AccessRewritten}
		}
		v.awaited = v.awaited[1:]
	}
	return nil
}

// SignAccess signs the head of the log of access: what was read since the last
// checkpoint of the log of events is covered by it alone.
func (s *Signer) SignAccess(e Edge) ([]byte, error) {
	return s.SignText(accessTitle(s.Origin()) + e.line())
}

func accessTitle(origin string) string { return "Access to " + origin + "\n" }

// OpenAccess checks and reads a signed head of the log of access.
func OpenAccess(signed []byte, log note.Verifier) (Edge, error) {
	text, err := OpenText(signed, log)
	if err != nil {
		return Edge{}, err
	}
	more, found := strings.CutPrefix(text, accessTitle(log.Name()))
	edge, err := parseAccess(more)
	if err != nil || !found || edge.Size == 0 {
		return Edge{}, fmt.Errorf("ledger: this is no head of the log of access of %q", log.Name())
	}
	return edge, nil
}
