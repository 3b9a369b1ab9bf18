// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/modi"
	"ricongiungi/views"
)

// exchange is what is known of a request beside what it says itself.
type exchange struct {
	id       string         // names the request in logs and problem documents
	actor    casefile.Actor // empty where nobody had to say who they are
	command  string         // id of the command that the request gives, if it gives one
	caseID   string         // that the address names
	standing views.Standing // of that case
	seen     []string       // cases of which the answer shows something, where the address names none
	machine  *modi.Caller   // where another body's machine sent it
}

type exchangeKey struct{}

func exchangeOf(r *http.Request) *exchange {
	x, _ := r.Context().Value(exchangeKey{}).(*exchange)
	return x
}

func actorOf(r *http.Request) casefile.Actor { return exchangeOf(r).actor }

// observed gives the request its id, sets the headers that every answer bears
// and logs codes and ids: no address with its query, no header, no body.
func (s *server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{id: uuid.NewString()}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		recorded := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		setCommonHeaders(w.Header())
		began := s.Clock()
		next.ServeHTTP(recorded, r)
		s.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("method", r.Method), slog.String("route", chi.RouteContext(r.Context()).RoutePattern()),
			slog.Int("status", recorded.Status()), slog.Duration("duration", s.Clock().Sub(began)),
			slog.String("request_id", x.id), slog.String("actor", x.actor.ID), slog.String("client", remoteHost(r)),
			slog.String("case_id", x.caseID), slog.String("command_id", x.command))
	})
}

func setCommonHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Link", `</openapi.yaml>; rel="service-desc"`)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// recovered turns a panic into a problem document. What the panic says may hold
// personal data, so only its type and place are logged.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			s.Log.Error("panic", "request_id", exchangeOf(r).id, "type", fmt.Sprintf("%T", cause), "stack", string(debug.Stack()))
			s.writeProblem(w, r, problemUnforeseen)
		}()
		next.ServeHTTP(w, r)
	})
}

// guarded is the one place where it is decided whether a request is served: who
// asks, how often, and whether that role may.
func (s *server) guarded(may access.Permission, handle handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := s.admit(w, r, may)
		w, sent := s.signed(w, r)
		if err == nil {
			var leave func()
			leave, err = s.enter(may)
			defer leave()
		}
		if err == nil {
			err = s.findCase(r)
		}
		if err == nil {
			err = handle(w, r)
		}
		if err != nil {
			s.fail(w, r, err)
		}
		sent()
	}
}

// enter takes one of the places for requests under way. Beyond them it is better
// to be sent away at once than to wait and be given up on. What everybody may
// ask is never turned away: whoever watches over us must get an answer.
func (s *server) enter(may access.Permission) (leave func(), err error) {
	if may.Anyone {
		return func() {}, nil
	}
	select {
	case s.places <- struct{}{}:
		return func() { <-s.places }, nil
	default:
		return func() {}, ErrUnavailable
	}
}

func (s *server) admit(w http.ResponseWriter, r *http.Request, may access.Permission) error {
	caller, refusal := remoteHost(r), error(nil)
	if !may.Anyone {
		actor, err := s.authenticate(r)
		if err == nil {
			exchangeOf(r).actor, caller = actor, actor.ID
		}
		refusal = err
	}
	if !s.limits.allow(w.Header(), caller, s.Clock()) {
		return problemTooMany
	}
	guessed := refusal == problemUnauthorized && r.Header.Get("Authorization") != ""
	if guessed && !s.mistakes.allow(http.Header{}, caller, s.Clock()) {
		return problemTooMany // whoever has a token is not held up by who guesses beside them
	}
	if refusal == nil && !may.Anyone && !may.Roles[actorOf(r).Role] {
		return problemForbidden
	}
	return refusal
}

// findCase answers a case of a foreign hub like one that does not exist, before
// anything of it is read.
func (s *server) findCase(r *http.Request) error {
	if chi.URLParam(r, "case_id") == "" {
		return nil
	}
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	exchangeOf(r).caseID = id
	standing, err := s.Views.Standing(r.Context(), id)
	if err != nil {
		return err
	}
	if !s.Rights.Sees(actorOf(r), standing.Office) {
		return ErrNotFound
	}
	exchangeOf(r).standing = standing
	return nil
}

// authenticate never says which check failed: the answer would help guessing.
func (s *server) authenticate(r *http.Request) (casefile.Actor, error) {
	if len(r.Header.Values("Authorization")) != 1 {
		return casefile.Actor{}, problemUnauthorized
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	err := errNoBearer
	if strings.EqualFold(scheme, "Bearer") {
		var actor casefile.Actor
		if actor, err = s.Tokens.Verify(token); err == nil {
			return actor, nil
		}
	}
	if s.Machines != nil {
		return s.admitMachine(r)
	}
	s.Log.Info("token refused", "request_id", exchangeOf(r).id, "reason", err.Error())
	return casefile.Actor{}, problemUnauthorized
}

// remoteHost is the other end of the connection. Headers that claim another
// origin are ignored: anybody can send them.
func remoteHost(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
