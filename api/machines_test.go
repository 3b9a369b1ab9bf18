// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/modi"
	sim "ricongiungi/modi/simulatedpdnd"
	"ricongiungi/views"
)

// frontier is an API before which stands the Prefecture's machine, known by
// vouchers of the simulated platform.
type frontier struct {
	*world
	calls             []views.MachineCall
	used              map[string]bool
	down              error
	platform, machine sim.Key
	answers           *modi.AnswerKey
}

const machineClient, machinePurpose = "prefect-client", "handing-over"

func (f *frontier) NoteMachineCall(_ context.Context, call views.MachineCall) error {
	for _, id := range call.Once {
		if f.used[id.Kind+id.ID] {
			return views.ErrReplayed
		}
		f.used[id.Kind+id.ID] = true
	}
	f.calls = append(f.calls, call)
	return f.down
}

func newFrontier(t *testing.T, patterns ...modi.Pattern) *frontier {
	t.Helper()
	f := &frontier{used: map[string]bool{}}
	var err error
	f.platform, err = sim.NewMachineKey("pdnd")
	require.NoError(t, err)
	f.machine, err = sim.NewMachineKey("prefect")
	require.NoError(t, err)
	f.answers, err = modi.LoadAnswerKey(filepath.Join(t.TempDir(), "answers.json"))
	require.NoError(t, err)
	config := modi.Config{Audience: "https://api.example/v1", PublicURL: "https://api.example",
		Platform: modi.Platform{Issuer: "simulated", Keys: keyFile(t, f.platform)},
		Clients: []modi.Client{{ClientID: machineClient, Role: casefile.SUIOfficer, Office: "sui-mi", Keys: keyFile(t, f.machine),
			Patterns: append([]modi.Pattern{modi.Voucher}, patterns...),
			Purposes: []modi.Purpose{{PurposeID: machinePurpose, Operations: []string{"POST /v1/handoffs", "POST /v1/handoffs/batches", "GET /v1/handoffs/{handoff_id}"}}}}}}
	gate, err := modi.New(config, f, f.answers, nil)
	require.NoError(t, err)
	f.world = newWorld(t, func(c *Config) { c.Machines = gate })
	return f
}

func keyFile(t *testing.T, key sim.Key) string {
	t.Helper()
	written := httptest.NewRecorder()
	key.ServeHTTP(written, nil)
	path := filepath.Join(t.TempDir(), key.KID)
	require.NoError(t, os.WriteFile(path, written.Body.Bytes(), 0o600))
	return path
}

// signedRequest sets the headers of a machine that signs everything.
func (f *frontier) signedRequest(body, contentType string) func(*http.Request) {
	evidence := f.sign(f.machine, "JWT", sim.Evidence(machineClient, "https://api.example/v1", machinePurpose, "operatore-12", time.Now()))
	voucher := sim.Voucher("simulated", "https://api.example/v1", machineClient, machinePurpose, time.Now())
	voucher["digest"] = sim.DigestOf(evidence)
	digest := sim.BodyDigest([]byte(body))
	signature := f.sign(f.machine, "JWT", sim.Signature(machineClient, "https://api.example/v1", digest, contentType, time.Now()))
	return func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+f.sign(f.platform, "at+jwt", voucher))
		r.Header.Set("Agid-JWT-TrackingEvidence", evidence)
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Digest", digest)
		r.Header.Set("Agid-JWT-Signature", signature)
	}
}

func (f *frontier) sign(key sim.Key, kind string, claims sim.Claims) string {
	f.t.Helper()
	token, err := key.Sign(kind, claims, nil)
	require.NoError(f.t, err)
	return token
}

func exampleHandoff(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../schemas/examples/handoffs/decision.json")
	require.NoError(t, err)
	var message map[string]any
	require.NoError(t, json.Unmarshal(raw, &message))
	message["sender"] = "sui-mi"
	raw, err = json.Marshal(message)
	require.NoError(t, err)
	return string(raw)
}

func TestAMachineWithAVoucherHandsOverAndTheAnswerIsSigned(t *testing.T) {
	f := newFrontier(t, modi.Integrity2, modi.Audit2)
	body := exampleHandoff(t)
	answer := f.do("POST", "/v1/handoffs", body, f.signedRequest(body, "application/json"))
	require.Equal(t, http.StatusAccepted, answer.Code, answer.Body)
	require.Len(t, f.received, 1)
	assert.Equal(t, casefile.SUIOfficer, f.received[0].By.Role)
	assert.NotEmpty(t, f.received[0].Signature, "what the sender signed is kept beside our receipt")
	assert.Equal(t, "operatore-12", f.calls[0].UserID)
	f.assertSigned(answer)
	assert.NotContains(t, f.log.String(), "operatore-12")
}

