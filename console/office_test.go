// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/intake"
	"ricongiungi/views"
)

// working is the office with somebody of the role at the pages.
func working(t *testing.T, role casefile.Role) *office {
	t.Helper()
	o := open(t)
	o.role = role
	return o
}

// send uploads a file as a form does.
func (o *office) send(target, name string, content []byte) *httptest.ResponseRecorder {
	o.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		o.must(err)
		_, err = part.Write(content)
		o.must(err)
	}
	o.must(form.Close())
	r := httptest.NewRequest("POST", target, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "__Host-ricongiungi-session", Value: "in"})
	answer := httptest.NewRecorder()
	o.site.ServeHTTP(answer, r)
	return answer
}

// example is a file of hand-offs of the visitor's own office, with one row that
// cannot be taken.
func example(t *testing.T) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := handoff.Template(&text, handoff.CSV); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.ReplaceAll(text.String(), "sui-mi", "wemi-mi"), "\n")
	header := 0
	for strings.HasPrefix(lines[header], "#") {
		header++
	}
	return []byte(strings.Join(lines, "\n") + strings.Repeat(",", strings.Count(lines[header], ",")) + "\n")
}

// followed waits until the work on a file is over.
func (o *office) followed(address string) string {
	o.t.Helper()
	for range 10_000 {
		if page := o.page(address); !strings.Contains(page, "hx-trigger") {
			return page
		}
	}
	o.t.Fatal("the work does not end")
	return ""
}

func TestAFileIsLookedAtBeforeItIsSent(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.SUIOfficer)
	answer := o.send("/handoffs/files", "giugno.csv", example(t))
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	address := answer.Header().Get("Location")
	page := o.followed(address)
	contains(t, page, "giugno.csv", "apre una pratica", "andrebbe in quarantena", "1 da correggere", "la cella è vuota", "/rejected")
	if o.back.kept != nil {
		t.Error("looking has sent something")
	}
	if rejected := o.ask("GET", address+"/rejected", nil).Body.String(); !strings.Contains(rejected, "the cell is empty") {
		t.Errorf("rejected rows: %s", rejected)
	}
	sent := o.ask("POST", address+"/send", url.Values{})
	contains(t, o.followed(sent.Header().Get("Location")), "accolte", "/handoffs/"+handoffA, "Segui che cosa ne è stato")
	if len(o.back.kept) == 0 || len(o.back.rejected) == 0 || o.back.kept[0].By.ID != counsID {
		t.Errorf("%d kept, %d rejected", len(o.back.kept), len(o.back.rejected))
	}
}

func TestAFileThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.SUIOfficer)
	for _, c := range []struct{ name, content, says string }{
		{"", "", "Scegli un file"}, {"a.pdf", "x", "deve finire in .csv"}, {"a.ndjson", "\n", "alcun messaggio"}, {"a.csv", "a,b\n1,2\n", "non si può leggere"},
	} {
		answer := o.send("/handoffs/files", c.name, []byte(c.content))
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", c.name, answer.Code)
		}
		contains(t, answer.Body.String(), c.says, `role="alert"`)
	}
}

func TestAnotherPersonsFileIsNone(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.SUIOfficer)
	if answer := o.ask("GET", "/handoffs/files/"+moveA, nil); answer.Code != http.StatusNotFound {
		t.Errorf("%d", answer.Code)
	}
}

func TestAFileOfAnotherOfficeIsNotTaken(t *testing.T) {
	t.Parallel()
	file, err := intake.Open("a.csv", example(t), casefile.Actor{ID: counsID, Role: casefile.SUIOfficer, Office: "sui-to"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range file.Rows {
		if row.Sound() {
			t.Errorf("line %d of a foreign sender is taken", row.Line)
		}
	}
}

func TestOfficersSeeWhatTheirOwnOfficeSent(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.SUIOfficer)
	contains(t, o.page("/handoffs"), "Nessun nulla osta da revocare.", "nella pratica")
	if o.back.sender != "wemi-mi" {
		t.Errorf("asked for %q", o.back.sender)
	}
	if answer := o.ask("GET", "/handoffs/"+handoffA, nil); answer.Code != http.StatusNotFound {
		t.Errorf("another office's receipt: %d", answer.Code)
	}
	contains(t, o.page("/handoffs/gaps"), "da 4 a 6", "numero 9")
	if answer := o.ask("GET", "/cases", nil); answer.Code != http.StatusForbidden {
		t.Errorf("cases: %d", answer.Code)
	}
	o.role = casefile.Counsellor
	if answer := o.ask("GET", "/handoffs", nil); answer.Code != http.StatusForbidden {
		t.Errorf("a counsellor: %d", answer.Code)
	}
}

func TestTheSupervisorSettlesKnowingOriginalReasonAndProposal(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.Supervisor)
	path := "/handoffs/" + handoffA
	contains(t, o.page(path), "P-MI/F/N/2026/9", "Nessun nulla osta da revocare.", "Scartare", "Doppione", "Definisci")
	if answer := o.ask("POST", path+"/settle", url.Values{"action": {"discard"}}); answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("settled without a reason: %d", answer.Code)
	}
	if answer := o.ask("POST", path+"/settle", url.Values{"action": {"discard"}, "reason": {"duplicate"}}); answer.Code != http.StatusSeeOther || o.back.settled.Reason != "duplicate" {
		t.Errorf("%d %+v", answer.Code, o.back.settled)
	}
	if answer := o.ask("POST", path+"/propose", url.Values{"action": {"retry"}, "reason": {"cause_removed"}}); answer.Code != http.StatusSeeOther || o.back.proposed.Action != "retry" {
		t.Errorf("%d %+v", answer.Code, o.back.proposed)
	}
	o.role = casefile.Operator
	if page := o.page(path); strings.Contains(page, "P-MI/F/N/2026/9") || strings.Contains(page, "Adel") {
		t.Error("an operator reads what the message says")
	}
}

