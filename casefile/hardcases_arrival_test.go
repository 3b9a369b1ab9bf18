// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"testing"

	"ricongiungi/rules"
)

// withSonOfSeventeen is a family whose second child turns eighteen on 1 March 2026, after the
// filing and after the nulla osta.
func withSonOfSeventeen() []telling {
	a := application("2025-11-03")
	a.Members[1].Who.BirthDate = day("2008-03-01")
	return []telling{told("2025-11-03", &FileApplication{Application: a}), told("2026-02-16", authorise("2026-02-16"))}
}

// What counts for the right to come is the day of filing; what counts for the
// duties after the entry is the day of entry.
func TestHardCase01AChildTurnsEighteenAfterTheFiling(t *testing.T) {
	asks := func(s *story) bool {
		return slices.ContainsFunc(Checklist(s.state(), s.state().Member(child), rules.AtConsulate, book), func(c CheckItem) bool { return c.Item == "parental_consent" })
	}
	s := given(t, withSonOfSeventeen()...)
	if !asks(s) {
		t.Error("while he is a minor the consulate needs the other parent's consent")
	}
	s.when("2026-03-10", &RecordVisaRequested{Step: step(child, "2026-03-10")}).record()
	if asks(s) {
		t.Error("the consulate asks a grown-up for the other parent's consent")
	}
	s.when("2026-04-08", &RecordVisaGranted{step(child, "2026-04-08"), day("2026-10-05")}).record()
	s.when("2026-05-04", &RecordEntry{step(child, "2026-05-04")}).then(&Entered{
		OfMember: of(child), Presentation: term(rules.Presentation, "2026-05-04", "2026-05-14"), HostNotice: term(rules.HostNotice, "2026-05-04", "2026-05-06"),
		AgreementDue: true, SchoolDue: false,
	})
	s.when("2026-05-08", &RecordAgreementSigned{step(child, "2026-05-08")}).record().thenNotDue("agreement_cosignature", child)
	if m := s.state().Member(child); m.Kinship != MinorChild || m.Ending != "" {
		t.Errorf("the right to come is gone: %s, %q", m.Kinship, m.Ending)
	}
}

func TestHardCase01TheEighteenthBirthdayOnTheWayIsNoted(t *testing.T) {
	s := given(t, withSonOfSeventeen()...)
	if d, ok := s.due("birthday", DeriveID(child, "age/18")); !ok || d.Term.Due != day("2026-02-16") {
		t.Errorf("the birthday is noted by %q (%v)", d.Term.Due, ok)
	}
}

func TestHardCase03AGirlTurnsSixteenBetweenVisaAndEntry(t *testing.T) {
	granted := until("visa_granted", girl)
	for _, c := range []struct {
		entered        string
		agreement      bool
		form, cosigned bool
	}{{"2026-05-03", false, false, false}, {"2026-05-04", true, true, true}} {
		s := given(t, and(granted, told(c.entered, &RecordEntry{step(girl, c.entered)}))...)
		if got := s.state().Member(girl).AgreementDue; got != c.agreement {
			t.Errorf("entered on %s, the agreement is due: %v", c.entered, got)
		}
		form := slices.ContainsFunc(Checklist(s.state(), s.state().Member(girl), rules.AtArrival, book), func(p CheckItem) bool { return p.Item == "agreement_form" })
		if form != c.form {
			t.Errorf("entered on %s, the SUI asks for the form: %v", c.entered, form)
		}
		s.when("2026-05-08", &RecordAgreementSigned{step(girl, "2026-05-08")})
		if !c.agreement {
			s.thenRefused("agreement_not_due")
			continue
		}
		s.then(&AgreementSigned{OfMember: of(girl), Credits: 16, Civics: term(rules.AgreementCivics, "2026-05-08", "2026-08-08"),
			Term: term(rules.AgreementTerm, "2026-05-08", "2028-05-08"), Minor: true}).thenDue("agreement_cosignature", girl, "2026-05-15")
	}
}

// Whoever is told in September that a girl came in April must reckon as of
// April: she was fifteen, her terms ran from then, and nobody is chased for them.
func TestHardCase16AnEntryToldMonthsLate(t *testing.T) {
	s := given(t, and(until("visa_granted", girl), told("2026-04-10", &SetContactPreferences{On: day("2026-04-10"), Language: "ar", Channel: "phone", Reminders: true}))...)
	s.when("2026-09-01", &RecordEntry{step(girl, "2026-04-20")}).then(&Entered{
		OfMember: of(girl), Presentation: term(rules.Presentation, "2026-04-20", "2026-04-30"), HostNotice: term(rules.HostNotice, "2026-04-20", "2026-04-22"),
		AgreementDue: false, SchoolDue: true,
	})
	entry := s.facts[len(s.facts)-1]
	if effects := Effects(s.state(), entry); len(effects) > 0 {
		t.Errorf("in September the family is told of duties of April: %v", effects)
	}
	s.thenDue("presentation", girl, "2026-04-30").thenDue("check_in", "3", "2026-07-20")
	s.when("2026-09-01", &Wake{}).record()
	for _, f := range s.facts {
		if e, lapsed := f.Event.(*TermLapsed); lapsed && e.MemberID == girl && e.Part == Arrival && !e.Quiet {
			t.Errorf("somebody is chased for %s of %s", e.Item, e.Term.Due)
		}
	}
	s.when("2026-09-02", &RecordPresentation{step(girl, "2026-04-28")}).then(&PresentedAtSUI{OfMember: of(girl)}) // in time, told late
	s.when("2026-09-02", &RecordPermitRequested{step(girl, "2026-05-04")}).
		then(&PermitRequested{OfMember: of(girl), Late: true, Indication: term(rules.PermitIndication, "2026-05-04", "2026-07-03")}).
		thenDue("residence", girl, "2026-05-25") // 24 May is a Sunday
}

func TestHardCase16ACorrectedEntryMovesWhatHangsOnIt(t *testing.T) {
	s := given(t, until("entered", girl)...).thenDue("presentation", girl, "2026-05-14")
	s.when("2026-09-01", &CorrectEvent{EventID: s.eventID("entered", girl), Reason: "misread_stamp", Type: "record_entry", Body: body(&RecordEntry{step(girl, "2026-04-30")})}).record()
	s.thenDue("presentation", girl, "2026-05-13").thenDue("host_notice", girl, "2026-05-02").thenNotDue("agreement", girl) // she was still fifteen
}
