// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/casefile"
	"ricongiungi/ledger"
)

// entryOfAccess is an entry of the log of access without its place there, with
// what is to be written in the same commit.
type entryOfAccess struct {
	at       time.Time
	kind     string
	caseID   string
	personID string
	actor    []byte
	data     []byte
	also     *pgx.Batch // nil for a read
}

func newEntry(at time.Time, kind string, by casefile.Actor, data any) (entryOfAccess, error) {
	e := entryOfAccess{at: at, kind: kind}
	var err error
	if e.actor, err = json.Marshal(by); err != nil {
		return e, fmt.Errorf("store: access: %w", err)
	}
	if e.data, err = json.Marshal(data); err != nil {
		return e, fmt.Errorf("store: access: %w", err)
	}
	return e, nil
}

func (e entryOfAccess) leaf(position int64) ledger.AccessLeaf {
	return ledger.AccessLeaf{Position: position, At: e.at, Kind: e.kind, CaseID: e.caseID, PersonID: e.personID, Actor: e.actor, Data: e.data}
}

// writeAccess appends entries to the log of access and signs its head. It takes
// that head only: commands do not wait for readers, nor readers for commands.
func (s *Store) writeAccess(group [][]entryOfAccess) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var encoded []byte
		if err := tx.QueryRow(ctx, `SELECT frontier FROM access_head FOR UPDATE`).Scan(&encoded); err != nil {
			return fmt.Errorf("store: taking the head of the log of access: %w", err)
		}
		frontier, err := ledger.DecodeFrontier(encoded)
		if err != nil {
			return fmt.Errorf("store: the head of the log of access: %w", err)
		}
		batch := &pgx.Batch{}
		if err := s.queueAccess(batch, frontier, group); err != nil {
			return err
		}
		return send(ctx, tx, batch)
	})
}

func (s *Store) queueAccess(batch *pgx.Batch, frontier ledger.Frontier, group [][]entryOfAccess) error {
	var rows accessRows
	var leaves []tlog.Hash
	for _, entries := range group {
		for _, e := range entries {
			hash := e.leaf(frontier.Size() + int64(len(leaves))).Hash()
			rows.add(frontier.Size()+int64(len(leaves)), e, hash[:])
			leaves = append(leaves, hash)
			for _, q := range e.statements() {
				batch.Queue(q.SQL, q.Arguments...)
			}
		}
	}
	frontier, hashes := frontier.Append(leaves...)
	signed, err := s.signer.SignAccess(ledger.Edge{Size: frontier.Size(), Root: frontier.Root()})
	if err != nil {
		return fmt.Errorf("store: signing the head of the log of access: %w", err)
	}
	rows.queue(batch)
	indexes, values := columnsOf(hashes)
	batch.Queue(`INSERT INTO access_hashes (idx, hash) SELECT * FROM unnest($1::bigint[], $2::bytea[])`, indexes, values)
	batch.Queue(`UPDATE access_head SET size = $1, frontier = $2, signed = $3`, frontier.Size(), frontier.Encode(), signed)
	return nil
}

// statements go with an entry.
func (e entryOfAccess) statements() []*pgx.QueuedQuery {
	if e.also == nil {
		return nil
	}
	return e.also.QueuedQueries
}

// accessRows are entries by column, to be inserted at once.
type accessRows struct {
	positions           []int64
	times               []time.Time
	kinds, actors, data []string
	cases, persons      []*string
	leaves              [][]byte
}

func (r *accessRows) add(position int64, e entryOfAccess, leaf []byte) {
	r.positions, r.times, r.kinds = append(r.positions, position), append(r.times, e.at), append(r.kinds, e.kind)
	r.actors, r.data = append(r.actors, string(e.actor)), append(r.data, string(e.data))
	r.cases, r.persons, r.leaves = append(r.cases, orNull(e.caseID)), append(r.persons, orNull(e.personID)), append(r.leaves, leaf)
}

func (r *accessRows) queue(batch *pgx.Batch) {
	batch.Queue(`INSERT INTO access_log (position, at, kind, case_id, person_id, actor, data, leaf_hash)
		SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::uuid[], $5::uuid[], $6::json[], $7::json[], $8::bytea[])`,
		r.positions, r.times, r.kinds, r.cases, r.persons, r.actors, r.data, r.leaves)
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// readKey stands for who saw what of whom for which purpose.
type readKey [sha256.Size]byte

func (e entryOfAccess) key() readKey {
	return sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n", e.caseID, e.personID, e.actor, e.data))
}
