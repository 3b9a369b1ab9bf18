// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

// runBox is the part of a run that lies sealed: ids and whereabouts of children.
type runBox struct {
	Problem placement.Problem `json:"problem"`
	Result  placement.Result  `json:"result"`
}

func runContext(id string) string { return "school placement run " + id }

// KeepRun keeps a run once and gives it as it is kept: the first one under its
// id. Errors: views.ErrOtherContent when that one came from another request.
func (s *Store) KeepRun(ctx context.Context, r views.Run) (views.Run, error) {
	plain, err := json.Marshal(runBox{r.Problem, r.Result})
	if err != nil {
		return r, fmt.Errorf("store: run: %w", err)
	}
	box, err := s.vault.SealBox(runContext(r.RunID), plain)
	if err != nil {
		return r, fmt.Errorf("store: run: %w", err)
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO school_placement_runs
			(run_id, request_digest, problem_digest, result_digest, on_day, lottery_seed, children, placed, box, computed_by, computed_at)
		VALUES ($1, $2, $3, $4, $5::text::date, $6, $7, $8, $9, $10, $11) ON CONFLICT (run_id) DO NOTHING`,
		r.RunID, r.RequestDigest, r.ProblemDigest, r.ResultDigest, r.On.String(), r.Seed, r.Children, r.Placed, box, r.ComputedBy, s.now())
	if err != nil {
		return r, unavailable(err)
	}
	kept, err := s.Run(ctx, r.RunID)
	if err == nil && !bytes.Equal(kept.RequestDigest, r.RequestDigest) {
		return r, views.ErrOtherContent
	}
	return kept, err
}

const runColumns = `run_id::text, on_day::text, lottery_seed, children, placed, problem_digest, result_digest, computed_by, computed_at, request_digest`

func scanRun(row pgx.CollectableRow) (views.RunRow, error) {
	var r views.RunRow
	var on string
	if err := row.Scan(&r.RunID, &on, &r.Seed, &r.Children, &r.Placed, &r.ProblemDigest, &r.ResultDigest, &r.ComputedBy, &r.ComputedAt, &r.RequestDigest); err != nil {
		return r, err
	}
	r.ComputedAt = r.ComputedAt.UTC()
	return r, r.On.UnmarshalText([]byte(on))
}

// Run gives a run with what was decided of its lines. Errors: views.ErrNotFound.
func (s *Store) Run(ctx context.Context, id string) (views.Run, error) {
	var r views.Run
	rows, err := s.pool.Query(ctx, `SELECT `+runColumns+` FROM school_placement_runs WHERE run_id = $1`, id)
	if err != nil {
		return r, unavailable(err)
	}
	r.RunRow, err = pgx.CollectExactlyOneRow(rows, scanRun)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, views.ErrNotFound
	}
	if err != nil {
		return r, unavailable(err)
	}
	box, err := s.openRun(ctx, id)
	if err != nil {
		return r, err
	}
	r.Problem, r.Result = box.Problem, box.Result
	r.Decisions, err = s.decisions(ctx, id)
	return r, err
}

func (s *Store) openRun(ctx context.Context, id string) (runBox, error) {
	var sealed []byte
	var box runBox
	if err := s.pool.QueryRow(ctx, `SELECT box FROM school_placement_runs WHERE run_id = $1`, id).Scan(&sealed); err != nil {
		return box, unavailable(err)
	}
	plain, err := s.vault.OpenBox(runContext(id), sealed)
	if err != nil {
		return box, fmt.Errorf("store: run %s: %w", id, err)
	}
	return box, json.Unmarshal(plain, &box)
}

// Runs lists runs, the newest first.
func (s *Store) Runs(ctx context.Context, cursor string, limit int) (views.Page[views.RunRow], error) {
	var after struct {
		At time.Time
		ID string
	}
	if err := openCursor(cursor, &after); err != nil {
		return views.Page[views.RunRow]{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT `+runColumns+` FROM school_placement_runs
		WHERE @id = '' OR (computed_at, run_id) < (@at, nullif(@id, '')::uuid)
		ORDER BY computed_at DESC, run_id DESC LIMIT @limit`, pgx.StrictNamedArgs{"id": after.ID, "at": after.At, "limit": limit + 1})
	if err != nil {
		return views.Page[views.RunRow]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, scanRun)
	if err != nil {
		return views.Page[views.RunRow]{}, unavailable(err)
	}
	return page(items, limit, func(r views.RunRow) any {
		return struct {
			At time.Time
			ID string
		}{r.ComputedAt, r.RunID}
	})
}

func (s *Store) decisions(ctx context.Context, runID string) ([]views.LineDecision, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+decisionColumns+` FROM school_placement_decisions WHERE run_id = $1 ORDER BY ordinal`, runID)
	if err != nil {
		return nil, unavailable(err)
	}
	list, err := pgx.CollectRows(rows, scanDecision)
	if list == nil {
		list = []views.LineDecision{}
	}
	return list, unavailable(err)
}

const decisionColumns = `decision_id::text, run_id::text, member_id::text, action, school_code, grade, on_day::text, reason, decided_by, decided_at`

func scanDecision(row pgx.CollectableRow) (views.LineDecision, error) {
	var d views.LineDecision
	var on string
	if err := row.Scan(&d.DecisionID, &d.RunID, &d.MemberID, &d.Action, &d.SchoolCode, &d.Grade, &on, &d.Reason, &d.DecidedBy, &d.DecidedAt); err != nil {
		return d, err
	}
	d.DecidedAt = d.DecidedAt.UTC()
	return d, d.On.UnmarshalText([]byte(on))
}

// DecideLine records what an officer made of a line, once under its id, and gives
// it as it is recorded. Errors: views.ErrOtherContent.
func (s *Store) DecideLine(ctx context.Context, d views.LineDecision) (views.LineDecision, error) {
	_, err := s.pool.Exec(ctx, `INSERT INTO school_placement_decisions
			(decision_id, run_id, member_id, action, school_code, grade, on_day, reason, decided_by, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7::text::date, $8, $9, $10) ON CONFLICT (decision_id) DO NOTHING`,
		d.DecisionID, d.RunID, d.MemberID, d.Action, d.SchoolCode, d.Grade, d.On.String(), d.Reason, d.DecidedBy, s.now())
	if err != nil {
		return d, unavailable(err)
	}
	rows, err := s.pool.Query(ctx, `SELECT `+decisionColumns+` FROM school_placement_decisions WHERE decision_id = $1`, d.DecisionID)
	if err != nil {
		return d, unavailable(err)
	}
	kept, err := pgx.CollectExactlyOneRow(rows, scanDecision)
	if err != nil {
		return d, unavailable(err)
	}
	d.DecidedBy, d.DecidedAt = kept.DecidedBy, kept.DecidedAt
	if d != kept {
		return d, views.ErrOtherContent
	}
	return kept, nil
}
