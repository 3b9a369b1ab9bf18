// SPDX-License-Identifier: AGPL-3.0-or-later

package schools

import (
	"time"

	"ricongiungi/rules"
)

// Entry is what a school or the department said about one grade of a school on
// one day. No registry publishes it: it is true because somebody said so.
type Entry struct {
	SchoolCode string     `json:"school_code"`
	Grade      int        `json:"grade"` // 1 to 13; 0 and less are years before primaria
	On         rules.Date `json:"on"`    // the day of which the figure speaks
	Places     int        `json:"places"`
	SaidBy     string     `json:"said_by"` // school or department
	// Of the pupils of the grade, where they were told; all three or none.
	Pupils       *int  `json:"pupils,omitempty"`
	NonItalian   *int  `json:"non_italian,omitempty"`   // not Italian citizens (CM 2/2010)
	NewlyArrived *int  `json:"newly_arrived,omitempty"` // newly enrolled, Italian below A2 (DL 71/2024 art. 11)
	LanguageHelp *bool `json:"language_help,omitempty"` // whether Italian is taught as a second language
}

// Figure is an entry with who recorded it and when. Figures are never changed:
// a later one takes the place of an earlier one.
type Figure struct {
	Entry
	RecordedBy string    `json:"recorded_by"` // id of the officer
	RecordedAt time.Time `json:"recorded_at"` // UTC
	Promised   int       `json:"promised"`    // places given to children since, by confirmed placements
}

// Free is how many of the places are still there to be given.
func (f Figure) Free() int { return max(0, f.Places-f.Promised) }

// StaleAfter is the last day on which the figure still counts as known: a policy
// of the office (rule school.places_stale).
func (f Figure) StaleAfter(book *rules.Book) rules.Date {
	return f.On.AddDays(book.At(rules.SchoolPlacesStale, f.On).Number())
}

// Stale tells whether on the day the figure is too old to count on.
func (f Figure) Stale(on rules.Date, book *rules.Book) bool { return on.After(f.StaleAfter(book)) }

// Share is a part of the pupils of a grade, in percent rounded down; false when
// it was not told.
func (f Figure) Share(part *int) (int, bool) {
	if part == nil || f.Pupils == nil || *f.Pupils == 0 {
		return 0, false
	}
	return *part * 100 / *f.Pupils, true
}

// Problem says what is wrong with an entry: the field and the reason, which
// completes "must be ...". An empty field means that nothing is.
func (e Entry) Problem() (field, reason string) {
	switch {
	case !IsCode(e.SchoolCode):
		return "school_code", "a ministerial school code of ten capital letters and digits"
	case e.Grade < -2 || e.Grade > 13:
		return "grade", "a grade from -2 to 13"
	case e.On.IsZero():
		return "on", "a day written as YYYY-MM-DD"
	case e.Places < 0 || e.Places > 999:
		return "places", "a number of places from 0 to 999"
	case e.SaidBy != "school" && e.SaidBy != "department":
		return "said_by", "school or department"
	}
	return e.shareProblem()
}

func (e Entry) shareProblem() (field, reason string) {
	if e.Pupils == nil && e.NonItalian == nil && e.NewlyArrived == nil {
		return "", ""
	}
	if e.Pupils == nil || *e.Pupils < 0 || *e.Pupils > 9999 {
		return "pupils", "the number of pupils of the grade, when a part of them is told"
	}
	for _, part := range []struct {
		field string
		count *int
	}{{"non_italian", e.NonItalian}, {"newly_arrived", e.NewlyArrived}} {
		if part.count != nil && (*part.count < 0 || *part.count > *e.Pupils) {
			return part.field, "a part of the pupils"
		}
	}
	return "", ""
}
