// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"bytes"
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
)

// verifyAccess checks every entry of the log of access, every stored hash of its
// tree and its signed head, and that it continues each edge that a checkpoint of
// the log of events has named.
func (s *Store) verifyAccess(ctx context.Context, tx pgx.Tx, key note.Verifier, known []ledger.Checkpoint) error {
	head, frontier, err := readAccessHead(ctx, tx, key)
	if err != nil {
		return err
	}
	edges := []ledger.Edge{head}
	for _, c := range known {
		edges = append(edges, c.Access)
	}
	verifier := ledger.NewAccessVerifier(edges...)
	for from := int64(0); from < head.Size; from += auditStretch {
		if err := verifyAccessStretch(ctx, tx, verifier, from, min(from+auditStretch, head.Size)); err != nil {
			return err
		}
	}
	tree, err := verifier.Finish()
	if err != nil {
		return err
	}
	if tree.Size() > 0 && !bytes.Equal(tree.Encode(), frontier) {
		return &ledger.Tampered{Position: tree.Size(), What: ledger.AccessBadHead}
	}
	return nil
}

// readAccessHead opens the signed head and makes sure that nothing stands after it.
func readAccessHead(ctx context.Context, tx pgx.Tx, key note.Verifier) (ledger.Edge, []byte, error) {
	var size, beyond, hashes int64
	var frontier, signed []byte
	err := tx.QueryRow(ctx, `SELECT size, frontier, signed, (SELECT count(*) FROM access_log WHERE position >= size), (SELECT count(*) FROM access_hashes)
		FROM access_head`).Scan(&size, &frontier, &signed, &beyond, &hashes)
	if errors.Is(err, pgx.ErrNoRows) {
		return ledger.Edge{}, nil, &ledger.Tampered{What: ledger.AccessBadHead}
	}
	if err != nil {
		return ledger.Edge{}, nil, err
	}
	var edge ledger.Edge
	if size > 0 || len(signed) > 0 {
		if edge, err = ledger.OpenAccess(signed, key); err != nil || edge.Size != size {
			return edge, nil, &ledger.Tampered{Position: size, What: ledger.AccessBadHead}
		}
	}
	switch {
	case beyond > 0:
		return edge, nil, &ledger.Tampered{Position: size, What: ledger.AccessUnsigned}
	case hashes != tlog.StoredHashCount(size):
		return edge, nil, &ledger.Tampered{Position: size, What: ledger.AccessBadTree}
	}
	return edge, frontier, nil
}

// storedAccess is a stretch of the log of access as it lies there.
type storedAccess struct {
	leaf ledger.AccessLeaf
	hash []byte
}

func verifyAccessStretch(ctx context.Context, tx pgx.Tx, verifier *ledger.AccessVerifier, from, to int64) error {
	rows, err := tx.Query(ctx, `SELECT position, at, kind, coalesce(case_id::text, ''), coalesce(person_id::text, ''), actor::text, data::text, leaf_hash
		FROM access_log WHERE position >= $1 AND position < $2 ORDER BY position`, from, to)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (storedAccess, error) {
		var e storedAccess
		var actor, data string
		err := row.Scan(&e.leaf.Position, &e.leaf.At, &e.leaf.Kind, &e.leaf.CaseID, &e.leaf.PersonID, &actor, &data, &e.hash)
		e.leaf.Actor, e.leaf.Data = []byte(actor), []byte(data)
		return e, err
	})
	if err != nil {
		return err
	}
	rows, err = tx.Query(ctx, `SELECT hash FROM access_hashes WHERE idx >= $1 AND idx < $2 ORDER BY idx`, tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, to))
	if err != nil {
		return err
	}
	nodes, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return err
	}
	return addAccess(verifier, entries, nodes)
}

func addAccess(verifier *ledger.AccessVerifier, entries []storedAccess, nodes [][]byte) error {
	for _, e := range entries {
		added, err := verifier.Add(e.leaf, e.hash)
		if err != nil {
			return err
		}
		for _, node := range added {
			if len(nodes) == 0 || !bytes.Equal(nodes[0], node.Hash[:]) {
				return &ledger.Tampered{Position: e.leaf.Position, What: ledger.AccessBadTree}
			}
			nodes = nodes[1:]
		}
	}
	return nil
}
