// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// Workload counts who looks after how much on the day, in cases of the offices.
// Colleagues with no case at all are there too: they could take some.
func (s *Store) Workload(ctx context.Context, offices []string, on rules.Date) (oversight.Workload, error) {
	loads := map[string]*oversight.Load{}
	of := func(id string) *oversight.Load {
		if loads[id] == nil {
			loads[id] = &oversight.Load{CounsellorID: id, Languages: map[string]int{}}
		}
		return loads[id]
	}
	err := pgx.BeginTxFunc(ctx, s.pool, auditTx, func(tx pgx.Tx) error {
		if err := countColleagues(ctx, tx, offices, of); err != nil {
			return err
		}
		if err := countOpen(ctx, tx, offices, of); err != nil {
			return err
		}
		return countDue(ctx, tx, offices, on, of)
	})
	rows := make([]oversight.Load, 0, len(loads))
	for _, l := range loads {
		rows = append(rows, *l)
	}
	return oversight.NewWorkload(on, rows), unavailable(err)
}

func countColleagues(ctx context.Context, tx pgx.Tx, offices []string, of func(string) *oversight.Load) error {
	rows, err := tx.Query(ctx, `SELECT actor_id::text, name FROM operators WHERE role = $1 AND office = ANY($2)`, string(casefile.Counsellor), offices)
	if err != nil {
		return err
	}
	var id, name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		of(id).Name = name
		return nil
	})
	return err
}

func countOpen(ctx context.Context, tx pgx.Tx, offices []string, of func(string) *oversight.Load) error {
	rows, err := tx.Query(ctx, `SELECT d.counsellor, d.language, count(*), sum(d.members), coalesce(max(o.name), '')
		FROM desk_cases d LEFT JOIN operators o ON o.actor_id::text = d.counsellor
		WHERE d.office = ANY($1) AND d.phase <> 'closed' GROUP BY d.counsellor, d.language`, offices)
	if err != nil {
		return err
	}
	var id, language, name string
	var cases, members int
	_, err = pgx.ForEachRow(rows, []any{&id, &language, &cases, &members, &name}, func() error {
		l := of(id)
		l.Name, l.OpenCases, l.Members = name, l.OpenCases+cases, l.Members+members
		l.Languages[language] += cases
		return nil
	})
	return err
}

func countDue(ctx context.Context, tx pgx.Tx, offices []string, on rules.Date, of func(string) *oversight.Load) error {
	rows, err := tx.Query(ctx, `SELECT counsellor, count(*) FILTER (WHERE due_on < $2::date), count(*) FILTER (WHERE due_on >= $2::date)
		FROM agenda_items WHERE office = ANY($1) AND due_on < $2::date + 7 AND responsible = $3 AND item <> ALL($4) GROUP BY counsellor`,
		offices, on.String(), string(casefile.Counsellor), casefile.ProtectedItems())
	if err != nil {
		return err
	}
	var id string
	var overdue, week int
	_, err = pgx.ForEachRow(rows, []any{&id, &overdue, &week}, func() error {
		of(id).Overdue, of(id).DueInWeek = overdue, week
		return nil
	})
	return err
}

// Backlog counts what waits for the Prefecture's decision on the day.
func (s *Store) Backlog(ctx context.Context, offices []string, on rules.Date) (oversight.Backlog, error) {
	rows, err := s.pool.Query(ctx, `SELECT filed_on::text, review_from::text, review_days, review_due::text, count(*)
		FROM desk_cases WHERE office = ANY($1) AND review_due IS NOT NULL AND filed_on <= $2::date
		GROUP BY filed_on, review_from, review_days, review_due`, offices, on.String())
	if err != nil {
		return oversight.Backlog{}, unavailable(err)
	}
	pending, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (oversight.Pending, error) {
		var p oversight.Pending
		var filed, from, due string
		err := row.Scan(&filed, &from, &p.Days, &due, &p.Count)
		if err == nil {
			err = readDays(day{filed, &p.FiledOn}, day{from, &p.ValidFrom}, day{due, &p.Due})
		}
		return p, err
	})
	return oversight.NewBacklog(on, pending), unavailable(err)
}

// day is a day as the database writes it and where it belongs.
type day struct {
	text string
	into *rules.Date
}

func readDays(days ...day) error {
	for _, d := range days {
		if err := d.into.UnmarshalText([]byte(d.text)); err != nil {
			return fmt.Errorf("store: a day: %w", err)
		}
	}
	return nil
}

