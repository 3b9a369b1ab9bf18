// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Person gives everything that is kept about one person, and nothing that is
// said of anybody else. Errors: views.ErrNotFound.
func (s *Store) Person(ctx context.Context, personID string) (views.PersonRecord, error) {
	var caseID string
	err := s.pool.QueryRow(ctx, `SELECT case_id::text FROM case_views WHERE persons @> ARRAY[$1::uuid]`, personID).Scan(&caseID)
	if errors.Is(err, pgx.ErrNoRows) {
		return views.PersonRecord{}, views.ErrNotFound
	}
	if err != nil {
		return views.PersonRecord{}, unavailable(err)
	}
	st, err := s.readStream(ctx, s.pool, caseID)
	if err != nil {
		return views.PersonRecord{}, unavailable(err)
	}
	record := s.recordOf(st, personID)
	record.Placed, err = s.placementsOf(ctx, caseID, personID)
	return record, err
}

func (s *Store) recordOf(st stream, personID string) views.PersonRecord {
	state := casefile.Fold(st.facts)
	view := casefile.ViewOf(state, s.book)
	r := views.PersonRecord{CaseID: state.CaseID, Office: state.Office, Role: "sponsor", Due: []casefile.DueView{}, Entries: []views.Entry{}}
	for _, p := range casefile.PeopleOf(state) {
		if p.PersonID == personID {
			r.Person, r.Person.Erased = p, st.erased(personID)
		}
	}
	for i, m := range view.Members {
		if m.MemberID == personID {
			r.Member, r.Role = &view.Members[i], string(m.Kinship)
		}
	}
	for _, d := range view.Agenda {
		if d.MemberID == personID {
			r.Due = append(r.Due, d)
		}
	}
	if at := slices.IndexFunc(view.Privacy, func(p casefile.Privacy) bool { return p.PersonID == personID }); at >= 0 {
		r.Privacy = &view.Privacy[at]
	}
	r.Entries = append(r.Entries, entriesAbout(st, personID)...)
	return r
}

// entriesAbout are the events that name the person, openly or sealed.
func entriesAbout(st stream, personID string) []views.Entry {
	var entries []views.Entry
	superseded, markings := casefile.Superseded(st.facts), casefile.Markings(st.facts)
	for i, f := range st.facts {
		own, said := f.Private[personID]
		if !said && !bytes.Contains(st.records[i].Data, []byte(personID)) {
			continue
		}
		f.Private = nil
		if said {
			f.Private = casefile.Private{personID: own}
		}
		entries = append(entries, entry(f, st.records[i], superseded[f.EventID], markings[f.EventID]))
	}
	return entries
}
