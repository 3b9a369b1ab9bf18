// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"testing"
	"time"

	"ricongiungi/rules"
)

// sleepThrough wakes the case whenever it asks to be woken, until the day or
// until it asks no more, and returns what was recorded and when.
func (s *story) sleepThrough(until string) []Fact {
	s.t.Helper()
	from := len(s.facts)
	for range 200 {
		next := NextWake(Agenda(s.state(), s.book), s.book, s.now)
		if next.IsZero() || next.After(noon(until)) {
			return s.facts[from:]
		}
		if s.whenAt(next, &Wake{}); len(s.drafts) == 0 {
			s.t.Fatalf("woken at %s for nothing: the case would spin; the agenda is\n%s", next, s.agenda())
		}
		s.record()
	}
	s.t.Fatal("the case asks to be woken without end")
	return nil
}

func marks(facts []Fact) (reminders, lapses []string) {
	for _, f := range facts {
		at := f.RecordedAt.In(rules.Rome).Format("2006-01-02 15:04 ")
		switch e := f.Event.(type) {
		case *ReminderRaised:
			reminders = append(reminders, at+e.Item+" "+e.Subject)
		case *TermLapsed:
			lapses = append(lapses, at+e.Item+" "+e.Subject)
		default:
			lapses = append(lapses, at+EventName(f.Event)+" "+memberOf(f.Event))
		}
	}
	return reminders, lapses
}

func TestACaseLeftAloneRemindsAndLapsesOnceEach(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2025-11-04", &RecordContact{On: day("2025-11-04"), Channel: "phone"}))...)
	reminders, lapses := marks(s.sleepThrough("2028-01-01"))
	if want := []string{"2026-03-19 08:00 decision "}; !slices.Equal(reminders, want) {
		t.Errorf("reminders %q, not %q", reminders, want)
	}
	if want := []string{"2026-04-03 00:00 decision ", "2026-04-13 08:00 term_escalated "}; !slices.Equal(lapses, want) {
		t.Errorf("lapses %q, not %q", lapses, want)
	}
}

func TestEachMemberIsRemindedOfTheEndOfTheNullaOsta(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-02-17", &RecordContact{On: day("2026-02-17"), Channel: "phone"}))...)
	reminders, lapses := marks(s.sleepThrough("2026-08-31"))
	for _, member := range []string{wife, child, girl} {
		if !slices.Contains(reminders, "2026-08-03 08:00 visa_request "+member) || !slices.Contains(lapses, "2026-08-18 00:00 nulla_osta_expired "+member) {
			t.Errorf("member %s is missing: reminders %q, lapses %q", member, reminders, lapses)
		}
	}
}

func TestRemindersFallOnWorkingDaysOnlyAndNothingIsSaidTwice(t *testing.T) {
	for _, milestone := range milestones(child) {
		t.Run(milestone.name, func(t *testing.T) {
			seen := map[string]bool{}
			s := given(t, until(milestone.name, child)...)
			for _, f := range s.sleepThrough("2030-01-01") {
				key := EventName(f.Event) + asJSON(f.Event)
				if seen[key] {
					t.Errorf("%s is recorded twice", key)
				}
				seen[key] = true
				if on := rules.DateOf(f.RecordedAt); EventName(f.Event) == "reminder_raised" && !book.Working(on) {
					t.Errorf("%s is reminded of on %s, when nobody works", asJSON(f.Event), on)
				}
			}
		})
	}
}

func TestATermThatMovesIsANewTerm(t *testing.T) {
	s := given(t, until("filed", wife)...)
	s.sleepThrough("2026-04-10")
	d, _ := s.due("decision", "")
	if !d.Lapsed {
		t.Fatal("the decision did not lapse")
	}
	s.when("2026-04-13", &NotifyRefusal{On: day("2026-03-31")}).record().thenDue("decision", "", "2026-04-13")
	if d, _ = s.due("decision", ""); d.Lapsed {
		t.Error("the postponed term counts as lapsed already")
	}
}

func TestAWakeBeforeItsTimeDoesNothing(t *testing.T) {
	s := given(t, until("filed", wife)...)
	next := NextWake(Agenda(s.state(), book), book, s.now)
	s.whenAt(next.Add(-time.Nanosecond), &Wake{}).thenNothing()
	s.whenAt(next, &Wake{})
	if len(s.drafts) == 0 {
		t.Error("the wake in time does nothing either")
	}
}

func TestAWakeOfACaseThatIsClosedOrUnknownDoesNothing(t *testing.T) {
	given(t).when("2026-01-01", &Wake{}).thenNothing()
	closed := and(until("filed", wife), told("2025-12-01", &Withdraw{On: day("2025-12-01")}), told("2025-12-02", &CloseCase{Reason: "done"}))
	given(t, closed...).when("2027-01-01", &Wake{}).thenNothing()
}

func TestACaseWithNothingElseToComeIsLookedAtAgainAfterThreeMonths(t *testing.T) {
	a := application("2025-11-03")
	a.FiledOn = rules.Date{}
	s := given(t, told("2025-11-03", &FileApplication{Application: a})).thenDue("periodic_review", "", "2026-02-02") // 1 February is a Sunday
	reminders, lapses := marks(s.sleepThrough("2028-01-01"))
	if want := []string{"2026-01-19 08:00 periodic_review "}; !slices.Equal(reminders, want) {
		t.Errorf("reminders %q, not %q", reminders, want)
	}
	if want := []string{"2026-02-03 00:00 periodic_review ", "2026-02-10 08:00 term_escalated "}; !slices.Equal(lapses, want) {
		t.Errorf("lapses %q, not %q", lapses, want)
	}
	s.when("2026-03-02", &AssignCounsellor{CounsellorID: counsellorID}).record().thenDue("periodic_review", "", "2026-06-01")
}

func TestEveryItemExplainsItsDayInBothLanguages(t *testing.T) {
	for _, milestone := range milestones(wife) {
		for _, d := range Agenda(given(t, until(milestone.name, child)...).state(), book) {
			if why := d.Explain(book); why.It == "" || why.En == "" || d.Term.Due.IsZero() {
				t.Errorf("%s on %q is explained as %+v", d.Item, d.Term.Due, why)
			}
		}
	}
}

func TestAPostponedDecisionSaysByHowMuch(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2026-01-12", &NotifyRefusal{On: day("2026-01-12")}))...)
	d, _ := s.due("decision", "")
	want := rules.Text{
		It: "Decisione dello Sportello Unico sulla domanda: 150 giorni dal 3/11/2025, scade il 13/4/2026 (art. 29 c. 8 TUI; DL 146/2025 conv. L. 179/2025). Sospeso per 10 giorni (art. 10-bis L. 241/1990).",
		En: "Decision of the Sportello Unico on the application: 150 days from 3 November 2025, due on 13 April 2026 (art. 29 c. 8 TUI; DL 146/2025 conv. L. 179/2025). Suspended for 10 days (art. 10-bis L. 241/1990).",
	}
	if got := d.Explain(book); got != want {
		t.Errorf("explained as\n%s\n%s", got.It, got.En)
	}
}

func TestALaterBookDoesNotMoveATermThatWasApplied(t *testing.T) {
	s := given(t, until("entered", child)...)
	s.when("2026-05-12", &RequestSchool{Step: step(child, "2026-05-12")}).record()
	s.book = slowerBook(t)
	s.thenDue("presentation", child, "2026-05-14").thenDue("school_place", child, "2026-05-26")
}