func (f *frontier) assertSigned(answer *httptest.ResponseRecorder) {
	f.t.Helper()
	assert.Equal(f.t, sim.BodyDigest(answer.Body.Bytes()), answer.Header().Get("Digest"))
	parsed, err := jwt.ParseSigned(answer.Header().Get("Agid-JWT-Signature"), []jose.SignatureAlgorithm{jose.RS256})
	require.NoError(f.t, err)
	assert.NoError(f.t, parsed.Claims(f.answers.Public(), &jwt.Claims{}))
}

func TestAMachinesBatchIsSignedAsAWhole(t *testing.T) {
	f := newFrontier(t, modi.Integrity2, modi.Audit2)
	body := exampleHandoff(t) + "\n{\"broken\":1}\n"
	answer := f.do("POST", "/v1/handoffs/batches", body, f.signedRequest(body, "application/x-ndjson"))
	require.Equal(t, http.StatusAccepted, answer.Code, answer.Body)
	assert.NotEmpty(t, f.received[0].Signature)
	f.assertSigned(answer)
}

func TestWhatAMachineSentWronglyIsAnsweredWithoutAReason(t *testing.T) {
	body := exampleHandoff(t)
	for name, attempt := range map[string]struct {
		status int
		send   func(f *frontier) *httptest.ResponseRecorder
	}{
		"a changed body": {401, func(f *frontier) *httptest.ResponseRecorder {
			return f.do("POST", "/v1/handoffs", body+" ", f.signedRequest(body, "application/json"))
		}},
		"a replay": {401, func(f *frontier) *httptest.ResponseRecorder {
			same := f.signedRequest(body, "application/json")
			f.do("POST", "/v1/handoffs", body, same)
			f.received = nil
			return f.do("POST", "/v1/handoffs", body, same)
		}},
		"no evidence": {401, func(f *frontier) *httptest.ResponseRecorder {
			return f.do("POST", "/v1/handoffs", body, f.signedRequest(body, "application/json"), func(r *http.Request) { r.Header.Del("Agid-JWT-TrackingEvidence") })
		}},
		"an operation outside the purpose": {403, func(f *frontier) *httptest.ResponseRecorder {
			return f.do("GET", "/v1/handoff-gaps", "", f.signedRequest("", "application/json"))
		}},
		"no journal": {503, func(f *frontier) *httptest.ResponseRecorder {
			f.down = ErrUnavailable
			return f.do("POST", "/v1/handoffs", body, f.signedRequest(body, "application/json"))
		}},
	} {
		f := newFrontier(t, modi.Integrity2, modi.Audit2)
		answer := attempt.send(f)
		assert.Equal(t, attempt.status, answer.Code, name)
		assert.Empty(t, f.received, name)
		p := decodeProblem(t, answer)
		assert.Contains(t, []string{problemUnauthorized.Detail, problemForbidden.Detail, problemUnavailable.Detail}, p.Detail, name)
		assert.Empty(t, p.Problems, name)
	}
}

func TestWithoutConfiguredMachinesAVoucherIsNoToken(t *testing.T) {
	f := newFrontier(t)
	f.world = newWorld(t)
	body := exampleHandoff(t)
	answer := f.do("POST", "/v1/handoffs", body, f.signedRequest(body, "application/json"))
	assert.Equal(t, http.StatusUnauthorized, answer.Code)
}

func TestOwnTokensPassWhereMachinesAreLetIn(t *testing.T) {
	f := newFrontier(t)
	assert.Equal(t, http.StatusOK, f.do("GET", "/v1/cases/"+caseA, "", f.as(casefile.Counsellor)).Code)
	assert.Empty(t, f.calls)
}

func TestGuessingTokensIsSlowedDownAndHoldsUpNobodyElse(t *testing.T) {
	w := newWorld(t)
	statuses := map[int]int{}
	for range 100 {
		statuses[w.do("GET", "/v1/cases", "", header("Authorization", "Bearer "+strings.Repeat("x", 20))).Code]++
	}
	assert.LessOrEqual(t, statuses[http.StatusUnauthorized], 25)
	assert.GreaterOrEqual(t, statuses[http.StatusTooManyRequests], 75)
	assert.Equal(t, http.StatusOK, w.do("GET", "/v1/cases", "", w.as(casefile.Counsellor)).Code, "from the same address, with a token")
}
