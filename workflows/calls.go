// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"ricongiungi/activities"
	"ricongiungi/casefile"
)

// do names activities by method, so that the compiler checks them.
var do *activities.Activities

// decided gives activities that decide: local, because they take less than a
// second and answer a waiting person; retried without end, because an outage
// must never turn an accepted command into a failure.
func decided(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: 8 * time.Second,
		// The SDK would end all retries after one attempt's time, and Temporal keeps
		// the failure for the command's id for good.
		ScheduleToCloseTimeout: longerThanAnyOutage,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: 10 * time.Second},
	})
}

const longerThanAnyOutage = 10 * 365 * 24 * time.Hour

func handleCommand(ctx workflow.Context, in activities.CommandInput) (casefile.Outcome, error) {
	var outcome casefile.Outcome
	err := workflow.ExecuteLocalActivity(decided(ctx), do.HandleCommand, in).Get(ctx, &outcome)
	return outcome, err
}

func wakeCase(ctx workflow.Context, in activities.CommandInput) (casefile.Outcome, error) {
	var outcome casefile.Outcome
	err := workflow.ExecuteLocalActivity(decided(ctx), do.WakeCase, in).Get(ctx, &outcome)
	return outcome, err
}

func resumeCase(ctx workflow.Context, caseID string) (casefile.Outcome, error) {
	var outcome casefile.Outcome
	err := workflow.ExecuteLocalActivity(decided(ctx), do.ResumeCase, caseID).Get(ctx, &outcome)
	return outcome, err
}

// send carries effects out in the world: a regular activity, which may take its
// time and is retried until it succeeds. The summary shows in Temporal's console.
func (c *caseRun) send(ctx workflow.Context, summary string, effects []casefile.Effect) {
	if len(effects) == 0 {
		return
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 10 * time.Minute},
		Summary:             summary,
	})
	in := activities.EffectsInput{CaseID: c.id, Effects: effects}
	if err := workflow.ExecuteActivity(ctx, do.CarryOut, in).Get(ctx, nil); err != nil {
		// Only cancellation ends the retries; the log still lists the effects.
		workflow.GetLogger(ctx).Warn("effects left to the next run", "case_id", c.id)
	}
}
