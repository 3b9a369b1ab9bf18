// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"strings"
	"testing"
)

func askedFor(person string) []telling {
	return and(until("authorised", wife), told("2026-03-01", &RequestErasure{PersonID: person, Reason: "retention"}))
}

func TestAnErasureTakesTwoPersons(t *testing.T) {
	t.Parallel()
	given(t, until("authorised", wife)...).when("2026-03-02", &ConfirmErasure{PersonID: girl}).thenRefused("erasure_not_asked")
	s := given(t, askedFor(girl)...)
	s.actor.ID, s.now = "c0", noon("2026-03-02")
	if _, refusal := Decide(s.state(), &ConfirmErasure{PersonID: girl}, s.request()); refusal == nil || refusal.Code != "same_person" {
		t.Fatalf("the person who asked confirms it and gets %+v", refusal)
	}
	given(t, askedFor(girl)...).when("2026-03-02", &ConfirmErasure{PersonID: girl}).then(&PersonErased{PersonID: girl, Reason: "retention"})
}

func TestWhoIsErasedIsForgottenAndTheOthersAreNot(t *testing.T) {
	t.Parallel()
	for _, person := range []string{father, girl} {
		s := given(t, and(askedFor(person), told("2026-03-02", &ConfirmErasure{PersonID: person}))...)
		for _, p := range PeopleOf(s.state()) {
			if empty := p.Particulars == (Particulars{}); empty != (p.PersonID == person) {
				t.Errorf("after %s is erased %s is forgotten: %v", person, p.PersonID, empty)
			}
		}
		s.when("2026-03-10", &RecordVisaRequested{Step: step(girl, "2026-03-10")}).record()
		if s.refusal != nil || s.state().Member(girl).VisaRequestedOn.IsZero() {
			t.Errorf("the case does not go on: %+v", s.refusal)
		}
	}
}

func TestALegalHoldKeepsFromErasureAndIsNamed(t *testing.T) {
	t.Parallel()
	hold := told("2026-03-01", &PlaceLegalHold{Ground: "court_case"})
	given(t, and(until("authorised", wife), hold)...).when("2026-03-02", &RequestErasure{PersonID: girl, Reason: "retention"}).thenRefused("legal_hold")
	s := given(t, and(askedFor(girl), hold)...).when("2026-03-02", &ConfirmErasure{PersonID: girl})
	s.thenRefused("legal_hold")
	for _, text := range []string{s.refusal.Text.It, s.refusal.Text.En} {
		if !strings.Contains(text, "court_case") || !strings.Contains(text, "2026-03-01") {
			t.Errorf("the hold is not named: %s", text)
		}
	}
	other := told("2026-03-01", &PlaceLegalHold{Ground: "inspection"})
	given(t, and(askedFor(girl), hold, other, told("2026-03-02", &LiftLegalHold{Ground: "court_case"}))...).
		when("2026-03-03", &ConfirmErasure{PersonID: girl}).thenRefused("legal_hold")
	given(t, and(askedFor(girl), hold, told("2026-03-02", &LiftLegalHold{Ground: "court_case"}))...).
		when("2026-03-03", &ConfirmErasure{PersonID: girl}).then(&PersonErased{PersonID: girl, Reason: "retention"})
}

func TestOnlyPersonsOfTheCaseAreErasedOrRestricted(t *testing.T) {
	t.Parallel()
	for _, c := range []Command{&RequestErasure{PersonID: caseID, Reason: "x"}, &ConfirmErasure{PersonID: caseID}, &RestrictProcessing{PersonID: caseID, Ground: "x"}, &LiftRestriction{PersonID: caseID}} {
		given(t, until("authorised", wife)...).when("2026-03-01", c).thenRefused("unknown_person")
	}
}

func TestAnErasureAndAHoldAreNotUndoneByAmendments(t *testing.T) {
	t.Parallel()
	s := given(t, and(askedFor(girl), told("2026-03-02", &ConfirmErasure{PersonID: girl}), told("2026-03-02", &PlaceLegalHold{Ground: "court_case"}))...)
	for _, name := range []string{"person_erased", "legal_hold_placed"} {
		s.when("2026-03-03", &AnnulEvent{EventID: s.eventID(name, ""), Reason: "x"}).thenRefused("not_correctable")
	}
}

func TestAClosedCaseStillForgets(t *testing.T) {
	t.Parallel()
	closed := and(until("authorised", wife), told("2026-03-01", &Withdraw{On: day("2026-03-01"), Reason: "family_wish"}), told("2026-03-05", &CloseCase{Reason: "all_done"}))
	given(t, and(closed, told("2026-03-06", &RequestErasure{PersonID: wife, Reason: "retention"}))...).
		when("2026-03-07", &ConfirmErasure{PersonID: wife}).then(&PersonErased{PersonID: wife, Reason: "retention"})
}
