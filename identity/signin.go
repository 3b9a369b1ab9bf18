// SPDX-License-Identifier: AGPL-3.0-or-later

package identity

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gorilla/securecookie"
	"golang.org/x/oauth2"

	"ricongiungi/views"
)

// Config says which provider is trusted and what its groups mean.
type Config struct {
	Issuer       string // URL of the provider
	ClientID     string
	ClientSecret string
	PublicURL    string // where browsers reach the console, such as https://ricongiungi.comune.example
	GroupClaim   string // claim with the person's groups
	Grants       Grants
	CookieKey    []byte // 64 bytes; signs and encrypts what the browser keeps during a sign-in

	Idle    time.Duration // a session unused for so long ends
	Longest time.Duration // a session ends after so long in any case
	Clock   func() time.Time
}

// SignIn signs operators in and out.
type SignIn struct {
	Config
	Sessions Sessions
	cookies  *securecookie.SecureCookie

	mu       sync.Mutex
	provider *provider // nil until the provider has been reached once
}

// provider is what the provider says of itself.
type provider struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	endURL   string // where a sign-out goes on at the provider; empty when it offers none
}

// signInLasts is how long somebody may take at the provider's page.
const signInLasts = 15 * time.Minute

// New checks the configuration. The provider itself is asked at the first
// sign-in, so that the console starts while it is down.
func New(c Config, sessions Sessions) (*SignIn, error) {
	switch {
	case c.Issuer == "" || c.ClientID == "" || c.PublicURL == "" || c.GroupClaim == "":
		return nil, errors.New("identity: issuer, client id, public URL and group claim must be set")
	case len(c.Grants) == 0:
		return nil, errors.New("identity: no group has a role: nobody could sign in")
	case len(c.CookieKey) != 64:
		return nil, errors.New("identity: the cookie key must have 64 bytes")
	case c.Idle <= 0 || c.Longest <= 0:
		return nil, errors.New("identity: a session needs an idle and an absolute limit")
	}
	cookies := securecookie.New(c.CookieKey[:32], c.CookieKey[32:]).MaxAge(int(signInLasts / time.Second))
	return &SignIn{Config: c, Sessions: sessions, cookies: cookies}, nil
}

// attempt is a sign-in under way, kept by the browser in an encrypted cookie.
type attempt struct {
	State, Nonce, Verifier, Return string
}

const attemptCookie = "__Host-ricongiungi-sign-in"

// CallbackPath is where the provider sends the browser back to.
const CallbackPath = "/sign-in/callback"

// Begin sends the browser to the provider. The query's "return" says where to
// go afterwards, within this site only. Errors: the provider cannot be reached.
func (s *SignIn) Begin(w http.ResponseWriter, r *http.Request) error {
	p, err := s.reach(r.Context())
	if err != nil {
		return err
	}
	a := attempt{State: randomText(), Nonce: randomText(), Verifier: oauth2.GenerateVerifier(), Return: LocalPath(r.FormValue("return"))}
	sealed, err := s.cookies.Encode(attemptCookie, a)
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	http.SetCookie(w, hostCookie(attemptCookie, sealed, int(signInLasts/time.Second)))
	http.Redirect(w, r, p.oauth.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), http.StatusSeeOther)
	return nil
}

// ErrNotSignedIn says that a sign-in did not come to a good end: it was begun in
// another browser, took too long, was refused at the provider, or was forged.
var ErrNotSignedIn = errors.New("identity: the sign-in did not succeed")

// Complete ends what Begin began and opens the session. Errors: ErrNotSignedIn,
// ErrNoRole, or that something cannot be reached.
func (s *SignIn) Complete(w http.ResponseWriter, r *http.Request) error {
	a, err := s.attemptOf(r)
	if err != nil {
		return err
	}
	http.SetCookie(w, hostCookie(attemptCookie, "", -1))
	p, err := s.reach(r.Context())
	if err != nil {
		return err
	}
	who, err := s.redeem(r.Context(), p, a, r.FormValue("code"))
	if err != nil {
		return err
	}
	if err := s.open(w, r, who); err != nil {
		return err
	}
	http.Redirect(w, r, a.Return, http.StatusSeeOther)
	return nil
}

