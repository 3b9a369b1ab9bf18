// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ricongiungi/casefile"
)

// visas brings both members to a visa, so that they may enter.
func (o *office) visas() {
	for _, member := range []string{wife, daughter} {
		o.decideAll("2026-02-25", &casefile.RecordVisaRequested{Step: casefile.Step{MemberID: member, On: day("2026-02-10")}},
			&casefile.RecordVisaGranted{Step: casefile.Step{MemberID: member, On: day("2026-02-20")}, Expires: day("2027-02-20")})
	}
}

func (o *office) decideAll(on string, commands ...casefile.Command) {
	for i, c := range commands {
		id := casefile.DeriveID(caseA, on+casefile.CommandName(c)+string(rune('a'+len(o.facts)+i)))
		if outcome := o.outcome(day(on).Start().Add(9*3600e9), c, id); outcome.Refusal != nil {
			o.t.Fatalf("%s: %s", casefile.CommandName(c), outcome.Refusal.Text.En)
		}
	}
}

// post sends a form and gives the page that it leads to.
func (o *office) post(path string, form url.Values, headers ...string) (int, string) {
	o.t.Helper()
	answer := o.ask("POST", path, form, headers...)
	if answer.Code == http.StatusSeeOther {
		return answer.Code, o.page(answer.Header().Get("Location"), headers...)
	}
	return answer.Code, answer.Body.String()
}

func entry(o *office, on string, members ...string) url.Values {
	form := with(o.form("record_entry"), "on", on)
	form["member_id"] = members
	return form
}

func TestAMotherAndHerDaughterWhoEnteredTogetherAreRecordedOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.visas()
	code, page := o.post("/cases/"+caseA+"/record/record_entry", entry(o, "2026-03-05", wife, daughter))
	if code != http.StatusSeeOther || len(o.orders) != 2 {
		t.Fatalf("%d, %d commands", code, len(o.orders))
	}
	contains(t, page, "Registrato: ", "Date che si spostano:", "Presentarsi allo Sportello Unico", "17 marzo 2026", "8 giorni lavorativi", "Annulla subito")
	if first, second := o.orders[0], o.orders[1]; first.CommandID == second.CommandID || second.IfVersion <= first.IfVersion {
		t.Errorf("the second does not follow on the first: %+v %+v", first, second)
	}
}

func TestWhatIsRefusedForOneMemberIsToldForThatMemberOnly(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.visas()
	o.decideAll("2026-03-02", &casefile.Withdraw{On: day("2026-03-02"), Members: []string{daughter}, Reason: "family_wish"})
	code, page := o.post("/cases/"+caseA+"/record/record_entry", entry(o, "2026-03-05", wife, daughter))
	if code != http.StatusUnprocessableEntity {
		t.Fatalf("%d", code)
	}
	contains(t, page, "Non tutto è stato registrato", "<strong>Salma Fathy</strong>: registrato", "<strong>Nour Mansour</strong>", `value="`+daughter+`" checked>`)
	if strings.Contains(page, `value="`+wife+`" id="member_id" checked`) {
		t.Error("who was recorded is still chosen")
	}
}

var undoForm = regexp.MustCompile(`name="order" value="([^"]*)"`)

func orders(page string) url.Values {
	form := url.Values{}
	for _, found := range undoForm.FindAllStringSubmatch(page, -1) {
		form.Add("order", found[1])
	}
	return form
}

func TestWhatWasJustRecordedIsUndoneAtOnceAndOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.visas()
	_, page := o.post("/cases/"+caseA+"/record/record_entry", entry(o, "2026-03-05", wife, daughter))
	undo := orders(page)
	for range 2 {
		if code, page := o.post("/cases/"+caseA+"/undo", undo); code != http.StatusSeeOther || !strings.Contains(page, "non più dovuto") {
			t.Fatalf("%d\n%s", code, page)
		}
	}
	if view := o.view(); view.Members[0].Stage == casefile.StageEntered || len(o.orders) != 4 {
		t.Errorf("still entered, or undone twice: %s, %d commands", view.Members[0].Stage, len(o.orders))
	}
}

func TestNobodyUndoesWhatTheyMayNotUndoOrWhatIsNoOrder(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.visas()
	_, page := o.post("/cases/"+caseA+"/record/record_entry", entry(o, "2026-03-05", wife))
	undo := orders(page)
	for _, ids := range []string{"x", casefile.DeriveID(caseA, "never given")} {
		if code, _ := o.post("/cases/"+caseA+"/undo", url.Values{"order": {ids}}); code != http.StatusNotFound {
			t.Errorf("%s: %d", ids, code)
		}
	}
	o.role = casefile.EducationOfficer
	if code, _ := o.post("/cases/"+caseA+"/undo", undo); code != http.StatusNotFound {
		t.Errorf("an education officer undoes an entry: %d", code)
	}
}

