// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/ledger"
)

// commitTimeout is how long a group of writers may take.
const commitTimeout = 10 * time.Second

// errDecidedMeanwhile says that another writer settled the same command first.
var errDecidedMeanwhile = errors.New("store: the command was settled meanwhile")

// prepared is a decided command on its way to disk. When whoever waits for it
// gives up, it is written all the same: asked again, it has its outcome.
type prepared struct {
	change     change     // what it appends; nothing when there are no records
	statements *pgx.Batch // what goes with it
}

// writeGroup writes prepared commands. The head of the log orders all writers,
// so two commits can never overlap; writers of one process share one.
func (s *Store) writeGroup(group []*prepared) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		for _, p := range group {
			p.queue(batch)
		}
		if !appends(group) {
			return send(ctx, tx, batch)
		}
		at, err := takeHead(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.appendGroup(batch, at, group); err != nil {
			return err
		}
		return send(ctx, tx, batch)
	})
}

// queue adds copies of the statements: sending a statement marks it, and a group
// that fails is sent again.
func (p *prepared) queue(batch *pgx.Batch) {
	for _, q := range p.statements.QueuedQueries {
		batch.Queue(q.SQL, q.Arguments...).Fn = q.Fn
	}
}

func appends(group []*prepared) bool {
	for _, p := range group {
		if len(p.change.records) > 0 {
			return true
		}
	}
	return false
}

// appendGroup gives every record its place and moves the head once.
func (s *Store) appendGroup(batch *pgx.Batch, at heads, group []*prepared) error {
	frontier := at.frontier
	var hashes []ledger.IndexedHash
	for _, p := range group {
		leaves, err := place(p.change, frontier.Size())
		if err != nil {
			return err
		}
		queueRecords(batch, p.change.records)
		var added []ledger.IndexedHash
		frontier, added = frontier.Append(leaves...)
		hashes = append(hashes, added...)
	}
	return s.queueHead(batch, frontier, at.access, hashes)
}
