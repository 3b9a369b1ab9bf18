// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ricongiungi/rules"
)

// wakeLate wakes the case as it asks, each time up to so many hours late, as
// after an outage.
func (s *story) wakeLate(rt *rapid.T, times, hours int) {
	for range times {
		next := NextWake(Agenda(s.state(), s.book), s.book, s.now)
		if next.IsZero() {
			return
		}
		if next.Before(s.now) {
			next = s.now
		}
		s.whenAt(next.Add(time.Duration(rapid.IntRange(0, hours).Draw(rt, "late"))*time.Hour), &Wake{}).record()
	}
}

// lived is a case that was led through anything, with wakes after an outage.
func lived(t *testing.T, rt *rapid.T) *story {
	w := newWalk(t, rt)
	for range 12 {
		w.whenAt(w.now, w.next()).record()
		w.wakeLate(rt, 1, 40*24)
	}
	w.wakeLate(rt, 12, 20*24)
	return w.story
}

func notice(f Fact) (Mark, bool) {
	switch e := f.Event.(type) {
	case *ReminderRaised:
		return e.Mark, true
	case *TermEscalated:
		return e.Mark, true
	}
	return Mark{}, false
}

func TestNoticesGoOutInOfficeHoursOnceAndInTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := lived(t, rt)
		said := map[string]bool{}
		for _, f := range s.facts {
			mark, told := notice(f)
			if !told {
				continue
			}
			at, key := f.RecordedAt.In(rules.Rome), EventName(f.Event)+" "+mark.key()
			if !book.Working(rules.DateOf(at)) || at.Hour() < 8 || at.Hour() >= 18 {
				rt.Errorf("%s goes out at %s", key, at)
			}
			if said[key] {
				rt.Errorf("%s goes out twice", key)
			}
			said[key] = true
			if _, early := f.Event.(*ReminderRaised); early && !at.Before(mark.Term.Due.End()) {
				rt.Errorf("%s reminds at %s of what was due on %s", key, at, mark.Term.Due)
			}
		}
	})
}

func TestNobodyHearsOfWhatIsLongPast(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := lived(t, rt)
		lapsed := map[string]*TermLapsed{}
		for _, f := range s.facts {
			switch e := f.Event.(type) {
			case *TermLapsed:
				lapsed[e.key()] = e
				stale := e.Term.Due.DaysUntil(rules.DateOf(f.RecordedAt)) > 14
				if effects := Effects(s.state(), f); e.Quiet != stale || stale == (len(effects) > 0) {
					rt.Errorf("%s, due on %s and noticed at %s, tells %v", e.Item, e.Term.Due, f.RecordedAt, effects)
				}
			case *TermEscalated:
				if before := lapsed[e.key()]; before == nil || before.Quiet {
					rt.Errorf("%s is escalated after %+v", e.key(), before)
				}
			}
		}
	})
}

func TestTheFamilyIsRemindedOnlyOfItsOwnAndOnlyIfItAsked(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := lived(t, rt)
		for _, asked := range []bool{true, false} {
			state := s.state()
			state.Contact.Reminders, state.ContactLanguage = asked, "bn"
			for _, f := range s.facts {
				for _, e := range Effects(state, f) {
					if !strings.HasPrefix(e.Template, "remind_") {
						continue
					}
					if e.To != "family" || e.Language != "bn" || !asked || !itemsOfTheFamily[e.Subject] {
						rt.Errorf("asked %v, the family is sent %+v", asked, e)
					}
				}
			}
		}
	})
}

func TestEveryOpenCaseHasANextStep(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalk(t, rt)
		for range 25 {
			w.whenAt(w.now, w.next()).record()
			s := w.state()
			if items := Agenda(s, book); s.ClosedOn.IsZero() && !slices.ContainsFunc(items, Due.step) {
				rt.Fatalf("an open case has no next step; its agenda is\n%s", w.agenda())
			}
		}
	})
}

