// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"ricongiungi/views"
)

const (
	leeway      = 30 * time.Second // by which the clocks of two machines may differ
	longestLife = 24 * time.Hour   // of a token, and so of an id that is kept to be used once
	maxToken    = 8 << 10
)

// algorithms are the only ones, whatever a token asks for. Codes shared between
// two bodies (HS256) prove nothing to a third.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.ES256}

// What Admit fails with beside views.ErrUnavailable. Which check failed is in the
// text, for the log only.
var (
	// ErrRefused says that the request does not show who sent it.
	ErrRefused = errors.New("machine refused")
	// ErrForbidden says that the sender is known and may not do this.
	ErrForbidden = errors.New("machine not allowed")
)

func refuse(reason string) error { return fmt.Errorf("%w: %s", ErrRefused, reason) }

func forbid(reason string) error { return fmt.Errorf("%w: %s", ErrForbidden, reason) }

var (
	plainID  = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,200}$`)
	plainTID = regexp.MustCompile(`^[\x21-\x7e]{1,200}$`)
)

// finder gives the key with which a token was signed, by its header.
type finder func(header jose.Header) (jose.JSONWebKey, error)

// open verifies a compact token and reads its claims. The type is that of its
// header; keys and addresses that the header itself names are never looked at.
func open(token, wantType string, find finder, said ...any) error {
	if len(token) > maxToken {
		return refuse("token too long")
	}
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil || len(parsed.Headers) != 1 {
		return refuse("not a JWT signed with RS256 or ES256")
	}
	header := parsed.Headers[0]
	if kind, _ := header.ExtraHeaders[jose.HeaderType].(string); !strings.EqualFold(kind, wantType) {
		return refuse("typ is not " + wantType)
	}
	key, err := find(header)
	if err != nil {
		return err
	}
	if algorithm, err := algorithmOf(key); err != nil || header.Algorithm != string(algorithm) {
		return refuse("algorithm and key do not fit")
	}
	if err := parsed.Claims(key.Key, said...); err != nil {
		return refuse("wrong signature or claims of a wrong type")
	}
	return nil
}

// check holds what every token says of itself to what is expected of it.
func (g *Gate) check(said jwt.Claims, issuer string) error {
	now := g.clock()
	expected := jwt.Expected{Issuer: issuer, AnyAudience: jwt.Audience{g.config.Audience}, Time: now}
	if err := said.ValidateWithLeeway(expected, leeway); err != nil {
		return refuse(err.Error())
	}
	switch {
	case said.Issuer == "" || said.Expiry == nil || said.IssuedAt == nil:
		return refuse("iss, exp or iat missing")
	case said.Expiry.Time().Sub(said.IssuedAt.Time()) > longestLife:
		return refuse("good for too long")
	case !plainTID.MatchString(said.ID):
		return refuse("jti missing")
	}
	return nil
}

// once is the id of a token that may be used one time only.
func once(kind string, said jwt.Claims) views.OnceID {
	return views.OnceID{Kind: kind, Issuer: said.Issuer, ID: said.ID, Until: said.Expiry.Time().Add(leeway)}
}

// single is the value of a header that is there exactly once.
func single(r *http.Request, name string) (string, error) {
	values := r.Header.Values(name)
	if len(values) != 1 || values[0] == "" {
		return "", refuse(name + " must be there once")
	}
	return values[0], nil
}
