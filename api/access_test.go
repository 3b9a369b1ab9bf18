// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
)

func TestEveryRouteHasARow(t *testing.T) {
	a := loadRights()
	var served []string
	walk := func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		served = append(served, method+" "+route)
		return nil
	}
	require.NoError(t, chi.Walk(newRouter(Config{}), walk))
	assert.ElementsMatch(t, served, keysOfMap(a.routes))
	names := slices.DeleteFunc(casefile.CommandNames(), func(name string) bool { return name == "wake" })
	assert.ElementsMatch(t, names, keysOfMap(a.commands))
	for key, row := range a.routes {
		assert.Len(t, row.roles, len(roles), key)
	}
}

func keysOfMap[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	return keys
}

// Every cell of the table is tried over HTTP: yes is anything but 401 and 403,
// no is 403, and without a token it is 401 unless anyone may.
func TestEveryCellOfTheRouteTable(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimit = Rate{PerSecond: 1e6, Burst: 1e6} })
	filled := strings.NewReplacer("{handoff_id}", caseA, "{case_id}", caseA, "{command_id}", keyA, "{version}", "1", "{name}", "commands.json")
	for key, row := range loadRights().routes {
		method, pattern, _ := strings.Cut(key, " ")
		answer := w.do(method, filled.Replace(pattern), "")
		assert.Equal(t, !row.anyone, answer.Code == http.StatusUnauthorized, "%s without a token: %d", key, answer.Code)
		for _, role := range roles {
			answer := w.do(method, filled.Replace(pattern), "", w.as(role))
			assert.Equal(t, !row.anyone && !row.roles[role], answer.Code == http.StatusForbidden, "%s as %s: %d", key, role, answer.Code)
			assert.NotEqual(t, http.StatusUnauthorized, answer.Code)
		}
	}
}

func TestEveryCellOfTheCommandTable(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimit = Rate{PerSecond: 1e6, Burst: 1e6} })
	route := loadRights().route("POST", "/v1/cases/{case_id}/commands")
	for name, row := range loadRights().commands {
		data, err := os.ReadFile("../schemas/examples/commands/" + name + ".json")
		require.NoError(t, err)
		body, err := json.Marshal(map[string]json.RawMessage{"type": json.RawMessage(`"` + name + `"`), "data": data})
		require.NoError(t, err)
		for _, role := range roles {
			may := row.roles[role] && route.roles[role]
			if name == "correct_event" && role == casefile.EducationOfficer {
				may = false // the example corrects an entry, which is not theirs to record
			}
			answer := w.give(string(body), w.as(role))
			want := http.StatusForbidden
			if may {
				want = http.StatusOK
			}
			assert.Equal(t, want, answer.Code, "%s as %s: %s", name, role, answer.Body)
		}
	}
}

func TestCorrectionNeedsTheRightToGiveTheCommand(t *testing.T) {
	w := newWorld(t)
	correct := func(name, data string) string {
		return `{"type":"correct_event","data":{"event_id":"` + eventA + `","reason":"typed_wrongly","type":"` + name + `","body":` + data + `}}`
	}
	decision := correct("decide_members", `{"on":"2026-03-31","decisions":[{"ref":"1","outcome":"refused"}]}`)
	place := correct("accept_place", `{"on":"2026-03-31","member_id":"`+pupilA+`"}`)
	assert.Equal(t, http.StatusForbidden, w.give(decision).Code)
	assert.Equal(t, http.StatusOK, w.give(decision, w.as(casefile.Supervisor)).Code)
	assert.Equal(t, http.StatusOK, w.give(place, w.as(casefile.EducationOfficer)).Code)
}

func TestEducationOfficersSeePupilsOnly(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/cases/"+caseA, "", w.as(casefile.EducationOfficer))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	var view casefile.View
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &view))
	require.Len(t, view.Members, 1)
	assert.Equal(t, pupilA, view.Members[0].MemberID)
	assert.NotNil(t, view.Members[0].School)
	require.Len(t, view.People, 1)
	assert.Equal(t, casefile.Particulars{FamilyName: "Pupil", BirthDate: day}, view.People[0].Particulars)
	assert.True(t, view.Review.FiledOn.IsZero())
	require.Len(t, view.Agenda, 1)
	assert.Equal(t, casefile.Schooling, view.Agenda[0].Part)
	for _, other := range []string{"Sponsor", "Spouse", memberA + `","ref`, "P-MI", "celav", "italian_course", "passport", "+39", "housing", "colloqui-1"} {
		assert.NotContains(t, answer.Body.String(), other)
	}
	agenda := w.do("GET", "/v1/cases/"+caseA+"/agenda", "", w.as(casefile.EducationOfficer))
	assert.NotContains(t, agenda.Body.String(), `"part":"arrival"`)
}

func TestCaseWithoutPupilsIsNoneForEducation(t *testing.T) {
	view := sampleView()
	view.Members = view.Members[:1]
	_, err := masked(view, casefile.EducationOfficer)
	assert.ErrorIs(t, err, ErrNotFound)
	same, err := masked(view, casefile.Counsellor)
	assert.NoError(t, err)
	assert.Equal(t, view, same)
}
