// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func (s *story) wantEnding(member string, want Ending) {
	s.t.Helper()
	if got := s.state().Member(member).Ending; got != want {
		s.t.Errorf("the ending is %q, not %q", got, want)
	}
}

func TestHardCase13ARefusalAnnulledAfterTheFamilyWithdrewBringsNobodyOnTheWay(t *testing.T) {
	refused := and(until("filed", wife), told("2026-02-16", decide("2026-02-16", "refused", "refused", "refused")))
	s := given(t, and(refused, told("2026-03-02", &Withdraw{On: day("2026-03-02"), Reason: "family_wish"}))...)
	s.when("2026-06-01", decide("2026-06-01", "authorised")).thenRefused("member_ended")
	s.wantEnding(wife, Withdrawn)
}

func TestHardCase13TheFamilyThatChangesItsMindStandsWhereItStood(t *testing.T) {
	refused := and(until("filed", wife), told("2026-02-16", decide("2026-02-16", "refused", "authorised", "authorised")))
	s := given(t, and(refused, told("2026-03-02", &Withdraw{On: day("2026-03-02"), Reason: "family_wish"}))...)
	s.thenNotDue("visa_request", child)
	s.when("2026-03-20", &ResumeMember{step(child, "2026-03-20"), "changed_mind"}).record().thenDue("visa_request", child, "2026-08-17")
	s.when("2026-03-20", &ResumeMember{step(wife, "2026-03-20"), "changed_mind"}).record()
	s.wantEnding(wife, RefusedFinal)
	s.when("2026-06-01", decide("2026-06-01", "authorised")).record()
	s.wantEnding(wife, "")
}

func TestHardCase13AResumedNullaOstaThatRanOutMeanwhileHasRunOut(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-03-02", &Withdraw{On: day("2026-03-02"), Members: []string{wife}, Reason: "x"}))...)
	s.when("2026-09-01", &ResumeMember{step(wife, "2026-09-01"), "changed_mind"}).record()
	s.when("2026-09-01", &Wake{}).record()
	s.wantEnding(wife, NullaOstaLapsed)
}

func TestHardCase16WhatIsToldMonthsLateCountsFromItsDay(t *testing.T) {
	s := given(t, until("entered", child)...)
	s.when("2026-08-03", referral("2026-05-06")).record()
	s.thenDue("msna_identified", child, "2026-05-16").thenDue("msna_moved_to_second_reception", child, "2026-06-05")
	s.when("2026-08-03", &RecordUnaccompaniedStep{Step: step(child, "2026-05-19"), What: MinorIdentified}).
		then(&UnaccompaniedStepRecorded{OfMember: of(child), What: MinorIdentified, Late: true})
	s.when("2026-08-04", &ResumeReunification{step(child, "2026-05-20"), "parent_found"}).record().thenDue("presentation", child, "2026-05-28")
}

func TestHardCase16ADeathToldLateLeavesTheEntryBeforeItStanding(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-09-01", &RecordDeath{On: day("2026-05-20"), PersonID: father}))...)
	s.thenDue("own_permit", wife, "2026-07-20").thenDue("doubt", child, "2026-06-19").thenNotDue("doubt", wife)
}

func TestHardCase18TheSponsorDiesBeforeTheEntryAndAPersonDecides(t *testing.T) {
	s := given(t, diedAbroad()...).thenDue("doubt", wife, "2026-03-31").thenNotDue("own_permit", wife)
	s.wantEnding(wife, "") // nothing lapses by itself
	s.when("2026-03-20", &ResolveDoubt{step(wife, "2026-03-20"), "lapses"}).then(&MemberLapsed{of(wife), SponsorDied})
	s.when("2026-03-20", &ResolveDoubt{step(child, "2026-03-20"), "continues"}).then(&MemberUpheld{of(child), SponsorDied})
	s.thenNotDue("doubt", wife).thenNotDue("doubt", child).thenDue("doubt", girl, "2026-03-31").thenDue("visa_request", child, "2026-08-17")
	s.wantEnding(wife, NoLongerEligible)
}

