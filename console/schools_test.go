// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/schools/desk/desktest"
	"ricongiungi/schools/placement"
)

const childAddress = "/schools/children/" + caseA + "/"

func TestChildrenWhoWaitAreListedWithTheirTimeWithoutSchool(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	page := o.page("/schools?phase=searching&municipio=2&grade=5&level=primaria")
	contains(t, page, "Nour Mansour", "5ª primaria", "si cerca un posto", "In tutto 8 giorni di lezione senza scuola", `aria-current="page"`)
	contains(t, o.page("/schools?municipio=9"), "Nessun minore in attesa con questi filtri")
	contains(t, o.page("/schools", "Accept-Language", "en"), "8 days of lessons without school in all")
}

func TestOnlyThoseWhoPlaceChildrenSeeThem(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	for role, want := range map[casefile.Role]int{casefile.Counsellor: 403, casefile.Auditor: 403, casefile.Operator: 403, casefile.SUIOfficer: 403, casefile.Supervisor: 200, casefile.EducationOfficer: 200} {
		o.role = role
		if got := o.ask("GET", "/schools", nil).Code; got != want {
			t.Errorf("%s: %d", role, got)
		}
	}
	o.role = casefile.EducationOfficer
	for _, address := range []string{childAddress + wife, childAddress + uuid.NewString(), "/schools/children/" + caseOf + "/" + daughter, "/schools/list/MIEE999999", "/schools/placements/" + uuid.NewString()} {
		if got := o.ask("GET", address, nil).Code; got != 404 {
			t.Errorf("%s: %d", address, got)
		}
	}
	if page := o.page(childAddress + daughter); strings.Contains(page, "Salma") || strings.Contains(page, "+39 02") {
		t.Error("the page tells of the rest of the family")
	}
}

func TestAChildsPageShowsTheNeedTheLifeOfTheSearchAndSchoolsWithReasons(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	page := o.page(childAddress + daughter)
	contains(t, page, "Nour Mansour: scuola", "8 giorni di lezione", "5ª primaria", "arabo", "Scuola Vicina", "Scelta n. 1 della famiglia", "Posti liberi al", "verifica con la scuola", "Proponi questo posto")
	if near, far := strings.Index(page, ">Scuola Vicina<"), strings.Index(page, ">Scuola Lontana<"); near < 0 || far < near {
		t.Error("the schools stand in no order")
	}
	// Where the family lives is used and kept nowhere.
	answer := o.ask("POST", childAddress+daughter, url.Values{"where": {"45.53,9.18"}})
	if contains(t, answer.Body.String(), " metri in linea d"); answer.Code != 200 || strings.Contains(o.log.String(), "45.53") {
		t.Errorf("%d, or the log tells where the family lives", answer.Code)
	}
	contains(t, o.ask("POST", childAddress+daughter, url.Values{"where": {"via Inventata 3"}}).Body.String(), `aria-invalid="true"`, "latitudine e longitudine")
}

func TestAPlaceIsProposedOnTheChildsPage(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	form := func(code string) url.Values {
		return url.Values{"key": {uuid.NewString()}, "version": {fmt.Sprint(len(o.facts))}, "school_code": {code}}
	}
	if answer := o.ask("POST", childAddress+daughter+"/propose", form(desktest.Near)); answer.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if last := o.facts[len(o.facts)-1]; casefile.EventName(last.Event) != "place_proposed" {
		t.Fatalf("the case records %s", casefile.EventName(last.Event))
	}
	o.school.kept.Children[0].Phase = casefile.SchoolProposed
	page := o.page(childAddress + daughter)
	contains(t, page, "posto proposto", "record/accept_place?member_id="+daughter, "record/decline_place?member_id="+daughter)
	if strings.Contains(page, "Proponi questo posto") {
		t.Error("a second place is offered")
	}
	answer := o.ask("POST", childAddress+daughter+"/propose", form(desktest.Far))
	if answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("a second proposal: %d", answer.Code)
	}
	contains(t, answer.Body.String(), `role="alert"`)
}

func (o *office) makeRun() string {
	o.t.Helper()
	key := uuid.NewString()
	answer := o.ask("POST", "/schools/placements", url.Values{"key": {key}, "level": {"primaria"}, "seed": {"estrazione"}})
	if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/schools/placements/"+key {
		o.t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	return "/schools/placements/" + key
}

