// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"go.temporal.io/sdk/workflow"

	"ricongiungi/casefile"
)

// schoolEnrolment is the way of each child to a school, at any time of the year.
//
// It waits for the request, the proposal of a place, the family's answer and the
// first day. Its deadlines are the service's own: no law makes a school answer,
// so the hub asks. The education department is told that a place is needed, the
// family that one is proposed.
func (c *caseRun) schoolEnrolment(ctx workflow.Context) {
	c.send(ctx, "find the child a place at school", c.take(casefile.Schooling))
}
