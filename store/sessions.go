// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/views"
)

// OpenSession keeps the session, its operator's name for colleagues, and that
// somebody signed in. Sessions past their end are swept at the same time.
func (s *Store) OpenSession(ctx context.Context, n views.Session) error {
	return s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`INSERT INTO operators (actor_id, name, role, office, signed_in) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (actor_id) DO UPDATE SET name = $2, role = $3, office = $4, signed_in = $5`, n.ID, n.Name, n.Role, n.Office, n.Began)
		batch.Queue(`INSERT INTO sessions (digest, actor_id, level, role, office, began, seen_at, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			n.Digest, n.ID, n.Level, n.Role, n.Office, n.Began, n.SeenAt, n.Expires)
		batch.Queue(`INSERT INTO sign_ins (actor_id, role, office, level, at) VALUES ($1, $2, $3, $4, $5)`, n.ID, n.Role, n.Office, n.Level, n.Began)
		batch.Queue(`DELETE FROM sessions WHERE expires < $1`, n.Began)
	})
}

// together runs the statements in one transaction.
func (s *Store) together(ctx context.Context, queue func(*pgx.Batch)) error {
	batch := &pgx.Batch{}
	queue(batch)
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, batch).Close() })
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// Session finds a session that nobody has ended. Errors: views.ErrNoSession.
func (s *Store) Session(ctx context.Context, digest []byte) (views.Session, error) {
	n := views.Session{Digest: digest}
	err := s.pool.QueryRow(ctx, `SELECT s.actor_id, s.role, s.office, o.name, s.level, s.began, s.seen_at, s.expires
		FROM sessions s JOIN operators o USING (actor_id) WHERE s.digest = $1`, digest).
		Scan(&n.ID, &n.Role, &n.Office, &n.Name, &n.Level, &n.Began, &n.SeenAt, &n.Expires)
	if errors.Is(err, pgx.ErrNoRows) {
		return n, views.ErrNoSession
	}
	if err != nil {
		return n, unavailable(err)
	}
	return n, nil
}

// SeeSession notes that the session was used.
func (s *Store) SeeSession(ctx context.Context, digest []byte, at time.Time) error {
	return s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`UPDATE sessions SET seen_at = $2 WHERE digest = $1`, digest, at)
	})
}

// EndSession signs out.
func (s *Store) EndSession(ctx context.Context, digest []byte) error {
	return s.together(ctx, func(batch *pgx.Batch) { batch.Queue(`DELETE FROM sessions WHERE digest = $1`, digest) })
}

// Revoke takes away at once whatever lets the actor act: sessions end, and
// tokens issued up to now are refused.
func (s *Store) Revoke(ctx context.Context, r views.Revocation) error {
	by, err := json.Marshal(r.By)
	if err != nil {
		return fmt.Errorf("store: revocation: %w", err)
	}
	return s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`INSERT INTO revocations (actor_id, since, by_actor, reason) VALUES ($1, $2, $3, $4)
			ON CONFLICT (actor_id) DO UPDATE SET since = $2, by_actor = $3, reason = $4`, r.ActorID, r.Since, by, r.Reason)
		batch.Queue(`DELETE FROM sessions WHERE actor_id = $1`, r.ActorID)
	})
}

// Revocations gives the instant up to which each revoked actor's tokens are
// worth nothing.
func (s *Store) Revocations(ctx context.Context) (map[string]time.Time, error) {
	rows, err := s.pool.Query(ctx, `SELECT actor_id::text, since FROM revocations`)
	if err != nil {
		return nil, unavailable(err)
	}
	since := map[string]time.Time{}
	var id string
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&id, &at}, func() error { since[id] = at; return nil }); err != nil {
		return nil, unavailable(err)
	}
	return since, nil
}

// Operators lists who has signed in, by id.
func (s *Store) Operators(ctx context.Context) (map[string]views.Operator, error) {
	rows, err := s.pool.Query(ctx, `SELECT actor_id::text, name, role, office FROM operators`)
	if err != nil {
		return nil, unavailable(err)
	}
	all := map[string]views.Operator{}
	var o views.Operator
	if _, err := pgx.ForEachRow(rows, []any{&o.ID, &o.Name, &o.Role, &o.Office}, func() error { all[o.ID] = o; return nil }); err != nil {
		return nil, unavailable(err)
	}
	return all, nil
}
