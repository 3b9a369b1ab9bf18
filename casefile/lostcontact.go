// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// RecordContactAttempt records that the hub tried to reach the family in vain.
type RecordContactAttempt struct {
	On      rules.Date `json:"on"`
	Channel string     `json:"channel"`
	Note    string     `json:"note,omitempty"`
}

func (c *RecordContactAttempt) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	draft := Draft{Event: &ContactAttempted{Channel: c.Channel}, On: c.On, Private: aside(s.SponsorID, c.Note)}
	if s.said(draft) {
		return nil, nil
	}
	return []Draft{draft}, nil
}

// RecordContactLost ends the path of the members named, or of all, because
// nobody can reach them. It rests on attempts: as many, and over as many days, as
// the office's rule asks.
type RecordContactLost struct {
	On      rules.Date `json:"on"`
	Members []string   `json:"member_ids,omitempty"`
}

func (c *RecordContactLost) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	for _, id := range c.Members {
		if s.Member(id) == nil {
			return nil, unknownMember().at("member_ids")
		}
	}
	var drafts []Draft
	for _, m := range s.Members {
		if m.Ending == "" && (len(c.Members) == 0 || s.names(c.Members, m)) {
			drafts = append(drafts, Draft{Event: &ContactLost{OfMember{m.ID}}, On: c.On})
		}
	}
	if len(drafts) > 0 && !s.triedEnough(c.On, r.Book) {
		return nil, attemptsMissing(c.On, r.Book)
	}
	return drafts, nil
}

func attemptsMissing(on rules.Date, book *rules.Book) *Refusal {
	number, span := book.At(rules.ContactLostAttempts, on).Value, book.At(rules.ContactLostSpan, on).Value
	return refusalOf("contact_attempts_missing", rules.ContactLostAttempts,
		"Servono almeno "+number+" tentativi distribuiti su almeno "+span+" giorni dall'ultimo contatto: registrali con giorno e canale.",
		"At least "+number+" attempts spread over at least "+span+" days since the last contact are needed: record them with day and channel.")
}

// triedEnough tells whether the attempts since the last contact, up to the day,
// are as many and as far apart as the rules ask.
func (s *State) triedEnough(on rules.Date, book *rules.Book) bool {
	tried := slices.DeleteFunc(s.vain(), func(day rules.Date) bool { return day.After(on) })
	if len(tried) == 0 || len(tried) < book.At(rules.ContactLostAttempts, on).Number() {
		return false
	}
	return tried[0].DaysUntil(tried[len(tried)-1]) >= book.At(rules.ContactLostSpan, on).Number()
}

// vain lists the days of the attempts after the last contact, in order.
func (s *State) vain() []rules.Date {
	var days []rules.Date
	for _, day := range s.Attempts {
		if s.LastContactOn.IsZero() || day.After(s.LastContactOn) {
			days = append(days, day)
		}
	}
	slices.SortFunc(days, func(a, b rules.Date) int { return b.DaysUntil(a) })
	return days
}

// contactRetry asks for the next attempt, or for the decision once there were
// enough, while somebody is still to be reached.
func (a *agenda) contactRetry() {
	tried := a.state.vain()
	if len(tried) == 0 || a.state.allEnded() {
		return
	}
	last := tried[len(tried)-1]
	item := "contact_retry"
	if a.state.triedEnough(last, a.book) {
		item = "contact_lost"
	}
	a.add(Due{Item: item, Part: Branches, By: Counsellor, Term: a.book.Term(rules.ContactRetry, last)})
}

// ContactAttempted is one attempt in vain.
type ContactAttempted struct {
	Channel string `json:"channel"`
}

func (e *ContactAttempted) apply(s *State, f Fact) { s.Attempts = append(s.Attempts, f.OccurredOn()) }

// ContactLost ends a member's path because nobody can reach them.
type ContactLost struct{ OfMember }

func (e *ContactLost) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(LostContact, f.OccurredOn()) })
}

// reached notes a contact; who had been lost before it is found again.
func (s *State) reached(on rules.Date) {
	s.LastContactOn = later(s.LastContactOn, on)
	for _, m := range s.Members {
		if m.Ending == LostContact && !on.Before(m.EndedOn) {
			m.resume(on)
		}
	}
}
