// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/schools/desk/desktest"
	"ricongiungi/views"
)

const runA = "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c01"

// withWaiting puts a child that searches and one that nobody asked for before the desk.
func (w *world) withWaiting() *world {
	w.desk.Children = []views.WaitingChild{
		{MemberID: pupilA, CaseID: caseA, Office: "wemi-mi", Phase: casefile.SchoolSearching, Level: schools.Primaria, Grade: 4, Municipio: 2, Siblings: []string{}, Since: day.AddDays(-40), Days: 40},
		{MemberID: memberA, CaseID: caseA, Office: "wemi-to", Phase: casefile.SchoolSearching, Level: schools.Primaria, Grade: 4, Siblings: []string{}, Since: day},
	}
	return w
}

func (w *world) educationPost(target, body string, set ...func(*http.Request)) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do("POST", target, body, append([]func(*http.Request){w.as(casefile.EducationOfficer), header("Idempotency-Key", runA)}, set...)...)
}

func TestSchoolsAreListedWithWhatIsKnownOfTheirPlaces(t *testing.T) {
	w := newWorld(t, atNow)
	w.desk.Say(desktest.Far, 4, 2, rules.DateOf(now).AddDays(-60))
	answer := w.do("GET", "/v1/schools?level=primaria&grade=4", "", w.as(casefile.Counsellor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	var page list[views.SchoolRow]
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &page))
	require.Len(t, page.Items, 2)
	assert.False(t, page.Items[0].Places[0].Stale)
	assert.True(t, page.Items[1].Places[0].Stale, "a figure of sixty days ago shows as stale")
	assert.Equal(t, "school", page.Items[1].Places[0].SaidBy)
	for _, bad := range []string{"grade=20", "grade=x", "level=liceo", "school_code=milano", "municipio=10", "school_year=1"} {
		assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/schools?"+bad, "", w.as(casefile.Counsellor)).Code, bad)
	}
	history := w.do("GET", "/v1/schools/"+desktest.Far+"/places", "", w.as(casefile.Auditor))
	assert.Equal(t, http.StatusOK, history.Code, history.Body)
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/schools/milano/places", "", w.as(casefile.Auditor)).Code)
}

func TestPlacesAreEnteredByProgramAndByTable(t *testing.T) {
	w := newWorld(t, atNow)
	sheet := w.do("GET", "/v1/school-places?level=primaria", "", w.as(casefile.EducationOfficer))
	require.Equal(t, http.StatusOK, sheet.Code)
	assert.True(t, strings.HasPrefix(sheet.Body.String(), strings.Join(desk.Columns, ",")), sheet.Body)

	entry := `{"school_code":"` + desktest.Far + `","grade":4,"on":"2026-03-30","places":3,"said_by":"school"}`
	assert.Equal(t, http.StatusOK, w.educationPost("/v1/school-places?dry_run=true", `{"items":[`+entry+`]}`).Code)
	assert.Len(t, w.desk.Figures, 1, "a rehearsal enters nothing")
	answer := w.educationPost("/v1/school-places", `{"items":[`+entry+`]}`)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.JSONEq(t, `{"entered":1,"unchanged":0,"rejected":[]}`, answer.Body.String())

	table := "school_code,grade,places\n" + desktest.Far + ",5,1\n" + desktest.Far + ",9,1\n"
	answer = w.educationPost("/v1/school-places", table, header("Content-Type", "text/csv"))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.JSONEq(t, `[{"line":3,"field":"grade","reason":"must be a grade that the school has","raw":"`+desktest.Far+`,9,1"}]`, field(t, answer.Body.Bytes(), "rejected"))
	assert.Len(t, w.desk.Figures, 3)
	assert.Equal(t, http.StatusUnprocessableEntity, w.educationPost("/v1/school-places", "name\nx\n", header("Content-Type", "text/csv")).Code)

	for path, bad := range map[string]string{"/items/0/on": strings.Replace(entry, "2026-03-30", "2026-04-01", 1), "/items/0/grade": strings.Replace(entry, `"grade":4`, `"grade":8`, 1),
		"/items/0/places": strings.Replace(entry, `"places":3`, `"places":-1`, 1), "/items/0/school_code": strings.Replace(entry, desktest.Far, "MIEE999999", 1)} {
		p := decodeProblem(t, w.educationPost("/v1/school-places", `{"items":[`+bad+`]}`))
		assert.Equal(t, 422, p.Status, path)
		assert.Equal(t, path, p.Problems[0].Path)
	}
	assert.Equal(t, "idempotency_key_required", decodeProblem(t, w.do("POST", "/v1/school-places", `{"items":[]}`, w.as(casefile.Supervisor))).Code)
}

