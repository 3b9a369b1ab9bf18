// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/views"
)

// OriginalHandoff opens a message that nobody has settled yet, with what people
// proposed. Errors: handoff.ErrUnknown, also for what was applied: its content is
// in the log of its case.
func (s *Store) OriginalHandoff(ctx context.Context, handoffID string) (views.HandoffOriginal, error) {
	var box []byte
	original := views.HandoffOriginal{Proposals: []views.Proposal{}}
	err := s.pool.QueryRow(ctx, `SELECT box FROM handoffs WHERE handoff_id = $1 AND box IS NOT NULL AND status IN ('held', 'quarantined')`, handoffID).Scan(&box)
	if errors.Is(err, pgx.ErrNoRows) {
		return original, handoff.ErrUnknown
	}
	if err != nil {
		return original, unavailable(err)
	}
	raw, err := s.vault.OpenBox(handoffBox(handoffID), box)
	if err != nil {
		return original, fmt.Errorf("store: opening hand-off %s: %w", handoffID, err)
	}
	if err := json.Unmarshal(raw, &original.Message); err != nil {
		return original, fmt.Errorf("store: hand-off %s: %w", handoffID, err)
	}
	rows, err := s.pool.Query(ctx, `SELECT at, by_actor, action, reason FROM handoff_proposals WHERE handoff_id = $1 ORDER BY proposal_id`, handoffID)
	if err != nil {
		return original, unavailable(err)
	}
	var p views.Proposal
	_, err = pgx.ForEachRow(rows, []any{&p.At, &p.By, &p.Action, &p.Reason}, func() error {
		p.At = p.At.UTC()
		original.Proposals = append(original.Proposals, p)
		return nil
	})
	return original, unavailable(err)
}

// Propose keeps what somebody would do with a message that nobody has settled.
// Errors: handoff.ErrUnknown, handoff.ErrNotSettleable.
func (s *Store) Propose(ctx context.Context, handoffID string, p handoff.Settlement, by casefile.Actor) error {
	receipt, err := s.Handoff(ctx, handoffID)
	switch {
	case err != nil:
		return err
	case receipt.Status != handoff.Quarantined && receipt.Status != handoff.Held:
		return handoff.ErrNotSettleable
	}
	actor, err := json.Marshal(by)
	if err != nil {
		return fmt.Errorf("store: actor: %w", err)
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO handoff_proposals (handoff_id, at, by_actor, action, reason) VALUES ($1, $2, $3, $4, $5)`,
		handoffID, s.now(), string(actor), p.Action, p.Reason)
	return unavailable(err)
}
