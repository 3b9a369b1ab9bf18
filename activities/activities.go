// SPDX-License-Identifier: AGPL-3.0-or-later

// Package activities is what the workflows of cases do in the world: decide a
// command in the log, and carry out what events ask for outside.
package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Log is the log as the workflows use it.
type Log interface {
	// Transact decides an accepted command, or gives the outcome it had.
	Transact(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)
	// Wake has the case look at its agenda now.
	Wake(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)
	// Resume tells where the case stands and which effects are outstanding.
	Resume(ctx context.Context, caseID string) (casefile.Outcome, error)
	// MarkDone notes that effects were carried out.
	MarkDone(ctx context.Context, effectIDs []string) error
}

// Post delivers messages and books appointments. Delivering an effect twice
// under the same id must have the effect of once.
type Post interface {
	Deliver(ctx context.Context, caseID string, e casefile.Effect) error
}

// Activities holds what the activities need.
type Activities struct {
	Log  Log
	Post Post
}

// CommandInput names an accepted command. Only ids travel: the content waits,
// sealed, in the log's own inbox.
type CommandInput struct {
	CaseID    string `json:"case_id"`
	CommandID string `json:"command_id"`
}

// HandleCommand decides one command in one transaction.
func (a *Activities) HandleCommand(ctx context.Context, in CommandInput) (casefile.Outcome, error) {
	outcome, err := a.Log.Transact(ctx, in.CaseID, in.CommandID)
	if errors.Is(err, views.ErrNotFound) {
		return outcome, temporal.NewNonRetryableApplicationError("the command was never accepted", "unknown_command", nil)
	}
	return outcome, codeOnly(err)
}

// WakeCase has the case look at its agenda.
func (a *Activities) WakeCase(ctx context.Context, in CommandInput) (casefile.Outcome, error) {
	outcome, err := a.Log.Wake(ctx, in.CaseID, in.CommandID)
	return outcome, codeOnly(err)
}

// ResumeCase tells a workflow that starts where its case stands. A case that is
// about to be opened by the first command stands nowhere yet.
func (a *Activities) ResumeCase(ctx context.Context, caseID string) (casefile.Outcome, error) {
	outcome, err := a.Log.Resume(ctx, caseID)
	if errors.Is(err, views.ErrNotFound) {
		return casefile.Outcome{CaseID: caseID}, nil
	}
	return outcome, codeOnly(err)
}

// EffectsInput names effects to be carried out for a case.
type EffectsInput struct {
	CaseID  string            `json:"case_id"`
	Effects []casefile.Effect `json:"effects"`
}

// CarryOut delivers each effect and notes it as done. When it is run again it
// delivers again under the same ids, which the post recognises.
func (a *Activities) CarryOut(ctx context.Context, in EffectsInput) error {
	ids := make([]string, len(in.Effects))
	for i, e := range in.Effects {
		if err := a.Post.Deliver(ctx, in.CaseID, e); err != nil {
			return codeOnly(fmt.Errorf("delivering effect %s: %w", e.ID, err))
		}
		ids[i] = e.ID
	}
	return codeOnly(a.Log.MarkDone(ctx, ids))
}

// codeOnly keeps the text of errors out of Temporal's histories, where it would
// outlive any erasure: a database error can quote a row.
func codeOnly(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, views.ErrUnavailable):
		return temporal.NewApplicationError("a part is down for now", "unavailable")
	}
	return temporal.NewApplicationError("unforeseen; the worker's log has it", "unforeseen")
}
