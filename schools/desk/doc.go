// SPDX-License-Identifier: AGPL-3.0-or-later

// Package desk is the education department's desk, the same for whoever comes by
// page, program or command line: who waits for a school, which schools suit a
// child, places shared out among many with a certificate, what the officer makes
// of each proposal, and what schools say about their places.
package desk

import (
	"context"
	"errors"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

// Store keeps what the desk works on.
type Store interface {
	// Waiting lists children on the way to a school. Errors: views.ErrBadCursor.
	Waiting(ctx context.Context, q views.WaitingQuery) (views.Page[views.WaitingChild], error)
	Schools(ctx context.Context, q views.SchoolQuery) (views.Page[views.SchoolRow], error)
	// PlaceHistory lists what was ever said of a school's places.
	PlaceHistory(ctx context.Context, q views.PlaceQuery) (views.Page[schools.Figure], error)
	// EnterPlaces keeps figures. Errors: *views.UnknownSchool, views.ErrOtherContent.
	EnterPlaces(ctx context.Context, p views.PlaceEntries) error
	Seats(ctx context.Context, grades []views.GradeOf, on rules.Date) ([]placement.Seat, error)
	// KeepRun gives the run that is kept under the id. Errors: views.ErrOtherContent.
	KeepRun(ctx context.Context, r views.Run) (views.Run, error)
	// Run gives a run. Errors: views.ErrNotFound.
	Run(ctx context.Context, id string) (views.Run, error)
	Runs(ctx context.Context, hubs []string, cursor string, limit int) (views.Page[views.RunRow], error)
	// DecideLine records a decision once under its id. Errors: views.ErrOtherContent.
	DecideLine(ctx context.Context, d views.LineDecision) (views.LineDecision, error)
}

// Orders keeps commands until they are settled.
type Orders interface {
	AcceptOrder(ctx context.Context, o casefile.Order) (*casefile.Outcome, error)
}

// Engine has an accepted order decided by the workflow of its case.
type Engine interface {
	Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)
}

// Desk joins them. All fields but Wait are required.
type Desk struct {
	Store
	Orders Orders
	Engine Engine
	Clock  func() time.Time
	Book   *rules.Book
	Wait   time.Duration // how long a command may take before it is said to be pending; 10 s when 0
}

// What the desk says no to, beside what a case refuses.
var (
	ErrNobodyWaits   = errors.New("desk: no search for a place is open among those asked for")
	ErrNoProposal    = errors.New("desk: the run proposes no school for this child")
	ErrPlaceGone     = errors.New("desk: the place has been given to another child meanwhile")
	ErrUnsuitable    = errors.New("desk: the school does not have the child's grade")
	ErrReasonMissing = errors.New("desk: a change needs its reason")
)

func (d *Desk) today() rules.Date { return rules.DateOf(d.Clock()) }

func (d *Desk) patience() time.Duration {
	if d.Wait == 0 {
		return 10 * time.Second
	}
	return d.Wait
}