func TestWhatIsTypedIsKeptAsADraftUntilItIsRecordedOrThrownAway(t *testing.T) {
	t.Parallel()
	o := open(t)
	typed := url.Values{"note": {"Porta il certificato giovedì"}, "draft": {"1"}, "key": {"x"}}
	answer := o.ask("POST", "/cases/"+caseA+"/record/add_note", typed, "HX-Request", "true")
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "Bozza salvata alle 10:00") {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	contains(t, o.page("/"), "Bozze da finire", "/record/add_note")
	contains(t, o.page("/cases/"+caseA+"/record/add_note"), "Porta il certificato giovedì", "Bozza ripresa")
	o.post("/cases/"+caseA+"/record/add_note/discard", url.Values{"x": {"y"}})
	if page := o.page("/cases/" + caseA + "/record/add_note"); strings.Contains(page, "Porta il certificato") {
		t.Error("the draft is still there")
	}
	code, page := o.post("/cases/"+caseA+"/record/add_note", typed)
	if code != http.StatusSeeOther {
		t.Fatalf("%d", code)
	}
	contains(t, page, "Bozza conservata")
	o.post("/cases/"+caseA+"/record/add_note", with(o.form("add_note"), "note", "Porta il certificato giovedì"))
	if len(o.drafts) != 0 {
		t.Error("what is recorded is still a draft")
	}
}

func TestASessionThatEndedLosesNothingThatWasTyped(t *testing.T) {
	t.Parallel()
	o := open(t)
	form := with(o.form("add_note"), "note", "Un racconto <lungo>")
	o.away = true
	answer := o.ask("POST", "/cases/"+caseA+"/record/add_note", form)
	if answer.Code != http.StatusUnauthorized || len(o.orders) != 0 {
		t.Fatalf("%d", answer.Code)
	}
	contains(t, answer.Body.String(), `value="Un racconto &lt;lungo&gt;"`, `name="key" value="`+form.Get("key")+`"`, `action="/cases/`+caseA+`/record/add_note"`)
	if answer := o.ask("POST", "/cases/"+caseA+"/record/add_note", form, "HX-Request", "true"); answer.Code != http.StatusUnauthorized || answer.Body.Len() > 0 {
		t.Errorf("the script gets %d %s", answer.Code, answer.Body)
	}
	o.away = false
	if code, _ := o.post("/cases/"+caseA+"/record/add_note", form); code != http.StatusSeeOther || len(o.orders) != 1 {
		t.Errorf("after signing in: %d", code)
	}
}

func TestAFormThatIsTooLargeIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	o := open(t)
	code, page := o.post("/cases/"+caseA+"/record/add_note", with(o.form("add_note"), "note", strings.Repeat("a", formLimit)))
	if code != http.StatusRequestEntityTooLarge {
		t.Fatalf("%d", code)
	}
	contains(t, page, "Troppo grande")
}

// last is the address of what can be done about the latest event of the type.
func (o *office) last(name, what string) string {
	for i := len(o.facts) - 1; i >= 0; i-- {
		if casefile.EventName(o.facts[i].Event) == name {
			return "/cases/" + caseA + "/events/" + o.facts[i].EventID + "/" + what
		}
	}
	o.t.Fatalf("no %s", name)
	return ""
}

func (o *office) hiddenOf(path string) url.Values {
	values := url.Values{}
	for _, found := range hidden.FindAllStringSubmatch(o.page(path), -1) {
		values.Set(found[1], found[2])
	}
	return values
}

func TestAnEventIsUndoneFromTheTimelineWithAReason(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.last("note_added", "undo")
	contains(t, o.page("/cases/"+caseA+"/timeline"), path)
	form := o.hiddenOf(path)
	if code, page := o.post(path, form); code != http.StatusUnprocessableEntity || !strings.Contains(page, `aria-invalid="true"`) {
		t.Fatalf("without a reason: %d", code)
	}
	if code, _ := o.post(path, with(form, "reason", "other_person")); code != http.StatusSeeOther {
		t.Fatalf("%d", code)
	}
	contains(t, o.page("/cases/"+caseA+"/timeline"), "<del><strong>Nota</strong></del>", "Riguarda un&#39;altra persona", "Giulia Ferrario")
	if answer := o.ask("GET", path, nil); answer.Code != http.StatusNotFound {
		t.Errorf("what is undone can be undone again: %d", answer.Code)
	}
}

func TestACorrectionBeginsWithWhatIsRecordedAndTheTimelineShowsBothVersions(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.visas()
	o.post("/cases/"+caseA+"/record/record_entry", entry(o, "2026-03-05", wife))
	path := o.last("entered", "correct")
	contains(t, o.page(path), `value="2026-03-05"`, `value="`+wife+`" id="member_id" checked`, "Com&#39;è registrato ora")
	form := with(o.hiddenOf(path), "on", "2026-03-04", "member_id", wife)
	if code, _ := o.post(path, form); code != http.StatusUnprocessableEntity {
		t.Fatalf("without a reason: %d", code)
	}
	code, page := o.post(path, with(form, "correction_reason", "misread"))
	if code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", code, page)
	}
	contains(t, page, "Presentarsi allo Sportello Unico", "dal 17 marzo 2026 al 16 marzo 2026")
	contains(t, o.page("/cases/"+caseA+"/timeline"), "<del>5 marzo 2026</del> <ins>4 marzo 2026</ins>", "Letto male")
	contains(t, o.page(path), `value="2026-03-04"`)
}

func TestANoteIsCorrectedWithItsWords(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.last("note_added", "correct")
	contains(t, o.page(path), "Chiamare di sera</textarea>")
	if code, page := o.post(path, with(o.hiddenOf(path), "note", "Chiamare di mattina", "correction_reason", "misread")); code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", code, page)
	}
	contains(t, o.page("/cases/"+caseA+"/timeline"), "<del>Chiamare di sera</del> <ins>Chiamare di mattina</ins>")
}
