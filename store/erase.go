// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/vault"
)

// forget takes the person's key out of the change, so that the views written
// with it no longer hold who the person was. Somebody without a key gets a
// destroyed one: nothing can be kept about them later.
func (s *Store) forget(c *change, person string) error {
	key, ok := c.stream.keys[person]
	if !ok {
		fresh, err := s.vault.NewKey(person)
		if err != nil {
			return fmt.Errorf("store: a key for an erased person: %w", err)
		}
		key = fresh
	}
	key.Wrapped = nil
	c.stream.keys = maps.Clone(c.stream.keys)
	c.stream.keys[person] = key
	c.erased = append(c.erased, key)
	return nil
}

// queueErasures destroys keys with the event that says so. Discarded hand-offs
// of the case go too: they may name the person, and nobody needs them. So do
// drafts, and the scans of the person's papers.
func queueErasures(batch *pgx.Batch, caseID string, erased []vault.StoredKey, now time.Time) {
	for _, key := range erased {
		batch.Queue(`INSERT INTO person_keys (person_id, key_id, wrapped, commitment, destroyed_at) VALUES ($1, $2, '', $3, $4)
			ON CONFLICT (person_id) DO UPDATE SET wrapped = '', destroyed_at = excluded.destroyed_at`,
			key.PersonID, key.KeyID, key.Commitment, now)
		batch.Queue(`UPDATE handoffs SET box = NULL WHERE status = 'discarded' AND case_id = $1`, caseID)
		batch.Queue(`DELETE FROM drafts WHERE case_id = $1`, caseID)
		batch.Queue(`DELETE FROM files WHERE person_id = $1`, key.PersonID)
	}
}

// emptyCaches drops what was opened of persons just erased.
func (s *Store) emptyCaches(caseID string, c change) {
	if len(c.erased) == 0 {
		return
	}
	s.streams.Remove(caseID)
	s.recent.Remove(caseID)
	for _, key := range c.erased {
		s.vault.Forget(key.PersonID)
	}
}

// unrestricted leaves out what is said of persons whose processing is restricted.
func unrestricted(state *casefile.State, private casefile.Private) casefile.Private {
	open := maps.Clone(private)
	maps.DeleteFunc(open, func(person string, _ casefile.Particulars) bool { return state.Restricted(person) })
	return open
}

// outlive waits until every transaction of the server that is under way has
// ended: as long as one may still see a dead row, rewriting a table keeps it.
func outlive(ctx context.Context, conn *pgx.Conn) error {
	var now string
	if err := conn.QueryRow(ctx, `SELECT pg_current_xact_id()::text`).Scan(&now); err != nil {
		return fmt.Errorf("store: scrubbing: %w", err)
	}
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for over := false; !over; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("store: scrubbing: an older transaction does not end: %w", ctx.Err())
		}
		err := conn.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8`, now).Scan(&over)
		if err != nil {
			return fmt.Errorf("store: scrubbing: %w", err)
		}
	}
	return nil
}

// Scrub rewrites the tables in which destroyed keys and old sealed data linger
// as dead rows, and writes the change to disk. The login must own the tables;
// each is locked for a moment. What the write-ahead log and backups still hold
// goes when they are recycled: keep neither longer than the office has said.
func Scrub(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("store: database address: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := outlive(ctx, conn); err != nil {
		return err
	}
	for _, statement := range []string{`VACUUM (FULL) person_keys`, `VACUUM (FULL) case_views`, `VACUUM (FULL) school_needs`, `VACUUM (FULL) orders`, `VACUUM (FULL) drafts`, `VACUUM (FULL) files`,
		`VACUUM (FULL) handoffs`, `CHECKPOINT`} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("store: %s: %w", statement, err)
		}
	}
	return nil
}
