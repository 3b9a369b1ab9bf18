// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"testing"

	"ricongiungi/rules"
)

func TestTheFirstContactIsCountedFromTheHandOff(t *testing.T) {
	s := given(t, told("2025-11-03", file("2025-11-03")), told("2026-03-02", authorise("2026-02-16"))) // told two weeks late
	s.thenDue("first_contact", "", "2026-03-09").thenDue("information_pack", "", "2026-03-09")
	s.when("2026-03-04", &RecordContact{On: day("2026-03-04"), Channel: "phone"}).record().thenNotDue("first_contact", "")
	s.when("2026-03-04", &SendInformationPack{On: day("2026-03-04")}).record().thenNotDue("information_pack", "")
}

func TestTheInformationPackGoesOutInALanguageThatExists(t *testing.T) {
	for _, c := range []struct {
		asked     string
		languages []string
		fallback  bool
	}{
		{"", []string{"ar"}, false}, // the language of the application
		{"arz", []string{"ar"}, false},
		{"fr-SN", []string{"fr"}, false},
		{"ti", []string{"it", "en"}, true},
	} {
		t.Run(c.asked, func(t *testing.T) {
			asked := c.asked
			if asked == "" {
				asked = "ar"
			}
			s := given(t, until("authorised", wife)...).when("2026-03-02", &SendInformationPack{On: day("2026-03-02"), Language: c.asked}).
				then(&InformationPackSent{Asked: asked, Languages: c.languages, Fallback: c.fallback})
			var sent []string
			for _, e := range Effects(s.state(), s.facts[len(s.facts)-1]) {
				sent = append(sent, e.To+" "+e.Language)
			}
			var want []string
			for _, language := range c.languages {
				want = append(want, "family "+language)
			}
			if c.fallback {
				want = append(want, "counsellor ")
			}
			if !slices.Equal(sent, want) {
				t.Errorf("it goes to %q", sent)
			}
			if packs := ViewOf(s.state(), book).Packs; len(packs) != 1 || packs[0].Fallback != c.fallback {
				t.Errorf("the view shows %+v", packs)
			}
		})
	}
}

func TestPreferencesReplaceTheLanguageOfTheApplication(t *testing.T) {
	s := given(t, and(until("visa_granted", wife), told("2026-04-10", &SetContactPreferences{On: day("2026-04-10"), Language: "fr", Channel: "email", Reminders: true}))...)
	v := ViewOf(s.state(), book)
	if v.ContactLanguage != "fr" || v.ContactChannel != "email" || !v.FamilyReminders {
		t.Errorf("the view shows %s, %s, %v", v.ContactLanguage, v.ContactChannel, v.FamilyReminders)
	}
	s.when("2026-05-04", &RecordEntry{step(wife, "2026-05-04")}).record()
	if e := Effects(s.state(), s.facts[len(s.facts)-1]); e[0].Language != "fr" {
		t.Errorf("after that the family is written to in %q", e[0].Language)
	}
}

func TestTheNeedsProfileSealsWhoMayCollectTheChild(t *testing.T) {
	profile := NeedsProfile{Languages: []string{"arz"}, Script: "Arab", YearsOfSchool: 4, SchoolCountry: "EGY", LastGrade: 4,
		SchoolStopped: day("2025-06-30"), HealthFlags: []string{"medicine_at_school"}, SpecialSupport: true, SiblingsTogether: true}
	tell := &RecordNeedsProfile{Step: step(child, "2026-02-20"), NeedsProfile: profile, MayCollect: "Zia Amina"}
	s := given(t, until("authorised", wife)...).thenDue("needs_profile", child, "2026-03-18")
	s.when("2026-02-20", tell).then(&NeedsProfileRecorded{OfMember: of(child), NeedsProfile: profile}).thenNotDue("needs_profile", child)
	if text := asJSON(ViewOf(s.state(), book)); strings.Contains(text, "Amina") {
		t.Error("the view tells who may collect the child outside the sealed people")
	}
	if got := s.state().Member(child).Who; got.MayCollect != "Zia Amina" || got.GivenName != "Karim" {
		t.Errorf("the child is %+v", got)
	}
	s.when("2026-02-21", tell).thenNothing()
}

