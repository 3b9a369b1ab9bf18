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

// draftsLast is how long a draft is kept that nobody comes back to.
const draftsLast = 30 * 24 * time.Hour

func draftBox(actorID, caseID, command string) string {
	return "draft/" + actorID + "/" + caseID + "/" + command
}

// KeepDraft keeps what somebody has typed in place of what they had typed
// before, and sweeps drafts that nobody has come back to.
func (s *Store) KeepDraft(ctx context.Context, d views.Draft) error {
	typed, err := json.Marshal(d.Typed)
	if err != nil {
		return fmt.Errorf("store: draft: %w", err)
	}
	box, err := s.vault.SealBox(draftBox(d.ActorID, d.CaseID, d.Command), typed)
	if err != nil {
		return fmt.Errorf("store: sealing the draft: %w", err)
	}
	return s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`INSERT INTO drafts (actor_id, case_id, command, box, saved_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (actor_id, case_id, command) DO UPDATE SET box = $4, saved_at = $5`, d.ActorID, d.CaseID, d.Command, box, d.SavedAt)
		batch.Queue(`DELETE FROM drafts WHERE saved_at < $1`, d.SavedAt.Add(-draftsLast))
	})
}

// Draft opens what somebody has typed. Errors: views.ErrNotFound.
func (s *Store) Draft(ctx context.Context, actorID, caseID, command string) (views.Draft, error) {
	d := views.Draft{ActorID: actorID, CaseID: caseID, Command: command}
	var box []byte
	err := s.pool.QueryRow(ctx, `SELECT box, saved_at FROM drafts WHERE actor_id = $1 AND case_id = $2 AND command = $3`,
		actorID, caseID, command).Scan(&box, &d.SavedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, views.ErrNotFound
	}
	if err != nil {
		return d, unavailable(err)
	}
	typed, err := s.vault.OpenBox(draftBox(actorID, caseID, command), box)
	if err != nil {
		return d, fmt.Errorf("store: opening a draft: %w", err)
	}
	if err := json.Unmarshal(typed, &d.Typed); err != nil {
		return d, fmt.Errorf("store: draft: %w", err)
	}
	return d, nil
}

// Drafts lists which forms somebody has left, the latest first, without what
// they typed.
func (s *Store) Drafts(ctx context.Context, actorID string) ([]views.Draft, error) {
	rows, err := s.pool.Query(ctx, `SELECT case_id::text, command, saved_at FROM drafts WHERE actor_id = $1 ORDER BY saved_at DESC`, actorID)
	if err != nil {
		return nil, unavailable(err)
	}
	drafts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (views.Draft, error) {
		d := views.Draft{ActorID: actorID}
		return d, row.Scan(&d.CaseID, &d.Command, &d.SavedAt)
	})
	return drafts, unavailable(err)
}

// DropDraft throws a draft away; nothing happens when there is none.
func (s *Store) DropDraft(ctx context.Context, actorID, caseID, command string) error {
	return s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`DELETE FROM drafts WHERE actor_id = $1 AND case_id = $2 AND command = $3`, actorID, caseID, command)
	})
}
