// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"ricongiungi/activities"
	"ricongiungi/casefile"
	"ricongiungi/views"
	"ricongiungi/workflows"
)

const caseID = "7b0c6f0e-54a5-4a52-8a55-3f5f2f9a1c11"

var start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// scripted is a log that answers what the test says and remembers what it was asked.
type scripted struct {
	mutex    sync.Mutex
	commands map[string]casefile.Outcome
	wakes    []casefile.Outcome // answers to wakes, in order; then nothing is to come
	standing casefile.Outcome
	wokenAt  []time.Time
	now      func() time.Time
	done     []string
	failures int // deliveries that fail before one succeeds
	outage   int // attempts to decide that fail before one succeeds
	posted   []string
}

func (s *scripted) Transact(_ context.Context, _, commandID string) (casefile.Outcome, error) {
	if s.outage > 0 {
		s.outage--
		return casefile.Outcome{}, views.ErrUnavailable
	}
	return s.commands[commandID], nil
}

func (s *scripted) Wake(context.Context, string, string) (casefile.Outcome, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.wokenAt = append(s.wokenAt, s.now())
	if len(s.wakes) == 0 {
		return casefile.Outcome{Closed: true}, nil
	}
	outcome := s.wakes[0]
	s.wakes = s.wakes[1:]
	return outcome, nil
}

func (s *scripted) Resume(context.Context, string) (casefile.Outcome, error) { return s.standing, nil }

func (s *scripted) MarkDone(_ context.Context, ids []string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.done = append(s.done, ids...)
	return nil
}

func (s *scripted) Deliver(_ context.Context, _ string, e casefile.Effect) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.failures > 0 {
		s.failures--
		return errors.New("the mail server is down")
	}
	s.posted = append(s.posted, e.ID)
	return nil
}

type run struct {
	*testsuite.TestWorkflowEnvironment
	log *scripted
	t   *testing.T
}

func setup(t *testing.T, log *scripted) *run {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(start)
	env.RegisterActivity(&activities.Activities{Log: log, Post: log})
	log.now = env.Now
	return &run{env, log, t}
}

// command submits a command at an instant of virtual time.
func (r *run) command(after time.Duration, id string, check func(casefile.Outcome, error)) {
	r.RegisterDelayedCallback(func() {
		r.UpdateWorkflow(workflows.SubmitCommand, id, &testsuite.TestUpdateCallback{
			OnReject:   func(err error) { r.t.Errorf("command %s was rejected: %v", id, err) },
			OnAccept:   func() {},
			OnComplete: func(value any, err error) { outcome, _ := value.(casefile.Outcome); check(outcome, err) },
		}, id)
	}, after)
}

func (r *run) play() {
	r.t.Helper()
	r.ExecuteWorkflow(workflows.Case, workflows.CaseInput{CaseID: caseID})
	if !r.IsWorkflowCompleted() {
		r.t.Fatal("the workflow did not end")
	}
}

func closing(casefile.Outcome, error) {}

func TestACommandIsAnsweredWithItsOutcome(t *testing.T) {
	t.Parallel()
	log := &scripted{commands: map[string]casefile.Outcome{
		"no":  {Refusal: &casefile.Refusal{Code: "not_entered"}},
		"yes": {Version: 4},
		"end": {Closed: true},
	}}
	r := setup(t, log)
	var refused, accepted casefile.Outcome
	r.command(time.Second, "no", func(o casefile.Outcome, err error) { refused = o })
	r.command(2*time.Second, "yes", func(o casefile.Outcome, err error) { accepted = o })
	r.command(3*time.Second, "end", closing)
	r.play()
	if refused.Refusal == nil || accepted.Version != 4 {
		t.Fatalf("refused %+v, accepted %+v", refused, accepted)
	}
	if err := r.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
}

func TestTheCaseWakesAtItsDeadlineAndNotBefore(t *testing.T) {
	t.Parallel()
	deadline := start.AddDate(0, 0, 150)
	r := setup(t, &scripted{standing: casefile.Outcome{NextWake: deadline}})
	r.play()
	if len(r.log.wokenAt) != 1 || !r.log.wokenAt[0].Equal(deadline) {
		t.Fatalf("woken at %v, the deadline was %v", r.log.wokenAt, deadline)
	}
}

func TestACommandMovesTheDeadline(t *testing.T) {
	t.Parallel()
	moved := start.AddDate(0, 3, 0)
	log := &scripted{standing: casefile.Outcome{NextWake: start.AddDate(0, 1, 0)}, commands: map[string]casefile.Outcome{"later": {NextWake: moved}}}
	r := setup(t, log)
	r.command(time.Hour, "later", closing)
	r.play()
	if len(r.log.wokenAt) != 1 || !r.log.wokenAt[0].Equal(moved) {
		t.Fatalf("woken at %v, the deadline had moved to %v", r.log.wokenAt, moved)
	}
}

func TestADeadlineThatPassedDuringAnOutageWakesTheCaseWithinAMinute(t *testing.T) {
	t.Parallel()
	r := setup(t, &scripted{standing: casefile.Outcome{NextWake: start.AddDate(0, 0, -14)}})
	r.play()
	if len(r.log.wokenAt) != 1 || r.log.wokenAt[0].After(start.Add(time.Minute)) {
		t.Fatalf("woken at %v", r.log.wokenAt)
	}
}

