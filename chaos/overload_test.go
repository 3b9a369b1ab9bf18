// SPDX-License-Identifier: AGPL-3.0-or-later

package chaos

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"
)

// tenfold is how much more than the usual is asked, by how many at a time.
const (
	tenfold  = 10
	pressing = 400
)

// TestOverloadIsRefusedPolitely asks ten times as much as the office usually
// does and repeats nothing. Whoever is not served must be told when to come
// again, and the usual load must find the usual system afterwards.
func TestOverloadIsRefusedPolitely(t *testing.T) {
	testingShort(t)
	c := newCrowd(openTown(t, folder(t)), 60, *speed)
	usual := c.press(*speed, *spell)
	t.Logf("at %.0f a second: %s", *speed, usual)
	over := c.press(tenfold**speed, *spell)
	t.Logf("at %.0f a second: %s", tenfold**speed, over)
	for status := range over.statuses {
		if status != http.StatusOK && status != http.StatusAccepted && status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			t.Errorf("%d answers of status %d", over.statuses[status], status)
		}
	}
	if over.rude > 0 {
		t.Errorf("%d refusals do not say when to come again", over.rude)
	}
	began := time.Now()
	c.answered()
	normal := time.Since(began)
	t.Logf("a question after it was answered in %s", normal.Round(time.Millisecond))
	if *judge && (p(over.accepted, 0.99) > 2*time.Second || normal > 10*time.Second) {
		t.Errorf("the goals are 2 s for 99 of 100 that are accepted, and normal again in 10 s")
	}
	c.verify(slices.Concat(usual.steps, over.steps, c.steps))
}

// pressure is what came of asking at a pace.
type pressure struct {
	mutex    sync.Mutex
	statuses map[int]int
	accepted []time.Duration // how long those waited that were accepted
	rude     int             // refusals without Retry-After
	failed   int             // no answer at all
	steps    []step
}

// String tells how it went.
func (p1 *pressure) String() string {
	return fmt.Sprintf("%v by status, %d unanswered, accepted ones p50 %s, p99 %s", p1.statuses, p1.failed,
		p(p1.accepted, 0.5).Round(time.Millisecond), p(p1.accepted, 0.99).Round(time.Millisecond))
}

// press gives notes at a pace, open-loop: whoever is slow holds nobody up.
func (c *crowd) press(perSecond float64, while time.Duration) *pressure {
	ctx, cancel := context.WithTimeout(c.Context(), while)
	defer cancel()
	pace := rate.NewLimiter(rate.Limit(perSecond), 1)
	places := make(chan struct{}, pressing)
	result := &pressure{statuses: map[int]int{}}
	var wait sync.WaitGroup
	for i := 0; pace.Wait(ctx) == nil; i++ {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			s := step{client: manyClients + i, kind: note, caseID: c.cases[i%len(c.cases)], commandID: uuid.NewString(), began: time.Now()}
			result.add(s, c.try(i, &s))
		})
	}
	wait.Wait()
	return result
}

func (p1 *pressure) add(s step, got answer) {
	s.ended = time.Now()
	p1.mutex.Lock()
	defer p1.mutex.Unlock()
	if got.err != nil {
		p1.failed++
		return
	}
	p1.statuses[got.status]++
	switch {
	case got.status == http.StatusTooManyRequests || got.status == http.StatusServiceUnavailable:
		if got.header.Get("Retry-After") == "" {
			p1.rude++
		}
	case s.told(got):
		p1.accepted = append(p1.accepted, s.ended.Sub(s.began))
		p1.steps = append(p1.steps, s)
	}
}