func TestABatchIsMadeCheckedAndConfirmed(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	contains(t, o.page("/schools/placements"), "Nessun calcolo ancora", `value="2026-03-10"`)
	run := o.makeRun()
	page := o.page(run)
	contains(t, page, "Nour Mansour", desktest.Near, "Scuola Vicina: è la scelta n. 1 della famiglia", "Verificato ora", "Conferma la proposta aperta", "estrazione")
	contains(t, o.page("/schools/placements"), "estrazione")

	file := o.ask("GET", run+"/certificate", nil)
	var certificate desk.Certificate
	if err := json.Unmarshal(file.Body.Bytes(), &certificate); err != nil || len(certificate.Check()) != 0 || !strings.HasPrefix(file.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("the download: %v, %v", err, file.Header())
	}
	form := url.Values{"key": {uuid.NewString()}, "action": {"confirm_all"}}
	for range 2 {
		if answer := o.ask("POST", run, form); answer.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", answer.Code, answer.Body)
		}
	}
	if len(o.school.kept.Decisions) != 1 || casefile.EventName(o.facts[len(o.facts)-1].Event) != "place_proposed" {
		t.Errorf("%+v", o.school.kept.Decisions)
	}
	contains(t, o.page(run+"?done=yes"), "confermata", `role="status"`)
}

func TestAProposalIsChangedWithAReasonLeftOrRefused(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	run := o.makeRun()
	decide := func(action string, pairs ...string) *httptest.ResponseRecorder {
		form := url.Values{"key": {uuid.NewString()}, "action": {action}, "member_id": {daughter}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return o.ask("POST", run, form)
	}
	contains(t, decide("change", "school_code", desktest.Far).Body.String(), "Per cambiare scuola indica il motivo")
	contains(t, decide("change", "school_code", desktest.Lower, "reason", "distance").Body.String(), "non ha la classe del minore")
	o.school.kept.Figures[1].Promised = 2
	contains(t, decide("confirm").Body.String(), "Il posto è stato dato ad altri nel frattempo")
	contains(t, o.ask("POST", run, url.Values{"key": {uuid.NewString()}, "action": {"confirm_all"}}).Body.String(), "restano aperte")
	if answer := decide("leave"); answer.Code != http.StatusSeeOther || len(o.orders) != 0 {
		t.Errorf("left: %d, %+v", answer.Code, o.orders)
	}
	if answer := decide("change", "school_code", desktest.Far, "reason", "distance"); answer.Code != http.StatusSeeOther || len(o.orders) != 1 {
		t.Errorf("changed: %d", answer.Code)
	}
	contains(t, o.page(run), "cambiata", "distanza o mezzi")
	contains(t, decide("change", "school_code", desktest.Near, "reason", "other").Body.String(), `role="alert"`, "Regola") // the case has a proposal now
	if answer := decide("sell"); answer.Code != http.StatusNotFound {
		t.Errorf("an action that is none: %d", answer.Code)
	}
}

func TestABatchWithoutAnybodySaysSo(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	o.school.kept.Children = nil
	contains(t, o.ask("POST", "/schools/placements", url.Values{"key": {uuid.NewString()}}).Body.String(), "Nessuna ricerca di posto è aperta")
}

func TestWhoWasErasedIsShownAsErasedInARun(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	run := o.makeRun()
	kept := &o.school.kept.Kept[0]
	kept.Problem.Children, kept.Result.Lines = []placement.Child{kept.Problem.Children[0].Without()}, []placement.Line{kept.Result.Lines[0].Without()}
	page := o.page(run)
	contains(t, page, "Persona cancellata", "Verificato ora", "1 persona è stata cancellata")
	if strings.Contains(page, "Nour") || strings.Contains(page, "è la scelta n. 1") {
		t.Error("the page still tells of the child")
	}
}

func TestPlacesAreShownAsKnownOldOrUnknownAndEntered(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	contains(t, o.page("/schools/list?level=primaria&grade=5"), "Scuola Vicina", "dato vecchio", ">noti<")
	contains(t, o.page("/schools/list?level=secondaria_1"), "non noti")
	school := "/schools/list/" + desktest.Near
	contains(t, o.page(school), "VIA INVENTATA 1", "Tutto ciò che è stato detto", "30% di alunni non italiani")
	enter := func(pairs ...string) *httptest.ResponseRecorder {
		form := url.Values{"key": {uuid.NewString()}, "grade": {"5"}, "on": {"2026-03-10"}, "places": {"3"}, "said_by": {"school"}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return o.ask("POST", school, form)
	}
	for field, bad := range map[string]string{"grade": "9", "on": "2026-03-11", "places": "many", "non_italian": "3", "pupils": "x"} {
		answer := enter(field, bad)
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `aria-invalid="true"`) {
			t.Errorf("%s=%s: %d", field, bad, answer.Code)
		}
	}
	before := len(o.school.kept.Figures)
	if answer := enter("pupils", "100", "non_italian", "31", "language_help", "true"); answer.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if last := o.school.kept.Figures[before]; last.Places != 3 || *last.NonItalian != 31 || !*last.LanguageHelp || last.RecordedBy != counsID {
		t.Errorf("%+v", last)
	}
	contains(t, o.page(school+"?done=1"), "31%", "Registrato.", "Giulia Ferrario")
	o.role = casefile.Counsellor
	if page := o.page(school); strings.Contains(page, "Registra i posti") {
		t.Error("a counsellor is offered the form")
	}
}

// uploadPlaces sends a file as a browser does.
func (o *office) uploadPlaces(content string, fields ...string) *httptest.ResponseRecorder {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	o.must(form.WriteField("key", uuid.NewString()))
	for i := 0; i < len(fields); i += 2 {
		o.must(form.WriteField(fields[i], fields[i+1]))
	}
	if content != "" {
		file, err := form.CreateFormFile("file", "places.csv")
		o.must(err)
		_, err = file.Write([]byte(content))
		o.must(err)
	}
	o.must(form.Close())
	r := httptest.NewRequest("POST", "/schools/places", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "__Host-ricongiungi-session", Value: "in"})
	answer := httptest.NewRecorder()
	o.site.ServeHTTP(answer, r)
	return answer
}

