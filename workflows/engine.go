// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Engine hands accepted commands to the workflows of their cases.
type Engine struct {
	Client client.Client
}

// Submit has an accepted command decided and waits for the outcome. It starts
// the workflow of the case if none is running. An error leaves the command
// accepted: it is delivered again.
func (e *Engine) Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	outcome, err := e.update(ctx, caseID, commandID)
	if notRunning(err) {
		outcome, err = e.updateWithStart(ctx, caseID, commandID)
	}
	if notRunning(err) {
		// The run ended between our finding it and its taking the command.
		outcome, err = e.updateWithStart(ctx, caseID, commandID)
	}
	return outcome, classify(ctx, err)
}

// update asks a running workflow, which most cases have: it costs less than
// making sure of one.
func (e *Engine) update(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	handle, err := e.Client.UpdateWorkflow(ctx, updateOptions(caseID, commandID))
	return outcomeOf(ctx, handle, err)
}

func (e *Engine) updateWithStart(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	handle, err := e.Client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: e.Client.NewWithStartWorkflowOperation(startOptions(caseID), Case, CaseInput{CaseID: caseID}),
		UpdateOptions:          updateOptions(caseID, commandID),
	})
	return outcomeOf(ctx, handle, err)
}

func updateOptions(caseID, commandID string) client.UpdateWorkflowOptions {
	return client.UpdateWorkflowOptions{WorkflowID: ID(caseID), UpdateID: commandID, UpdateName: SubmitCommand,
		Args: []any{commandID}, WaitForStage: client.WorkflowUpdateStageCompleted}
}

func outcomeOf(ctx context.Context, handle client.WorkflowUpdateHandle, err error) (casefile.Outcome, error) {
	var outcome casefile.Outcome
	if err != nil {
		return outcome, err
	}
	return outcome, handle.Get(ctx, &outcome)
}

// Start makes sure that the case has a workflow; a running one is left alone.
func (e *Engine) Start(ctx context.Context, caseID string) error {
	_, err := e.Client.ExecuteWorkflow(ctx, startOptions(caseID), Case, CaseInput{CaseID: caseID})
	return classify(ctx, err)
}

func startOptions(caseID string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: ID(caseID), TaskQueue: TaskQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}
}

func notRunning(err error) bool {
	var notFound *serviceerror.NotFound
	var aborted *serviceerror.MultiOperationExecution
	return errors.As(err, &notFound) || errors.As(err, &aborted)
}

// classify keeps the caller's own deadline apart from trouble on the way, and
// both from a command that no inbox holds.
func classify(ctx context.Context, err error) error {
	var application *temporal.ApplicationError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &application) && application.Type() == "unknown_command":
		return views.ErrNotFound
	}
	return fmt.Errorf("%w: %w", views.ErrUnavailable, err)
}
