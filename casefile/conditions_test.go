// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ricongiungi/rules"
)

// soundConditions is a check of the family of most tests in which nothing is
// missing: an old permit, income and home enough for four.
func soundConditions(on string) *RecordConditions {
	return &RecordConditions{
		On: day(on),
		Sponsor: SponsorFacts{Permit: "employed_work", PermitMonths: 24, ResidentSince: day("2020-02-01"),
			IncomeYear: 2025, Income: 1400000, Cohabitants: []int{360000}},
		Home: HomeFacts{Persons: 4, Area: 60, Bedrooms: []int{14, 15}, LivingRoom: 14, Height: 270, Certificate: Yes},
		Members: []MemberFacts{
			{MemberID: wife, Separated: No, AnotherSpouse: No},
			{MemberID: child, Married: No, OtherParent: Yes},
			{MemberID: girl, Married: No, OtherParent: Yes},
		},
	}
}

func (s *story) checked(on string, change func(*RecordConditions)) *story {
	s.t.Helper()
	c := soundConditions(on)
	if change != nil {
		change(c)
	}
	if s.when(on, c); s.refusal != nil {
		s.t.Fatalf("refused with %s", s.refusal.Code)
	}
	return s.record()
}

// verdict finds what the state holds of one condition of one member.
func (s *story) verdict(member, condition string) Verdict {
	s.t.Helper()
	verdicts := s.state().Member(member).Conditions
	at := slices.IndexFunc(verdicts, func(v Verdict) bool { return v.Condition == condition })
	if at < 0 {
		s.t.Fatalf("there is no verdict on %s among %+v", condition, verdicts)
	}
	return verdicts[at]
}

func (s *story) thenVerdict(member, condition, outcome, rule string) *story {
	s.t.Helper()
	if v := s.verdict(member, condition); v.Outcome != outcome || v.Rule != rule {
		s.t.Errorf("%s is %s by %s, not %s by %s", condition, v.Outcome, v.Rule, outcome, rule)
	}
	return s
}

func TestAFamilyThatMeetsEveryConditionIsToldSo(t *testing.T) {
	s := given(t, until("filed", wife)...).checked("2025-11-10", nil)
	for _, m := range s.state().Members {
		for _, v := range m.Conditions {
			if v.Outcome != Met && v.Outcome != NotNeeded {
				t.Errorf("%s of %s is %s", v.Condition, m.Ref, v.Outcome)
			}
		}
	}
	if v := s.verdict(wife, "income"); v.Required != 1750743 || v.ValidFrom != day("2025-01-01") {
		t.Errorf("the floor for three relatives in 2025 is %+v", v)
	}
}

func TestWhatIsNotToldIsUnknownAndNothingIsRefused(t *testing.T) {
	s := given(t, until("filed", wife)...).when("2025-11-10", &RecordConditions{On: day("2025-11-10")}).record()
	for _, condition := range []string{"sponsor_permit", "residence", "income", "housing", "union"} {
		if v := s.verdict(wife, condition); v.Outcome != Unknown {
			t.Errorf("%s is %s", condition, v.Outcome)
		}
	}
	s.when("2025-11-10", authorise("2025-11-10"))
	if s.refusal != nil {
		t.Errorf("the decision is refused with %s", s.refusal.Code)
	}
}

func TestChecksOfTomorrowAndOfStrangersAreRefused(t *testing.T) {
	s := given(t, until("filed", wife)...)
	s.when("2025-11-10", soundConditions("2025-11-11")).thenRefused("day_in_future")
	stranger := soundConditions("2025-11-10")
	stranger.Members[0].MemberID = counsellorID
	s.when("2025-11-10", stranger).thenRefused("unknown_member")
}

// A verdict that changes back is recorded again: it is not what stood last.
func TestTheLastCheckCounts(t *testing.T) {
	s := given(t, until("filed", wife)...).checked("2025-11-10", nil)
	poor := func(c *RecordConditions) { c.Sponsor.Income, c.Sponsor.Cohabitants = 900000, nil }
	s.checked("2025-11-10", poor).thenVerdict(wife, "income", NotMet, rules.SocialAllowance)
	s.when("2025-11-10", soundConditions("2025-11-10"))
	if len(s.drafts) != 1 {
		t.Fatalf("the check that stood before the last decided %d events", len(s.drafts))
	}
	s.record().thenVerdict(wife, "income", Met, rules.SocialAllowance)
}

