// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"testing"

	"ricongiungi/rules"
)

func TestEveryAgendaItemIsCountedFromTheEventItNames(t *testing.T) {
	seen := map[string]bool{}
	for name, e := range examples(t) {
		s := given(t, and(e.given, told(e.on, e.tell))...)
		standing := Standing(s.facts)
		agenda := agendaOf(s.state(), book)
		for _, d := range slices.Concat(agenda.items, agenda.later) {
			seen[d.Item] = true
			if f, found := d.StartedBy(standing); found == slices.Contains(ownDays, d.Item) {
				t.Errorf("after %s: %s is counted from %s, starting with the event %q", name, d.Item, d.Term.From, f.EventID)
			}
		}
	}
	for item := range starters {
		if !seen[item] {
			t.Errorf("no example has %s on its agenda", item)
		}
	}
}

func TestTheTermsOfAnEventAreThoseItHolds(t *testing.T) {
	s := given(t, until("entered", wife)...)
	entered := s.facts[len(s.facts)-1].Event
	want := []rules.Term{term(rules.Presentation, "2026-05-04", "2026-05-14"), term(rules.HostNotice, "2026-05-04", "2026-05-06")}
	if got := TermsOf(entered); !slices.Equal(got, want) {
		t.Errorf("the terms are %+v", got)
	}
	if got := TermsOf(&NoteAdded{}); len(got) != 0 {
		t.Errorf("a note has the terms %+v", got)
	}
}
