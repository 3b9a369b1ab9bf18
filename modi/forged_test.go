// SPDX-License-Identifier: AGPL-3.0-or-later

package modi_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
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
)

// spoil changes a sound request in one way.
type spoil func(a *attempt)

// refusedAll tries each forgery at a border of its own kind, after the sound one.
func refusedAll(t *testing.T, b *border, sound func() *attempt, forgeries map[string]spoil) {
	t.Helper()
	_, err := sound().try()
	require.NoError(t, err, "what is in order passes")
	for name, change := range forgeries {
		a := sound()
		change(a)
		_, err := a.try()
		assert.ErrorIs(t, err, modi.ErrRefused, name)
	}
	_, err = sound().try()
	require.NoError(t, err, "and passes again")
}

// claims spoils each claim of a token: missing, of another, of a wrong type.
func claims(of func(a *attempt) *token, wrong sim.Claims) map[string]spoil {
	all := map[string]spoil{}
	for name, value := range wrong {
		all["another "+name] = func(a *attempt) { of(a).claims[name] = value }
		all["no "+name] = func(a *attempt) { of(a).claims[name] = nil }
		all["a list for "+name] = func(a *attempt) { of(a).claims[name] = []any{1, sim.Claims{}} }
	}
	return all
}

func at(offset time.Duration) int64 { return now.Add(offset).Unix() }

// keyTricks are the ways to have a token verified by a key of one's own.
func keyTricks(t *testing.T, of func(a *attempt) *token, asked *int) map[string]spoil {
	stranger, err := sim.NewMachineKey("stranger")
	require.NoError(t, err)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { *asked++; stranger.ServeHTTP(w, r) }))
	t.Cleanup(elsewhere.Close)
	own := func(a *attempt, headers map[jose.HeaderKey]any) {
		key := stranger
		key.KID = of(a).key.KID
		of(a).key, of(a).headers = key, headers
	}
	return map[string]spoil{
		"a stranger's key under the known id": func(a *attempt) { own(a, nil) },
		"jku":                                 func(a *attempt) { own(a, map[jose.HeaderKey]any{"jku": elsewhere.URL}) },
		"x5u":                                 func(a *attempt) { own(a, map[jose.HeaderKey]any{"x5u": elsewhere.URL}) },
		"jwk":                                 func(a *attempt) { own(a, map[jose.HeaderKey]any{"jwk": stranger.Public()}) },
		"kid of a path":                       func(a *attempt) { of(a).key.KID = "../../" + of(a).key.KID },
		"kid of an address":                   func(a *attempt) { of(a).key.KID = elsewhere.URL },
		"kid of another's key":                func(a *attempt) { of(a).key.KID = "nobody" },
		"no kid":                              func(a *attempt) { of(a).key.KID = "" },
		"HS256 by the public key":             func(a *attempt) { of(a).raw = symmetric(t, of(a)) },
		"alg none":                            func(a *attempt) { of(a).raw = unsigned(t, of(a)) },
		"alg None":                            func(a *attempt) { of(a).raw = strings.Replace(unsigned(t, of(a)), part(t, "none"), part(t, "None"), 1) },
		"signature cut off":                   func(a *attempt) { s := of(a).sign(t); of(a).raw = s[:strings.LastIndex(s, ".")+1] },
		"claims changed after signing":        func(a *attempt) { of(a).raw = changed(t, of(a)) },
		"another type":                        func(a *attempt) { of(a).kind = "id+jwt" },
		"JSON serialisation":                  func(a *attempt) { of(a).raw = `{"payload":"e30","protected":"e30","signature":"e30"}` },
		"longer than any token":               func(a *attempt) { of(a).claims["x"] = strings.Repeat("a", 9000) },
		"no token":                            func(a *attempt) { of(a).raw = "x.y.z" },
		"a header to understand":              func(a *attempt) { of(a).headers = map[jose.HeaderKey]any{"crit": []string{"exp"}} },
	}
}

func symmetric(t *testing.T, tok *token) string {
	public, err := x509.MarshalPKIXPublicKey(tok.key.Private.Public())
	require.NoError(t, err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: public, KeyID: tok.key.KID}}, (&jose.SignerOptions{}).WithType(jose.ContentType(tok.kind)))
	require.NoError(t, err)
	signed, err := jwt.Signed(signer).Claims(map[string]any(tok.claims)).Serialize()
	require.NoError(t, err)
	return signed
}

