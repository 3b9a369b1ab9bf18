// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/diary"
	"ricongiungi/handoff"
	"ricongiungi/reports"
	"ricongiungi/services"
	"ricongiungi/views"
)

// The errors and shapes of package views, under the names used here.
var (
	ErrNotFound     = views.ErrNotFound
	ErrOtherContent = views.ErrOtherContent
	ErrUnavailable  = views.ErrUnavailable
	ErrBadCursor    = views.ErrBadCursor
)

// Orders keeps commands until they are settled.
type Orders interface {
	// AcceptOrder makes the order durable. The outcome is not nil when the same
	// order was settled before. Errors: ErrOtherContent, ErrUnavailable.
	AcceptOrder(ctx context.Context, o casefile.Order) (*casefile.Outcome, error)
	// OrderOutcome is nil while the order is pending. Errors: ErrNotFound.
	OrderOutcome(ctx context.Context, caseID, commandID string) (*casefile.Outcome, error)
}

// Engine has an accepted order decided by the workflow of its case.
type Engine interface {
	// Submit waits for the outcome. An error never means that the order is lost:
	// it stays accepted and is delivered again. Errors: ErrUnavailable, or the
	// context's.
	Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)
}

// Views answers questions about cases.
type Views interface {
	// Standing says how far a case is and whose it is, read without the rest. Errors: ErrNotFound.
	Standing(ctx context.Context, caseID string) (views.Standing, error)
	// Rendered gives the view as it is kept, and its people, at least as new as
	// the standing. Errors: ErrNotFound.
	Rendered(ctx context.Context, caseID string, at views.Standing) (Rendered, error)
	// CaseAsOf folds the case as of a day and as known at an instant (zero: no limit).
	CaseAsOf(ctx context.Context, caseID string, asOf, knownAt time.Time) (casefile.View, error)
	// Handovers draws up the packages for offices that took over. Errors: ErrNotFound.
	Handovers(ctx context.Context, caseID string) ([]casefile.Handover, error)
	Cases(ctx context.Context, q CaseQuery) (Page[CaseRow], error)
	// History lists the events of a case, oldest first. Errors: ErrNotFound, ErrBadCursor.
	History(ctx context.Context, q HistoryQuery) (Page[Entry], error)
	// Person gives everything that is kept about one person. Errors: ErrNotFound.
	Person(ctx context.Context, personID string) (views.PersonRecord, error)
	Agenda(ctx context.Context, q AgendaQuery) (Page[AgendaRow], error)
	// Events is the feed of the whole log after a position (-1 for the beginning),
	// without personal data.
	Events(ctx context.Context, after int64, limit int) (Page[FeedRow], error)
}

// Reads keeps who was shown what.
type Reads interface {
	// RecordReads returns once the records are on disk. Errors: ErrUnavailable.
	RecordReads(ctx context.Context, reads []views.Read) error
	// Reads lists them, newest first. Errors: ErrBadCursor.
	Reads(ctx context.Context, q views.ReadQuery) (Page[views.Read], error)
}

// People finds people by name or number.
type People interface {
	// FindPeople searches among those of whom the searcher may know. Errors:
	// ErrUnavailable while nobody can be found yet.
	FindPeople(ctx context.Context, q views.PeopleQuery) (views.PeopleFound, error)
}

// Handoffs takes the Prefecture's messages in.
type Handoffs interface {
	// AcceptHandoffs keeps the messages durably and answers in their order.
	AcceptHandoffs(ctx context.Context, messages []Received) ([]Acceptance, error)
	PreviewHandoffs(ctx context.Context, messages []handoff.Message) ([]handoff.Forecast, error)
	Handoff(ctx context.Context, handoffID string) (handoff.Receipt, error)
	Handoffs(ctx context.Context, q HandoffQuery) (Page[handoff.Receipt], error)
	Gaps(ctx context.Context, sender string) ([]handoff.Gap, error)
	Settle(ctx context.Context, handoffID string, s handoff.Settlement, by casefile.Actor) (handoff.Receipt, error)
	// KeepRejected keeps rows that were no valid message, sealed, with their reasons.
	KeepRejected(ctx context.Context, by casefile.Actor, rows []handoff.RowError) error
}

// Evidence proves what the log holds.
type Evidence interface {
	Checkpoint(ctx context.Context) ([]byte, error)
	// Tile gives the hashes of one tile. Errors: ErrNotFound.
	Tile(ctx context.Context, path string) ([]byte, error)
	Inclusion(ctx context.Context, position, size int64) (Proof, error)
	Consistency(ctx context.Context, from, to int64) (Proof, error)
	// EventProof proves one event of a case against the present checkpoint.
	EventProof(ctx context.Context, caseID string, version int64) (EventProof, error)
	// Capsule packs a case with its proofs into one file. Errors: ErrNotFound.
	Capsule(ctx context.Context, caseID string, personal bool) ([]byte, error)
}

// Figures answers what the department and the city's reports ask.
type Figures = reports.Source

// SchoolFacts gives what the indicators need to know of schools.
type SchoolFacts = func(ctx context.Context) (demand.Schools, error)

// Hub tells what the hub can offer: services to refer to, appointments to book.
type Hub interface {
	// Services is the directory as of now. Errors: ErrUnavailable.
	Services(ctx context.Context) (services.Directory, error)
	// FreeSlots lists free appointments that are still to come, soonest first.
	// Errors: ErrUnavailable.
	FreeSlots(ctx context.Context, q diary.Query) ([]diary.Slot, error)
}

// Health tells whether the parts answer.
type Health interface {
	Check(ctx context.Context) map[string]error // by part: "database", "temporal", "worker"
}

type (
	Rendered     = views.Rendered
	Received     = views.Received
	Acceptance   = views.Acceptance
	Page[T any]  = views.Page[T]
	CaseQuery    = views.CaseQuery
	CaseRow      = views.CaseRow
	HistoryQuery = views.HistoryQuery
	Entry        = views.Entry
	AgendaQuery  = views.AgendaQuery
	AgendaRow    = views.AgendaRow
	FeedRow      = views.FeedRow
	HandoffQuery = views.HandoffQuery
	Proof        = views.Proof
	EventProof   = views.EventProof
)
