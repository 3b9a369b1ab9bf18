// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"ricongiungi/casefile"
)

func contains(t *testing.T, page string, wanted ...string) {
	t.Helper()
	for _, text := range wanted {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not on the page:\n%s", text, page)
		}
	}
}

func TestWhoIsNotSignedInIsSentToSignInAndBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	recorder := httptest.NewRecorder()
	o.site.ServeHTTP(recorder, httptest.NewRequest("GET", "/cases/"+caseA+"?done=x", nil))
	if recorder.Code != http.StatusSeeOther || recorder.Header().Get("Location") != "/sign-in?return="+url.QueryEscape("/cases/"+caseA+"?done=x") {
		t.Errorf("%d %s", recorder.Code, recorder.Header().Get("Location"))
	}
}

func TestEveryPageOfAForeignCaseLooksLikeNoPageAtAll(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	for _, path := range []string{"", "/timeline", "/record", "/record/record_entry"} {
		foreign, none := o.ask("GET", "/cases/"+caseOf+path, nil), o.ask("GET", "/cases/"+uuid.NewString()+path, nil)
		if foreign.Code != http.StatusNotFound || id.ReplaceAllString(foreign.Body.String(), "") != id.ReplaceAllString(none.Body.String(), "") {
			t.Errorf("%s: %d\n%s", path, foreign.Code, foreign.Body)
		}
	}
}

func TestARoleSeesThePagesOfItsPermissionsOnly(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.role = casefile.SUIOfficer
	for _, path := range []string{"/", "/cases", "/cases/" + caseA, "/cases/" + caseA + "/record"} {
		if answer := o.ask("GET", path, nil); answer.Code != http.StatusForbidden {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	o.role = casefile.Auditor
	if page := o.page("/cases/" + caseA); strings.Contains(page, "/record") {
		t.Error("an auditor is offered to record something")
	}
	if answer := o.ask("GET", "/cases/"+caseA+"/record/record_entry", nil); answer.Code != http.StatusForbidden {
		t.Errorf("an auditor gets the form: %d", answer.Code)
	}
}

func TestTheEducationDepartmentSeesThePupilAndNotTheFile(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.told("2026-03-02", &casefile.RequestSchool{Step: casefile.Step{MemberID: daughter, On: day("2026-03-02")}})
	o.role = casefile.EducationOfficer
	page := o.page("/cases/" + caseA)
	contains(t, page, "Nour")
	for _, hidden := range []string{"Salma", "Adel", "+39 02", "Decisione della Prefettura"} {
		if strings.Contains(page, hidden) {
			t.Errorf("the education department sees %s", hidden)
		}
	}
}

func TestACaseIsTakenInAtAGlance(t *testing.T) {
	t.Parallel()
	o := open(t)
	contains(t, o.page("/cases/"+caseA), "Salma Fathy", "Nour Mansour", "10 anni", "prima della partenza", "2 febbraio 2026",
		"Giulia Ferrario", "art. 6 c. 5 Reg", "&lt;script&gt;Mansour&lt;/script&gt;")
	contains(t, o.page("/cases/"+caseA, "Accept-Language", "en"), "before departure", "2 February 2026", `lang="en"`)
}

func TestTodayShowsWhatIsDueWithItsReason(t *testing.T) {
	t.Parallel()
	o := open(t)
	contains(t, o.page("/?all=1"), "In ritardo (1)", "9 febbraio 2026", "5 giorni lavorativi", "Niente scade oggi.")
}

func TestTheTimelineTellsWhatHappenedAsOfADayAndAsKnownOnADay(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.told("2026-03-09", &casefile.RecordContact{On: day("2026-02-20"), Channel: "phone"})
	contains(t, o.page("/cases/"+caseA+"/timeline"), "20 febbraio 2026", "registrato il 9 marzo 2026", "Chiamare di sera")
	if page := o.page("/cases/" + caseA + "/timeline?known_at=2026-03-01"); strings.Contains(page, "20 febbraio") {
		t.Error("what was told on 9 March was known on the 1st")
	}
	if page := o.page("/cases/" + caseA + "/timeline?as_of=2026-02-03"); strings.Contains(page, "Chiamare di sera") {
		t.Error("what happened on the 5th is in the history as of the 3rd")
	}
}

var hidden = regexp.MustCompile(`name="(key|version)" value="([^"]*)"`)

// form opens a form and gives its hidden fields.
func (o *office) form(command string) url.Values {
	values := url.Values{}
	for _, found := range hidden.FindAllStringSubmatch(o.page("/cases/"+caseA+"/record/"+command), -1) {
		values.Set(found[1], found[2])
	}
	return values
}

func with(form url.Values, pairs ...string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func TestWhatIsRecordedOnAFormIsGivenAsACommandOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	form := with(o.form("record_visa_requested"), "member_id", wife, "on", "2026-03-02")
	for range 2 {
		answer := o.ask("POST", "/cases/"+caseA+"/record/record_visa_requested", form)
		order := casefile.DeriveID(form.Get("key"), wife)
		if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/cases/"+caseA+"?done=record_visa_requested&order="+order {
			t.Fatalf("%d %s", answer.Code, answer.Body)
		}
	}
	if len(o.orders) != 1 || string(o.orders[0].Body) != `{"member_id":"`+wife+`","on":"2026-03-02"}` {
		t.Errorf("given: %+v", o.orders)
	}
}

func TestAFormWithMistakesComesBackWithWhatWasTypedAndTheReasons(t *testing.T) {
	t.Parallel()
	o := open(t)
	form := with(o.form("record_needs_profile"), "member_id", daughter, "on", "2026-03-02", "languages", "fr", "years_of_school", "many")
	answer := o.ask("POST", "/cases/"+caseA+"/record/record_needs_profile", form)
	if answer.Code != http.StatusUnprocessableEntity || len(o.orders) != 0 {
		t.Fatalf("%d, %d commands", answer.Code, len(o.orders))
	}
	contains(t, answer.Body.String(), `value="many"`, `<option value="fr" selected>`, `aria-invalid="true"`, `value="`+daughter+`" checked>`)
}

func TestARefusalIsShownWithItsRuleAndWhatWasTyped(t *testing.T) {
	t.Parallel()
	o := open(t)
	form := with(o.form("record_entry"), "member_id", wife, "on", "2026-01-15")
	answer := o.ask("POST", "/cases/"+caseA+"/record/record_entry", form)
	contains(t, answer.Body.String(), `role="alert"`, "Il giorno precede un passo già registrato", "case.order", `value="2026-01-15"`)
	if again := o.form("record_entry").Get("key"); again == form.Get("key") {
		t.Error("a new form has the key of an old one")
	}
}

func TestSomebodyElsesChangeMeanwhileIsShownAsAConflict(t *testing.T) {
	t.Parallel()
	o := open(t)
	form := with(o.form("record_visa_requested"), "member_id", wife, "on", "2026-03-02")
	o.told("2026-03-09", &casefile.AddNote{Note: "Ha chiamato la scuola"})
	answer := o.ask("POST", "/cases/"+caseA+"/record/record_visa_requested", form)
	contains(t, answer.Body.String(), "La pratica è cambiata nel frattempo", "Registrato da altri nel frattempo", "Ha chiamato la scuola", `value="2026-03-02"`)
}

func TestACommandThatIsNotDecidedAtOnceIsSaidToBeSafe(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.slow = true
	answer := o.ask("POST", "/cases/"+caseA+"/record/add_note", with(o.form("add_note"), "note", "Porta i documenti"))
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Code, answer.Header())
	}
	contains(t, o.page(answer.Header().Get("Location")), "Il comando è al sicuro")
}

func TestAPostFromAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	o := open(t)
	form := with(o.form("add_note"), "note", "x")
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		if answer := o.ask("POST", "/cases/"+caseA+"/record/add_note", form, headers...); answer.Code != http.StatusForbidden || len(o.orders) != 0 {
			t.Errorf("%v: %d", headers, answer.Code)
		}
	}
}

func TestEveryAnswerBearsTheHeadersThatKeepPagesApart(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, path := range []string{"/", "/cases/" + caseA, "/no-such-page", "/sources"} {
		h := o.ask("GET", path, nil).Header()
		policy := h.Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "base-uri 'none'") {
			t.Errorf("%s: policy %s", path, policy)
		}
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestNoPageLogsWhoIsOnIt(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.page("/cases/" + caseA)
	o.ask("POST", "/cases/"+caseA+"/record/add_note", with(o.form("add_note"), "note", "un segreto"))
	for _, secret := range []string{"Mansour", "Salma", "segreto", "Giulia"} {
		if strings.Contains(o.log.String(), secret) {
			t.Errorf("the log names %s:\n%s", secret, &o.log)
		}
	}
}

func TestTheLanguageIsTheReadersChoice(t *testing.T) {
	t.Parallel()
	o := open(t)
	answer := o.ask("POST", "/language", url.Values{"language": {"en"}, "return": {"/cases"}})
	if answer.Header().Get("Location") != "/cases" || !strings.Contains(answer.Header().Get("Set-Cookie"), languageCookie+"=en") {
		t.Errorf("%v", answer.Header())
	}
	contains(t, o.page("/", "Cookie", "__Host-ricongiungi-session=in; "+languageCookie+"=en", "Accept-Language", "it"), "Today")
}

func TestWhatIsNextOnTheAgendaIsOfferedFirstWithItsMember(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.told("2026-02-09", &casefile.RecordContact{On: day("2026-02-09"), Channel: "phone"})
	page := o.page("/cases/" + caseA + "/record")
	likely := strings.Index(page, "Probabilmente adesso")
	offered := "/cases/" + caseA + "/record/request_consulate_appointment?member_id=" + wife
	if at := strings.Index(page, offered); likely < 0 || at < likely || at > strings.Index(page, "Prima della partenza") {
		t.Errorf("%s is not offered on top:\n%s", offered, page)
	}
	contains(t, o.page(strings.ReplaceAll(offered, "&amp;", "&")), `value="`+wife+`" id="member_id" checked>`)
}