func TestAReminderThatFellIntoAnOutageWaitsForTheNextOpening(t *testing.T) {
	s := given(t, told("2026-05-04", file("2026-05-04"))) // the decision is due on 1 October, reminded of on 17 September
	for _, c := range []struct{ back, next string }{
		{"2026-09-16 23:00", "2026-09-17 08:00"}, // nothing is overdue
		{"2026-09-18 09:30", "2026-09-17 08:00"}, // open: at once
		{"2026-09-18 18:00", "2026-09-21 08:00"}, // Friday evening
		{"2026-09-20 11:00", "2026-09-21 08:00"}, // Sunday
		{"2026-09-22 06:00", "2026-09-22 08:00"}, // too early
	} {
		back, next := at(c.back), at(c.next)
		if got := NextWake(Agenda(s.state(), book), book, back); !got.Equal(next) {
			t.Errorf("back on %s, the case wakes at %s and not at %s", c.back, got.In(rules.Rome), c.next)
		}
		s.whenAt(back, &Wake{})
		if raised := len(s.drafts) > 0; raised != (c.back == "2026-09-18 09:30") {
			t.Errorf("on %s the wake decides %s", c.back, s.names())
		}
	}
}

func at(text string) time.Time {
	instant, err := time.ParseInLocation("2006-01-02 15:04", text, rules.Rome)
	if err != nil {
		panic(err)
	}
	return instant
}

func TestABacklogRecordedAtOnceTellsNobodyOfThePast(t *testing.T) {
	const today = "2026-11-24"
	s := given(t, told(today, file("2023-05-02")), told(today, authorise("2023-09-04")), told(today, &SetContactPreferences{On: day("2023-09-11"), Language: "ar", Channel: "phone", Reminders: true}),
		told(today, &RecordVisaRequested{Step: step(wife, "2023-10-02")}), told(today, &RecordVisaGranted{step(wife, "2023-11-06"), day("2024-11-05")}), told(today, &RecordEntry{step(wife, "2023-12-04")}))
	before := len(s.facts)
	s.when(today, &Wake{}).record()
	var told []string
	for _, f := range s.facts[before:] {
		for _, e := range Effects(s.state(), f) {
			told = append(told, e.Template+" "+e.To)
		}
	}
	if want := []string{"nulla_osta_expired counsellor", "nulla_osta_expired counsellor"}; !slices.Equal(told, want) {
		t.Errorf("the backlog tells %q", told)
	}
	if entry := s.facts[before-1]; len(Effects(s.state(), entry)) > 0 {
		t.Errorf("the family is told of duties of three years ago: %v", Effects(s.state(), entry))
	}
}

func TestASupervisorHearsOfALapseFiveWorkingDaysLater(t *testing.T) {
	s := given(t, until("authorised", wife)...)
	s.sleepThrough("2026-02-24")
	if d, _ := s.due("first_contact", ""); !d.Lapsed {
		t.Fatal("the first contact did not lapse")
	}
	_, marks := marks(s.sleepThrough("2026-03-03"))
	if !slices.ContainsFunc(marks, func(m string) bool { return strings.HasPrefix(m, "2026-03-03 08:00 term_escalated") }) {
		t.Errorf("the supervisor was not told: %q", marks)
	}
	last := s.facts[len(s.facts)-1]
	if effects := Effects(s.state(), last); EventName(last.Event) == "term_escalated" && effects[0].To != string(Supervisor) {
		t.Errorf("the escalation tells %+v", effects)
	}
}

func TestWhatWasMendedInTheMeantimeIsNotEscalated(t *testing.T) {
	s := given(t, until("authorised", wife)...)
	s.sleepThrough("2026-02-24")
	s.when("2026-02-25", &RecordContact{On: day("2026-02-25"), Channel: "phone"}).record()
	for _, f := range s.sleepThrough("2026-03-20") {
		if e, escalated := f.Event.(*TermEscalated); escalated && e.Item == "first_contact" {
			t.Error("the supervisor hears of a contact that was made")
		}
	}
}

func TestTheFamilyIsRemindedInItsLanguage(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-02-17", &SetContactPreferences{On: day("2026-02-17"), Language: "arz", Channel: "message", Reminders: true}), met())...)
	for _, f := range s.sleepThrough("2026-03-02") {
		e, reminded := f.Event.(*ReminderRaised)
		if !reminded || e.Item != "consulate_request" || e.MemberID != wife {
			continue
		}
		want := []Effect{
			{Kind: "message", Part: PreDeparture, Template: "reminder", To: "counsellor", Subject: "consulate_request", MemberID: wife},
			{Kind: "message", Part: PreDeparture, Template: "remind_consulate_request", To: "family", Language: "arz", Subject: "consulate_request", MemberID: wife},
		}
		got := Effects(s.state(), f)
		for i := range got {
			got[i].ID = ""
		}
		if asJSON(got) != asJSON(want) {
			t.Errorf("the reminder sends %s", asJSON(got))
		}
		return
	}
	t.Error("nobody was reminded of the appointment to be asked for")
}
