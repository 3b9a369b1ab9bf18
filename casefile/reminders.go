// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"time"

	"ricongiungi/rules"
)

// Reminders go out in the hub's office hours only, in Rome.
const (
	openingHour = 8 * time.Hour
	closingHour = 18 * time.Hour
)

// longTerm is the length in days from which a term is reminded of by the longer lead.
const longTerm = 40

// lateness is what came of an item that lapsed.
type lateness struct {
	noticed   rules.Date // day on which the lapse was recorded
	quiet     bool
	escalated bool
}

// step tells whether the item leads the case on; a birthday only is a note.
func (d Due) step() bool { return d.Item != "birthday" }

// reminder is the working day on which the responsible person is reminded; zero
// when there is no sensible one between the start and the end of the term.
func (a *agenda) reminder(d Due, key string) rules.Date {
	if !d.step() || a.state.reminded[key] {
		return rules.Date{}
	}
	lead := rules.ReminderShort
	if d.Term.From.DaysUntil(d.Term.Due) > longTerm {
		lead = rules.ReminderLong
	}
	days := a.book.At(lead, d.Term.From).Number()
	day := a.book.WorkingOnOrBefore(d.Term.Due.AddDays(-days))
	if !d.Term.From.Before(day) {
		return rules.Date{}
	}
	return day
}

// escalation is the working day on which the supervisor hears of a lapse that
// nobody has mended; zero when it was told already or is not told at all.
func (a *agenda) escalation(d Due, key string) rules.Date {
	late, lapsed := a.state.lateness[key]
	if !lapsed || late.quiet || late.escalated || d.By == Supervisor {
		return rules.Date{}
	}
	return a.book.AddWorking(late.noticed, a.book.At(rules.ReminderEscalation, late.noticed).Number())
}

// due tells whether a notice planned for the day may go out at the request's time.
func due(day rules.Date, r Request) bool {
	return !day.IsZero() && !r.Now.Before(hubOpens(day)) && open(r.Now, r.Book)
}

// hubOpens is the hour of the day at which the hub's day begins.
func hubOpens(day rules.Date) time.Time { return day.Start().Add(openingHour) }

func open(at time.Time, book *rules.Book) bool {
	day := rules.DateOf(at)
	return book.Working(day) && !at.Before(hubOpens(day)) && at.Before(day.Start().Add(closingHour))
}

// nextOpening is the first instant from the given one at which the hub is open.
func nextOpening(at time.Time, book *rules.Book) time.Time {
	if open(at, book) {
		return at
	}
	day := rules.DateOf(at)
	if !at.Before(hubOpens(day)) {
		day = day.AddDays(1)
	}
	for !book.Working(day) {
		day = day.AddDays(1)
	}
	return hubOpens(day)
}

// NextWake is the instant, in UTC, at which the case should look at its agenda
// again: the next lapse, reminder or escalation. What should have gone out
// before now goes out when the hub is next open. Zero when nothing is to come.
func NextWake(items []Due, book *rules.Book, now time.Time) time.Time {
	var next time.Time
	consider := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, d := range items {
		if !d.Lapsed {
			consider(d.Term.Due.End())
		}
		if day := d.notice(); !day.IsZero() {
			consider(nextNotice(day, book, now))
		}
	}
	return next.UTC()
}

// notice is the day of the next notice about the item; zero when there is none.
func (d Due) notice() rules.Date {
	if d.Lapsed {
		return d.escalate
	}
	return d.remind
}

func nextNotice(day rules.Date, book *rules.Book, now time.Time) time.Time {
	at := hubOpens(day)
	if at.Before(now) && !open(now, book) {
		return nextOpening(now, book)
	}
	return at
}

// ReminderRaised notes that the responsible person was reminded, once.
type ReminderRaised struct{ Mark }

func (e *ReminderRaised) apply(s *State, _ Fact) { s.reminded[e.key()] = true }

// effects write to whoever is responsible and, where the family asked for it and
// the thing is its own to do, to the family.
func (e *ReminderRaised) effects(s *State) []Effect {
	effects := []Effect{e.message("reminder", string(e.By))}
	if s.Contact.Reminders && itemsOfTheFamily[e.Item] {
		effects = append(effects, e.message("remind_"+e.Item, "family"))
	}
	return effects
}

// TermEscalated notes that the supervisor was told of a lapse, once.
type TermEscalated struct{ Mark }

func (e *TermEscalated) apply(s *State, _ Fact) {
	late := s.lateness[e.key()]
	late.escalated = true
	s.lateness[e.key()] = late
}

func (m Mark) message(template, to string) Effect {
	return Effect{Kind: "message", Part: m.Part, Template: template, To: to, Subject: m.Item, MemberID: m.MemberID, About: m.About}
}
