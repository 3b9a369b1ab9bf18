// SPDX-License-Identifier: AGPL-3.0-or-later

package desk

import (
	"context"
	"fmt"
	"slices"

	"ricongiungi/casefile"
	"ricongiungi/schools"
	"ricongiungi/views"
)

// PlacesOf is one grade of a school with what is known of its places.
type PlacesOf struct {
	School views.SchoolRow
	Grade  int
	Known  *views.PlaceRow // nil when nobody said anything
}

// GradesOf are the grades of a level; the courses of a CPIA have none and count as 0.
func GradesOf(level string) []int {
	if level == schools.CPIA {
		return []int{0}
	}
	var grades []int
	for grade := -2; grade <= casefile.LastGrade; grade++ {
		if schools.Teaches(level, grade) {
			grades = append(grades, grade)
		}
	}
	return grades
}

// Places takes a list of schools apart by grade.
func Places(rows []views.SchoolRow, only *int) []PlacesOf {
	var all []PlacesOf
	for _, row := range rows {
		for _, grade := range GradesOf(row.Level) {
			if only == nil || *only == grade {
				all = append(all, PlacesOf{row, grade, knownOf(row, grade)})
			}
		}
	}
	return all
}

func knownOf(row views.SchoolRow, grade int) *views.PlaceRow {
	for i := range row.Places {
		if row.Places[i].Grade == grade {
			return &row.Places[i]
		}
	}
	return nil
}

// Knowledge says how far a figure can be counted on: unknown, stale or fresh.
func (p PlacesOf) Knowledge() string {
	switch {
	case p.Known == nil:
		return "unknown"
	case p.Known.Stale:
		return "stale"
	}
	return "fresh"
}

// Enter keeps a few figures that were typed in. The error is *Wrong, or as that
// of EnterPlaces.
func (d *Desk) Enter(ctx context.Context, by casefile.Actor, entries []schools.Entry, key string) error {
	if err := d.Rehearse(ctx, by, entries, key); err != nil {
		return err
	}
	return d.EnterPlaces(ctx, views.PlaceEntries{Key: key, By: by.ID, Entries: entries})
}

// Rehearse says what is wrong with figures as Enter would, and enters nothing.
func (d *Desk) Rehearse(ctx context.Context, _ casefile.Actor, entries []schools.Entry, _ string) error {
	known, err := d.known(ctx)
	if err != nil {
		return err
	}
	for i, e := range entries {
		field, reason := e.Problem()
		if reason == "" && e.On.After(d.today()) {
			field, reason = "on", "a day up to today"
		}
		if reason == "" {
			field, reason = known.problem(e)
		}
		if reason != "" {
			return &Wrong{i, field, reason}
		}
	}
	return nil
}

// Wrong is an entry that cannot be taken.
type Wrong struct {
	Index         int
	Field, Reason string // the reason completes "must be ..."
}

// Error names the field and not its value.
func (w *Wrong) Error() string {
	return fmt.Sprintf("desk: entry %d: %s must be %s", w.Index, w.Field, w.Reason)
}

// registry is the schools by code, with what was said of their places.
type registry map[string]views.SchoolRow

func (d *Desk) known(ctx context.Context) (registry, error) {
	all := registry{}
	for q := (views.SchoolQuery{Limit: 500}); ; {
		page, err := d.Schools(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, row := range page.Items {
			all[row.Code] = row
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return all, nil
		}
	}
}

func (r registry) problem(e schools.Entry) (field, reason string) {
	row, known := r[e.SchoolCode]
	switch {
	case !known:
		return "school_code", "a school of the newest registry"
	case !slices.Contains(GradesOf(row.Level), e.Grade):
		return "grade", "a grade that the school has"
	}
	return "", ""
}

// said tells whether the latest figure says just that.
func (r registry) said(e schools.Entry) bool {
	latest := knownOf(r[e.SchoolCode], e.Grade)
	return latest != nil && same(latest.Entry, e)
}

func same(a, b schools.Entry) bool {
	return a.On == b.On && a.Places == b.Places && a.SaidBy == b.SaidBy && numberOf(a.Pupils) == numberOf(b.Pupils) &&
		numberOf(a.NonItalian) == numberOf(b.NonItalian) && numberOf(a.NewlyArrived) == numberOf(b.NewlyArrived) && answerOf(a.LanguageHelp) == answerOf(b.LanguageHelp)
}
