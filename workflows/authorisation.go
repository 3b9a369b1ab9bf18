// SPDX-License-Identifier: AGPL-3.0-or-later

package workflows

import (
	"go.temporal.io/sdk/workflow"

	"ricongiungi/casefile"
)

// authorisation is the Prefecture's part: hand-off, review and decision.
//
// It waits for documents, for observations on a notice of intended refusal, and
// for the decision, which may differ from member to member. Its deadlines are
// the term of the review, suspended while a notice is open, the day the SUI set
// for documents, and the ten days for observations. The counsellor learns of a
// notice or refusal as soon as it is handed over, because ten days are short.
func (c *caseRun) authorisation(ctx workflow.Context) {
	c.send(ctx, "tell the counsellor what the Prefecture decided or intends", c.take(casefile.Authorisation))
}