func TestAnAuditorFindsEventsAndTakesTheirProofs(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.Auditor)
	page := o.page("/log?type=case_opened&actor=" + counsID + "&case=" + caseA + "&from=2026-03-01&to=2026-03-31")
	contains(t, page, "Giulia Ferrario", "/log/cases/"+caseA+"/proof/1", "/log/cases/"+caseA+"/capsule")
	if q := o.back.search; q.Type != "case_opened" || q.ActorID != counsID || q.CaseID != caseA || q.From != day("2026-03-01").Start().UTC() || !q.To.Before(day("2026-04-01").Start()) {
		t.Errorf("%+v", q)
	}
	if answer := o.ask("GET", "/log?case=Rossi", nil); answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("a name as an id: %d", answer.Code)
	}
	for path, mediaType := range map[string]string{"/proof/1": "application/json", "/capsule": "application/zip"} {
		if answer := o.ask("GET", "/log/cases/"+caseA+path, nil); answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != mediaType {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	for _, path := range []string{"/log/cases/" + caseA + "/proof/9999", "/log/cases/" + caseA + "/proof/x", "/log/cases/" + caseOf + "/capsule"} {
		if answer := o.ask("GET", path, nil); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
}

func TestTheAnswerOfAVerificationIsGreenOrRed(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.Auditor)
	if answer := o.ask("POST", "/log/verify", url.Values{}); answer.Header().Get("Location") != "/log/verify/"+moveA {
		t.Errorf("%d", answer.Code)
	}
	contains(t, o.page("/log/verify/"+moveA), "INTEGRO", "Tutti i 41200 eventi", "intact")
	o.back.altered = true
	contains(t, o.page("/log/verify/"+moveA), "ALTERATO", "Posizione 7", "Non fidarti")
	o.back.going = true
	contains(t, o.page("/log/verify/"+moveA), "Verificati 20000 eventi di 41200", `value="20000"`)
	o.ask("POST", "/log/verify", url.Values{"against": {"log\r\n3\r\nroot\r\n\r\n— sig\r\n"}})
	if len(o.back.against) != 1 || o.back.against[0] != "log\n3\nroot\n\n— sig\n" {
		t.Errorf("held against %q", o.back.against)
	}
	o.back.bad = views.BadFile{Reason: "not signed"}
	if answer := o.ask("POST", "/log/verify", url.Values{"against": {"x"}}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "non sono firmate") {
		t.Errorf("a forged statement: %d", answer.Code)
	}
	o.back.bad = views.ErrBusy
	if answer := o.ask("POST", "/log/verify", url.Values{}); answer.Code != http.StatusConflict {
		t.Errorf("a second one: %d", answer.Code)
	}
}

func TestAStatementForTheRegisterShowsTheDigestInGroups(t *testing.T) {
	t.Parallel()
	contains(t, working(t, casefile.Auditor).page("/log/checkpoint"), "ricongiungi.example/log", "41200", "<span>26da</span> <span>94d6</span>")
}

func TestAnOperatorSeesWhatWorksAndWhatToDo(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.Operator)
	contains(t, o.page("/health"), "Tutto funziona", "40 secondi", "90 giorni", "Mai verificato", "nessuna nota")
	o.back.altered = true
	contains(t, o.page("/health"), "3 parti non funzionano", "avvia ricongiungi work", "ALLARME", "2 ore", "ALTERATO")
	if page := o.page("/health"); strings.Contains(page, "Mansour") {
		t.Error("an operator reads a name")
	}
}

func TestARuleIsTriedWithoutRecordingAnything(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.Supervisor)
	answer := o.send("/desk/rules", "law.csv", []byte("id"))
	if answer.Header().Get("Location") != "/desk/rules/"+moveA {
		t.Fatalf("%d", answer.Code)
	}
	contains(t, o.page("/desk/rules/"+moveA), "1 pratica su 100", "Diventa in ritardo: 1", "Requisito perso: 1", "2026-05-14 → 2026-05-07", "Nulla è stato registrato")
	if file := o.ask("GET", "/desk/rules/"+moveA+"?csv=1", nil); !strings.HasPrefix(file.Header().Get("Content-Type"), "text/csv") {
		t.Error(file.Header())
	}
	o.back.going = true
	contains(t, o.page("/desk/rules/"+moveA), "30 di 100")
	for says, err := range map[string]error{"line 2": views.BadFile{Reason: "line 2: no such rule"}, "in corso": views.ErrBusy} {
		o.back.bad = err
		contains(t, o.send("/desk/rules", "law.csv", []byte("id")).Body.String(), says)
	}
	contains(t, o.send("/desk/rules", "", nil).Body.String(), "Scegli un file")
}

func TestEmptyPagesSayWhatToDo(t *testing.T) {
	t.Parallel()
	o := working(t, casefile.Supervisor)
	o.back.nothing = true
	for path, says := range map[string]string{"/handoffs": "Nessuna trasmissione", "/handoffs/quarantine": "Niente in quarantena", "/handoffs/gaps": "Nessun numero manca", "/log": "Togli un filtro", "/log/verify": "Mai verificato"} {
		contains(t, o.page(path), says)
	}
}
