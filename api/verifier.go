// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"ricongiungi/casefile"
)

const (
	leeway       = 30 * time.Second // by which the clocks of issuer and verifier may differ
	rememberFor  = time.Minute      // how long a verified token is not verified again
	rememberMost = 10_000
	maxToken     = 8 << 10
)

// Verifier tells who a token speaks for.
type Verifier struct {
	keys             *Keys
	issuer, audience string
	clock            func() time.Time
	revoked          atomic.Pointer[map[string]time.Time]

	mu       sync.Mutex
	verified map[[sha256.Size]byte]remembered
}

// remembered is a verified token: ES256 costs more than all else a read does.
type remembered struct {
	actor  casefile.Actor
	issued time.Time
	until  time.Time
}

// NewVerifier verifies tokens of the issuer for the audience.
func NewVerifier(keys *Keys, issuer, audience string) *Verifier {
	v := &Verifier{keys: keys, issuer: issuer, audience: audience, clock: time.Now, verified: map[[sha256.Size]byte]remembered{}}
	v.Revoke(nil)
	return v
}

// Verify gives the actor of a sound token. The error says which check failed
// and is for the log only.
func (v *Verifier) Verify(token string) (casefile.Actor, error) {
	if len(token) > maxToken {
		return casefile.Actor{}, errors.New("token: too long")
	}
	digest, now := sha256.Sum256([]byte(token)), v.clock()
	known, ok := v.recall(digest, now)
	if !ok {
		said, err := v.read(token, now)
		if err != nil {
			return casefile.Actor{}, err
		}
		actor := casefile.Actor{ID: said.Subject, Role: said.Role, Office: said.Office}
		known = v.remember(digest, actor, said, now)
	}
	if since, revoked := (*v.revoked.Load())[known.actor.ID]; revoked && !known.issued.After(since) {
		return casefile.Actor{}, errors.New("token: revoked")
	}
	return known.actor, nil
}

// Revoke replaces the list of actors whose tokens are worth nothing when issued
// up to the instant given.
func (v *Verifier) Revoke(since map[string]time.Time) { v.revoked.Store(&since) }

// read checks a token. Keys come from the configured set only: whatever key or
// address of keys the token itself names is ignored.
func (v *Verifier) read(token string, now time.Time) (claims, error) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return claims{}, errors.New("token: not a JWT signed with ES256")
	}
	if len(parsed.Headers) != 1 || parsed.Headers[0].ExtraHeaders[jose.HeaderType] != tokenType {
		return claims{}, errors.New("token: typ is not " + tokenType)
	}
	key, known := v.keys.byID[parsed.Headers[0].KeyID]
	if !known {
		return claims{}, errors.New("token: unknown kid")
	}
	var said claims
	if err := parsed.Claims(key, &said); err != nil {
		return claims{}, errors.New("token: wrong signature or claims of a wrong type")
	}
	return said, v.check(said, now)
}

func (v *Verifier) check(said claims, now time.Time) error {
	expected := jwt.Expected{Issuer: v.issuer, AnyAudience: jwt.Audience{v.audience}, Time: now}
	if err := said.ValidateWithLeeway(expected, leeway); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	switch {
	case said.Expiry == nil || said.IssuedAt == nil:
		return errors.New("token: exp or iat missing")
	case !plainUUID.MatchString(said.Subject):
		return errors.New("token: sub is no UUID")
	case !slices.Contains(casefile.OperatorRoles(), said.Role):
		return errors.New("token: unknown role")
	case !plainCode.MatchString(said.Office):
		return errors.New("token: office is no code")
	}
	return nil
}

func (v *Verifier) recall(digest [sha256.Size]byte, now time.Time) (remembered, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	known, ok := v.verified[digest]
	return known, ok && now.Before(known.until)
}

func (v *Verifier) remember(digest [sha256.Size]byte, actor casefile.Actor, said claims, now time.Time) remembered {
	known := remembered{actor: actor, issued: said.IssuedAt.Time(), until: now.Add(rememberFor)}
	if expires := said.Expiry.Time(); expires.Before(known.until) {
		known.until = expires
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.verified) >= rememberMost {
		clear(v.verified)
	}
	v.verified[digest] = known
	return known
}
