// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/schemas"
)

// Desk takes commands to one case. It gives the id of the first event that a
// command led to, empty when it changed nothing. A foreseen no is a *Refused.
type Desk interface {
	Give(ctx context.Context, commandID, name string, data []byte) (event string, err error)
}

// Refused is a foreseen no of a desk.
type Refused struct {
	Field  string // of the command, where one is at fault
	Reason string // a sentence, with the rule
}

// Error is the reason.
func (r *Refused) Error() string { return r.Reason }

// Tell tells the family's rows to the desk of its case in the order of their
// days. Ids of commands come from what they say, so that the same row told
// again changes nothing. Refusals are noted as problems; any other error ends it.
func (f *Family) Tell(ctx context.Context, caseID string, desk Desk) error {
	names := namesOf(caseID)
	times := map[string]int{} // of the same words
	for _, t := range f.Told {
		words := t.Type + "/" + t.Label + "/" + string(t.Data)
		times[words]++
		id := casefile.DeriveID(caseID, fmt.Sprintf("import/%s/%d", words, times[words]))
		event, err := f.tell(ctx, t, id, names, desk)
		var no *Refused
		switch {
		case errors.As(err, &no):
			f.Reject(t.In, t.Line, strings.TrimSuffix(t.Field+"/"+no.Field, "/"), no.Reason)
		case err != nil:
			return fmt.Errorf("line %d of %s: %w", t.Line, t.In, err)
		case t.Label != "":
			names.commands[t.Label], names.events[t.Label] = id, event
		}
	}
	return nil
}

func (f *Family) tell(ctx context.Context, t Telling, id string, names *Names, desk Desk) (string, error) {
	data, err := names.resolve(t.Data)
	if err != nil {
		return "", &Refused{Reason: err.Error()}
	}
	return desk.Give(ctx, id, t.Type, data)
}

// Rehearsal is what a family would lead to.
type Rehearsal struct {
	Facts []casefile.Fact
	State *casefile.State
}

// Rehearse tells the family to a case in memory, at the instant now, and notes
// what would be refused. Nothing outside is touched.
func (f *Family) Rehearse(book *rules.Book, now time.Time) Rehearsal {
	caseID := casefile.DeriveID("rehearsal", f.Opening.SUIFile)
	d := &memory{caseID: caseID, book: book, now: now}
	opening := f.Opening
	opening.Sequence = 1
	if err := schemas.Handoff(handoff.Canonical(opening)); err != nil {
		f.reject(err)
		return d.rehearsal()
	}
	if refusal := d.decide(casefile.DeriveID(caseID, "opening"), opening.Command()); refusal != nil {
		f.Reject("families", f.Line(), "", sentence(refusal))
		return d.rehearsal()
	}
	if err := f.Tell(context.Background(), caseID, d); err != nil {
		f.Reject("families", f.Line(), "", err.Error()) // the memory knows no other error than a bad row
	}
	return d.rehearsal()
}

// reject notes what a schema has against the opening of the case.
func (f *Family) reject(err error) {
	var invalid *schemas.Invalid
	if !errors.As(err, &invalid) {
		f.Reject("families", f.Line(), "", err.Error())
		return
	}
	for _, p := range invalid.Problems {
		line := f.Line()
		var member int
		if n, _ := fmt.Sscanf(p.Path, "/members/%d", &member); n == 1 && member < len(f.families) {
			line = f.families[member].Line
		}
		f.Reject("families", line, strings.TrimPrefix(p.Path, "/"), p.Reason)
	}
}

// memory is a case that is kept nowhere else.
type memory struct {
	caseID string
	book   *rules.Book
	now    time.Time
	facts  []casefile.Fact
}

// Give decides a command as the API and the store would.
func (m *memory) Give(_ context.Context, id, name string, data []byte) (string, error) {
	if err := schemas.Command(name, data); err != nil {
		return "", invalid(err)
	}
	command, err := casefile.DecodeCommand(name, data)
	if err != nil {
		return "", &Refused{Reason: err.Error()}
	}
	before := len(m.facts)
	if refusal := m.decide(id, command); refusal != nil {
		return "", &Refused{Field: refusal.Path, Reason: sentence(refusal)}
	}
	if len(m.facts) == before {
		return "", nil
	}
	return m.facts[before].EventID, nil
}

func invalid(err error) error {
	var wrong *schemas.Invalid
	if !errors.As(err, &wrong) || len(wrong.Problems) == 0 {
		return &Refused{Reason: err.Error()}
	}
	var reasons []string
	for _, p := range wrong.Problems {
		reasons = append(reasons, strings.TrimSpace(strings.TrimPrefix(p.Path, "/")+" "+p.Reason))
	}
	return &Refused{Reason: strings.Join(reasons, "; ")}
}

func (m *memory) decide(id string, c casefile.Command) *casefile.Refusal {
	request := casefile.Request{CommandID: id, CaseID: m.caseID, Now: m.now, Book: m.book,
		Actor: casefile.Actor{ID: casefile.DeriveID(m.caseID, "desk"), Role: casefile.Supervisor}}
	drafts, refusal := casefile.Decide(casefile.Fold(m.facts), c, request)
	for _, d := range drafts {
		m.facts = append(m.facts, d.Recorded(request, int64(len(m.facts)+1)))
	}
	return refusal
}

func (m *memory) rehearsal() Rehearsal {
	return Rehearsal{Facts: m.facts, State: casefile.Fold(m.facts)}
}

// sentence is a refusal as one reads it beside a row.
func sentence(r *casefile.Refusal) string {
	return fmt.Sprintf("%s (%s: %s)", r.Text.En, r.Code, r.Rule)
}
