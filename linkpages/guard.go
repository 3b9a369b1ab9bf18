// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"

	"ricongiungi/tongues"
)

// visit is what is known of a request beside what it says itself.
type visit struct{ id string }

type visitKey struct{}

func visitOf(r *http.Request) visit {
	v, _ := r.Context().Value(visitKey{}).(visit)
	return v
}

// observed sets the headers that every page bears and logs routes and codes only.
func (s *site) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visit{uuid.NewString()}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		recorded := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		s.setHeaders(w.Header())
		began := s.Clock()
		next.ServeHTTP(recorded, r)
		s.Log.LogAttrs(r.Context(), slog.LevelInfo, "page",
			slog.String("method", r.Method), slog.String("route", chi.RouteContext(r.Context()).RoutePattern()),
			slog.Int("status", recorded.Status()), slog.Duration("duration", s.Clock().Sub(began)), slog.String("request_id", v.id))
	})
}

func (s *site) setHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", s.pages.policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
}

// recovered turns a panic into a page. What it says may hold personal data, so
// only its type and place are logged.
func (s *site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if err, ok := cause.(error); cause == nil || ok && errors.Is(err, http.ErrAbortHandler) {
				return
			}
			s.Log.Error("panic", "request_id", visitOf(r).id, "type", fmt.Sprintf("%T", cause), "stack", string(debug.Stack()))
			s.wayIn(w, r, http.StatusInternalServerError, familyDoor, "link.later")
		}()
		next.ServeHTTP(w, r)
	})
}

// voice is the language that the address names, or else the browser's.
func (s *site) voice(r *http.Request) tongues.Voice {
	if lang := r.URL.Query().Get("lang"); lang != "" {
		return s.tongues.Voice(lang)
	}
	return s.tongues.Voice(r.Header.Get("Accept-Language"))
}
