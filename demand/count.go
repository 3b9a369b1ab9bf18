// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"slices"
	"strconv"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Count counts the children who wait for a school on the day: who must be
// taught, who has a search open, and who has come of age for school since the
// entry. It is what the database counts, made from tracks, for days gone by.
func Count(tracks []casefile.Track, on rules.Date, q Query, book *rules.Book) []Cell {
	year := casefile.EnrolmentYear(on, book)
	counts := map[string]int{}
	for _, t := range tracks {
		if !waiting(t, year) {
			continue
		}
		if values := dimensionsOf(t, year); matches(q.Filter, values) {
			counts[keyOf(q.GroupBy, values)]++
		}
	}
	var cells []Cell
	for key, n := range counts {
		c := Cell{Count: n}
		if len(q.GroupBy) > 0 {
			c.Values = strings.Split(key, "\x00")
		}
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b Cell) int { return slices.Compare(a.Values, b.Values) })
	return cells
}

func waiting(t casefile.Track, year int) bool {
	switch t.Phase {
	case casefile.SchoolNeeded, casefile.SchoolSearching, casefile.SchoolProposed, casefile.SchoolAccepted, casefile.SchoolEnrolment:
		return true
	case casefile.SchoolNone:
		grade := gradeIn(t, year)
		return t.Kinship == casefile.MinorChild && t.Cohort > 0 && grade >= 1 && grade <= casefile.LastGrade
	}
	return false
}

// dimensionsOf gives the value of each dimension for one child.
func dimensionsOf(t casefile.Track, year int) map[string]string {
	values := map[string]string{"municipio": strconv.Itoa(t.Municipio), "language": t.Language, "phase": string(t.Phase),
		"level": LevelName(t, year), "grade": GradeName(t, year), "month": MonthSince(t)}
	if need := t.School.Request; need.Level != "" {
		values["level"], values["grade"] = need.Level, strconv.Itoa(need.Grade)
		if need.Level == casefile.CPIA {
			values["grade"] = "none"
		}
	}
	return values
}

// MonthSince is the month of the entry or, before it, of the request for a
// school, such as 2026-03; empty before both.
func MonthSince(t casefile.Track) string {
	since := t.EnteredOn
	if since.IsZero() {
		since = t.School.RequestedOn
	}
	if since.IsZero() {
		return ""
	}
	return monthName(since)
}

func matches(filter, values map[string]string) bool {
	for name, value := range filter {
		if values[name] != value {
			return false
		}
	}
	return true
}
