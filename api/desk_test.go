// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/views"
)

func TestFiguresOfTheDeskAreTheSameInJSONAndCSV(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"workload", "backlog", "overdue", "times"} {
		answer := w.do("GET", "/v1/desk/"+path, "", w.as(casefile.Supervisor))
		require.Equal(t, http.StatusOK, answer.Code, path)
		assert.Equal(t, []string{"wemi-mi"}, w.bureau.offices, path)
		table := w.do("GET", "/v1/desk/"+path, "", w.as(casefile.Supervisor), header("Accept", "text/csv"))
		rows, err := csv.NewReader(table.Body).ReadAll()
		require.NoError(t, err, path)
		require.Greater(t, len(rows), 1, path)
	}
	var load oversight.Workload
	require.NoError(t, json.Unmarshal(w.do("GET", "/v1/desk/workload", "", w.as(casefile.Supervisor)).Body.Bytes(), &load))
	text := w.do("GET", "/v1/desk/workload", "", w.as(casefile.Supervisor), header("Accept", "text/csv")).Body.String()
	assert.Contains(t, text, fmt.Sprintf("total,,all,%d,%d,%d,%d,no", load.Total.OpenCases, load.Total.Members, load.Total.Overdue, load.Total.DueInWeek))
}

func TestAnotherHubsFiguresAreEmpty(t *testing.T) {
	w := newWorld(t)
	w.do("GET", "/v1/desk/workload?office=wemi-to", "", w.as(casefile.Supervisor))
	assert.Empty(t, w.bureau.offices)
}

func TestTimesAreAskedForThreeYearsUnlessADayIsGiven(t *testing.T) {
	w := newWorld(t)
	w.do("GET", "/v1/desk/times", "", w.as(casefile.Supervisor))
	assert.Equal(t, oversight.TimesSince(rules.DateOf(time.Now())), w.bureau.since)
	w.do("GET", "/v1/desk/times?begun_since=2026-01-01", "", w.as(casefile.Supervisor))
	assert.Equal(t, "2026-01-01", w.bureau.since.String())
	assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/desk/times?begun_since=soon", "", w.as(casefile.Supervisor)).Code)
}

func (w *world) move(body string, set ...func(*http.Request)) (int, string) {
	set = append([]func(*http.Request){w.as(casefile.Supervisor), header("Idempotency-Key", keyA)}, set...)
	answer := w.do("POST", "/v1/reassignments", body, set...)
	return answer.Code, answer.Body.String()
}

func TestManyCasesGoToColleaguesEvenly(t *testing.T) {
	w := newWorld(t)
	w.bureau.cases = []oversight.Assignment{{CaseID: caseA, Was: giulia}, {CaseID: caseB, Was: giulia}}
	status, _ := w.move(`{"reason":"absence","from_counsellor_id":"` + giulia + `","to_counsellor_ids":["` + marco + `"]}`)
	require.Equal(t, http.StatusAccepted, status)
	require.Len(t, w.bureau.given, 2)
	assert.Equal(t, marco, w.bureau.given[0].CounsellorID)
	assert.Equal(t, views.Selection{Offices: []string{"wemi-mi"}, Counsellor: giulia, Limit: oversight.MostMoved + 1}, w.bureau.selection)
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/reassignments/"+caseA, "", w.as(casefile.Supervisor)).Code)
}

func TestWhatCannotBeReassignedIsRefused(t *testing.T) {
	to := `"to_counsellor_ids":["` + marco + `"]`
	for _, c := range []struct {
		why, body string
		cases     int
		status    int
		code      string
	}{
		{"nothing says which cases", `{"reason":"absence",` + to + `}`, 1, 422, "invalid"},
		{"no such reason", `{"reason":"because",` + to + `,"language":"ar"}`, 1, 422, "invalid"},
		{"nobody to give them to", `{"reason":"absence","language":"ar","to_counsellor_ids":[]}`, 1, 422, "invalid"},
		{"somebody who is no colleague", `{"reason":"absence","language":"ar","to_counsellor_ids":["` + caseB + `"]}`, 1, 422, "invalid"},
		{"nobody is named to give them to", `{"reason":"absence","language":"ar"}`, 1, 422, "invalid"},
		{"nothing says what to undo", `{"reason":"undo"}`, 1, 422, "invalid"},
		{"no case matches", `{"reason":"absence","unassigned":true,` + to + `}`, 0, 409, "nothing_to_move"},
		{"too many match", `{"reason":"absence","unassigned":true,` + to + `}`, oversight.MostMoved + 1, 409, "too_many_to_move"},
	} {
		w := newWorld(t)
		w.bureau.cases = make([]oversight.Assignment, c.cases)
		status, body := w.move(c.body)
		assert.Equal(t, c.status, status, c.why)
		assert.Contains(t, body, c.code, c.why)
		assert.Empty(t, w.bureau.given, c.why)
	}
	w := newWorld(t)
	assert.Equal(t, http.StatusBadRequest, w.do("POST", "/v1/reassignments", "{}", w.as(casefile.Supervisor)).Code)
}

func (w *world) undo(id string) *httptest.ResponseRecorder {
	return w.do("POST", "/v1/reassignments", `{"reason":"undo","undoes":"`+id+`"}`, w.as(casefile.Supervisor), header("Idempotency-Key", caseB))
}

func TestAReassignmentSaysWhatBecameOfEachCaseAndIsUndoneOnce(t *testing.T) {
	w := newWorld(t)
	path := "/v1/reassignments/" + moveA
	assert.Equal(t, http.StatusOK, w.do("GET", path, "", w.as(casefile.Supervisor)).Code)
	assert.Contains(t, w.do("GET", path+"/cases?status=refused", "", w.as(casefile.Supervisor)).Body.String(), "case_closed")
	assert.Contains(t, w.do("GET", "/v1/reassignments", "", w.as(casefile.Supervisor)).Body.String(), moveA)
	undone := w.undo(moveA)
	assert.Equal(t, http.StatusAccepted, undone.Code)
	assert.Contains(t, undone.Body.String(), `"left":1`)
	assert.Equal(t, casefile.DeriveID(moveA, "undo"), strings.TrimPrefix(undone.Header().Get("Location"), "/v1/reassignments/"))
	again := w.undo(casefile.DeriveID(moveA, "undo"))
	assert.Equal(t, http.StatusConflict, again.Code, "the undoing is still going on")
}

func TestAnotherOfficesReassignmentLooksLikeNone(t *testing.T) {
	w := newWorld(t)
	w.bureau.kept = map[string]views.Reassignment{keyA: {ID: keyA, By: casefile.Actor{Office: "wemi-to"}}}
	for _, path := range []string{"", "/cases"} {
		assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/reassignments/"+keyA+path, "", w.as(casefile.Supervisor)).Code)
	}
	assert.Equal(t, http.StatusNotFound, w.undo(keyA).Code)
}

func TestApprovalsAreListed(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/approvals", "", w.as(casefile.Supervisor))
	assert.Contains(t, answer.Body.String(), `"kind":"erasure"`)
	assert.Contains(t, answer.Body.String(), `"next_cursor":"next-1"`)
}