func TestSearchesNameNobodyAndShowOwnHubsOnly(t *testing.T) {
	w := newWorld(t, atNow).withWaiting()
	answer := w.do("GET", "/v1/school-searches?level=primaria&phase=searching", "", w.as(casefile.EducationOfficer))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	var page list[views.WaitingChild]
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &page))
	require.Len(t, page.Items, 1, "a child of another hub is not shown")
	assert.Equal(t, 40, page.Items[0].Days)
}

func TestSchoolsAreRankedForOneChild(t *testing.T) {
	w := newWorld(t, atNow).withWaiting()
	answer := w.educationPost("/v1/school-placements", `{"kind":"rank","member_id":"`+pupilA+`","point":"45.5,9.21"}`)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	var ranking desk.Ranking
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &ranking))
	assert.Len(t, ranking.Schools, 2)
	assert.Equal(t, http.StatusNotFound, w.educationPost("/v1/school-placements", `{"kind":"rank","member_id":"`+memberA+`"}`).Code)
	assert.Equal(t, http.StatusUnprocessableEntity, w.educationPost("/v1/school-placements", `{"kind":"rank"}`).Code)
	assert.Equal(t, http.StatusUnprocessableEntity, w.educationPost("/v1/school-placements", `{"kind":"rank","member_id":"`+pupilA+`","point":"9.21,45.5"}`).Code, "swapped coordinates")
}

func TestPlacesAreSharedOutAndEachProposalConfirmedChangedOrLeft(t *testing.T) {
	w := newWorld(t, atNow).withWaiting()
	made := w.educationPost("/v1/school-placements", `{"kind":"batch","lottery_seed":"estrazione di marzo"}`)
	require.Equal(t, http.StatusCreated, made.Code, made.Body)
	assert.Equal(t, "/v1/school-placements/"+runA, made.Header().Get("Location"))
	assert.Equal(t, http.StatusOK, w.do("GET", "/v1/school-placements", "", w.as(casefile.Auditor)).Code)
	shown := w.do("GET", "/v1/school-placements/"+runA, "", w.as(casefile.Supervisor))
	require.Equal(t, http.StatusOK, shown.Code, shown.Body)
	var certificate desk.Certificate
	require.NoError(t, json.Unmarshal(shown.Body.Bytes(), &certificate))
	assert.Empty(t, certificate.Check())

	decide := func(body string) *httptest.ResponseRecorder {
		return w.educationPost("/v1/school-placements/"+runA+"/decisions", body, header("Idempotency-Key", keyA))
	}
	child := `"member_id":"` + pupilA + `"`
	assert.Equal(t, "reason_required", decodeProblem(t, decide(`{`+child+`,"action":"change","school_code":"`+desktest.Far+`"}`)).Code)
	assert.Equal(t, "unsuitable_school", decodeProblem(t, decide(`{`+child+`,"action":"change","school_code":"`+desktest.Lower+`","reason":"wish"}`)).Code)
	assert.Equal(t, http.StatusNotFound, decide(`{"member_id":"`+memberA+`","action":"leave"}`).Code)
	answer := decide(`{` + child + `,"action":"confirm"}`)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	require.Len(t, w.orders, 1)
	assert.Equal(t, "propose_place", w.orders[0].Type)
	assert.Equal(t, keyA, w.orders[0].CommandID)
	w.desk.Figures[0].Promised = 1
	assert.Equal(t, "place_gone", decodeProblem(t, w.educationPost("/v1/school-placements/"+runA+"/decisions", `{`+child+`,"action":"confirm"}`)).Code)
	w.desk.Children = nil
	assert.Equal(t, "nobody_searches", decodeProblem(t, w.educationPost("/v1/school-placements", `{"kind":"batch"}`, header("Idempotency-Key", keyA))).Code)
}

func TestWhatTheCaseRefusesIsAnsweredWithItsRule(t *testing.T) {
	w := newWorld(t, atNow).withWaiting()
	require.Equal(t, http.StatusCreated, w.educationPost("/v1/school-placements", `{"kind":"batch"}`).Code)
	refusal := casefile.Refusal{Code: "already_recorded", Rule: "art. 45 DPR 394/1999", Text: rules.Text{It: "Già.", En: "Already."}}
	w.accept = func(casefile.Order) (*casefile.Outcome, error) { return &casefile.Outcome{Refusal: &refusal}, nil }
	p := decodeProblem(t, w.educationPost("/v1/school-placements/"+runA+"/decisions", `{"member_id":"`+pupilA+`","action":"confirm"}`))
	assert.Equal(t, "already_recorded", p.Code)
	assert.Empty(t, w.desk.Decisions)
}
