// SPDX-License-Identifier: AGPL-3.0-or-later

package worker_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"ricongiungi/activities"
	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/internal/testservers"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/samples"
	"ricongiungi/store"
	"ricongiungi/vault"
	"ricongiungi/views"
	"ricongiungi/worker"
	"ricongiungi/workflows"
)

func TestMain(m *testing.M) { testservers.Main(m) }

// office is a whole back end: log, Temporal, worker and courier.
type office struct {
	t      *testing.T
	log    *store.Store
	client client.Client
	engine *workflows.Engine
	acts   *activities.Activities
	today  rules.Date
}

func open(t *testing.T) *office {
	t.Helper()
	url := testservers.Database(t, func(url string) error { return store.Migrate(context.Background(), url) }, "store")
	dir := t.TempDir()
	keys, err := vault.Open(filepath.Join(dir, "keys.json"))
	must(t, err)
	signer, err := ledger.LoadOrCreateSigner(filepath.Join(dir, "log.key"), "ricongiungi.test/log")
	must(t, err)
	log, err := store.Open(t.Context(), store.Config{URL: url, Vault: keys, Signer: signer, Book: rules.Default()})
	must(t, err)
	t.Cleanup(log.Close)
	address, namespace := testservers.Temporal(t)
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace, Identity: "worker", Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	must(t, err)
	t.Cleanup(c.Close)
	return &office{t: t, log: log, client: c, engine: &workflows.Engine{Client: c}, today: rules.DateOf(time.Now()),
		acts: &activities.Activities{Log: log, Post: worker.Outgoing{Orders: log, Post: worker.SimulatedMailbox{Store: log}}}}
}

// staff starts a worker and a courier and gives back how to stop them.
func (o *office) staff() (stop func()) {
	o.t.Helper()
	w := worker.New(o.client, o.acts, slog.New(slog.DiscardHandler))
	must(o.t, w.Start())
	ctx, cancel := context.WithCancel(context.Background())
	courier := &worker.Courier{Inbox: o.log, Engine: o.engine, Book: rules.Default(), Log: slog.New(slog.DiscardHandler), Parallel: 16}
	done := make(chan struct{})
	go func() { courier.Run(ctx); close(done) }()
	return func() { cancel(); <-done; w.Stop() }
}

func (o *office) accept(messages []handoff.Message) []handoff.Receipt {
	o.t.Helper()
	var received []views.Received
	for _, m := range messages {
		raw, err := json.Marshal(m)
		must(o.t, err)
		received = append(received, views.Received{Message: m, Raw: raw, By: casefile.Actor{ID: uuid.NewString(), Role: casefile.SUIOfficer}})
	}
	answers, err := o.log.AcceptHandoffs(o.t.Context(), received)
	must(o.t, err)
	var receipts []handoff.Receipt
	for _, a := range answers {
		must(o.t, a.Err)
		receipts = append(receipts, a.Receipt)
	}
	return receipts
}

// settled waits until the hand-off has left the inbox.
func (o *office) settled(r handoff.Receipt) handoff.Receipt {
	o.t.Helper()
	eventually(o.t, func() bool {
		var err error
		r, err = o.log.Handoff(o.t.Context(), r.HandoffID)
		must(o.t, err)
		return r.Status == handoff.Applied || r.Status == handoff.Quarantined
	})
	return r
}

func (o *office) order(caseID, name string, body any) casefile.Outcome {
	o.t.Helper()
	raw, err := json.Marshal(body)
	must(o.t, err)
	order := casefile.Order{CommandID: uuid.NewString(), CaseID: caseID, Type: name, Body: raw, At: time.Now(),
		Actor: casefile.Actor{ID: uuid.NewString(), Role: casefile.Counsellor}}
	_, err = o.log.AcceptOrder(o.t.Context(), order)
	must(o.t, err)
	outcome, err := o.engine.Submit(o.t.Context(), caseID, order.CommandID)
	must(o.t, err)
	return outcome
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually polls until the condition holds, at most a minute.
func eventually(t testing.TB, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(3 * time.Minute)
	for !condition() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatal("it did not happen within a minute")
		}
	}
}

func TestAFamilyGoesFromHandoffToSchool(t *testing.T) {
	t.Parallel()
	o := open(t)
	defer o.staff()()
	var decision handoff.Message
	for _, m := range samples.Messages(300, 7, o.today) {
		if m.Kind == handoff.Decision && m.Sponsor != nil && m.Members[0].Decision == "authorised" {
			decision = m
			break
		}
	}
	decision.Sequence = 1
	receipt := o.settled(o.accept([]handoff.Message{decision})[0])
	if receipt.Status != handoff.Applied {
		t.Fatalf("the decision is %s: %+v", receipt.Status, receipt.Problem)
	}
	view, err := o.log.Case(t.Context(), receipt.CaseID)
	must(t, err)
	mother := view.Members[0].MemberID
	entry := o.order(view.CaseID, "record_entry", map[string]any{"member_id": mother, "on": o.today})
	if entry.Refusal != nil || len(entry.Events) != 1 {
		t.Fatalf("the entry led to %+v", entry)
	}
	view, err = o.log.Case(t.Context(), receipt.CaseID)
	must(t, err)
	if view.Phase != casefile.PhaseArrival {
		t.Fatalf("after the entry the phase is %s", view.Phase)
	}
	eventually(t, func() bool {
		mailbox, err := o.log.Mailbox(t.Context(), view.CaseID)
		must(t, err)
		for _, e := range mailbox {
			if e.Template == "duties_after_entry" {
				return true
			}
		}
		return false
	})
}

func TestWhatWasAcceptedWhileNobodyWorkedIsAppliedLater(t *testing.T) {
	t.Parallel()
	o := open(t)
	receipts := o.accept(samples.Messages(5, 1, o.today))
	if receipts[0].Status != handoff.Accepted {
		t.Fatalf("the first is %s", receipts[0].Status)
	}
	defer o.staff()()
	for _, r := range receipts {
		if r = o.settled(r); r.Status != handoff.Applied {
			t.Errorf("%s %d is %s: %+v", r.Kind, r.Sequence, r.Status, r.Problem)
		}
	}
}

func TestACaseWhoseWorkflowIsLostGoesOnFromTheLog(t *testing.T) {
	t.Parallel()
	o := open(t)
	stop := o.staff()
	receipt := o.settled(o.accept(samples.Messages(1, 3, o.today)[:1])[0])
	// The receipt may be there before the workflow is: the decision that opens
	// a case is in the log first.
	eventually(t, func() bool {
		return o.client.TerminateWorkflow(t.Context(), workflows.ID(receipt.CaseID), "", "lost in the test") == nil
	})
	stop()
	defer o.staff()()
	must(t, o.engine.Start(t.Context(), receipt.CaseID))
	outcome := o.order(receipt.CaseID, "assign_counsellor", map[string]any{"counsellor_id": uuid.NewString()})
	if outcome.Refusal != nil || len(outcome.Events) != 1 {
		t.Fatalf("after the loss: %+v", outcome)
	}
}
