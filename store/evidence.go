// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
	"ricongiungi/views"
)

// Checkpoint is the signed statement of how long the log is and what it hashes to.
func (s *Store) Checkpoint(ctx context.Context) ([]byte, error) {
	var size int64
	var checkpoint []byte
	if err := s.pool.QueryRow(ctx, `SELECT size, checkpoint FROM log_head`).Scan(&size, &checkpoint); err != nil {
		return nil, unavailable(err)
	}
	if size > 0 {
		return checkpoint, nil
	}
	return s.signer.Sign(0, ledger.Frontier{}.Root(), ledger.Edge{})
}

// Inclusion proves that the leaf at the position is in the tree of that size.
func (s *Store) Inclusion(ctx context.Context, position, size int64) (views.Proof, error) {
	if position < 0 || position >= size {
		return views.Proof{}, views.ErrNotFound
	}
	proof, err := ledger.ProveInclusion(s.hashReader(ctx), size, position)
	if err != nil {
		return views.Proof{}, proofError(err)
	}
	return views.Proof{Position: position, Size: size, Hashes: base64Hashes(proof)}, nil
}

// Consistency proves that the tree of size to continues the tree of size from.
func (s *Store) Consistency(ctx context.Context, from, to int64) (views.Proof, error) {
	if from < 1 || from > to {
		return views.Proof{}, views.ErrNotFound
	}
	proof, err := ledger.ProveConsistency(s.hashReader(ctx), from, to)
	if err != nil {
		return views.Proof{}, proofError(err)
	}
	return views.Proof{From: from, Size: to, Hashes: base64Hashes(proof)}, nil
}

// EventProof proves one event of a case against the present checkpoint.
func (s *Store) EventProof(ctx context.Context, caseID string, version int64) (views.EventProof, error) {
	var proof views.EventProof
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+recordColumns+` FROM events WHERE case_id = $1 AND version = $2`, caseID, version)
		if err != nil {
			return err
		}
		r, err := pgx.CollectExactlyOneRow(rows, scanRecord)
		if err != nil {
			return err
		}
		proof, err = proveRecord(ctx, tx, r)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return proof, views.ErrNotFound
	}
	return proof, unavailable(err)
}

func proveRecord(ctx context.Context, tx pgx.Tx, r record) (views.EventProof, error) {
	leaf, err := r.leaf()
	if err != nil {
		return views.EventProof{}, err
	}
	var size int64
	var checkpoint []byte
	if err := tx.QueryRow(ctx, `SELECT size, checkpoint FROM log_head`).Scan(&size, &checkpoint); err != nil {
		return views.EventProof{}, err
	}
	hashes, err := ledger.ProveInclusion(hashReader(ctx, tx), size, r.Position)
	if err != nil {
		return views.EventProof{}, err
	}
	return views.EventProof{Position: r.Position, Leaf: base64.StdEncoding.EncodeToString(leaf.Encode()),
		Hashes: base64Hashes(hashes), Checkpoint: string(checkpoint)}, nil
}

// Tile gives the hashes of one tile of the tree, by the path that follows
// "tile/" in Go's checksum database or in C2SP tlog-tiles.
func (s *Store) Tile(ctx context.Context, path string) ([]byte, error) {
	data, err := ledger.ReadTile(path, s.hashReader(ctx))
	if errors.Is(err, ledger.ErrNoTile) {
		return nil, views.ErrNotFound
	}
	if err != nil {
		return nil, proofError(err)
	}
	return data, nil
}

func (s *Store) hashReader(ctx context.Context) tlog.HashReader { return hashReader(ctx, s.pool) }

var errNoHash = errors.New("store: the log is shorter than asked")

// hashReader reads stored hashes of the tree in one query, in the order asked.
func hashReader(ctx context.Context, q querier) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		rows, err := q.Query(ctx, `SELECT h.hash FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (idx, place)
			JOIN log_hashes h USING (idx) ORDER BY place`, indexes)
		if err != nil {
			return nil, fmt.Errorf("store: reading the tree: %w", err)
		}
		raw, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return nil, fmt.Errorf("store: reading the tree: %w", err)
		}
		if len(raw) != len(indexes) {
			return nil, errNoHash
		}
		hashes := make([]tlog.Hash, len(raw))
		for i := range raw {
			copy(hashes[i][:], raw[i])
		}
		return hashes, nil
	})
}

func proofError(err error) error {
	if errors.Is(err, errNoHash) {
		return views.ErrNotFound
	}
	return unavailable(err)
}

func base64Hashes[P ~[]tlog.Hash](hashes P) []string {
	texts := make([]string, len(hashes))
	for i := range hashes {
		texts[i] = base64.StdEncoding.EncodeToString(hashes[i][:])
	}
	return texts
}
