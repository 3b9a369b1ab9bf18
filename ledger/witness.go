// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/internal/keyfile"
)

var (
	// ErrRewound says that a log shows fewer events than it had signed before.
	ErrRewound = errors.New("the log was rewound: it has signed more events before")
	// ErrForked says that a log shows other events than it had signed before,
	// or cannot prove that they are the same.
	ErrForked = errors.New("the log was forked: it is not shown to continue the events signed before")
)

// Witness remembers the newest checkpoint of one log and refuses any that does
// not continue it. Whoever holds the log's key can rewrite history and sign
// again; a witness that another user or host runs is what they cannot rewrite.
// It is safe for concurrent use within one process.
type Witness struct {
	path string
	log  note.Verifier

	mu   sync.Mutex
	seen Checkpoint
}

// NewWitness reads what the witness has seen from the file at path. Without
// the file it trusts the first checkpoint it is shown. It fails when the file
// is open to other users or its checkpoint is not signed by the log.
func NewWitness(path string, log note.Verifier) (*Witness, error) {
	w := &Witness{path: path, log: log, seen: Checkpoint{Origin: log.Name(), Root: Frontier{}.Root()}}
	text, err := keyfile.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err == nil {
		w.seen, err = OpenCheckpoint(text, log)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: witness state: %w", err)
	}
	return w, nil
}

// Seen returns the newest checkpoint accepted, of size 0 before the first. The
// proof for Update must lead from it.
func (w *Witness) Seen() Checkpoint {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen
}

// Update accepts the log's signed checkpoint if it continues the one seen last,
// which the consistency proof must show, and keeps it on disk before returning.
// It fails with ErrRewound or ErrForked, and then remembers what it had seen.
func (w *Witness) Update(checkpoint []byte, proof tlog.TreeProof) error {
	next, err := OpenCheckpoint(checkpoint, w.log)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if next.Size < w.seen.Size {
		return fmt.Errorf("ledger: %d events after %d: %w", next.Size, w.seen.Size, ErrRewound)
	}
	if err := CheckConsistency(proof, w.seen, next); err != nil {
		return fmt.Errorf("%w: %w", ErrForked, err)
	}
	if err := keyfile.Replace(w.path, checkpoint); err != nil {
		return fmt.Errorf("ledger: witness state: %w", err)
	}
	w.seen = next
	return nil
}
