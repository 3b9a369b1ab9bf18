// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ricongiungi/rules"
)

// newTermBook is an office that applies a changed term to what is pending.
func newTermBook(t *testing.T) *rules.Book {
	t.Helper()
	changed, err := rules.Override("office.csv", strings.NewReader(`id,value,unit,valid_from,valid_to,citation,certainty,it,en
review.pending,at_decision,choice,1998-03-27,,office,unverified,Termine delle domande pendenti,Term of pending applications
`))
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// ending checks how a member's path ended; an empty ending means that it goes on.
func (s *story) ending(member string, want Ending) *story {
	s.t.Helper()
	if got := s.state().Member(member).Ending; got != want {
		s.t.Fatalf("the ending is %q, not %q; the agenda is\n%s", got, want, s.agenda())
	}
	return s
}

func (s *story) does(on string, c Command) *story {
	s.t.Helper()
	s.when(on, c)
	if s.refusal != nil {
		s.t.Fatalf("%s on %s is refused with %s: %s", CommandName(c), on, s.refusal.Code, s.refusal.Text.En)
	}
	return s.record()
}

// appealed gives the id of the member's latest appeal.
func (s *story) appealed(member string) string {
	s.t.Helper()
	appeals := s.state().Member(member).Appeals
	if len(appeals) == 0 {
		s.t.Fatal("there is no appeal")
	}
	return appeals[len(appeals)-1].ID
}

func (s *story) judged(on, member, outcome string) *story {
	s.t.Helper()
	return s.does(on, &RecordJudgment{AppealID: s.appealed(member), On: day(on), Outcome: outcome})
}

func TestHardCase07ApplicationStraddlesTheNewTerm(t *testing.T) {
	for _, c := range []struct {
		why   string
		book  *rules.Book
		filed string
		due   string
		kept  bool
	}{
		{"the term of the filing stays", book, "2025-10-03", "2026-01-02", true},
		{"the new term applies to what is pending", newTermBook(t), "2025-10-03", "2026-03-02", false},
		{"the new term applies on the last day of the old one", newTermBook(t), "2025-07-06", "2025-12-03", false},
		{"a term that had run out stays", newTermBook(t), "2025-07-01", "2025-09-29", true},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := given(t)
			s.book = c.book
			s.does(c.filed, file(c.filed)).does("2025-10-06", &Wake{}).thenDue("decision", "", c.due)
			changes := s.state().Review.changes()
			if len(changes) != 1 || changes[0].Change.ValidFrom != day("2025-10-04") || (changes[0].Term.ValidFrom != day("2025-10-04")) != c.kept {
				t.Fatalf("on record is %+v", changes)
			}
			if d, _ := s.due("decision", ""); !strings.Contains(d.Explain(c.book).En, "2025-10-04") || !strings.Contains(d.Explain(c.book).It, rules.PendingTerm) {
				t.Errorf("explained as %+v", d.Explain(c.book))
			}
			s.when("2025-10-07", &Wake{})
			if strings.Contains(s.names(), "pending_term_settled") {
				t.Error("the same change is settled twice")
			}
		})
	}
}

func TestHardCase07AFilingToldLateIsSettledWithIt(t *testing.T) {
	s := given(t).when("2025-11-03", file("2025-09-15"))
	if got := s.names(); !strings.HasSuffix(got, "application_filed pending_term_settled]") {
		t.Fatalf("decided %s", got)
	}
	s.record().book = newTermBook(t)
	s.thenDue("decision", "", "2025-12-15") // a later book does not move what was applied; 14 December is a Sunday
	given(t, told("2025-11-03", file("2025-10-04"))).when("2025-11-04", &Wake{}).thenNothing()
}

func TestHardCase07ADecisionBeforeTheChangeLeavesNothingPending(t *testing.T) {
	s := given(t, told("2025-07-01", file("2025-07-01")), told("2025-09-15", authorise("2025-09-15")), told("2025-09-16", &RecordContact{On: day("2025-09-16"), Channel: "phone"})).
		when("2025-10-06", &Wake{})
	for _, d := range s.drafts {
		if _, is := d.Event.(*PendingTermSettled); is || s.refusal != nil {
			t.Errorf("waking settles %+v, refused with %v", d.Event, s.refusal)
		}
	}
}

