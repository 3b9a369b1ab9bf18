// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// donePart says what has just been recorded, which days it moved and why, and
// offers to undo it.
type donePart struct {
	CaseID  string
	Command string
	Orders  []string
	Pending bool // something is kept and not decided yet
	Moved   []moved
	Undo    bool
}

// moved is one item of the agenda before and after.
type moved struct {
	Item    string
	Who     string
	Was, Is rules.Date
	Why     rules.Text // of the day it has now
}

// mostOrders is how many commands one form gives at most: a large family.
const mostOrders = 30

// done reads what became of the orders that the address names; nil when it
// names none.
func (s *console) done(r *http.Request, view casefile.View) (*donePart, error) {
	v := visitOf(r)
	part := &donePart{CaseID: view.CaseID, Command: r.FormValue("done"), Orders: r.Form["order"]}
	if part.Command == "" || len(part.Orders) > mostOrders {
		return nil, nil
	}
	names := v.voice.names(view.People)
	for _, id := range part.Orders {
		outcome, err := s.outcome(r, view.CaseID, id)
		if err != nil {
			return nil, err
		}
		if outcome == nil {
			part.Pending = true
			continue
		}
		part.Moved = append(part.Moved, movedBy(view, outcome.Agenda, names, v.who.Role)...)
		part.Undo = part.Undo || s.mayUndo(v.who.Role, *outcome)
	}
	return part, nil
}

// outcome is what became of an order; nil while it is not decided, and for an id
// that is none.
func (s *console) outcome(r *http.Request, caseID, id string) (*casefile.Outcome, error) {
	if _, err := uuid.Parse(id); err != nil {
		return nil, views.ErrNotFound
	}
	return s.Orders.OrderOutcome(r.Context(), caseID, id)
}

func movedBy(view casefile.View, changes []casefile.Change, names map[string]string, role casefile.Role) []moved {
	var list []moved
	for _, c := range changes {
		m := moved{Item: c.Item, Who: names[c.Subject]}
		m.Was, _ = rules.ParseDate(c.Was) // empty for an item that is new
		m.Is, _ = rules.ParseDate(c.Is)   // empty for one that is gone
		at := slices.IndexFunc(view.Agenda, func(d casefile.DueView) bool { return d.Item == c.Item && d.Subject == c.Subject })
		if at < 0 && !access.SeesAll(role) {
			continue
		}
		if at >= 0 && view.Agenda[at].DueOn == m.Is {
			m.Why, m.Who = view.Agenda[at].Why, names[view.Agenda[at].MemberID]
		}
		list = append(list, m)
	}
	return list
}

func (s *console) mayUndo(role casefile.Role, outcome casefile.Outcome) bool {
	return s.Rights.Commands["annul_event"].Roles[role] && len(outcome.Events) > 0 &&
		!slices.ContainsFunc(outcome.Events, func(e casefile.EventRef) bool { return !casefile.Annullable(e.Type) })
}

// undoNow takes back what one form has just recorded, the last first.
func (s *console) undoNow(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	if len(r.PostForm["order"]) > mostOrders {
		return views.ErrNotFound
	}
	var undone []given
	for _, id := range slices.Backward(r.PostForm["order"]) {
		outcome, err := s.outcome(r, view.CaseID, id)
		if err != nil {
			return err
		}
		if outcome == nil || !s.mayUndo(visitOf(r).who.Role, *outcome) {
			return views.ErrNotFound
		}
		results, err := s.annulAll(r, view.CaseID, outcome.Events)
		if err != nil {
			return err
		}
		undone = append(undone, results...)
	}
	at := slices.IndexFunc(undone, func(g given) bool { return g.Refusal() != nil })
	if at < 0 {
		http.Redirect(w, r, doneAt(view.CaseID, "annul_event", undone), http.StatusSeeOther)
		return nil
	}
	return s.show(w, r, http.StatusUnprocessableEntity, "refused", visitOf(r).voice.say("undo.refused"), struct {
		CaseID  string
		Refusal *casefile.Refusal
	}{view.CaseID, undone[at].Refusal()})
}

// annulAll annuls events, the last first. The ids of its commands hang on the
// events, so that pressing twice undoes once.
func (s *console) annulAll(r *http.Request, caseID string, events []casefile.EventRef) ([]given, error) {
	var results []given
	for _, e := range slices.Backward(events) {
		g := given{OrderID: casefile.DeriveID(e.EventID, "undo")}
		var err error
		g.Outcome, err = s.order(r, caseID, g.OrderID, "annul_event", []byte(`{"event_id":"`+e.EventID+`","reason":"mistake"}`), 0)
		if errors.Is(err, views.ErrOtherContent) {
			err = views.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		results = append(results, g)
	}
	return results, nil
}