func part(t *testing.T, algorithm string) string {
	raw, err := json.Marshal(map[string]string{"alg": algorithm, "typ": "at+jwt", "kid": "pdnd-1"})
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func unsigned(t *testing.T, tok *token) string {
	payload, err := json.Marshal(tok.claims)
	require.NoError(t, err)
	return part(t, "none") + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
}

func changed(t *testing.T, tok *token) string {
	parts := strings.Split(tok.sign(t), ".")
	payload, err := json.Marshal(tok.claims.With(sim.Claims{"jti": "changed"}))
	require.NoError(t, err)
	parts[1] = base64.RawURLEncoding.EncodeToString(payload)
	return strings.Join(parts, ".")
}

func merged(all ...map[string]spoil) map[string]spoil {
	one := map[string]spoil{}
	for _, each := range all {
		for name, change := range each {
			one[name] = change
		}
	}
	return one
}

func voucherOf(a *attempt) *token   { return &a.voucher }
func evidenceOf(a *attempt) *token  { return a.evidence }
func signatureOf(a *attempt) *token { return a.signature }
func proofOf(a *attempt) *token     { return a.proof }

// timely are the claims about time, just outside the leeway.
var timely = sim.Claims{"exp": at(-31 * time.Second), "nbf": at(31 * time.Second), "iat": at(31 * time.Second)}

func TestForgedVouchersAreRefused(t *testing.T) {
	b, asked := newBorder(t, modi.Voucher), 0
	refusedAll(t, b, b.sound, merged(
		claims(voucherOf, timely),
		claims(voucherOf, sim.Claims{"iss": "evil.example", "aud": "https://other.example", "sub": "another", "client_id": "another", "jti": "with blank"}),
		keyTricks(t, voucherOf, &asked),
		map[string]spoil{
			"good for too long":    func(a *attempt) { a.voucher.claims["exp"] = at(25 * time.Hour) },
			"of another producer":  func(a *attempt) { a.voucher.claims["producerId"] = "other" },
			"of another service":   func(a *attempt) { a.voucher.claims["eserviceId"] = "other" },
			"of another version":   func(a *attempt) { a.voucher.claims["descriptorId"] = "d3" },
			"bound in another way": func(a *attempt) { a.voucher.claims["cnf"] = sim.Claims{"x5t#S256": "x"} },
			"bound, without proof": func(a *attempt) { a.voucher.claims["cnf"] = sim.Claims{"jkt": b.holder.Thumbprint()} },
			"bound to evidence that is not there": func(a *attempt) {
				a.voucher.claims["digest"] = sim.DigestOf("x")
			},
			"under another scheme":  func(a *attempt) { a.scheme = "DPoP" },
			"as a basic credential": func(a *attempt) { a.scheme = "Basic" },
			"given twice": func(a *attempt) {
				a.changed = func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }
			},
			"not given": func(a *attempt) { a.changed = func(r *http.Request) { r.Header.Del("Authorization") } },
		}))
	assert.Zero(t, asked, "no address that a token named was called")
}

func TestWhatAVoucherDoesNotAllowIsForbidden(t *testing.T) {
	b := newBorder(t, modi.Voucher)
	for name, change := range map[string]spoil{
		"another purpose": func(a *attempt) { a.voucher.claims["purposeId"] = "other" },
		"no purpose":      func(a *attempt) { a.voucher.claims["purposeId"] = nil },
		"a client not known here": func(a *attempt) {
			a.voucher.claims["sub"], a.voucher.claims["client_id"] = "stranger", "stranger"
		},
	} {
		a := b.sound()
		change(a)
		_, err := a.try()
		assert.ErrorIs(t, err, modi.ErrForbidden, name)
	}
	_, err := b.gate.Admit(b.sound().request(), "request-2", "GET /v1/cases")
	assert.ErrorIs(t, err, modi.ErrForbidden, "an operation the purpose does not cover")
}

func TestIdsOfTheServiceThatAVoucherNamesAreHeldToOurs(t *testing.T) {
	b := newBorder(t, modi.Voucher)
	a := b.sound()
	a.voucher.claims = a.voucher.claims.With(sim.Claims{"producerId": "producer", "eserviceId": "service", "descriptorId": "d2", "consumerId": "x"})
	_, err := a.try()
	assert.NoError(t, err)
}

