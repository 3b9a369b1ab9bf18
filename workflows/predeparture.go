// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"go.temporal.io/sdk/workflow"

	"ricongiungi/casefile"
)

// preDeparture is the family's wait abroad, from the nulla osta to the first
// entry. Each member goes at their own pace.
//
// It waits for the first contact, the visa request and decision, the needs
// profile and documents of each member, and the day of arrival. Its deadlines
// are the six months to request the visa, after which the nulla osta is void,
// the thirty days of the consulate, and the last day of the visa. A new
// authorisation goes to the hub, and an information pack in its own language to
// the family.
func (c *caseRun) preDeparture(ctx workflow.Context) {
	c.send(ctx, "prepare the family's departure", c.take(casefile.PreDeparture))
}
