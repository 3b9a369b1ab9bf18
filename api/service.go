// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	_ "embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"ricongiungi/schemas"
)

// Description is the API's own description, as served at /openapi.yaml.
//
//go:embed openapi.yaml
var Description []byte

func (s *server) showDescription(w http.ResponseWriter, _ *http.Request) error {
	return answerBytes(w, http.StatusOK, "application/yaml", Description)
}

// showSchema publishes one schema.
func (s *server) showSchema(w http.ResponseWriter, r *http.Request) error {
	content, ok := schemas.File(chi.URLParam(r, "name"))
	if !ok {
		return ErrNotFound
	}
	return answerBytes(w, http.StatusOK, "application/schema+json", content)
}

// contactFor is how long a security contact is said to hold; the standard wants
// less than a year.
const contactFor = 180 * 24 * time.Hour

// showSecurityContact tells where to report a weakness of this installation (RFC 9116).
func (s *server) showSecurityContact(w http.ResponseWriter, _ *http.Request) error {
	if s.SecurityContact == "" {
		return ErrNotFound
	}
	expires := s.Clock().Add(contactFor).UTC().Truncate(24 * time.Hour).Format(time.RFC3339)
	return answerBytes(w, http.StatusOK, "text/plain; charset=utf-8",
		[]byte("Contact: "+s.SecurityContact+"\nExpires: "+expires+"\nPreferred-Languages: it, en\n"))
}

// showLiveness asks nobody: whoever restarts processes must not do so because
// the database is down.
func (s *server) showLiveness(w http.ResponseWriter, r *http.Request) error {
	return s.answerStatus(w, r, nil)
}

// showReadiness needs the database only: without the workflow engine hand-offs
// and commands are still accepted. A process that is about to stop is not ready,
// so that whoever spreads requests sends it no more.
func (s *server) showReadiness(w http.ResponseWriter, r *http.Request) error {
	if s.Leaving() {
		return problemUnavailable
	}
	down := s.partsDown(r)
	if slices.Contains(down, "database") {
		return problemUnavailable
	}
	return s.answerStatus(w, r, nil)
}

func (s *server) showStatus(w http.ResponseWriter, r *http.Request) error {
	down := s.partsDown(r)
	if slices.Contains(down, "database") {
		return problemUnavailable
	}
	return s.answerStatus(w, r, down)
}

// answerStatus is a problem document also when there is no problem, as the
// national rules for APIs have it.
func (s *server) answerStatus(w http.ResponseWriter, r *http.Request, down []string) error {
	p := define(http.StatusOK, "working", "Il servizio funziona.", "The service works.")
	if len(down) > 0 {
		names := strings.Join(down, ", ")
		p = define(http.StatusOK, "delayed", "Il servizio accetta richieste e le evade più tardi; non risponde: "+names+".",
			"The service accepts requests and deals with them later; down: "+names+".")
	}
	if s.Version != "" {
		p.Detail += " Version " + s.Version + "."
	}
	s.writeProblem(w, r, p)
	return nil
}

// partsDown names the parts that do not answer within two seconds, in order.
func (s *server) partsDown(r *http.Request) []string {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	var down []string
	for part, err := range s.Health.Check(ctx) {
		if err != nil {
			down = append(down, part)
			s.Log.Warn("part down", "part", part, "error", err.Error())
		}
	}
	slices.Sort(down)
	return down
}
