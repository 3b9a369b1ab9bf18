// SPDX-License-Identifier: AGPL-3.0-or-later

// Package errand is long work that somebody starts, may leave, and finds again:
// it goes on while nobody looks, tells how far it is, and keeps its result for a
// while. It lives in the memory of one process: what must survive is kept elsewhere.
package errand

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Errors of starting and finding.
var (
	// ErrBusy means that as much is going on as the desk takes.
	ErrBusy = errors.New("errand: too many at once")
	// ErrGone means that there is no such errand, or none of this person.
	ErrGone = errors.New("errand: no such errand")
)

// keep is how long a result can be found once it is there.
const keep = time.Hour

// Desk runs errands that end in a T.
type Desk[T any] struct {
	ctx    context.Context
	atOnce int // running
	most   int // kept; the oldest ones that have ended make room

	mutex sync.Mutex
	all   map[string]*task[T]
}

// New makes a desk whose errands end with the context.
func New[T any](ctx context.Context, atOnce, most int) *Desk[T] {
	return &Desk[T]{ctx: ctx, atOnce: atOnce, most: most, all: map[string]*task[T]{}}
}

// State is how far an errand is.
type State[T any] struct {
	ID          string
	By          string
	Began       time.Time
	Ended       time.Time // zero while it goes on
	Done, Total int64     // Total is 0 while nobody knows
	Result      T         // as far as it is there
	Err         error     // why it failed
}

// Going tells whether it still goes on.
func (s State[T]) Going() bool { return s.Ended.IsZero() }

type task[T any] struct{ State[T] }

// Progress is told how far the work is.
type Progress func(done, total int64)

// Start begins the work for somebody and gives its id. Errors: ErrBusy.
func (d *Desk[T]) Start(by string, work func(ctx context.Context, tell Progress) (T, error)) (string, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.clear()
	running := 0
	for _, t := range d.all {
		if t.Going() {
			running++
		}
	}
	if running >= d.atOnce {
		return "", ErrBusy
	}
	t := &task[T]{State[T]{ID: uuid.NewString(), By: by, Began: time.Now()}}
	d.all[t.ID] = t
	go d.run(t, work)
	return t.ID, nil
}

func (d *Desk[T]) run(t *task[T], work func(ctx context.Context, tell Progress) (T, error)) {
	result, err := work(d.ctx, func(done, total int64) {
		d.mutex.Lock()
		defer d.mutex.Unlock()
		t.Done, t.Total = done, total
	})
	d.mutex.Lock()
	defer d.mutex.Unlock()
	t.Result, t.Err, t.Ended = result, err, time.Now()
}

// clear makes room: what ended long ago goes, and the oldest beyond the number kept.
func (d *Desk[T]) clear() {
	maps.DeleteFunc(d.all, func(_ string, t *task[T]) bool { return !t.Going() && time.Since(t.Ended) > keep })
	for len(d.all) >= d.most {
		oldest := ""
		for id, t := range d.all {
			if !t.Going() && (oldest == "" || t.Ended.Before(d.all[oldest].Ended)) {
				oldest = id
			}
		}
		if oldest == "" {
			return
		}
		delete(d.all, oldest)
	}
}

// Find tells how far the errand of that person is. Errors: ErrGone.
func (d *Desk[T]) Find(id, by string) (State[T], error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	t, ok := d.all[id]
	if !ok || t.By != by {
		return State[T]{}, ErrGone
	}
	return t.State, nil
}
