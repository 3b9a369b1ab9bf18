// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"strings"
	"testing"

	"ricongiungi/rules"
)

// slowerBook is an office that gives itself twice the time.
func slowerBook(t *testing.T) *rules.Book {
	t.Helper()
	slower, err := rules.Override("office.csv", strings.NewReader(`id,value,unit,valid_from,valid_to,citation,certainty,it,en
entry.presentation,16,working_days,1998-03-27,,office,policy,Presentazione,Presentation
school.proposal,20,working_days,1998-03-27,,office,policy,Proposta,Proposal
`))
	if err != nil {
		t.Fatal(err)
	}
	return slower
}

func TestTheFamilyIsWrittenToInItsOwnLanguage(t *testing.T) {
	s := given(t, until("visa_granted", wife)...).when("2026-05-04", &RecordEntry{step(wife, "2026-05-04")}).record()
	effects := Effects(s.state(), s.facts[len(s.facts)-1])
	if len(effects) != 1 || effects[0].To != "family" || effects[0].Language != "ar" {
		t.Errorf("the entry asks for %+v", effects)
	}
}

func TestAnEffectHasTheSameIDEachTimeItIsDerived(t *testing.T) {
	s := given(t, until("entered", wife)...)
	last := s.facts[len(s.facts)-1]
	first, second := Effects(s.state(), last), Effects(s.state(), last)
	if len(first) == 0 || asJSON(first) != asJSON(second) {
		t.Errorf("%+v and then %+v", first, second)
	}
}

func TestEffectsHoldNoPersonalData(t *testing.T) {
	for name, e := range examples(t) {
		s := given(t, e.given...).when(e.on, e.tell).record()
		for _, f := range s.facts {
			for _, secret := range []string{"Mansour", "Adel", "Salma", "Karim", "Nour", "1990-05-10", "cook", "calls back"} {
				if strings.Contains(asJSON(Effects(s.state(), f)), secret) {
					t.Errorf("an effect after %s tells %q", name, secret)
				}
			}
		}
	}
}

// Whatever identifies a person travels in Private, never in the event itself.
func TestEventsHoldNoPersonalData(t *testing.T) {
	for name, e := range examples(t) {
		s := given(t, e.given...).when(e.on, e.tell).record()
		for _, f := range s.facts {
			for _, secret := range []string{"Mansour", "Adel", "Salma", "Karim", "Nour", "1990-05-10", "2015-03-20", "P-MI", "cook", "calls back", "prefers mornings"} {
				if strings.Contains(asJSON(f.Event), secret) {
					t.Errorf("event %s of %s tells %q", EventName(f.Event), name, secret)
				}
			}
		}
	}
}

func TestAStateWithoutParticularsStillHasItsVerdicts(t *testing.T) {
	s := given(t, until("entered", child)...)
	for i := range s.facts {
		s.facts[i].Private = nil // every key destroyed
	}
	m := s.state().Member(child)
	if m.Who != (Particulars{}) || !m.SchoolDue || m.Presentation.Due != day("2026-05-14") {
		t.Errorf("after erasure the child is %+v", m)
	}
}