func TestHardCase08TwoNoticesToldOutOfOrderCountOnce(t *testing.T) {
	first, second := &NotifyRefusal{On: day("2026-01-12")}, &NotifyRefusal{On: day("2026-01-16"), Ground: "income"}
	inOrder := given(t, and(until("filed", wife), told("2026-01-20", first), told("2026-01-20", second))...)
	swapped := given(t, and(until("filed", wife), told("2026-01-20", second), told("2026-01-20", first))...)
	answer := &FileObservations{On: day("2026-01-21")}
	for _, s := range []*story{inOrder, swapped} {
		s.when("2026-01-21", answer).then(&ObservationsFiled{InTime: true, NoticeOn: day("2026-01-16")})
		s.when("2026-01-22", &FileObservations{On: day("2026-01-22"), NoticeOn: day("2026-01-12")}).then(&ObservationsFiled{InTime: true, NoticeOn: day("2026-01-12")})
		clock := s.state().Review.Clock(book)
		if len(clock.Pauses) != 1 || clock.suspended() != 20 {
			t.Errorf("suspended for %d days: %v", clock.suspended(), clock.Pauses)
		}
	}
	if asJSON(ViewOf(inOrder.state(), book)) != asJSON(ViewOf(swapped.state(), book)) {
		t.Error("the order in which the notices were told makes a difference")
	}
}

func TestHardCase08SuspensionsNeverCountADayTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		filed := day("2026-01-07")
		review := Review{FiledOn: filed, Term: book.Term(rules.ReviewTerm, filed)}
		for range rapid.IntRange(1, 6).Draw(rt, "notices") {
			on := filed.AddDays(rapid.IntRange(0, 90).Draw(rt, "day"))
			s := &State{Review: review}
			(&RefusalNotified{Reply: book.Term(rules.RefusalReply, on)}).apply(s, Fact{OccurredAt: on.Start()})
			if rapid.Bool().Draw(rt, "answered") {
				s.Review.notice(on).ObservationsOn = on.AddDays(rapid.IntRange(0, 12).Draw(rt, "after"))
			}
			review = s.Review
		}
		clock, still := review.Clock(book), map[rules.Date]bool{}
		for _, n := range review.Notices {
			for d := n.On; d.Before(n.resumes(book)); d = d.AddDays(1) {
				still[d] = true
			}
		}
		if clock.suspended() != len(still) {
			rt.Errorf("suspended for %d days, and the clock stood still on %d", clock.suspended(), len(still))
		}
	})
}

func TestHardCase09ObservationsOnDay10And11(t *testing.T) {
	noticed := and(until("filed", wife), told("2026-01-12", &NotifyRefusal{On: day("2026-01-12")}))
	given(t, noticed...).does("2026-01-22", &FileObservations{On: day("2026-01-22")}).thenDue("decision", "", "2026-04-22")
	s := given(t, noticed...).does("2026-01-23", &FileObservations{On: day("2026-01-23")}).thenDue("decision", "", "2026-04-13")
	if n := ViewOf(s.state(), book).Review.Notices[0]; n.InTime || n.ObservationsOn != day("2026-01-23") {
		t.Errorf("the notice reads %+v", n)
	}
}

func TestHardCase10EachMembersDecisionIsLateOrInTimeByItself(t *testing.T) {
	s := given(t, until("filed", wife)...).does("2026-04-02", decide("2026-04-02", "authorised"))
	s.does("2026-04-03", &DecideMembers{On: day("2026-04-03"), Decisions: []MemberDecision{{Ref: "2", Outcome: "authorised"}, {Ref: "3", Outcome: "refused", Ground: "income"}}})
	v := ViewOf(s.state(), book)
	if v.Members[0].DecidedLate || !v.Members[1].DecidedLate || !v.Members[2].DecidedLate || v.Members[1].Stage != StageAuthorised || v.Members[2].RefusalGround != "income" {
		t.Errorf("the members read %+v", v.Members)
	}
}

