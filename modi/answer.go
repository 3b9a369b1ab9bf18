// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"ricongiungi/internal/keyfile"
)

// answerLife is how long a signed answer may be shown as fresh.
const answerLife = 5 * time.Minute

// AnswerKey signs what machines are answered.
type AnswerKey struct {
	signer jose.Signer
	public jose.JSONWebKey
}

// LoadAnswerKey reads a private JSON Web Key from the file, and makes one there
// if there is none: RSA, which the platform's register of keys takes.
func LoadAnswerKey(path string) (*AnswerKey, error) {
	content, err := keyfile.LoadOrCreate(path, freshAnswerKey)
	if err != nil {
		return nil, fmt.Errorf("answer key: %w", err)
	}
	var key jose.JSONWebKey
	if err := json.Unmarshal(content, &key); err != nil {
		return nil, fmt.Errorf("answer key in %s: %w", path, err)
	}
	algorithm, err := algorithmOf(key.Public())
	if err != nil || key.IsPublic() || key.KeyID == "" {
		return nil, fmt.Errorf("answer key in %s: want a private RSA or P-256 key with a kid", path)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("answer key in %s: %w", path, err)
	}
	return &AnswerKey{signer, key.Public()}, nil
}

func freshAnswerKey() ([]byte, error) {
	private, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		return nil, err
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.RS256), Use: "sig"}
	print, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, err
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(print)
	return json.Marshal(key)
}

// Public is the key set with which others verify answers, to be registered.
func (k *AnswerKey) Public() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.public}}
}

// SignsAnswers tells whether the machine is owed signed answers.
func (c *Caller) SignsAnswers() bool { return c.client.has(Integrity2) }

// SignAnswer sets the digest of the body and the signature over it
// (INTEGRITY_REST_02). The content type must be set before.
func (g *Gate) SignAnswer(c *Caller, h http.Header, body []byte) error {
	now := g.clock()
	h.Set("Digest", digestPrefix+digestOf(body))
	token, err := jwt.Signed(g.answers.signer).Claims(signatureClaims{
		Claims: jwt.Claims{Issuer: g.config.Audience, Audience: jwt.Audience{c.client.ClientID}, ID: uuid.NewString(),
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(answerLife))},
		Headers: []map[string]string{{"digest": h.Get("Digest")}, {"content-type": h.Get("Content-Type")}},
	}).Serialize()
	if err != nil {
		return fmt.Errorf("sign answer: %w", err)
	}
	h.Set(signatureHeader, token)
	return nil
}
