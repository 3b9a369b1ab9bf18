// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ricongiungi/rules"
)

func whatIf(t *testing.T, facts []Fact, today string, rows ...string) []Shift {
	t.Helper()
	return WhatIf(facts, book, overridden(t, rows...), day(today))
}

func has(shifts []Shift, kind, item, member, was, is, effect string) bool {
	return slices.ContainsFunc(shifts, func(s Shift) bool {
		return s.Kind == kind && s.Item == item && s.MemberID == member && s.Was == was && s.Is == is && s.Effect == effect && s.CaseID == caseID
	})
}

func TestAShorterTermMovesPastAndOpenDatesAndSaysWhoBecomesLate(t *testing.T) {
	s := given(t, and(until("presented", wife), told("2026-05-04", &RecordEntry{step(child, "2026-05-04")}))...)
	shifts := whatIf(t, s.facts, "2026-05-12", "entry.presentation,3,working_days,1998-03-27,,progetto,unverified,a,b")
	for _, want := range []struct{ item, member, effect string }{
		{"presentation", wife, BecomesLate}, // on the 8th, four working days after
		{"permit_request", wife, BecomesLate},
		{"presentation", child, BecomesLate},
	} {
		if !has(shifts, "date", want.item, want.member, "2026-05-14", "2026-05-07", want.effect) {
			t.Errorf("%+v is not among %+v", want, shifts)
		}
	}
	for _, s := range shifts {
		if s.Kind == "date" && s.Rule != rules.Presentation {
			t.Errorf("touched without reason: %+v", s)
		}
	}
}

func TestALongerTermOfTheReviewMakesADecisionTimely(t *testing.T) {
	facts := given(t, told("2025-06-02", file("2025-06-02")), told("2025-10-01", authorise("2025-10-01"))).facts
	shifts := whatIf(t, facts, "2025-10-02", "review.term,90,days,1998-03-27,2008-11-04,c,sure,a,b", "review.term,180,days,2008-11-05,,c,sure,a,b")
	if !has(shifts, "date", "decision", "", "2025-09-01", "2025-11-29", NoLongerLate) {
		t.Errorf("the shifts are %+v", shifts)
	}
}

func TestAnotherFirstDayOfARuleMovesOnlyWhatLiesBetween(t *testing.T) {
	later := []string{"review.term,90,days,1998-03-27,2025-11-30,c,sure,a,b", "review.term,150,days,2025-12-01,,c,sure,a,b"}
	for filed, want := range map[string]string{"2025-10-03": "", "2025-11-03": "2026-02-02", "2025-12-01": ""} {
		shifts := whatIf(t, given(t, told(filed, file(filed))).facts, filed, later...)
		at := slices.IndexFunc(shifts, func(s Shift) bool { return s.Item == "decision" })
		if (at >= 0) != (want != "") || at >= 0 && shifts[at].Is != want {
			t.Errorf("filed on %s: %+v", filed, shifts)
		}
	}
}

func TestALowerAgeMakesTheAgreementDueAndASuspensionOfItTakesItAway(t *testing.T) {
	s := given(t, and(until("entered", girl), told("2026-05-05", &RecordEntry{step(child, "2026-05-05")}))...)
	gained := whatIf(t, s.facts, "2026-05-06", "agreement.age,11,years,2012-03-10,,c,sure,a,b")
	if !has(gained, "agreement", "agreement_due", child, "no", "yes", Gained) || !has(gained, "date", "agreement", child, "", "2026-05-15", Appears) {
		t.Errorf("the shifts are %+v", gained)
	}
	lost := whatIf(t, s.facts, "2026-05-06", "agreement.age,17,years,2012-03-10,,c,sure,a,b")
	if !has(lost, "agreement", "agreement_due", girl, "yes", "no", Lost) || !has(lost, "date", "agreement", girl, "2026-05-14", "", Disappears) {
		t.Errorf("the shifts are %+v", lost)
	}
}