func TestHardCase18TheSponsorDiesAfterTheEntryAndThePermitIsConverted(t *testing.T) {
	s := given(t, and(until("permit_requested", wife), told("2026-09-01", &RecordDeath{On: day("2026-09-01"), PersonID: father}))...)
	s.thenNotDue("doubt", wife).thenDue("own_permit", wife, "2026-10-31")
	s.when("2026-09-21", &RecordOwnPermitRequested{step(wife, "2026-09-21"), "employed"}).record().
		thenNotDue("own_permit", wife).thenDue("own_permit_decision", wife, "2026-11-20")
	s.when("2026-11-02", &RecordOwnPermitDecided{step(wife, "2026-11-02"), "granted", day("2028-11-01")}).record().thenNotDue("own_permit_decision", wife)
}

func TestHardCase18OneDecisionSettlesEveryDoubtAboutAPath(t *testing.T) {
	s := given(t, and(diedAbroad(), told("2026-03-05", &RecordSeparation{step(wife, "2026-02-20"), "divorce"}))...)
	s.when("2026-03-20", &ResolveDoubt{step(wife, "2026-03-20"), "continues"}).then(&MemberUpheld{of(wife), SponsorDied}, &MemberUpheld{of(wife), SpouseSeparated})
	s.thenNotDue("doubt", wife)
}

func TestHardCase18ADeathAnnulledLeavesNoTrace(t *testing.T) {
	s := given(t, diedAbroad()...)
	s.when("2026-03-05", &AnnulEvent{EventID: s.eventID("person_died", ""), Reason: "other_person"}).record().thenNotDue("doubt", wife)
}

func TestHardCase19AViolentSponsorReadsAndReceivesNothing(t *testing.T) {
	s := given(t, and(sealed(), told("2026-06-01", &CutAccess{On: day("2026-06-01"), PersonID: father}))...)
	s.thenDue("own_permit", wife, "2026-07-31")
	s.when("2026-06-02", &BookAppointment{MemberID: wife, At: noon("2026-06-10"), Place: "hub"}).record()
	var family []Effect
	for _, e := range Effects(s.state(), s.facts[len(s.facts)-1]) {
		if e.To == "family" {
			family = append(family, e)
		}
	}
	if len(family) != 1 || !slices.Equal(family[0].Except, []string{father}) {
		t.Errorf("the family is written to by %+v", family)
	}
	v := ViewOf(s.state(), book)
	if !slices.Equal(v.AccessCut, []string{father}) || !slices.Equal(v.Guard.Sealed, []string{wife}) {
		t.Errorf("cut is %v, sealed %v", v.AccessCut, v.Guard.Sealed)
	}
	if v.Guard.MayReadAddress("somebody", wife) || !v.Guard.MayReadAddress("c0", wife) || !v.Guard.MayReadAddress("somebody", child) {
		t.Error("the wrong people read the address")
	}
}

func TestHardCase19NobodyIsWrittenToWhereEverybodyIsCutOff(t *testing.T) {
	history := until("visa_granted", wife)
	for _, person := range []string{father, wife, child, girl} {
		history = and(history, told("2026-05-01", &CutAccess{On: day("2026-05-01"), PersonID: person}))
	}
	s := given(t, history...).when("2026-05-04", &RecordEntry{step(wife, "2026-05-04")}).record()
	if effects := Effects(s.state(), s.facts[len(s.facts)-1]); len(effects) != 0 {
		t.Errorf("an entry asks for %+v", effects)
	}
}