func TestTheConsulateGivesMovesAndMissesAnAppointment(t *testing.T) {
	s := given(t, until("authorised", wife)...).thenDue("consulate_request", wife, "2026-03-03").thenDue("nulla_osta_at_risk", wife, "2026-06-16")
	s.when("2026-03-04", &RequestConsulateAppointment{step(wife, "2026-03-04")}).then(&ConsulateAppointmentRequested{of(wife)}).
		thenNotDue("consulate_request", wife).thenDue("consulate_appointment", wife, "2026-04-03")
	s.when("2026-03-11", &RecordConsulateAppointment{step(wife, "2026-03-11"), noon("2026-04-09")}).
		then(&ConsulateAppointmentGiven{OfMember: of(wife), At: noon("2026-04-09").UTC()}).
		thenNotDue("consulate_appointment", wife).thenNotDue("nulla_osta_at_risk", wife).thenDue("consulate_visit", wife, "2026-04-09")
	s.when("2026-03-20", &RecordConsulateAppointment{step(wife, "2026-03-20"), noon("2026-04-16")}).
		then(&ConsulateAppointmentGiven{OfMember: of(wife), At: noon("2026-04-16").UTC(), Moved: true}).thenDue("consulate_visit", wife, "2026-04-16")
	s.when("2026-04-16", &RecordConsulateAppointmentMissed{step(wife, "2026-04-16"), "consulate_closed"}).record().
		thenDue("consulate_request", wife, "2026-04-20").thenDue("nulla_osta_at_risk", wife, "2026-06-16").thenNotDue("consulate_visit", wife)
	s.when("2026-04-17", &RequestConsulateAppointment{step(wife, "2026-04-17")}).record().thenDue("consulate_appointment", wife, "2026-05-18") // 17 May is a Sunday
	want := ConsulateView{AskedOn: day("2026-04-17"), Asked: 2, Moved: 1, MissedOn: day("2026-04-16"), Missed: 1}
	if got := *ViewOf(s.state(), book).Members[0].Consulate; got != want {
		t.Errorf("the view shows %+v", got)
	}
	s.when("2026-05-11", &RecordVisaRequested{Step: step(wife, "2026-05-11")}).record()
	for _, item := range []string{"consulate_appointment", "nulla_osta_at_risk", "papers"} {
		s.thenNotDue(item, wife)
	}
}

func TestAnAppointmentMayBeToldAfterTheVisaRequest(t *testing.T) {
	given(t, until("visa_granted", wife)...).when("2026-04-09", &RequestConsulateAppointment{step(wife, "2026-02-20")}).
		then(&ConsulateAppointmentRequested{of(wife)}).thenNotDue("consulate_appointment", wife)
}

func TestAnAppointmentAfterTheNullaOstaIsNoHelp(t *testing.T) {
	for at, useful := range map[string]bool{"2026-08-17": true, "2026-08-18": false} {
		s := given(t, until("authorised", wife)...).when("2026-03-11", &RecordConsulateAppointment{step(wife, "2026-03-11"), noon(at)}).record()
		if _, warned := s.due("nulla_osta_at_risk", wife); warned == useful {
			t.Errorf("an appointment on %s leads to a warning: %v", at, warned)
		}
		if late := ViewOf(s.state(), book).Members[0].Consulate.TooLate; late == useful {
			t.Errorf("an appointment on %s is shown as too late: %v", at, late)
		}
	}
}

func TestWithoutAnAppointmentTheWarningComesLongBeforeTheNullaOstaLapses(t *testing.T) {
	s := given(t, until("authorised", wife)...)
	_, lapses := marks(s.sleepThrough("2026-08-18"))
	warned := slices.Index(lapses, "2026-06-17 00:00 nulla_osta_at_risk "+wife)
	lapsed := slices.Index(lapses, "2026-08-18 00:00 nulla_osta_expired "+wife)
	if warned < 0 || lapsed < warned {
		t.Errorf("warned at %d, lapsed at %d of %q", warned, lapsed, lapses)
	}
}

func TestSchoolGuidanceBeforeDepartureIsForThoseOfFourteenToTwentyOne(t *testing.T) {
	for _, c := range []struct {
		born string
		due  bool
	}{{"2012-02-17", false}, {"2012-02-16", true}, {"2004-02-17", true}, {"2004-02-16", false}} {
		a := application("2025-11-03")
		a.Members[2].Who.BirthDate = day(c.born)
		s := given(t, told("2025-11-03", &FileApplication{Application: a}), told("2026-02-16", authorise("2026-02-16")))
		if _, due := s.due("school_guidance", girl); due != c.due {
			t.Errorf("for somebody born on %s it is due: %v", c.born, due)
		}
	}
	s := given(t, until("authorised", wife)...).thenDue("school_guidance", girl, "2026-04-17")
	s.when("2026-04-15", &RecordSchoolGuidance{step(girl, "2026-04-15"), "mentor"}).then(&SchoolGuidanceHeld{of(girl), "mentor"}).thenNotDue("school_guidance", girl)
}

