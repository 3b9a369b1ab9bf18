// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/rules"
	"ricongiungi/schools/placement"
	"ricongiungi/vault"
	"ricongiungi/views"
)

// placedRow is a child's part of a run with the day of the run.
type placedRow struct {
	RunID  string
	On     string
	Sealed vault.Sealed
}

// placementsOf gives what runs hold of one person: nothing once the person is erased.
func (s *Store) placementsOf(ctx context.Context, caseID, personID string) ([]views.Placed, error) {
	keys, err := readKeys(ctx, s.pool, []string{personID})
	if err != nil {
		return nil, unavailable(err)
	}
	rows, err := s.pool.Query(ctx, `SELECT r.run_id::text, r.on_day::text, c.sealed FROM school_placement_children c JOIN school_placement_runs r USING (run_id)
		WHERE c.member_id = $1 AND c.sealed IS NOT NULL ORDER BY r.computed_at, r.run_id`, personID)
	if err != nil {
		return nil, unavailable(err)
	}
	parts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[placedRow])
	if err != nil {
		return nil, unavailable(err)
	}
	var all []views.Placed
	for _, part := range parts {
		placed, err := s.placedIn(ctx, part, placement.Child{ID: personID, CaseID: caseID}, keys)
		if errors.Is(err, vault.ErrForgotten) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, placed)
	}
	return all, nil
}

func (s *Store) placedIn(ctx context.Context, part placedRow, c placement.Child, keys map[string]vault.StoredKey) (views.Placed, error) {
	opened, err := s.openChild(part.RunID, c, keys, part.Sealed)
	if err != nil {
		return views.Placed{}, fmt.Errorf("store: run %s: %w", part.RunID, err)
	}
	placed := views.Placed{RunID: part.RunID, Child: opened.Child, Line: opened.Line, Decisions: []views.LineDecision{}}
	if placed.On, err = rules.ParseDate(part.On); err != nil {
		return placed, fmt.Errorf("store: run %s: %w", part.RunID, err)
	}
	decided, err := s.decisions(ctx, part.RunID)
	for _, d := range decided {
		if d.MemberID == c.ID {
			placed.Decisions = append(placed.Decisions, d)
		}
	}
	return placed, err
}
