// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/access"
	"ricongiungi/casefile"
)

func TestEveryRouteHasARow(t *testing.T) {
	a := access.Default()
	var served []string
	walk := func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		served = append(served, method+" "+strings.Replace(route, "*", "{tile_path}", 1))
		return nil
	}
	require.NoError(t, chi.Walk(newRouter(Config{}), walk))
	assert.ElementsMatch(t, served, keysOfMap(a.Routes))
	names := slices.DeleteFunc(casefile.CommandNames(), func(name string) bool { return name == "wake" })
	assert.ElementsMatch(t, names, keysOfMap(a.Commands))
	for key, row := range a.Routes {
		assert.Len(t, row.Roles, len(casefile.OperatorRoles()), key)
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
	filled := strings.NewReplacer("{handoff_id}", caseA, "{case_id}", caseA, "{command_id}", keyA, "{version}", "1", "{name}", "commands.json", "{tile_path}", "8/0/000.p/3", "{person_id}", memberA, "{reassignment_id}", moveA, "{trial_id}", moveA, "{verification_id}", moveA)
	for key, row := range access.Default().Routes {
		method, pattern, _ := strings.Cut(key, " ")
		answer := w.do(method, filled.Replace(pattern), "")
		assert.Equal(t, !row.Anyone, answer.Code == http.StatusUnauthorized, "%s without a token: %d", key, answer.Code)
		for _, role := range casefile.OperatorRoles() {
			answer := w.do(method, filled.Replace(pattern), "", w.as(role))
			assert.Equal(t, !row.Anyone && !row.Roles[role], answer.Code == http.StatusForbidden, "%s as %s: %d", key, role, answer.Code)
			assert.NotEqual(t, http.StatusUnauthorized, answer.Code)
		}
	}
}

func TestEveryCellOfTheCommandTable(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimit = Rate{PerSecond: 1e6, Burst: 1e6} })
	route := access.Default().Route("POST", "/v1/cases/{case_id}/commands")
	for name, row := range access.Default().Commands {
		data, err := os.ReadFile("../schemas/examples/commands/" + name + ".json")
		require.NoError(t, err)
		body, err := json.Marshal(map[string]json.RawMessage{"type": json.RawMessage(`"` + name + `"`), "data": data})
		require.NoError(t, err)
		for _, role := range casefile.OperatorRoles() {
			may := row.Roles[role] && route.Roles[role]
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
	for _, other := range []string{"Sponsor", "Spouse", memberA + `","ref`, "P-MI", "celav", "italian_course", "passport", "income", "+39", "housing", "colloqui-1"} {
		assert.NotContains(t, answer.Body.String(), other)
	}
	agenda := w.do("GET", "/v1/cases/"+caseA+"/agenda", "", w.as(casefile.EducationOfficer))
	assert.NotContains(t, agenda.Body.String(), `"part":"arrival"`)
}

func TestCaseWithoutPupilsIsNoneForEducation(t *testing.T) {
	view := sampleView()
	view.Members = view.Members[:1]
	_, err := access.Masked(view, casefile.EducationOfficer)
	assert.ErrorIs(t, err, ErrNotFound)
	same, err := access.Masked(view, casefile.Counsellor)
	assert.NoError(t, err)
	assert.Equal(t, view, same)
}

// What is asked of a foreign hub's case is answered word for word as for a case
// that does not exist, whoever of the roles asks and on every route.
func TestAForeignCaseIsAnsweredLikeOneThatDoesNotExist(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimit = Rate{PerSecond: 1e6, Burst: 1e6} })
	filled := func(pattern, caseID string) string {
		return strings.NewReplacer("{case_id}", caseID, "{command_id}", keyA, "{version}", "1").Replace(pattern)
	}
	tried := 0
	for key, row := range access.Default().Routes {
		method, pattern, _ := strings.Cut(key, " ")
		if !strings.Contains(pattern, "{case_id}") {
			continue
		}
		for _, role := range casefile.OperatorRoles() {
			if !row.Roles[role] {
				continue
			}
			foreign, none := w.do(method, filled(pattern, foreignCase), "", w.as(role)), w.do(method, filled(pattern, caseB), "", w.as(role))
			assert.Equal(t, http.StatusNotFound, foreign.Code, "%s as %s", key, role)
			assert.Equal(t, withoutIDs(none.Body.String()), withoutIDs(foreign.Body.String()), "%s as %s", key, role)
			tried++
		}
	}
	assert.NotZero(t, tried)
	assert.Empty(t, w.orders, "nothing was kept for the foreign case")
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func withoutIDs(text string) string { return anyID.ReplaceAllString(text, "ID") }

func TestAListHoldsOnlyCasesThatTheCallersOfficeSees(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string][]string{"": {"wemi-mi"}, "?office=wemi-mi": {"wemi-mi"}, "?office=wemi-to": {}} {
		w.do("GET", "/v1/cases"+target, "", w.as(casefile.Supervisor))
		assert.Equal(t, want, w.asked.(CaseQuery).Offices, target)
		w.do("GET", "/v1/agenda"+target, "", w.as(casefile.Supervisor))
		assert.Equal(t, want, w.asked.(AgendaQuery).Offices, target)
	}
}
