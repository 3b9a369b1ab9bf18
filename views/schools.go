// SPDX-License-Identifier: AGPL-3.0-or-later

package views

import (
	"fmt"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/placement"
)

// SchoolQuery selects schools. Empty fields do not restrict; Year 0 is the newest.
type SchoolQuery struct {
	Code      string
	Year      int
	Level     string // institutes are listed only when asked for
	Kind      schools.Kind
	Municipio int
	Grade     *int
	Cursor    string
	Limit     int
}

// SchoolRow is a school with the latest figure of each of its grades.
type SchoolRow struct {
	schools.School
	Places []PlaceRow `json:"places"`
}

// PlaceRow is what is known of the places of one grade.
type PlaceRow struct {
	schools.Figure
	Free       int        `json:"free"`
	Stale      bool       `json:"stale"`
	StaleAfter rules.Date `json:"stale_after"`
}

// PlaceEntries are figures that somebody enters together.
type PlaceEntries struct {
	Key     string // UUID: the same entries under the same key are kept once
	By      string // id of the officer
	Entries []schools.Entry
}

// UnknownSchool means that an entry names a code of no registry that was read.
type UnknownSchool struct{ Index int }

// Error names the entry, not the code: that may be anything.
func (e *UnknownSchool) Error() string {
	return fmt.Sprintf("entry %d names an unknown school", e.Index)
}

// PlaceQuery selects the history of figures of a school, newest first.
type PlaceQuery struct {
	Code   string
	Cursor string
	Limit  int
}

// GradeOf is one grade of one level.
type GradeOf struct {
	Level string
	Grade int
}

// WaitingQuery selects children for whom a place must be found or is being found.
// Empty fields do not restrict.
type WaitingQuery struct {
	Offices   []string // hubs; none means nothing
	Members   []string // only these
	Phase     casefile.SchoolPhase
	Municipio int
	Level     string
	Grade     *int
	Language  string
	Cursor    string
	Limit     int
}

// WaitingChild is a child on the way to its first day at school, in ids, codes
// and days: who it is, People tells those who may know.
type WaitingChild struct {
	MemberID      string               `json:"member_id"`
	CaseID        string               `json:"case_id"`
	Office        string               `json:"office"`
	Phase         casefile.SchoolPhase `json:"phase"`
	Level         string               `json:"level"`
	Grade         int                  `json:"grade"`
	Year          int                  `json:"school_year,omitempty"` // of the search; 0 while none is open
	Municipio     int                  `json:"municipio,omitempty"`
	WishMunicipio int                  `json:"wish_municipio,omitempty"`
	WishSchool    string               `json:"wish_school_code,omitempty"`
	Siblings      []string             `json:"siblings_at"` // schools of the family's other children
	Language      string               `json:"language,omitempty"`
	LanguageHelp  bool                 `json:"language_help,omitempty"`
	Vaccination   string               `json:"vaccination,omitempty"`
	SchoolCode    string               `json:"school_code,omitempty"` // proposed or accepted
	Since         rules.Date           `json:"waiting_since"`         // without school or, before the arrival, searching
	EnteredOn     rules.Date           `json:"entered_on,omitzero"`
	RequestedOn   rules.Date           `json:"requested_on,omitzero"`
	AbsentFrom    rules.Date           `json:"without_school_from,omitzero"`
	Days          int                  `json:"lesson_days_without_school"` // up to today; see casefile.LessonDays
}

// Run is a proposal for many children, as it was computed.
type Run struct {
	RunRow
	Problem   placement.Problem `json:"problem"`
	Result    placement.Result  `json:"result"`
	Decisions []LineDecision    `json:"decisions"`
}

// RunRow is a run in a list: no child is named in it.
type RunRow struct {
	RunID         string     `json:"run_id"`
	On            rules.Date `json:"on"`
	Seed          string     `json:"lottery_seed"`
	Children      int        `json:"children"`
	Placed        int        `json:"placed"`
	ProblemDigest string     `json:"problem_digest"`
	ResultDigest  string     `json:"result_digest"`
	ComputedBy    string     `json:"computed_by"`
	ComputedAt    time.Time  `json:"computed_at"` // UTC
	Hubs          []string   `json:"-"`           // whose children it is about
	RequestDigest []byte     `json:"-"`           // tells the same request from another under one key
}

// LineDecision is what an officer made of one line of a run.
type LineDecision struct {
	DecisionID string     `json:"decision_id"`
	RunID      string     `json:"run_id"`
	MemberID   string     `json:"member_id"`
	Action     string     `json:"action"`                // confirm, change or leave
	SchoolCode string     `json:"school_code,omitempty"` // empty when left
	Grade      int        `json:"grade"`
	On         rules.Date `json:"on"`
	Reason     string     `json:"reason,omitempty"` // a code; needed for a change
	DecidedBy  string     `json:"decided_by"`
	DecidedAt  time.Time  `json:"decided_at"` // UTC
}

// Placed is what a run knew of one child and said about it, and what was decided.
type Placed struct {
	RunID     string          `json:"run_id"`
	On        rules.Date      `json:"on"`
	Child     placement.Child `json:"child"`
	Line      placement.Line  `json:"line"`
	Decisions []LineDecision  `json:"decisions"`
}