func TestHardCase19ASeparationAbroadIsAQuestionAndInItalyAPermit(t *testing.T) {
	s := given(t, and(until("visa_granted", wife), told("2026-04-20", &RecordSeparation{step(wife, "2026-04-20"), "separation"}))...)
	s.thenDue("doubt", wife, "2026-05-20").thenNotDue("own_permit", wife)
	given(t, separated()...).thenNotDue("doubt", wife).thenDue("own_permit", wife, "2026-07-31")
}

func TestHardCase21AFamilyThatMovesIsHandedOverWithItsHistory(t *testing.T) {
	history := and(until("entered", wife), told("2026-05-06", &SealAddress{On: day("2026-05-06"), PersonID: wife, Note: "secret"}),
		told("2026-05-07", &TransferCase{On: day("2026-05-07"), Municipality: "016024", Recipient: "comune-bergamo"}))
	s := given(t, history...)
	effects := Effects(s.state(), s.facts[len(s.facts)-1])
	if len(effects) != 1 || effects[0].To != "office:comune-bergamo" || effects[0].Template != "handover_package" {
		t.Errorf("the transfer asks for %+v", effects)
	}
	h := HandoverPackage(s.state(), s.state().HandedOver[0], book)
	if len(h.Members) != 3 || h.To.Recipient != "comune-bergamo" || h.From != "wemi-mi" {
		t.Errorf("the package is %+v", h)
	}
	if !slices.ContainsFunc(h.Due, func(d DueView) bool {
		return d.Item == "presentation" && d.DueOn == day("2026-05-14") && d.Why.It != ""
	}) {
		t.Errorf("the package does not say when the presentation is due: %+v", h.Due)
	}
	names := asJSON(h.Done)
	for _, confidential := range []string{"address_sealed", "own_permit"} {
		if slices.ContainsFunc(h.Done, func(d StepView) bool { return d.Step == confidential }) || slices.ContainsFunc(h.Due, func(d DueView) bool { return d.Item == confidential }) {
			t.Errorf("the package tells of %s: %s", confidential, names)
		}
	}
	s.when("2026-09-01", &ReopenCase{Reason: "back"}).record().thenDue("presentation", wife, "2026-05-14")
}

func TestHardCase21AMemberWhoMovesAloneIsHandedOverAloneAndMayReturn(t *testing.T) {
	s := given(t, until("entered", wife)...)
	s.when("2026-05-06", &TransferMember{Step: step(wife, "2026-05-06"), Municipality: "016024", Recipient: "comune-bergamo"}).record()
	s.wantEnding(wife, TransferredOut)
	h := HandoverPackage(s.state(), s.state().HandedOver[0], book)
	if len(h.Members) != 1 || h.Members[0].MemberID != wife {
		t.Errorf("the package is about %+v", h.Members)
	}
	if !slices.ContainsFunc(h.Due, func(d DueView) bool { return d.Item == "presentation" }) ||
		slices.ContainsFunc(h.Due, func(d DueView) bool { return d.MemberID != wife }) {
		t.Errorf("due in the package is %+v", h.Due)
	}
	s.thenDue("visa_request", child, "2026-08-17")
	s.when("2026-07-01", &ResumeMember{step(wife, "2026-07-01"), "came_back"}).record().thenDue("presentation", wife, "2026-05-14")
}

func TestHardCase22ThePersonOfTwoApplicationsIsLinkedAndUnlinked(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2025-12-01", linked()))...)
	if links := ViewOf(s.state(), book).PersonLinks; len(links) != 1 || links[0].CaseID != otherCase || links[0].ConfirmedBy != counsellorID {
		t.Errorf("the links are %+v", links)
	}
	s.when("2025-12-03", &UnlinkPerson{PersonID: child, CaseID: otherCase, OtherID: otherPerson, Reason: "namesake"}).record()
	if links := s.state().PersonLinks; len(links) != 0 {
		t.Errorf("the links are still %+v", links)
	}
	s.when("2025-12-04", linked()).record() // and again, after a second look
	if links := s.state().PersonLinks; len(links) != 1 || links[0].On != day("2025-12-04") {
		t.Errorf("the links are %+v", links)
	}
}

