// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff_test

import (
	"encoding/json"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

var on = rules.On(2026, 3, 2)

func family(kind handoff.Kind) handoff.Message {
	return handoff.Message{Kind: kind, On: on, FiledOn: rules.On(2025, 11, 3), SUIFile: "P-1", ContactLanguage: "ar", Municipio: 4,
		Sponsor: &handoff.Person{FamilyName: "Mansour", Phone: "+39 02 0000 0100"},
		Members: []handoff.Member{{Ref: "1", Kinship: casefile.Spouse, Person: &handoff.Person{GivenName: "Salma"}, Decision: "authorised"},
			{Ref: "2", Kinship: casefile.MinorChild, Person: &handoff.Person{GivenName: "Karim"}, Decision: "refused", Ground: "not_a_minor"}}}
}

func TestEachKindOfMessageAsksItsOwnOfTheCase(t *testing.T) {
	by := rules.On(2026, 4, 1)
	for kind, want := range map[handoff.Kind]string{
		handoff.DocumentsRequested: `{"on":"2026-03-02","by":"2026-04-01"}`,
		handoff.DocumentsSupplied:  `{"on":"2026-03-02"}`,
		handoff.RefusalNotice:      `{"on":"2026-03-02"}`,
		handoff.ObservationsFiled:  `{"on":"2026-03-02"}`,
		handoff.Revocation:         `{"on":"2026-03-02","refs":["1"],"ground":"false_papers"}`,
		handoff.Decision:           `{"on":"2026-03-02","decisions":[{"ref":"1","outcome":"authorised"}]}`,
	} {
		m := handoff.Message{Kind: kind, On: on}
		switch kind {
		case handoff.DocumentsRequested:
			m.By = by
		case handoff.Revocation:
			m.Members, m.Ground = []handoff.Member{{Ref: "1"}}, "false_papers"
		case handoff.Decision:
			m.Members = []handoff.Member{{Ref: "1", Decision: "authorised"}}
		}
		if got := asJSON(t, m.Command()); got != want {
			t.Errorf("%s asks %s, not %s", kind, got, want)
		}
		if m.Opens() {
			t.Errorf("%s opens a case by itself", kind)
		}
	}
}

func TestAFilingOpensTheCaseOnTheDayOfTheReceipt(t *testing.T) {
	m := family(handoff.Filed)
	filed := m.Command().(*casefile.FileApplication).Application
	if !m.Opens() || filed.FiledOn != rules.On(2025, 11, 3) || filed.Office != handoff.DefaultOffice || filed.Sponsor.SUIFile != "P-1" || len(filed.Members) != 2 {
		t.Errorf("the application is %+v", filed)
	}
	m.FiledOn = rules.Date{}
	if filed = m.Command().(*casefile.FileApplication).Application; filed.FiledOn != on {
		t.Errorf("without a receipt it is filed on %s", filed.FiledOn)
	}
}

func TestADecisionThatDescribesTheFamilyOpensTheCase(t *testing.T) {
	m := family(handoff.Decision)
	decide := m.Command().(*casefile.DecideMembers)
	if !m.Opens() || decide.Application == nil || decide.Application.FiledOn != rules.On(2025, 11, 3) {
		t.Fatalf("the decision is %+v", decide)
	}
	want := []casefile.MemberDecision{{Ref: "1", Outcome: "authorised"}, {Ref: "2", Outcome: "refused", Ground: "not_a_minor"}}
	if asJSON(t, decide.Decisions) != asJSON(t, want) {
		t.Errorf("decides %+v", decide.Decisions)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
