// SPDX-License-Identifier: AGPL-3.0-or-later

package worker

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/store"
)

// Inbox is what the courier empties.
type Inbox interface {
	Deliverable(ctx context.Context, limit int) ([]store.Delivery, error)
	QuarantineHomeless(ctx context.Context, d store.Delivery) error
	Transact(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)
	Unstarted(ctx context.Context, limit int) ([]string, error)
	MarkStarted(ctx context.Context, caseIDs []string) error
	PassGaps(ctx context.Context, before time.Time) error
	WaitingOrders(ctx context.Context, before time.Time, limit int) ([]store.Waiting, error)
}

// Engine decides accepted commands through the workflows of their cases.
type Engine interface {
	Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error)
	Start(ctx context.Context, caseID string) error
}

// Courier hands over what was accepted and not settled: hand-offs of the
// Prefecture in their order, and commands whose first delivery failed. Several
// couriers may run: an order delivered twice is decided once.
type Courier struct {
	Inbox    Inbox
	Engine   Engine
	Book     *rules.Book
	Log      *slog.Logger
	Parallel int // cases at a time
}

const (
	idle       = 200 * time.Millisecond // between looks into an empty inbox
	trouble    = 2 * time.Second        // after a failed delivery
	redelivery = 15 * time.Second       // age at which an unsettled order is delivered again
	batch      = 500
)

// Run delivers until the context ends.
func (c *Courier) Run(ctx context.Context) {
	for ctx.Err() == nil {
		delivered, err := c.round(ctx)
		pause := idle
		switch {
		case err != nil && ctx.Err() == nil:
			c.Log.Warn("delivery is held up", "error", err)
			pause = trouble
		case delivered > 0:
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (c *Courier) round(ctx context.Context) (int, error) {
	now := time.Now()
	hold := time.Duration(c.Book.At(rules.HandoffGapHold, rules.DateOf(now)).Number()) * time.Hour
	if err := c.Inbox.PassGaps(ctx, now.Add(-hold)); err != nil {
		return 0, err
	}
	handoffs, err := c.handoffs(ctx)
	if err != nil {
		return handoffs, err
	}
	starts, err := c.starts(ctx)
	if err != nil {
		return handoffs, err
	}
	orders, err := c.orders(ctx, now)
	return handoffs + starts + orders, err
}

// handoffs delivers hand-offs whose turn has come: in order within a case, cases
// side by side.
func (c *Courier) handoffs(ctx context.Context) (int, error) {
	deliveries, err := c.Inbox.Deliverable(ctx, batch)
	if err != nil {
		return 0, err
	}
	byCase := map[string][]store.Delivery{}
	for _, d := range deliveries {
		if d.CaseID == "" {
			if err := c.Inbox.QuarantineHomeless(ctx, d); err != nil {
				return 0, err
			}
			continue
		}
		byCase[d.CaseID] = append(byCase[d.CaseID], d)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.Parallel)
	for _, queue := range byCase {
		group.Go(func() error { return c.deliver(ctx, queue) })
	}
	return len(deliveries), group.Wait()
}

// deliver hands a case its messages one after the other. The one that opens the
// case is decided in the log at once, since there is no other command to be put
// in order with it; its workflow starts from the log.
func (c *Courier) deliver(ctx context.Context, queue []store.Delivery) error {
	for i, d := range queue {
		decide := c.Engine.Submit
		if i == 0 && d.Opening {
			decide = c.Inbox.Transact
		}
		if _, err := decide(ctx, d.CaseID, d.CommandID); err != nil {
			return err
		}
	}
	return nil
}

// starts gives every opened case its workflow.
func (c *Courier) starts(ctx context.Context) (int, error) {
	unstarted, err := c.Inbox.Unstarted(ctx, batch)
	if err != nil || len(unstarted) == 0 {
		return 0, err
	}
	group, starting := errgroup.WithContext(ctx)
	group.SetLimit(c.Parallel)
	for _, id := range unstarted {
		group.Go(func() error { return c.Engine.Start(starting, id) })
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	return len(unstarted), c.Inbox.MarkStarted(ctx, unstarted)
}

func (c *Courier) orders(ctx context.Context, now time.Time) (int, error) {
	waiting, err := c.Inbox.WaitingOrders(ctx, now.Add(-redelivery), batch)
	if err != nil {
		return 0, err
	}
	queues := map[string][]store.Waiting{}
	for _, w := range waiting {
		queues[w.CaseID] = append(queues[w.CaseID], w)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.Parallel)
	for _, queue := range queues {
		group.Go(func() error {
			for _, w := range queue {
				if _, err := c.Engine.Submit(ctx, w.CaseID, w.CommandID); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return len(waiting), group.Wait()
}
