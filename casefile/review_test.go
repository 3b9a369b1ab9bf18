// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"reflect"
	"strings"
	"testing"

	"ricongiungi/rules"
)

func TestTheReviewTakes90DaysIfFiledOn3October2025And150From4October(t *testing.T) {
	given(t, told("2025-10-03", file("2025-10-03"))).thenDue("decision", "", "2026-01-02") // 1 January is a holiday
	given(t, told("2025-10-04", file("2025-10-04"))).thenDue("decision", "", "2026-03-03")
}

func TestTheTermAppliedAtFilingIsRecordedWithItsRow(t *testing.T) {
	s := given(t).when("2025-10-03", file("2025-10-03"))
	filed := s.drafts[len(s.drafts)-1].Event.(*ApplicationFiled)
	if want := (rules.Ref{Rule: rules.ReviewTerm, ValidFrom: day("2017-02-18")}); filed.Term.Ref != want {
		t.Errorf("recorded row %v, not %v", filed.Term.Ref, want)
	}
}

func TestAFilingJustBeforeMidnightInRomeCountsForThatDay(t *testing.T) {
	instant := day("2025-10-04").Start().Add(-1)
	given(t).whenAt(instant, file("2025-10-03")).record().thenDue("decision", "", "2026-01-02")
	given(t).whenAt(instant, file("2025-10-04")).thenRefused("day_in_future")
}

func TestANoticeOfRefusalSuspendsTheClock(t *testing.T) {
	filed := told("2025-11-03", file("2025-11-03")) // 150 days: 2 April 2026
	notice := told("2026-01-12", &NotifyRefusal{On: day("2026-01-12")})
	for _, c := range []struct {
		why   string
		after []telling
		due   string
	}{
		{"without a notice the term is whole", nil, "2026-04-02"},
		{"without observations it stands still for the ten days to answer", []telling{notice}, "2026-04-13"}, // 12 April is a Sunday
		{"observations on day 8 suspend it for 18 days", []telling{notice, told("2026-01-20", &FileObservations{On: day("2026-01-20")})}, "2026-04-20"},
		{"observations on day 10 suspend it for 20 days", []telling{notice, told("2026-01-22", &FileObservations{On: day("2026-01-22")})}, "2026-04-22"},
		{"observations on day 11 are late and move nothing", []telling{notice, told("2026-01-23", &FileObservations{On: day("2026-01-23")})}, "2026-04-13"},
	} {
		t.Run(c.why, func(t *testing.T) {
			given(t, and([]telling{filed}, c.after...)...).thenDue("decision", "", c.due)
		})
	}
}

func TestObservationsSayWhetherTheyCameInTime(t *testing.T) {
	filed := until("filed", wife)
	notice := told("2026-01-12", &NotifyRefusal{On: day("2026-01-12")})
	given(t, and(filed, notice)...).when("2026-01-22", &FileObservations{On: day("2026-01-22")}).then(&ObservationsFiled{InTime: true, NoticeOn: day("2026-01-12")})
	given(t, and(filed, notice)...).when("2026-01-23", &FileObservations{On: day("2026-01-23")}).then(&ObservationsFiled{InTime: false, NoticeOn: day("2026-01-12")})
}

func TestTheReviewGoesOnWhenANoticeIsAnsweredOrNoLongerCanBe(t *testing.T) {
	noticed := and(until("filed", wife), told("2026-01-12", &NotifyRefusal{On: day("2026-01-12")}))
	for _, c := range []struct {
		why   string
		then  telling
		phase Phase
	}{
		{"before the tenth day is over", told("2026-01-22", &Wake{}), PhaseRefusalNotified},
		{"after the tenth day", told("2026-01-23", &Wake{}), PhaseUnderReview},
		{"answered", told("2026-01-20", &FileObservations{On: day("2026-01-20")}), PhaseUnderReview},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got := given(t, and(noticed, c.then)...).state().Phase(); got != c.phase {
				t.Errorf("the phase is %s", got)
			}
		})
	}
}

