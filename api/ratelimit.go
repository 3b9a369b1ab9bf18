// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxCallers bounds the memory that callers can make the limits take.
const maxCallers = 10_000

// limits counts the requests of each caller.
type limits struct {
	rate    Rate
	mu      sync.Mutex
	callers map[string]*rate.Limiter
}

func newLimits(r Rate) *limits { return &limits{rate: r, callers: map[string]*rate.Limiter{}} }

// allow counts one request, says in the headers what is left and tells whether
// the request may be served.
func (l *limits) allow(h http.Header, caller string, now time.Time) bool {
	bucket := l.bucket(caller, now)
	allowed := bucket.AllowN(now, 1)
	left := max(bucket.TokensAt(now), 0)
	reset := math.Ceil((float64(l.rate.Burst) - left) / l.rate.PerSecond)
	h.Set("RateLimit-Limit", strconv.Itoa(l.rate.Burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(int(left)))
	h.Set("RateLimit-Reset", strconv.Itoa(int(reset)))
	return allowed
}

func (l *limits) bucket(caller string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bucket, known := l.callers[caller]; known {
		return bucket
	}
	if len(l.callers) >= maxCallers {
		l.forget(now)
	}
	bucket := rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)
	l.callers[caller] = bucket
	return bucket
}

// forget drops callers whose bucket is full again, for whom nothing changes; if
// there are none, it drops all.
func (l *limits) forget(now time.Time) {
	for caller, bucket := range l.callers {
		if bucket.TokensAt(now) >= float64(l.rate.Burst) {
			delete(l.callers, caller)
		}
	}
	if len(l.callers) >= maxCallers {
		clear(l.callers)
	}
}
