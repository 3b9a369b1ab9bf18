// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"

	"ricongiungi/ledger"
)

// How the log is read for an audit: several readers take turns with stretches of
// it, which one verifier then puts together in order.
const (
	auditReaders = 3
	auditStretch = 2000
)

// Audit says what the log is held against beside its own signed head.
type Audit struct {
	Key     note.Verifier       // of the log as published; nil for the one the store signs with
	Known   []ledger.Checkpoint // that were kept elsewhere, already opened
	OnEvent func(int64)         // called with the count as it goes; may be nil
}

// Verify reads the whole log as it is at one instant and checks every leaf,
// every case's chain, every stored hash of the tree and the signed head, and
// that the log continues each known checkpoint; the log of access likewise. It returns the head it checked.
// A *ledger.Tampered error says what is wrong and where.
func (s *Store) Verify(ctx context.Context, a Audit) (ledger.Checkpoint, error) {
	if a.OnEvent == nil {
		a.OnEvent = func(int64) {}
	}
	var head ledger.Checkpoint
	err := pgx.BeginTxFunc(ctx, s.pool, auditTx, func(tx pgx.Tx) error {
		h, err := s.readHead(ctx, tx, a.Key)
		if err != nil {
			return err
		}
		head = h.checkpoint
		if err := s.verifyAccess(ctx, tx, h.key, append([]ledger.Checkpoint{head}, a.Known...)); err != nil {
			return err
		}
		return s.verifyEvents(ctx, h, a)
	})
	var tampered *ledger.Tampered
	if errors.As(err, &tampered) {
		return head, tampered
	}
	return head, unavailable(err)
}

var auditTx = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// head is the end of the log as an audit finds it.
type head struct {
	checkpoint ledger.Checkpoint
	frontier   []byte
	snapshot   string // lets other connections see the same instant
	key        note.Verifier
}

// readHead opens the signed head and makes sure that nothing stands after it.
func (s *Store) readHead(ctx context.Context, tx pgx.Tx, key note.Verifier) (head, error) {
	key, err := s.keyOfLog(key)
	if err != nil {
		return head{}, err
	}
	h := head{key: key}
	var size, beyond, hashes int64
	var signed []byte
	err = tx.QueryRow(ctx, `SELECT size, frontier, checkpoint, pg_export_snapshot(),
			(SELECT count(*) FROM events WHERE position >= size OR position < 0), (SELECT count(*) FROM log_hashes)
		FROM log_head`).Scan(&size, &h.frontier, &signed, &h.snapshot, &beyond, &hashes)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, &ledger.Tampered{What: ledger.BadHead}
	}
	if err != nil {
		return h, err
	}
	if h.checkpoint, err = s.openHead(size, signed, key); err != nil {
		return h, err
	}
	switch {
	case beyond > 0:
		return h, &ledger.Tampered{Position: size, What: ledger.Unsigned}
	case hashes != tlog.StoredHashCount(size):
		return h, &ledger.Tampered{Position: size, What: ledger.BadTree}
	}
	return h, nil
}

// keyOfLog is the key given, or the one that the store signs with.
func (s *Store) keyOfLog(key note.Verifier) (note.Verifier, error) {
	if key != nil {
		return key, nil
	}
	own, err := note.NewVerifier(s.signer.VerifierKey())
	if err != nil {
		return nil, fmt.Errorf("store: key of the log: %w", err)
	}
	return own, nil
}

func (s *Store) openHead(size int64, signed []byte, key note.Verifier) (ledger.Checkpoint, error) {
	key, err := s.keyOfLog(key)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	if size == 0 && len(signed) == 0 {
		return ledger.Checkpoint{Origin: key.Name(), Root: ledger.Frontier{}.Root()}, nil
	}
	checkpoint, err := ledger.OpenCheckpoint(signed, key)
	if err != nil || checkpoint.Size != size {
		return ledger.Checkpoint{}, &ledger.Tampered{Position: size, What: ledger.BadHead}
	}
	return checkpoint, nil
}

