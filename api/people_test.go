// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

func TestPeopleAreFoundByNameInTheBody(t *testing.T) {
	w := newWorld(t)
	find := func(body string, role casefile.Role) peopleFound {
		t.Helper()
		answer := w.do("POST", "/v1/people/search", body, w.as(role))
		require.Equal(t, http.StatusOK, answer.Code, answer.Body)
		var found peopleFound
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &found))
		return found
	}
	found := find(`{"query":"نور","birth_date":"2015-03-20","limit":5}`, casefile.Counsellor)
	assert.Equal(t, "Nour", found.Items[0].GivenName)
	assert.Empty(t, found.Elsewhere)
	asked := w.asked.(views.PeopleQuery)
	assert.Equal(t, views.PeopleQuery{Text: "نور", Born: asked.Born, Offices: []string{"wemi-mi"}, Limit: 5}, asked)
	assert.Equal(t, "2015-03-20", asked.Born.String())
	require.Len(t, w.reads, 1)
	assert.Equal(t, caseA, w.reads[0].CaseID)
	assert.Equal(t, "search", w.reads[0].Shown)

	find(`{"query":"Nour"}`, casefile.EducationOfficer)
	assert.True(t, w.asked.(views.PeopleQuery).PupilsOnly)
	find(`{"query":"Nour"}`, casefile.Supervisor)
	assert.True(t, w.asked.(views.PeopleQuery).WithRestricted)
	assert.NotContains(t, w.log.String(), "Nour")
}

func TestASearchGivesAwayNoMoreOfOtherOfficesThanThatOneMayAskThem(t *testing.T) {
	w := newWorld(t)
	w.elsewhere, w.toldOf = []string{"wemi-to"}, []string{foreignCase}
	answer := w.do("POST", "/v1/people/search", `{"query":"P-TO/1"}`, w.as(casefile.Counsellor))
	assert.Contains(t, answer.Body.String(), `"elsewhere":["wemi-to"]`)
	assert.NotContains(t, answer.Body.String(), foreignCase)
	shown := map[string]string{}
	for _, r := range w.reads {
		shown[r.CaseID] = r.Shown
	}
	assert.Equal(t, map[string]string{caseA: "search", foreignCase: "existence"}, shown)
}

func TestABadSearchIsExplainedAndTellsNothing(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string]int{`{"query":"x"}`: 422, `{"query":"Nour","office":"wemi-to"}`: 422, `{}`: 422, `{"query":"Nour","limit":51}`: 422,
		`{"query":"Nour","query":"Adel"}`: 400, `{"query":"a\u0000b"}`: 400, `{"query":"a\nb"}`: 422, `{"query":"` + strings.Repeat("x", 121) + `"}`: 422} {
		answer := w.do("POST", "/v1/people/search", body, w.as(casefile.Counsellor))
		assert.Equal(t, want, answer.Code, "%s: %s", body, answer.Body)
	}
	w.down = map[string]error{"people": ErrUnavailable}
	assert.Equal(t, http.StatusServiceUnavailable, w.do("POST", "/v1/people/search", `{"query":"Nour"}`, w.as(casefile.Counsellor)).Code)
	assert.Empty(t, w.reads)
}
