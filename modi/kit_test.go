// SPDX-License-Identifier: AGPL-3.0-or-later

package modi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/modi"
	sim "ricongiungi/modi/simulatedpdnd"
	"ricongiungi/views"
)

const (
	issuer   = "interop.simulated.example"
	audience = "https://api.ricongiungi.example/v1"
	address  = "https://api.ricongiungi.example"
	prefect  = "11111111-2222-4333-8444-555555555555" // the client of the Prefecture
	purpose  = "99999999-2222-4333-8444-555555555555"
	handover = "POST /v1/handoffs"
)

var now = time.Date(2026, time.March, 2, 11, 0, 0, 0, time.UTC)

// journalInMemory keeps calls and used ids as the database would.
type journalInMemory struct {
	mu    sync.Mutex
	calls []views.MachineCall
	used  map[string]bool
	down  error
}

func (j *journalInMemory) NoteMachineCall(_ context.Context, call views.MachineCall) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.down != nil {
		return j.down
	}
	for _, id := range call.Once {
		key := id.Kind + " " + id.Issuer + " " + id.ID
		if j.used[key] {
			return views.ErrReplayed
		}
		j.used[key] = true
	}
	j.calls = append(j.calls, call)
	return nil
}

// border is a gate with the simulated platform and the Prefecture's machine
// before it.
type border struct {
	t        *testing.T
	gate     *modi.Gate
	journal  *journalInMemory
	platform sim.Key
	machine  sim.Key // signs evidence and bodies
	holder   sim.Key // that vouchers are bound to
	config   modi.Config
	asked    int // how often the platform was asked for its keys
	clock    time.Time
}

// RSA keys are dear to make: one platform and one key for answers serve all tests.
var (
	platformKey = sync.OnceValues(func() (sim.Key, error) { return sim.NewPlatformKey("pdnd-1") })
	answerKey   = sync.OnceValues(func() (*modi.AnswerKey, error) {
		folder, err := os.MkdirTemp("", "modi")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(folder)
		return modi.LoadAnswerKey(filepath.Join(folder, "answers.json"))
	})
)

func newBorder(t *testing.T, patterns ...modi.Pattern) *border {
	t.Helper()
	b := &border{t: t, journal: &journalInMemory{used: map[string]bool{}}, clock: now}
	var err error
	b.platform, err = platformKey()
	require.NoError(t, err)
	b.machine, err = sim.NewMachineKey("prefect-1")
	require.NoError(t, err)
	b.holder, err = sim.NewMachineKey("")
	require.NoError(t, err)
	keys := func(k *sim.Key) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.asked++; k.ServeHTTP(w, r) }))
		t.Cleanup(server.Close)
		return server.URL + "/.well-known/jwks.json"
	}
	client := modi.Client{ClientID: prefect, Role: casefile.SUIOfficer, Office: "sui-mi", Patterns: patterns, Keys: keys(&b.machine)}
	if patterns[0] == modi.Voucher {
		client.Purposes = []modi.Purpose{{PurposeID: purpose, Operations: []string{handover}}}
	} else {
		client.Operations = []string{handover}
	}
	b.config = modi.Config{Audience: audience, PublicURL: address, Clients: []modi.Client{client},
		Platform: modi.Platform{Issuer: issuer, Keys: keys(&b.platform), ProducerID: "producer", EserviceID: "service", DescriptorIDs: []string{"d1", "d2"}}}
	b.open()
	return b
}

func (b *border) open() {
	b.t.Helper()
	answers, err := answerKey()
	require.NoError(b.t, err)
	b.gate, err = modi.New(b.config, b.journal, answers, func() time.Time { return b.clock })
	require.NoError(b.t, err)
}

// token is one of the tokens of a request, before it is signed.
type token struct {
	kind    string
	key     sim.Key
	claims  sim.Claims // what is nil is left out
	headers map[jose.HeaderKey]any
	raw     string // instead of all this
}

