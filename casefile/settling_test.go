// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"strings"
	"testing"

	"ricongiungi/rules"
)

func TestAFridayBeforeALongWeekend(t *testing.T) {
	s := given(t, until("visa_granted", wife)...).when("2026-05-29", &RecordEntry{step(wife, "2026-05-29")}).record()
	s.thenDue("host_notice", wife, "2026-05-31").thenDue("presentation", wife, "2026-06-11") // 2 June does not count
}

func TestAParentOverSixtyFiveShowsHealthCoverWithinEightDays(t *testing.T) {
	for _, c := range []struct{ born, entered, due string }{
		{"1958-01-09", "2026-05-04", "2026-05-12"},
		{"1961-05-04", "2026-05-04", "2026-05-12"}, // sixty-five on that day
		{"1961-05-05", "2026-05-04", ""},
		{"1958-01-09", "2026-05-23", "2026-06-01"}, // 31 May is a Sunday
	} {
		a := application("2025-11-03")
		a.Members[0] = Applicant{Ref: "1", Kinship: Parent, Who: Particulars{BirthDate: day(c.born)}}
		s := given(t, told("2025-11-03", &FileApplication{Application: a}), told("2026-02-16", authorise("2026-02-16")), told(c.entered, &RecordEntry{step(wife, c.entered)}))
		if d, _ := s.due("health_cover", wife); d.Term.Due != day(c.due) {
			t.Errorf("born on %s and here on %s, the cover is due on %q", c.born, c.entered, d.Term.Due)
		}
	}
	a := application("2025-11-03")
	a.Members[0].Who.BirthDate = day("1958-01-09") // a wife of that age owes none
	given(t, told("2025-11-03", &FileApplication{Application: a}), told("2026-02-16", authorise("2026-02-16")), told("2026-05-04", &RecordEntry{step(wife, "2026-05-04")})).
		thenNotDue("health_cover", wife)
}

func TestLateHealthCoverIsFlagged(t *testing.T) {
	here := and(withGrandmother(), told("2026-05-04", &RecordEntry{step(grandmother, "2026-05-04")}))
	for on, late := range map[string]bool{"2026-05-12": false, "2026-05-13": true} {
		given(t, here...).when(on, &RecordHealthCover{step(grandmother, on), "insurance"}).
			then(&HealthCoverShown{OfMember: of(grandmother), Kind: "insurance", Late: late}).thenNotDue("health_cover", grandmother)
	}
}

func TestResidenceNeedsNoPermit(t *testing.T) {
	s := given(t, until("permit_requested", wife)...).thenDue("residence", wife, "2026-06-01").thenDue("health_enrolment", wife, "2026-06-10")
	s.when("2026-05-20", &RecordResidenceRegistered{step(wife, "2026-05-20")}).then(&ResidenceRegistered{of(wife)}).thenNotDue("residence", wife)
	s.when("2026-05-22", &RecordHealthEnrolled{step(wife, "2026-05-22")}).then(&HealthServiceEnrolled{of(wife)}).thenNotDue("health_enrolment", wife)
}

func TestTheReceiptGivesTheRightsOfThePermitFromTheRequest(t *testing.T) {
	s := given(t, until("permit_requested", wife)...).thenDue("permit_receipt", wife, "2026-05-18")
	s.when("2026-05-14", &RecordPermitReceipt{step(wife, "2026-05-14")}).then(&PermitReceiptSeen{of(wife)}).thenNotDue("permit_receipt", wife)
	if got := ViewOf(s.state(), book).Members[0].Permit.RightsFrom; got != day("2026-05-11") {
		t.Errorf("the rights run from %s", got)
	}
}

