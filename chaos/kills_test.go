// SPDX-License-Identifier: AGPL-3.0-or-later

package chaos

import (
	"flag"
	"testing"
	"time"
)

// How hard it is made. `make chaos` sets them; the defaults are for every day.
var (
	kills = flag.Int("kills", 6, "how many processes are killed")
	speed = flag.Float64("speed", 20, "commands a second that the clients give")
	spell = flag.Duration("spell", 5*time.Second, "how long each trouble with connections, commits and the disk lasts")
	seed  = flag.Uint64("seed", 1, "what the clients draw their choices from")
	judge = flag.Bool("judge", false, "hold the figures against the goals too, on a machine that does nothing else")
)

// mortal are the processes that die, in turn.
var mortal = []string{"worker-1", "api-1", "temporal", "postgres", "worker-2", "api-2"}

// TestKilledProcessesLoseNothing kills a process, waits until a question asked
// after its death is answered, and kills the next.
func TestKilledProcessesLoseNothing(t *testing.T) {
	testingShort(t)
	c := newCrowd(openTown(t, folder(t)), 30, *speed)
	c.arrive()
	var waits []time.Duration
	for i := range *kills {
		victim := mortal[i%len(mortal)]
		c.kill(victim)
		waits = append(waits, c.answered())
		t.Logf("%d of %d: %s killed, answered again after %s", i+1, *kills, victim, waits[i].Round(time.Millisecond))
		c.calm()
	}
	steps := c.goHome()
	c.verify(steps)
	t.Logf("%d answers, %d kills; first answer after a kill: p50 %s, p95 %s", len(steps), *kills, p(waits, 0.5), p(waits, 0.95))
	if *judge && p(waits, 0.95) > 5*time.Second {
		t.Errorf("the first answer after a kill takes %s at p95, the goal is 5 s", p(waits, 0.95))
	}
}

// calm waits until the clients have had a few answers more, so that each kill
// meets a system at work.
func (c *crowd) calm() {
	c.Helper()
	few := c.answers.Load() + 20
	c.until(patience, "clients are answered", func() bool { return c.answers.Load() >= few })
}
