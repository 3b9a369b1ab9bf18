// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"go.temporal.io/sdk/workflow"

	"ricongiungi/casefile"
)

// preDeparture is the family's wait abroad, from the nulla osta to the first
// entry. Each member goes at their own pace.
//
// It waits for the first contact and the information pack, the needs profile and
// papers of each member, an appointment at the consulate, the visa request and
// decision, guidance about school for the older ones, and the day of arrival. Its
// deadlines are the six months to request the visa, after which the nulla osta is
// void, with a warning two months before when no appointment is given, the thirty
// days of the consulate, and the last day of the visa. A new authorisation goes to
// the hub; the pack goes to the family in its own language.
func (c *caseRun) preDeparture(ctx workflow.Context) {
	c.send(ctx, "prepare the family's departure", c.take(casefile.PreDeparture))
}