func TestFingerprintsAreTakenOnTheDayTheQuesturaSets(t *testing.T) {
	s := given(t, and(until("permit_requested", wife), told("2026-05-12", &BookFingerprints{step(wife, "2026-05-12"), noon("2026-06-23")}))...)
	s.thenDue("fingerprints", wife, "2026-06-23").thenDue("permit", wife, "2026-07-10")
	s.when("2026-06-01", &BookFingerprints{step(wife, "2026-06-01"), noon("2026-07-01")}).record().thenDue("fingerprints", wife, "2026-07-01")
	s.when("2026-07-01", &RecordFingerprintsTaken{step(wife, "2026-07-01")}).record().thenNotDue("fingerprints", wife)
}

func TestAPermitIsRenewedSixtyDaysBeforeItExpires(t *testing.T) {
	s := given(t, until("settled", child)...).thenDue("permit_renewal", child, "2028-05-20") // good until 19 July 2028
	d, _ := s.due("permit_renewal", child)
	want := rules.Text{
		It: "Il permesso vale fino al 19/7/2028: il rinnovo si chiede almeno 60 giorni prima, entro il 20/5/2028 (art. 5 c. 4 TUI).",
		En: "The permit is good until 19 July 2028: its renewal is to be asked for at least 60 days before, by 20 May 2028 (art. 5 c. 4 TUI).",
	}
	if got := d.Explain(book); got != want {
		t.Errorf("explained as\n%s\n%s", got.It, got.En)
	}
	s.when("2028-05-15", &RecordPermitRenewalRequested{step(child, "2028-05-15")}).then(&PermitRenewalRequested{OfMember: of(child)}).thenNotDue("permit_renewal", child)
	s.when("2028-08-01", &RecordPermitIssued{step(child, "2028-08-01"), day("2030-07-31")}).
		then(&PermitIssued{OfMember: of(child), Expires: day("2030-07-31")}).thenDue("permit_renewal", child, "2030-06-01")
}

func TestARenewalAfterTheLastDayIsFlagged(t *testing.T) {
	for on, late := range map[string]bool{"2028-07-19": false, "2028-07-20": true} {
		given(t, until("settled", child)...).when(on, &RecordPermitRenewalRequested{step(child, on)}).
			then(&PermitRenewalRequested{OfMember: of(child), Late: late})
	}
}

// signed is a history in which the girl entered at sixteen and has signed.
func signed() []telling {
	return and(until("presented", girl), told("2026-05-08", &RecordAgreementSigned{step(girl, "2026-05-08")}))
}

func TestTheParentsSignWithAMinor(t *testing.T) {
	s := given(t, signed()...).thenDue("agreement_cosignature", girl, "2026-05-15")
	s.when("2026-05-11", &RecordAgreementCosigned{step(girl, "2026-05-11")}).then(&AgreementCosigned{of(girl)}).thenNotDue("agreement_cosignature", girl)
	given(t, and(until("presented", wife), told("2026-05-08", &RecordAgreementSigned{step(wife, "2026-05-08")}))...).thenNotDue("agreement_cosignature", wife)
}

func TestWhoIsExemptOwesNoAgreement(t *testing.T) {
	s := given(t, until("entered", wife)...).thenDue("agreement", wife, "2026-05-14")
	s.when("2026-05-06", &ExemptFromAgreement{step(wife, "2026-05-06"), "health"}).
		then(&AgreementExempted{of(wife), "health"}).thenNotDue("agreement", wife)
	s = given(t, and(signed(), told("2026-06-01", &ExemptFromAgreement{step(girl, "2026-06-01"), "health"}))...)
	for _, item := range []string{"civics", "agreement_cosignature", "agreement_assessment"} {
		s.thenNotDue(item, girl)
	}
}

func TestAMissedCivicSessionCostsFifteenCredits(t *testing.T) {
	s := given(t, signed()...).thenDue("civics", girl, "2026-08-08")
	s.when("2026-08-10", &RecordCivicsSession{step(girl, "2026-08-10"), false}).
		then(&CivicsSessionRecorded{OfMember: of(girl), Late: true, CreditsLost: 15}).thenNotDue("civics", girl)
	if got := s.state().Member(girl).Agreed.Credits; got != 1 {
		t.Errorf("of sixteen credits %d are left", got)
	}
	s.when("2026-09-14", &RecordCivicsSession{step(girl, "2026-09-14"), true}).
		then(&CivicsSessionRecorded{OfMember: of(girl), Attended: true, Late: true})
	if got := s.state().Member(girl).Agreed.Credits; got != 1 {
		t.Errorf("after a later session %d credits are left", got)
	}
}

