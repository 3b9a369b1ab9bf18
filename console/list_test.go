// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"ricongiungi/casefile"
)

func TestTheFileForSpreadsheetsHoldsNoFormulaAndOpensWithAClick(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.sponsor = "=HYPERLINK(\"https://evil.example\")"
	answer := o.ask("GET", "/cases.csv?whose=mine", nil)
	if answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(answer.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v", answer.Code, answer.Header())
	}
	text, found := strings.CutPrefix(answer.Body.String(), "\ufeff")
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	o.must(err)
	if !found || len(rows) != 2 || !strings.HasPrefix(rows[1][0], "'=HYPERLINK") || rows[1][9] != caseA {
		t.Errorf("%v %v", found, rows)
	}
	if english := o.ask("GET", "/cases.csv", nil, "Accept-Language", "en").Body.String(); !strings.Contains(english, "Family,Phase,") {
		t.Errorf("in English: %s", english)
	}
}

func TestATextThatBeginsLikeAFormulaIsMarkedAsText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"=1+1": "'=1+1", "+39 02": "'+39 02", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "＝1": "'＝1", "Mansour": "Mansour", "": "", "D'Amico": "D'Amico"} {
		if got := inert(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestAListIsSavedUnderANameAndForgotten(t *testing.T) {
	t.Parallel()
	o := open(t)
	code, page := o.post("/lists", url.Values{"name": {"In arrivo, zona 7"}, "phase": {"arrival"}, "municipio": {"7"}, "late": {"1"}})
	if code != http.StatusSeeOther {
		t.Fatalf("%d", code)
	}
	contains(t, page, `href="/cases?late=1&amp;municipio=7&amp;phase=arrival">In arrivo, zona 7`)
	if _, page := o.post("/lists/drop", url.Values{"name": {"In arrivo, zona 7"}}); strings.Contains(page, "zona 7") {
		t.Error("it is still there")
	}
	if code, _ := o.post("/lists", url.Values{"name": {""}}); code != http.StatusNotFound {
		t.Errorf("a list without a name: %d", code)
	}
}

func TestOneNoteIsRecordedForSeveralFamilies(t *testing.T) {
	t.Parallel()
	o := open(t)
	contains(t, o.page("/together?case="+caseA), "/together/add_note?case="+caseA)
	path := "/together/add_note?case=" + caseA
	contains(t, o.page(path), "Registra per 1 famiglia", "Mansour")
	if page := o.page(path); strings.Contains(page, `name="member_id"`) {
		t.Error("a member of one family is offered for all of them")
	}
	form := url.Values{"case": {caseA}, "note": {"Ufficio chiuso lunedì"}, "key": {uuid.NewString()}}
	for range 2 {
		code, page := o.post("/together/add_note", form)
		if code != http.StatusOK {
			t.Fatalf("%d", code)
		}
		contains(t, page, "Registrato per tutte", "/cases/"+caseA+"?done=add_note")
	}
	if len(o.orders) != 1 || o.orders[0].Type != "add_note" {
		t.Errorf("given: %+v", o.orders)
	}
}

func TestWhatOneFamilyRefusesIsToldInItsRowAndStaysOnTheForm(t *testing.T) {
	t.Parallel()
	o := open(t)
	code, page := o.post("/together/record_contact", url.Values{"case": {caseA}, "on": {"2027-01-01"}, "channel": {"phone"}, "key": {uuid.NewString()}})
	if code != http.StatusOK {
		t.Fatalf("%d", code)
	}
	contains(t, page, "Non tutto è stato registrato", "Il giorno è nel futuro", `value="2027-01-01"`, `name="case" value="`+caseA+`"`)
	if code, page := o.post("/together/record_contact", url.Values{"case": {caseA}, "on": {"31/12"}, "key": {uuid.NewString()}}); code != http.StatusUnprocessableEntity || !strings.Contains(page, `aria-invalid="true"`) {
		t.Errorf("with mistakes: %d", code)
	}
}

func TestNobodyReachesForeignFamiliesOrGivesWhatOneCaseOnlyHas(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, path := range []string{"/together?case=" + caseOf, "/together", "/together/record_entry?case=" + caseA, "/together/add_note?case=x"} {
		if answer := o.ask("GET", path, nil); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	form := url.Values{"case": {caseA, caseOf}, "note": {"x"}, "key": {uuid.NewString()}}
	if code, _ := o.post("/together/add_note", form); code != http.StatusNotFound || len(o.orders) != 0 {
		t.Errorf("%d, %d commands", code, len(o.orders))
	}
	o.role = casefile.Auditor
	if answer := o.ask("GET", "/together?case="+caseA, nil); answer.Code != http.StatusForbidden {
		t.Errorf("an auditor: %d", answer.Code)
	}
}