func TestHardCase22TwoSpellingsOfOnePersonAreReadAsOneAndComeApartUnharmed(t *testing.T) {
	history := and(until("authorised", wife),
		told("2026-03-01", &AddMember{On: day("2026-03-01"), Origin: AddedByPrefecture, Ref: "9", Kinship: MinorChild, Who: Particulars{GivenName: "Kareem", Citizenship: "EGY"}}))
	duplicate := DeriveID(caseID, "member/9")
	history = and(history, told("2026-03-05", &RecordVisaRequested{Step: step(child, "2026-03-05")}))
	before := given(t, history...)
	apart := ViewOf(before.state(), book)

	s := given(t, and(history, told("2026-03-10", merge(child, duplicate)))...)
	m := s.state().Member(duplicate)
	if m.ID != child || m.Who.GivenName != "Karim" || m.Who.Citizenship != "EGY" || m.VisaRequestedOn != day("2026-03-05") || len(s.state().Members) != 3 {
		t.Errorf("merged, the child is %+v", m)
	}
	s.when("2026-03-11", &RecordVisaGranted{step(duplicate, "2026-03-11"), day("2026-09-10")}).
		then(&VisaGranted{OfMember: of(child), Expires: day("2026-09-10")}) // the duplicate's id still finds the child

	s = given(t, and(history, told("2026-03-10", merge(child, duplicate)), told("2026-03-20", &UnmergeMembers{DuplicateID: duplicate, Reason: "cousins"}))...)
	again := ViewOf(s.state(), book)
	again.Version = apart.Version
	if asJSON(again) != asJSON(apart) {
		t.Errorf("after the undo the case is\n%s\nand was\n%s", asJSON(again), asJSON(apart))
	}
}

func TestHardCase22WhatEndedTheDuplicateDidNotEndThePerson(t *testing.T) {
	history := and(until("visa_requested", child), told("2026-03-12", &Withdraw{On: day("2026-03-12"), Members: []string{girl}, Reason: "duplicate"}))
	s := given(t, and(history, told("2026-03-13", merge(child, girl)))...)
	s.wantEnding(child, "")
	s.when("2026-03-14", &RecordDeath{On: day("2026-03-14"), PersonID: girl}).record()
	s.wantEnding(child, Deceased)
}

func TestHardCase22AMergeIsKnownFromTheDayItWasMade(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-03-10", merge(child, girl)))...)
	if n := len(Fold(AsOf(s.facts, time.Time{}, noon("2026-03-09"))).Members); n != 3 {
		t.Errorf("before the merge was known the case had %d members", n)
	}
	if n := len(s.state().Members); n != 2 {
		t.Errorf("now it has %d", n)
	}
}

func TestHardCase23TheTaxCodeIsProvisionalThenDefinitiveThenCorrected(t *testing.T) {
	s := given(t, until("entered", wife)...)
	code := func(on, text string) *TaxCodeRecorded {
		s.when(on, &RecordTaxCode{On: day(on), PersonID: wife, Code: text})
		if s.refusal != nil {
			t.Fatalf("refused with %s", s.refusal.Code)
		}
		event := s.drafts[0].Event.(*TaxCodeRecorded)
		s.record()
		return event
	}
	if e := code("2026-05-12", provisional); e.Kind != "provisional" || e.Corrects {
		t.Errorf("first %+v", e)
	}
	s.thenDue("tax_code_definitive", wife, "2026-11-12")
	if e := code("2026-06-30", "mrtmtt91d08f205j"); e.Kind != "definitive" || e.Corrects {
		t.Errorf("then %+v", e)
	}
	s.thenNotDue("tax_code_definitive", wife)
	if e := code("2026-07-15", definitive); !e.Corrects {
		t.Errorf("at last %+v", e)
	}
	if got := s.state().Member(wife).Who.TaxCode; got != definitive {
		t.Errorf("the code is %s", got)
	}
	for _, f := range s.facts {
		if e, ok := f.Event.(*TaxCodeRecorded); ok && (f.Private[wife].TaxCode == "" || strings.Contains(asJSON(e), f.Private[wife].TaxCode)) {
			t.Errorf("the code of %+v is not sealed", e)
		}
	}
}

