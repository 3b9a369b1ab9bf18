// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"ricongiungi/rules"
	"time"
)

// NextWake is the instant at which the case should look at its agenda again:
// the next reminder or the next lapse. Zero when nothing is to come.
func NextWake(items []Due) time.Time {
	var next time.Time
	consider := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, d := range items {
		if d.Lapsed {
			continue
		}
		consider(d.Term.Due.End())
		if !d.remind.IsZero() {
			consider(d.remindAt())
		}
	}
	return next.UTC()
}

// remindAt is eight in the morning in Rome, when the hub's day begins.
func (d Due) remindAt() time.Time { return d.remind.Start().Add(8 * time.Hour) }

// Wake looks at the clock: what lapsed is recorded, with what follows from it
// in law, and who is responsible is reminded of what is near.
type Wake struct{}

// decide looks again at what its own findings bring about, so that one wake
// leaves nothing for the next.
func (c *Wake) decide(s *State, r Request) ([]Draft, *Refusal) {
	var drafts []Draft
	for {
		found := passed(s, r)
		if len(found) == 0 {
			return drafts, nil
		}
		drafts = append(drafts, found...)
		s = s.after(found, r)
	}
}

// passed gives what has lapsed and what is to be reminded of by now.
func passed(s *State, r Request) []Draft {
	if settled := s.settlePending(r); len(settled) > 0 && s.ClosedOn.IsZero() {
		return settled // they may move what would lapse
	}
	var drafts []Draft
	for _, d := range Agenda(s, r.Book) {
		switch {
		case d.Lapsed:
		case !r.Now.Before(d.Term.Due.End()):
			drafts = append(drafts, Draft{Event: d.lapse(), On: d.Term.Due.AddDays(1)})
		case !d.remind.IsZero() && !r.Now.Before(d.remindAt()):
			drafts = append(drafts, Draft{Event: &ReminderRaised{d.mark()}})
		}
	}
	return drafts
}

func (d Due) lapse() Event {
	if d.onLapse != nil {
		return d.onLapse
	}
	return &TermLapsed{d.mark()}
}

func (d Due) mark() Mark {
	return Mark{Item: d.Item, Part: d.Part, Subject: d.Subject, MemberID: d.MemberID, By: d.By, Term: d.Term}
}

// Mark names an agenda item in an event.
type Mark struct {
	Item     string     `json:"item"`
	Part     Part       `json:"part"`
	Subject  string     `json:"subject,omitempty"`
	MemberID string     `json:"member_id,omitempty"`
	By       Role       `json:"responsible"`
	Term     rules.Term `json:"term"`
}

func (m Mark) key() string { return Due{Item: m.Item, Subject: m.Subject, Term: m.Term}.key() }

// TermLapsed notes that something was not done by its day. It blocks nothing.
type TermLapsed struct{ Mark }

func (e *TermLapsed) apply(s *State, _ Fact) { s.lapsed[e.key()] = true }

// ReminderRaised notes that the responsible person was reminded, once.
type ReminderRaised struct{ Mark }

func (e *ReminderRaised) apply(s *State, _ Fact) { s.reminded[e.key()] = true }
