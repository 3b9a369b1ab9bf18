// SPDX-License-Identifier: AGPL-3.0-or-later

package worker_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/samples"
	"ricongiungi/worker"
)

// twoCases opens two cases in the log, without Temporal.
func (o *office) twoCases() (string, string) {
	o.t.Helper()
	var openings []handoff.Message
	for _, m := range samples.Messages(30, 7, o.today) {
		if m.Kind == handoff.Filed && len(openings) < 2 {
			m.Sequence = int64(len(openings) + 1)
			openings = append(openings, m)
		}
	}
	o.accept(openings)
	waiting, err := o.log.Deliverable(o.t.Context(), 10)
	must(o.t, err)
	for _, d := range waiting {
		_, err := o.log.Transact(o.t.Context(), d.CaseID, d.CommandID)
		must(o.t, err)
	}
	return waiting[0].CaseID, waiting[1].CaseID
}

func TestALinkIsShownOnTheOtherCaseTooAndTheAskingEnds(t *testing.T) {
	t.Parallel()
	o := open(t)
	first, second := o.twoCases()
	body, err := json.Marshal(casefile.LinkApplication{OtherCase: first, Relation: casefile.Supersedes})
	must(t, err)
	link := casefile.Order{CommandID: uuid.NewString(), CaseID: second, Type: "link_application", Body: body, At: time.Now(),
		Actor: casefile.Actor{ID: uuid.NewString(), Role: casefile.Counsellor}}
	_, err = o.log.AcceptOrder(t.Context(), link)
	must(t, err)
	given, err := o.log.Transact(t.Context(), second, link.CommandID)
	must(t, err)

	shown := o.carriedOut(second, given)
	if view, err := o.log.Case(t.Context(), first); err != nil || len(view.Links) != 1 || view.Links[0] != (casefile.Link{OtherCase: second, Relation: casefile.SupersededBy}) {
		t.Fatalf("the other case shows %+v, %v", view.Links, err)
	}
	if again := o.carriedOut(first, shown); len(again.Events) != 0 || again.Refusal != nil {
		t.Errorf("the asking goes on: %+v", again)
	}
}

// carriedOut delivers the link twice and has the other case decide on it.
func (o *office) carriedOut(caseID string, given casefile.Outcome) casefile.Outcome {
	o.t.Helper()
	if len(given.Effects) != 1 || given.Effects[0].Kind != casefile.EffectLink {
		o.t.Fatalf("the link asks for %+v", given.Effects)
	}
	post := worker.Outgoing{Orders: o.log, Post: worker.SimulatedMailbox{Store: o.log}}
	for range 2 {
		must(o.t, post.Deliver(o.t.Context(), caseID, given.Effects[0]))
	}
	order, err := given.Effects[0].LinkOrder(caseID, time.Now())
	must(o.t, err)
	outcome, err := o.log.Transact(o.t.Context(), order.CaseID, order.CommandID)
	must(o.t, err)
	return outcome
}
