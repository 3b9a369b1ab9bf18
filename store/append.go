// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/casefile"
	"ricongiungi/ledger"
	"ricongiungi/vault"
)

// seal writes a fact in the form of the log, without its place there.
func (s *Store) seal(f casefile.Fact, ordinal int, keys map[string]vault.StoredKey) (record, error) {
	boxes, err := s.sealPrivate(f.CaseID, f.EventID, f.Private, keys)
	if err != nil {
		return record{}, err
	}
	r := record{CaseID: f.CaseID, Version: f.Version, EventID: f.EventID, CommandID: f.CommandID, Ordinal: ordinal,
		Type: casefile.EventName(f.Event), SchemaVersion: f.SchemaVersion, OccurredAt: f.OccurredAt, RecordedAt: f.RecordedAt}
	if r.Data, err = json.Marshal(f.Event); err != nil {
		return record{}, fmt.Errorf("store: writing event %s: %w", r.Type, err)
	}
	if r.Actor, err = json.Marshal(f.Actor); err != nil {
		return record{}, fmt.Errorf("store: writing event %s: %w", r.Type, err)
	}
	if r.Sealed, err = json.Marshal(boxes); err != nil {
		return record{}, fmt.Errorf("store: writing event %s: %w", r.Type, err)
	}
	return r, nil
}

// statements go with a change, apart from the log itself: views, effects, keys,
// and the command settled. They are made before the commit, where writers do not
// wait for each other.
func (s *Store) statements(p pending, c change, was standpoint, after *casefile.State, outcome casefile.Outcome, now time.Time) (*pgx.Batch, error) {
	batch := &pgx.Batch{}
	for _, key := range c.newKeys {
		batch.Queue(`INSERT INTO person_keys (person_id, key_id, wrapped, commitment) VALUES ($1, $2, $3, $4)`,
			key.PersonID, key.KeyID, key.Wrapped, key.Commitment)
	}
	queueErasures(batch, after.CaseID, c.erased, now)
	if err := s.project(batch, c.stream, &was, after, now); err != nil {
		return nil, err
	}
	if err := queueEffects(batch, after.CaseID, outcome.Effects, now); err != nil {
		return nil, err
	}
	if len(c.stream.records) == 0 {
		batch.Queue(`INSERT INTO unstarted_cases (case_id) VALUES ($1) ON CONFLICT DO NOTHING`, after.CaseID)
	}
	return batch, p.settled(batch, outcome, now)
}

// heads are the ends of both logs as a writer finds them.
type heads struct {
	frontier ledger.Frontier
	access   ledger.Edge
}

// takeHead waits for the head of the log of events. The head of the log of access
// is taken as it is: nobody waits for that one here.
func takeHead(ctx context.Context, tx pgx.Tx) (heads, error) {
	var encoded, beside []byte
	err := tx.QueryRow(ctx, `SELECT l.frontier, a.frontier FROM log_head l, access_head a FOR UPDATE OF l`).Scan(&encoded, &beside)
	if err != nil {
		return heads{}, fmt.Errorf("store: taking the head of the log: %w", err)
	}
	frontier, err := ledger.DecodeFrontier(encoded)
	if err != nil {
		return heads{}, fmt.Errorf("store: the head of the log: %w", err)
	}
	access, err := ledger.DecodeFrontier(beside)
	if err != nil {
		return heads{}, fmt.Errorf("store: the head of the log of access: %w", err)
	}
	return heads{frontier, ledger.Edge{Size: access.Size(), Root: access.Root()}}, nil
}

func queueRecords(batch *pgx.Batch, records []record) {
	for _, r := range records {
		batch.Queue(`INSERT INTO events (position, case_id, version, event_id, command_id, ordinal, type, schema_version,
				occurred_at, recorded_at, actor, data, sealed, prev_hash, leaf_hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			r.Position, r.CaseID, r.Version, r.EventID, r.CommandID, r.Ordinal, r.Type, r.SchemaVersion,
			r.OccurredAt, r.RecordedAt, string(r.Actor), string(r.Data), string(r.Sealed), r.PrevHash, r.LeafHash)
	}
}

func (s *Store) queueHead(batch *pgx.Batch, frontier ledger.Frontier, access ledger.Edge, hashes []ledger.IndexedHash) error {
	indexes, values := columnsOf(hashes)
	batch.Queue(`INSERT INTO log_hashes (idx, hash) SELECT * FROM unnest($1::bigint[], $2::bytea[])`, indexes, values)
	checkpoint, err := s.signer.Sign(frontier.Size(), frontier.Root(), access)
	if err != nil {
		return fmt.Errorf("store: signing the checkpoint: %w", err)
	}
	batch.Queue(`UPDATE log_head SET size = $1, frontier = $2, checkpoint = $3`, frontier.Size(), frontier.Encode(), checkpoint)
	return nil
}

func columnsOf(hashes []ledger.IndexedHash) ([]int64, [][]byte) {
	indexes, values := make([]int64, len(hashes)), make([][]byte, len(hashes))
	for i := range hashes {
		indexes[i], values[i] = hashes[i].Index, hashes[i].Hash[:]
	}
	return indexes, values
}

// place gives each record its position, its link to the one before it in the
// case, and the hash that the tree covers.
func place(c change, size int64) ([]tlog.Hash, error) {
	previous := c.stream.last()
	leaves := make([]tlog.Hash, len(c.records))
	for i := range c.records {
		r := &c.records[i]
		r.Position, r.PrevHash = size+int64(i), previous
		leaf, err := r.leaf()
		if err != nil {
			return nil, err
		}
		leaves[i] = leaf.Hash()
		r.LeafHash = leaves[i][:]
		previous = r.LeafHash
	}
	return leaves, nil
}

// send runs a batch whose statements must all succeed.
func send(ctx context.Context, tx pgx.Tx, batch *pgx.Batch) error {
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("store: writing: %w", err)
	}
	return nil
}

func queueEffects(batch *pgx.Batch, caseID string, effects []casefile.Effect, now time.Time) error {
	for _, e := range effects {
		text, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("store: effect: %w", err)
		}
		batch.Queue(`INSERT INTO effects (effect_id, case_id, effect, created_at) VALUES ($1, $2, $3, $4)`, e.ID, caseID, string(text), now)
	}
	return nil
}
