// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"testing"
	"time"

	"ricongiungi/rules"
)

func TestTheNullaOstaIsGoodForSixMonthsByTheCivilCalendar(t *testing.T) {
	for _, c := range []struct{ issued, due, why string }{
		{"2026-02-16", "2026-08-17", "16 August is a Sunday"},
		{"2025-08-31", "2026-02-28", "February has no 31st; a Saturday is no holiday"},
		{"2026-08-31", "2027-03-01", "28 February 2027 is a Sunday"},
		{"2027-08-31", "2028-02-29", "a leap year"},
		{"2026-06-08", "2026-12-09", "8 December is a holiday"},
	} {
		t.Run(c.issued, func(t *testing.T) {
			given(t, told("2025-05-05", file("2025-05-05")), told(c.issued, authorise(c.issued))).thenDue("visa_request", wife, c.due)
		})
	}
}

func TestAVisaMayBeAskedForOnTheLastDayOfTheNullaOsta(t *testing.T) {
	given(t, until("authorised", wife)...).when("2026-08-17", &RecordVisaRequested{Step: step(wife, "2026-08-17")}).
		then(&VisaRequested{OfMember: of(wife), Decision: term(rules.VisaDecision, "2026-08-17", "2026-09-16")})
}

func TestANullaOstaNobodyUsedExpiresForThatMemberOnly(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-03-10", &RecordVisaRequested{Step: step(wife, "2026-03-10")}))...)
	s.when("2026-08-18", &Wake{}).record()
	for member, want := range map[string]Ending{wife: "", child: NullaOstaLapsed, girl: NullaOstaLapsed} {
		if got := s.state().Member(member).Ending; got != want {
			t.Errorf("the ending is %q, not %q", got, want)
		}
	}
}

func TestWhatLapsedWhileNobodyLookedLapsedOnItsOwnDay(t *testing.T) {
	s := given(t, until("authorised", wife)...).when("2026-11-02", &Wake{}).record()
	if m := s.state().Member(wife); m.EndedOn != day("2026-08-18") {
		t.Errorf("the nulla osta of 16 February expired on %s", m.EndedOn)
	}
	if m := Fold(AsOf(s.facts, noon("2026-09-01"), time.Time{})).Member(wife); m.Ending != NullaOstaLapsed {
		t.Errorf("on 1 September the wife's ending was %q", m.Ending)
	}
}

func TestAVisaRequestedInTimeButToldLateRevivesTheNullaOsta(t *testing.T) {
	expired := and(until("authorised", wife), told("2026-08-18", &Wake{}))
	s := given(t, expired...).when("2026-09-07", &RecordVisaRequested{Step: step(child, "2026-08-17")}).
		then(&VisaRequested{OfMember: of(child), Decision: term(rules.VisaDecision, "2026-08-17", "2026-09-16")})
	if m := s.state().Member(child); m.Ending != "" || m.Stage() != StageVisaRequested {
		t.Errorf("the child's ending is %q, the stage %s", m.Ending, m.Stage())
	}
	given(t, expired...).when("2026-09-07", &RecordVisaRequested{Step: step(child, "2026-08-18")}).thenRefused("member_ended")
	given(t, expired...).when("2026-09-07", &RecordVisaRequested{Step: step(child, "2026-02-15")}).thenRefused("days_out_of_order")
}

func TestWhatHappenedBeforeTheClockEndedAPathMayBeToldLate(t *testing.T) {
	expired := and(until("authorised", wife), told("2026-08-18", &Wake{}))
	given(t, expired...).when("2026-09-07", &SupplyDocument{Step: step(child, "2026-05-04"), Item: "passport"}).
		then(&DocumentSupplied{OfMember: of(child), Item: "passport"})
	given(t, expired...).when("2026-09-07", &SupplyDocument{Step: step(child, "2026-08-20"), Item: "passport"}).thenRefused("member_ended")
	given(t, expired...).when("2026-09-07", &ExpectArrival{MemberID: child, Expected: day("2026-10-01"), Confidence: "guess"}).thenRefused("member_ended")
	s := given(t, expired...).when("2026-09-07", &RecordVisaGranted{step(child, "2026-06-15"), day("2027-06-14")}).record()
	if m := s.state().Member(child); m.Ending != "" || m.Stage() != StageVisaGranted {
		t.Errorf("a visa granted in June and told in September leaves the child %q, %s", m.Ending, m.Stage())
	}
}

func TestAFamilyThatWithdrewIsNotCalledToItsCheckIns(t *testing.T) {
	entered := until("entered", child)
	given(t, entered...).thenDue("check_in", "12", given(t, entered...).state().FirstEntry().AddMonths(12).String())
	s := given(t, entered...).when("2026-09-01", &Withdraw{On: day("2026-09-01"), Reason: "went_home"}).record()
	s.thenNotDue("check_in", "12")
}