func TestTheTableOfPlacesIsDownloadedFilledInAndUploaded(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	sheet := o.ask("GET", "/schools/places.csv?level=primaria", nil)
	if !strings.HasPrefix(sheet.Body.String(), strings.Join(desk.Columns, ",")) || !strings.Contains(sheet.Header().Get("Content-Disposition"), "places-2026-03-10.csv") {
		t.Errorf("%v\n%s", sheet.Header(), sheet.Body)
	}
	before := len(o.school.kept.Figures)
	filled := "school_code;grade;places\n" + desktest.Near + ";1;4\n" + desktest.Near + ";9;4\n" + desktest.Near + ";2;many\n"
	contains(t, o.uploadPlaces(filled, "rehearsal", "1").Body.String(), "Prova:", "1 dato registrato", "2 righe non accettate", "La scuola non ha questa classe", "Serve un numero da 0 a 999")
	if len(o.school.kept.Figures) != before {
		t.Error("a rehearsal entered something")
	}
	contains(t, o.uploadPlaces(filled).Body.String(), "1 dato registrato")
	if len(o.school.kept.Figures) != before+1 {
		t.Errorf("%d figures", len(o.school.kept.Figures)-before)
	}
	for content, says := range map[string]string{"": "Scegli un file", "name\nx\n": "Il file non è la tabella dei posti"} {
		if answer := o.uploadPlaces(content); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), says) {
			t.Errorf("%q: %d", content, answer.Code)
		}
	}
}

func TestDemandIsShownProtectedAndExportedAlike(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	page := o.page("/schools/demand")
	contains(t, page, "pochi: non pubblicato", "school_demand/1", "posizione del registro 42", "<polygon", "DS379", "Bisogno e posti")
	if strings.Contains(page, "<td>2</td><td>3") || !strings.Contains(page, "<td>10</td>") {
		t.Error("counts are not rounded or small ones are shown")
	}
	file := o.ask("GET", "/schools/demand.csv?group_by=municipio&purpose=report", nil)
	if want := "municipio,children,suppressed,definition,as_of,log_position\n2,10,no,school_demand/1,2026-03-10,42\n"; !strings.HasPrefix(file.Body.String(), want) {
		t.Errorf("%s", file.Body)
	}
	if q := o.school.questions; len(q) != 2 || q[0].Purpose != "class_planning" || q[1].Purpose != "report" || q[1].By.ID != counsID {
		t.Errorf("the questions kept are %+v", q)
	}
	o.school.cells = []demand.Cell{{Values: []string{"2026-02", "primaria"}, Count: 12}, {Values: []string{"2026-03", "cpia"}, Count: 22}}
	contains(t, o.page("/schools/demand?group_by=month,level"), "2026-02", "CPIA", "scuola primaria")
	o.school.cells = nil
	contains(t, o.page("/schools/demand?group_by=language"), "Nessun minore in attesa")
}