func TestAMissedCivicSessionIsNotMissedTwice(t *testing.T) {
	given(t, and(signed(), told("2026-08-10", &RecordCivicsSession{step(girl, "2026-08-10"), false}))...).
		when("2026-08-11", &RecordCivicsSession{step(girl, "2026-08-11"), false}).thenRefused("already_recorded")
}

func TestTheAgreementIsAssessedAfterTwoYearsAndExtendedOnce(t *testing.T) {
	extension := term(rules.AgreementExtension, "2028-05-08", "2029-05-08")
	for _, c := range []struct {
		credits int
		outcome string
	}{{30, "fulfilled"}, {29, "extended"}, {1, "extended"}, {0, "not_fulfilled"}, {-3, "not_fulfilled"}} {
		want := &AgreementAssessed{OfMember: of(girl), Credits: c.credits, Required: 30, Outcome: c.outcome}
		if c.outcome == "extended" {
			want.Extended = extension
		}
		s := given(t, signed()...).thenDue("agreement_assessment", girl, "2028-05-08").
			when("2028-05-10", &AssessAgreement{step(girl, "2028-05-10"), c.credits}).then(want)
		if c.outcome != "extended" {
			s.thenNotDue("agreement_assessment", girl)
			continue
		}
		s.thenDue("agreement_assessment", girl, "2029-05-08").when("2029-05-10", &AssessAgreement{step(girl, "2029-05-10"), 29}).
			then(&AgreementAssessed{OfMember: of(girl), Credits: 29, Required: 30, Outcome: "not_fulfilled"}).thenNotDue("agreement_assessment", girl)
	}
}

func TestABirthdayIsNotedByItsQuarterAndNotByItsDay(t *testing.T) {
	s := given(t, until("authorised", girl)...) // she turns sixteen on 4 May 2026
	d, ok := s.due("birthday", DeriveID(girl, "age/16"))
	if !ok || d.Term.Due != day("2026-03-01") || d.About != "age_16" {
		t.Fatalf("the birthday is noted as %+v", d)
	}
	s.sleepThrough("2026-06-01")
	for _, f := range s.facts {
		if strings.Contains(asJSON(f.Event), "2010-05-04") || EventName(f.Event) == "age_noted" && strings.Contains(asJSON(f.Event), "05-04") {
			t.Errorf("the log tells the birthday: %s", asJSON(f.Event))
		}
	}
	s.thenNotDue("birthday", DeriveID(girl, "age/16"))
	if got := s.state().Member(girl).AgesNoted; len(got) != 1 || got[0] != 16 {
		t.Errorf("noted are %v", got)
	}
}

func TestABirthdayIsNoStepOfTheWay(t *testing.T) {
	s := given(t, until("authorised", girl)...)
	for _, f := range s.sleepThrough("2026-03-02") {
		if mark, told := notice(f); told && mark.Item == "birthday" {
			t.Error("somebody is reminded of a birthday")
		}
	}
}

func TestTheCounsellorHearsOfABirthdayAheadButNotOfOneLongPast(t *testing.T) {
	for recorded, told := range map[string]int{"2026-03-02": 1, "2026-06-30": 1, "2026-07-01": 0} {
		s := given(t, until("authorised", girl)...).when(recorded, &Wake{}).record()
		for _, f := range s.facts {
			if e, noted := f.Event.(*AgeNoted); noted && e.MemberID == girl && e.Age == 16 && len(Effects(s.state(), f)) != told {
				t.Errorf("noted on %s, %d are told", recorded, len(Effects(s.state(), f)))
			}
		}
	}
}
