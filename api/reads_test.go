// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Every route that names a case or a person leaves a record when it answers,
// and none when it does not.
func TestEveryAnswerAboutACaseOrPersonIsRecorded(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimit, c.Letters = Rate{PerSecond: 1e6, Burst: 1e6}, drawer{} })
	filled := strings.NewReplacer("{case_id}", caseA, "{person_id}", memberA, "{command_id}", keyA, "{version}", "1", "{letter_id}", eventA)
	for key, row := range access.Default().Routes {
		method, pattern, _ := strings.Cut(key, " ")
		about := strings.Contains(pattern, "{case_id}") || strings.Contains(pattern, "{person_id}")
		if method != http.MethodGet || !about {
			continue
		}
		for _, role := range casefile.OperatorRoles() {
			w.reads = nil
			answer := w.do(method, filled.Replace(pattern), "", w.as(role))
			if !row.Roles[role] {
				assert.Empty(t, w.reads, "%s as %s", key, role)
				continue
			}
			require.Equal(t, http.StatusOK, answer.Code, "%s as %s: %s", key, role, answer.Body)
			require.Len(t, w.reads, 1, "%s as %s", key, role)
			assert.Equal(t, caseA, w.reads[0].CaseID, key)
			assert.Equal(t, role, w.reads[0].Actor.Role, key)
			assert.NotEmpty(t, w.reads[0].Purpose, key)
		}
	}
}

func TestAReadSaysForWhichPurpose(t *testing.T) {
	w := newWorld(t)
	last := func() views.ReadData { return w.reads[len(w.reads)-1].ReadData }
	for role, want := range map[casefile.Role]string{casefile.Counsellor: "accompaniment", casefile.EducationOfficer: "schooling",
		casefile.Supervisor: "supervision", casefile.Auditor: "audit"} {
		w.do("GET", "/v1/cases/"+caseA, "", w.as(role))
		assert.Equal(t, views.ReadData{Purpose: want, Shown: "case", Through: "api"}, last())
	}
	w.do("GET", "/v1/cases/"+caseA+"/history", "", w.as(casefile.Counsellor), header("Read-Purpose", "dispute"))
	assert.Equal(t, views.ReadData{Purpose: "dispute", Shown: "history", Through: "api"}, last())
	w.do("GET", "/v1/persons/"+memberA+"/export", "", w.as(casefile.Supervisor))
	assert.Equal(t, "request_of_the_person", last().Purpose)
	assert.Equal(t, memberA, w.reads[len(w.reads)-1].PersonID)

	recorded := len(w.reads)
	for _, purpose := range []string{"audit", "curiosity", "own_file"} {
		answer := w.do("GET", "/v1/cases/"+caseA, "", w.as(casefile.Counsellor), header("Read-Purpose", purpose))
		assert.Equal(t, http.StatusForbidden, answer.Code)
		assert.Equal(t, "purpose_not_allowed", decodeProblem(t, answer).Code)
	}
	assert.Len(t, w.reads, recorded)
}

func TestAListOfIDsIsOneRecordWithoutACase(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{"/v1/cases", "/v1/agenda"} {
		w.reads = nil
		w.do("GET", target, "", w.as(casefile.Counsellor))
		require.Len(t, w.reads, 1)
		assert.Empty(t, w.reads[0].CaseID)
	}
}

func TestWhatCannotBeRecordedIsNotShown(t *testing.T) {
	w := newWorld(t)
	w.down = map[string]error{"reads": ErrUnavailable}
	for _, target := range []string{"/v1/cases/" + caseA, "/v1/cases/" + caseA + "/history", "/v1/cases/" + caseA + "/capsule", "/v1/persons/" + memberA + "/export"} {
		answer := w.do("GET", target, "", w.as(casefile.Supervisor))
		assert.Equal(t, http.StatusServiceUnavailable, answer.Code, target)
		assert.NotContains(t, answer.Body.String(), "Sponsor")
		assert.Empty(t, answer.Header().Get("ETag"))
		assert.Empty(t, answer.Header().Get("Content-Disposition"))
		decodeProblem(t, answer)
	}
}

func TestAnUnchangedOrFailedAnswerIsNoRead(t *testing.T) {
	w := newWorld(t)
	assert.Equal(t, http.StatusNotModified, w.do("GET", "/v1/cases/"+caseA, "", w.as(casefile.Counsellor), header("If-None-Match", `"7"`)).Code)
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/cases/"+foreignCase, "", w.as(casefile.Counsellor)).Code)
	assert.Equal(t, http.StatusForbidden, w.do("GET", "/v1/cases/"+caseA+"/capsule?personal_data=true", "", w.as(casefile.Counsellor)).Code)
	assert.Equal(t, http.StatusNotFound, w.do("GET", "/v1/persons/"+foreignCase+"/export", "", w.as(casefile.Supervisor)).Code)
	assert.Empty(t, w.reads)
}

func TestWhoSawTheFileIsListed(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/cases/"+caseA+"/reads?since=2026-03-01&limit=5", "", w.as(casefile.Counsellor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	asked := w.asked.(views.ReadQuery)
	assert.Equal(t, caseA, asked.CaseID)
	assert.Equal(t, 5, asked.Limit)
	assert.False(t, asked.Since.IsZero())
	var page list[views.Read]
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &page))
	assert.Equal(t, "export", page.Items[0].Shown)
	assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/cases/"+caseA+"/reads?actor=x", "", w.as(casefile.Counsellor)).Code)
}

func TestEveryPurposeIsInTheDescription(t *testing.T) {
	for _, purpose := range access.Default().Purposes.Names() {
		assert.Contains(t, string(Description), purpose)
	}
	for _, role := range casefile.OperatorRoles() {
		assert.NotEmpty(t, access.Default().Purposes.Of(role), role)
	}
}
