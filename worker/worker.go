// SPDX-License-Identifier: AGPL-3.0-or-later

// Package worker runs the workflows and activities of cases, and the courier
// that hands accepted commands and hand-offs to them.
package worker

import (
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"

	"ricongiungi/activities"
	"ricongiungi/workflows"
)

// New makes a Temporal worker for all workflows and activities. Cases live for
// years, so a run goes on under whatever release is running (no pinning):
// changes to workflow code are guarded by versions in the code and by the replay
// of stored histories.
func New(c client.Client, a *activities.Activities, log *slog.Logger) sdkworker.Worker {
	w := sdkworker.New(c, workflows.TaskQueue, sdkworker.Options{
		WorkerStopTimeout:           10 * time.Second,
		DisableRegistrationAliasing: true,
		OnFatalError:                func(err error) { log.Error("the worker cannot go on", "error", err) },
	})
	w.RegisterWorkflow(workflows.Case)
	w.RegisterActivity(a)
	return w
}
