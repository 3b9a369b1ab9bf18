// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"strconv"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Unknown stands for a grade or level that cannot be told, because the birth
// date is not known or was erased.
const Unknown = "unknown"

// youngest is the first year of the scuola dell'infanzia (nursery school).
const youngest = -2

// gradeIn is the grade of a member in a school year by age alone.
func gradeIn(t casefile.Track, year int) int { return year - t.Cohort + 1 }

// isChild tells whether a member is of an age for school in that school year, or
// a minor child whose age is not known.
func isChild(t casefile.Track, year int) bool {
	if t.Cohort == 0 {
		return t.Kinship == casefile.MinorChild
	}
	grade := gradeIn(t, year)
	return grade >= youngest && grade <= casefile.LastGrade
}

// GradeName is the grade as tables write it.
func GradeName(t casefile.Track, year int) string {
	if t.Cohort == 0 {
		return Unknown
	}
	return strconv.Itoa(gradeIn(t, year))
}

// LevelName is the level that belongs to the grade.
func LevelName(t casefile.Track, year int) string {
	if t.Cohort == 0 {
		return Unknown
	}
	return casefile.LevelOf(gradeIn(t, year))
}

// month is the first day of the month in which the day lies, some months on.
func month(d rules.Date, later int) rules.Date { return rules.On(d.Year, d.Month, 1).AddMonths(later) }

// monthName writes a month as tables do, such as 2026-03.
func monthName(d rules.Date) string { return d.String()[:7] }