func TestHardCase23TheRefusalOfAWrongCodeDoesNotRepeatIt(t *testing.T) {
	s := given(t, until("entered", wife)...).when("2026-05-12", &RecordTaxCode{On: day("2026-05-12"), PersonID: wife, Code: "RSSMRA85T10A562T"})
	if text := asJSON(s.refusal); s.refusal == nil || strings.Contains(text, "RSSMRA") {
		t.Errorf("the refusal is %s", text)
	}
}

func TestHardCase24ABabyBornAbroadIsToldToThePrefecture(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-03-02", added("2026-03-02", BornAbroad)))...)
	baby := DeriveID(caseID, "member/new-1")
	s.thenDue("supplement", baby, "2026-03-16").thenNotDue("decision", "")
	var to []string
	for _, e := range Effects(s.state(), s.facts[len(s.facts)-1]) {
		to = append(to, e.To)
	}
	if !slices.Equal(to, []string{string(Counsellor), string(SUIOfficer)}) {
		t.Errorf("the birth is told to %v", to)
	}
	s.when("2026-05-04", &DecideMembers{On: day("2026-05-04"), Decisions: []MemberDecision{{MemberID: baby, Outcome: "authorised"}}}).record().
		thenNotDue("supplement", baby).thenDue("visa_request", baby, "2026-11-04")
}

func TestHardCase24ABabyBornInItalyNeedsNoAuthorisation(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-06-01", added("2026-06-01", BornInItaly)))...)
	baby := DeriveID(caseID, "member/new-1")
	s.thenNotDue("decision", "").thenNotDue("visa_request", baby).thenDue("permit_request", baby, "2026-07-01")
	s.when("2026-06-15", &RecordPermitRequested{step(baby, "2026-06-15")}).record().thenDue("permit", baby, "2026-08-14")
	s.when("2026-08-10", &RecordPermitIssued{step(baby, "2026-08-10"), day("2028-08-09")}).record()
	s.when("2026-08-31", &SettleMember{step(baby, "2026-08-31")}).then(&MemberSettled{of(baby)})
}

func TestHardCase24ABirthDateNeverStandsInTheClear(t *testing.T) {
	c := added("2026-06-01", BornInItaly).(*AddMember)
	c.Who.BirthDate = day("2026-05-27")
	s := given(t, until("entered", wife)...).when("2026-06-01", c).record()
	f := s.facts[len(s.facts)-1]
	if f.OccurredOn() == c.Who.BirthDate || f.Private[memberOf(f.Event)].BirthDate != c.Who.BirthDate || f.Event.(*MemberAdded).Next.From != day("2026-06-01") {
		t.Errorf("the addition tells the birth date: %s", asJSON(f.Event))
	}
}

func TestHardCase24AMemberAddedByThePrefectureLaterHasATermOfItsOwn(t *testing.T) {
	later := &AddMember{On: day("2026-03-02"), Origin: AddedByPrefecture, Ref: "4", Kinship: MinorChild, Who: Particulars{GivenName: "Amina"}}
	given(t, and(until("authorised", wife), told("2026-03-02", later))...).thenDue("decision", DeriveID(caseID, "member/4"), "2026-07-30")
	during := &AddMember{On: day("2025-12-01"), Origin: AddedByPrefecture, Ref: "4", Kinship: MinorChild, Who: Particulars{GivenName: "Amina"}}
	s := given(t, and(until("filed", wife), told("2025-12-01", during))...)
	if due, _ := s.due("decision", ""); due.Subject != "" || due.Term.From != day("2025-11-03") {
		t.Errorf("a member added during the review has the term %+v", due)
	}
}

