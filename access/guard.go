// SPDX-License-Identifier: AGPL-3.0-or-later

package access

import (
	"slices"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Guarded leaves out of a view, whatever the role, what is kept from everybody
// but those on the case: sealed addresses, and that a child protection exists.
// The guard is that of the present view, also where an earlier one is shown.
func Guarded(view casefile.View, guard *casefile.Guard, actor casefile.Actor) casefile.View {
	view.Agenda = slices.DeleteFunc(slices.Clone(view.Agenda), func(d casefile.DueView) bool {
		return d.Class() == casefile.Protected && !guard.MayReadProtection(actor.ID, d.MemberID)
	})
	view.Scans = slices.DeleteFunc(slices.Clone(view.Scans), func(f casefile.Scan) bool { // papers bear addresses
		return !guard.MayReadAddress(actor.ID, f.MemberID)
	})
	view.People = slices.Clone(view.People)
	for i, person := range view.People {
		if guard != nil && slices.Contains(guard.Sealed, person.PersonID) {
			view.People[i].AddressSealed = true
		}
		if !guard.MayReadAddress(actor.ID, person.PersonID) {
			view.People[i].Address = ""
		}
	}
	view.Guard = shownGuard(guard, actor)
	return view
}

// shownGuard is as much of the guard as the actor may know of.
func shownGuard(guard *casefile.Guard, actor casefile.Actor) *casefile.Guard {
	if guard == nil {
		return nil
	}
	shown := casefile.Guard{Sealed: guard.Sealed}
	if guard.MayReadConfidential(actor.ID) {
		shown.OnCase = guard.OnCase
	}
	for _, p := range guard.Protection {
		if guard.MayReadProtection(actor.ID, p.MemberID) {
			shown.Protection = append(shown.Protection, p)
		}
	}
	if len(shown.Sealed)+len(shown.OnCase)+len(shown.Protection) == 0 {
		return nil
	}
	return &shown
}

// GuardedHistory leaves out entries of which the actor may not know, the
// particulars of confidential ones, and sealed addresses wherever they were said.
func GuardedHistory(entries []views.Entry, guard *casefile.Guard, actor casefile.Actor) []views.Entry {
	shown := []views.Entry{}
	for _, e := range entries {
		switch e.Marking.Class {
		case casefile.Protected:
			if !guard.MayReadProtection(actor.ID, e.Marking.MemberID) {
				continue
			}
		case casefile.Confidential:
			if !guard.MayReadConfidential(actor.ID) {
				e.Private = nil
			}
		}
		e.Private = withoutAddresses(e.Private, guard, actor)
		shown = append(shown, e)
	}
	return shown
}

func withoutAddresses(private casefile.Private, guard *casefile.Guard, actor casefile.Actor) casefile.Private {
	if guard == nil || len(guard.Sealed) == 0 || private == nil {
		return private
	}
	shown := casefile.Private{}
	for person, particulars := range private {
		if !guard.MayReadAddress(actor.ID, person) {
			particulars.Address = ""
		}
		shown[person] = particulars
	}
	return shown
}

// GuardedAgenda leaves out of a list over cases what is protected, unless the
// actor is responsible for the case; other readers find it in the case itself.
func GuardedAgenda(rows []views.AgendaRow, actor casefile.Actor) []views.AgendaRow {
	return slices.DeleteFunc(rows, func(r views.AgendaRow) bool {
		return r.Class() == casefile.Protected && r.CounsellorID != actor.ID
	})
}

// GuardedFeed leaves out of the feed over all cases what is protected: it is read
// by machines and auditors, who are on no case.
func GuardedFeed(rows []views.FeedRow) []views.FeedRow {
	return slices.DeleteFunc(rows, func(r views.FeedRow) bool { return casefile.TypeClass(r.Type) == casefile.Protected })
}