func TestTheDayToAnswerANoticeMovesOffASunday(t *testing.T) {
	given(t, and(until("filed", wife), told("2026-01-15", &NotifyRefusal{On: day("2026-01-15")}))...).
		thenDue("observations", "2026-01-15", "2026-01-26").
		when("2026-01-26", &FileObservations{On: day("2026-01-26")}).then(&ObservationsFiled{InTime: true, NoticeOn: day("2026-01-15")})
}

func TestOverlappingNoticesNeverCountADayTwice(t *testing.T) {
	first := told("2026-01-12", &NotifyRefusal{On: day("2026-01-12")})
	for _, c := range []struct {
		why    string
		second string
		days   int
	}{
		{"second within the first", "2026-01-16", 14},
		{"second on the day the clock resumes", "2026-01-22", 21}, // ten days end on Sunday 1 February
		{"second well after the first", "2026-02-09", 20},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := given(t, and(until("filed", wife), first, told(c.second, &NotifyRefusal{On: day(c.second)}))...)
			clock := s.state().Review.Clock(book)
			if got := clock.suspended(); got != c.days {
				t.Errorf("suspended for %d days, not %d: %v", got, c.days, clock.Pauses)
			}
		})
	}
}

func TestANoticeBefore17July2020StartsTheTermAgain(t *testing.T) {
	filed := told("2020-05-18", file("2020-05-18"))
	given(t, filed, told("2020-07-16", &NotifyRefusal{On: day("2020-07-16")})).
		thenDue("decision", "", "2020-10-26") // 90 days from the end of the term to answer, 27 July
	given(t, filed, told("2020-07-16", &NotifyRefusal{On: day("2020-07-16")}), told("2020-07-20", &FileObservations{On: day("2020-07-20")})).
		thenDue("decision", "", "2020-10-19") // 18 October is a Sunday
	given(t, filed, told("2020-07-17", &NotifyRefusal{On: day("2020-07-17")})).
		thenDue("decision", "", "2020-08-26")
}

func TestATermThatHasRunOutIsNotRevivedByANotice(t *testing.T) {
	given(t, told("2025-11-03", file("2025-11-03")), told("2026-05-04", &NotifyRefusal{On: day("2026-05-04")})).
		thenDue("decision", "", "2026-04-02")
}

func TestADecisionAfterTheTermIsLateAndValid(t *testing.T) {
	filed := told("2025-11-03", file("2025-11-03"))
	late := ViewOf(given(t, filed, told("2026-04-03", authorise("2026-04-03"))).state(), book)
	inTime := ViewOf(given(t, filed, told("2026-04-02", authorise("2026-04-02"))).state(), book)
	if !late.Review.Late || inTime.Review.Late || late.Members[0].Stage != StageAuthorised {
		t.Errorf("late: %v, in time: %v, stage: %s", late.Review.Late, !inTime.Review.Late, late.Members[0].Stage)
	}
}

func TestTheReviewWaitsForThePapersUntilTheDayTheSUISet(t *testing.T) {
	ask := told("2025-12-01", &RequestDocuments{On: day("2025-12-01"), By: day("2025-12-31")})
	s := given(t, and(until("filed", wife), ask)...).thenDue("documents", "", "2025-12-31")
	d, _ := s.due("documents", "")
	if why := d.Explain(book).En; !strings.Contains(why, "a day named in the act") {
		t.Errorf("the day is explained as %q", why)
	}
	s.when("2025-12-20", &RecordDocumentsSupplied{On: day("2025-12-20")}).then(&DocumentsSupplied{}).thenNotDue("documents", "")
}

