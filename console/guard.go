// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"

	"ricongiungi/identity"
	"ricongiungi/views"
)

// visit is what is known of a request beside what it says itself.
type visit struct {
	id       string
	who      views.Operator // empty on pages that need no sign-in
	voice    voice
	caseID   string         // that the address names
	standing views.Standing // of that case
	command  string         // id of the command that the page gives, if it gives one
	seen     []string       // cases of which something was opened
}

type visitKey struct{}

func visitOf(r *http.Request) *visit {
	v, _ := r.Context().Value(visitKey{}).(*visit)
	return v
}

// observed sets the headers that every page bears and logs codes and ids only.
func (s *console) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{id: uuid.NewString(), voice: s.texts.voiceFor(r)}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		recorded := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		setHeaders(w.Header())
		began := s.Clock()
		next.ServeHTTP(recorded, r)
		s.Log.LogAttrs(r.Context(), slog.LevelInfo, "page",
			slog.String("method", r.Method), slog.String("route", chi.RouteContext(r.Context()).RoutePattern()),
			slog.Int("status", recorded.Status()), slog.Duration("duration", s.Clock().Sub(began)),
			slog.String("request_id", v.id), slog.String("actor", v.who.ID), slog.String("client", remoteHost(r)),
			slog.String("case_id", v.caseID), slog.String("command_id", v.command))
	})
}

// remoteHost is the other end of the connection, whatever headers claim.
func remoteHost(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func setHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "+
		"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// recovered turns a panic into a page. What it says may hold personal data, so
// only its type and place are logged.
func (s *console) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if err, ok := cause.(error); cause == nil || ok && errors.Is(err, http.ErrAbortHandler) {
				return
			}
			s.Log.Error("panic", "request_id", visitOf(r).id, "type", fmt.Sprintf("%T", cause), "stack", string(debug.Stack()))
			s.showError(w, r, http.StatusInternalServerError, "error.unforeseen")
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *console) open(handle handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := handle(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

// errForbidden says that the operator's role may not see the page.
var errForbidden = errors.New("console: not for this role")

// signedIn is the one place where it is decided who gets a page: a session, the
// permission of the same question in the API, and the case being of a hub that
// the operator's office sees.
func (s *console) signedIn(to route) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := readForm(w, r, to.limit); err != nil {
			return err
		}
		who, err := s.SignIn.Operator(r)
		if errors.Is(err, views.ErrNoSession) {
			return s.askToSignIn(w, r)
		}
		if err != nil {
			return err
		}
		visitOf(r).who = who
		if to.api != "" && !s.Rights.Routes[to.api].Roles[who.Role] {
			return errForbidden
		}
		if err := s.findCase(r); err != nil {
			return err
		}
		return s.recorded(to)(w, r)
	}
}

// errTooLarge says that a form holds more than any form may.
var errTooLarge = errors.New("console: the form is too large")

// readForm reads what was typed, before anything can be lost of it. Files stay
// in memory up to a limit and are read by whoever expects them.
func readForm(w http.ResponseWriter, r *http.Request, limit int64) error {
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, max(limit, formLimit))
	}
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(formLimit)
	}
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil // every other form is read by then
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return errTooLarge
	case err != nil:
		return views.ErrNotFound
	}
	return nil
}

// askToSignIn sends a reader to the sign-in and back. What was typed on a form
// is not lost: it is given back, to be sent again after signing in beside it.
func (s *console) askToSignIn(w http.ResponseWriter, r *http.Request) error {
	switch {
	case r.Header.Get("HX-Request") != "":
		w.WriteHeader(http.StatusUnauthorized) // the script says so beside the form
		return nil
	case r.Method == http.MethodGet || len(r.PostForm) == 0:
		http.Redirect(w, r, "/sign-in?return="+url.QueryEscape(returnTo(r)), http.StatusSeeOther)
		return nil
	}
	return s.show(w, r, http.StatusUnauthorized, "resume", visitOf(r).voice.say("resume.title"), struct {
		Path  string
		Typed url.Values
	}{r.URL.RequestURI(), r.PostForm})
}

// returnTo is where a sign-in leads back to; what was posted is not repeated.
func returnTo(r *http.Request) string {
	if r.Method != http.MethodGet {
		return "/"
	}
	return r.URL.RequestURI()
}

func (s *console) findCase(r *http.Request) error {
	id := chi.URLParam(r, "case_id")
	if id == "" {
		return nil
	}
	standing, err := s.standing(r, id)
	if err == nil {
		visitOf(r).caseID, visitOf(r).standing = id, standing
	}
	return err
}

// standing is that of a case which the operator's office sees; any other is none.
func (s *console) standing(r *http.Request, id string) (views.Standing, error) {
	if _, err := uuid.Parse(id); err != nil {
		return views.Standing{}, views.ErrNotFound
	}
	at, err := s.Views.Standing(r.Context(), id)
	if err == nil && !s.Rights.Sees(visitOf(r).who.Actor, at.Office) {
		return views.Standing{}, views.ErrNotFound
	}
	return at, err
}

// fail shows why there is no page.
func (s *console) fail(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, views.ErrNotFound), errors.Is(err, views.ErrBadCursor):
		s.showError(w, r, http.StatusNotFound, "error.not_found")
	case errors.Is(err, errForbidden):
		s.showError(w, r, http.StatusForbidden, "error.forbidden")
	case errors.Is(err, errTooLarge):
		s.showError(w, r, http.StatusRequestEntityTooLarge, "error.too_large")
	case errors.Is(err, identity.ErrNoRole):
		s.showError(w, r, http.StatusForbidden, "error.no_role")
	case errors.Is(err, identity.ErrNotSignedIn):
		s.showError(w, r, http.StatusForbidden, "error.not_signed_in")
	case errors.Is(err, views.ErrUnavailable):
		w.Header().Set("Retry-After", "5")
		s.showError(w, r, http.StatusServiceUnavailable, "error.unavailable")
	default:
		s.Log.Error("page failed", "request_id", visitOf(r).id, "error", err.Error())
		s.showError(w, r, http.StatusInternalServerError, "error.unforeseen")
	}
}
