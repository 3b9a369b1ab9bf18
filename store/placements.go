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
	"ricongiungi/vault"
	"ricongiungi/views"
)

func runContext(id string) string { return "school placement run " + id }

// runBox is the part of a run that lies sealed with the office's key: of children
// it holds ids only, whoever they are.
type runBox struct {
	Problem placement.Problem `json:"problem"`
	Result  placement.Result  `json:"result"`
}

// childBox is what a run knew of one child and says about it, sealed with the
// child's key.
type childBox struct {
	Child placement.Child `json:"child"`
	Line  placement.Line  `json:"line"`
}

// KeepRun keeps a run once and gives it as it is kept: the first one under its
// id. Errors: views.ErrOtherContent when that one came from another request.
func (s *Store) KeepRun(ctx context.Context, r views.Run) (views.Run, error) {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return s.insertRun(ctx, tx, r) })
	if err != nil {
		return r, unavailable(err)
	}
	kept, err := s.Run(ctx, r.RunID)
	if err == nil && !bytes.Equal(kept.RequestDigest, r.RequestDigest) {
		return r, views.ErrOtherContent
	}
	return kept, err
}

func (s *Store) insertRun(ctx context.Context, tx pgx.Tx, r views.Run) error {
	box, err := s.sealRun(r)
	if err != nil {
		return err
	}
	done, err := tx.Exec(ctx, `INSERT INTO school_placement_runs
			(run_id, request_digest, problem_digest, result_digest, on_day, lottery_seed, children, placed, hubs, box, computed_by, computed_at)
		VALUES ($1, $2, $3, $4, $5::text::date, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (run_id) DO NOTHING`,
		r.RunID, r.RequestDigest, r.ProblemDigest, r.ResultDigest, r.On.String(), r.Seed, r.Children, r.Placed, r.Hubs, box, r.ComputedBy, s.now())
	if err != nil || done.RowsAffected() == 0 {
		return err
	}
	rows, err := s.sealChildren(ctx, tx, r)
	if err != nil {
		return err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"school_placement_children"}, []string{"run_id", "ordinal", "member_id", "sealed"}, pgx.CopyFromRows(rows))
	return err
}

// sealRun seals the run without its children.
func (s *Store) sealRun(r views.Run) ([]byte, error) {
	bare := runBox{r.Problem, r.Result}
	bare.Problem.Children, bare.Result.Lines = make([]placement.Child, len(r.Problem.Children)), make([]placement.Line, len(r.Result.Lines))
	for i := range r.Problem.Children {
		bare.Problem.Children[i], bare.Result.Lines[i] = r.Problem.Children[i].Without(), r.Result.Lines[i].Without()
	}
	plain, err := json.Marshal(bare)
	if err != nil {
		return nil, fmt.Errorf("store: run: %w", err)
	}
	return s.vault.SealBox(runContext(r.RunID), plain)
}

// sealChildren seals each child's part for the child alone. Nothing more is kept
// about somebody who was erased, or of whom nothing was ever sealed.
func (s *Store) sealChildren(ctx context.Context, q querier, r views.Run) ([][]any, error) {
	keys, err := s.childKeys(ctx, q, r.Problem.Children)
	if err != nil {
		return nil, err
	}
	rows := make([][]any, len(r.Problem.Children))
	for i, c := range r.Problem.Children {
		rows[i] = []any{r.RunID, i, c.ID, nil}
		key, known := keys[c.ID]
		if !known {
			continue
		}
		plain, err := json.Marshal(childBox{c, r.Result.Lines[i]})
		if err != nil {
			return nil, fmt.Errorf("store: run: %w", err)
		}
		box, err := s.vault.Seal(key, placeInRun(r.RunID, c), plain)
		if errors.Is(err, vault.ErrForgotten) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("store: run %s: %w", r.RunID, err)
		}
		raw, err := json.Marshal(box)
		if err != nil {
			return nil, fmt.Errorf("store: run %s: %w", r.RunID, err)
		}
		rows[i][3] = string(raw)
	}
	return rows, nil
}

// placeInRun is the place for which a child's part is sealed.
func placeInRun(runID string, c placement.Child) vault.Context {
	return vault.Context{CaseID: c.CaseID, EventID: runContext(runID), PersonID: c.ID}
}

func (s *Store) childKeys(ctx context.Context, q querier, children []placement.Child) (map[string]vault.StoredKey, error) {
	ids := make([]string, len(children))
	for i, c := range children {
		ids[i] = c.ID
	}
	return readKeys(ctx, q, ids)
}

const runColumns = `run_id::text, on_day::text, lottery_seed, children, placed, hubs, problem_digest, result_digest, computed_by, computed_at, request_digest`

func scanRun(row pgx.CollectableRow) (views.RunRow, error) {
	var r views.RunRow
	var on string
	if err := row.Scan(&r.RunID, &on, &r.Seed, &r.Children, &r.Placed, &r.Hubs, &r.ProblemDigest, &r.ResultDigest, &r.ComputedBy, &r.ComputedAt, &r.RequestDigest); err != nil {
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

// openRun opens a run, and of its children those whose keys still exist.
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
	if err := json.Unmarshal(plain, &box); err != nil {
		return box, fmt.Errorf("store: run %s: %w", id, err)
	}
	return box, s.openChildren(ctx, id, &box)
}

func (s *Store) openChildren(ctx context.Context, id string, into *runBox) error {
	keys, err := s.childKeys(ctx, s.pool, into.Problem.Children)
	if err != nil {
		return unavailable(err)
	}
	rows, err := s.pool.Query(ctx, `SELECT ordinal, sealed FROM school_placement_children WHERE run_id = $1 AND sealed IS NOT NULL`, id)
	if err != nil {
		return unavailable(err)
	}
	parts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[childPart])
	if err != nil {
		return unavailable(err)
	}
	for _, part := range parts {
		opened, err := s.openChild(id, into.Problem.Children[part.Ordinal], keys, part.Sealed)
		if errors.Is(err, vault.ErrForgotten) {
			continue
		}
		if err != nil {
			return fmt.Errorf("store: run %s: %w", id, err)
		}
		into.Problem.Children[part.Ordinal], into.Result.Lines[part.Ordinal] = opened.Child, opened.Line
	}
	return nil
}

// childPart is a row of school_placement_children.
type childPart struct {
	Ordinal int
	Sealed  vault.Sealed
}

func (s *Store) openChild(runID string, c placement.Child, keys map[string]vault.StoredKey, box vault.Sealed) (childBox, error) {
	var opened childBox
	plain, err := s.vault.Open(keys[c.ID], placeInRun(runID, c), box)
	if err != nil {
		return opened, err
	}
	return opened, json.Unmarshal(plain, &opened)
}

// Runs lists the runs about children of no other hubs than these, the newest first.
func (s *Store) Runs(ctx context.Context, hubs []string, cursor string, limit int) (views.Page[views.RunRow], error) {
	var after struct {
		At time.Time
		ID string
	}
	if err := openCursor(cursor, &after); err != nil {
		return views.Page[views.RunRow]{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT `+runColumns+` FROM school_placement_runs
		WHERE hubs <@ @hubs::text[] AND (@id = '' OR (computed_at, run_id) < (@at, nullif(@id, '')::uuid))
		ORDER BY computed_at DESC, run_id DESC LIMIT @limit`, pgx.StrictNamedArgs{"id": after.ID, "at": after.At, "hubs": hubs, "limit": limit + 1})
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