func TestTheFiguresOfACheckAreSealedWithTheirPersons(t *testing.T) {
	s := given(t, until("filed", wife)...).when("2025-11-10", soundConditions("2025-11-10"))
	draft := s.drafts[0]
	for _, secret := range []string{"1400000", "360000", "2020-02-01", "employed_work"} {
		if strings.Contains(asJSON(draft.Event), secret) {
			t.Errorf("the event tells %s", secret)
		}
		if !strings.Contains(draft.Private[father].Figures, secret) {
			t.Errorf("the sponsor's sealed part does not hold %s", secret)
		}
	}
	if !strings.Contains(draft.Private[child].Figures, "other_parent") || strings.Contains(draft.Private[father].Figures, "other_parent") {
		t.Error("what is known of the child is not with the child alone")
	}
	if s.record().state().Sponsor.Figures != "" {
		t.Error("the figures became a property of the person")
	}
}

func TestHardCase01AChildOfEighteenKeepsTheRightOfTheFiling(t *testing.T) {
	s := given(t, told("2025-11-03", file("2025-11-03")))
	s.checked("2028-06-01", nil).thenVerdict(girl, "age", Met, rules.MinorAge)
	if got := s.verdict(girl, "age"); got.Required != 18 {
		t.Errorf("the limit is %d", got.Required)
	}
}

