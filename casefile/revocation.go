// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// RevokeNullaOsta records that the Prefecture withdrew its authorisation in
// autotutela (by its own act, art. 21-quinquies and 21-nonies L. 241/1990), for
// the members named or for all.
type RevokeNullaOsta struct {
	On      rules.Date `json:"on"`
	Refs    []string   `json:"refs,omitempty"`
	Members []string   `json:"member_ids,omitempty"`
	Ground  string     `json:"ground,omitempty"`
}

func (c *RevokeNullaOsta) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	if refusal := s.unknownNames(c.Refs, c.Members); refusal != nil {
		return nil, refusal
	}
	var drafts []Draft
	for _, m := range s.Members {
		all := len(c.Refs)+len(c.Members) == 0
		meant := all && !m.AuthorisedOn.IsZero() || slices.ContainsFunc(c.Refs, m.hasRef) || s.names(c.Members, m)
		switch {
		case !meant || m.revoked() || m.RevokedOn == c.On || m.Ending == Deceased:
			continue
		case m.AuthorisedOn.IsZero():
			return nil, notAuthorised()
		case c.On.Before(m.AuthorisedOn):
			return nil, outOfOrder("nulla_osta_issued", m.AuthorisedOn)
		}
		drafts = append(drafts, Draft{Event: &NullaOstaRevoked{OfMember: OfMember{m.ID}, Ground: c.Ground}, On: c.On})
	}
	return s.takenUpIfOpen(drafts, "revocation", r), nil
}

// WithdrawRevocation records that the Prefecture lifted its revocation, for the
// members named or for all. VisaBy is the new last day to ask for a visa where
// the act sets one.
type WithdrawRevocation struct {
	On      rules.Date `json:"on"`
	Refs    []string   `json:"refs,omitempty"`
	Members []string   `json:"member_ids,omitempty"`
	VisaBy  rules.Date `json:"visa_by,omitzero"`
}

func (c *WithdrawRevocation) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	if refusal := s.unknownNames(c.Refs, c.Members); refusal != nil {
		return nil, refusal
	}
	var drafts []Draft
	for _, m := range s.Members {
		named := slices.ContainsFunc(c.Refs, m.hasRef) || s.names(c.Members, m)
		switch {
		case !named && (len(c.Refs)+len(c.Members) > 0 || !m.revoked()), m.RevocationUndone:
			continue
		case m.RevokedOn.IsZero():
			return nil, notRevoked()
		case c.On.Before(m.RevokedOn):
			return nil, outOfOrder("nulla_osta_revoked", m.RevokedOn)
		}
		drafts = append(drafts, Draft{Event: &RevocationWithdrawn{OfMember: OfMember{m.ID}, VisaBy: c.visaBy(m, r.Book)}, On: c.On})
	}
	return s.takenUpIfOpen(drafts, "revocation_withdrawn", r), nil
}

// visaBy is the term of the nulla osta once the revocation is lifted.
func (c *WithdrawRevocation) visaBy(m *Member, book *rules.Book) rules.Term {
	if !c.VisaBy.IsZero() {
		return rules.Term{Ref: m.VisaBy.Ref, From: m.VisaBy.From, Due: c.VisaBy}
	}
	return m.restored(c.On, book)
}

// restored is the term to ask for a visa after a revocation that fell on the
// day. No rule was found on the days it took away: the book says whether they count.
func (m *Member) restored(on rules.Date, book *rules.Book) rules.Term {
	term := m.VisaBy
	if book.At(rules.RevocationEffect, m.RevokedOn).Value == "suspends" && !term.Due.Before(m.RevokedOn) {
		term.Due = book.Postponed(term, m.RevokedOn.DaysUntil(on))
	}
	return term
}

// unknownNames refuses names that nobody on the case has.
func (s *State) unknownNames(refs, ids []string) *Refusal {
	for _, ref := range refs {
		if s.named("", ref) == nil {
			return unknownMember().at("refs")
		}
	}
	for _, id := range ids {
		if s.Member(id) == nil {
			return unknownMember().at("member_ids")
		}
	}
	return nil
}

func notRevoked() *Refusal {
	return refusalOf("not_revoked", "art. 21-quinquies L. 241/1990",
		"Per questo familiare non risulta una revoca del nulla osta: registrala prima.",
		"No revocation of the nulla osta is recorded for this member: record it first.").at("member_ids")
}

// takenUpAgain reopens a closed case for what the family must be told of. A case
// that another municipality took over stays with it.
func (s *State) takenUpAgain(drafts []Draft, why string) []Draft {
	if len(drafts) == 0 || s.ClosedOn.IsZero() || s.TransferredTo != "" {
		return drafts
	}
	return append([]Draft{{Event: &CaseReopened{Reason: why}}}, drafts...)
}

// takenUpIfOpen reopens a closed case only where somebody's path goes on again.
func (s *State) takenUpIfOpen(drafts []Draft, why string, r Request) []Draft {
	if len(drafts) == 0 || s.after(drafts, r).allEnded() {
		return drafts
	}
	return s.takenUpAgain(drafts, why)
}

// revoked tells whether a revocation stands.
func (m *Member) revoked() bool { return !m.RevokedOn.IsZero() && !m.RevocationUndone }

// NullaOstaRevoked takes the authorisation back. It ends the path of who is still
// abroad. Who has arrived has rights of defence, and the path goes on.
type NullaOstaRevoked struct {
	OfMember
	Ground string `json:"ground,omitempty"`
}

func (e *NullaOstaRevoked) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.RevokedOn, m.RevocationGround, m.RevocationUndone = f.OccurredOn(), e.Ground, false
		switch {
		case m.here():
			m.overturn(Settled)
		case m.Ending == "" && !m.appealing():
			m.end(Revoked, f.OccurredOn())
		}
	})
}

// RevocationWithdrawn gives the authorisation back, with the term to ask for a
// visa as it then is.
type RevocationWithdrawn struct {
	OfMember
	VisaBy rules.Term `json:"visa_by"`
}

func (e *RevocationWithdrawn) apply(s *State, _ Fact) {
	s.with(e.MemberID, func(m *Member) { m.reinstate(e.VisaBy) })
}

func (m *Member) reinstate(visaBy rules.Term) {
	m.RevocationUndone = true
	m.VisaBy = visaBy
	m.overturn(Revoked)
}
