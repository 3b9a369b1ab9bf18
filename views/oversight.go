// SPDX-License-Identifier: AGPL-3.0-or-later

package views

import (
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// ApprovalQuery selects what waits for a second person in cases of the offices.
type ApprovalQuery struct {
	Offices []string
	Cursor  string
	Limit   int
}

// ApprovalRow is one thing that waits for somebody's decision.
type ApprovalRow struct {
	CaseID  string     `json:"case_id"`
	Kind    string     `json:"kind"` // erasure, unsealing or doubt
	Subject string     `json:"subject"`
	AskedOn rules.Date `json:"asked_on"`
	AskedBy string     `json:"asked_by,omitempty"` // who may not decide; empty where anybody may
	DueOn   rules.Date `json:"due_on,omitzero"`
}

// Selection selects open cases to be given to somebody. Empty fields do not
// restrict, except that Unassigned asks for cases that nobody has.
type Selection struct {
	Offices    []string
	Counsellor string
	Unassigned bool
	Language   string
	Phase      string
	CaseIDs    []string
	Limit      int // the cases with the most urgent date first
}

// Reassignment is many cases given to other people at once. Each case is a
// command of its own, kept in the inbox with all others in one commit: what has
// been asked for comes to its end whatever stops meanwhile.
type Reassignment struct {
	ID       string         `json:"reassignment_id"`
	By       casefile.Actor `json:"by"`
	At       time.Time      `json:"at"`
	Reason   string         `json:"reason"` // a code
	Undoes   string         `json:"undoes,omitempty"`
	UndoneBy string         `json:"undone_by,omitempty"`

	Cases     int `json:"cases"`
	Pending   int `json:"pending"`
	Done      int `json:"done"`
	Unchanged int `json:"unchanged"` // the person had the case already
	Refused   int `json:"refused"`
	Left      int `json:"left,omitempty"` // of an undoing: cases that went on to somebody else or had nobody before
}

// Finished tells whether every case has its outcome.
func (r Reassignment) Finished() bool { return r.Pending == 0 }

// The states of one case of a reassignment.
const (
	ReassignPending   = "pending"
	ReassignDone      = "done"
	ReassignUnchanged = "unchanged"
	ReassignRefused   = "refused"
)

// ReassignmentQuery selects cases of a reassignment.
type ReassignmentQuery struct {
	ID     string
	Status string
	Cursor string
	Limit  int
}

// ReassignmentRow is what became of one case.
type ReassignmentRow struct {
	CaseID       string            `json:"case_id"`
	Was          string            `json:"was,omitempty"`
	CounsellorID string            `json:"counsellor_id"`
	CommandID    string            `json:"command_id"`
	Status       string            `json:"status"`
	Problem      *casefile.Refusal `json:"problem,omitempty"`
	SettledAt    time.Time         `json:"settled_at,omitzero"`
}
