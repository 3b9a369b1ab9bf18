// SPDX-License-Identifier: AGPL-3.0-or-later

package bench

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"ricongiungi/workflows"
)

// bareUpdate answers an update with nothing: what Temporal itself costs.
func bareUpdate(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, "nothing", func(workflow.Context, string) error { return nil })
	if err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return workflow.GetInfo(ctx).GetContinueAsNewSuggested() })
}

// bareStart does nothing at all.
func bareStart(workflow.Context) error { return nil }

func registerBare(w sdkworker.Worker) {
	w.RegisterWorkflowWithOptions(bareUpdate, workflow.RegisterOptions{Name: "bareUpdate"})
	w.RegisterWorkflowWithOptions(bareStart, workflow.RegisterOptions{Name: "bareStart"})
}

const commandCases = 64

// BenchmarkCommand: an empty Temporal update against a real command through all
// eight hops. Goal: at most 1.4 times the p50 and at least 0.7 of the rate.
func BenchmarkCommand(b *testing.B) {
	o := theOffice(b)
	bare := make([]string, commandCases)
	for i := range bare {
		bare[i] = "bare-" + uuid.NewString()
		_, err := o.client.ExecuteWorkflow(b.Context(), client.StartWorkflowOptions{ID: bare[i], TaskQueue: workflows.TaskQueue}, "bareUpdate")
		must(b, err)
	}
	ids := o.cases(b, commandCases)
	for _, id := range ids {
		must(b, o.engine.Start(b.Context(), id))
	}
	emptyUpdate := func(i int) error {
		ctx := context.Background()
		handle, err := o.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: bare[i%commandCases], UpdateName: "nothing",
			UpdateID: uuid.NewString(), Args: []any{"x"}, WaitForStage: client.WorkflowUpdateStageCompleted})
		if err != nil {
			return err
		}
		return handle.Get(ctx, nil)
	}
	command := func(i int) error { return o.note(ids[i%commandCases], o.engine.Submit) }
	measure(b, clients, 300, emptyUpdate)
	measure(b, clients, 300, command)
	for b.Loop() {
		bare, ours := compare(b, 1, 300, emptyUpdate, command)
		line(b, "one command at a time / empty update", bare, ours)
		bare, ours = compare(b, clients, 2400, emptyUpdate, command)
		line(b, fmt.Sprintf("%d clients / empty update", clients), bare, ours)
	}
}

// BenchmarkIntake: starting empty workflows and running them to their end,
// against taking hand-offs in until they are applied. Goal: at least 0.8.
func BenchmarkIntake(b *testing.B) {
	o := theOffice(b)
	const n = 1000
	for b.Loop() {
		bare := measure(b, 32, n, func(int) error {
			run, err := o.client.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{ID: "start-" + uuid.NewString(), TaskQueue: workflows.TaskQueue}, "bareStart")
			if err != nil {
				return err
			}
			return run.Get(context.Background(), nil)
		})
		began := time.Now()
		o.accept(b, n)
		accepting := time.Since(began)
		o.courier(b)
		applied := figures{perSecond: n / time.Since(began).Seconds()}
		fmt.Fprintf(os.Stderr, "accepting %d hand-offs took %s\n", n, accepting.Round(time.Millisecond))
		line(b, "hand-off accepted and applied / empty workflow", bare, applied)
	}
}

// BenchmarkAppend: bare inserts of an event-sized row, one transaction each,
// against deciding and appending, without Temporal.
func BenchmarkAppend(b *testing.B) {
	o := theOffice(b)
	_, err := o.pool.Exec(b.Context(), `CREATE TABLE IF NOT EXISTS bare_rows (id uuid PRIMARY KEY, at timestamptz, text text)`)
	must(b, err)
	text := fmt.Sprintf("%0700d", 7)
	ids := o.cases(b, commandCases)
	for b.Loop() {
		bare, ours := compare(b, clients, 3000, func(int) error {
			_, err := o.pool.Exec(context.Background(), `INSERT INTO bare_rows VALUES ($1, now(), $2)`, uuid.NewString(), text)
			return err
		}, func(i int) error { return o.note(ids[i%commandCases], o.log.Transact) })
		line(b, "accept + decide + append + project / bare INSERT", bare, ours)
	}
}

// BenchmarkCaseload: a command among 100 open cases against one among 10,000.
// Goal: a ratio of at most 1.3.
func BenchmarkCaseload(b *testing.B) {
	o := theOffice(b)
	ids := o.cases(b, 100)
	for b.Loop() {
		measure(b, clients, len(ids), func(i int) error { return o.note(ids[i], o.engine.Submit) })
		few := measure(b, 4, 400, func(i int) error { return o.note(ids[i%100], o.engine.Submit) })
		many := o.cases(b, 10_000)
		measure(b, clients, len(many), func(i int) error { return o.note(many[i], o.engine.Submit) })
		line(b, "a command with 10,000 open cases / with 100", few, measure(b, 4, 400, func(i int) error {
			return o.note(many[i*25], o.engine.Submit)
		}))
	}
}

// BenchmarkRebuild: views made anew from the log, in events per second.
func BenchmarkRebuild(b *testing.B) {
	o := theOffice(b)
	ids := o.cases(b, 1000)
	for b.Loop() {
		f := measure(b, 8, len(ids), func(i int) error {
			_, err := o.log.RebuildView(context.Background(), ids[i])
			return err
		})
		const eventsPerCase = 6
		fmt.Fprintf(os.Stderr, "%-52s %8.0f cases/s, %8.0f events/s\n", "rebuild views", f.perSecond, f.perSecond*eventsPerCase)
	}
}

// BenchmarkRead: a bare SELECT of the row against GET /v1/cases/{case_id} over
// HTTP with a token, people's names opened. Goal: at least half the rate.
func BenchmarkRead(b *testing.B) {
	o := theOffice(b)
	ids := o.cases(b, 200)
	get := o.reader(b)
	const n = 30_000
	for b.Loop() {
		bare, ours := compare(b, clients, n, func(i int) error {
			var view, people []byte
			return o.pool.QueryRow(context.Background(), `SELECT view::text, people::text FROM case_views WHERE case_id = $1`, ids[i%200]).Scan(&view, &people)
		}, func(i int) error { return get("/v1/cases/" + ids[i%200]) })
		line(b, "GET /v1/cases/{case_id} / bare SELECT of the row", bare, ours)
	}
}