// verifyEvents has several readers hash stretches of the log and one verifier
// take them in order.
func (s *Store) verifyEvents(ctx context.Context, h head, a Audit) error {
	verifier := ledger.NewVerifier(append([]ledger.Checkpoint{h.checkpoint}, a.Known...)...)
	group, ctx := errgroup.WithContext(ctx)
	var outs [auditReaders]chan hashed
	for i := range outs {
		outs[i] = make(chan hashed, 1)
		group.Go(func() error { return s.readStretches(ctx, h, int64(i), outs[i]) })
	}
	group.Go(func() error {
		for n := int64(0); n*auditStretch < h.checkpoint.Size; n++ {
			select {
			case stretch := <-outs[n%auditReaders]:
				if err := stretch.add(verifier); err != nil {
					return err
				}
				a.OnEvent(verifier.Frontier().Size())
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return finish(verifier, h)
	})
	return group.Wait()
}

// finish compares the tree with what is signed and with the edge kept for the
// next append.
func finish(verifier *ledger.Verifier, h head) error {
	if _, _, err := verifier.Finish(); err != nil {
		return err
	}
	if edge := verifier.Frontier(); edge.Size() > 0 && !bytes.Equal(edge.Encode(), h.frontier) {
		return &ledger.Tampered{Position: edge.Size(), What: ledger.BadHead}
	}
	return nil
}

// hashed is a stretch of the log with the hashes of its leaves.
type hashed struct {
	leaves []ledger.Leaf
	hashes []tlog.Hash
	stored [][]byte // of the leaves, as they stand beside the events
	nodes  [][]byte // of the tree, from the first that the stretch completes
}

func (st hashed) add(verifier *ledger.Verifier) error {
	nodes := st.nodes
	for i, leaf := range st.leaves {
		if err := verifier.AddHashed(leaf, st.hashes[i], st.stored[i]); err != nil {
			return err
		}
		for _, node := range verifier.Nodes() {
			if len(nodes) == 0 || !bytes.Equal(nodes[0], node.Hash[:]) {
				return &ledger.Tampered{Position: leaf.Position, What: ledger.BadTree}
			}
			nodes = nodes[1:]
		}
	}
	return nil
}

// readStretches reads every auditReaders-th stretch, beginning with the one given.
func (s *Store) readStretches(ctx context.Context, h head, first int64, out chan<- hashed) error {
	return pgx.BeginTxFunc(ctx, s.pool, auditTx, func(tx pgx.Tx) error {
		// No parameters here; the text is PostgreSQL's own.
		if _, err := tx.Exec(ctx, `SET TRANSACTION SNAPSHOT '`+h.snapshot+`'`); err != nil {
			return err
		}
		for n := first; n*auditStretch < h.checkpoint.Size; n += auditReaders {
			stretch, err := readStretch(ctx, tx, n*auditStretch, min((n+1)*auditStretch, h.checkpoint.Size))
			if err != nil {
				return err
			}
			select {
			case out <- stretch:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
}

func readStretch(ctx context.Context, tx pgx.Tx, from, to int64) (hashed, error) {
	var st hashed
	rows, err := tx.Query(ctx, `SELECT `+recordColumns+` FROM events WHERE position >= $1 AND position < $2 ORDER BY position`, from, to)
	if err != nil {
		return st, err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return st, err
		}
		leaf, err := r.leaf()
		if err != nil { // what is sealed was written by this program: it could be read once
			return st, &ledger.Tampered{Position: r.Position, CaseID: r.CaseID, What: ledger.Altered}
		}
		st.leaves, st.hashes, st.stored = append(st.leaves, leaf), append(st.hashes, leaf.Hash()), append(st.stored, r.LeafHash)
	}
	if err := rows.Err(); err != nil {
		return st, err
	}
	nodes, err := tx.Query(ctx, `SELECT hash FROM log_hashes WHERE idx >= $1 AND idx < $2 ORDER BY idx`,
		tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, to))
	if err != nil {
		return st, err
	}
	st.nodes, err = pgx.CollectRows(nodes, pgx.RowTo[[]byte])
	return st, err
}