func TestEveryPlanOfArrivalIsKept(t *testing.T) {
	s := given(t, and(until("visa_granted", wife),
		told("2026-04-09", &ExpectArrival{MemberID: wife, Expected: day("2026-06-05"), Confidence: "guess"}),
		told("2026-04-20", &ExpectArrival{MemberID: wife, Expected: day("2026-05-04"), Confidence: "ticket"}))...)
	want := []ArrivalPlan{{day("2026-04-09"), day("2026-06-05"), "guess"}, {day("2026-04-20"), day("2026-05-04"), "ticket"}}
	if got := ViewOf(s.state(), book).Members[0].Plans; !slices.Equal(got, want) {
		t.Errorf("the plans are %+v", got)
	}
}

// line finds a paper on a member's checklist.
func (s *story) line(member, stage, item string) CheckItem {
	s.t.Helper()
	list := Checklist(s.state(), s.state().Member(member), stage, s.book)
	at := slices.IndexFunc(list, func(c CheckItem) bool { return c.Item == item })
	if at < 0 {
		s.t.Fatalf("%s is not on the checklist of %s", item, stage)
	}
	return list[at]
}

func TestAPaperGoesFromMissingToVerified(t *testing.T) {
	s := given(t, until("authorised", wife)...).thenDue("papers", wife, "2026-04-02")
	check := func(status string, translation, legalisation bool) {
		t.Helper()
		if c := s.line(wife, rules.AtConsulate, "marriage_certificate"); c.Status != status || c.TranslationMissing != translation || c.LegalisationMissing != legalisation {
			t.Errorf("the certificate is %+v", c)
		}
	}
	check("missing", false, false)
	s.when("2026-03-02", &SupplyDocument{Step: step(wife, "2026-03-02"), Item: "marriage_certificate", PaperOrigin: PaperOrigin{IssuedOn: day("2026-02-20"), Language: "ar", Translation: "missing", Legalisation: "none"}}).record()
	check("supplied", true, true)
	s.when("2026-03-03", &VerifyDocument{Step: step(wife, "2026-03-03"), Item: "marriage_certificate", Verdict: "rejected", Authority: "consulate", Reason: "not_legalised"}).record()
	check("rejected", true, true)
	s.when("2026-03-16", &SupplyDocument{Step: step(wife, "2026-03-16"), Item: "marriage_certificate", PaperOrigin: PaperOrigin{IssuedOn: day("2026-02-20"), Language: "ar", Translation: "sworn", Legalisation: "legalised"}}).record()
	check("supplied", false, false)
	s.when("2026-03-17", &VerifyDocument{Step: step(wife, "2026-03-17"), Item: "marriage_certificate", Verdict: "accepted", Authority: "consulate"}).record()
	check("verified", false, false)
}

func TestAPaperInItalianNeedsNoTranslation(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-03-02", &SupplyDocument{Step: step(wife, "2026-03-02"), Item: "marriage_certificate", PaperOrigin: PaperOrigin{Language: "it"}}))...)
	if c := s.line(wife, rules.AtConsulate, "marriage_certificate"); c.TranslationMissing || c.LegalisationMissing {
		t.Errorf("the certificate is %+v", c)
	}
}

func TestOncePapersAreAllThereNobodyAsksForThem(t *testing.T) {
	s := given(t, until("authorised", wife)...)
	for _, c := range Checklist(s.state(), s.state().Member(wife), rules.AtConsulate, book) {
		s.thenDue("papers", wife, "2026-04-02")
		s.when("2026-03-02", &SupplyDocument{Step: step(wife, "2026-03-02"), Item: c.Item, PaperOrigin: PaperOrigin{Translation: "sworn", Legalisation: "apostille"}}).record()
	}
	s.thenNotDue("papers", wife)
}

func TestAPassportMustOutliveTheConsulateByThreeMonths(t *testing.T) {
	renewal := DeriveID(wife, "paper/passport")
	for expires, want := range map[string]string{"2026-11-17": "", "2026-11-16": "2026-07-17", "2026-04-30": "2026-03-02"} {
		s := given(t, and(until("authorised", wife), told("2026-03-02", &SupplyDocument{Step: step(wife, "2026-03-02"), Item: "passport", Expires: day(expires)}))...)
		d, due := s.due("paper_renewal", renewal)
		if d.Term.Due != day(want) {
			t.Errorf("a passport until %s is to be renewed by %s (%v)", expires, d.Term.Due, due)
		}
		if due && (d.About != "passport" || !strings.Contains(d.Explain(book).It, "Passaporto") || !strings.Contains(d.Explain(book).En, rules.By(d.Term.Due).En)) {
			t.Errorf("the renewal is about %s: %s", d.About, d.Explain(book).En)
		}
	}
}

