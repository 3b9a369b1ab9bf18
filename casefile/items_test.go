// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"testing"
)

// thenAgendaIs compares the kinds of items on the agenda, each named once.
func (s *story) thenAgendaIs(want string) *story {
	s.t.Helper()
	if got := kinds(Agenda(s.state(), s.book)); got != want {
		s.t.Fatalf("on the agenda stand\n%s\nand not\n%s", got, want)
	}
	return s
}

func kinds(items []Due) string {
	var names []string
	for _, d := range items {
		if !slices.Contains(names, d.Item) {
			names = append(names, d.Item)
		}
	}
	return strings.Join(names, " ")
}

// met is the first contact with the family, in time.
func met() telling {
	return told("2026-02-18", &RecordContact{On: day("2026-02-18"), Channel: "phone"})
}

func (s *story) thenOpen(item, subject string) *story {
	s.t.Helper()
	return s.thenStands(item, subject, true)
}
func (s *story) thenWaits(item, subject string) *story {
	s.t.Helper()
	return s.thenStands(item, subject, false)
}

func (s *story) thenStands(item, subject string, open bool) *story {
	s.t.Helper()
	is := func(d Due) bool { return d.Item == item && d.Subject == subject }
	agenda := agendaOf(s.state(), s.book)
	if slices.ContainsFunc(agenda.items, is) != open || slices.ContainsFunc(agenda.later, is) == open {
		s.t.Fatalf("%s of %q stands open: %v; the agenda is\n%s", item, subject, !open, s.agenda())
	}
	return s
}

func TestTheAgendaOfAnUntouchedFamilySaysWhatToDoThisMorning(t *testing.T) {
	s := given(t, until("authorised", wife)...)
	s.thenAgendaIs("first_contact birthday visa_request")
	if got := kinds(agendaOf(s.state(), book).later); got != "information_pack consulate_request needs_profile papers school_guidance nulla_osta_at_risk birthday" {
		t.Errorf("later come %s", got)
	}
	s.when("2026-02-18", met().command).record()
	s.thenAgendaIs("information_pack birthday consulate_request needs_profile papers visa_request")
}

func TestNothingButTheFirstContactWaitsForeverForWhatNobodyDid(t *testing.T) {
	s := given(t, and(until("authorised", wife), met())...)
	s.thenWaits("nulla_osta_at_risk", girl).thenWaits("school_guidance", girl)
	s.when("2026-04-01", &Wake{}).record()
	s.thenOpen("nulla_osta_at_risk", girl).thenOpen("school_guidance", girl)
	silent := given(t, until("authorised", wife)...)
	silent.when("2026-04-01", &Wake{}).record()
	silent.thenAgendaIs("first_contact nulla_osta_at_risk visa_request birthday")
}

func TestCheckInsComeOneByOneAndAMissedOneHoldsUpNone(t *testing.T) {
	s := given(t, until("entered", wife)...)
	s.thenOpen("check_in", "1").thenWaits("check_in", "3")
	s.when("2026-06-05", &Wake{}).record()
	s.thenOpen("check_in", "1").thenOpen("check_in", "3").thenWaits("check_in", "6")
}

func TestWhatTheLawCountsNeverWaitsAndComesFirstOnItsDay(t *testing.T) {
	for _, m := range milestones(girl) {
		s := given(t, until(m.name, girl)...)
		agenda := agendaOf(s.state(), book)
		for _, d := range agenda.later {
			if !d.Policy && d.Item != "birthday" {
				t.Errorf("%s is counted by law and waits", d.Item)
			}
		}
		for i, d := range agenda.items[1:] {
			if before := agenda.items[i]; before.Term.Due == d.Term.Due && before.Policy && !d.Policy {
				t.Errorf("on %s %s comes before %s", d.Term.Due, before.Item, d.Item)
			}
		}
	}
}
