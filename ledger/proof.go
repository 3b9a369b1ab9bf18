// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ProveInclusion returns the proof that the event at position, counted from 0,
// is in the tree of the first size events. The reader gives the stored hashes
// by index and is asked once. A position outside the tree is an error.
func ProveInclusion(reader tlog.HashReader, size, position int64) (tlog.RecordProof, error) {
	proof, err := tlog.ProveRecord(size, position, reader)
	if err != nil {
		return nil, fmt.Errorf("ledger: prove that event %d is among the first %d: %w", position, size, err)
	}
	return proof, nil
}

// CheckInclusion returns nil if the proof shows that the leaf with the given
// hash stands at position in the log of the checkpoint.
func CheckInclusion(proof tlog.RecordProof, in Checkpoint, position int64, leaf tlog.Hash) error {
	if err := tlog.CheckRecord(proof, in.Size, in.Root, position, leaf); err != nil {
		return fmt.Errorf("ledger: this is not event %d of the %d events of log %q: %w", position, in.Size, in.Origin, err)
	}
	return nil
}

// ProveConsistency returns the proof that the tree of the first size events
// continues that of the first old events. The reader gives the stored hashes by
// index and is asked once. An old tree larger than the new one is an error.
func ProveConsistency(reader tlog.HashReader, old, size int64) (tlog.TreeProof, error) {
	// Every tree continues the empty one; RFC 6962 defines no proof for it.
	if old == 0 {
		return tlog.TreeProof{}, nil
	}
	proof, err := tlog.ProveTree(size, old, reader)
	if err != nil {
		return nil, fmt.Errorf("ledger: prove that %d events continue the first %d: %w", size, old, err)
	}
	return proof, nil
}

// CheckConsistency returns nil if the proof shows that the newer checkpoint's
// log only added events to the older one's.
func CheckConsistency(proof tlog.TreeProof, older, newer Checkpoint) error {
	if older.Size == 0 {
		return nil
	}
	if err := tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("ledger: the %d events of log %q do not continue its first %d: %w", newer.Size, newer.Origin, older.Size, err)
	}
	return nil
}