// OverdueByStage counts agenda items whose day has passed, by the phase of their case.
func (s *Store) OverdueByStage(ctx context.Context, offices []string, on rules.Date) (oversight.Overdue, error) {
	rows, err := s.pool.Query(ctx, `SELECT d.phase, a.item, a.responsible, count(*), count(DISTINCT a.case_id), min(a.due_on)::text
		FROM agenda_items a JOIN desk_cases d USING (case_id)
		WHERE a.office = ANY($1) AND a.due_on < $2::date AND a.item <> ALL($3) GROUP BY d.phase, a.item, a.responsible`,
		offices, on.String(), casefile.ProtectedItems())
	if err != nil {
		return oversight.Overdue{}, unavailable(err)
	}
	stages, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (oversight.Stage, error) {
		var st oversight.Stage
		var oldest string
		err := row.Scan(&st.Phase, &st.Item, &st.Responsible, &st.Count, &st.Cases, &oldest)
		if err == nil {
			err = readDays(day{oldest, &st.OldestOn})
		}
		return st, err
	})
	var phases []string
	for _, p := range casefile.Phases() {
		phases = append(phases, string(p))
	}
	return oversight.NewOverdue(on, stages, phases), unavailable(err)
}

// Times estimates how long members stay in each stage, of those who entered it
// from since on. A stay that was not completed is seen to the day, or to the end
// of the way.
func (s *Store) Times(ctx context.Context, offices []string, on, since rules.Date) (oversight.Times, error) {
	rows, err := s.pool.Query(ctx, `SELECT s.stage, (CASE WHEN s.next <= $2::date THEN s.next ELSE greatest(s.begun, least($2::date, w.ended_on)) END) - s.begun AS days,
			coalesce(s.next <= $2::date, false) AS over, count(*)
		FROM desk_ways w, LATERAL (VALUES ('decision', w.filed_on, w.decided_on), ('visa_request', w.authorised_on, w.visa_requested_on),
			('visa', w.visa_requested_on, w.visa_granted_on), ('journey', w.visa_granted_on, w.entered_on), ('presentation', w.entered_on, w.presented_on),
			('permit_request', w.entered_on, w.permit_requested_on), ('permit', w.permit_requested_on, w.permit_issued_on)) AS s (stage, begun, next)
		WHERE w.office = ANY($1) AND s.begun BETWEEN $3::date AND $2::date AND (s.next IS NULL OR s.next >= s.begun)
		GROUP BY 1, 2, 3`, offices, on.String(), since.String())
	if err != nil {
		return oversight.Times{}, unavailable(err)
	}
	waits, err := pgx.CollectRows(rows, pgx.RowToStructByPos[oversight.Wait])
	return oversight.NewTimes(on, since, waits), unavailable(err)
}

// Approvals lists what waits for a second person, the oldest first.
func (s *Store) Approvals(ctx context.Context, q views.ApprovalQuery) (views.Page[views.ApprovalRow], error) {
	var after struct{ On, ID, Kind, Subject string }
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[views.ApprovalRow]{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT case_id::text, kind, subject, asked_on::text, asked_by, coalesce(due_on::text, '') FROM desk_approvals
		WHERE office = ANY(@offices) AND (@id = '' OR (asked_on, case_id, kind, subject) > (nullif(@on, '')::date, nullif(@id, '')::uuid, @kind, @subject))
		ORDER BY asked_on, case_id, kind, subject LIMIT @limit`,
		pgx.StrictNamedArgs{"offices": q.Offices, "id": after.ID, "on": after.On, "kind": after.Kind, "subject": after.Subject, "limit": q.Limit + 1})
	if err != nil {
		return views.Page[views.ApprovalRow]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (views.ApprovalRow, error) {
		var r views.ApprovalRow
		var asked, due string
		err := row.Scan(&r.CaseID, &r.Kind, &r.Subject, &asked, &r.AskedBy, &due)
		if err == nil {
			err = readDays(day{asked, &r.AskedOn}, day{due, &r.DueOn})
		}
		return r, err
	})
	if err != nil {
		return views.Page[views.ApprovalRow]{}, unavailable(err)
	}
	return page(items, q.Limit, func(r views.ApprovalRow) any {
		return struct{ On, ID, Kind, Subject string }{r.AskedOn.String(), r.CaseID, r.Kind, r.Subject}
	})
}
