// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/views"
)

func TestChangedRulesAreTriedAndTheResultIsAFileToo(t *testing.T) {
	w := newWorld(t)
	answer := w.do("POST", "/v1/rule-trials", "id,value", w.as(casefile.Supervisor), header("Content-Type", "text/csv"))
	assert.Equal(t, http.StatusAccepted, answer.Code)
	assert.Equal(t, "id,value", string(w.long.begun))
	path := answer.Header().Get("Location")
	assert.Contains(t, w.do("GET", path, "", w.as(casefile.Supervisor)).Body.String(), `"effect":"becomes_late","count":1`)
	file := w.do("GET", path, "", w.as(casefile.Supervisor), header("Accept", "text/csv"))
	assert.Contains(t, file.Body.String(), caseA+","+memberA+",date,presentation")
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/rule-trials/"+caseA, "", w.as(casefile.Supervisor)).Code)
}

func TestATrialThatCannotBeginSaysWhy(t *testing.T) {
	for status, err := range map[int]error{http.StatusUnprocessableEntity: views.BadFile{Reason: "line 2: no such rule"}, http.StatusConflict: views.ErrBusy, http.StatusServiceUnavailable: ErrUnavailable} {
		w := newWorld(t)
		w.long.err = err
		answer := w.do("POST", "/v1/rule-trials", "x", w.as(casefile.Supervisor), header("Content-Type", "text/csv"))
		assert.Equal(t, status, answer.Code)
		if status == http.StatusUnprocessableEntity {
			assert.Contains(t, answer.Body.String(), "line 2: no such rule")
		}
	}
	w := newWorld(t)
	assert.Equal(t, http.StatusUnsupportedMediaType, w.do("POST", "/v1/rule-trials", "{}", w.as(casefile.Supervisor)).Code)
}

func TestTheLogIsLookedThroughOnDemandAndTheAnswerKept(t *testing.T) {
	w := newWorld(t)
	answer := w.do("POST", "/v1/log/verifications", "{}", w.as(casefile.Auditor))
	assert.Equal(t, http.StatusAccepted, answer.Code)
	assert.Contains(t, w.do("GET", answer.Header().Get("Location"), "", w.as(casefile.Auditor)).Body.String(), `"intact":false`)
	assert.Contains(t, w.do("GET", "/v1/log/verifications?limit=5", "", w.as(casefile.Operator)).Body.String(), `"position":7`)
	w.do("POST", "/v1/log/verifications", `{"against":["a statement"]}`, w.as(casefile.Auditor))
	assert.Equal(t, []string{"a statement"}, w.long.against)
	assert.Equal(t, http.StatusUnprocessableEntity, w.do("POST", "/v1/log/verifications", `{"against":"x"}`, w.as(casefile.Auditor)).Code)
	w.long.err = views.ErrBusy
	assert.Equal(t, http.StatusConflict, w.do("POST", "/v1/log/verifications", "{}", w.as(casefile.Auditor)).Code)
}

func TestEventsAreFoundByTypeActorCaseAndTime(t *testing.T) {
	w := newWorld(t)
	target := "/v1/log/entries?type=note_added&actor_id=" + giulia + "&case_id=" + caseA + "&recorded_from=2026-03-01&recorded_to=2026-03-31"
	assert.Equal(t, http.StatusOK, w.do("GET", target, "", w.as(casefile.Auditor)).Code)
	march := rules.On(2026, time.March, 1)
	want := views.LogQuery{Type: "note_added", ActorID: giulia, CaseID: caseA, From: march.Start().UTC(), To: day.End().Add(-time.Nanosecond).UTC(), Limit: 50}
	assert.Equal(t, want, w.long.search)
	for _, bad := range []string{"type=no_such_event", "case_id=1", "actor_id=a%20b", "recorded_from=soon", "name=Rossi"} {
		assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/log/entries?"+bad, "", w.as(casefile.Auditor)).Code, bad)
	}
}

func TestAnOperatorSeesHowThePartsAre(t *testing.T) {
	w := newWorld(t)
	assert.Contains(t, w.do("GET", "/v1/health", "", w.as(casefile.Operator)).Body.String(), `"name":"commands","depth":2,"oldest_seconds":3.5`)
}

func TestAQuarantinedMessageIsSettledTogether(t *testing.T) {
	w := newWorld(t)
	path := "/v1/handoffs/" + caseA
	assert.Contains(t, w.do("GET", path+"/original", "", w.as(casefile.SUIOfficer)).Body.String(), `"sui_file":"P-MI/F/N/2026/9"`)
	assert.Equal(t, http.StatusOK, w.do("POST", path+"/proposals", `{"action":"discard","reason":"duplicate"}`, w.as(casefile.SUIOfficer)).Code)
	assert.Equal(t, handoff.Settlement{Action: "discard", Reason: "duplicate"}, w.proposed)
	assert.Equal(t, http.StatusUnprocessableEntity, w.do("POST", path+"/proposals", `{"action":"burn","reason":"duplicate"}`, w.as(casefile.SUIOfficer)).Code)
}
