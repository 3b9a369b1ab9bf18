// SPDX-License-Identifier: AGPL-3.0-or-later

// Package workflows tells the life of a case as a durable process. A workflow
// orders the commands of its case, keeps its deadlines, and carries out what
// events ask for outside. It holds no legal rule and no fact that the log does
// not hold: every workflow can be started again from the log.
//
// Read case.go first; then the stages in the order of a family's way:
// authorisation.go, predeparture.go, arrival.go, school.go, followup.go, and
// branches.go for what can happen at any time.
package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"ricongiungi/activities"
	"ricongiungi/casefile"
)

// Names that API, worker and tests share.
const (
	TaskQueue     = "ricongiungi"
	SubmitCommand = "submit_command" // the update that decides a command
)

// ID is the workflow id of a case. It holds no personal data: case ids are random.
func ID(caseID string) string { return "case-" + caseID }

// CaseInput is all a workflow is started with.
type CaseInput struct {
	CaseID string `json:"case_id"`
}

// Case is one family's case, from hand-off to the end of its follow-up.
func Case(ctx workflow.Context, in CaseInput) error {
	c := &caseRun{id: in.CaseID, mutex: workflow.NewMutex(ctx)}
	if err := c.listen(ctx); err != nil {
		return err
	}
	if err := c.resume(ctx); err != nil {
		return err
	}
	workflow.Go(ctx, c.live)
	for !c.over() {
		c.arm(ctx)
		if err := workflow.Await(ctx, func() bool { return c.due || c.moved() || c.over() || c.long(ctx) }); err != nil {
			return err
		}
		if c.due {
			c.wake(ctx)
		}
		if c.long(ctx) {
			return c.continueAsNew(ctx)
		}
	}
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// caseRun is what one run of the workflow remembers: where the agenda points,
// and what is still to be done outside.
type caseRun struct {
	id      string
	mutex   workflow.Mutex
	next    time.Time         // when the case must look at its agenda; zero when nothing is to come
	armed   time.Time         // what the running timer is set to
	disarm  func()            // stops the running timer
	due     bool              // the timer fired
	effects []casefile.Effect // to be carried out
	busy    bool              // effects are being carried out
	closed  bool
}

// live carries out what each stage of the case asks for, beside the main line:
// a mail server that is down must not hold up a deadline.
func (c *caseRun) live(ctx workflow.Context) {
	for {
		if workflow.Await(ctx, func() bool { return len(c.effects) > 0 }) != nil {
			return
		}
		c.busy = true
		c.authorisation(ctx)
		c.preDeparture(ctx)
		c.arrival(ctx)
		c.schoolEnrolment(ctx)
		c.hubFollowUp(ctx)
		c.branches(ctx)
		c.busy = false
	}
}

// listen takes commands. Its validator looks at the shape only: whether a
// command is right is for the domain to say, inside the transaction.
func (c *caseRun) listen(ctx workflow.Context) error {
	return workflow.SetUpdateHandlerWithOptions(ctx, SubmitCommand, c.submit, workflow.UpdateHandlerOptions{
		Validator: func(ctx workflow.Context, commandID string) error {
			if commandID == "" || commandID != workflow.GetCurrentUpdateInfo(ctx).ID {
				return temporal.NewNonRetryableApplicationError("the update id must be the command id", "bad_update", nil)
			}
			return nil
		},
	})
}

// submit has one command decided, one at a time.
func (c *caseRun) submit(ctx workflow.Context, commandID string) (casefile.Outcome, error) {
	if err := c.mutex.Lock(ctx); err != nil {
		return casefile.Outcome{}, err
	}
	defer c.mutex.Unlock()
	outcome, err := handleCommand(ctx, activities.CommandInput{CaseID: c.id, CommandID: commandID})
	if err != nil {
		return outcome, err
	}
	c.note(outcome)
	return outcome, nil
}

// resume learns from the log where the case stands.
func (c *caseRun) resume(ctx workflow.Context) error {
	if err := c.mutex.Lock(ctx); err != nil {
		return err
	}
	defer c.mutex.Unlock()
	outcome, err := resumeCase(ctx, c.id)
	if err != nil {
		return err
	}
	c.effects = nil // the log lists all that is outstanding, also of a command just decided
	c.note(outcome)
	return nil
}

// note keeps what an outcome says about the future.
func (c *caseRun) note(outcome casefile.Outcome) {
	c.next, c.closed = outcome.NextWake, outcome.Closed
	c.effects = append(c.effects, outcome.Effects...)
}

// over tells whether the case is closed and nothing is left to be done for it.
func (c *caseRun) over() bool { return c.closed && len(c.effects) == 0 && !c.busy }

func (c *caseRun) moved() bool { return !c.next.Equal(c.armed) }

// settling is how long a deadline that has passed already is left alone: when a
// backlog is recorded, the next command often tells that the thing was done.
const settling = time.Minute

// arm keeps one timer, set to the next deadline or reminder. Most commands leave
// it where it is.
func (c *caseRun) arm(ctx workflow.Context) {
	if !c.moved() {
		return
	}
	if c.disarm != nil {
		c.disarm()
	}
	c.armed = c.next
	if c.armed.IsZero() {
		return
	}
	timerCtx, disarm := workflow.WithCancel(ctx)
	c.disarm = disarm
	timer := workflow.NewTimer(timerCtx, max(c.armed.Sub(workflow.Now(ctx)), settling))
	workflow.Go(timerCtx, func(ctx workflow.Context) {
		if timer.Get(ctx, nil) == nil {
			c.due = true
		}
	})
}

// wake has the domain decide what the clock has brought about.
func (c *caseRun) wake(ctx workflow.Context) {
	if c.mutex.Lock(ctx) != nil {
		return
	}
	defer c.mutex.Unlock()
	fired := c.armed
	c.due, c.armed = false, time.Time{}
	id := casefile.DeriveID(c.id, "wake/"+fired.Format(time.RFC3339Nano))
	outcome, err := wakeCase(ctx, activities.CommandInput{CaseID: c.id, CommandID: id})
	if err != nil {
		return // cancelled: the next run asks the log
	}
	c.note(outcome)
	if c.next.Equal(fired) {
		// The worker's clock is behind the server's: look again a little later.
		c.next = workflow.Now(ctx).Add(settling)
	}
}

// long tells whether the history has grown so much that the run should hand
// over to a fresh one.
func (c *caseRun) long(ctx workflow.Context) bool {
	return workflow.GetInfo(ctx).GetContinueAsNewSuggested()
}

// continueAsNew hands over once every accepted command has its answer: the next
// run asks the log for everything else.
func (c *caseRun) continueAsNew(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(ctx, Case, CaseInput{CaseID: c.id})
}

// take removes and gives the effects that belong to a part of the story.
func (c *caseRun) take(part casefile.Part) []casefile.Effect {
	var taken, left []casefile.Effect
	for _, e := range c.effects {
		if e.Part == part {
			taken = append(taken, e)
		} else {
			left = append(left, e)
		}
	}
	c.effects = left
	return taken
}