// attemptOf finds the sign-in that the answer belongs to.
func (s *SignIn) attemptOf(r *http.Request) (attempt, error) {
	var a attempt
	cookie, err := r.Cookie(attemptCookie)
	if err != nil {
		return a, ErrNotSignedIn
	}
	if err := s.cookies.Decode(attemptCookie, cookie.Value, &a); err != nil {
		return a, ErrNotSignedIn
	}
	if subtle.ConstantTimeCompare([]byte(a.State), []byte(r.FormValue("state"))) != 1 || r.FormValue("code") == "" {
		return a, ErrNotSignedIn
	}
	return a, nil
}

// redeem changes the code for an ID token and checks it.
func (s *SignIn) redeem(ctx context.Context, p *provider, a attempt, code string) (views.Operator, error) {
	token, err := p.oauth.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return views.Operator{}, fmt.Errorf("%w: the provider did not accept the code", ErrNotSignedIn)
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return views.Operator{}, fmt.Errorf("%w: the ID token is not sound", ErrNotSignedIn)
	}
	var said idClaims
	var all map[string]json.RawMessage
	if err := errors.Join(verified.Claims(&said), verified.Claims(&all)); err != nil {
		return views.Operator{}, fmt.Errorf("%w: claims of a wrong type", ErrNotSignedIn)
	}
	if subtle.ConstantTimeCompare([]byte(said.Nonce), []byte(a.Nonce)) != 1 {
		return views.Operator{}, fmt.Errorf("%w: the ID token answers another sign-in", ErrNotSignedIn)
	}
	return s.operator(said, all)
}

// End signs out here and, where it offers that, at the provider.
func (s *SignIn) End(w http.ResponseWriter, r *http.Request) error {
	if err := s.end(r); err != nil {
		return err
	}
	http.SetCookie(w, hostCookie(sessionCookie, "", -1))
	http.Redirect(w, r, s.farewell(r.Context()), http.StatusSeeOther)
	return nil
}

// farewell is where a sign-out ends; the provider being down does not keep
// anybody signed in here.
func (s *SignIn) farewell(ctx context.Context) string {
	p, err := s.reach(ctx)
	if err != nil || p.endURL == "" {
		return "/"
	}
	query := url.Values{"client_id": {s.ClientID}, "post_logout_redirect_uri": {s.PublicURL + "/"}}
	return p.endURL + "?" + query.Encode()
}

// reach asks the provider who it is, once it answers.
func (s *SignIn) reach(ctx context.Context) (*provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider != nil {
		return s.provider, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	found, err := oidc.NewProvider(ctx, s.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: identity: reach the provider %s: %w", views.ErrUnavailable, s.Issuer, err)
	}
	var said struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := found.Claims(&said); err != nil {
		return nil, fmt.Errorf("identity: description of the provider: %w", err)
	}
	s.provider = &provider{
		oauth: oauth2.Config{ClientID: s.ClientID, ClientSecret: s.ClientSecret, Endpoint: found.Endpoint(),
			RedirectURL: s.PublicURL + CallbackPath, Scopes: []string{oidc.ScopeOpenID, "profile"}},
		verifier: found.Verifier(&oidc.Config{ClientID: s.ClientID, SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256}, Now: s.Clock}),
		endURL:   said.EndSession,
	}
	return s.provider, nil
}

// LocalPath keeps a return address only when it lies within this site.
func LocalPath(asked string) string {
	target, err := url.Parse(asked)
	if err != nil || target.IsAbs() || target.Host != "" || !strings.HasPrefix(asked, "/") ||
		strings.HasPrefix(asked, "//") || strings.ContainsAny(asked, "\\\r\n\t") {
		return "/"
	}
	return asked
}
