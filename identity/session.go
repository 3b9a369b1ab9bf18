// SPDX-License-Identifier: AGPL-3.0-or-later

package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"ricongiungi/views"
)

// Sessions keeps sessions where every process of the system sees them.
type Sessions interface {
	OpenSession(ctx context.Context, s views.Session) error
	// Session finds a session that nobody has ended. Errors: views.ErrNoSession.
	Session(ctx context.Context, digest []byte) (views.Session, error)
	// SeeSession notes that the session was used.
	SeeSession(ctx context.Context, digest []byte, at time.Time) error
	EndSession(ctx context.Context, digest []byte) error
}

// sessionCookie cannot be set by a sibling host, sent over plain HTTP to
// another machine, or read by a script.
const sessionCookie = "__Host-ricongiungi-session"

// seeEvery spares the database a write at each click.
const seeEvery = time.Minute

// Operator tells who sent the request. Errors: views.ErrNoSession, or the database's.
func (s *SignIn) Operator(r *http.Request) (views.Operator, error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return views.Operator{}, views.ErrNoSession
	}
	digest, now := digestOf(cookie.Value), s.Clock()
	session, err := s.Sessions.Session(r.Context(), digest)
	if err != nil {
		return views.Operator{}, err
	}
	if !now.Before(session.Expires) || now.Sub(session.SeenAt) > s.Idle {
		return views.Operator{}, errors.Join(views.ErrNoSession, s.Sessions.EndSession(r.Context(), digest))
	}
	if now.Sub(session.SeenAt) >= seeEvery {
		return session.Operator, s.Sessions.SeeSession(r.Context(), digest, now)
	}
	return session.Operator, nil
}

// open gives the browser a new session; one it had before is ended.
func (s *SignIn) open(w http.ResponseWriter, r *http.Request, who views.Operator) error {
	if err := s.end(r); err != nil {
		return err
	}
	token, now := randomText(), s.Clock()
	session := views.Session{Operator: who, Digest: digestOf(token), Began: now, SeenAt: now, Expires: now.Add(s.Longest)}
	if err := s.Sessions.OpenSession(r.Context(), session); err != nil {
		return err
	}
	http.SetCookie(w, hostCookie(sessionCookie, token, int(s.Longest/time.Second)))
	return nil
}

func (s *SignIn) end(r *http.Request) error {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	return s.Sessions.EndSession(r.Context(), digestOf(cookie.Value))
}

func hostCookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

func digestOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// randomText has 256 bits.
func randomText() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(random[:])
}