func TestForecastAndIndicatorsAreThePublishedOnesOrSayWhatIsMissing(t *testing.T) {
	t.Parallel()
	o := open(t).department()
	contains(t, o.page("/schools/forecast?group_by=level"), "arrival_forecast/1", "0 ingressi")
	contains(t, o.page("/schools/indicators?as_of=2026-03-11"), "al 11 marzo 2026")
	contains(t, o.page("/schools/indicators"), "as_of=2026-03-11", "long_wait/1", "dissimilarità di Duncan", "Troppo pochi minori")
	file := o.ask("GET", "/schools/indicators.csv?as_of=2026-03-10", nil)
	if !strings.HasPrefix(file.Body.String(), "indicator,value,figure,unit,children,definition,as_of,log_position\n") {
		t.Errorf("%s", file.Body)
	}
	// What was published stands: the page shows it and makes nothing anew.
	f := demand.Forecast{Stamp: demand.Stamp{Definition: demand.ForecastDefinition, AsOf: day("2026-03-10"), LogPosition: 7, Inputs: strings.Repeat("ab", 32)}, Probability: 0.8,
		Months: []demand.Coming{{Month: "2026-03", Group: map[string]string{}, Interval: &demand.Interval{Expected: 4.25, Low: 2, High: 7}}, {Month: "2026-04", Group: map[string]string{}, Suppressed: true}},
		Groups: []demand.Coming{{Month: "2026-03", Group: map[string]string{"level": "primaria"}, Interval: &demand.Interval{Expected: 3, Low: 1, High: 5}}}}
	test := demand.BackTest{Scores: []demand.Score{{Ahead: 1, Trials: 12, Error: 1.5, Coverage: 0.75, CoverageLow: 0.4, CoverageHigh: 0.9}},
		Trials: []demand.Trial{{MadeOn: day("2026-01-01"), Month: "2026-01", Ahead: 1, Expected: 3, Low: 1, High: 6, Came: 4}}}
	for key, value := range map[demand.Key]any{demand.ForecastKey(day("2026-03-10"), monthsAhead, []string{"level"}): f, {Kind: demand.BackTestDefinition, On: day("2026-03-10")}: test} {
		raw, err := json.Marshal(value)
		o.must(err)
		_, err = o.school.Publish(t.Context(), key, raw)
		o.must(err)
	}
	contains(t, o.page("/schools/forecast?group_by=level"), "4.25", "2–7", "Intervallo al 80%", "abababababababab", "<polyline", "<circle", "75%", "scuola primaria")
}

func TestTheWordsOfTheSchoolPagesAreSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for prefix, names := range map[string][]string{
		"match": texted(schools.Matches()), "school_kind": {"statale", "paritaria"}, "purpose": demand.Purposes, "group_by": slices.Concat(demandGroups, demand.ForecastDimensions),
		"change": changeReasons, "decision": {"confirm", "change", "leave"}, "priority": placement.StandardPriorities(), "said_by": {"school", "department"},
		"school_phase": {"none", "needed", "searching", "proposed", "accepted", "enrolled", "attending", "confirmed", "left"},
		"upload.wrong": {"school_code", "grade", "on", "places", "said_by", "pupils", "non_italian", "newly_arrived", "language_help"},
	} {
		for _, name := range names {
			ids = append(ids, prefix+"."+name)
		}
	}
	for _, i := range demand.Measure(nil, demand.Schools{}, day("2026-03-10"), rules.Default()).Indicators {
		name, _, _ := strings.Cut(i.ID, "/")
		ids = append(ids, "indicator."+name)
	}
	for _, tag := range languages {
		for _, id := range ids {
			if all.voice(tag.String()).known(id, "") == "" {
				t.Errorf("%s has no text for %s", tag, id)
			}
		}
	}
}

func texted[T ~string](values []T) []string {
	var texts []string
	for _, v := range values {
		texts = append(texts, string(v))
	}
	return texts
}
