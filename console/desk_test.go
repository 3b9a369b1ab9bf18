// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
)

// supervised is the office with its supervisor at the pages.
func supervised(t *testing.T) *office {
	t.Helper()
	o := open(t)
	o.role = casefile.Supervisor
	return o
}

func TestTheSupervisorSeesFirstWhatNeedsAHand(t *testing.T) {
	t.Parallel()
	o := supervised(t)
	page := o.page("/desk")
	contains(t, page, "Giulia Ferrario ha troppo da seguire", "7 pratiche non sono assegnate", "Ogni pratica aperta ha un passo successivo", "2 decisioni attendono",
		"14 scadenze degli operatori sono passate", "arabo 50, spagnolo 24, lingua non nota 10", "/desk/moves/new?from="+counsID)
	if strings.Contains(page, "Marco Riva ha troppo") {
		t.Error("who has the usual is called overloaded")
	}
	o.bureau.empty = true
	contains(t, o.page("/desk", "Accept-Language", "en"), "No counsellor and no open case", "Nothing waits for a second person")
}

func TestAFileHoldsTheFiguresOfItsPage(t *testing.T) {
	t.Parallel()
	o := supervised(t)
	load, err := o.bureau.Workload(t.Context(), nil, day("2026-03-10"))
	o.must(err)
	answer := o.ask("GET", "/desk?csv=1", nil)
	if got := answer.Body.String(); got != string(oversight.CSV(load)) || !strings.Contains(answer.Header().Get("Content-Disposition"), "workload-2026-03-10.csv") {
		t.Errorf("%s\n%s", answer.Header(), got)
	}
	for _, path := range []string{"/desk/overdue", "/desk/backlog", "/desk/times", "/desk/moves/" + moveA} {
		if answer := o.ask("GET", path+"?csv=1", nil); answer.Code != http.StatusOK || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/csv") {
			t.Errorf("%s: %d %s", path, answer.Code, answer.Header())
		}
	}
}

func TestTheDeskIsForThoseWhoLookAfterManyCases(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, path := range []string{"/desk", "/desk/overdue", "/desk/overdue/items", "/desk/idle", "/desk/backlog", "/desk/times", "/desk/approvals", "/desk/moves", "/desk/moves/new", "/desk/moves/" + moveA} {
		if answer := o.ask("GET", path, nil); answer.Code != http.StatusForbidden {
			t.Errorf("%s: a counsellor gets %d", path, answer.Code)
		}
	}
	o.role = casefile.Auditor
	if answer := o.ask("POST", "/desk/moves", url.Values{"look": {"1"}}); answer.Code != http.StatusForbidden {
		t.Errorf("an auditor reassigns: %d", answer.Code)
	}
	if strings.Contains(o.page("/desk"), "/desk/moves/new") {
		t.Error("an auditor is offered to reassign")
	}
}

// planned is the form as it stands after looking at the effect.
func planned(extra ...string) url.Values {
	form := url.Values{"look": {"1"}, "from": {counsID}, "reason": {"absence"}, "to": {marcoID}}
	for i := 0; i+1 < len(extra); i += 2 {
		form.Set(extra[i], extra[i+1])
	}
	return form
}

func TestAPlanShowsWhoseLoadChangesBeforeAnythingIsRecorded(t *testing.T) {
	t.Parallel()
	o := supervised(t)
	page := o.page("/desk/moves/new?" + planned().Encode())
	contains(t, page, "Si sposterebbero 2 pratiche", "84 → <strong>82</strong>", "31 → <strong>33</strong>", "resta sovraccarico", "Sposta 2 pratiche", `name="case" value="`+caseA+`"`)
	if o.bureau.given != nil {
		t.Error("looking has reassigned something")
	}
	if o.bureau.selection.Counsellor != counsID || o.bureau.selection.Limit != oversight.MostMoved {
		t.Errorf("%+v", o.bureau.selection)
	}
	o.page("/desk/moves/new?" + planned("from", "none", "number", "1").Encode())
	if !o.bureau.selection.Unassigned || o.bureau.selection.Counsellor != "" || o.bureau.selection.Limit != 1 {
		t.Errorf("%+v", o.bureau.selection)
	}
}

func TestAPlanSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	o := supervised(t)
	contains(t, o.page("/desk/moves/new?"+planned("to", counsID).Encode()), "Scegli almeno una persona", `role="alert"`)
	contains(t, o.page("/desk/moves/new?"+planned("to", "nobody-known").Encode()), "Scegli almeno una persona")
	contains(t, o.page("/desk/moves/new?"+planned("reason", "because").Encode()), "Scegli il motivo")
	if answer := o.ask("POST", "/desk/moves", planned("reason", "")); answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("sent without a reason: %d", answer.Code)
	}
	o.bureau.empty = true
	contains(t, o.page("/desk/moves/new?"+planned().Encode()), "Scegli almeno una persona")
}

func TestExactlyTheCasesThatWereShownAreReassigned(t *testing.T) {
	t.Parallel()
	o := supervised(t)
	form := planned("key", moveA[:35]+"9", "case", caseA)
	answer := o.ask("POST", "/desk/moves", form)
	if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/desk/moves/"+moveA[:35]+"9" {
		t.Fatalf("%d %s", answer.Code, answer.Header().Get("Location"))
	}
	if len(o.bureau.given) != 1 || o.bureau.given[0].CaseID != caseA || o.bureau.given[0].CounsellorID != marcoID {
		t.Errorf("%+v", o.bureau.given)
	}
	if again := o.ask("POST", "/desk/moves", form); again.Code != http.StatusSeeOther {
		t.Errorf("sent twice: %d", again.Code)
	}
}

func TestAReportFollowsTheWorkAndOffersToUndoItAtTheEnd(t *testing.T) {
	t.Parallel()
	o := supervised(t)
	o.bureau.endless = true
	going := o.page("/desk/moves/" + moveA)
	contains(t, going, "17 in corso", "Puoi lasciare questa pagina", `hx-trigger="every 2s"`, "La pratica è chiusa.")
	if strings.Contains(going, "Annulla lo spostamento") {
		t.Error("what goes on can be undone")
	}
	if answer := o.ask("POST", "/desk/moves/"+moveA+"/undo", url.Values{}); answer.Header().Get("Location") != "/desk/moves/"+moveA {
		t.Errorf("undoing what goes on leads to %s", answer.Header().Get("Location"))
	}
	o.bureau.endless = false
	contains(t, o.page("/desk/moves/"+moveA), "1 pratica non è stata spostata", "Annulla lo spostamento")
	undo := casefile.DeriveID(moveA, "undo")
	if answer := o.ask("POST", "/desk/moves/"+moveA+"/undo", url.Values{}); answer.Header().Get("Location") != "/desk/moves/"+undo {
		t.Errorf("%d %s", answer.Code, answer.Header().Get("Location"))
	}
	contains(t, o.page("/desk/moves/"+undo), "1 lasciata dov&#39;era", "Guarda lo spostamento annullato")
	if answer := o.ask("GET", "/desk/moves/"+caseA, nil); answer.Code != http.StatusNotFound {
		t.Errorf("an unknown one: %d", answer.Code)
	}
}

func TestNobodyIsOfferedToConfirmWhatTheyAskedFor(t *testing.T) {
	t.Parallel()
	o := supervised(t) // the supervisor is who asked for the erasure
	page := o.page("/desk/approvals")
	contains(t, page, "L&#39;hai chiesto tu", "/record/resolve_doubt?member_id="+wife)
	if strings.Contains(page, "/record/confirm_erasure") {
		t.Error("whoever asked is offered to confirm")
	}
}

func TestTimesAreDrawnAndWrittenBeneath(t *testing.T) {
	t.Parallel()
	o := supervised(t)
	contains(t, o.page("/desk/times"), `role="img"`, "Metà è andata avanti entro", "90 giorni", "Nessuno è entrato in questa fase", "non si può ancora dire")
}

func TestWhoHasNoPageOfTodayBeginsWithTheirOwn(t *testing.T) {
	t.Parallel()
	o := open(t)
	for role, first := range firstPages {
		o.role = role
		if answer := o.ask("GET", "/", nil); answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != first {
			t.Errorf("%s: %d %s", role, answer.Code, answer.Header().Get("Location"))
		}
	}
}

var firstPages = map[casefile.Role]string{casefile.SUIOfficer: "/handoffs", casefile.Operator: "/health"}