func TestOneDecisionMayAuthoriseSomeAndRefuseOthers(t *testing.T) {
	s := given(t, until("filed", wife)...).when("2026-02-16", &DecideMembers{On: day("2026-02-16"), Decisions: []MemberDecision{
		{Ref: "1", Outcome: "refused", Ground: "two_year_residence"}, {MemberID: child, Outcome: "authorised"}, {Ref: "3", Outcome: "authorised"},
	}}).then(
		&MemberRefused{OfMember: of(wife), Ground: "two_year_residence"},
		&NullaOstaIssued{OfMember: of(child), VisaBy: term(rules.NullaOstaValidity, "2026-02-16", "2026-08-17")}, // 16 August is a Sunday
		&NullaOstaIssued{OfMember: of(girl), VisaBy: term(rules.NullaOstaValidity, "2026-02-16", "2026-08-17")},
	)
	if m := s.state().Member(wife); m.Ending != RefusedFinal {
		t.Errorf("the wife's path ends with %q", m.Ending)
	}
	s.thenDue("visa_request", child, "2026-08-17").thenNotDue("visa_request", wife).thenNotDue("decision", "")
}

func TestTheDecisionStaysDueWhileAMemberAwaitsIt(t *testing.T) {
	s := given(t, until("filed", wife)...).when("2026-02-16", decide("2026-02-16", "authorised")).record().
		thenDue("decision", "", "2026-04-02").thenDue("visa_request", wife, "2026-08-17")
	s.when("2026-03-02", &DecideMembers{On: day("2026-03-02"), Decisions: []MemberDecision{{Ref: "2", Outcome: "authorised"}, {Ref: "3", Outcome: "refused"}}}).
		record().thenNotDue("decision", "")
}

func TestADecisionMayOpenTheCaseAndTheFilingBeToldLater(t *testing.T) {
	s := given(t).when("2026-02-16", opening("2026-02-16"))
	if got := s.names(); got != "[case_opened member_listed member_listed member_listed nulla_osta_issued]" {
		t.Fatalf("decided %s", got)
	}
	s.record().when("2026-02-20", file("2025-11-03")).then(&ApplicationFiled{Term: term(rules.ReviewTerm, "2025-11-03", "2026-04-02")})
}

func TestARefusalMayBeReversed(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2026-02-16", decide("2026-02-16", "refused")))...)
	s.when("2026-06-01", decide("2026-06-01", "authorised")).
		then(&NullaOstaIssued{OfMember: of(wife), VisaBy: term(rules.NullaOstaValidity, "2026-06-01", "2026-12-01")})
	if m := s.state().Member(wife); m.Ending != "" || m.Stage() != StageAuthorised {
		t.Errorf("the wife's ending is %q, her stage %s", m.Ending, m.Stage())
	}
}

func TestARevocationWithoutNamesMeansEverybodyAuthorised(t *testing.T) {
	given(t, and(until("filed", wife), told("2026-02-16", decide("2026-02-16", "refused", "authorised", "authorised")))...).
		when("2026-03-02", &RevokeNullaOsta{On: day("2026-03-02"), Ground: "false_papers"}).
		then(&NullaOstaRevoked{of(child), "false_papers"}, &NullaOstaRevoked{of(girl), "false_papers"})
}

func TestARevocationDoesNotReachTheDead(t *testing.T) {
	given(t, and(until("authorised", wife), told("2026-03-01", &RecordDeath{On: day("2026-03-01"), PersonID: wife}))...).
		when("2026-03-02", &RevokeNullaOsta{On: day("2026-03-02"), Refs: []string{"1"}}).thenNothing()
}

func TestPausesMergeInOrder(t *testing.T) {
	pause := func(from, to string) Pause { return Pause{From: day(from), To: day(to)} }
	var ledger []Pause
	for _, p := range []Pause{pause("2026-03-10", "2026-03-20"), pause("2026-01-10", "2026-01-20"), pause("2026-01-20", "2026-01-25"), pause("2026-01-05", "2026-01-12")} {
		ledger = addPause(ledger, p)
	}
	if want := []Pause{pause("2026-01-05", "2026-01-25"), pause("2026-03-10", "2026-03-20")}; !reflect.DeepEqual(ledger, want) {
		t.Errorf("the ledger is %v, not %v", ledger, want)
	}
}
