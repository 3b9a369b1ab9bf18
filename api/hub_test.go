// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/diary"
	"ricongiungi/rules"
	"ricongiungi/services"
)

func TestServicesAreListedByKindPlaceAndLanguage(t *testing.T) {
	w := newWorld(t)
	answer := w.do("GET", "/v1/services?kind=italian_courses&municipio=8&language=fil", "", w.as(casefile.Counsellor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	var page struct{ Items []services.Service }
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &page))
	require.Len(t, page.Items, 1)
	assert.Equal(t, "italian_courses-m8", page.Items[0].Code)
	assert.True(t, page.Items[0].Sample)

	answer = w.do("GET", "/v1/services?open_on=2026-12-20", "", w.as(casefile.Operator))
	assert.Contains(t, answer.Body.String(), `"stale":true`)
	answer = w.do("GET", "/v1/services?open_on=2001-01-01", "", w.as(casefile.Auditor))
	assert.JSONEq(t, `{"items":[]}`, answer.Body.String())
	for _, target := range []string{"?kind=bakery", "?municipio=10", "?language=Arabic", "?open_on=soon", "?city=milano"} {
		assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/services"+target, "", w.as(casefile.Counsellor)).Code, target)
	}
	w.down = map[string]error{"database": ErrUnavailable}
	assert.Equal(t, http.StatusServiceUnavailable, w.do("GET", "/v1/services", "", w.as(casefile.Counsellor)).Code)
}

func TestFreeSlotsAreAskedFor(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	answer := w.do("GET", "/v1/appointment-slots?language=ar&room=colloqui-1&minutes=60&from=2026-04-01&to=2026-04-02&limit=5", "", w.as(casefile.Counsellor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Equal(t, diary.Query{From: rules.On(2026, 4, 1), To: rules.On(2026, 4, 2), Minutes: 60, Language: "ar", Room: "colloqui-1", Limit: 5}, w.asked)
	w.do("GET", "/v1/appointment-slots", "", w.as(casefile.Counsellor))
	assert.Equal(t, diary.Query{From: day, To: day.AddDays(7), Minutes: 45, Limit: 50}, w.asked, "the week that begins today")
	for _, target := range []string{"?from=2026-04-02&to=2026-04-01", "?from=2026-04-01&to=2026-05-03", "?minutes=4", "?minutes=481", "?room=The+Room", "?case_id=1"} {
		assert.Equal(t, http.StatusBadRequest, w.do("GET", "/v1/appointment-slots"+target, "", w.as(casefile.Counsellor)).Code, target)
	}
}
