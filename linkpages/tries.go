// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"net"
	"net/http"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// How often links may be tried in vain: so many at once, then one more in so long.
const (
	triesAtOnce = 20
	triesAgain  = 15 * time.Second
	maxCallers  = 10_000 // whose tries are remembered
)

// tries counts the attempts in vain of each caller. A secret cannot be guessed
// anyhow; this keeps the guessing cheap for us.
type tries struct {
	mu      sync.Mutex
	callers *lru.Cache[string, *rate.Limiter]
}

func newTries() *tries {
	callers, err := lru.New[string, *rate.Limiter](maxCallers)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &tries{callers: callers}
}

func (t *tries) of(caller string) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.callers.Get(caller); ok {
		return known
	}
	fresh := rate.NewLimiter(rate.Every(triesAgain), triesAtOnce)
	t.callers.Add(caller, fresh)
	return fresh
}

func (t *tries) left(caller string, now time.Time) bool { return t.of(caller).TokensAt(now) >= 1 }

func (t *tries) count(caller string, now time.Time) { t.of(caller).AllowN(now, 1) }

// callerOf is the host that asks: what it says of itself in headers is not believed.
func callerOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
