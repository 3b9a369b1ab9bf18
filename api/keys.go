// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/internal/keyfile"
)

// The names in the tokens of the issuer that comes with the program.
const (
	DefaultIssuer   = "urn:ricongiungi:issuer"
	DefaultAudience = "urn:ricongiungi:api"
	tokenType       = "at+jwt"
)

// Keys are the public keys by which tokens are verified, by key id.
type Keys struct {
	byID map[string]*ecdsa.PublicKey
}

// LoadKeys reads a JSON Web Key Set of P-256 keys from a file.
func LoadKeys(path string) (*Keys, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("token keys: %w", err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(content, &set); err != nil {
		return nil, fmt.Errorf("token keys in %s: %w", path, err)
	}
	return keysOf(set)
}

func keysOf(set jose.JSONWebKeySet) (*Keys, error) {
	keys := &Keys{byID: map[string]*ecdsa.PublicKey{}}
	for _, key := range set.Keys {
		public, ok := key.Public().Key.(*ecdsa.PublicKey)
		if !ok || public.Curve != elliptic.P256() || key.KeyID == "" {
			return nil, errors.New("token keys: every key must be of P-256 and have a kid")
		}
		keys.byID[key.KeyID] = public
	}
	return keys, nil
}

// Issuer signs the tokens of a machine that has no identity provider.
type Issuer struct {
	keys   *Keys
	signer jose.Signer
}

// NewIssuer takes its key from the file, which it makes if there is none.
func NewIssuer(path string) (*Issuer, error) {
	content, err := keyfile.LoadOrCreate(path, freshKeySet)
	if err != nil {
		return nil, fmt.Errorf("issuer key: %w", err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(content, &set); err != nil {
		return nil, fmt.Errorf("issuer key in %s: %w", path, err)
	}
	if len(set.Keys) == 0 || set.Keys[0].IsPublic() {
		return nil, fmt.Errorf("issuer key in %s: the first key must be a private one", path)
	}
	keys, err := keysOf(set)
	if err != nil {
		return nil, err
	}
	options := (&jose.SignerOptions{}).WithType(tokenType)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: set.Keys[0]}, options)
	if err != nil {
		return nil, fmt.Errorf("issuer key: %w", err)
	}
	return &Issuer{keys: keys, signer: signer}, nil
}

func freshKeySet() ([]byte, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.ES256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, err
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
}

// Keys verify the tokens of this issuer.
func (i *Issuer) Keys() *Keys { return i.keys }

// claims are what a token says.
type claims struct {
	jwt.Claims
	Role   casefile.Role `json:"role"`
	Office string        `json:"office"`
}

// Token signs that the subject acts in the role for the office, from now on for
// as long as ttl.
func (i *Issuer) Token(subject uuid.UUID, role casefile.Role, office string, ttl time.Duration) (string, error) {
	now := time.Now()
	token, err := jwt.Signed(i.signer).Claims(claims{
		Claims: jwt.Claims{Issuer: DefaultIssuer, Audience: jwt.Audience{DefaultAudience}, Subject: subject.String(),
			ID: uuid.NewString(), IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(ttl))},
		Role: role, Office: office,
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return token, nil
}
