// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"ricongiungi/rules"
	"time"
)

// School is a member's place search and schooling.
type School struct {
	RequestedOn rules.Date
	Request     SchoolNeed
	ProposedOn  rules.Date
	Code        string // ministerial code of the school proposed or attended
	AcceptedOn  rules.Date
	StartedOn   rules.Date
	LeftOn      rules.Date
	DeclinedOn  rules.Date
	Declined    int // places the family declined

	ProposalBy rules.Term
	AnswerBy   rules.Term
	StartBy    rules.Term
}

// SchoolNeed is where a child belongs, as verdicts that outlive the birth date.
type SchoolNeed struct {
	Year      int    `json:"school_year"` // 2025 for 2025/26
	Grade     int    `json:"grade"`       // 1 to 13; 0 and less are years before primary school
	Level     string `json:"level"`       // infanzia, primaria, secondaria_1, secondaria_2 or cpia
	Municipio int    `json:"municipio,omitempty"`
}

// SchoolYear is the year in which the school year of that day began: it rolls
// over on 1 September (D.Lgs. 297/1994 art. 74).
func SchoolYear(on rules.Date) int {
	if on.Month >= time.September {
		return on.Year
	}
	return on.Year - 1
}

// Grade is the class that belongs to a birth year: who turns six by 31 December
// enters the first (D.Lgs. 59/2004 art. 6; art. 45 c. 2 DPR 394/1999 for pupils
// who arrive later).
func Grade(schoolYear int, birth rules.Date) int { return schoolYear - birth.Year - 5 }

// LevelOf names the kind of school that has the grade.
func LevelOf(grade int) string {
	switch {
	case grade < 1:
		return "infanzia"
	case grade <= 5:
		return "primaria"
	case grade <= 8:
		return "secondaria_1"
	}
	return "secondaria_2"
}

// schoolDue is the verdict that a member must be taught: six by the end of the
// year and not yet eighteen (art. 38 TUI; D.Lgs. 76/2005).
func (m *Member) schoolDue(on rules.Date, book *rules.Book) bool {
	birth := m.Who.BirthDate
	if birth.IsZero() {
		return false
	}
	return Grade(enrolmentYear(on, book), birth) >= 1 && birth.AgeOn(on) < book.At(rules.SchoolRight, on).Number()
}

// searching tells whether a search is under way or has led to a school not yet left.
func (k School) searching() bool { return !k.RequestedOn.IsZero() && k.LeftOn.IsZero() }

// enrolmentYear is the school year that a search begun on the day is for: once
// the lessons of a year are over, the one to come.
func enrolmentYear(on rules.Date, book *rules.Book) int {
	year := SchoolYear(on)
	if year < on.Year && on.MonthDay() >= book.At(rules.SchoolNextYear, on).Value {
		year++
	}
	return year
}

// attended tells whether the child is at school: has started and not left.
func (k School) attended() bool { return !k.StartedOn.IsZero() && k.LeftOn.IsZero() }
