// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// soundCheck is a check of the conditions of the family that b.decision opens.
func soundCheck(view casefile.View) *casefile.RecordConditions {
	return &casefile.RecordConditions{
		On: rules.On(2026, 3, 2),
		Sponsor: casefile.SponsorFacts{Permit: "employed_work", PermitMonths: 24, ResidentSince: rules.On(2019, 4, 1),
			IncomeYear: 2025, Income: 1412345},
		Home:    casefile.HomeFacts{Persons: 3, Area: 50, Certificate: casefile.Yes},
		Members: []casefile.MemberFacts{{MemberID: view.Members[0].MemberID, Separated: casefile.No, AnotherSpouse: casefile.No}},
	}
}

func TestTheFiguresOfACheckLieSealedAndAreReadAgain(t *testing.T) {
	b := setup(t)
	view := b.opened()
	if outcome := b.order(view.CaseID, "record_conditions", soundCheck(view)); outcome.Refusal != nil {
		t.Fatalf("refused with %s", outcome.Refusal.Code)
	}
	stored := query[string](b, `SELECT string_agg(data::text || sealed::text, ' ') FROM events`) + query[string](b, `SELECT view::text || people::text FROM case_views`)
	for _, secret := range []string{"1412345", "2019-04-01", "employed_work", "another_spouse"} {
		if strings.Contains(stored, secret) {
			t.Errorf("%s lies in the clear", secret)
		}
	}
	facts, err := b.Facts(t.Context(), view.CaseID)
	must(t, err)
	last := facts[len(facts)-1]
	if !strings.Contains(last.Private[view.SponsorID].Figures, "1412345") {
		t.Errorf("the figures are not read again: %+v", last.Private)
	}
	strict, err := rules.Default().Override("what-if.csv", strings.NewReader("id,value,unit,valid_from,valid_to,citation,certainty,it,en\n"+
		"income.per_member,90,percent,1998-03-27,,p,unverified,a,b\n"))
	must(t, err)
	lost := slices.ContainsFunc(casefile.WhatIf(facts, rules.Default(), strict, rules.On(2026, 3, 2)), func(s casefile.Shift) bool {
		return s.Item == "income" && s.Was == casefile.Met && s.Effect == casefile.Lost
	})
	if !lost {
		t.Error("a stricter income takes nothing away")
	}
}

func TestACorrectedBirthDateCarriesItsVerdictsAlongInOneCommit(t *testing.T) {
	b := setup(t)
	view := b.opened()
	child := view.Members[1].MemberID
	b.order(view.CaseID, "record_entry", map[string]string{"member_id": child, "on": "2026-03-02"})
	facts, err := b.Facts(t.Context(), view.CaseID)
	must(t, err)
	listed := slices.IndexFunc(facts, func(f casefile.Fact) bool { return casefile.MemberOf(f.Event) == child })
	message := b.decision("P-MI/F/N/2026/000000")
	decision := message.Command().(*casefile.DecideMembers)
	decision.Application.Members[1].Who.BirthDate = rules.On(2009, 7, 30)
	body, err := json.Marshal(decision)
	must(t, err)
	outcome := b.order(view.CaseID, "correct_event", &casefile.CorrectEvent{EventID: facts[listed].EventID, Reason: "misread", Type: "decide_members", Body: body})
	if len(outcome.Events) != 2 || outcome.Refusal != nil {
		t.Fatalf("the correction led to %+v, refused: %+v", outcome.Events, outcome.Refusal)
	}
	due := slices.IndexFunc(outcome.Agenda, func(c casefile.Change) bool { return c.Item == "agreement" && c.Subject == child && c.Was == "" })
	if due < 0 {
		t.Errorf("the outcome does not say that the agreement is due: %+v", outcome.Agenda)
	}
	now, err := b.Case(t.Context(), view.CaseID)
	must(t, err)
	if !now.Members[1].AgreementDue {
		t.Error("the view does not show that the agreement is due")
	}
	if equal, err := b.RebuildView(t.Context(), view.CaseID); err != nil || !equal {
		t.Errorf("the rebuilt view differs: %v", err)
	}
}
