// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

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
			if due(d.escalate, r) {
				drafts = append(drafts, Draft{Event: &TermEscalated{d.mark()}})
			}
		case !r.Now.Before(d.Term.Due.End()):
			drafts = append(drafts, Draft{Event: d.lapse(r), On: d.Term.Due.AddDays(1), AtMidnight: true})
		case due(d.remind, r):
			drafts = append(drafts, Draft{Event: &ReminderRaised{d.mark()}})
		}
	}
	return drafts
}

func (d Due) lapse(r Request) Event {
	if d.onLapse != nil {
		return d.onLapse
	}
	stale := r.Book.At(rules.ReminderStale, d.Term.Due).Number()
	return &TermLapsed{Mark: d.mark(), Quiet: d.Term.Due.DaysUntil(r.Today()) > stale}
}

func (d Due) mark() Mark {
	return Mark{Item: d.Item, Part: d.Part, Subject: d.Subject, MemberID: d.MemberID, By: d.By, Term: d.Term, About: d.About}
}

// Mark names an agenda item in an event.
type Mark struct {
	Item     string     `json:"item"`
	Part     Part       `json:"part"`
	Subject  string     `json:"subject,omitempty"`
	MemberID string     `json:"member_id,omitempty"`
	By       Role       `json:"responsible"`
	Term     rules.Term `json:"term"`
	About    string     `json:"about,omitempty"`
}

func (m Mark) key() string { return Due{Item: m.Item, Subject: m.Subject, Term: m.Term}.key() }

// TermLapsed notes that something was not done by its day. It blocks nothing.
// Quiet tells that it came to light so late that nobody is told any more: a
// backlog recorded at once must not rain messages about what is long past.
type TermLapsed struct {
	Mark
	Quiet bool `json:"quiet,omitempty"`
}

func (e *TermLapsed) apply(s *State, f Fact) {
	s.lapsed[e.key()] = true
	s.lateness[e.key()] = lateness{noticed: rules.DateOf(f.RecordedAt), quiet: e.Quiet}
}