func TestHardCase11TheDayOfTheRequestCountsNotThatOfTheAppointment(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-08-18", &Wake{}))...).ending(wife, NullaOstaLapsed)
	s.does("2026-09-07", &RecordVisaRequested{Step: step(wife, "2026-08-14"), Proof: "written_request"}).ending(wife, "").thenDue("visa_decision", wife, "2026-09-14") // 13 September is a Sunday
	if got := ViewOf(s.state(), book).Members[0].VisaProof; got != "written_request" {
		t.Errorf("the proof reads %q", got)
	}
	s.does("2026-11-02", &RecordAppeal{step(wife, "2026-11-02"), VisaSilence})
	s.judged("2027-01-11", wife, Upheld).thenDue("visa_decision", wife, "2027-02-10")
}

func TestHardCase12ACourtOrdersTheVisaWithoutAnyNullaOsta(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2026-02-16", decide("2026-02-16", "refused", "refused", "refused")))...)
	s.ending(wife, RefusedFinal).thenDue("appeal", wife, "2026-03-18").thenDue("closing", "", "2026-03-18")
	s.does("2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUIRefusal}).ending(wife, "").thenNotDue("appeal", wife).thenNotDue("decision", "")
	if m := s.state().Member(wife); m.Stage() != StageRefused || s.state().Phase() != PhaseAppeal {
		t.Errorf("the stage is %s, the phase %s", m.Stage(), s.state().Phase())
	}
	s.judged("2026-12-01", wife, VisaOrdered).thenDue("visa_request", wife, "2026-12-31")
	s.when("2026-12-10", &RecordVisaRequested{Step: step(wife, "2026-11-30")}).thenRefused("days_out_of_order")
	s.does("2026-12-10", &RecordVisaRequested{Step: step(wife, "2026-12-10")})
	s.does("2027-01-08", &RecordVisaGranted{step(wife, "2027-01-08"), day("2028-01-07")})
	s.does("2027-02-01", &RecordEntry{step(wife, "2027-02-01")}).thenDue("presentation", wife, "2027-02-11")
	if m := s.state().Member(wife); !m.AuthorisedOn.IsZero() || m.Stage() != StageEntered {
		t.Errorf("authorised on %q, stage %s", m.AuthorisedOn, m.Stage())
	}
	s.ending(child, RefusedFinal)
}

func TestAnAppealDismissedOrDroppedEndsThePathAgain(t *testing.T) {
	refused := and(until("filed", wife), told("2026-02-16", decide("2026-02-16", "refused", "authorised", "authorised")),
		told("2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUIRefusal}))
	given(t, refused...).judged("2026-12-01", wife, Dismissed).ending(wife, RefusedFinal).
		does("2026-12-20", &RecordAppeal{step(wife, "2026-12-20"), SUIRefusal}).ending(wife, "") // before the higher court
	given(t, refused...).judged("2026-12-01", wife, AppealDropped).ending(wife, RefusedFinal)
	s := given(t, refused...).judged("2026-12-01", wife, Upheld).ending(wife, "").thenDue("judgment_compliance", "", "2026-12-31")
	s.does("2026-12-15", decide("2026-12-15", "authorised")).thenNotDue("judgment_compliance", "").thenDue("visa_request", wife, "2027-06-15")
}

func TestHardCase13ARefusalAnnulledAfterTheFamilyWithdrew(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2026-02-16", decide("2026-02-16", "refused", "refused", "refused")),
		told("2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUIRefusal}),
		told("2026-09-01", &Withdraw{On: day("2026-09-01"), Reason: "family_wish"}), told("2026-09-02", &CloseCase{Reason: "done"}))...)
	s.when("2026-12-01", &RecordJudgment{AppealID: s.appealed(wife), On: day("2026-12-01"), Outcome: Upheld})
	if got := s.names(); got != "[case_reopened judgment_given]" {
		t.Fatalf("decided %s", got)
	}
	s.record().ending(wife, Withdrawn).thenDue("judgment_after_withdrawal", "", "2026-12-10") // neither 7 nor 8 December counts
}

func TestHardCase14TheChildrenArriveAYearLaterOnTheirOwnVisas(t *testing.T) {
	s := given(t, and(until("permit_requested", wife), told("2026-07-20", &RecordPermitIssued{step(wife, "2026-07-20"), day("2028-07-19")}),
		told("2026-08-03", &SettleMember{step(wife, "2026-08-03")}))...)
	for _, member := range []string{child, girl} {
		s.ending(member, "")
		s.does("2026-09-01", &RecordVisaRequested{Step: step(member, "2026-08-17")})
		s.does("2026-09-20", &RecordVisaGranted{step(member, "2026-09-20"), day("2027-09-19")})
	}
	if phase := s.state().Phase(); phase != PhaseFollowUp {
		t.Errorf("the phase is %s", phase)
	}
	s.does("2027-05-04", &RecordEntry{step(child, "2027-05-04")}).thenDue("presentation", child, "2027-05-14").thenDue("entry", girl, "2027-09-19").ending(wife, Settled)
}

func TestHardCase15AVisaUnusedEndsOneChildsPathOnly(t *testing.T) {
	s := given(t, and(until("visa_granted", child), told("2026-04-10", &RecordVisaRequested{Step: step(wife, "2026-04-10")}))...)
	s.does("2026-10-06", &Wake{}).ending(child, VisaLapsed).ending(wife, "").ending(girl, NullaOstaLapsed)
	s.when("2026-11-02", &LinkApplication{otherCase, SupersededBy}).then(&ApplicationLinked{otherCase, SupersededBy})
}

func TestHardCase17DNADisprovesOneChildAndTheSiblingsGoOn(t *testing.T) {
	s := given(t, until("visa_requested", child)...).does("2026-04-20", &RecordDNAResult{step(child, "2026-04-20"), KinshipDisproved})
	s.ending(child, NoLongerEligible).ending(girl, "").ending(wife, "").thenDue("visa_request", girl, "2026-08-17")
	s.does("2026-06-01", &RecordDNAResult{step(child, "2026-06-01"), KinshipConfirmed}).ending(child, "").thenDue("visa_decision", child, "2026-04-09")
	here := given(t, until("entered", child)...).does("2026-06-01", &RecordDNAResult{step(child, "2026-06-01"), KinshipDisproved})
	here.ending(child, "").thenDue("kinship_follow_up", child, "2026-06-09") // 2 June does not count
}

func TestHardCase20ASponsorWhoBecomesItalianLeavesTheSUI(t *testing.T) {
	s := given(t, until("filed", wife)...).does("2026-01-12", &RecordNaturalisation{On: day("2026-01-12")})
	s.thenNotDue("decision", "").thenDue("visa_request", wife, "2026-01-26")
	if v := ViewOf(s.state(), book); v.Procedure != OfCitizen || v.Phase != PhasePreDeparture || v.Review.FiledOn != day("2025-11-03") {
		t.Errorf("procedure %s, phase %s, filed on %s", v.Procedure, v.Phase, v.Review.FiledOn)
	}
	s.when("2026-02-16", authorise("2026-02-16")).thenRefused("no_sui_procedure")
	s.does("2026-01-20", &NotifyRefusal{On: day("2026-01-08")}) // what the SUI did before is still told
	s.does("2026-02-02", &RecordVisaRequested{Step: step(wife, "2026-02-02")}).does("2026-03-02", &RecordVisaGranted{step(wife, "2026-03-02"), day("2027-03-01")})
	s.does("2026-04-01", &RecordEntry{step(wife, "2026-04-01")}).thenNotDue("presentation", wife).thenDue("permit_request", wife, "2026-07-01")
	s.when("2026-07-06", &RecordPermitRequested{step(wife, "2026-07-06")}).
		then(&PermitRequested{OfMember: of(wife), Indication: term(rules.PermitIndication, "2026-07-06", "2026-09-04")})
}

func TestHardCase20ANullaOstaNoLongerExpiresForACitizensFamily(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-03-02", &RecordNaturalisation{On: day("2026-03-02")}))...).does("2026-09-01", &Wake{})
	s.ending(wife, "").does("2026-09-07", &RecordVisaRequested{Step: step(wife, "2026-09-07")})
}

func TestHardCase25ARevocationAfterArrivalDoesNotEndThePath(t *testing.T) {
	s := given(t, until("entered", wife)...).does("2026-05-18", &RevokeNullaOsta{On: day("2026-05-18"), Ground: "false_papers"})
	s.ending(wife, "").ending(child, Revoked).thenDue("revocation_follow_up", wife, "2026-05-25").thenDue("appeal", wife, "2026-06-17").thenDue("presentation", wife, "2026-05-14")
	s.does("2026-06-01", &RecordAppeal{step(wife, "2026-06-01"), Revocation}).thenNotDue("appeal", wife)
	lost := given(t)
	lost.facts, lost.given = s.facts, s.given
	lost.judged("2027-01-11", wife, Dismissed).ending(wife, Revoked)
	s.judged("2027-01-11", wife, Upheld).ending(wife, "").thenNotDue("revocation_follow_up", wife)
}

func TestHardCase25ARevocationLiftedGivesTheDaysBack(t *testing.T) {
	revoked := and(until("authorised", wife), told("2026-03-02", &RevokeNullaOsta{On: day("2026-03-02")}))
	given(t, revoked...).does("2026-04-01", &WithdrawRevocation{On: day("2026-04-01")}).ending(wife, "").thenDue("visa_request", wife, "2026-09-16") // 30 days
	given(t, revoked...).does("2026-04-01", &WithdrawRevocation{On: day("2026-04-01"), VisaBy: day("2026-12-31")}).thenDue("visa_request", wife, "2026-12-31")
	s := given(t, revoked...).does("2026-04-01", &WithdrawRevocation{On: day("2026-04-01")})
	s.when("2026-04-02", &RevokeNullaOsta{On: day("2026-03-02")}).thenNothing() // the old message again
}

func TestHardCase25ARevocationReopensAClosedCase(t *testing.T) {
	s := given(t, and(until("settled", child), told("2026-09-01", &Withdraw{On: day("2026-09-01"), Members: []string{wife, girl}, Reason: "stay_abroad"}),
		told("2026-09-02", &CloseCase{Reason: "done"}))...)
	s.does("2026-10-05", &RevokeNullaOsta{On: day("2026-10-05"), Refs: []string{"2"}}).ending(child, "").thenDue("revocation_follow_up", child, "2026-10-12")
}

func TestHardCase25ARevocationDoesNotReopenTheCaseOfAFamilyThatWithdrew(t *testing.T) {
	closed := and(until("authorised", wife), told("2026-03-01", &Withdraw{On: day("2026-03-01"), Reason: "family_wish"}), told("2026-03-02", &CloseCase{Reason: "done"}))
	s := given(t, closed...).does("2026-03-09", &RevokeNullaOsta{On: day("2026-03-09")}).ending(wife, Withdrawn)
	if phase := s.state().Phase(); phase != PhaseClosed {
		t.Errorf("the phase is %s", phase)
	}
}

func TestHardCase25AnEntryDuringARevocationIsAFact(t *testing.T) {
	s := given(t, and(until("visa_granted", wife), told("2026-05-02", &RevokeNullaOsta{On: day("2026-05-02"), Refs: []string{"1"}}))...).ending(wife, Revoked)
	s.does("2026-05-04", &RecordEntry{step(wife, "2026-05-04")}).ending(wife, "").thenDue("revocation_follow_up", wife, "2026-05-08")
}

func TestARefusedVisaLeavesTheNullaOstaGoodForANewRequest(t *testing.T) {
	refused := and(until("visa_requested", wife), told("2026-04-08", &RecordVisaRefused{step(wife, "2026-04-08")}))
	s := given(t, refused...).thenDue("visa_request", wife, "2026-08-17").thenDue("appeal", wife, "2026-05-08")
	s.does("2026-08-17", &Wake{}).ending(wife, "").does("2026-08-18", &Wake{}).ending(wife, VisaRefusedFinal)
	s.does("2026-09-01", &RecordAppeal{step(wife, "2026-09-01"), VisaRefusal}).ending(wife, "").does("2026-10-01", &Wake{}).ending(wife, "")
	s.judged("2027-01-11", wife, Dismissed).ending(wife, VisaRefusedFinal)
	late := and(until("authorised", wife), told("2026-08-17", &RecordVisaRequested{Step: step(wife, "2026-08-17")}), told("2026-09-07", &RecordVisaRefused{step(wife, "2026-09-07")}))
	given(t, late...).does("2026-10-07", &Wake{}).ending(wife, "").does("2026-10-08", &Wake{}).ending(wife, VisaRefusedFinal)
}

func TestPapersMayBeAskedForSeveralTimes(t *testing.T) {
	s := given(t, until("filed", wife)...).does("2025-12-01", &RequestDocuments{On: day("2025-12-01"), By: day("2025-12-31")})
	s.does("2026-01-05", &RequestDocuments{On: day("2026-01-05"), By: day("2026-02-05")})
	s.thenDue("documents", "2025-12-01", "2025-12-31").thenDue("documents", "2026-01-05", "2026-02-05")
	s.does("2026-01-07", &RecordDocumentsSupplied{On: day("2026-01-02")}).thenNotDue("documents", "2025-12-01").thenDue("documents", "2026-01-05", "2026-02-05")
	s.does("2026-01-20", &RecordDocumentsSupplied{On: day("2026-01-20")}).thenNotDue("documents", "")
}

func TestAnImprocedibilitaClosesTheFileAndMayBeAppealed(t *testing.T) {
	s := given(t, until("filed", wife)...).does("2026-02-16", &DeclareImprocedibile{On: day("2026-02-16"), Ground: "papers_missing"})
	s.ending(wife, Improcedibile).thenNotDue("decision", "").thenDue("appeal", girl, "2026-03-18")
	s.does("2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUIRefusal}).judged("2026-12-01", wife, Dismissed).ending(wife, Improcedibile)
	s.does("2026-12-03", decide("2026-12-03", "authorised")).ending(wife, "")
}

func TestADecisionTellsTheFilingDayOfACaseThatHadNone(t *testing.T) {
	s := given(t, told("2026-02-16", opening("2026-02-16")))
	s.when("2026-02-20", &DecideMembers{On: day("2026-02-20"), FiledOn: day("2025-11-03"), Decisions: []MemberDecision{{Ref: "2", Outcome: "refused"}}}).
		then(&ApplicationFiled{Term: term(rules.ReviewTerm, "2025-11-03", "2026-04-02")}, &MemberRefused{OfMember: of(child)}).
		thenDue("decision", "", "2026-04-02")
}

func TestACoesioneBeginsInItaly(t *testing.T) {
	s := given(t, told("2025-11-03", fileAs(Coesione, "2025-11-03"))).thenNotDue("decision", "").thenDue("permit_request", wife, "2025-11-17")
	if v := ViewOf(s.state(), book); v.Phase != PhaseArrival || v.Members[1].Stage != StagePresent || !v.Members[1].SchoolDue || v.Procedure != Coesione {
		t.Errorf("phase %s, stage %s, procedure %s", v.Phase, v.Members[1].Stage, v.Procedure)
	}
	s.does("2025-11-05", &RecordPresence{step(wife, "2025-11-03"), day("2025-10-31")}).thenDue("permit_request", wife, "2026-10-31").thenDue("school_request", child, "2025-11-10")
	s.when("2025-11-10", &RecordPermitRequested{step(wife, "2025-11-10")}).
		then(&PermitRequested{OfMember: of(wife), Indication: term(rules.PermitIndication, "2025-11-10", "2026-01-09")}).thenDue("permit", wife, "2026-01-09")
	s.does("2026-01-12", &RecordPermitIssued{step(wife, "2026-01-12"), day("2028-01-11")}).does("2026-01-20", &SettleMember{step(wife, "2026-01-20")}).ending(wife, Settled)
}

func TestARefugeesFamilyAndOneThatTravelsAlongGoThroughTheSUI(t *testing.T) {
	for _, p := range []Procedure{Refugee, AlSeguito, Reunification, ""} {
		given(t, told("2025-11-03", fileAs(p, "2025-11-03"))).thenDue("decision", "", "2026-04-02").does("2026-02-16", authorise("2026-02-16")).thenDue("visa_request", wife, "2026-08-17")
	}
}

func TestACitizensFamilyAsksForTheVisaAtOnce(t *testing.T) {
	s := given(t, told("2025-11-03", fileAs(OfCitizen, "2025-11-03"))).thenNotDue("decision", "").thenDue("visa_request", wife, "2025-11-17")
	s.does("2025-11-10", &RecordVisaRequested{Step: step(wife, "2025-11-10")}).thenDue("visa_decision", wife, "2025-12-10")
}

func TestANewApplicationIsLinkedToTheOneItSupersedes(t *testing.T) {
	a := application("2025-11-03")
	a.Supersedes = otherCase
	s := given(t).does("2025-11-03", &FileApplication{Application: a})
	if links := ViewOf(s.state(), book).Links; len(links) != 1 || links[0] != (Link{otherCase, Supersedes}) {
		t.Errorf("the links are %+v", links)
	}
}
