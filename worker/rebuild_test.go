// SPDX-License-Identifier: AGPL-3.0-or-later

package worker_test

import (
	"log/slog"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"golang.org/x/sync/errgroup"

	"ricongiungi/internal/testservers"
	"ricongiungi/samples"
	"ricongiungi/worker"
	"ricongiungi/workflows"
)

// lost is an office whose Temporal is gone with all its databases: a fresh one
// knows of no case.
func (o *office) lost() {
	o.t.Helper()
	address, namespace := testservers.Temporal(o.t)
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace, Identity: "worker", Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	must(o.t, err)
	o.t.Cleanup(c.Close)
	o.client, o.engine = c, &workflows.Engine{Client: c}
}

// openCases opens cases in the log as a courier would, without their workflows.
func (o *office) openCases(families int) {
	o.t.Helper()
	o.accept(samples.Messages(families, 11, o.today))
	for {
		waiting, err := o.log.Deliverable(o.t.Context(), 500)
		must(o.t, err)
		if len(waiting) == 0 {
			return
		}
		for _, d := range waiting {
			if d.CaseID == "" {
				must(o.t, o.log.QuarantineHomeless(o.t.Context(), d))
				continue
			}
			_, err := o.log.Transact(o.t.Context(), d.CaseID, d.CommandID)
			must(o.t, err)
		}
	}
}

// lostFamilies is how many families lose their workflows; REBUILD_FAMILIES asks
// for more, to measure.
func lostFamilies(t *testing.T) int {
	text := os.Getenv("REBUILD_FAMILIES")
	if text == "" {
		return 25
	}
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

// TestAfterTheLossOfTemporalEveryOpenCaseWaitsForTheSameDay takes Temporal's
// databases away and compares what every case waits for with what the log says.
func TestAfterTheLossOfTemporalEveryOpenCaseWaitsForTheSameDay(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.openCases(lostFamilies(t))
	ids, err := o.log.OpenCaseIDs(t.Context())
	must(t, err)
	before := o.events(ids)
	o.lost()
	defer o.staffWithoutCourier()()

	began := time.Now()
	o.startAll(ids)
	took := time.Since(began)
	t.Logf("%d cases were started in %s: %.0f a second", len(ids), took.Round(time.Millisecond), float64(len(ids))/took.Seconds())
	for _, id := range ids {
		o.assertWaits(id)
	}
	t.Logf("every one waits for its day after %s", time.Since(began).Round(time.Millisecond))

	// A second rebuild, by somebody who is not sure, starts nothing twice.
	sample := ids[:min(len(ids), 10)]
	first := o.runs(sample)
	o.startAll(ids)
	if again := o.runs(sample); !slices.Equal(again, first) {
		t.Errorf("the runs were %v and are %v", first, again)
	}
	for id, after := range o.events(ids) {
		if after < before[id] {
			t.Errorf("case %s had %d events and has %d", id, before[id], after)
		}
	}
}

// staffWithoutCourier starts a worker, so that nothing but the rebuild starts cases.
func (o *office) staffWithoutCourier() (stop func()) {
	o.t.Helper()
	w := worker.New(o.client, o.acts, slog.New(slog.DiscardHandler))
	must(o.t, w.Start())
	return w.Stop
}

func (o *office) startAll(ids []string) {
	o.t.Helper()
	group, ctx := errgroup.WithContext(o.t.Context())
	group.SetLimit(16)
	for _, id := range ids {
		group.Go(func() error { return o.engine.Start(ctx, id) })
	}
	must(o.t, group.Wait())
}

func (o *office) events(ids []string) map[string]int64 {
	counts := map[string]int64{}
	for _, id := range ids {
		counts[id] = o.version(id)
	}
	return counts
}

// assertWaits wants the case's timer at the instant at which the log says that
// the case must look at its agenda. What is overdue already waits for a minute.
func (o *office) assertWaits(id string) {
	o.t.Helper()
	standing, err := o.log.Resume(o.t.Context(), id)
	must(o.t, err)
	if standing.Closed || standing.NextWake.IsZero() {
		return
	}
	var fires time.Time
	eventually(o.t, func() bool { fires = o.timer(id); return !fires.IsZero() })
	if soonest := time.Now().Add(time.Minute); standing.NextWake.Before(soonest) {
		if fires.After(soonest) {
			o.t.Errorf("case %s is overdue since %s and waits until %s", id, standing.NextWake, fires)
		}
		return
	}
	// The timer is counted from the step that sets it, which a busy machine ends later.
	if late := fires.Sub(standing.NextWake); late < 0 || late > time.Minute {
		o.t.Errorf("case %s waits until %s and should until %s", id, fires, standing.NextWake)
	}
}

// timer is when the case's timer fires; zero before it is set. More than one is
// a deadline that would be met twice.
func (o *office) timer(id string) time.Time {
	o.t.Helper()
	set := map[int64]time.Time{}
	history := o.client.GetWorkflowHistory(o.t.Context(), workflows.ID(id), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		must(o.t, err)
		switch a := event.Attributes.(type) {
		case *historypb.HistoryEvent_TimerStartedEventAttributes:
			set[event.EventId] = event.EventTime.AsTime().Add(a.TimerStartedEventAttributes.StartToFireTimeout.AsDuration())
		case *historypb.HistoryEvent_TimerCanceledEventAttributes:
			delete(set, a.TimerCanceledEventAttributes.StartedEventId)
		case *historypb.HistoryEvent_TimerFiredEventAttributes:
			delete(set, a.TimerFiredEventAttributes.StartedEventId)
		}
	}
	if len(set) > 1 {
		o.t.Errorf("case %s has %d timers: %v", id, len(set), set)
	}
	for _, at := range set {
		return at
	}
	return time.Time{}
}

// runs are the ids of the present runs of cases.
func (o *office) runs(ids []string) []string {
	o.t.Helper()
	var runs []string
	for _, id := range ids {
		described, err := o.client.DescribeWorkflowExecution(o.t.Context(), workflows.ID(id), "")
		must(o.t, err)
		runs = append(runs, described.WorkflowExecutionInfo.Execution.RunId)
	}
	return runs
}
