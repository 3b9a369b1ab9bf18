// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/oversight"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// Trials try changed rules on every case; nothing of it is recorded.
type Trials interface {
	// BeginTrial errors: views.ErrBusy, views.BadFile.
	BeginTrial(by string, file []byte) (id string, err error)
	// Trial errors: ErrNotFound, also for somebody else's.
	Trial(id, by string) (views.TrialState, error)
}

// Audits look through the whole log and keep the answer; and find events in it.
type Audits interface {
	// BeginVerification holds the log against signed statements kept elsewhere,
	// too. Errors: views.ErrBusy, views.BadFile.
	BeginVerification(by casefile.Actor, against []string) (id string, err error)
	// Verification errors: ErrNotFound, also for somebody else's.
	Verification(id, by string) (views.VerificationState, error)
	// Verifications are the last answers, newest first.
	Verifications(ctx context.Context, limit int) ([]views.Verification, error)
	// SearchLog lists events of the whole log, the newest first.
	SearchLog(ctx context.Context, q views.LogQuery) (Page[views.LogRow], error)
}

// Surgery tells how the parts of the system are.
type Surgery interface {
	Health(ctx context.Context) (views.Health, error)
}

// rulesLimit is the size of a file of rules: the whole law is smaller.
const rulesLimit = 1 << 20

func (s *server) beginTrial(w http.ResponseWriter, r *http.Request) error {
	raw, err := body(w, r, "text/csv", rulesLimit)
	if err != nil {
		return err
	}
	id, err := s.Trials.BeginTrial(actorOf(r).ID, raw)
	if err != nil {
		return begun(err)
	}
	state, err := s.Trials.Trial(id, actorOf(r).ID)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/rule-trials/"+id)
	return answer(w, http.StatusAccepted, state)
}

// begun maps why long work was not begun.
func begun(err error) error {
	var bad views.BadFile
	switch {
	case errors.As(err, &bad):
		return problemInvalid.because(schemas.Problem{Reason: bad.Reason})
	case errors.Is(err, views.ErrBusy):
		return problemGoingOn
	}
	return err
}

var problemGoingOn = define(409, "already_going_on", "Un lavoro di questo tipo è già in corso: riprova quando è finito.", "Work of this kind is already going on: try again when it has ended.")

// showTrial gives the trial with every date that would move, as JSON or CSV.
func (s *server) showTrial(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "trial_id")
	if err != nil {
		return err
	}
	state, err := s.Trials.Trial(id, actorOf(r).ID)
	switch {
	case err != nil:
		return err
	case state.Result != nil && strings.Contains(r.Header.Get("Accept"), "text/csv"):
		return answerBytes(w, http.StatusOK, "text/csv; charset=utf-8", oversight.CSV(*state.Result))
	}
	return answer(w, http.StatusOK, state)
}

func (s *server) beginVerification(w http.ResponseWriter, r *http.Request) error {
	raw, err := body(w, r, "application/json", handoffLimit)
	if err != nil {
		return err
	}
	if err := schemas.Verification(raw); err != nil {
		return err
	}
	var asked struct {
		Against []string `json:"against"`
	}
	if err := json.Unmarshal(raw, &asked); err != nil {
		return fmt.Errorf("read verification: %w", err)
	}
	id, err := s.Audits.BeginVerification(actorOf(r), asked.Against)
	if err != nil {
		return begun(err)
	}
	state, err := s.Audits.Verification(id, actorOf(r).ID)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/log/verifications/"+id)
	return answer(w, http.StatusAccepted, state)
}

func (s *server) showVerification(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "verification_id")
	if err != nil {
		return err
	}
	state, err := s.Audits.Verification(id, actorOf(r).ID)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, state)
}

func (s *server) listVerifications(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	limit := q.limit()
	if err := q.err(); err != nil {
		return err
	}
	all, err := s.Audits.Verifications(r.Context(), limit)
	return answerPage(w, Page[views.Verification]{Items: all}, err)
}

func (s *server) searchLog(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := views.LogQuery{Type: q.code("type"), ActorID: q.text("actor_id", plainActor, "the id of an actor"), CaseID: q.id("case_id"),
		From: q.instant("recorded_from"), To: q.moment("recorded_to"), Cursor: q.cursor(), Limit: q.limit()}
	if asked.Type != "" && !slices.Contains(casefile.EventNames(), asked.Type) {
		q.complain("type", "must be the type of an event, as in /schemas/events.json")
	}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Audits.SearchLog(r.Context(), asked)
	return answerPage(w, page, err)
}

func (s *server) showHealth(w http.ResponseWriter, r *http.Request) error {
	health, err := s.Surgery.Health(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, health)
}

// showOriginal gives a quarantined or held message as it came, to its sender and
// to who settles it.
func (s *server) showOriginal(w http.ResponseWriter, r *http.Request) error {
	receipt, err := s.ownHandoff(r)
	if err != nil {
		return err
	}
	original, err := s.Handoffs.OriginalHandoff(r.Context(), receipt.HandoffID)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, original)
}

// ownHandoff finds a hand-off that the caller may know of.
func (s *server) ownHandoff(r *http.Request) (handoff.Receipt, error) {
	id, err := pathID(r, "handoff_id")
	if err != nil {
		return handoff.Receipt{}, err
	}
	receipt, err := s.Handoffs.Handoff(r.Context(), id)
	if err != nil {
		return receipt, err
	}
	if _, err := ownSender(actorOf(r), receipt.Sender); err != nil {
		return receipt, ErrNotFound // a foreign receipt must look like none
	}
	return receipt, nil
}

// propose keeps what somebody would do with a quarantined message; settling it
// stays with the supervisor.
func (s *server) propose(w http.ResponseWriter, r *http.Request) error {
	receipt, err := s.ownHandoff(r)
	if err != nil {
		return err
	}
	settlement, err := readSettlement(w, r)
	if err != nil {
		return err
	}
	if err := s.Handoffs.Propose(r.Context(), receipt.HandoffID, settlement, actorOf(r)); err != nil {
		return err
	}
	return answer(w, http.StatusOK, receipt)
}
