// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"go.temporal.io/sdk/workflow"

	"ricongiungi/casefile"
)

// arrival is the first weeks of each member who has entered.
//
// It waits for the host's notice, the visit to the SUI, a parent's health cover,
// the integration agreement where it is due, the permit's receipt, fingerprints
// and card, residence and the health service. Its deadlines are 48 hours, eight
// working days from entry, eight days for the health cover, three months for the
// civic session and the indicative sixty days of the Questura; an entry told late
// has them all computed from the day of the stamp. The family is told what it owes
// and by when, unless that was past before anybody knew.
func (c *caseRun) arrival(ctx workflow.Context) {
	c.send(ctx, "tell the family what is due after entry", c.take(casefile.Arrival))
}
