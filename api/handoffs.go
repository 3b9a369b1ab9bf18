// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/schemas"
)

// acceptHandoff keeps one message. Its message_id is the idempotency key.
func (s *server) acceptHandoff(w http.ResponseWriter, r *http.Request) error {
	raw, err := body(w, r, "application/json", handoffLimit)
	if err != nil {
		return err
	}
	received, err := receive(raw, originOf(r))
	if err != nil {
		return err
	}
	if key := r.Header.Get("Idempotency-Key"); key != "" && key != received.Message.MessageID {
		return problemOtherKey
	}
	acceptances, err := s.Handoffs.AcceptHandoffs(r.Context(), []Received{received})
	if err != nil {
		return err
	}
	if len(acceptances) != 1 {
		return fmt.Errorf("accept hand-off: %d answers to one message", len(acceptances))
	}
	if err := acceptances[0].Err; err != nil {
		return err
	}
	return answerReceipt(w, acceptances[0].Receipt)
}

// answerReceipt says 202 while the message still has to be applied.
func answerReceipt(w http.ResponseWriter, receipt handoff.Receipt) error {
	status := http.StatusOK
	if receipt.Status == handoff.Accepted || receipt.Status == handoff.Held {
		status = http.StatusAccepted
	}
	w.Header().Set("Location", "/v1/handoffs/"+receipt.HandoffID)
	return answer(w, status, receipt)
}

// receive checks one message and who sends it.
func receive(raw []byte, from origin) (Received, error) {
	if err := schemas.Handoff(raw); err != nil {
		return Received{}, err
	}
	canonical, err := schemas.Canonical(raw)
	if err != nil {
		return Received{}, err
	}
	received := Received{Raw: canonical, By: from.by, Signature: from.signature}
	if err := json.Unmarshal(canonical, &received.Message); err != nil {
		return Received{}, fmt.Errorf("read hand-off: %w", err)
	}
	if received.Message.Sender != from.by.Office {
		return Received{}, problemForeignSender.because(schemas.Problem{Path: "/sender", Reason: "must be the office of the caller"})
	}
	return received, nil
}

func (s *server) listHandoffs(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := HandoffQuery{Sender: q.code("sender"), Status: handoff.Status(q.choice("status", statuses)), Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	sender, err := ownSender(actorOf(r), asked.Sender)
	if err != nil {
		return err
	}
	asked.Sender = sender
	page, err := s.Handoffs.Handoffs(r.Context(), asked)
	return answerPage(w, page, err)
}

func (s *server) showHandoff(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "handoff_id")
	if err != nil {
		return err
	}
	receipt, err := s.Handoffs.Handoff(r.Context(), id)
	if err != nil {
		return err
	}
	if _, err := ownSender(actorOf(r), receipt.Sender); err != nil {
		return ErrNotFound // a foreign receipt must look like none
	}
	return answer(w, http.StatusOK, receipt)
}

func (s *server) settleHandoff(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "handoff_id")
	if err != nil {
		return err
	}
	raw, err := body(w, r, "application/json", commandLimit)
	if err != nil {
		return err
	}
	if err := schemas.Settlement(raw); err != nil {
		return err
	}
	var settlement handoff.Settlement
	if err := json.Unmarshal(raw, &settlement); err != nil {
		return fmt.Errorf("read settlement: %w", err)
	}
	receipt, err := s.Handoffs.Settle(r.Context(), id, settlement, actorOf(r))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, receipt)
}

func (s *server) listGaps(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := q.code("sender")
	if err := q.err(); err != nil {
		return err
	}
	sender, err := ownSender(actorOf(r), asked)
	if err != nil {
		return err
	}
	gaps, err := s.Handoffs.Gaps(r.Context(), sender)
	return answerPage(w, Page[handoff.Gap]{Items: gaps}, err)
}

// ownSender keeps officers of the Prefecture to what their own office sent.
// Others see the sender they ask for, or all.
func ownSender(actor casefile.Actor, asked string) (string, error) {
	if actor.Role != casefile.SUIOfficer {
		return asked, nil
	}
	if asked != "" && asked != actor.Office {
		return "", problemForeignSender
	}
	return actor.Office, nil
}