func TestAVisaRefusedMayBeAskedForAgain(t *testing.T) {
	refused := and(until("visa_requested", wife), told("2026-04-08", &RecordVisaRefused{step(wife, "2026-04-08")}))
	s := given(t, refused...).thenDue("visa_refusal_follow_up", wife, "2026-04-15")
	s.when("2026-05-11", &RecordVisaRequested{Step: step(wife, "2026-05-11")}).
		then(&VisaRequested{OfMember: of(wife), Decision: term(rules.VisaDecision, "2026-05-11", "2026-06-10")}).
		thenDue("visa_decision", wife, "2026-06-10").thenNotDue("visa_refusal_follow_up", wife)
}

func TestAVisaNobodyUsedExpires(t *testing.T) {
	granted := and(until("visa_granted", wife), told("2026-04-09", &AssignCounsellor{CounsellorID: counsellorID}))
	s := given(t, granted...).thenDue("entry", wife, "2026-10-05")
	s.whenAt(day("2026-10-05").End().Add(-1), &Wake{}).record()
	if got := s.state().Member(wife).Ending; got != "" {
		t.Fatalf("the visa ends with %q on its last day", got)
	}
	s.whenAt(day("2026-10-05").End(), &Wake{}).record()
	if got := s.state().Member(wife).Ending; got != VisaLapsed {
		t.Errorf("the visa ends with %q after its last day", got)
	}
}

func TestAnEntryToldAfterTheVisaSeemedUnusedRevivesTheMember(t *testing.T) {
	expired := and(until("visa_granted", wife), told("2026-10-06", &Wake{}))
	s := given(t, expired...).when("2026-11-02", &RecordEntry{step(wife, "2026-10-05")}).record()
	if m := s.state().Member(wife); m.Ending != "" || m.Stage() != StageEntered {
		t.Errorf("the ending is %q, the stage %s", m.Ending, m.Stage())
	}
	given(t, expired...).when("2026-11-02", &RecordEntry{step(wife, "2026-10-06")}).thenRefused("member_ended")
	given(t, expired...).when("2026-11-02", &RecordEntry{step(wife, "2026-04-07")}).thenRefused("days_out_of_order")
}

func TestAnExpectedArrivalIsCheckedTwoWorkingDaysLater(t *testing.T) {
	s := given(t, until("visa_granted", wife)...)
	s.when("2026-04-09", &ExpectArrival{MemberID: wife, Expected: day("2026-05-01"), Confidence: "ticket"}).record().thenDue("arrival_check", wife, "2026-05-05")
	s.when("2026-04-20", &ExpectArrival{MemberID: wife, Expected: day("2026-06-05"), Confidence: "planned"}).record().thenDue("arrival_check", wife, "2026-06-09")
	s.when("2026-05-12", &RecordEntry{step(wife, "2026-05-12")}).record().thenNotDue("arrival_check", wife)
}

func TestThePresentationIsDueWithinEightWorkingDays(t *testing.T) {
	for _, c := range []struct{ entered, due, why string }{
		{"2026-05-04", "2026-05-14", "one weekend"},
		{"2026-05-09", "2026-05-20", "entered on a Saturday"},
		{"2026-03-30", "2026-04-10", "Easter Monday 6 April 2026 does not count"},
		{"2026-04-22", "2026-05-05", "25 April is a Saturday, 1 May does not count"},
		{"2026-05-27", "2026-06-09", "2 June does not count"},
		{"2026-11-27", "2026-12-11", "neither Saint Ambrose, Monday 7 December, nor the day after"},
		{"2026-09-25", "2026-10-07", "Saint Francis 2026 is a Sunday and moves nothing"},
		{"2027-09-27", "2027-10-08", "Saint Francis 2027 does not count"},
		{"2024-09-30", "2024-10-10", "before 2026 4 October was a working day"},
		{"2026-12-23", "2027-01-07", "Christmas, Saint Stephen, New Year and Epiphany"},
	} {
		t.Run(c.entered, func(t *testing.T) {
			issued := day(c.entered).AddDays(-90).String()
			s := given(t, told("2023-05-02", file("2023-05-02")), told(issued, authorise(issued)))
			s.when(c.entered, &RecordEntry{step(wife, c.entered)}).record().thenDue("presentation", wife, c.due)
		})
	}
}

func TestTheHostHas48Hours(t *testing.T) {
	given(t, until("entered", wife)...).thenDue("host_notice", wife, "2026-05-06").
		when("2026-05-08", &RecordHostNotice{step(wife, "2026-05-07")}).then(&HostNoticeGiven{of(wife)}).thenNotDue("host_notice", wife)
}

func TestBeingLateIsFlaggedAndNeverBlocks(t *testing.T) {
	entered := until("entered", wife)
	given(t, entered...).when("2026-05-14", &RecordPresentation{step(wife, "2026-05-14")}).then(&PresentedAtSUI{OfMember: of(wife)})
	given(t, entered...).when("2026-05-15", &RecordPresentation{step(wife, "2026-05-15")}).then(&PresentedAtSUI{OfMember: of(wife), Late: true})
	given(t, entered...).when("2026-05-15", &RecordPermitRequested{step(wife, "2026-05-15")}).
		then(&PermitRequested{OfMember: of(wife), Late: true, Indication: term(rules.PermitIndication, "2026-05-15", "2026-07-14")})
}