func TestForgedProofsOfPossessionAreRefused(t *testing.T) {
	b := newBorder(t, modi.Voucher)
	sound := func() *attempt { return b.sound().bound() }
	stranger, err := sim.NewMachineKey("")
	require.NoError(t, err)
	refusedAll(t, b, sound, merged(
		claims(proofOf, sim.Claims{"htm": "GET", "htu": "https://evil.example/v1/handoffs", "ath": "AAAA", "jti": "", "iat": at(-91 * time.Second)}),
		map[string]spoil{
			"none":                   func(a *attempt) { a.proof = nil },
			"of the future":          func(a *attempt) { a.proof.claims["iat"] = at(31 * time.Second) },
			"for another path":       func(a *attempt) { a.proof.claims["htu"] = address + "/v1/cases" },
			"by a stranger":          func(a *attempt) { a.proof.key, a.proof.headers["jwk"] = stranger, stranger.Public() },
			"by a stranger unnamed":  func(a *attempt) { a.proof.key = stranger },
			"without the key":        func(a *attempt) { a.proof.headers = nil },
			"of another type":        func(a *attempt) { a.proof.kind = "JWT" },
			"HS256 by the key":       func(a *attempt) { a.proof.raw = symmetric(t, a.proof) },
			"unsigned":               func(a *attempt) { a.proof.raw = unsigned(t, a.proof) },
			"voucher of a bearer":    func(a *attempt) { delete(a.voucher.claims, "cnf") },
			"under the wrong scheme": func(a *attempt) { a.scheme = "Bearer" },
			"given twice": func(a *attempt) {
				a.changed = func(r *http.Request) { r.Header.Add("DPoP", r.Header.Get("DPoP")) }
			},
		}))
}

func TestForgedEvidenceIsRefused(t *testing.T) {
	asked := 0
	for _, patterns := range [][]modi.Pattern{{modi.Voucher, modi.Audit2}, {modi.Voucher, modi.Audit1}, {modi.IDAuth1, modi.Audit1}} {
		b := newBorder(t, patterns...)
		refusedAll(t, b, b.sound, merged(
			claims(evidenceOf, timelyWithoutNbf()),
			claims(evidenceOf, sim.Claims{"iss": "another", "aud": "https://other.example", "jti": "\n"}),
			claims(evidenceOf, sim.Claims{"userID": "line\nbreak", "userLocation": "", "LoA": strings.Repeat("x", 201)}),
			keyTricks(t, evidenceOf, &asked),
			map[string]spoil{
				"none":          func(a *attempt) { a.evidence = nil },
				"of the future": func(a *attempt) { a.evidence.claims["nbf"] = at(time.Minute) },
				"given twice": func(a *attempt) {
					a.changed = func(r *http.Request) { r.Header.Add("Agid-JWT-TrackingEvidence", "x") }
				},
			}))
	}
	b := newBorder(t, modi.Voucher, modi.Audit2)
	refusedAll(t, b, b.sound, map[string]spoil{
		"voucher not bound to it":     func(a *attempt) { delete(a.voucher.claims, "digest") },
		"voucher bound to another":    func(a *attempt) { a.voucher.claims["digest"] = sim.DigestOf("another") },
		"bound by a weaker digest":    func(a *attempt) { a.voucher.claims["digest"] = sim.Claims{"alg": "MD5", "value": "x"} },
		"for another purpose":         func(a *attempt) { a.evidence.claims["purposeId"] = "another" },
		"exchanged after the voucher": func(a *attempt) { exchangeEvidence(t, a) },
	})
	assert.Zero(t, asked)
}

// exchangeEvidence puts evidence of another user beside a voucher bound to this one's.
func exchangeEvidence(t *testing.T, a *attempt) {
	other := token{kind: "JWT", key: a.b.machine, claims: sim.Evidence(prefect, audience, purpose, "operatore-99", now)}
	a.changed = func(r *http.Request) { r.Header.Set("Agid-JWT-TrackingEvidence", other.sign(t)) }
}

func TestChangedBodiesAndForgedSignaturesAreRefused(t *testing.T) {
	b, asked := newBorder(t, modi.Voucher, modi.Integrity2), 0
	headers := func(entries ...map[string]string) spoil {
		return func(a *attempt) { a.signature.claims["signed_headers"] = entries }
	}
	digest, kind := map[string]string{"digest": sim.BodyDigest([]byte(message))}, map[string]string{"content-type": "application/json"}
	set := func(name, value string) spoil {
		return func(a *attempt) { a.changed = func(r *http.Request) { r.Header.Set(name, value) } }
	}
	refusedAll(t, b, b.sound, merged(
		claims(signatureOf, timelyWithoutNbf()),
		claims(signatureOf, sim.Claims{"iss": "another", "aud": "https://other.example", "jti": ""}),
		keyTricks(t, signatureOf, &asked),
		map[string]spoil{
			"none":                      func(a *attempt) { a.signature = nil },
			"of the future":             func(a *attempt) { a.signature.claims["nbf"] = at(time.Minute) },
			"body changed":              func(a *attempt) { a.body = strings.Replace(message, "v1", "v2", 1) },
			"body longer":               func(a *attempt) { a.body += " " },
			"body and digest changed":   func(a *attempt) { a.body = "{}"; set("Digest", sim.BodyDigest([]byte("{}")))(a) },
			"digest of another kind":    set("Digest", "MD5=AAAA"),
			"digest missing":            func(a *attempt) { a.changed = func(r *http.Request) { r.Header.Del("Digest") } },
			"digest twice":              func(a *attempt) { a.changed = func(r *http.Request) { r.Header.Add("Digest", "SHA-256=x") } },
			"another content type":      set("Content-Type", "application/x-ndjson"),
			"an encoding left out":      set("Content-Encoding", "gzip"),
			"digest not signed":         headers(kind),
			"content type not signed":   headers(digest),
			"a header signed twice":     headers(digest, kind, kind),
			"two headers in one entry":  headers(map[string]string{"digest": digest["digest"], "content-type": "application/json"}),
			"a signed header not there": headers(digest, kind, map[string]string{"x-other": "1"}),
			"nothing signed":            headers(),
		}))
	assert.Zero(t, asked)
}

