// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Settlement says which term governs an application that was still pending when
// the law changed the term, and why.
type Settlement struct {
	Choice string     `json:"choice"` // at_filing keeps the term, at_decision takes the new one
	Under  rules.Ref  `json:"under"`  // the row of review.pending that was applied
	Change rules.Ref  `json:"change"` // the row of review.term that came into force
	Term   rules.Term `json:"term"`   // that governs from the change on
}

// changes are the settlements that count. One made for another day of filing no
// longer does: the filing was corrected.
func (r Review) changes() []Settlement {
	return slices.DeleteFunc(slices.Clone(r.Settled), func(t Settlement) bool { return t.Term.From != r.Term.From })
}

// term is the term that governs the review, before any suspension.
func (r Review) term() rules.Term {
	if changes := r.changes(); len(changes) > 0 {
		return changes[len(changes)-1].Term
	}
	return r.Term
}

func (r Review) settled(change rules.Ref) bool {
	return slices.ContainsFunc(r.changes(), func(t Settlement) bool { return t.Change == change })
}

// settlePending decides, for each change of the review's term by today that
// found the application pending, which term governs it. The case does so when
// the filing is told or when it wakes next, so that the rule applied is on record
// and a later book does not move it.
func (s *State) settlePending(r Request) []Draft {
	if s.Review.Term.IsZero() || !s.suiAnswers() {
		return nil
	}
	review := s.Review
	review.Settled = slices.Clone(review.Settled)
	var drafts []Draft
	for _, change := range r.Book.Changes(rules.ReviewTerm, review.Term.From, r.Today()) {
		if review.settled(change.Ref()) || !s.pendingOn(change.From) {
			continue
		}
		settlement := review.settle(change, r.Book)
		review.Settled = append(review.Settled, settlement)
		drafts = append(drafts, Draft{Event: &PendingTermSettled{settlement}, On: change.From})
	}
	return drafts
}

// suiAnswers tells whether the SUI is the one to decide.
func (s *State) suiAnswers() bool { return s.Procedure.viaSUI() && s.NaturalisedOn.IsZero() }

// pendingOn tells whether somebody still awaited the decision on the day.
func (s *State) pendingOn(on rules.Date) bool {
	return s.undecided() || !s.lastDecision().Before(on)
}

// settle applies the choice in force on the day of the change. The new term
// governs only if the old one had not run out by then.
func (r Review) settle(change rules.Rule, book *rules.Book) Settlement {
	choice := book.At(rules.PendingTerm, change.From)
	settlement := Settlement{Choice: choice.Value, Under: choice.Ref(), Change: change.Ref(), Term: r.term()}
	if choice.Value == "at_decision" && !r.Clock(book).Term.Due.Before(change.From) {
		settlement.Term = book.TermUnder(rules.ReviewTerm, change.From, r.Term.From)
	}
	return settlement
}

// Explain says in one sentence why the application keeps or changes its term.
func (t Settlement) Explain(book *rules.Book) rules.Text {
	day := t.Change.ValidFrom.String()
	source, _ := book.Row(t.Under)
	if t.Term.Ref == t.Change {
		return rules.Text{
			It: "Domanda pendente al cambio di legge del " + day + ": si applica il nuovo termine, perché il vecchio non era ancora scaduto (regola " + t.Under.Rule + "; " + source.Citation + ").",
			En: "Application pending when the law changed on " + day + ": the new term applies because the old one had not run out (rule " + t.Under.Rule + "; " + source.Citation + ").",
		}
	}
	if t.Choice == "at_decision" {
		return rules.Text{
			It: "Domanda pendente al cambio di legge del " + day + ": resta il vecchio termine, già scaduto (regola " + t.Under.Rule + "; " + source.Citation + ").",
			En: "Application pending when the law changed on " + day + ": the old term stays because it had run out already (rule " + t.Under.Rule + "; " + source.Citation + ").",
		}
	}
	return rules.Text{
		It: "Domanda pendente al cambio di legge del " + day + ": resta il termine in vigore alla presentazione (regola " + t.Under.Rule + "; " + source.Citation + ").",
		En: "Application pending when the law changed on " + day + ": the term in force at filing stays (rule " + t.Under.Rule + "; " + source.Citation + ").",
	}
}

// PendingTermSettled keeps which term governs a pending application after a
// change of the law.
type PendingTermSettled struct{ Settlement }

func (e *PendingTermSettled) apply(s *State, _ Fact) {
	s.Review.Settled = append(s.Review.Settled, e.Settlement)
}