func TestHardCase25AReferralPausesTheClocksUntilAParentReappears(t *testing.T) {
	s := given(t, referredChild()...)
	s.thenNotDue("presentation", child).thenNotDue("permit_request", child).thenDue("msna_identified", child, "2026-05-15").
		thenDue("school_request", child, "2026-05-11").thenDue("visa_request", wife, "2026-08-17")
	if paused := ViewOf(s.state(), book).Paused; !slices.ContainsFunc(paused, func(d DueView) bool { return d.Item == "presentation" && d.MemberID == child }) {
		t.Errorf("the view does not show what is paused: %+v", paused)
	}
	s.when("2026-06-20", &Wake{}).record()
	if lapsed := asJSON(s.facts[len(s.facts)-1].Event); slices.ContainsFunc(s.facts, func(f Fact) bool {
		e, ok := f.Event.(*TermLapsed)
		return ok && e.Item == "presentation" && e.MemberID == child
	}) {
		t.Errorf("a paused term lapsed: %s", lapsed)
	}
	s.when("2026-06-24", &ResumeReunification{step(child, "2026-06-24"), "parent_found"}).record().
		thenNotDue("reunification_paused", child).thenDue("presentation", child, "2026-07-03") // nine days of the term were left
	d, _ := s.due("presentation", child)
	if len(d.Pauses) != 1 || d.Pauses[0].Days() != 50 {
		t.Errorf("the pauses are %+v", d.Pauses)
	}
	s.when("2026-07-03", &RecordPresentation{step(child, "2026-07-03")}).record()
	s.when("2026-07-06", referral("2026-07-06")).record().thenDue("msna_identified", child, "2026-07-16") // lost a second time
}

func TestHardCase25ANullaOstaThatRunsOutDuringAReferralRunsOutAfterIt(t *testing.T) {
	c := referral("2026-03-02")
	c.Trigger = "arrived_before_authorisation"
	s := given(t, and(until("authorised", wife), told("2026-03-02", c), told("2026-09-01", &Wake{}))...)
	s.wantEnding(child, "")
	s.when("2026-09-07", &ResumeReunification{step(child, "2026-09-07"), "parent_found"}).record()
	s.when("2026-09-07", &Wake{}).record()
	s.wantEnding(child, NullaOstaLapsed)
}

// INPS publishes a provisional amount and then the final one: who had too little
// by the first may have had enough.
func TestHardCase25AnAmountCorrectedLaterSaysWhoGainsByIt(t *testing.T) {
	s := given(t, until("filed", wife)...).checked("2025-11-10", func(c *RecordConditions) { c.Sponsor.Income = 1370000 })
	corrected := whatIf(t, s.facts, "2026-01-20", "income.social_allowance,50000,cents,2020-01-01,2026-12-31,INPS,sure,a,b")
	if !has(corrected, "condition", "income", wife, NotMet, Met, Gained) {
		t.Errorf("the shifts are %+v", corrected)
	}
	if v := s.state().Member(wife).Conditions; !slices.ContainsFunc(v, func(v Verdict) bool { return v.Condition == "income" && v.Outcome == NotMet }) {
		t.Errorf("what was judged by the amount of those days is not kept: %+v", v)
	}
}

func TestLostContactNeedsAttemptsAndIsUndoneByAContact(t *testing.T) {
	s := given(t, lost(until("authorised", wife))...).thenDue("contact_lost", "", "2026-04-11")
	s.when("2026-04-15", &RecordContactLost{On: day("2026-04-15")}).record().thenNotDue("visa_request", wife)
	s.wantEnding(wife, LostContact)
	s.when("2026-05-04", &RecordContact{On: day("2026-03-20"), Channel: "phone"}).record() // told late: before they were lost
	s.wantEnding(wife, LostContact)
	s.when("2026-05-04", &RecordContact{On: day("2026-05-04"), Channel: "phone"}).record().thenDue("visa_request", wife, "2026-08-17")
	s.wantEnding(wife, "")
}

