// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"crypto"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"ricongiungi/views"
)

// proofLife is how old a proof of possession may be.
const proofLife = time.Minute

// proofClaims are what a client says in a DPoP proof (RFC 9449).
type proofClaims struct {
	jwt.Claims
	Method string `json:"htm"`
	URL    string `json:"htu"`
	Token  string `json:"ath"` // Base64 of the SHA-256 of the voucher
}

// checkPossession has the sender show that it holds the key a voucher is bound
// to. This is the one place where a key comes with the request: the voucher
// names its thumbprint.
func (g *Gate) checkPossession(r *http.Request, token, thumbprint string) (views.OnceID, error) {
	proof, err := single(r, "DPoP")
	if err != nil {
		return views.OnceID{}, err
	}
	var said proofClaims
	if err := open(proof, "dpop+jwt", byThumbprint(thumbprint), &said); err != nil {
		return views.OnceID{}, err
	}
	if err := g.checkProof(r, token, said); err != nil {
		return views.OnceID{}, err
	}
	return views.OnceID{Kind: "dpop", Issuer: thumbprint, ID: said.ID, Until: said.IssuedAt.Time().Add(proofLife + leeway)}, nil
}

func byThumbprint(thumbprint string) finder {
	return func(header jose.Header) (jose.JSONWebKey, error) {
		if header.JSONWebKey == nil || !header.JSONWebKey.IsPublic() || !header.JSONWebKey.Valid() {
			return jose.JSONWebKey{}, refuse("proof without its public key")
		}
		found, err := header.JSONWebKey.Thumbprint(crypto.SHA256)
		if err != nil || !same(base64.RawURLEncoding.EncodeToString(found), thumbprint) {
			return jose.JSONWebKey{}, refuse("proof by another key")
		}
		return *header.JSONWebKey, nil
	}
}

func (g *Gate) checkProof(r *http.Request, token string, said proofClaims) error {
	if said.IssuedAt == nil || !plainTID.MatchString(said.ID) {
		return refuse("proof without iat or jti")
	}
	age, digest := g.clock().Sub(said.IssuedAt.Time()), sha256.Sum256([]byte(token))
	switch {
	case age > proofLife+leeway || age < -leeway:
		return refuse("proof too old or of the future")
	case said.Method != r.Method || said.URL != g.config.PublicURL+r.URL.EscapedPath():
		return refuse("proof for another request")
	case !same(said.Token, base64.RawURLEncoding.EncodeToString(digest[:])):
		return refuse("proof for another voucher")
	}
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
