// SPDX-License-Identifier: AGPL-3.0-or-later

package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"ricongiungi/casefile"
	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

// Choice is what an officer makes of one line of a run.
type Choice struct {
	MemberID   string `json:"member_id"`
	Action     string `json:"action"`                // confirm, change or leave
	SchoolCode string `json:"school_code,omitempty"` // with a change
	Reason     string `json:"reason,omitempty"`      // a code; needed for a change
}

// Decided is a choice as it is recorded, with what the case made of the place
// that it proposes. The outcome is nil when the child was left, or while the
// command is kept and not decided yet.
type Decided struct {
	views.LineDecision
	Pending bool              `json:"pending,omitempty"`
	Outcome *casefile.Outcome `json:"outcome,omitempty"`
}

// Decide confirms a line, changes it, or leaves it. A place is proposed to the
// child by the command propose_place, in the officer's name, through the case's
// own workflow; what the case refuses is not recorded as decided, and comes back
// in the outcome. Asked again under the same key it acts once. Errors:
// views.ErrNotFound, views.ErrOtherContent, ErrNoProposal, ErrPlaceGone,
// ErrUnsuitable, ErrReasonMissing.
func (d *Desk) Decide(ctx context.Context, by casefile.Actor, offices []string, runID string, c Choice, key string) (Decided, error) {
	run, err := d.RunFor(ctx, offices, runID)
	if err != nil {
		return Decided{}, err
	}
	at := slices.IndexFunc(run.Result.Lines, func(l placement.Line) bool { return l.ChildID == c.MemberID })
	if at < 0 {
		return Decided{}, views.ErrNotFound
	}
	line, child := run.Result.Lines[at], run.Problem.Children[at]
	decision := Decided{LineDecision: views.LineDecision{DecisionID: key, RunID: runID, MemberID: c.MemberID, Action: c.Action, Grade: line.Grade,
		On: d.today(), Reason: c.Reason, DecidedBy: by.ID}}
	if c.Action == "leave" {
		decision.LineDecision, err = d.DecideLine(ctx, decision.LineDecision)
		return decision, err
	}
	if again := slices.IndexFunc(run.Decisions, func(k views.LineDecision) bool { return k.DecisionID == key }); again >= 0 {
		decision.LineDecision.On = run.Decisions[again].On // a repeated request may come on a later day
	} else if err := d.sound(ctx, line, child, c); err != nil {
		return Decided{}, err
	}
	if decision.SchoolCode = line.SchoolCode; c.Action == "change" {
		decision.SchoolCode = c.SchoolCode
	}
	return d.propose(ctx, by, line.CaseID, decision)
}

// sound tells whether the choice can be carried out as things are now.
func (d *Desk) sound(ctx context.Context, line placement.Line, child placement.Child, c Choice) error {
	switch {
	case c.Action == "confirm" && line.SchoolCode == "":
		return ErrNoProposal
	case c.Action == "change" && c.Reason == "":
		return ErrReasonMissing
	}
	grade := views.GradeOf{Level: child.Level, Grade: line.Grade}
	seats, err := d.Seats(ctx, []views.GradeOf{grade}, d.today())
	if err != nil {
		return err
	}
	code := line.SchoolCode
	if c.Action == "change" {
		code = c.SchoolCode
	}
	at := slices.IndexFunc(seats, func(s placement.Seat) bool { return s.SchoolCode == code })
	switch {
	case at < 0 && c.Action == "change":
		return ErrUnsuitable
	case c.Action == "confirm" && (at < 0 || seats[at].Known != placement.Unknown && seats[at].Free == 0):
		return ErrPlaceGone
	}
	return nil
}

// propose gives the command, which is kept before anything else: from then on the
// place is as good as proposed, whatever breaks down.
func (d *Desk) propose(ctx context.Context, by casefile.Actor, caseID string, decision Decided) (Decided, error) {
	body, err := json.Marshal(map[string]any{"member_id": decision.MemberID, "on": decision.On, "school_code": decision.SchoolCode})
	if err != nil {
		return decision, fmt.Errorf("desk: command: %w", err)
	}
	order := casefile.Order{CommandID: decision.DecisionID, CaseID: caseID, Type: "propose_place", Body: body, Actor: by, At: d.Clock().UTC()}
	if decision.Outcome, err = d.Orders.AcceptOrder(ctx, order); err != nil {
		return decision, err
	}
	if decision.Outcome == nil {
		decision.Outcome, decision.Pending = d.submit(ctx, order)
	}
	if decision.Outcome != nil && decision.Outcome.Refusal != nil {
		return decision, nil
	}
	decision.LineDecision, err = d.DecideLine(ctx, decision.LineDecision)
	return decision, err
}

// submit waits for what the case decides; what takes too long is kept and pending.
func (d *Desk) submit(ctx context.Context, order casefile.Order) (*casefile.Outcome, bool) {
	waiting, cancel := context.WithTimeout(ctx, d.patience())
	defer cancel()
	outcome, err := d.Engine.Submit(waiting, order.CaseID, order.CommandID)
	if err != nil {
		return nil, true
	}
	return &outcome, false
}