func TestAttemptsOfAWeekAreNotEnough(t *testing.T) {
	history := until("authorised", wife)
	for _, on := range []string{"2026-03-02", "2026-03-04", "2026-03-31"} {
		history = and(history, told(on, &RecordContactAttempt{On: day(on), Channel: "phone"}))
	}
	given(t, history...).thenDue("contact_retry", "", "2026-04-10").when("2026-04-15", &RecordContactLost{On: day("2026-04-15")}).thenRefused("contact_attempts_missing")
	given(t, and(history, told("2026-04-01", &RecordContactAttempt{On: day("2026-04-01"), Channel: "letter"}))...).
		when("2026-04-15", &RecordContactLost{On: day("2026-04-15"), Members: []string{wife}}).then(&ContactLost{of(wife)})
}

func TestAProtectionTellsOutsidersNothing(t *testing.T) {
	s := given(t, danger()...).thenDue("protection", child, "2026-05-08")
	s.by("outsider").when("2026-05-06", &RecordProtectionStep{Step: step(child, "2026-05-06"), What: "hearing"})
	existing := s.refusal
	none := given(t, until("entered", child)...).by("outsider").when("2026-05-06", &RecordProtectionStep{Step: step(child, "2026-05-06"), What: "hearing"}).refusal
	if asJSON(existing) != asJSON(none) {
		t.Errorf("an outsider can tell %s from %s", asJSON(existing), asJSON(none))
	}
	s.when("2026-05-06", &OpenProtection{Step: step(child, "2026-05-06"), Note: "seen crying"}).then(&ProtectionRecorded{OfMember: of(child), Code: "protection"})
	if s.state().mayReadProtection(s.state().Member(child), "outsider") {
		t.Error("telling of a danger let somebody in on what others know")
	}
}

func TestAProtectionShowsOnlyItsCodeAndItsDays(t *testing.T) {
	s := given(t, and(danger(), told("2026-05-07", &RecordProtectionStep{Step: step(child, "2026-05-07"), What: ProsecutorAsked, Note: "urgent"}))...)
	s.thenDue("protection", child, "2026-05-09")
	for _, f := range s.facts {
		if _, ok := f.Event.(*ProtectionRecorded); ok && (slices.ContainsFunc([]string{"bruises", "urgent", "prosecutor", "opened"}, func(word string) bool {
			return strings.Contains(asJSON(f.Event), word)
		}) || f.Private[child].Step == "") {
			t.Errorf("in the clear stands %s", asJSON(f.Event))
		}
	}
	s.when("2026-05-12", &Wake{}).record()
	for _, f := range s.facts {
		if lapsed, ok := f.Event.(*TermLapsed); ok && lapsed.Item == protectionItem {
			effects := Effects(s.state(), f)
			if Sensitivity(f.Event) != Protected || len(effects) != 1 || effects[0].Template != "look_at_case" || effects[0].MemberID != "" || effects[0].Subject != "" {
				t.Errorf("the lapse is %s and asks for %+v", Sensitivity(f.Event), effects)
			}
			return
		}
	}
	t.Error("the step did not lapse")
}

func TestAnAmendmentIsAsSensitiveAsWhatItAmends(t *testing.T) {
	s := given(t, danger()...)
	opened := s.eventID("protection_recorded", child)
	s.when("2026-05-06", &AnnulEvent{EventID: opened, Reason: "other_child"}).record()
	want := Marking{Protected, child}
	if got := Markings(s.facts); got[opened] != want || got[s.eventID("event_annulled", "")] != want || len(got) != 2 {
		t.Errorf("the markings are %+v", got)
	}
}
