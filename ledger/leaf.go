// SPDX-License-Identifier: AGPL-3.0-or-later

// Package ledger turns the event log into evidence: every event is a leaf of
// one Merkle tree and a link of its case's chain, the tree's root is signed in
// checkpoints, and anyone who holds a checkpoint can prove what the log said
// or that it was altered. It computes and stores nothing but key and witness
// files; the bytes of leaves and hashes are kept by the caller.
package ledger

import (
	"encoding/binary"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// leafFormat opens every encoded leaf. A changed encoding needs a new one:
// leaves once written must hash to the same value for ever.
const leafFormat = "ricongiungi leaf v1\n"

// PostgreSQL keeps microseconds, so that anything finer would be lost between
// hashing and reading back.
const leafTime = "2006-01-02T15:04:05.000000Z"

// Leaf is one event as it stands in the log.
type Leaf struct {
	Position      int64  // index in the log and in the tree, from 0, without gaps
	CaseID        string // the case whose chain the event continues
	Version       int64  // place in the case, from 1, without gaps
	EventID       string
	CommandID     string // the command that caused the event
	Ordinal       int    // place among the events of that command
	Type          string
	SchemaVersion int
	OccurredAt    time.Time // hashed in UTC, cut to microseconds
	RecordedAt    time.Time // hashed in UTC, cut to microseconds
	Actor         []byte    // JSON exactly as stored: another spelling is another leaf
	Data          []byte    // JSON exactly as stored: another spelling is another leaf
	Sealed        []SealedDigest
	PrevHash      []byte // hash of the case's leaf before, or FirstPrevHash
}

// SealedDigest stands in the leaf for personal data sealed under one person's
// key. The leaf covers a digest of the ciphertext and not the ciphertext
// itself, so that after an erasure the ciphertext too may be deleted and the
// leaf still verifies. It never covers the plaintext: names and birth dates are
// few enough to be found by hashing guesses. The commitment pins the key,
// because an AES-GCM box can be built that opens under two keys.
type SealedDigest struct {
	PersonID         string
	KeyID            string
	Commitment       []byte // SHA-256 that binds the person's key
	CiphertextSHA256 []byte
}

// FirstPrevHash returns the PrevHash of the first event of a case: 32 zero
// bytes.
func FirstPrevHash() []byte {
	return make([]byte, tlog.HashSize)
}

// Encode returns the canonical bytes of the leaf: the format line, then every
// field in the order of the struct as a big-endian 32-bit length and that many
// bytes. Numbers are decimal text; Sealed is its count followed by the fields
// of each. Lengths make it unambiguous: no two leaves share an encoding.
func (l Leaf) Encode() []byte {
	b := make(encoding, 0, 512+len(l.Actor)+len(l.Data)+256*len(l.Sealed))
	b = append(b, leafFormat...)
	b.number(l.Position)
	b.text(l.CaseID)
	b.number(l.Version)
	b.text(l.EventID)
	b.text(l.CommandID)
	b.number(int64(l.Ordinal))
	b.text(l.Type)
	b.number(int64(l.SchemaVersion))
	b.text(l.OccurredAt.UTC().Format(leafTime))
	b.text(l.RecordedAt.UTC().Format(leafTime))
	b.bytes(l.Actor)
	b.bytes(l.Data)
	b.number(int64(len(l.Sealed)))
	for _, s := range l.Sealed {
		b.text(s.PersonID)
		b.text(s.KeyID)
		b.bytes(s.Commitment)
		b.bytes(s.CiphertextSHA256)
	}
	b.bytes(l.PrevHash)
	return b
}

// Hash returns the RFC 6962 leaf hash of the encoding: what the tree stores
// and what the next event of the case names as its PrevHash.
func (l Leaf) Hash() tlog.Hash {
	return tlog.RecordHash(l.Encode())
}

// encoding is a leaf's canonical form under construction.
type encoding []byte

func (e *encoding) bytes(field []byte) {
	*e = binary.BigEndian.AppendUint32(*e, uint32(len(field)))
	*e = append(*e, field...)
}

func (e *encoding) text(field string)  { e.bytes([]byte(field)) }
func (e *encoding) number(field int64) { e.bytes(strconv.AppendInt(nil, field, 10)) }