func TestAPaperThatFailsOnTheDayOfTheAppointmentIsExpired(t *testing.T) {
	supplied := and(until("authorised", wife), told("2026-03-02", &SupplyDocument{Step: step(wife, "2026-03-02"), Item: "photos", PaperOrigin: PaperOrigin{IssuedOn: day("2025-10-09")}}))
	for at, status := range map[string]string{"2026-04-09": "supplied", "2026-04-10": "expired"} {
		s := given(t, and(supplied, told("2026-03-11", &RecordConsulateAppointment{step(wife, "2026-03-11"), noon(at)}))...)
		if c := s.line(wife, rules.AtConsulate, "photos"); c.Status != status || c.UseOn != day(at) || c.LastUse != day("2026-04-09") {
			t.Errorf("photographs of 9 October for an appointment on %s are %+v", at, c)
		}
	}
}

func TestTheSponsorsPapersHaveTheirOwnList(t *testing.T) {
	a := application("2025-11-03")
	a.FiledOn = day("")
	s := given(t, told("2025-10-06", &FileApplication{Application: a}), told("2025-10-07", &SupplyDocument{Step: step(father, "2025-10-07"), Item: "permit", Expires: day("2027-01-31")}),
		told("2025-10-08", &VerifyDocument{Step: step(father, "2025-10-08"), Item: "permit", Verdict: "accepted", Authority: "wemi"}))
	v := ViewOf(s.state(), book)
	if len(v.SponsorPapers) != 1 || len(v.SponsorChecks) != 7 {
		t.Fatalf("the sponsor has %d papers of %d", len(v.SponsorPapers), len(v.SponsorChecks))
	}
	for _, c := range v.SponsorChecks {
		if verified := c.Status == "verified"; verified != (c.Item == "permit") {
			t.Errorf("%s is %s", c.Item, c.Status)
		}
	}
}

func TestNoPaperHoldsUpTheWayToSchool(t *testing.T) {
	rejected := and(until("entered", child),
		told("2026-05-05", &SupplyDocument{Step: step(child, "2026-05-05"), Item: "school_reports"}),
		told("2026-05-05", &VerifyDocument{Step: step(child, "2026-05-05"), Item: "school_reports", Verdict: "rejected"}))
	s := given(t, rejected...)
	for _, c := range Checklist(s.state(), s.state().Member(child), rules.AtSchool, book) {
		if c.Need == rules.Required {
			t.Errorf("%s is required", c.Item)
		}
	}
	given(t, and(rejected, told("2026-05-12", &RequestSchool{Step: step(child, "2026-05-12")}), told("2026-05-18", &ProposePlace{step(child, "2026-05-18"), "MIIC8AA00X"}),
		told("2026-05-20", &AcceptPlace{step(child, "2026-05-20")}))...).when("2026-05-25", &RecordSchoolStarted{Step: step(child, "2026-05-25")}).
		then(&SchoolStarted{OfMember: of(child), SchoolCode: "MIIC8AA00X"})
}

func TestTheChecklistFollowsTheWay(t *testing.T) {
	for milestone, want := range map[string]string{
		"filed": "", "authorised": "consulate", "visa_requested": "arrival", "entered": "arrival kit residence school",
		"presented": "kit residence school", "permit_requested": "residence school", "school_started": "residence", "settled": "",
	} {
		s := given(t, until(milestone, child)...)
		var stages []string
		for _, c := range ViewOf(s.state(), book).Members[1].Checklist {
			if !slices.Contains(stages, c.Stage) {
				stages = append(stages, c.Stage)
			}
		}
		if got := strings.Join(stages, " "); got != want {
			t.Errorf("at %s the list has %q, not %q", milestone, got, want)
		}
	}
}

func TestTheReminderOfAPaperNamesIt(t *testing.T) {
	s := given(t, and(until("authorised", wife), told("2026-03-02", &SupplyDocument{Step: step(wife, "2026-03-02"), Item: "passport", Expires: day("2026-11-16")}))...)
	for _, f := range s.sleepThrough("2026-07-16") {
		if e, reminded := f.Event.(*ReminderRaised); reminded && e.Item == "paper_renewal" {
			if effects := Effects(s.state(), f); effects[0].About != "passport" {
				t.Errorf("the reminder sends %+v", effects)
			}
			return
		}
	}
	t.Error("nobody was reminded of the passport")
}

func TestTheEducationDepartmentSeesThePapersOfTheSchoolOnly(t *testing.T) {
	s := given(t, and(until("entered", child), told("2026-05-05", &RequestSchool{Step: step(child, "2026-05-05")}))...)
	whole := ViewOf(s.state(), book).Members[1].SupportView
	seen := whole.ForSchool()
	if len(seen.Checklist) == 0 || len(seen.Checklist) >= len(whole.Checklist) || seen.Settling != nil || seen.Permit != nil {
		t.Errorf("it sees %+v", seen)
	}
	for _, c := range seen.Checklist {
		if c.Stage != rules.AtSchool {
			t.Errorf("it sees %s of %s", c.Item, c.Stage)
		}
	}
}
