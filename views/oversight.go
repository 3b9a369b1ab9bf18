// SPDX-License-Identifier: AGPL-3.0-or-later

package views

import (
	"errors"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/oversight"
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

// HandoffOriginal is a message as it was kept, and what people proposed to do with it.
type HandoffOriginal struct {
	Message   handoff.Message `json:"message"`
	Proposals []Proposal      `json:"proposals"` // oldest first
}

// Proposal is what somebody would do with a quarantined message.
type Proposal struct {
	At time.Time      `json:"at"`
	By casefile.Actor `json:"by"`
	handoff.Settlement
}

// LogQuery selects events of the whole log, the newest first. Empty fields do
// not restrict.
type LogQuery struct {
	Type, ActorID, CaseID string
	From, To              time.Time // when they were recorded, both included
	Cursor                string
	Limit                 int
}

// LogRow is one event of the log as auditors find it, without personal data.
type LogRow struct {
	FeedRow
	CommandID string         `json:"command_id"`
	Actor     casefile.Actor `json:"actor"`
}

// Verification is the answer of one look through the whole log.
type Verification struct {
	ID      string         `json:"verification_id"`
	At      time.Time      `json:"at"`
	By      casefile.Actor `json:"by"`
	Intact  bool           `json:"intact"`
	Events  int64          `json:"events"`
	Seconds float64        `json:"seconds"`
	Fault   *LogFault      `json:"fault,omitempty"`
}

// LogFault is where something is wrong with the log, and what.
type LogFault struct {
	Position int64  `json:"position"`
	CaseID   string `json:"case_id,omitempty"`
	What     string `json:"what"`
}

// VerificationState is a verification that goes on or has ended.
type VerificationState struct {
	ID    string        `json:"verification_id"`
	Going bool          `json:"going"`
	Done  int64         `json:"done"`
	Total int64         `json:"total"`
	End   *Verification `json:"result,omitempty"`
	Fails bool          `json:"failed,omitempty"` // it could not be carried out; nothing is said about the log
}

// TrialState is a trial of changed rules that goes on or has ended.
type TrialState struct {
	ID     string           `json:"trial_id"`
	Going  bool             `json:"going"`
	Done   int64            `json:"done"`
	Total  int64            `json:"total"`
	Fails  bool             `json:"failed,omitempty"`
	Result *oversight.Trial `json:"result,omitempty"`
}

// Queue is how much waits somewhere, and for how long the oldest has.
type Queue struct {
	Name    string  `json:"name"`
	Depth   int64   `json:"depth"`
	Seconds float64 `json:"oldest_seconds"`
}

// Pulse is how the system works inside, without personal data.
type Pulse struct {
	At        time.Time     `json:"at"`
	Queues    []Queue       `json:"queues"`
	Events    int64         `json:"events"`
	LastEvent time.Time     `json:"last_event_at,omitzero"`
	Verified  *Verification `json:"last_verification,omitempty"`
}

// The states of a part of the system.
const (
	PartWorks   = "works"
	PartDown    = "down"
	PartUnknown = "unknown" // nobody has configured how to tell
)

// Part is one part of the system and whether it works.
type Part struct {
	Name   string    `json:"name"`
	State  string    `json:"state"`
	SeenAt time.Time `json:"seen_at,omitzero"`
	Detail string    `json:"detail,omitempty"` // a code
}

// KeyAge is a key and the day it was made.
type KeyAge struct {
	Name string    `json:"name"`
	At   time.Time `json:"made_at"`
}

// Health is what an operator looks at first.
type Health struct {
	Version string    `json:"version"`
	Built   string    `json:"build,omitempty"` // revision of the source
	Started time.Time `json:"started_at"`
	Parts   []Part    `json:"parts"`
	Pulse
	Backup time.Time `json:"last_backup_at,omitzero"`
	Keys   []KeyAge  `json:"keys"`
}

// ErrBusy means that as much of this kind is going on as the system takes.
var ErrBusy = errors.New("too much of this is going on")

// BadFile says what is wrong with a file that was sent.
type BadFile struct{ Reason string }

// Error is the reason, which names lines and columns and no person.
func (e BadFile) Error() string { return e.Reason }
