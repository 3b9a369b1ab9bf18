// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
)

// forge signs any claims with any key and headers.
type forge struct {
	algorithm jose.SignatureAlgorithm
	key       any
	kid       string
	headers   map[jose.HeaderKey]any
	claims    map[string]any
}

func (f forge) token(t *testing.T) string {
	t.Helper()
	options := &jose.SignerOptions{ExtraHeaders: f.headers}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: f.algorithm, Key: jose.JSONWebKey{Key: f.key, KeyID: f.kid}}, options)
	require.NoError(t, err)
	token, err := jwt.Signed(signer).Claims(f.claims).Serialize()
	require.NoError(t, err)
	return token
}

func TestForgedTokensAreRefused(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	require.NoError(t, err)
	keys := &Keys{byID: map[string]*ecdsa.PublicKey{"k1": &private.PublicKey}}
	verifier := NewVerifier(keys, "issuer", "audience")
	verifier.clock = func() time.Time { return now }

	sound := func() forge {
		return forge{jose.ES256, private, "k1", map[jose.HeaderKey]any{jose.HeaderType: "at+jwt"}, map[string]any{
			"iss": "issuer", "aud": "audience", "sub": memberA, "role": "counsellor", "office": "wemi-mi",
			"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix()}}
	}
	actor, err := verifier.Verify(sound().token(t))
	require.NoError(t, err)
	assert.Equal(t, casefile.Actor{ID: memberA, Role: casefile.Counsellor, Office: "wemi-mi"}, actor)

	for name, spoil := range forgeries(stranger, public) {
		forged := sound()
		spoil(&forged)
		_, err := verifier.Verify(forged.token(t))
		assert.Error(t, err, name)
	}
	unsigned := encodePart(t, map[string]any{"alg": "none", "typ": "at+jwt", "kid": "k1"}) + "." + encodePart(t, sound().claims) + "."
	_, err = verifier.Verify(unsigned)
	assert.Error(t, err, "alg none")
}

// forgeries spoil a sound token in one way each.
func forgeries(stranger *ecdsa.PrivateKey, public []byte) map[string]func(*forge) {
	jwk := jose.JSONWebKey{Key: stranger.Public(), KeyID: "k1"}
	return map[string]func(*forge){
		"another issuer":      func(f *forge) { f.claims["iss"] = "x" },
		"no issuer":           func(f *forge) { delete(f.claims, "iss") },
		"another audience":    func(f *forge) { f.claims["aud"] = "x" },
		"no audience":         func(f *forge) { delete(f.claims, "aud") },
		"expired":             func(f *forge) { f.claims["exp"] = now.Add(-31 * time.Second).Unix() },
		"no end":              func(f *forge) { delete(f.claims, "exp") },
		"not yet valid":       func(f *forge) { f.claims["nbf"] = now.Add(31 * time.Second).Unix() },
		"issued to come":      func(f *forge) { f.claims["iat"] = now.Add(31 * time.Second).Unix() },
		"no issue time":       func(f *forge) { delete(f.claims, "iat") },
		"subject no UUID":     func(f *forge) { f.claims["sub"] = "maria" },
		"no subject":          func(f *forge) { delete(f.claims, "sub") },
		"unknown role":        func(f *forge) { f.claims["role"] = "admin" },
		"role of the engine":  func(f *forge) { f.claims["role"] = "system" },
		"several roles":       func(f *forge) { f.claims["role"] = []string{"counsellor"} },
		"no role":             func(f *forge) { delete(f.claims, "role") },
		"no office":           func(f *forge) { delete(f.claims, "office") },
		"an ID token":         func(f *forge) { f.headers[jose.HeaderType] = "JWT" },
		"no type":             func(f *forge) { f.headers = nil },
		"another key":         func(f *forge) { f.key = stranger },
		"unknown kid":         func(f *forge) { f.kid = "../../k1" },
		"no kid":              func(f *forge) { f.kid = "" },
		"HS256 by public key": func(f *forge) { f.algorithm, f.key = jose.HS256, public },
		"key in the token":    func(f *forge) { f.key, f.headers["jwk"] = stranger, jwk },
		"address of keys": func(f *forge) {
			f.key, f.headers["jku"], f.headers["x5u"] = stranger, "http://127.0.0.1/keys", "http://127.0.0.1/x"
		},
	}
}

func encodePart(t *testing.T, part any) string {
	t.Helper()
	raw, err := json.Marshal(part)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func TestIssuerKeepsItsKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "issuer.json")
	issuer, err := NewIssuer(path)
	require.NoError(t, err)
	again, err := NewIssuer(path)
	require.NoError(t, err)
	token, err := again.Token(uuid.New(), casefile.Auditor, "wemi-mi", time.Minute)
	require.NoError(t, err)
	_, err = NewVerifier(issuer.Keys(), DefaultIssuer, DefaultAudience).Verify(token)
	assert.NoError(t, err)

	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	loaded, err := LoadKeys(path)
	require.NoError(t, err)
	assert.Equal(t, issuer.Keys(), loaded)
}

func TestVerifiedTokensAreRememberedNoLongerThanTheyLive(t *testing.T) {
	issuer, err := NewIssuer(filepath.Join(t.TempDir(), "issuer.json"))
	require.NoError(t, err)
	clock := time.Now()
	verifier := NewVerifier(issuer.Keys(), DefaultIssuer, DefaultAudience)
	verifier.clock = func() time.Time { return clock }
	token, err := issuer.Token(uuid.New(), casefile.Auditor, "wemi-mi", 10*time.Second)
	require.NoError(t, err)
	_, err = verifier.Verify(token)
	require.NoError(t, err)
	assert.Len(t, verifier.verified, 1)
	clock = clock.Add(50 * time.Second)
	_, err = verifier.Verify(token)
	assert.Error(t, err)
}

func TestARevokedActorsEarlierTokensAreRefusedAtOnceAndLaterOnesAreNot(t *testing.T) {
	issuer, err := NewIssuer(filepath.Join(t.TempDir(), "issuer.json"))
	require.NoError(t, err)
	verifier := NewVerifier(issuer.Keys(), DefaultIssuer, DefaultAudience)
	leaver, colleague := uuid.New(), uuid.New()
	token := func(who uuid.UUID) string {
		text, err := issuer.Token(who, casefile.Counsellor, "wemi-mi", time.Hour)
		require.NoError(t, err)
		return text
	}
	held, other := token(leaver), token(colleague)
	_, err = verifier.Verify(held)
	require.NoError(t, err, "it is remembered as verified")

	verifier.Revoke(map[string]time.Time{leaver.String(): time.Now()})
	_, err = verifier.Verify(held)
	assert.ErrorContains(t, err, "revoked")
	_, err = verifier.Verify(other)
	assert.NoError(t, err)

	verifier.Revoke(map[string]time.Time{leaver.String(): time.Now().Add(-time.Minute)})
	_, err = verifier.Verify(token(leaver))
	assert.NoError(t, err, "issued after the revocation")
}
