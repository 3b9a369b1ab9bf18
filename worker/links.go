// SPDX-License-Identifier: AGPL-3.0-or-later

package worker

import (
	"context"
	"time"

	"ricongiungi/activities"
	"ricongiungi/casefile"
)

// Orders keeps commands until they are decided.
type Orders interface {
	AcceptOrder(ctx context.Context, o casefile.Order) (*casefile.Outcome, error)
}

// Outgoing carries out effects: a link goes to the other case as a command, which
// the courier delivers; everything else goes to the post.
type Outgoing struct {
	Orders Orders
	Post   activities.Post
}

var _ activities.Post = Outgoing{}

// Deliver carries the effect out. Doing so twice does it once.
func (o Outgoing) Deliver(ctx context.Context, caseID string, e casefile.Effect) error {
	if e.Kind != casefile.EffectLink {
		return o.Post.Deliver(ctx, caseID, e)
	}
	order, err := e.LinkOrder(caseID, time.Now())
	if err != nil {
		return err
	}
	_, err = o.Orders.AcceptOrder(ctx, order)
	return err
}