func (tok *token) sign(t *testing.T) string {
	t.Helper()
	if tok.raw != "" {
		return tok.raw
	}
	for name, value := range tok.claims {
		if value == nil {
			delete(tok.claims, name)
		}
	}
	signed, err := tok.key.Sign(tok.kind, tok.claims, tok.headers)
	require.NoError(t, err)
	return signed
}

// attempt is a request of a machine in the making.
type attempt struct {
	b         *border
	voucher   token
	evidence  *token
	signature *token
	proof     *token
	scheme    string
	body      string
	changed   func(r *http.Request) // after everything was signed
}

const message = `{"schema":"handoff.v1"}`

// sound is a request in order, with everything the patterns ask for. A proof of
// possession is added by bound.
func (b *border) sound() *attempt {
	a := &attempt{b: b, scheme: "Bearer", body: message, changed: func(*http.Request) {}}
	client := b.config.Clients[0]
	a.voucher = token{kind: "at+jwt", key: b.platform, claims: sim.Voucher(issuer, audience, prefect, purpose, b.clock)}
	if client.Patterns[0] != modi.Voucher {
		a.voucher = token{kind: "JWT", key: b.machine, claims: sim.Fresh(prefect, audience, b.clock)}
	}
	for _, p := range client.Patterns {
		switch p {
		case modi.Audit1, modi.Audit2:
			a.evidence = &token{kind: "JWT", key: b.machine, claims: sim.Evidence(prefect, audience, purpose, "operatore-12", b.clock)}
		case modi.Integrity1, modi.Integrity2:
			a.signature = &token{kind: "JWT", key: b.machine, claims: sim.Signature(prefect, audience, sim.BodyDigest([]byte(message)), "application/json", b.clock)}
		}
	}
	if a.evidence != nil && client.Patterns[0] == modi.Voucher {
		a.voucher.claims["digest"] = "bound"
	}
	return a
}

// bound binds the voucher to the holder's key and adds the proof.
func (a *attempt) bound() *attempt {
	a.scheme = "DPoP"
	a.voucher.claims["cnf"] = sim.Claims{"jkt": a.b.holder.Thumbprint()}
	a.proof = &token{kind: "dpop+jwt", key: a.b.holder, headers: map[jose.HeaderKey]any{"jwk": a.b.holder.Public()}, claims: sim.Claims{}}
	return a
}

// request signs everything and puts it together.
func (a *attempt) request() *http.Request {
	r := httptest.NewRequest("POST", "/v1/handoffs", strings.NewReader(a.body))
	r.Header.Set("Content-Type", "application/json")
	if a.evidence != nil {
		signed := a.evidence.sign(a.b.t)
		r.Header.Set("Agid-JWT-TrackingEvidence", signed)
		if a.voucher.claims["digest"] == "bound" {
			a.voucher.claims["digest"] = sim.DigestOf(signed)
		}
	}
	voucher := a.voucher.sign(a.b.t)
	r.Header.Set("Authorization", a.scheme+" "+voucher)
	if a.proof != nil {
		a.proof.claims = sim.Proof("POST", address+"/v1/handoffs", voucher, a.b.clock).With(a.proof.claims)
		r.Header.Set("DPoP", a.proof.sign(a.b.t))
	}
	if a.signature != nil {
		r.Header.Set("Digest", sim.BodyDigest([]byte(message)))
		r.Header.Set("Agid-JWT-Signature", a.signature.sign(a.b.t))
	}
	a.changed(r)
	return r
}

// try sends the request through the gate, and its body after it.
func (a *attempt) try() (*modi.Caller, error) { return a.b.through(a.request(), a.body) }

func (b *border) through(r *http.Request, body string) (*modi.Caller, error) {
	caller, err := b.gate.Admit(r, "request-1", handover)
	if err != nil {
		return nil, err
	}
	return caller, caller.CheckBody([]byte(body))
}
