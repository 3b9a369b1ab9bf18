// SPDX-License-Identifier: AGPL-3.0-or-later

package family

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/tongues"
)

const caseID = "6f2c1f0e-8a54-4d0f-9d27-3b1d6c5e0a11"

var (
	sponsor  = casefile.DeriveID(caseID, "sponsor")
	wife     = casefile.DeriveID(caseID, "member/1")
	daughter = casefile.DeriveID(caseID, "member/2")
	today    = rules.On(2026, 3, 10)
)

// of is the account that somebody gets of a family whose wife has entered,
// after the commands given.
func of(t *testing.T, reader string, more ...casefile.Command) (Account, bool) {
	t.Helper()
	step := func(m time.Month, d int) casefile.Step {
		return casefile.Step{MemberID: wife, On: rules.On(2026, m, d)}
	}
	commands := append([]casefile.Command{
		&casefile.DecideMembers{On: rules.On(2026, 2, 2), Decisions: []casefile.MemberDecision{{Ref: "1", Outcome: "authorised"}, {Ref: "2", Outcome: "authorised"}},
			Application: &casefile.Application{Office: "wemi-mi", FiledOn: rules.On(2025, 11, 3), Sponsor: casefile.Particulars{GivenName: "Adel"},
				Members: []casefile.Applicant{{Ref: "1", Kinship: casefile.Spouse, Who: casefile.Particulars{GivenName: "Salma", BirthDate: rules.On(1990, 5, 10)}},
					{Ref: "2", Kinship: casefile.MinorChild, Who: casefile.Particulars{GivenName: "Nour", BirthDate: rules.On(2015, 3, 20)}}}}},
		&casefile.RecordVisaRequested{Step: step(2, 20)}, &casefile.RecordVisaGranted{Step: step(3, 1), Expires: rules.On(2026, 9, 1)}, &casefile.RecordEntry{Step: step(3, 5)},
		&casefile.BookAppointment{MemberID: wife, At: rules.On(2026, 3, 20).Start().Add(9 * time.Hour), Place: "hub"},
	}, more...)
	var facts []casefile.Fact
	for _, c := range commands {
		r := casefile.Request{CommandID: casefile.DeriveID(caseID, casefile.CommandName(c)), CaseID: caseID, Now: today.Start().Add(time.Hour), Book: rules.Default(),
			Actor: casefile.Actor{ID: "a1a1a1a1-0000-4000-8000-000000000001", Role: casefile.Counsellor}}
		drafts, refusal := casefile.Decide(casefile.Fold(facts), c, r)
		if refusal != nil {
			t.Fatal(refusal.Text.En)
		}
		for _, d := range drafts {
			facts = append(facts, d.Recorded(r, int64(len(facts)+1)))
		}
	}
	state := casefile.Fold(facts)
	return Of(casefile.ViewOf(state, rules.Default()), casefile.PeopleOf(state), reader, today, rules.Default())
}

func says(a Account, name string) bool {
	return slices.ContainsFunc(a.People, func(r Relative) bool { return r.Name == name }) ||
		slices.ContainsFunc(a.Next, func(s Step) bool { return s.Who == name })
}

func TestTheSponsorIsToldOfEveryMemberAndOfTheirAppointments(t *testing.T) {
	a, _ := of(t, sponsor)
	if !says(a, "Salma") || !says(a, "Nour") || !slices.ContainsFunc(a.Next, func(s Step) bool { return s.Code == "appointment" }) {
		t.Errorf("%+v", a)
	}
}

func TestNobodyIsToldOfAWifeWhoLivesApartAndSheIsToldOfHerself(t *testing.T) {
	on := today
	for why, apart := range map[string]casefile.Command{
		"separated":      &casefile.RecordSeparation{Step: casefile.Step{MemberID: wife, On: on}, Kind: "separation"},
		"address sealed": &casefile.SealAddress{On: on, PersonID: wife},
	} {
		if a, _ := of(t, sponsor, apart); says(a, "Salma") || slices.ContainsFunc(a.Next, func(s Step) bool { return !s.At.IsZero() }) {
			t.Errorf("%s: the sponsor is told of her: %+v", why, a)
		}
		if a, may := of(t, wife, apart); !may || !says(a, "Salma") {
			t.Errorf("%s: she is not told of herself", why)
		}
	}
}

func TestSomebodyWhoseAccessIsCutIsToldNothing(t *testing.T) {
	if _, may := of(t, sponsor, &casefile.CutAccess{On: today, PersonID: sponsor}); may {
		t.Error("an account was drawn up")
	}
	if _, may := of(t, "nobody"); may {
		t.Error("a stranger gets an account")
	}
}

func TestWhoeverRestrictedTheirDataIsNotNamed(t *testing.T) {
	if a, _ := of(t, sponsor, &casefile.RestrictProcessing{PersonID: daughter, Ground: "accuracy_contested"}); says(a, "Nour") {
		t.Error("the name is shown")
	}
}

func TestADayIsExplainedByItsCountOnlyWhereTheCountLeadsToIt(t *testing.T) {
	a, _ := of(t, sponsor)
	kinds := map[string]Reason{}
	for _, s := range a.Next {
		kinds[s.Code] = s.Why
	}
	if got := kinds["presentation"]; got.Kind != "working_days" || got.Count != 8 || got.From != rules.On(2026, 3, 5) || got.Law == "" {
		t.Errorf("the presentation is explained by %+v", got)
	}
	if got := kinds["visa_request"]; got.Kind != "counted" { // 2 August 2026 is a Sunday
		t.Errorf("the visa request is explained by %+v", got)
	}
}

func TestEverythingToldHasWordsInEveryLanguage(t *testing.T) {
	all, err := tongues.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, voice := range all.Voices() {
		ids := []string{"paper.there", "paper.missing", "paper.rejected", "paper.expired", "paper.wanted"}
		for _, item := range Told() {
			ids = append(ids, "item."+item)
		}
		for _, stage := range Stages() {
			ids = append(ids, "stage."+stage)
		}
		for i, kind := range ReasonKinds() {
			why := Reason{Kind: kind, From: today}
			if i < 4 { // those that count something
				why.Count = 2
			}
			if said := why.Say(voice); said == "why."+kind || said == "" {
				t.Errorf("%s does not say why.%s", voice.Lang, kind)
			}
		}
		for _, id := range ids {
			if said := voice.Say(id); said == id || said == "" {
				t.Errorf("%s does not say %s", voice.Lang, id)
			}
		}
	}
}

func TestEveryItemToldIsOneOfTheAgenda(t *testing.T) {
	for _, item := range Told() {
		if !slices.Contains(casefile.AgendaItems(), item) {
			t.Errorf("no agenda has %s", item)
		}
	}
}

func TestContactsNameTheLineThatIsWrong(t *testing.T) {
	for _, wrong := range []string{"", "a,b\n", "office,name,phone,email,address,hours\nwemi,,1,,,\n", "office,name,phone,email,address,hours\nwemi,Hub,,,x,\n"} {
		if _, err := ReadContacts("contacts.csv", strings.NewReader(wrong)); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
	if c := DefaultContacts().Of("wemi-mi"); len(c) == 0 || c[0].Tel() != "020202" {
		t.Errorf("%+v", c)
	}
}
