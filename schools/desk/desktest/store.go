// SPDX-License-Identifier: AGPL-3.0-or-later

// Package desktest is the store behind the education department's desk, in memory
// and with invented schools, for tests of whoever uses the desk.
package desktest

import (
	"bytes"
	"context"
	"slices"
	"time"

	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

// Store holds what the test puts into it, and what is entered and decided.
type Store struct {
	Now       time.Time
	Listed    []schools.School
	Children  []views.WaitingChild
	Figures   []schools.Figure
	Kept      []views.Run
	Decisions []views.LineDecision
	Err       error // every answer, when set
}

var _ desk.Store = (*Store)(nil)

// The codes of the invented schools: two primary schools in Municipi 2 and 9, a
// lower secondary school and a CPIA.
const (
	Near  = "MIEE000011"
	Far   = "MIEE000022"
	Lower = "MIMM000033"
	CPIA  = "MIMM000044"
)

// New is a store with the invented schools, of which only Near has told its
// places: one in the fourth class, the day before.
func New(now time.Time) *Store {
	year := rules.DateOf(now).Year
	one := func(code, level, name string, municipio int, at schools.Point) schools.School {
		return schools.School{Code: code, Year: year - 1, Kind: schools.State, Level: level, Type: "SCUOLA", Name: name, Address: "VIA INVENTATA 1",
			Comune: "F205", Municipio: municipio, Location: &at, Match: schools.ByAddress, ValidFrom: schools.FirstDay(year - 1)}
	}
	s := &Store{Now: now, Listed: []schools.School{
		one(Near, schools.Primaria, "Scuola Vicina", 2, schools.Point{Lat: 45.50, Lon: 9.21}), one(Far, schools.Primaria, "Scuola Lontana", 9, schools.Point{Lat: 45.53, Lon: 9.18}),
		one(Lower, schools.Secondaria1, "Scuola Media", 2, schools.Point{Lat: 45.50, Lon: 9.22}), one(CPIA, schools.CPIA, "CPIA 1", 2, schools.Point{Lat: 45.49, Lon: 9.22})}}
	s.Say(Near, 4, 1, rules.DateOf(now).AddDays(-1))
	return s
}

// Say records a figure of a school.
func (s *Store) Say(code string, grade, places int, on rules.Date) {
	s.Figures = append(s.Figures, schools.Figure{Entry: schools.Entry{SchoolCode: code, Grade: grade, On: on, Places: places, SaidBy: "school"},
		RecordedBy: "10000000-0000-4000-8000-000000000009", RecordedAt: s.Now})
}

// Waiting gives the children that match, all on one page.
func (s *Store) Waiting(_ context.Context, q views.WaitingQuery) (views.Page[views.WaitingChild], error) {
	var page views.Page[views.WaitingChild]
	for _, c := range s.Children {
		if slices.Contains(q.Offices, c.Office) && (q.Members == nil || slices.Contains(q.Members, c.MemberID)) && (q.Phase == "" || q.Phase == c.Phase) &&
			(q.Municipio == 0 || q.Municipio == c.Municipio) && (q.Level == "" || q.Level == c.Level) && (q.Grade == nil || *q.Grade == c.Grade) &&
			(q.Language == "" || q.Language == c.Language) {
			page.Items = append(page.Items, c)
		}
	}
	return page, s.Err
}

// Schools gives the schools that match, all on one page.
func (s *Store) Schools(_ context.Context, q views.SchoolQuery) (views.Page[views.SchoolRow], error) {
	var page views.Page[views.SchoolRow]
	for _, school := range s.Listed {
		if (q.Code == "" || q.Code == school.Code) && (q.Level == "" || q.Level == school.Level) && (q.Municipio == 0 || q.Municipio == school.Municipio) {
			page.Items = append(page.Items, views.SchoolRow{School: school, Places: s.places(school, q.Grade)})
		}
	}
	return page, s.Err
}

func (s *Store) places(school schools.School, only *int) []views.PlaceRow {
	rows := []views.PlaceRow{}
	for _, grade := range desk.GradesOf(school.Level) {
		if f := s.latest(school.Code, grade); f != nil && (only == nil || *only == grade) {
			book := rules.Default()
			rows = append(rows, views.PlaceRow{Figure: *f, Free: f.Free(), Stale: f.Stale(rules.DateOf(s.Now), book), StaleAfter: f.StaleAfter(book)})
		}
	}
	return rows
}

func (s *Store) latest(code string, grade int) *schools.Figure {
	var latest *schools.Figure
	for i, f := range s.Figures {
		if f.SchoolCode == code && f.Grade == grade && (latest == nil || !f.On.Before(latest.On)) {
			latest = &s.Figures[i]
		}
	}
	return latest
}

// PlaceHistory gives all figures of a school.
func (s *Store) PlaceHistory(_ context.Context, q views.PlaceQuery) (views.Page[schools.Figure], error) {
	var page views.Page[schools.Figure]
	for _, f := range s.Figures {
		if f.SchoolCode == q.Code {
			page.Items = append(page.Items, f)
		}
	}
	return page, s.Err
}

// EnterPlaces keeps figures.
func (s *Store) EnterPlaces(_ context.Context, p views.PlaceEntries) error {
	for _, e := range p.Entries {
		s.Figures = append(s.Figures, schools.Figure{Entry: e, RecordedBy: p.By, RecordedAt: s.Now})
	}
	return s.Err
}

// Seats gives the seats of the schools that have the grades.
func (s *Store) Seats(_ context.Context, grades []views.GradeOf, on rules.Date) ([]placement.Seat, error) {
	seats := []placement.Seat{}
	for _, school := range s.Listed {
		for _, g := range grades {
			if g.Level == school.Level {
				seats = append(seats, placement.SeatOf(school, g.Grade, s.latest(school.Code, g.Grade), on, rules.Default()))
			}
		}
	}
	return seats, s.Err
}

// KeepRun keeps a run once.
func (s *Store) KeepRun(ctx context.Context, r views.Run) (views.Run, error) {
	if kept, err := s.Run(ctx, r.RunID); err == nil {
		if !bytes.Equal(kept.RequestDigest, r.RequestDigest) {
			return r, views.ErrOtherContent
		}
		return kept, nil
	}
	r.ComputedAt = s.Now
	s.Kept = append(s.Kept, r)
	return s.Run(ctx, r.RunID)
}

// Run gives a run with its decisions.
func (s *Store) Run(_ context.Context, id string) (views.Run, error) {
	for _, r := range s.Kept {
		if r.RunID == id {
			r.Decisions = []views.LineDecision{}
			for _, d := range s.Decisions {
				if d.RunID == id {
					r.Decisions = append(r.Decisions, d)
				}
			}
			return r, s.Err
		}
	}
	return views.Run{}, views.ErrNotFound
}

// Runs lists the runs.
func (s *Store) Runs(context.Context, []string, string, int) (views.Page[views.RunRow], error) {
	var page views.Page[views.RunRow]
	for _, r := range slices.Backward(s.Kept) {
		page.Items = append(page.Items, r.RunRow)
	}
	return page, s.Err
}

// DecideLine records a decision once.
func (s *Store) DecideLine(_ context.Context, d views.LineDecision) (views.LineDecision, error) {
	d.DecidedAt = s.Now
	for _, kept := range s.Decisions {
		if kept.DecisionID == d.DecisionID {
			if kept != d {
				return d, views.ErrOtherContent
			}
			return kept, nil
		}
	}
	s.Decisions = append(s.Decisions, d)
	return d, s.Err
}