// The girl turns eighteen on 4 May 2028: on the evening of the third she is a
// minor for one minute more.
func TestHardCase02TheDayOfTheFilingIsTheDayInRome(t *testing.T) {
	for _, c := range []struct {
		instant, outcome string
	}{{"2028-05-03T21:59:00Z", Met}, {"2028-05-03T22:00:00Z", NotMet}} {
		at, err := time.Parse(time.RFC3339, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		filed := rules.DateOf(at).String()
		given(t, told("2028-06-01", file(filed))).checked("2028-06-01", nil).thenVerdict(girl, "age", c.outcome, rules.MinorAge)
	}
}

// Three children are under fourteen when the application is filed and count
// together, although the girl turns fourteen before the check; an office that
// reads the law otherwise changes one row.
func TestHardCase04AChildWhoPassesFourteenDuringTheReview(t *testing.T) {
	young := application("2025-11-03")
	young.Members[2].Who.BirthDate = day("2012-01-15")
	young.Members = append(young.Members, Applicant{Ref: "4", Kinship: MinorChild, Who: Particulars{BirthDate: day("2017-06-01")}})
	filed := told("2025-11-03", &FileApplication{Application: young})
	s := given(t, filed).checked("2026-02-02", nil)
	if v := s.verdict(wife, "income"); v.Required != 1750743 {
		t.Errorf("the floor of the filing day is %+v", v)
	}
	consent := func(c *RecordConditions) {
		c.Home = HomeFacts{OwnersConsent: Yes, OtherChild: No}
	}
	s.checked("2026-02-02", consent).thenVerdict(girl, "housing", Met, rules.HousingConsentAge).
		thenVerdict(wife, "housing", Unknown, rules.HousingAreaFirst)
	atCheck := given(t, filed)
	atCheck.book = overridden(t, "eligibility.under_fourteen_day,at_check,choice,1998-03-27,,circolare,policy,a,b")
	atCheck.checked("2026-02-02", nil)
	if v := atCheck.verdict(wife, "income"); v.Required != 2100891 {
		t.Errorf("the floor of the day of the check is %+v", v)
	}
	atCheck.checked("2026-02-02", consent).thenVerdict(girl, "housing", Unknown, rules.HousingAreaFirst)
}

func TestHardCase05ASpouseFailsTheTwoYearsAndTheChildrenPass(t *testing.T) {
	s := given(t, until("filed", wife)...)
	s.checked("2025-11-10", func(c *RecordConditions) { c.Sponsor.ResidentSince = day("2024-03-01") })
	s.thenVerdict(wife, "residence", NotMet, rules.Residence)
	s.thenVerdict(child, "residence", NotNeeded, rules.ResidenceMinors)
	view := ViewOf(s.state(), book)
	if view.ConditionsOn != day("2025-11-10") || len(view.Members[0].Conditions) == 0 || len(view.Members[1].Conditions) == 0 {
		t.Fatal("the view does not show the conditions of each member")
	}
	for i, want := range []string{NotMet, NotNeeded, NotNeeded} {
		at := slices.IndexFunc(view.Members[i].Conditions, func(v ConditionView) bool { return v.Condition == "residence" })
		if got := view.Members[i].Conditions[at]; got.Outcome != want || got.Why.It == "" || got.TestedOn != day("2025-11-03") {
			t.Errorf("the view shows of member %d %+v", i+1, got)
		}
	}
}

func TestHardCase06TheTwoYearsAreCountedAtTheFilingAndNotLater(t *testing.T) {
	for _, c := range []struct{ since, filed, outcome string }{
		{"2023-11-03", "2025-11-03", Met},
		{"2023-11-04", "2025-11-03", NotMet},
		{"2023-11-04", "2025-11-04", Met}, // the new application, a day later
		{"2024-02-29", "2026-02-28", Met},
	} {
		s := given(t, told("2026-03-20", file(c.filed)))
		s.checked("2026-03-20", func(check *RecordConditions) { check.Sponsor.ResidentSince = day(c.since) })
		s.thenVerdict(wife, "residence", c.outcome, rules.Residence)
	}
}

func TestTheTwoYearsAreAskedFrom11December2024(t *testing.T) {
	for filed, outcome := range map[string]string{"2024-12-10": NotNeeded, "2024-12-11": NotMet} {
		s := given(t, told("2025-01-20", file(filed)))
		s.checked("2025-01-20", func(c *RecordConditions) { c.Sponsor.ResidentSince = day("2024-01-01") })
		s.thenVerdict(wife, "residence", outcome, rules.Residence)
	}
}

func TestSponsorsUnderProtectionNeedNoIncomeHomeOrYears(t *testing.T) {
	for permit, rule := range map[string]string{"refugee": rules.RefugeeSponsor, "subsidiary_protection": rules.SubsidiarySponsor} {
		s := given(t, until("filed", wife)...).checked("2025-11-10", func(c *RecordConditions) {
			c.Sponsor, c.Home = SponsorFacts{Permit: permit}, HomeFacts{}
		})
		s.thenVerdict(wife, "sponsor_permit", Met, rules.SponsorPermit).thenVerdict(wife, "income", NotNeeded, rule)
		s.thenVerdict(wife, "housing", NotNeeded, rule).thenVerdict(wife, "residence", NotNeeded, rules.ResidenceProtection)
	}
}

func TestTheSponsorsPermit(t *testing.T) {
	for _, c := range []struct {
		facts         SponsorFacts
		outcome, rule string
	}{
		{SponsorFacts{Permit: "seasonal", PermitMonths: 12}, NotMet, rules.SponsorSeasonal},
		{SponsorFacts{Permit: "other", PermitMonths: 24}, NotMet, rules.SponsorPermit},
		{SponsorFacts{Permit: "study", PermitMonths: 11}, NotMet, rules.SponsorPermit},
		{SponsorFacts{Permit: "study", PermitMonths: 12}, Met, rules.SponsorPermit},
		{SponsorFacts{Permit: "study"}, Unknown, rules.SponsorPermit},
		{SponsorFacts{Permit: "study", RenewalPending: Yes}, Met, rules.SponsorPermit},
		{SponsorFacts{Permit: "eu_long_term"}, Met, rules.SponsorPermit},
	} {
		s := given(t, until("filed", wife)...).checked("2025-11-10", func(check *RecordConditions) { check.Sponsor = c.facts })
		s.thenVerdict(wife, "sponsor_permit", c.outcome, c.rule)
	}
}

func TestTheIncomeAtItsBoundary(t *testing.T) {
	for _, c := range []struct {
		facts   SponsorFacts
		outcome string
	}{
		{SponsorFacts{IncomeYear: 2025, Income: 1750743}, Met},
		{SponsorFacts{IncomeYear: 2025, Income: 1750742}, NotMet},
		{SponsorFacts{IncomeYear: 2025, Income: 1000000, Cohabitants: []int{400000, 350743}}, Met},
		{SponsorFacts{IncomeYear: 2025, Income: 1750743, Reunited: 1}, NotMet},
		{SponsorFacts{IncomeYear: 2025}, NotMet},
		{SponsorFacts{}, Unknown},
	} {
		s := given(t, until("filed", wife)...).checked("2025-11-10", func(check *RecordConditions) { check.Sponsor = c.facts })
		s.thenVerdict(wife, "income", c.outcome, rules.SocialAllowance)
	}
}

func TestAnIncomeIsNotJudgedByAnAmountNobodyPublished(t *testing.T) {
	s := given(t, told("2027-02-01", file("2027-01-15"))).checked("2027-02-01", nil)
	s.thenVerdict(wife, "income", Unknown, rules.SocialAllowance)
	why := s.verdict(wife, "income").Explain(day("2027-01-15"), book)
	if !strings.Contains(why.It, "nessuna regola income.social_allowance") {
		t.Errorf("explained as %q", why.It)
	}
}

// Two small children count together, and a child of unknown age may be one.
func TestAChildWithoutABirthDateLeavesTheIncomeOpenOnlyWhereItMatters(t *testing.T) {
	family := application("2025-11-03")
	family.Members = append(family.Members, Applicant{Ref: "4", Kinship: MinorChild, Who: Particulars{BirthDate: day("2019-01-01")}})
	family.Members[2].Who.BirthDate = rules.Date{}
	for income, want := range map[int]string{2100891: Met, 2000000: Unknown, 1700000: NotMet} {
		s := given(t, told("2025-11-03", &FileApplication{Application: family}))
		s.checked("2025-11-10", func(c *RecordConditions) { c.Sponsor.Income, c.Sponsor.Cohabitants = income, nil })
		s.thenVerdict(wife, "income", want, rules.SocialAllowance)
	}
}

func TestTheHome(t *testing.T) {
	enough := HomeFacts{Persons: 5, Area: 66, Certificate: Yes}
	for _, c := range []struct {
		why           string
		change        func(*HomeFacts)
		outcome, rule string
	}{
		{"area for five", func(*HomeFacts) {}, Met, rules.HousingAreaFirst},
		{"one metre short", func(h *HomeFacts) { h.Area = 65 }, NotMet, rules.HousingAreaFirst},
		{"no certificate yet", func(h *HomeFacts) { h.Certificate = "" }, Unknown, rules.HousingAreaFirst},
		{"certificate denied", func(h *HomeFacts) { h.Certificate = No }, NotMet, rules.HousingCheck},
		{"too low", func(h *HomeFacts) { h.Height = 269 }, NotMet, rules.HousingHeight},
		{"a small living room", func(h *HomeFacts) { h.LivingRoom = 13 }, NotMet, rules.HousingLivingRoom},
		{"beds for four", func(h *HomeFacts) { h.Bedrooms = []int{14, 14} }, NotMet, rules.HousingBedroomOne},
		{"beds for five", func(h *HomeFacts) { h.Bedrooms = []int{14, 14, 9} }, Met, rules.HousingAreaFirst},
		{"a studio for two", func(h *HomeFacts) { h.Studio, h.Persons, h.Area = true, 2, 38 }, Met, rules.HousingStudioTwo},
		{"a studio for three", func(h *HomeFacts) { h.Studio, h.Persons, h.Area = true, 3, 80 }, NotMet, rules.HousingStudioTwo},
	} {
		t.Run(c.why, func(t *testing.T) {
			home := enough
			c.change(&home)
			s := given(t, until("filed", wife)...).checked("2025-11-10", func(check *RecordConditions) { check.Home = home })
			s.thenVerdict(wife, "housing", c.outcome, c.rule)
		})
	}
}

func TestBeforeDecember2024TheCertificateAloneDecides(t *testing.T) {
	s := given(t, told("2025-01-20", file("2024-12-10"))).checked("2025-01-20", func(c *RecordConditions) { c.Home = HomeFacts{Persons: 9, Area: 20, Certificate: Yes} })
	s.thenVerdict(wife, "housing", Met, rules.HousingCheck)
}

// family of one relative beside the sponsor, whose kinship and birth vary.
func relative(kinship Kinship, birth string) telling {
	a := application("2025-11-03")
	a.Members = []Applicant{{Ref: "1", Kinship: kinship, Who: Particulars{BirthDate: day(birth)}}}
	return told("2025-11-03", &FileApplication{Application: a})
}

func TestTheConditionsOfEachKinship(t *testing.T) {
	for _, c := range []struct {
		kinship                  Kinship
		birth                    string
		told                     MemberFacts
		condition, outcome, rule string
	}{
		{Spouse, "2007-11-03", MemberFacts{}, "age", Met, rules.SpouseAge},
		{Spouse, "2007-11-04", MemberFacts{}, "age", NotMet, rules.SpouseAge},
		{Spouse, "", MemberFacts{}, "age", Unknown, rules.SpouseAge},
		{Spouse, "1990-01-01", MemberFacts{Separated: Yes, AnotherSpouse: No}, "union", NotMet, rules.SeparatedSpouse},
		{Spouse, "1990-01-01", MemberFacts{Separated: No, AnotherSpouse: Yes}, "union", NotMet, rules.SecondSpouse},
		{Spouse, "1990-01-01", MemberFacts{Separated: No}, "union", Unknown, rules.SecondSpouse},
		{CivilPartner, "1990-01-01", MemberFacts{Separated: No, AnotherSpouse: No}, "union", Met, rules.SeparatedSpouse},
		{MinorChild, "2007-11-03", MemberFacts{}, "age", NotMet, rules.MinorAge},
		{MinorChild, "2007-11-04", MemberFacts{}, "age", Met, rules.MinorAge},
		{MinorChild, "2015-01-01", MemberFacts{Married: Yes}, "unmarried", NotMet, rules.MarriedChild},
		{MinorChild, "2015-01-01", MemberFacts{OtherParent: No}, "other_parent", NotMet, rules.OtherParent},
		{MinorChild, "2015-01-01", MemberFacts{}, "other_parent", Unknown, rules.OtherParent},
		{AdultDependent, "1990-01-01", MemberFacts{Dependent: Yes, Disabled: Yes}, "dependency", Met, rules.AdultChild},
		{AdultDependent, "1990-01-01", MemberFacts{Dependent: Yes, Disabled: No}, "dependency", NotMet, rules.AdultChild},
		{AdultDependent, "1990-01-01", MemberFacts{Dependent: Yes}, "dependency", Unknown, rules.AdultChild},
		{Parent, "1975-01-01", MemberFacts{OtherChildren: No, Dependent: Yes}, "dependency", Met, rules.DependentParent},
		{Parent, "1975-01-01", MemberFacts{OtherChildren: Yes, Unsupported: Yes}, "dependency", NotMet, rules.ParentAge},
		{Parent, "1960-11-03", MemberFacts{OtherChildren: Yes, Unsupported: Yes}, "dependency", Met, rules.ParentAge},
		{Parent, "1960-11-03", MemberFacts{}, "dependency", Unknown, rules.ParentAge},
		{Parent, "1960-11-03", MemberFacts{HealthCover: Yes}, "health_cover", Met, rules.HealthCover},
		{Parent, "1960-11-03", MemberFacts{HealthCover: No}, "health_cover", NotMet, rules.HealthCover},
		{OtherRelative, "1990-01-01", MemberFacts{}, "kinship", NotMet, rules.OtherRelatives},
	} {
		facts := c.told
		facts.MemberID = wife
		s := given(t, relative(c.kinship, c.birth)).checked("2025-11-10", func(check *RecordConditions) { check.Members = []MemberFacts{facts} })
		s.thenVerdict(wife, c.condition, c.outcome, c.rule)
	}
}

func TestAYoungParentNeedsNoHealthCover(t *testing.T) {
	s := given(t, relative(Parent, "1975-01-01")).checked("2025-11-10", func(c *RecordConditions) { c.Members = nil })
	for _, v := range s.state().Member(wife).Conditions {
		if v.Condition == "health_cover" {
			t.Errorf("asked of a parent of fifty: %+v", v)
		}
	}
}

func TestAVerdictExplainsItselfInBothLanguages(t *testing.T) {
	s := given(t, until("filed", wife)...)
	s.checked("2025-11-10", func(c *RecordConditions) { c.Sponsor.Income, c.Sponsor.ResidentSince = 100000, day("2024-11-01") })
	for condition, want := range map[string]rules.Text{
		"income": {
			It: "Reddito: requisito non soddisfatto, servono 17.507,43 € l'anno; giorno di riferimento 3/11/2025 (art. 29 c. 3 lett. b TUI; INPS: assegno sociale 2025).",
			En: "Income: condition not met, €17,507.43 a year are needed; judged as on 3 November 2025 (art. 29 c. 3 lett. b TUI; INPS: assegno sociale 2025).",
		},
		"residence": {
			It: "Anni di soggiorno di chi chiede: requisito non soddisfatto, servono almeno 24 mesi; giorno di riferimento 3/11/2025 (DL 145/2024 conv. L. 187/2024; in vigore dall'11/12/2024).",
			En: "The sponsor's years of stay: condition not met, at least 24 months are needed; judged as on 3 November 2025 (DL 145/2024 conv. L. 187/2024; in vigore dall'11/12/2024).",
		},
		"housing": {
			It: "Alloggio: requisito soddisfatto, servono 56 m²; giorno di riferimento 3/11/2025 (Superficie dell'alloggio secondo gli abitanti: DM 5/7/1975 art. 2).",
			En: "Housing: condition met, 56 m² are needed; judged as on 3 November 2025 (Floor area of the home by number of residents: DM 5/7/1975 art. 2).",
		},
	} {
		if got := s.verdict(wife, condition).Explain(day("2025-11-03"), book); got != want {
			t.Errorf("explained as\n%s\n%s", got.It, got.En)
		}
	}
}

// overridden is the book of an office with rows of its own.
func overridden(t *testing.T, rows ...string) *rules.Book {
	t.Helper()
	const columns = "id,value,unit,valid_from,valid_to,citation,certainty,it,en\n"
	changed, err := book.Override("office.csv", strings.NewReader(columns+strings.Join(rows, "\n")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return changed
}
