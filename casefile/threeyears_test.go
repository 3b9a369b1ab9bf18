// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ricongiungi/rules"
)

// The three years hold six changes of the clock, a 29 February and, where one is
// wanted, an outage of two weeks. Nothing waits: time is an argument.
const (
	lifeBegins = "2027-01-11"
	lifeEnds   = "2030-01-11"
	outageDays = 14
)

// life is what the people of a case do, each on the day it happens.
type life struct {
	tellings []telling
	outage   rules.Date // first day on which nothing works; zero for none
}

// anyLife draws the way of a family: some steps are late, some are never taken.
func anyLife(rt *rapid.T) life {
	var l life
	on := day(lifeBegins)
	say := func(least, most int, c func(on rules.Date) Command) {
		on = on.AddDays(rapid.IntRange(least, most).Draw(rt, "days"))
		if rapid.IntRange(0, 9).Draw(rt, "taken") > 0 {
			l.tellings = append(l.tellings, told(on.String(), c(on)))
		}
	}
	say(20, 200, func(on rules.Date) Command { return authorise(on.String()) })
	say(1, 20, func(on rules.Date) Command { return &RecordContact{On: on, Channel: "phone"} })
	say(1, 170, func(on rules.Date) Command { return &RecordVisaRequested{Step: Step{wife, on}} })
	say(1, 60, func(on rules.Date) Command { return &RecordVisaGranted{Step{wife, on}, on.AddDays(180)} })
	say(1, 170, func(on rules.Date) Command { return &RecordEntry{Step{wife, on}} })
	say(1, 5, func(on rules.Date) Command { return &RecordHostNotice{Step: Step{wife, on}} })
	say(1, 12, func(on rules.Date) Command { return &RecordPresentation{Step{wife, on}} })
	say(0, 5, func(on rules.Date) Command { return &RecordPermitRequested{Step{wife, on}} })
	say(10, 50, func(on rules.Date) Command { return &HoldCheckIn{On: on, Month: 1, Scores: map[string]int{"work": 4}} })
	say(20, 90, func(on rules.Date) Command { return &RecordPermitIssued{Step{wife, on}, on.AddMonths(12)} })
	say(100, 330, func(on rules.Date) Command { return &RecordPermitRenewalRequested{Step{wife, on}} })
	return l
}

func (l life) down(at time.Time) bool {
	return !l.outage.IsZero() && !at.Before(l.outage.Start()) && at.Before(l.outage.AddDays(outageDays).Start())
}

// livedThrough plays a life: the case is woken exactly when it asks to be, except that
// during the outage it hears of nothing and afterwards of the backlog first.
func livedThrough(t *testing.T, l life) *story {
	s := given(t, told(lifeBegins, file(lifeBegins)))
	waiting := l.tellings
	for range 500 {
		next := NextWake(Agenda(s.state(), s.book), s.book, s.now)
		telling := len(waiting) > 0 && (next.IsZero() || !noon(waiting[0].day).After(next))
		if telling {
			next = noon(waiting[0].day)
		}
		if next.IsZero() || next.After(noon(lifeEnds)) {
			return s
		}
		if l.down(next) {
			next = l.outage.AddDays(outageDays).Start().Add(10 * time.Hour)
			telling = len(waiting) > 0 && noon(waiting[0].day).Before(next)
		}
		if !telling {
			s.whenAt(next, &Wake{}).record()
			continue
		}
		s.whenAt(next, waiting[0].command).record() // a step that a skipped one should have led to is refused
		waiting = waiting[1:]
	}
	t.Fatal("the case asks to be woken without end")
	return nil
}

// sinceTold are counted from the day on which the hub was told of the decision,
// which an outage puts off; all other terms are counted from what happened.
var sinceTold = setOf("first_contact", "information_pack", "needs_profile")

// lapses are the terms that ran out, with the instant at which they did.
func (s *story) lapses() map[string]time.Time {
	found := map[string]time.Time{}
	for _, f := range s.facts {
		switch e := f.Event.(type) {
		case *TermLapsed:
			if !sinceTold[e.Item] {
				found[e.key()] = f.OccurredAt
			}
		case *NullaOstaExpired, *VisaExpired:
			found[EventName(e)+" "+memberOf(e)] = f.OccurredAt
		}
	}
	return found
}

func TestThreeYearsPassWithEveryDeadlineOnItsMidnight(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := livedThrough(t, anyLife(rt))
		for _, f := range s.facts {
			switch e := f.Event.(type) {
			case *TermLapsed:
				if end := e.Term.Due.End(); !f.OccurredAt.Equal(end) || !f.RecordedAt.Equal(end) && e.Term.From.Before(e.Term.Due) && !f.RecordedAt.After(end) {
					rt.Errorf("%s, due on %s, lapsed at %s and was noticed at %s", e.Item, e.Term.Due, f.OccurredAt, f.RecordedAt)
				}
			case *ReminderRaised:
				if !open(f.RecordedAt, book) {
					rt.Errorf("somebody is reminded of %s at %s", e.Item, f.RecordedAt.In(rules.Rome))
				}
			}
		}
		s.onceEach(rt)
	})
}

// onceEach holds reminders, lapses and escalations to one for each term.
func (s *story) onceEach(rt *rapid.T) {
	seen := map[string]bool{}
	for _, f := range s.facts {
		if mark, ok := f.Event.(interface{ key() string }); ok {
			key := EventName(f.Event) + " " + mark.key()
			if seen[key] {
				rt.Errorf("%s came twice", key)
			}
			seen[key] = true
		}
	}
}

func TestAnOutageOfTwoWeeksMovesNoDeadline(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		smooth := anyLife(rt)
		broken := smooth
		broken.outage = day(lifeBegins).AddDays(rapid.IntRange(1, 1000).Draw(rt, "outage"))
		was, is := livedThrough(t, smooth), livedThrough(t, broken)
		is.onceEach(rt)
		before, after := was.lapses(), is.lapses()
		for key, at := range after {
			if earlier, known := before[key]; known && !earlier.Equal(at) {
				rt.Errorf("%s lapsed at %s and with the outage at %s", key, earlier, at)
			}
		}
		for key, at := range before {
			if _, noticed := after[key]; !noticed && !broken.down(at) {
				rt.Errorf("%s lapsed at %s; with the outage from %s nobody noticed", key, at, broken.outage)
			}
		}
		if a, b := days(was), days(is); !slices.Equal(a, b) {
			rt.Errorf("without the outage\n%v\nand with it\n%v", a, b)
		}
	})
}

// days are all dates of the case, past and to come.
func days(s *story) []string {
	var all []string
	for _, f := range findings(s.state(), book, day(lifeEnds)) {
		if !sinceTold[f.item] {
			all = append(all, fmt.Sprint(f.place, f.value))
		}
	}
	slices.Sort(all)
	return all
}
