// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"time"

	"ricongiungi/rules"
)

// SchoolView is the state of a place search or of the schooling.
type SchoolView struct {
	SchoolNeed
	RequestedOn   rules.Date  `json:"requested_on"`
	ProposedOn    rules.Date  `json:"proposed_on,omitzero"`
	AcceptedOn    rules.Date  `json:"accepted_on,omitzero"`
	EnrolledOn    rules.Date  `json:"enrolled_on,omitzero"`
	Reserve       bool        `json:"with_reserve,omitempty"`
	StartedOn     rules.Date  `json:"started_on,omitzero"`
	ConfirmedOn   rules.Date  `json:"attendance_confirmed_on,omitzero"`
	Confirmed     int         `json:"attendance_months,omitempty"`
	TransferredOn rules.Date  `json:"transferred_on,omitzero"`
	LeftOn        rules.Date  `json:"left_on,omitzero"`
	LeftFor       string      `json:"left_reason,omitempty"`
	SchoolCode    string      `json:"school_code,omitempty"`
	Declined      int         `json:"declined"`
	Refused       int         `json:"refused,omitempty"` // by schools
	Other         *OtherGrade `json:"other_grade,omitempty"`
	SiblingsAt    []string    `json:"siblings_at,omitempty"` // schools proposed to or attended by other members
	Vaccination   bool        `json:"vaccination_due,omitempty"`
}

// OtherGrade is where the child would be in the other school year.
type OtherGrade struct {
	Year  int    `json:"school_year"`
	Grade int    `json:"grade"`
	Level string `json:"level"`
}

func schoolView(s *State, m *Member) *SchoolView {
	k := m.School
	if k.RequestedOn.IsZero() {
		return nil
	}
	return &SchoolView{SchoolNeed: k.Request, RequestedOn: k.RequestedOn, ProposedOn: k.ProposedOn, AcceptedOn: k.AcceptedOn,
		EnrolledOn: k.EnrolledOn, Reserve: k.Reserve, StartedOn: k.StartedOn, ConfirmedOn: k.ConfirmedOn, Confirmed: k.Confirmed,
		TransferredOn: k.TransferredOn, LeftOn: k.LeftOn, LeftFor: k.LeftFor, SchoolCode: k.Code, Declined: k.Declined, Refused: k.Refused,
		Other: k.Request.other(), SiblingsAt: s.schoolsOfOthers(m), Vaccination: m.vaccinationDue()}
}

// vaccinationDue tells that the verdict on vaccinations is still needed: without
// it the scuola dell'infanzia (nursery school) cannot let the child in, while a
// child of compulsory age goes to school all the same (DL 73/2017, L. 119/2017).
func (m *Member) vaccinationDue() bool {
	known := m.Needs != nil && m.Needs.Vaccination == "compliant"
	return m.School.Request.Level == Infanzia && m.School.StartedOn.IsZero() && !known
}

func (n SchoolNeed) other() *OtherGrade {
	if n.OtherYear == 0 {
		return nil
	}
	return &OtherGrade{Year: n.OtherYear, Grade: n.OtherGrade(), Level: LevelOf(n.OtherGrade())}
}

// schoolsOfOthers lists where the family's other children are, so that siblings
// can go to the same place.
func (s *State) schoolsOfOthers(m *Member) []string {
	var codes []string
	for _, other := range s.Members {
		if k := other.School; other != m && k.Code != "" && k.LeftOn.IsZero() && !slices.Contains(codes, k.Code) {
			codes = append(codes, k.Code)
		}
	}
	slices.Sort(codes)
	return codes
}

// Absence is the time a child has been here without school. Days of lessons are
// counted once it is over; while it lasts, whoever reads counts up to their day.
type Absence struct {
	From rules.Date `json:"from"`
	To   rules.Date `json:"to,omitzero"`   // first day in class; zero while it lasts
	Days int        `json:"days,omitzero"` // see LessonDays; only once it is over
}

// absence is the present or last stretch without school of a child who must be
// taught; nil when there was none.
func (m *Member) absence(book *rules.Book) *Absence {
	a := m.stretch()
	if a != nil && !a.To.IsZero() {
		a.Days = LessonDays(a.From, a.To, book)
	}
	return a
}

func (m *Member) stretch() *Absence {
	k := m.School
	from := m.EnteredOn
	if k.Since.After(from) {
		from = k.Since
	}
	over := m.Ending != "" && m.Ending != Settled
	if from.IsZero() || over || !m.SchoolDue && !k.Request.Compulsory {
		return nil
	}
	switch {
	case !k.LeftOn.IsZero():
		return &Absence{From: k.LeftOn}
	case k.StartedOn.IsZero():
		return &Absence{From: from}
	}
	return &Absence{From: from, To: k.StartedOn}
}

// LessonDays counts the calendar days from one day up to, and without, another
// that lie in the time of lessons: the summer and Christmas holidays of the
// regional calendar are left out, Sundays and the holidays of single schools and
// of Easter are not.
func LessonDays(from, to rules.Date, book *rules.Book) int {
	days, holidays := 0, schoolHolidays{}
	for day := from; day.Before(to); day = day.AddDays(1) {
		if day.Year != holidays.year {
			holidays = schoolHolidaysOf(day.Year, book)
		}
		if !holidays.on(day) {
			days++
		}
	}
	return days
}

// schoolHolidays are the long holidays of one calendar year as the rows of its
// first day have them: lessons end and begin again, Christmas begins and ends.
// Days are compared by month and day alone, as numbers: this is counted often.
type schoolHolidays struct {
	year                                               int
	lessonsTo, lessonsFrom, christmasFrom, christmasTo int
}

func schoolHolidaysOf(year int, book *rules.Book) schoolHolidays {
	at := func(rule string) int {
		first := rules.On(year, time.January, 1)
		day, _ := rules.ParseDate("2000-" + book.At(rule, first).Value) // loading refused what is no day
		return monthDay(day)
	}
	return schoolHolidays{year, at(rules.LessonsTo), at(rules.LessonsFrom), at(rules.ChristmasFrom), at(rules.ChristmasTo)}
}

func monthDay(d rules.Date) int { return 100*int(d.Month) + d.Day }

func (h schoolHolidays) on(day rules.Date) bool {
	on := monthDay(day)
	summer := on > h.lessonsTo && on < h.lessonsFrom
	return summer || on >= h.christmasFrom || on <= h.christmasTo
}
