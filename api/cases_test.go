// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
)

func TestCaseIsServedUnderItsVersion(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/cases/"+caseA, "", w.as(casefile.Counsellor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Equal(t, `"7"`, answer.Header().Get("ETag"))
	answer = w.do("GET", "/v1/cases/"+caseA, "", w.as(casefile.Counsellor), header("If-None-Match", `"7"`))
	assert.Equal(t, http.StatusNotModified, answer.Code)
	assert.Empty(t, answer.Body.String())
	for _, id := range []string{caseB, "1"} {
		assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/cases/"+id, "", w.as(casefile.Counsellor)).Code)
	}
}

func TestCaseAsItWas(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string][2]time.Time{
		"?as_of=2026-03-31":              {time.Date(2026, 3, 31, 21, 59, 59, 999999999, time.UTC), {}},
		"?known_at=2026-03-31T10:00:00Z": {{}, time.Date(2026, 3, 31, 10, 0, 0, 0, time.UTC)},
	} {
		answer := w.do("GET", "/v1/cases/"+caseA+target, "", w.as(casefile.Auditor))
		require.Equal(t, http.StatusOK, answer.Code, answer.Body)
		assert.Equal(t, want, w.asked)
	}
	for _, target := range []string{"?as_of=yesterday", "?as_of=2026-02-30", "?known_at=2026-03-31T25:00:00Z", "?asof=2026-03-31", "?as_of=2026-03-31&as_of=2026-04-01"} {
		answer := w.do("GET", "/v1/cases/"+caseA+target, "", w.as(casefile.Auditor))
		assert.Equal(t, http.StatusBadRequest, answer.Code, target)
		assert.NotEmpty(t, decodeProblem(t, answer).Problems)
	}
}

func TestListsArePaged(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/cases?office=wemi-mi&phase=arrival&municipio=4&limit=10&cursor=abc", "", w.as(casefile.Supervisor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Equal(t, CaseQuery{Offices: []string{"wemi-mi"}, Phase: "arrival", Municipio: 4, Cursor: "abc", Limit: 10}, w.asked)
	assert.Contains(t, answer.Body.String(), `"next_cursor":"next-1"`)
	for _, target := range []string{"?limit=0", "?limit=501", "?phase=lost", "?municipio=10", "?cursor=forged", "?office=Wemi", "?a;b"} {
		assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/cases"+target, "", w.as(casefile.Supervisor)).Code, target)
	}
}

func TestHistoryAndProof(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/cases/"+caseA+"/history?known_at=2026-03-31T10:00:00Z", "", w.as(casefile.Auditor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/cases/"+caseB+"/history", "", w.as(casefile.Auditor)).Code)
	assert.Equal(t, http.StatusOK, w.do("GET", "/v1/cases/"+caseA+"/history/1/proof", "", w.as(casefile.Auditor)).Code)
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/cases/"+caseA+"/history/0/proof", "", w.as(casefile.Auditor)).Code)
}