func TestAnEntryToldMonthsLateIsCountedFromItsDay(t *testing.T) {
	s := given(t, until("visa_granted", wife)...).when("2026-09-01", &RecordEntry{step(wife, "2026-05-04")}).record()
	s.thenDue("presentation", wife, "2026-05-14").thenDue("plan", "", "2026-06-03").thenDue("check_in", "1", "2026-06-04")
	s.when("2026-09-02", &Wake{})
	if got := s.names(); got == "[]" {
		t.Error("nothing lapses although months have passed")
	}
}

func TestTheAgreementIsDueFromTheSixteenthBirthdayAtEntry(t *testing.T) {
	for _, c := range []struct {
		entered string
		due     bool
	}{{"2026-05-03", false}, {"2026-05-04", true}, {"2026-05-05", true}} {
		t.Run(c.entered, func(t *testing.T) {
			s := given(t, until("visa_granted", girl)...).when(c.entered, &RecordEntry{step(girl, c.entered)}).record()
			if got := s.state().Member(girl).AgreementDue; got != c.due {
				t.Errorf("due is %v", got)
			}
		})
	}
}

func TestSigningTheAgreementStartsItsTwoYears(t *testing.T) {
	given(t, until("presented", wife)...).thenDue("agreement", wife, "2026-05-14").
		when("2026-05-08", &RecordAgreementSigned{step(wife, "2026-05-08")}).
		then(&AgreementSigned{OfMember: of(wife), Credits: 16, Civics: term(rules.AgreementCivics, "2026-05-08", "2026-08-08"), Term: term(rules.AgreementTerm, "2026-05-08", "2028-05-08")}).
		thenNotDue("agreement", wife).thenDue("civics", wife, "2026-08-08")
}

func TestMembersArriveApartFromEachOther(t *testing.T) {
	s := given(t, until("visa_granted", wife)...)
	s.when("2026-05-04", &RecordEntry{step(wife, "2026-05-04")}).record()
	s.thenDue("presentation", wife, "2026-05-14").thenDue("visa_request", child, "2026-08-17")
	if phase := s.state().Phase(); phase != PhaseArrival {
		t.Errorf("the phase is %s", phase)
	}
	s.when("2026-05-11", &RecordPermitRequested{step(wife, "2026-05-11")}).record()
	if phase := s.state().Phase(); phase != PhaseFollowUp {
		t.Errorf("the phase is %s", phase)
	}
}

func TestARefusedPermitIsFollowedUp(t *testing.T) {
	given(t, and(until("permit_requested", wife), told("2026-07-20", &RecordPermitRefused{step(wife, "2026-07-20")}))...).
		thenDue("permit_refusal_follow_up", wife, "2026-07-27").thenNotDue("permit", wife).
		when("2026-11-02", &RecordPermitIssued{step(wife, "2026-11-02"), day("2028-11-01")}).
		then(&PermitIssued{OfMember: of(wife), Expires: day("2028-11-01")}).thenNotDue("permit_refusal_follow_up", wife)
}

func TestTheFirstContactIsTheEarliestOneKnown(t *testing.T) {
	s := given(t, until("authorised", wife)...).thenDue("first_contact", "", "2026-02-23")
	s.when("2026-02-20", &RecordContact{On: day("2026-02-20"), Channel: "phone"}).record().thenNotDue("first_contact", "")
	s.when("2026-02-21", &RecordContact{On: day("2026-02-18"), Channel: "visit"}).record()
	if got := s.state().ContactOn; got != day("2026-02-18") {
		t.Errorf("the first contact was on %s", got)
	}
}

func TestACaseClosesWhenEverybodysWayHasEnded(t *testing.T) {
	s := given(t, and(until("settled", child), told("2026-09-01", &Withdraw{On: day("2026-09-01"), Members: []string{wife, girl}, Reason: "stay_abroad"}))...)
	s.thenDue("closing", "", "2026-10-01")
	s.when("2026-09-02", &CloseCase{Reason: "done"}).then(&CaseClosed{Reason: "done"})
	if items := Agenda(s.state(), book); len(items) != 0 {
		t.Errorf("a closed case still has %v", items)
	}
	s.when("2026-09-03", &ReopenCase{Reason: "new_need"}).then(&CaseReopened{Reason: "new_need"}).thenDue("closing", "", "2026-10-01")
}

func TestWithdrawingDuringTheReviewEndsTheWaitForADecision(t *testing.T) {
	given(t, and(until("filed", wife), told("2025-12-01", &Withdraw{On: day("2025-12-01"), Reason: "family_wish"}))...).
		thenNotDue("decision", "").thenDue("closing", "", "2025-12-31")
}

func TestATransferredCaseIsClosedHereAndMayComeBack(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-06-01", &TransferCase{On: day("2026-06-01"), Municipality: "015209"}))...)
	if v := ViewOf(s.state(), book); v.Phase != PhaseClosed || v.Transferred != "015209" {
		t.Errorf("the phase is %s, transferred to %q", v.Phase, v.Transferred)
	}
	s.when("2026-07-01", &ReopenCase{Reason: "back"}).record().thenDue("presentation", wife, "2026-05-14")
}
