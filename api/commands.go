// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"errors"
	"net/http"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/schemas"
)

// giveCommand keeps the command and waits for what its case decides. Once it is
// kept, no failure loses it: the answer is then the outcome or where to find it.
// When as many commands wait as can be decided in good time, nothing more is
// kept: a quick "come later" is worth more than a late answer.
func (s *server) giveCommand(w http.ResponseWriter, r *http.Request) error {
	order, err := s.order(w, r)
	if err != nil {
		return err
	}
	return s.decide(w, r, order)
}

// decide keeps an order and answers with what its case decides, or where to find it.
func (s *server) decide(w http.ResponseWriter, r *http.Request, order casefile.Order) error {
	exchangeOf(r).command = order.CommandID
	select {
	case s.orders <- struct{}{}:
		defer func() { <-s.orders }()
	default:
		return problemBusy
	}
	settled, err := s.Orders.AcceptOrder(r.Context(), order)
	if err != nil {
		return err
	}
	if settled != nil {
		w.Header().Set("Idempotency-Replayed", "true")
		return answerOutcome(w, *settled)
	}
	waiting, cancel := context.WithTimeout(r.Context(), s.Wait)
	defer cancel()
	outcome, err := s.Engine.Submit(waiting, order.CaseID, order.CommandID)
	if err != nil {
		s.Log.InfoContext(r.Context(), "command not decided yet", "request_id", exchangeOf(r).id, "case_id", order.CaseID, "command_id", order.CommandID, "reason", err.Error())
		w.Header().Set("Location", "/v1/cases/"+order.CaseID+"/commands/"+order.CommandID)
		return answer(w, http.StatusAccepted, commandState{CommandID: order.CommandID, Status: "pending"})
	}
	return answerOutcome(w, outcome)
}

// order reads the command from the request and checks that the role may give it.
func (s *server) order(w http.ResponseWriter, r *http.Request) (casefile.Order, error) {
	caseID, err := pathID(r, "case_id")
	if err != nil {
		return casefile.Order{}, err
	}
	key := r.Header.Get("Idempotency-Key")
	if !plainUUID.MatchString(key) {
		return casefile.Order{}, problemKey
	}
	version, err := ifVersion(r)
	if err != nil {
		return casefile.Order{}, err
	}
	raw, err := body(w, r, "application/json", commandLimit)
	if err != nil {
		return casefile.Order{}, err
	}
	name, data, err := schemas.Request(raw)
	if err != nil {
		return casefile.Order{}, err
	}
	switch err := s.Rights.Command(actorOf(r).Role, name, data); {
	case errors.Is(err, access.ErrForbidden):
		return casefile.Order{}, problemForbidden
	case err != nil:
		return casefile.Order{}, err
	}
	return casefile.Order{CommandID: key, CaseID: caseID, Type: name, Body: data,
		Actor: actorOf(r), At: s.Clock().UTC(), IfVersion: version}, nil
}

func answerOutcome(w http.ResponseWriter, outcome casefile.Outcome) error {
	if outcome.Refusal != nil {
		return refused(outcome.Refusal)
	}
	if outcome.Events == nil {
		outcome.Events = []casefile.EventRef{}
	}
	w.Header().Set("ETag", eTag(outcome.Version))
	return answer(w, http.StatusOK, outcome)
}

// commandState is how far a command is.
type commandState struct {
	CommandID string            `json:"command_id"`
	Status    string            `json:"status"` // pending, decided or refused
	Outcome   *casefile.Outcome `json:"outcome,omitempty"`
}

func (s *server) showCommand(w http.ResponseWriter, r *http.Request) error {
	caseID, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	commandID, err := pathID(r, "command_id")
	if err != nil {
		return err
	}
	outcome, err := s.Orders.OrderOutcome(r.Context(), caseID, commandID)
	if err != nil {
		return err
	}
	state := commandState{CommandID: commandID, Status: "pending", Outcome: outcome}
	switch {
	case outcome == nil:
	case outcome.Refusal != nil:
		state.Status = "refused"
	default:
		state.Status = "decided"
	}
	if outcome != nil && outcome.Events == nil {
		outcome.Events = []casefile.EventRef{}
	}
	return answer(w, http.StatusOK, state)
}
