// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"ricongiungi/casefile"
	"ricongiungi/modi"
)

// Machines lets in the machines of other bodies.
type Machines interface {
	// Admit tells who sent the request and keeps that it came. The operation is
	// the method and pattern of the route. Errors: modi.ErrRefused,
	// modi.ErrForbidden, ErrUnavailable.
	Admit(r *http.Request, requestID, operation string) (*modi.Caller, error)
	// SignAnswer sets the headers that sign an answer to the machine.
	SignAnswer(c *modi.Caller, h http.Header, body []byte) error
}

var errNoBearer = errors.New("no bearer token")

// admitMachine identifies the sender of a request that bears no token of ours.
// Why it is refused stands in the log only.
func (s *server) admitMachine(r *http.Request) (casefile.Actor, error) {
	x := exchangeOf(r)
	caller, err := s.Machines.Admit(r, x.id, r.Method+" "+chi.RouteContext(r.Context()).RoutePattern())
	switch {
	case errors.Is(err, modi.ErrRefused), errors.Is(err, modi.ErrForbidden):
		s.Log.Info("machine refused", "request_id", x.id, "reason", err.Error())
		return casefile.Actor{}, machineProblem(err)
	case err != nil:
		return casefile.Actor{}, err
	}
	x.machine = caller
	return caller.Actor, nil
}

func machineProblem(err error) error {
	if errors.Is(err, modi.ErrForbidden) {
		return problemForbidden
	}
	return problemUnauthorized
}

// asSigned holds a body to what its sender signed.
func asSigned(r *http.Request, body []byte) error {
	if caller := exchangeOf(r).machine; caller != nil && caller.CheckBody(body) != nil {
		return problemUnauthorized
	}
	return nil
}

// origin is who hands messages over, and what it signed of the request.
type origin struct {
	by        casefile.Actor
	signature string // empty where the sender signs nothing
}

func originOf(r *http.Request) origin {
	from := origin{by: actorOf(r)}
	if caller := exchangeOf(r).machine; caller != nil {
		from.signature = caller.Signature
	}
	return from
}

// signed gives a writer that keeps the answer back until it can be signed, for
// machines that are owed that, and what sends it. For others it is the writer
// itself.
func (s *server) signed(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, func()) {
	caller := exchangeOf(r).machine
	if caller == nil || !caller.SignsAnswers() {
		return w, func() {}
	}
	kept := &keptAnswer{ResponseWriter: w, status: http.StatusOK}
	return kept, func() {
		if err := s.Machines.SignAnswer(caller, w.Header(), kept.body.Bytes()); err != nil {
			s.Log.Error("answer not signed", "request_id", exchangeOf(r).id, "error", err.Error())
			s.writeProblem(w, r, problemUnforeseen)
			return
		}
		w.WriteHeader(kept.status)
		_, _ = w.Write(kept.body.Bytes()) // who hung up needs no answer
	}
}

// keptAnswer is an answer that is not sent yet.
type keptAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader keeps the status.
func (k *keptAnswer) WriteHeader(status int) { k.status = status }

// Write keeps the content.
func (k *keptAnswer) Write(content []byte) (int, error) { return k.body.Write(content) }
