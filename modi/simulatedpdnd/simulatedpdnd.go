// SPDX-License-Identifier: AGPL-3.0-or-later

// Package simulatedpdnd stands in for the national platform of interoperability
// and for the machines of another body, so that vouchers, proofs and signatures
// can be tried without either. Nothing real trusts what it signs.
package simulatedpdnd

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
)

// Key is a private key with its name. The simulated platform has one of RSA, the
// simulated machines have one of P-256.
type Key struct {
	Private   crypto.Signer
	KID       string
	Algorithm jose.SignatureAlgorithm
}

// NewPlatformKey makes a key as the platform has it.
func NewPlatformKey(kid string) (Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	return Key{private, kid, jose.RS256}, err
}

// NewMachineKey makes a key for a machine.
func NewMachineKey(kid string) (Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return Key{private, kid, jose.ES256}, err
}

// Public is the key as others see it.
func (k Key) Public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.Private.Public(), KeyID: k.KID, Algorithm: string(k.Algorithm), Use: "sig"}
}

// Thumbprint names the key as a voucher bound to it does (RFC 7638).
func (k Key) Thumbprint() string {
	public := k.Public()
	print, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		panic(err) // the key was made here
	}
	return base64.RawURLEncoding.EncodeToString(print)
}

// ServeHTTP publishes the key as a JSON Web Key Set.
func (k Key) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.Public()}})
}

// Claims are what a token says.
type Claims map[string]any

// Fresh are the claims that every token has, good for ten minutes.
func Fresh(issuer, audience string, now time.Time) Claims {
	return Claims{"iss": issuer, "aud": audience, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(), "jti": uuid.NewString()}
}

// With adds claims to a copy.
func (c Claims) With(more Claims) Claims {
	all := Claims{}
	for name, value := range c {
		all[name] = value
	}
	for name, value := range more {
		all[name] = value
	}
	return all
}

// Sign makes a compact token of the type. Further headers may be given.
func (k Key) Sign(kind string, claims Claims, headers map[jose.HeaderKey]any) (string, error) {
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(kind))
	for name, value := range headers {
		options = options.WithHeader(name, value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.Algorithm, Key: jose.JSONWebKey{Key: k.Private, KeyID: k.KID}}, options)
	if err != nil {
		return "", fmt.Errorf("simulated PDND: %w", err)
	}
	return jwt.Signed(signer).Claims(map[string]any(claims)).Serialize()
}

// Voucher are the claims of a voucher for a purpose of a client.
func Voucher(issuer, audience, clientID, purposeID string, now time.Time) Claims {
	return Fresh(issuer, audience, now).With(Claims{"sub": clientID, "client_id": clientID, "purposeId": purposeID})
}

// Evidence are the claims of tracking evidence about a user of the client.
func Evidence(clientID, audience, purposeID, userID string, now time.Time) Claims {
	return Fresh(clientID, audience, now).With(Claims{"purposeId": purposeID, "userID": userID, "userLocation": "postazione-7", "LoA": "LoA3"})
}

// DigestOf binds a voucher to evidence.
func DigestOf(evidence string) Claims {
	sum := sha256.Sum256([]byte(evidence))
	return Claims{"alg": "SHA256", "value": hex.EncodeToString(sum[:])}
}

// Proof are the claims of a proof of possession for one request with the token.
func Proof(method, url, token string, now time.Time) Claims {
	sum := sha256.Sum256([]byte(token))
	return Claims{"htm": method, "htu": url, "iat": now.Unix(), "jti": uuid.NewString(), "ath": base64.RawURLEncoding.EncodeToString(sum[:])}
}

// BodyDigest is the Digest header of a body.
func BodyDigest(body []byte) string {
	sum := sha256.Sum256(body)
	return "SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])
}

// Signature are the claims of a signature over the headers that say what the
// body is.
func Signature(clientID, audience, digest, contentType string, now time.Time) Claims {
	return Fresh(clientID, audience, now).With(Claims{"signed_headers": []map[string]string{{"digest": digest}, {"content-type": contentType}}})
}