func TestAStricterIncomeTakesEligibilityAwayAndACorrectedAmountGivesIt(t *testing.T) {
	s := given(t, until("filed", wife)...).checked("2025-11-10", nil)
	lost := whatIf(t, s.facts, "2025-12-01", "income.per_member,90,percent,1998-03-27,,progetto,unverified,a,b")
	for _, member := range []string{wife, child, girl} {
		if !has(lost, "condition", "income", member, Met, NotMet, Lost) || !has(lost, "eligibility", "eligibility", member, Met, NotMet, Lost) {
			t.Errorf("the shifts are %+v", lost)
		}
	}
	poor := given(t, until("filed", wife)...).checked("2025-11-10", func(c *RecordConditions) { c.Sponsor.Income = 1370000 })
	gained := whatIf(t, poor.facts, "2025-12-01", "income.social_allowance,50000,cents,2020-01-01,2026-12-31,INPS,likely,a,b")
	if !has(gained, "condition", "income", wife, NotMet, Met, Gained) || !has(gained, "eligibility", "eligibility", wife, NotMet, Met, Gained) {
		t.Errorf("the shifts are %+v", gained)
	}
}

func TestWithoutACheckTheAgesAreJudgedEvenSo(t *testing.T) {
	s := given(t, until("filed", wife)...)
	shifts := whatIf(t, s.facts, "2025-12-01", "eligibility.minor_age,15,years,1998-03-27,,progetto,unverified,a,b")
	if !has(shifts, "condition", "age", girl, Met, NotMet, Lost) || has(shifts, "condition", "age", child, Met, NotMet, Lost) {
		t.Errorf("the shifts are %+v", shifts)
	}
}

func TestANullaOstaThatWouldHaveLastedLongerHasNotExpired(t *testing.T) {
	s := given(t, told("2025-11-03", file("2025-11-03")), told("2026-02-16", authorise("2026-02-16"))).when("2026-08-20", &Wake{}).record()
	shifts := whatIf(t, s.facts, "2026-08-20", "nulla_osta.validity,12,months,1998-03-27,,progetto,unverified,a,b")
	if !has(shifts, "ending", "ending", wife, "nulla_osta_expired 2026-08-18", "", Changed) || !has(shifts, "date", "visa_request", wife, "", "2027-02-16", Appears) {
		t.Errorf("the shifts are %+v", shifts)
	}
}

func TestAClosedCaseIsLookedAtToo(t *testing.T) {
	issued := told("2026-07-20", &RecordPermitIssued{step(wife, "2026-07-20"), day("2028-07-19")})
	settled := told("2026-08-31", &SettleMember{step(wife, "2026-08-31")})
	s := given(t, and(until("permit_requested", wife), issued, settled, told("2026-09-01", &Withdraw{On: day("2026-09-01"), Members: []string{child, girl}, Reason: "family_wish"}), told("2026-09-02", &CloseCase{Reason: "all_done"}))...)
	shifts := whatIf(t, s.facts, "2026-10-01", "permit.indication,90,days,1998-03-27,,c,sure,a,b")
	if !has(shifts, "date", "permit", wife, "2026-07-10", "2026-08-10", NoLongerLate) {
		t.Errorf("the shifts are %+v", shifts)
	}
}

func TestTheSameBookMovesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalk(t, rt)
		for range 25 {
			w.whenAt(w.now, w.next()).record()
		}
		if shifts := WhatIf(w.facts, book, rules.Default(), rules.DateOf(w.now)); len(shifts) > 0 {
			rt.Errorf("moved %+v", shifts)
		}
	})
}

// Any history the log can hold is looked at without failing, and nothing about
// a person is told.
func TestWhatIfBearsAnyHistoryAndTellsNoNames(t *testing.T) {
	strict := overridden(t, "entry.presentation,3,working_days,1998-03-27,,p,unverified,a,b", "eligibility.minor_age,10,years,1998-03-27,,p,unverified,a,b")
	rapid.Check(t, func(rt *rapid.T) {
		for _, s := range WhatIf(anyHistory(rt), book, strict, day("2026-06-01")) {
			if s.Was == s.Is && s.Effect != BecomesLate && s.Effect != NoLongerLate {
				rt.Errorf("nothing is told by %+v", s)
			}
		}
	})
	for _, s := range WhatIf(given(t, until("entered", wife)...).facts, book, strict, day("2026-06-01")) {
		for _, secret := range []string{"Salma", "Mansour", "1990-05-10", "2010-05-04", "2015-03-20"} {
			if strings.Contains(asJSON(s), secret) {
				t.Errorf("%+v tells %s", s, secret)
			}
		}
	}
}
