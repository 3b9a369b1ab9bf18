// SPDX-License-Identifier: AGPL-3.0-or-later

// Package views is what can be asked of the system and how the answers look:
// queries, rows, pages and the errors with which a question fails. Whoever
// asks and whoever answers share these shapes and nothing else.
package views

import (
	"encoding/json"
	"errors"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

// Errors a question fails with; everything else is unforeseen.
var (
	// ErrNotFound means that there is no such thing, or none for this caller.
	ErrNotFound = errors.New("not found")
	// ErrOtherContent means that an Idempotency-Key was used before with another body.
	ErrOtherContent = errors.New("this key was used before with other content")
	// ErrUnavailable means that a part the answer needs is down for now.
	ErrUnavailable = errors.New("temporarily unavailable")
	// ErrBadCursor means that a cursor was not made by this service.
	ErrBadCursor = errors.New("the cursor was not made by this service")
)

// Received is a validated message with the canonical bytes it was read from.
type Received struct {
	Message handoff.Message
	Raw     json.RawMessage
	By      casefile.Actor

	Signature string // of the sender over the request, where it signs
}

// Acceptance is a receipt, or why there is none.
type Acceptance struct {
	Receipt handoff.Receipt
	Err     error
}

// Page is one page of a list; Next is empty on the last.
type Page[T any] struct {
	Items []T
	Next  string
}

// Rendered is the present view of a case as it is kept, with its people opened:
// most readers get it as it is.
type Rendered struct {
	Version int64
	View    json.RawMessage // a casefile.View without People
	People  []casefile.Person
}

// Standing is how far a case is and whose it is.
type Standing struct {
	Version int64
	Office  string // the hub that accompanies the family
}

// CaseQuery selects cases of the offices named. Empty fields do not restrict.
type CaseQuery struct {
	Offices           []string
	Phase, Counsellor string
	Municipio         int
	Unassigned        bool // only those that nobody is responsible for
	Late              bool // only those with something whose lapse is recorded
	Cursor            string
	Limit             int
}

// CaseRow is one case in a list; it holds no personal data.
type CaseRow struct {
	CaseID       string         `json:"case_id"`
	Version      int64          `json:"version"`
	Phase        casefile.Phase `json:"phase"`
	Office       string         `json:"office"`
	CounsellorID string         `json:"counsellor_id,omitempty"`
	Municipio    int            `json:"municipio,omitempty"`
	Members      int            `json:"members"`
	OpenedOn     rules.Date     `json:"opened_on"`
	NextDue      rules.Date     `json:"next_due_on,omitzero"`
	NextItem     string         `json:"next_item,omitempty"`
	Overdue      int            `json:"overdue"` // agenda items whose lapse is recorded
	UpdatedAt    time.Time      `json:"updated_at"`
}

// HistoryQuery selects the entries of a case's history.
type HistoryQuery struct {
	CaseID        string
	AsOf, KnownAt time.Time
	Cursor        string
	Limit         int
	// WithRestricted asks also for what is said of persons whose processing is restricted.
	WithRestricted bool
}

// Entry is one event of a case's history as readers see it.
type Entry struct {
	Position      int64            `json:"position"`
	Version       int64            `json:"version"`
	EventID       string           `json:"event_id"`
	CommandID     string           `json:"command_id"`
	Type          string           `json:"type"`
	SchemaVersion int              `json:"schema_version"`
	OccurredAt    time.Time        `json:"occurred_at"`
	RecordedAt    time.Time        `json:"recorded_at"`
	Actor         casefile.Actor   `json:"actor"`
	Data          json.RawMessage  `json:"data"`
	Private       casefile.Private `json:"private,omitempty"`    // by person id; absent once erased
	Superseded    string           `json:"superseded,omitempty"` // corrected or annulled, by a later event
	Marking       casefile.Marking `json:"-"`                    // who may know of it; zero when ordinary
}

// PersonRecord is everything that is kept about one person, for that person.
type PersonRecord struct {
	CaseID  string               `json:"case_id"`
	Office  string               `json:"office"`
	Person  casefile.Person      `json:"person"`
	Role    string               `json:"role"`             // sponsor, or the kinship of a member
	Member  *casefile.MemberView `json:"member,omitempty"` // unless the sponsor
	Due     []casefile.DueView   `json:"due"`              // what is expected about the person
	Privacy *casefile.Privacy    `json:"privacy,omitempty"`
	Entries []Entry              `json:"entries"` // events that name the person, with what they say of nobody else
	Placed  []Placed             `json:"school_placements,omitempty"`
}

// AgendaQuery selects agenda items over all cases of the offices named. Other
// empty fields do not restrict.
type AgendaQuery struct {
	Offices    []string
	Counsellor string
	Role       casefile.Role // responsible
	Before     rules.Date    // due on or before
	Unassigned bool          // only of cases that nobody is responsible for
	Cursor     string
	Limit      int
}

// Meeting is one appointment still to come or to be told of, over all cases.
type Meeting struct {
	CaseID       string
	CounsellorID string
	casefile.AppointmentView
}

// AgendaRow is one agenda item in a list over cases.
type AgendaRow struct {
	CaseID       string `json:"case_id"`
	CounsellorID string `json:"counsellor_id,omitempty"`
	casefile.DueView
}

// FeedRow is one event of the feed, without its personal data.
type FeedRow struct {
	Position   int64     `json:"position"`
	CaseID     string    `json:"case_id"`
	Version    int64     `json:"version"`
	EventID    string    `json:"event_id"`
	Type       string    `json:"type"`
	OccurredAt time.Time `json:"occurred_at"`
	RecordedAt time.Time `json:"recorded_at"`
}

// HandoffQuery selects hand-offs.
type HandoffQuery struct {
	Sender string
	Status handoff.Status
	Cursor string
	Limit  int
}

// Proof is a list of hashes with the sizes it speaks of.
type Proof struct {
	Position int64    `json:"position,omitempty"`
	From     int64    `json:"from,omitempty"`
	Size     int64    `json:"size"`
	Hashes   []string `json:"hashes"` // Base64
}

// EventProof lets anybody check one event offline.
type EventProof struct {
	Position   int64    `json:"position"`
	Leaf       string   `json:"leaf"` // Base64 of the canonical leaf
	Hashes     []string `json:"hashes"`
	Checkpoint string   `json:"checkpoint"`
}

// Figures say how the whole office stands.
type Figures struct {
	CasesByPhase       map[string]int64
	HandoffsByStatus   map[string]int64
	OldestHandoff      time.Duration    // accepted or held, not yet applied
	WithoutNextStep    int64            // open cases with nothing on their agenda
	Agenda, Overdue    map[string]int64 // items, and those whose day has passed, by who is responsible
	Unsettled          int64            // commands accepted and not yet decided
	OldestUnsettled    time.Duration
	EffectsOutstanding int64
	OldestEffect       time.Duration
	WithoutWorkflow    int64
	Events             int64
	CheckpointAge      time.Duration // since the head of the log was signed
	ViewsLag           int64         // events that the views of cases do not show
}

// Pool says how a process's connections to the database stand.
type Pool struct {
	Busy, Idle, Max int32
	Waits           int64 // for a free connection, since the process began
	Waited          time.Duration
}
