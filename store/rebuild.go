// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/vault"
)

// CaseIDs lists every case in the log.
func (s *Store) CaseIDs(ctx context.Context) ([]string, error) {
	return s.caseIDs(ctx, `SELECT case_id::text FROM events WHERE version = 1 ORDER BY position`)
}

// OpenCaseIDs lists the cases that need a workflow: open ones, and closed ones
// whose effects are outstanding.
func (s *Store) OpenCaseIDs(ctx context.Context) ([]string, error) {
	return s.caseIDs(ctx, `SELECT case_id::text FROM case_views WHERE phase <> 'closed'
		UNION SELECT case_id::text FROM effects WHERE done_at IS NULL`)
}

func (s *Store) caseIDs(ctx context.Context, query string) ([]string, error) {
	rows, err := s.pool.Query(ctx, query)
	if err != nil {
		return nil, unavailable(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, unavailable(err)
}

// Facts is the history of one case, opened as far as keys still exist.
func (s *Store) Facts(ctx context.Context, caseID string) ([]casefile.Fact, error) {
	st, err := s.readStream(ctx, s.pool, caseID)
	return st.facts, unavailable(err)
}

// RebuildView writes the views of one case anew from the log and tells whether
// they were equal before: same view, same people.
func (s *Store) RebuildView(ctx context.Context, caseID string) (equal bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		st, err := s.readStream(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if equal, err = s.viewEquals(ctx, tx, st); err != nil {
			return err
		}
		batch := &pgx.Batch{}
		if err := s.project(batch, st, nil, casefile.Fold(st.facts), st.records[len(st.records)-1].RecordedAt); err != nil {
			return err
		}
		return send(ctx, tx, batch)
	})
	return equal, unavailable(err)
}

// viewEquals compares what is stored with what the log says. The row is locked:
// a command that is being decided meanwhile comes before or after.
func (s *Store) viewEquals(ctx context.Context, tx pgx.Tx, st stream) (bool, error) {
	state := casefile.Fold(st.facts)
	var stored string
	var boxes []vault.Sealed
	err := tx.QueryRow(ctx, `SELECT view::text, people FROM case_views WHERE case_id = $1 FOR UPDATE`, state.CaseID).Scan(&stored, &boxes)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("store: reading the view: %w", err)
	}
	view := casefile.ViewOf(state, s.book)
	fresh, err := json.Marshal(view)
	if err != nil {
		return false, fmt.Errorf("store: view: %w", err)
	}
	return stored == string(fresh) && s.saysTheSame(st, state, boxes), nil
}

// peopleEqual tells whether the view in use says of the people what the log says.
func (s *Store) peopleEqual(ctx context.Context, q querier, st stream) (bool, error) {
	var boxes []vault.Sealed
	state := casefile.Fold(st.facts)
	err := q.QueryRow(ctx, `SELECT people FROM public.case_views WHERE case_id = $1`, state.CaseID).Scan(&boxes)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil && s.saysTheSame(st, state, boxes), err
}

// saysTheSame opens what is sealed; people who cannot be read are rebuilt.
func (s *Store) saysTheSame(st stream, state *casefile.State, boxes []vault.Sealed) bool {
	people, err := s.openPeople(state.CaseID, persons(state), boxes, st.keys)
	return err == nil && samePeople(people, casefile.PeopleOf(state))
}

func samePeople(stored, fresh []casefile.Person) bool {
	if len(stored) != len(fresh) {
		return false
	}
	for i := range stored {
		if !stored[i].Erased && stored[i].Particulars != fresh[i].Particulars {
			return false
		}
	}
	return true
}
