// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// logClasses are the tables of logs that are kept for a time, with the column
// from which it counts.
var logClasses = map[string]string{
	rules.SignIns:        "at",
	rules.MachineCalls:   "at",
	rules.DemandQueries:  "asked_at",
	rules.HandoffRejects: "rejected_at",
}

// RetentionDue counts what has had its time on the day, class by class. It
// changes nothing.
func (s *Store) RetentionDue(ctx context.Context, terms rules.Retention, on rules.Date) ([]views.Due, error) {
	var all []views.Due
	for _, rule := range terms.InForce(on) {
		due := views.Due{Rule: rule, Before: rule.Until(on).Start().UTC()}
		var err error
		if rule.Class == rules.CasePersons {
			err = s.personsDue(ctx, &due, rule.Until(on))
		} else {
			err = s.logDue(ctx, &due)
		}
		if err != nil {
			return nil, unavailable(fmt.Errorf("store: retention of %s: %w", rule.Class, err))
		}
		all = append(all, due)
	}
	return all, nil
}

func (s *Store) logDue(ctx context.Context, due *views.Due) error {
	column := logClasses[due.Rule.Class]
	var oldest *time.Time
	err := s.pool.QueryRow(ctx, fmt.Sprintf(`SELECT count(*), min(%[1]s) FROM %[2]s WHERE %[1]s < $1`, column, due.Rule.Class), due.Before).Scan(&due.Count, &oldest)
	if oldest != nil {
		due.Oldest = oldest.UTC()
	}
	return err
}

// personsDue finds the people of cases closed up to the day who are not erased
// yet. A case under a legal hold keeps all of them.
func (s *Store) personsDue(ctx context.Context, due *views.Due, until rules.Date) error {
	rows, err := s.pool.Query(ctx, `SELECT case_id::text, view::text, persons::text[] FROM case_views
		WHERE phase = $1 AND view->>'closed_on' <= $2 ORDER BY view->>'closed_on', case_id`, string(casefile.PhaseClosed), until.String())
	if err != nil {
		return err
	}
	var caseID, text string
	var persons []string
	_, err = pgx.ForEachRow(rows, []any{&caseID, &text, &persons}, func() error {
		var view casefile.View
		if err := json.Unmarshal([]byte(text), &view); err != nil {
			return fmt.Errorf("case %s: %w", caseID, err)
		}
		countPersons(due, view, caseID, persons)
		return nil
	})
	return err
}

func countPersons(due *views.Due, view casefile.View, caseID string, persons []string) {
	decided := map[string]casefile.Privacy{}
	for _, p := range view.Privacy {
		decided[p.PersonID] = p
	}
	for _, person := range persons {
		switch {
		case !decided[person].ErasedOn.IsZero():
		case len(view.Holds) > 0:
			due.Held++
		default:
			due.Count++
			due.Persons = append(due.Persons, views.DuePerson{CaseID: caseID, PersonID: person, ClosedOn: view.ClosedOn, AskedBy: decided[person].ErasureAskedBy})
			if day := view.ClosedOn.Start().UTC(); due.Oldest.IsZero() || day.Before(due.Oldest) {
				due.Oldest = day
			}
		}
	}
}

// ErrNotALog says that the class is not one of the logs that rows are removed from.
var ErrNotALog = errors.New("store: this class is no log")

// RemoveExpired removes from a log what has had its time on the day, and records
// on whose word. The login must own the tables: the program itself may not.
func RemoveExpired(ctx context.Context, url string, rule rules.Keep, on rules.Date, approvedBy, reason string) (views.Removal, error) {
	column, known := logClasses[rule.Class]
	removal := views.Removal{Class: rule.Class, Before: rule.Until(on).Start().UTC(), Rule: rule, ApprovedBy: approvedBy, Reason: reason}
	if !known {
		return removal, ErrNotALog
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return removal, fmt.Errorf("store: database address: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	text, err := json.Marshal(rule)
	if err != nil {
		return removal, fmt.Errorf("store: retention: %w", err)
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('ricongiungi.retention', $1, true)`, rule.Class); err != nil {
			return err
		}
		gone, err := tx.Exec(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s < $1`, rule.Class, column), removal.Before)
		if err != nil {
			return err
		}
		removal.Removed = gone.RowsAffected()
		return tx.QueryRow(ctx, `INSERT INTO retention_removals (at, class, before, removed, rule, approved_by, reason)
			VALUES (now(), $1, $2, $3, $4, $5, $6) RETURNING at`, removal.Class, removal.Before, removal.Removed, string(text), approvedBy, reason).Scan(&removal.At)
	})
	if err != nil {
		return removal, fmt.Errorf("store: removing what has had its time: %w", err)
	}
	return removal, nil
}

// Removals lists what has been removed from logs, oldest first.
func (s *Store) Removals(ctx context.Context) ([]views.Removal, error) {
	rows, err := s.pool.Query(ctx, `SELECT at, class, before, removed, rule, approved_by, reason FROM retention_removals ORDER BY removal_id`)
	if err != nil {
		return nil, unavailable(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[views.Removal])
	return all, unavailable(err)
}
