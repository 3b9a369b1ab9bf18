// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/views"
)

// Selected gives open cases to be reassigned, those with the most urgent date first.
func (s *Store) Selected(ctx context.Context, q views.Selection) ([]oversight.Assignment, error) {
	rows, err := s.pool.Query(ctx, `SELECT d.case_id::text, d.language, d.counsellor, ''
		FROM desk_cases d JOIN case_views v USING (case_id)
		WHERE d.office = ANY(@offices) AND d.phase <> 'closed' AND (@counsellor = '' OR d.counsellor = @counsellor)
			AND (NOT @unassigned OR d.counsellor = '') AND (@language = '' OR d.language = @language) AND (@phase = '' OR d.phase = @phase)
			AND (@ids::uuid[] IS NULL OR d.case_id = ANY(@ids))
		ORDER BY coalesce(v.next_due, 'infinity'), d.case_id LIMIT @limit`,
		pgx.StrictNamedArgs{"offices": q.Offices, "counsellor": q.Counsellor, "unassigned": q.Unassigned, "language": q.Language, "phase": q.Phase,
			"ids": q.CaseIDs, "limit": q.Limit})
	if err != nil {
		return nil, unavailable(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[oversight.Assignment])
	return found, unavailable(err)
}

// Reassign keeps one command for each case, all in one commit: either all of it
// has been asked for or nothing. The same reassignment again is no second one.
// Errors: views.ErrOtherContent.
func (s *Store) Reassign(ctx context.Context, r views.Reassignment, given []oversight.Assignment) error {
	actor, err := json.Marshal(r.By)
	if err != nil {
		return fmt.Errorf("store: actor: %w", err)
	}
	digest := digestOf(r, given)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO reassignments (reassignment_id, by_actor, office, at, reason, undoes, left_alone, digest)
			VALUES ($1, $2, $3, $4, $5, nullif($6, '')::uuid, $7, $8) ON CONFLICT (reassignment_id) DO NOTHING`,
			r.ID, string(actor), r.By.Office, r.At.UTC(), r.Reason, r.Undoes, r.Left, digest)
		switch {
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			return sameReassignment(ctx, tx, r.ID, digest)
		}
		return s.keepAssignments(ctx, tx, r, string(actor), given)
	})
	if errors.Is(err, views.ErrOtherContent) {
		return err
	}
	return unavailable(err)
}

func digestOf(r views.Reassignment, given []oversight.Assignment) []byte {
	var lines []string
	for _, g := range given {
		lines = append(lines, g.CaseID+" "+g.CounsellorID)
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(r.By.ID + "\n" + r.Reason + "\n" + r.Undoes + "\n" + strings.Join(lines, "\n")))
	return sum[:]
}

func sameReassignment(ctx context.Context, tx pgx.Tx, id string, digest []byte) error {
	var kept []byte
	if err := tx.QueryRow(ctx, `SELECT digest FROM reassignments WHERE reassignment_id = $1`, id).Scan(&kept); err != nil {
		return err
	}
	if !bytes.Equal(kept, digest) {
		return views.ErrOtherContent
	}
	return nil
}

// keepAssignments writes the commands and which case got which.
func (s *Store) keepAssignments(ctx context.Context, tx pgx.Tx, r views.Reassignment, actor string, given []oversight.Assignment) error {
	batch := &pgx.Batch{}
	for _, g := range given {
		body, err := json.Marshal(casefile.AssignCounsellor{CounsellorID: g.CounsellorID})
		if err != nil {
			return fmt.Errorf("store: command: %w", err)
		}
		id := casefile.DeriveID(r.ID, "case/"+g.CaseID)
		box, err := s.vault.SealBox(orderBox(id), body)
		if err != nil {
			return fmt.Errorf("store: sealing the command: %w", err)
		}
		digest := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", g.CaseID, "assign_counsellor", body, 0))
		batch.Queue(`INSERT INTO orders (command_id, case_id, type, digest, actor, if_version, accepted_at, box, bulk)
			VALUES ($1, $2, 'assign_counsellor', $3, $4, 0, $5, $6, true)`, id, g.CaseID, digest[:], actor, r.At.UTC(), box)
		batch.Queue(`INSERT INTO reassignment_cases (reassignment_id, case_id, command_id, was, counsellor) VALUES ($1, $2, $3, $4, $5)`,
			r.ID, g.CaseID, id, g.Was, g.CounsellorID)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// what became of one case, said of its command.
const reassignStatus = `CASE WHEN o.settled_at IS NULL THEN 'pending' WHEN o.outcome->'refusal' IS NOT NULL THEN 'refused'
	WHEN json_typeof(o.outcome->'events') = 'array' AND json_array_length(o.outcome->'events') > 0 THEN 'done' ELSE 'unchanged' END`

const selectReassignments = `SELECT r.reassignment_id::text, r.by_actor, r.at, r.reason, coalesce(r.undoes::text, ''),
		coalesce((SELECT u.reassignment_id::text FROM reassignments u WHERE u.undoes = r.reassignment_id), ''), r.left_alone,
		count(c.case_id), count(*) FILTER (WHERE c.status = 'pending'), count(*) FILTER (WHERE c.status = 'done'),
		count(*) FILTER (WHERE c.status = 'unchanged'), count(*) FILTER (WHERE c.status = 'refused')
	FROM reassignments r LEFT JOIN LATERAL (SELECT k.case_id, ` + reassignStatus + ` AS status
		FROM reassignment_cases k JOIN orders o USING (command_id) WHERE k.reassignment_id = r.reassignment_id) c ON true`

func scanReassignment(row pgx.CollectableRow) (views.Reassignment, error) {
	var r views.Reassignment
	err := row.Scan(&r.ID, &r.By, &r.At, &r.Reason, &r.Undoes, &r.UndoneBy, &r.Left, &r.Cases, &r.Pending, &r.Done, &r.Unchanged, &r.Refused)
	r.At = r.At.UTC()
	return r, err
}

// Reassignment tells how far one is. Errors: views.ErrNotFound.
func (s *Store) Reassignment(ctx context.Context, id string) (views.Reassignment, error) {
	rows, err := s.pool.Query(ctx, selectReassignments+` WHERE r.reassignment_id = $1 GROUP BY r.reassignment_id`, id)
	if err != nil {
		return views.Reassignment{}, unavailable(err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanReassignment)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, views.ErrNotFound
	}
	return r, unavailable(err)
}

// Reassignments lists the last ones of an office, newest first.
func (s *Store) Reassignments(ctx context.Context, office string, limit int) ([]views.Reassignment, error) {
	rows, err := s.pool.Query(ctx, selectReassignments+` WHERE r.office = $1 AND r.reassignment_id IN
		(SELECT reassignment_id FROM reassignments WHERE office = $1 ORDER BY at DESC LIMIT $2) GROUP BY r.reassignment_id ORDER BY r.at DESC`, office, limit)
	if err != nil {
		return nil, unavailable(err)
	}
	all, err := pgx.CollectRows(rows, scanReassignment)
	return all, unavailable(err)
}

func scanReassignedCase(row pgx.CollectableRow) (views.ReassignmentRow, error) {
	var r views.ReassignmentRow
	var settled *time.Time
	err := row.Scan(&r.CaseID, &r.Was, &r.CounsellorID, &r.CommandID, &r.Status, &r.Problem, &settled)
	if settled != nil {
		r.SettledAt = settled.UTC()
	}
	return r, err
}

// ReassignedCases lists what became of each case.
func (s *Store) ReassignedCases(ctx context.Context, q views.ReassignmentQuery) (views.Page[views.ReassignmentRow], error) {
	var after struct{ ID string }
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[views.ReassignmentRow]{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT k.case_id::text, k.was, k.counsellor, k.command_id::text, `+reassignStatus+`, o.outcome->'refusal', o.settled_at
		FROM reassignment_cases k JOIN orders o USING (command_id)
		WHERE k.reassignment_id = @id AND (@status = '' OR `+reassignStatus+` = @status) AND (@after = '' OR k.case_id > nullif(@after, '')::uuid)
		ORDER BY k.case_id LIMIT @limit`, pgx.StrictNamedArgs{"id": q.ID, "status": q.Status, "after": after.ID, "limit": q.Limit + 1})
	if err != nil {
		return views.Page[views.ReassignmentRow]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, scanReassignedCase)
	if err != nil {
		return views.Page[views.ReassignmentRow]{}, unavailable(err)
	}
	return page(items, q.Limit, func(r views.ReassignmentRow) any { return struct{ ID string }{r.CaseID} })
}

// Undoing gives the cases that a reassignment moved and that still are where it
// moved them, each back to who had it before, and counts those left alone.
func (s *Store) Undoing(ctx context.Context, id string) (back []oversight.Assignment, left int, err error) {
	rows, err := s.pool.Query(ctx, `SELECT k.case_id::text, d.language, k.counsellor, k.was, k.was <> '' AND d.counsellor = k.counsellor AND d.phase <> 'closed'
		FROM reassignment_cases k JOIN orders o USING (command_id) JOIN desk_cases d ON d.case_id = k.case_id
		WHERE k.reassignment_id = $1 AND `+reassignStatus+` = 'done' ORDER BY k.case_id`, id)
	if err != nil {
		return nil, 0, unavailable(err)
	}
	var a oversight.Assignment
	var there bool
	_, err = pgx.ForEachRow(rows, []any{&a.CaseID, &a.Language, &a.Was, &a.CounsellorID, &there}, func() error {
		if there {
			back = append(back, a)
		} else {
			left++
		}
		return nil
	})
	return back, left, unavailable(err)
}
