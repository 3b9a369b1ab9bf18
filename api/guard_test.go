// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
)

func TestPanicBecomesProblemWithoutItsWords(t *testing.T) {
	w := newWorld(t)
	w.panics = true
	answer := w.do("GET", "/v1/cases/"+caseA, "", w.as(casefile.Counsellor))
	assert.Equal(t, http.StatusInternalServerError, answer.Code)
	p := decodeProblem(t, answer)
	assert.Equal(t, "unforeseen", p.Code)
	assert.NotContains(t, answer.Body.String()+w.log.String(), "Maria")
	assert.Contains(t, w.log.String(), strings.TrimPrefix(p.Instance, "urn:uuid:"), "the log names the same request")
}

func TestLogHoldsIdsAndCodesOnly(t *testing.T) {
	w := newWorld(t)
	w.give(`{"type":"add_note","data":{"note":"Maria Rossi"}}`, header("X-Forwarded-For", "10.9.8.7"))
	w.do("GET", "/v1/cases?office=maria", "", w.as(casefile.Counsellor))
	log := w.log.String()
	assert.Contains(t, log, `"route":"/v1/cases/{case_id}/commands"`)
	assert.Contains(t, log, `"status":200`)
	for _, secret := range []string{"Maria", "maria", "Bearer", "10.9.8.7"} {
		assert.NotContains(t, log, secret)
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{{"GET", "/v2/cases", 404}, {"GET", "/", 404}, {"DELETE", "/v1/cases", 405}, {"OPTIONS", "/v1/cases", 405}} {
		answer := httptest.NewRecorder()
		r := httptest.NewRequest(c.method, c.path, nil)
		r.Header.Set("Origin", "null")
		w.router.ServeHTTP(answer, r)
		assert.Equal(t, c.status, decodeProblem(t, answer).Status)
		holdHeaders(t, nil, answer.Header())
		assert.Empty(t, answer.Header().Get("Access-Control-Allow-Origin"))
	}
}

func TestWhoIsNobodyLearnsNothing(t *testing.T) {
	w := newWorld(t)
	for _, authorization := range []string{"", "Bearer", "Bearer x.y.z", "Basic YTpi", "Bearer " + strings.Repeat("a", maxToken+1)} {
		answer := w.do("GET", "/v1/cases/"+caseA, "", header("Authorization", authorization), header("X-User-ID", memberA))
		require.Equal(t, http.StatusUnauthorized, answer.Code)
		p := decodeProblem(t, answer)
		assert.Equal(t, "A valid access token is needed.", p.Detail)
	}
}

func TestRequestsAreLimitedPerCaller(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimit = Rate{PerSecond: 0.001, Burst: 2} })
	busy, other := w.as(casefile.Counsellor), w.as(casefile.Counsellor)
	for _, left := range []string{"1", "0"} {
		answer := w.do("GET", "/v1/cases", "", busy)
		require.Equal(t, http.StatusOK, answer.Code)
		assert.Equal(t, left, answer.Header().Get("RateLimit-Remaining"))
		assert.Equal(t, "2", answer.Header().Get("RateLimit-Limit"))
	}
	answer := w.do("GET", "/v1/cases", "", busy)
	assert.Equal(t, http.StatusTooManyRequests, answer.Code)
	assert.NotEmpty(t, answer.Header().Get("Retry-After"))
	assert.Equal(t, http.StatusOK, w.do("GET", "/v1/cases", "", other).Code)
}

func TestCallersCannotFillTheMemory(t *testing.T) {
	l := newLimits(Rate{PerSecond: 1, Burst: 2})
	for i := range maxCallers + 10 {
		l.allow(http.Header{}, string(rune(i+1)), now)
	}
	assert.LessOrEqual(t, len(l.callers), maxCallers)
}