func TestAgendas(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/cases/"+caseA+"/agenda", "", w.as(casefile.Counsellor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Contains(t, answer.Body.String(), `"why":{`)
	answer = w.do("GET", "/v1/cases/"+caseA+"/handovers", "", w.as(casefile.Counsellor))
	assert.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Contains(t, answer.Body.String(), "comune-bergamo")
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/cases/"+caseB+"/handovers", "", w.as(casefile.Counsellor)).Code)

	w.do("GET", "/v1/agenda?responsible=counsellor&due_by=2026-04-30", "", w.as(casefile.EducationOfficer))
	assert.Equal(t, casefile.EducationOfficer, w.asked.(AgendaQuery).Role, "others' items are none of theirs")
	answer = w.do("GET", "/v1/agenda?responsible=counsellor&due_by=2026-04-30", "", w.as(casefile.Counsellor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Equal(t, AgendaQuery{Offices: []string{"wemi-mi"}, Role: casefile.Counsellor, Before: day.AddDays(30), Limit: 50}, w.asked)
}

func TestFeedSaysWhereToGoOn(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/events", "", w.as(casefile.Operator))
	assert.Equal(t, [2]int64{-1, 50}, w.asked, "positions count from 0")
	assert.Contains(t, answer.Body.String(), `"next_cursor":"4"`)
	answer = w.do("GET", "/v1/events?cursor=4&limit=5", "", w.as(casefile.Operator))
	assert.Equal(t, [2]int64{3, 5}, w.asked)
	assert.JSONEq(t, `{"items":[],"next_cursor":"4"}`, answer.Body.String())
	assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/events?cursor=-1", "", w.as(casefile.Operator)).Code)
}

func TestProofsOfTheLog(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/log/checkpoint", "", w.as(casefile.SUIOfficer))
	assert.Equal(t, "text/plain; charset=utf-8", answer.Header().Get("Content-Type"))
	assert.Equal(t, http.StatusOK, w.do("GET", "/v1/log/proofs/inclusion?position=0&log_size=3", "", w.as(casefile.Auditor)).Code)
	assert.Equal(t, http.StatusOK, w.do("GET", "/v1/log/proofs/consistency?from=1&to=3", "", w.as(casefile.Auditor)).Code)
	for _, target := range []string{"inclusion?position=3&log_size=3", "inclusion?position=1", "consistency?from=3&to=1", "consistency?from=x&to=1"} {
		assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/log/proofs/"+target, "", w.as(casefile.Auditor)).Code, target)
	}
}

func TestTheLogIsOpenToStrangersWhoWatchIt(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/v1/log/checkpoint", "/v1/log/tile/8/0/000.p/3", "/v1/log/proofs/consistency?from=1&to=3"} {
		assert.Equal(t, http.StatusOK, w.do("GET", path, "").Code, path)
	}
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/log/tile/8/data/000", "").Code)
}

func TestACapsuleWithPersonalDataIsForSupervisors(t *testing.T) {
	w := newWorld(t)
	path := "/v1/cases/" + caseA + "/capsule"
	answer := w.do("GET", path, "", w.as(casefile.Auditor))
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, false, w.asked)
	assert.Contains(t, answer.Header().Get("Content-Disposition"), caseA)
	for role, want := range map[casefile.Role]int{casefile.Counsellor: 403, casefile.Auditor: 403, casefile.EducationOfficer: 403, casefile.Supervisor: 200} {
		assert.Equal(t, want, w.do("GET", path+"?personal_data=true", "", w.as(role)).Code, role)
	}
	assert.Equal(t, true, w.asked)
}

func TestAPersonsOwnDataAreGivenToWhoeverAnswersForThem(t *testing.T) {
	w := newWorld(t)
	export := func(id string, role casefile.Role) *httptest.ResponseRecorder {
		return w.do("GET", "/v1/persons/"+id+"/export", "", w.as(role))
	}
	assert.Equal(t, http.StatusOK, export(memberA, casefile.Supervisor).Code)
	assert.Equal(t, http.StatusForbidden, export(memberA, casefile.Counsellor).Code)
	foreign, none := export(foreignCase, casefile.Supervisor), export(caseB, casefile.Supervisor)
	assert.Equal(t, http.StatusNotFound, foreign.Code)
	assert.Equal(t, withoutIDs(none.Body.String()), withoutIDs(foreign.Body.String()), "a person of a foreign case is none")
}

func TestServiceTellsHowItIs(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Version = "1.2.3" })
	for _, path := range []string{"/status", "/livez", "/readyz", "/openapi.yaml", "/schemas/commands.json"} {
		assert.Equal(t, http.StatusOK, w.do("GET", path, "").Code, path)
	}
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/schemas/secrets.json", "").Code)
	assert.Contains(t, w.do("GET", "/status", "").Body.String(), "Version 1.2.3")

	w.down = map[string]error{"temporal": errors.New("x"), "database": nil}
	assert.Equal(t, http.StatusOK, w.do("GET", "/readyz", "").Code)
	assert.Contains(t, w.do("GET", "/status", "").Body.String(), `"code":"delayed"`)
	w.down = map[string]error{"database": errors.New("x")}
	assert.Equal(t, http.StatusServiceUnavailable, w.do("GET", "/readyz", "").Code)
	assert.Equal(t, http.StatusServiceUnavailable, w.do("GET", "/status", "").Code)
	assert.Equal(t, http.StatusOK, w.do("GET", "/livez", "").Code)
}
