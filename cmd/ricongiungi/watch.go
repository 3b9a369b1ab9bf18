// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"ricongiungi/activities"
	"ricongiungi/casefile"
	"ricongiungi/metrics"
	"ricongiungi/store"
	"ricongiungi/tracing"
	"ricongiungi/workflows"
)

// watch stands around every request: it is traced, counted and timed.
func (p *parts) watch(next http.Handler) http.Handler { return tracing.HTTP(p.meter.HTTP(next)) }

// measuredEngine times how long callers wait for their commands.
type measuredEngine struct {
	*workflows.Engine
	meter *metrics.Meter
}

// Submit has a command decided and notes how long that took.
func (e measuredEngine) Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	began := time.Now()
	outcome, err := e.Engine.Submit(ctx, caseID, commandID)
	e.meter.Answered(outcome, err, time.Since(began))
	return outcome, err
}

// measuredLog is the log as a worker uses it: every decision is counted, timed
// and logged under its ids, and what goes wrong is told in words that quote
// nobody's data.
type measuredLog struct {
	*store.Store
	meter  *metrics.Meter
	logger *slog.Logger
}

var _ activities.Log = measuredLog{}

// Transact decides an accepted command.
func (l measuredLog) Transact(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	return l.decided(ctx, "command", caseID, commandID, l.Store.Transact)
}

// Wake has the case look at its agenda.
func (l measuredLog) Wake(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	return l.decided(ctx, "wake", caseID, commandID, l.Store.Wake)
}

// Resume tells where a case stands.
func (l measuredLog) Resume(ctx context.Context, caseID string) (casefile.Outcome, error) {
	outcome, err := l.Store.Resume(ctx, caseID)
	l.trouble(ctx, "case not read", err, "case_id", caseID)
	return outcome, err
}

// MarkDone notes that effects were carried out.
func (l measuredLog) MarkDone(ctx context.Context, effectIDs []string) error {
	err := l.Store.MarkDone(ctx, effectIDs)
	l.trouble(ctx, "effects not noted as done", err, "effects", len(effectIDs))
	return err
}

func (l measuredLog) decided(ctx context.Context, kind, caseID, commandID string, decide func(context.Context, string, string) (casefile.Outcome, error)) (casefile.Outcome, error) {
	began := time.Now()
	outcome, err := decide(ctx, caseID, commandID)
	took := time.Since(began)
	l.meter.Decided(outcome, err, took)
	l.trouble(ctx, "not decided", err, "kind", kind, "case_id", caseID, "command_id", commandID)
	if err == nil {
		l.logger.InfoContext(ctx, "decided", "kind", kind, "case_id", caseID, "command_id", commandID, "version", outcome.Version,
			"events", len(outcome.Events), "refusal", refusalCode(outcome), "duration", took)
	}
	return outcome, err
}

func (l measuredLog) trouble(ctx context.Context, what string, err error, ids ...any) {
	if err != nil {
		l.logger.WarnContext(ctx, what, append(ids, "trouble", store.Trouble(err))...)
	}
}

func refusalCode(outcome casefile.Outcome) string {
	if outcome.Refusal == nil {
		return ""
	}
	return outcome.Refusal.Code
}