func TestABacklogIsRecordedBeforeTheCaseLooksAtTheClock(t *testing.T) {
	t.Parallel()
	past := casefile.Outcome{NextWake: start.AddDate(0, 0, -14)}
	log := &scripted{standing: past, commands: map[string]casefile.Outcome{"one": past, "two": {NextWake: start.AddDate(0, 0, 9)}}}
	r := setup(t, log)
	r.command(20*time.Second, "one", closing)
	r.command(40*time.Second, "two", closing)
	r.play()
	if len(log.wokenAt) != 1 || !log.wokenAt[0].Equal(start.AddDate(0, 0, 9)) {
		t.Fatalf("woken at %v", log.wokenAt)
	}
}

func TestAClockThatIsBehindDoesNotMakeTheCaseSpin(t *testing.T) {
	t.Parallel()
	deadline := start.AddDate(0, 0, 1)
	log := &scripted{standing: casefile.Outcome{NextWake: deadline}, wakes: []casefile.Outcome{{NextWake: deadline}}}
	r := setup(t, log)
	r.play()
	if len(log.wokenAt) != 2 || log.wokenAt[1].Sub(log.wokenAt[0]) < time.Minute {
		t.Fatalf("woken at %v", log.wokenAt)
	}
}

func TestEffectsAreCarriedOutOnceTheMailServerIsBack(t *testing.T) {
	t.Parallel()
	effect := casefile.Effect{ID: "e1", Kind: "message", Part: casefile.PreDeparture, Template: "information_pack"}
	log := &scripted{failures: 3, commands: map[string]casefile.Outcome{"decide": {Effects: []casefile.Effect{effect}}, "end": {Closed: true}}}
	r := setup(t, log)
	r.command(time.Second, "decide", closing)
	r.command(2*time.Second, "end", closing)
	r.play()
	if len(log.posted) != 1 || len(log.done) != 1 || log.done[0] != "e1" {
		t.Fatalf("posted %v, noted %v", log.posted, log.done)
	}
}

func TestAnOutageOfAnyLengthNeverFailsAnAcceptedCommand(t *testing.T) {
	t.Parallel()
	const attempts = 300 // with pauses of up to ten seconds: most of an hour
	log := &scripted{outage: attempts, commands: map[string]casefile.Outcome{"decide": {Version: 2, Closed: true}}}
	r := setup(t, log)
	answered := false
	r.command(time.Second, "decide", func(outcome casefile.Outcome, err error) {
		answered = err == nil && outcome.Version == 2
		if err != nil {
			t.Errorf("the command failed, and would under its id for good: %v", err)
		}
	})
	r.play()
	if !answered || log.outage > 0 {
		t.Errorf("answered %v, %d attempts to go", answered, log.outage)
	}
}

func TestEveryPartOfTheStoryCarriesOutItsEffects(t *testing.T) {
	t.Parallel()
	parts := []casefile.Part{casefile.Authorisation, casefile.PreDeparture, casefile.Arrival, casefile.Schooling, casefile.FollowUp, casefile.Branches}
	var effects []casefile.Effect
	for _, part := range parts {
		effects = append(effects, casefile.Effect{ID: string(part), Part: part})
	}
	r := setup(t, &scripted{standing: casefile.Outcome{Effects: effects, Closed: true}})
	r.play()
	if len(r.log.done) != len(parts) {
		t.Fatalf("carried out %v", r.log.done)
	}
}

func TestALongHistoryIsHandedOverAfterEveryCommandIsAnswered(t *testing.T) {
	t.Parallel()
	log := &scripted{standing: casefile.Outcome{NextWake: start.AddDate(1, 0, 0)}, commands: map[string]casefile.Outcome{"last": {Version: 9, NextWake: start.AddDate(1, 0, 0)}}}
	r := setup(t, log)
	answered := false
	r.RegisterDelayedCallback(func() {
		r.UpdateWorkflow(workflows.SubmitCommand, "last", &testsuite.TestUpdateCallback{
			OnReject:   func(err error) { t.Error(err) },
			OnAccept:   func() { r.SetContinueAsNewSuggested(true) }, // while the command is being decided
			OnComplete: func(value any, err error) { answered = err == nil && value.(casefile.Outcome).Version == 9 },
		}, "last")
	}, time.Minute)
	r.play()
	if !answered || !workflow.IsContinueAsNewError(r.GetWorkflowError()) {
		t.Fatalf("answered %v, ended with %v", answered, r.GetWorkflowError())
	}
}

func TestAnUpdateUnderAnotherIdThanItsCommandIsRejected(t *testing.T) {
	t.Parallel()
	r := setup(t, &scripted{commands: map[string]casefile.Outcome{"end": {Closed: true}}})
	rejected := false
	r.RegisterDelayedCallback(func() {
		r.UpdateWorkflow(workflows.SubmitCommand, "one", &testsuite.TestUpdateCallback{
			OnReject: func(error) { rejected = true }, OnAccept: func() {}, OnComplete: func(any, error) {},
		}, "another")
	}, time.Second)
	r.command(time.Minute, "end", closing)
	r.play()
	if !rejected {
		t.Fatal("the update was accepted")
	}
}
