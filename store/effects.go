// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
)

// outstanding lists the effects of a case that were not carried out yet.
func (s *Store) outstanding(ctx context.Context, caseID string) ([]casefile.Effect, error) {
	rows, err := s.pool.Query(ctx, `SELECT effect FROM effects WHERE case_id = $1 AND done_at IS NULL ORDER BY created_at, effect_id`, caseID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[casefile.Effect])
}

// MarkDone notes that effects were carried out.
func (s *Store) MarkDone(ctx context.Context, effectIDs []string) error {
	_, err := s.pool.Exec(ctx, `UPDATE effects SET done_at = $2 WHERE effect_id = ANY($1::uuid[]) AND done_at IS NULL`, effectIDs, s.now())
	return unavailable(err)
}

// DeliverToMailbox puts a message into the simulated mailbox, once.
func (s *Store) DeliverToMailbox(ctx context.Context, caseID string, e casefile.Effect) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("store: effect: %w", err)
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO simulated_mailbox (effect_id, case_id, effect, delivered_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		e.ID, caseID, string(text), s.now())
	return unavailable(err)
}

// Mailbox lists what was delivered to the simulated mailbox about a case, oldest first.
func (s *Store) Mailbox(ctx context.Context, caseID string) ([]casefile.Effect, error) {
	rows, err := s.pool.Query(ctx, `SELECT effect FROM simulated_mailbox WHERE case_id = $1 ORDER BY delivered_at, effect_id`, caseID)
	if err != nil {
		return nil, unavailable(err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[casefile.Effect])
}
