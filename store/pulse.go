// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/views"
)

// Pulse tells how the system works inside: what waits where and for how long,
// and when the log was last verified.
func (s *Store) Pulse(ctx context.Context) (views.Pulse, error) {
	p := views.Pulse{At: s.now().UTC()}
	err := pgx.BeginTxFunc(ctx, s.pool, auditTx, func(tx pgx.Tx) error {
		return readQueues(ctx, tx, &p)
	})
	if err != nil {
		return p, unavailable(err)
	}
	last, err := s.Verifications(ctx, 1)
	if len(last) > 0 {
		p.Verified = &last[0]
	}
	return p, err
}

// queues are where things wait, with how to count them.
const queues = `SELECT 'commands', count(*), min(accepted_at) FROM orders WHERE settled_at IS NULL
	UNION ALL SELECT 'handoffs', count(*), min(received_at) FROM handoffs WHERE status = 'accepted'
	UNION ALL SELECT 'held', count(*), min(received_at) FROM handoffs WHERE status = 'held'
	UNION ALL SELECT 'quarantine', count(*), min(received_at) FROM handoffs WHERE status = 'quarantined'
	UNION ALL SELECT 'effects', count(*), min(created_at) FROM effects WHERE done_at IS NULL
	UNION ALL SELECT 'unstarted', count(*), NULL FROM unstarted_cases`

func readQueues(ctx context.Context, tx pgx.Tx, p *views.Pulse) error {
	rows, err := tx.Query(ctx, queues)
	if err != nil {
		return err
	}
	var name string
	var depth int64
	var oldest *time.Time
	_, err = pgx.ForEachRow(rows, []any{&name, &depth, &oldest}, func() error {
		q := views.Queue{Name: name, Depth: depth}
		if oldest != nil {
			q.Seconds = max(0, p.At.Sub(*oldest).Seconds())
		}
		p.Queues = append(p.Queues, q)
		return nil
	})
	if err != nil {
		return err
	}
	var last *time.Time
	err = tx.QueryRow(ctx, `SELECT size, (SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1) FROM log_head`).Scan(&p.Events, &last)
	if last != nil {
		p.LastEvent = last.UTC()
	}
	return err
}

// RecordVerification keeps the answer of a look through the whole log.
func (s *Store) RecordVerification(ctx context.Context, v views.Verification) error {
	actor, err := json.Marshal(v.By)
	if err != nil {
		return fmt.Errorf("store: actor: %w", err)
	}
	var fault *string
	if v.Fault != nil {
		text, err := json.Marshal(v.Fault)
		if err != nil {
			return fmt.Errorf("store: fault: %w", err)
		}
		fault = new(string)
		*fault = string(text)
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO verifications (verification_id, at, by_actor, intact, events, seconds, fault) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		v.ID, v.At.UTC(), string(actor), v.Intact, v.Events, v.Seconds, fault)
	return unavailable(err)
}

// Verifications lists the last answers, newest first.
func (s *Store) Verifications(ctx context.Context, limit int) ([]views.Verification, error) {
	rows, err := s.pool.Query(ctx, `SELECT verification_id::text, at, by_actor, intact, events, seconds, fault FROM verifications ORDER BY at DESC LIMIT $1`, limit)
	if err != nil {
		return nil, unavailable(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (views.Verification, error) {
		var v views.Verification
		err := row.Scan(&v.ID, &v.At, &v.By, &v.Intact, &v.Events, &v.Seconds, &v.Fault)
		v.At = v.At.UTC()
		return v, err
	})
	return all, unavailable(err)
}
