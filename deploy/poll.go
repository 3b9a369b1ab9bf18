// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pollEvery is short because start-up is made of a handful of such waits and
// the probes cost next to nothing.
const pollEvery = 20 * time.Millisecond

// poll repeats probe until it succeeds or the context ends; the error then
// carries the last reason of the probe.
func poll(ctx context.Context, probe func() error) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		err := probe()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("gave up waiting: %w", ctx.Err()), err)
		case <-ticker.C:
		}
	}
}
