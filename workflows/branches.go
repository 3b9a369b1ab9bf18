// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"go.temporal.io/sdk/workflow"

	"ricongiungi/casefile"
)

// branches is what can happen at any time: withdrawal, death, a move to another
// municipality, a correction of what was recorded.
//
// It waits for nothing and has no deadline of its own; what it changes moves the
// deadlines of the other stages. A death goes to the supervisor, because a
// person must decide what follows from it.
func (c *caseRun) branches(ctx workflow.Context) {
	c.send(ctx, "tell who must decide", c.take(casefile.Branches))
}
