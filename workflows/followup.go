// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"go.temporal.io/sdk/workflow"

	"ricongiungi/casefile"
)

// hubFollowUp is the year and more in which the hub accompanies the family.
//
// It waits for the personal plan, appointments, answers to referrals, and the
// check-ins after one, three, six and twelve months; then for every member to be
// settled and the case to be closed. Appointments are booked, services asked,
// and the counsellor is reminded before a day and told when it has passed.
func (c *caseRun) hubFollowUp(ctx workflow.Context) {
	c.send(ctx, "accompany the family", c.take(casefile.FollowUp))
}