func TestForgedTokensOfAClientOutsideThePlatformAreRefused(t *testing.T) {
	asked := 0
	for _, pattern := range []modi.Pattern{modi.IDAuth1, modi.IDAuth2} {
		b := newBorder(t, pattern)
		refusedAll(t, b, b.sound, merged(
			claims(voucherOf, timelyWithoutNbf()),
			claims(voucherOf, sim.Claims{"iss": "another", "aud": "https://other.example", "jti": ""}),
			keyTricks(t, voucherOf, &asked),
			map[string]spoil{
				"another subject": func(a *attempt) { a.voucher.claims["sub"] = "another" },
				"of the future":   func(a *attempt) { a.voucher.claims["nbf"] = at(time.Minute) },
				"in the platform's name": func(a *attempt) {
					a.voucher.claims["iss"], a.voucher.claims["sub"], a.voucher.claims["client_id"] = issuer, prefect, prefect
				},
			}))
	}
	assert.Zero(t, asked)
}

// timelyWithoutNbf are the claims about time that the pattern demands.
func timelyWithoutNbf() sim.Claims { return sim.Claims{"exp": timely["exp"], "iat": timely["iat"]} }

func TestAVoucherOfThePlatformDoesNotOpenTheDoorOfAClientOutsideIt(t *testing.T) {
	b := newBorder(t, modi.IDAuth1)
	a := b.sound()
	a.voucher = token{kind: "at+jwt", key: b.platform, claims: sim.Voucher(issuer, audience, prefect, purpose, now)}
	_, err := a.try()
	assert.ErrorIs(t, err, modi.ErrForbidden)
}

func TestWhatMayBeUsedOnceIsRefusedTheSecondTime(t *testing.T) {
	for name, build := range map[string]func(t *testing.T) *attempt{
		"proof":     func(t *testing.T) *attempt { return newBorder(t, modi.Voucher).sound().bound() },
		"evidence":  func(t *testing.T) *attempt { return newBorder(t, modi.Voucher, modi.Audit2).sound() },
		"signature": func(t *testing.T) *attempt { return newBorder(t, modi.Voucher, modi.Integrity1).sound() },
		"own token": func(t *testing.T) *attempt { return newBorder(t, modi.IDAuth2).sound() },
	} {
		a := build(t)
		r := a.request()
		_, err := a.b.through(r, a.body)
		require.NoError(t, err, name)
		_, err = a.b.through(r, a.body)
		assert.ErrorIs(t, err, modi.ErrRefused, name)
		assert.Len(t, a.b.journal.calls, 1, "%s: a replay is no call", name)
	}
	b := newBorder(t, modi.Voucher)
	r := b.sound().request()
	for range 2 {
		_, err := b.through(r, message)
		assert.NoError(t, err, "a bearer's voucher is good until it ends")
	}
}

func TestACallIsKeptWithItsPurposeAndItsUser(t *testing.T) {
	b := newBorder(t, modi.Voucher, modi.Integrity2, modi.Audit2)
	caller, err := b.sound().bound().try()
	require.NoError(t, err)
	assert.Equal(t, casefile.Actor{ID: casefile.DeriveID("machine", prefect), Role: casefile.SUIOfficer, Office: "sui-mi"}, caller.Actor)
	assert.NotEmpty(t, caller.Signature, "the sender's side of a receipt")
	call := b.journal.calls[0]
	assert.Equal(t, []string{prefect, purpose, "operatore-12", "postazione-7", "LoA3", handover, "request-1"},
		[]string{call.ClientID, call.PurposeID, call.UserID, call.UserLocation, call.Level, call.Operation, call.RequestID})
	assert.True(t, call.Allowed)
	assert.Len(t, call.Once, 3, "proof, evidence and signature")
}
