// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"time"

	"ricongiungi/rules"
)

// The kinds of school.
const (
	Infanzia    = "infanzia"
	Primaria    = "primaria"
	Secondaria1 = "secondaria_1"
	Secondaria2 = "secondaria_2"
	CPIA        = "cpia"
)

// LastGrade is the last class of upper secondary school.
const LastGrade = 13

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
		return Infanzia
	case grade <= 5:
		return Primaria
	case grade <= 8:
		return Secondaria1
	}
	return Secondaria2
}

// EnrolmentYear is the school year that a search for a child who is there on the
// day is for: once the lessons of a year are over, the one to come.
func EnrolmentYear(on rules.Date, book *rules.Book) int {
	year := SchoolYear(on)
	if year < on.Year && on.MonthDay() >= book.At(rules.SchoolNextYear, on).Value {
		year++
	}
	return year
}

// otherYear is the school year beside the usual one that is worth weighing for
// who arrives from April to August: the running one may be nearly over, the
// coming one far away. Zero in other months.
func otherYear(on rules.Date, book *rules.Book) int {
	if SchoolYear(on) == on.Year || on.MonthDay() < book.At(rules.SchoolBothYears, on).Value {
		return 0
	}
	running := SchoolYear(on)
	return 2*running + 1 - EnrolmentYear(on, book)
}

// oldEnough tells whether somebody completes the age by the end of the year in
// which the school year begins, as every level of school asks.
func oldEnough(schoolYear int, birth rules.Date, age int) bool { return schoolYear-birth.Year >= age }

// earlyStart tells whether a child may begin a year before its turn: it
// completes the age by the day that the rule names in the year after
// (D.Lgs. 59/2004 art. 6).
func earlyStart(schoolYear int, birth rules.Date, age int, book *rules.Book) bool {
	by := book.At(rules.SchoolEarlyStart, rules.On(schoolYear, time.September, 1)).Value
	birthday := birth.Birthday(age)
	return birthday.Year == schoolYear+1 && birthday.MonthDay() <= by
}

// schoolDue is the verdict that a member must be taught: six by the end of the
// year and not yet eighteen (art. 38 TUI; D.Lgs. 76/2005).
func (m *Member) schoolDue(on rules.Date, book *rules.Book) bool {
	birth := m.Who.BirthDate
	if birth.IsZero() {
		return false
	}
	from := book.At(rules.SchoolCompulsory, on).Number()
	return oldEnough(EnrolmentYear(on, book), birth, from) && birth.AgeOn(on) < book.At(rules.SchoolRight, on).Number()
}

// compulsory is the verdict that the attendance itself is compulsory: from six
// to sixteen (L. 296/2006 art. 1 c. 622).
func compulsory(schoolYear int, birth, on rules.Date, book *rules.Book) bool {
	return oldEnough(schoolYear, birth, book.At(rules.SchoolCompulsory, on).Number()) &&
		birth.AgeOn(on) < book.At(rules.SchoolCompulsoryEnd, on).Number()
}
