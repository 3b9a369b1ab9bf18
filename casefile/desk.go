// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Desk is a case as those see it who look after many: whose it is, how its
// review stands, how its members came along, and what awaits a second person.
// It holds ids, codes and days only.
type Desk struct {
	Phase      Phase
	Office     string
	Counsellor string
	Language   string // BCP 47
	Members    int
	Review     DeskReview
	Ways       []Way
	Approvals  []Approval
}

// DeskReview is an application on which the Prefecture still owes a decision;
// zero when it owes none.
type DeskReview struct {
	FiledOn   rules.Date
	ValidFrom rules.Date // first day of the row of the law that governs the term
	Days      int        // that the row gives
	Due       rules.Date // with every suspension, as on the agenda
}

// Way is one member's main way in days; a day is zero while the step is not
// recorded. EndedOn is when nobody follows the way any more.
type Way struct {
	MemberID                                   string
	FiledOn, DecidedOn, AuthorisedOn           rules.Date
	VisaRequestedOn, VisaGrantedOn             rules.Date
	EnteredOn, PresentedOn                     rules.Date
	PermitRequestedOn, PermitIssuedOn, EndedOn rules.Date
}

// The kinds of things that a second person or the supervisor has to decide.
const (
	ApproveErasure   = "erasure"   // of a person's data: somebody else confirms (art. 17 GDPR)
	ApproveUnsealing = "unsealing" // of an address or of access: somebody else answers
	ApproveDoubt     = "doubt"     // whether a path goes on after a death or a separation
)

// Approval is one thing that awaits somebody's decision.
type Approval struct {
	Kind    string
	Subject string // id of the person, request or member
	AskedOn rules.Date
	AskedBy string     // actor who may not decide; empty when anybody may
	DueOn   rules.Date // zero where there is no term
}

// DeskOf derives it from what is recorded.
func DeskOf(s *State, book *rules.Book) Desk {
	d := Desk{Phase: s.Phase(), Office: s.Office, Counsellor: s.Counsellor, Language: s.ContactLanguage, Members: len(s.Members),
		Review: s.deskReview(book)}
	for _, m := range s.Members {
		d.Ways = append(d.Ways, s.wayOf(m))
	}
	if s.ClosedOn.IsZero() {
		d.Approvals = s.approvals(book)
	}
	return d
}

func (s *State) deskReview(book *rules.Book) DeskReview {
	if s.Review.FiledOn.IsZero() || !s.ClosedOn.IsZero() || !s.undecided() {
		return DeskReview{}
	}
	term := s.Review.Clock(book).Term
	if term.IsZero() {
		return DeskReview{}
	}
	return DeskReview{FiledOn: s.Review.FiledOn, ValidFrom: term.ValidFrom, Days: book.At(rules.ReviewTerm, term.ValidFrom).Number(), Due: term.Due}
}

func (s *State) wayOf(m *Member) Way {
	w := Way{MemberID: m.ID, FiledOn: s.Review.FiledOn, DecidedOn: m.decidedOn(), AuthorisedOn: m.AuthorisedOn,
		VisaRequestedOn: m.VisaRequestedOn, VisaGrantedOn: m.VisaGrantedOn, EnteredOn: m.EnteredOn, PresentedOn: m.PresentedOn,
		PermitRequestedOn: m.PermitRequestedOn, PermitIssuedOn: m.PermitIssuedOn, EndedOn: m.EndedOn}
	if !m.AddedOn.IsZero() {
		w.FiledOn = rules.Date{} // the application was not about this member
	}
	if w.EndedOn.IsZero() {
		w.EndedOn = s.ClosedOn
	}
	return w
}

// decidedOn is the day of the Prefecture's first decision on the member.
func (m *Member) decidedOn() rules.Date {
	if m.AuthorisedOn.IsZero() || !m.RefusedOn.IsZero() && m.RefusedOn.Before(m.AuthorisedOn) {
		return m.RefusedOn
	}
	return m.AuthorisedOn
}

func (s *State) approvals(book *rules.Book) []Approval {
	var all []Approval
	for _, p := range s.Privacy {
		if p.ErasureAskedBy != "" && p.ErasedOn.IsZero() {
			all = append(all, Approval{Kind: ApproveErasure, Subject: p.PersonID, AskedOn: p.ErasureAskedOn, AskedBy: p.ErasureAskedBy})
		}
	}
	for _, u := range s.Unsealings {
		if u.Outcome == "" {
			all = append(all, Approval{Kind: ApproveUnsealing, Subject: u.ID, AskedOn: u.Answer.From, AskedBy: u.AskedBy, DueOn: u.Answer.Due})
		}
	}
	for _, m := range s.Members {
		if d, open := s.doubt(m); open && m.Ending == "" {
			all = append(all, Approval{Kind: ApproveDoubt, Subject: m.ID, AskedOn: d.Since, DueOn: book.Term(rules.MemberDoubt, d.Since).Due})
		}
	}
	return all
}

// ProtectedItems are the agenda items of which nobody learns who is not on the
// case: figures over many cases leave them out.
func ProtectedItems() []string { return []string{protectionItem} }
