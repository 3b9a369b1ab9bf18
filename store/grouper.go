// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
)

// groupLimit is how many writes share a commit at most.
const groupLimit = 64

// errClosed says that the store was closed before a commit.
var errClosed = errors.New("store: closed")

// grouper lets callers share a commit, which waits for the disk: what is ready
// when the one before is done goes in together.
type grouper[T any] struct {
	name  string // of its traces
	write func([]T) error
	queue chan queued[T]
	stop  chan struct{}
	ended chan struct{}
}

// queued is something to write and whoever waits for it.
type queued[T any] struct {
	item T
	done chan error
}

func newGrouper[T any](name string, write func([]T) error) *grouper[T] {
	g := &grouper[T]{name: name, write: write, queue: make(chan queued[T]), stop: make(chan struct{}), ended: make(chan struct{})}
	go g.run()
	return g
}

func (g *grouper[T]) close() {
	close(g.stop)
	<-g.ended
}

// commit waits until the item is on disk. When the caller gives up, it is
// written all the same.
func (g *grouper[T]) commit(ctx context.Context, item T) error {
	ctx, span := tracer.Start(ctx, g.name)
	defer span.End()
	w := queued[T]{item, make(chan error, 1)}
	select {
	case g.queue <- w:
	case <-g.ended:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *grouper[T]) run() {
	defer close(g.ended)
	for {
		select {
		case <-g.stop:
			return
		case w := <-g.queue:
			g.writeAll(g.gather(w))
		}
	}
}

// gather takes what else is waiting, without waiting for more.
func (g *grouper[T]) gather(first queued[T]) []queued[T] {
	group := []queued[T]{first}
	for len(group) < groupLimit {
		select {
		case w := <-g.queue:
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}

// writeAll writes a group, or each alone when one of them spoils it.
func (g *grouper[T]) writeAll(group []queued[T]) {
	items := make([]T, len(group))
	for i, w := range group {
		items[i] = w.item
	}
	err := g.write(items)
	if err == nil || len(group) == 1 {
		for _, w := range group {
			w.done <- err
		}
		return
	}
	for _, w := range group {
		w.done <- g.write([]T{w.item})
	}
}
