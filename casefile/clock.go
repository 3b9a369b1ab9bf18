// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strconv"

	"ricongiungi/rules"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Pause is a stretch in which the Prefecture's clock stands still: From is the
// first day not counted, To the day on which it runs again.
type Pause struct {
	From rules.Date `json:"from"`
	To   rules.Date `json:"to"`
}

// Days is the length of the pause.
func (p Pause) Days() int { return p.From.DaysUntil(p.To) }

// ReviewClock is the Prefecture's term with everything that moved it.
type ReviewClock struct {
	Term   rules.Term
	Pauses []Pause // in order, never overlapping
}

// Clock applies the notices of intended refusal to the term. Until 16 July 2020
// a notice made the term start again; since then it suspends it (DL 76/2020
// art. 12), and overlapping suspensions count once.
func (r Review) Clock(book *rules.Book) ReviewClock {
	clock := ReviewClock{Term: r.term()}
	if clock.Term.IsZero() {
		return clock
	}
	for _, notice := range r.Notices {
		if notice.On.After(book.Postponed(clock.Term, clock.suspended())) {
			continue // a term that has run out can neither be suspended nor start again
		}
		if book.At(rules.RefusalEffect, notice.On).Value == "restart" {
			clock = ReviewClock{Term: book.TermUnder(clock.Term.Rule, clock.Term.ValidFrom, notice.restarts())}
			continue
		}
		clock.Pauses = addPause(clock.Pauses, Pause{From: notice.On, To: notice.resumes(book)})
	}
	clock.Term.Due = book.Postponed(clock.Term, clock.suspended())
	return clock
}

// late tells whether a decision of that day came after the term as it then
// stood. A late decision is valid all the same.
func (r Review) late(decided rules.Date, book *rules.Book) bool {
	if decided.IsZero() || r.Term.IsZero() {
		return false
	}
	r.Notices = slices.DeleteFunc(slices.Clone(r.Notices), func(n Notice) bool { return n.On.After(decided) })
	return decided.After(r.Clock(book).Term.Due)
}

// resumes is the day from which the clock runs again: ten days after
// observations filed in time, or the end of the term to file them.
func (n Notice) resumes(book *rules.Book) rules.Date {
	if n.inTime() {
		return n.ObservationsOn.AddDays(book.At(rules.RefusalReply, n.On).Number())
	}
	return n.Reply.Due
}

func (n Notice) restarts() rules.Date {
	if n.inTime() {
		return n.ObservationsOn
	}
	return n.Reply.Due
}

func (n Notice) inTime() bool {
	return !n.ObservationsOn.IsZero() && !n.ObservationsOn.After(n.Reply.Due)
}

func (c ReviewClock) suspended() int {
	total := 0
	for _, pause := range c.Pauses {
		total += pause.Days()
	}
	return total
}

// addPause keeps the ledger in order and free of overlaps, so that no day is
// taken off the clock twice.
func addPause(ledger []Pause, p Pause) []Pause {
	var kept []Pause
	for _, q := range ledger {
		switch {
		case q.To.Before(p.From):
			kept = append(kept, q)
		case p.To.Before(q.From):
			kept, p = append(kept, p), q
		default:
			p = Pause{From: earlier(p.From, q.From), To: later(p.To, q.To)}
		}
	}
	return append(kept, p)
}

func earlier(a, b rules.Date) rules.Date {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b rules.Date) rules.Date {
	if a.After(b) {
		return a
	}
	return b
}
