// SPDX-License-Identifier: AGPL-3.0-or-later

package worker

import (
	"context"

	"ricongiungi/activities"
	"ricongiungi/casefile"
	"ricongiungi/store"
)

// SimulatedMailbox stands in for mail and calendar servers: what would be sent
// is kept where people and tests can read it, and nothing leaves the machine.
type SimulatedMailbox struct{ Store *store.Store }

var _ activities.Post = SimulatedMailbox{}

// Deliver keeps the effect, once.
func (m SimulatedMailbox) Deliver(ctx context.Context, caseID string, e casefile.Effect) error {
	return m.Store.DeliverToMailbox(ctx, caseID, e)
}
