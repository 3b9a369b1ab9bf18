// SPDX-License-Identifier: AGPL-3.0-or-later

package modi

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"ricongiungi/views"
)

// How often a set of keys is read: an unknown key id asks for it anew, but not
// as often as somebody invents one; while the other side is down, what was read
// last serves for a day.
const (
	freshFor   = 15 * time.Minute
	retryAfter = 30 * time.Second
	staleFor   = 24 * time.Hour
	fetchTime  = 5 * time.Second
	mostOfSet  = 1 << 20
)

// keySet is the public keys of one party, read from where the configuration
// says and from nowhere a token may say.
type keySet struct {
	location string
	clock    func() time.Time

	mu    sync.Mutex
	keys  map[string]jose.JSONWebKey
	read  time.Time // when the keys were read
	tried time.Time // when they were last asked for
}

// key finds a key by its id. Errors: errRefused when there is none,
// views.ErrUnavailable when the set cannot be read.
func (s *keySet) key(ctx context.Context, kid string) (jose.JSONWebKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	key, known := s.keys[kid]
	if (!known || now.Sub(s.read) > freshFor) && now.Sub(s.tried) > retryAfter {
		s.tried = now
		if keys, err := s.fetch(ctx); err == nil {
			s.keys, s.read = keys, now
		} else if now.Sub(s.read) > staleFor {
			s.keys = nil
		}
		key, known = s.keys[kid]
	}
	switch {
	case s.keys == nil:
		return key, fmt.Errorf("%w: the keys of %s", views.ErrUnavailable, s.location)
	case !known:
		return key, refuse("unknown key id")
	}
	return key, nil
}

// fetcher follows no redirect: keys come from the address agreed or not at all.
var fetcher = &http.Client{
	Timeout:       fetchTime,
	CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("keys are not fetched from elsewhere") },
}

func (s *keySet) fetch(ctx context.Context) (map[string]jose.JSONWebKey, error) {
	if !strings.Contains(s.location, "://") {
		content, err := os.ReadFile(s.location)
		if err != nil {
			return nil, err
		}
		return readKeys(content)
	}
	// Whoever hangs up must not keep others without keys.
	request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, s.location, nil)
	if err != nil {
		return nil, err
	}
	response, err := fetcher.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, mostOfSet+1))
	if err != nil || response.StatusCode != http.StatusOK || len(content) > mostOfSet {
		return nil, fmt.Errorf("keys of %s: no usable answer (%d)", s.location, response.StatusCode)
	}
	return readKeys(content)
}

var plainKeyID = regexp.MustCompile(`^[A-Za-z0-9_.:=-]{1,200}$`)

// readKeys keeps the keys of a set that may sign; a set without any, or with two
// of one id, is broken.
func readKeys(content []byte) (map[string]jose.JSONWebKey, error) {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(content, &set); err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	keys := map[string]jose.JSONWebKey{}
	for _, key := range set.Keys {
		if _, err := algorithmOf(key); err != nil || !plainKeyID.MatchString(key.KeyID) {
			continue
		}
		if _, twice := keys[key.KeyID]; twice {
			return nil, errors.New("key set: one id for two keys")
		}
		keys[key.KeyID] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("key set: no key that may sign")
	}
	return keys, nil
}

// algorithmOf is the one algorithm a public key is good for here.
func algorithmOf(key jose.JSONWebKey) (jose.SignatureAlgorithm, error) {
	var algorithm jose.SignatureAlgorithm
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() >= 2048 {
			algorithm = jose.RS256
		}
	case *ecdsa.PublicKey:
		if public.Curve == elliptic.P256() {
			algorithm = jose.ES256
		}
	}
	if algorithm == "" || key.Use != "" && key.Use != "sig" || key.Algorithm != "" && key.Algorithm != string(algorithm) {
		return "", errors.New("a key that may not sign here")
	}
	return algorithm, nil
}
