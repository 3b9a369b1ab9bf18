// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

func TestAPersonIsFoundWithoutTheNameStandingInAnyAddress(t *testing.T) {
	t.Parallel()
	o := open(t)
	if page := o.page("/people"); !strings.Contains(page, `action="/people"`) || !strings.Contains(page, `method="post"`) || len(o.reads) != 0 {
		t.Errorf("the form:\n%s", page)
	}
	o.found = views.PeopleFound{Items: []views.FoundPerson{{CaseID: caseA, PersonID: wife, Office: "wemi-mi", Role: "spouse", GivenName: "Salma", FamilyName: "Fathy", BirthDate: day("1990-05-10")}}}
	answer := o.ask("POST", "/people", url.Values{"query": {" Selma Fathi "}, "born": {"1990-05-10"}})
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "Salma Fathy") || !strings.Contains(answer.Body.String(), "/cases/"+caseA) {
		t.Errorf("%d\n%s", answer.Code, answer.Body)
	}
	if o.asked.Text != "Selma Fathi" || o.asked.Born != day("1990-05-10") || len(o.asked.Offices) != 1 || o.asked.PupilsOnly || o.asked.WithRestricted {
		t.Errorf("asked %+v", o.asked)
	}
	if len(o.reads) != 1 || o.reads[0].CaseID != caseA || o.reads[0].Shown != "search" {
		t.Errorf("recorded %+v", o.reads)
	}
	if strings.Contains(o.log.String(), "Selma") {
		t.Error("the log holds what was typed")
	}
}

func TestASearchSaysWhenNobodyOrTooLittleAndWhomToAsk(t *testing.T) {
	t.Parallel()
	o := open(t)
	for form, want := range map[string]string{"": "almeno due caratteri", "x": "almeno due caratteri", strings.Repeat("x", 121): "almeno due caratteri", "Nessuno": "Nessuna persona"} {
		if answer := o.ask("POST", "/people", url.Values{"query": {form}}); !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%q: %s", form, answer.Body)
		}
	}
	o.found = views.PeopleFound{Elsewhere: []string{"wemi-to"}, ToldOf: []string{caseOf}}
	answer := o.ask("POST", "/people", url.Values{"query": {"P-TO/1"}})
	if body := answer.Body.String(); !strings.Contains(body, "<strong>wemi-to</strong>") || strings.Contains(body, caseOf) {
		t.Errorf("%s", body)
	}
	if len(o.reads) != 1 || o.reads[0].CaseID != caseOf || o.reads[0].Shown != "existence" {
		t.Errorf("recorded %+v", o.reads)
	}
}

func TestEducationSearchesPupilsAndSupervisorsFindTheRestricted(t *testing.T) {
	t.Parallel()
	o := open(t)
	for role, want := range map[casefile.Role][2]bool{casefile.EducationOfficer: {true, false}, casefile.Supervisor: {false, true}, casefile.Auditor: {false, false}} {
		o.role = role
		o.ask("POST", "/people", url.Values{"query": {"Mansour"}})
		if got := [2]bool{o.asked.PupilsOnly, o.asked.WithRestricted}; got != want {
			t.Errorf("%s: %v", role, got)
		}
	}
}

func TestWhoSawACaseIsAPage(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.page("/cases/" + caseA)
	page := o.page("/cases/" + caseA + "/reads")
	for _, want := range []string{"Giulia Ferrario", "la pratica", "Accompagnamento della famiglia", "?cursor=older"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page:\n%s", want, page)
		}
	}
	o.role = casefile.EducationOfficer
	if answer := o.ask("GET", "/cases/"+caseA+"/reads", nil); answer.Code != http.StatusForbidden {
		t.Errorf("the education department reads it: %d", answer.Code)
	}
}
