// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"ricongiungi/workflows"
)

// stored lists the histories recorded from a real server, one for each path and
// released shape of the workflow.
func stored(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d stored histories: %v", len(files), err)
	}
	return files
}

func replay(t *testing.T, file string, code any) error {
	t.Helper()
	replayer := worker.NewWorkflowReplayer()
	replayer.RegisterWorkflowWithOptions(code, workflow.RegisterOptions{Name: "Case"})
	return replayer.ReplayWorkflowHistoryFromJSONFile(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)), file)
}

func TestStoredHistoriesReplay(t *testing.T) {
	for _, file := range stored(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if err := replay(t, file, workflows.Case); err != nil {
				t.Fatalf("running cases of this shape would stop: %v", err)
			}
		})
	}
}

// hasty is a change nobody may make: it waits before it asks the log.
func hasty(ctx workflow.Context, in workflows.CaseInput) error {
	if err := workflow.Sleep(ctx, time.Second); err != nil {
		return err
	}
	return workflows.Case(ctx, in)
}

func TestAChangeThatWouldStopRunningCasesFailsTheReplay(t *testing.T) {
	for _, file := range stored(t) {
		if replay(t, file, hasty) == nil {
			t.Errorf("%s replays with a change that breaks it", filepath.Base(file))
		}
	}
}
