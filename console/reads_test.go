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

func TestEveryPageThatNamesAFamilyIsRecorded(t *testing.T) {
	t.Parallel()
	for target, shown := range map[string]string{"/": "agenda", "/cases": "list", "/cases/" + caseA: "case", "/cases/" + caseA + "/timeline": "history",
		"/cases/" + caseA + "/record": "form", "/cases/" + caseA + "/record/add_note": "form"} {
		o := open(t)
		o.page(target)
		if len(o.reads) != 1 || o.reads[0].CaseID != caseA || o.reads[0].Actor.ID != counsID ||
			o.reads[0].ReadData != (views.ReadData{Purpose: "accompaniment", Shown: shown, Through: "console"}) {
			t.Errorf("%s: recorded %+v", target, o.reads)
		}
	}
}

func TestAFormThatIsShownAgainIsAReadAndARedirectIsNone(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.ask("POST", "/cases/"+caseA+"/record/record_entry", url.Values{"member_id": {wife}, "on": {"never"}})
	if len(o.reads) != 1 {
		t.Errorf("recorded %+v", o.reads)
	}
	o.ask("GET", "/cases/"+caseOf, nil)
	o.ask("GET", "/sources", nil)
	if len(o.reads) != 1 {
		t.Errorf("recorded %+v", o.reads)
	}
}

func TestAPageMayBeReadForAnotherPurposeOfTheRole(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.page("/cases/" + caseA + "?purpose=dispute")
	if o.reads[0].Purpose != "dispute" {
		t.Errorf("recorded %+v", o.reads)
	}
	if answer := o.ask("GET", "/cases/"+caseA+"?purpose=audit", nil); answer.Code != http.StatusForbidden || len(o.reads) != 1 {
		t.Errorf("a counsellor audits: %d, %+v", answer.Code, o.reads)
	}
	o.role = casefile.Auditor
	o.page("/cases/" + caseA)
	if o.reads[1].Purpose != "audit" {
		t.Errorf("recorded %+v", o.reads)
	}
}

func TestAPageThatCannotBeRecordedIsNotShown(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.mute = views.ErrUnavailable
	for _, target := range []string{"/", "/cases", "/cases/" + caseA, "/cases/" + caseA + "/timeline"} {
		answer := o.ask("GET", target, nil)
		if answer.Code != http.StatusServiceUnavailable || strings.Contains(answer.Body.String(), "Adel") {
			t.Errorf("%s: %d\n%s", target, answer.Code, answer.Body)
		}
	}
}

// Whose processing is restricted is shown on the pages to whom the API shows it.
func TestTheTimelineShowsTheRestrictedToWhoAnswersForTheOffice(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, role := range []casefile.Role{casefile.Counsellor, casefile.Supervisor, casefile.Auditor} {
		o.role = role
		o.page("/cases/" + caseA + "/timeline")
		if o.history.WithRestricted != (role == casefile.Supervisor) {
			t.Errorf("%s: asked %+v", role, o.history)
		}
	}
}
