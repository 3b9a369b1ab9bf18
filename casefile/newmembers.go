// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Origin is how a member came to a case that had begun without them; empty for
// those named in the application.
type Origin string

// The ways of being added.
const (
	BornAbroad        Origin = "born_abroad"
	BornInItaly       Origin = "born_in_italy"
	AddedByPrefecture Origin = "added_by_prefecture"
)

// AddMember adds somebody who was not in the application: a child born meanwhile
// or a relative whom the Prefecture admitted later. On is the day it was told,
// never the birth date, which is sealed with the rest.
type AddMember struct {
	On      rules.Date  `json:"on"`
	Origin  Origin      `json:"origin"`
	Ref     string      `json:"ref,omitempty"` // the Prefecture's, when it has given one
	Kinship Kinship     `json:"kinship"`
	Who     Particulars `json:"who"`
}

func (c *AddMember) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case slices.ContainsFunc(s.Members, c.isThere):
		return nil, nil
	case c.Ref != "" && s.named("", c.Ref) != nil:
		return nil, refusalOf("ref_taken", "case.members",
			"Un altro familiare ha già questo numero nella pratica della Prefettura: controlla il numero, o unisci le due schede.",
			"Another member has this number in the Prefecture's file already: check the number, or merge the two entries.").at("ref")
	case c.On.Before(s.OpenedOn):
		return nil, outOfOrder("case_opened", s.OpenedOn)
	}
	ref := c.Ref
	if ref == "" {
		ref = s.freeRef()
	}
	id := DeriveID(r.CaseID, "member/"+ref)
	return []Draft{{
		Event: &MemberAdded{OfMember: OfMember{id}, Ref: ref, Kinship: c.Kinship, Origin: c.Origin, Next: c.next(s, r.Book)},
		On:    c.On, Private: Private{id: c.Who},
	}}, nil
}

// isThere tells whether the member was added in the same words.
func (c *AddMember) isThere(m *Member) bool {
	return m.Origin == c.Origin && m.AddedOn == c.On && m.Kinship == c.Kinship && m.Who == Particulars{}.merge(c.Who) && (c.Ref == "" || m.Ref == c.Ref)
}

// freeRef numbers members to whom the Prefecture has given no number.
func (s *State) freeRef() string {
	for n := int64(1); ; n++ {
		if ref := "new-" + itoa(n); s.named("", ref) == nil {
			return ref
		}
	}
}

// next is what the addition starts: the permit of a child born here, the message
// to the Prefecture, or its term for one admitted after it had decided on the
// others. A member admitted during the review shares the term of the rest.
func (c *AddMember) next(s *State, book *rules.Book) rules.Term {
	switch {
	case c.Origin == BornInItaly:
		return book.Term(rules.BirthPermit, c.On)
	case c.Origin == BornAbroad:
		return book.Term(rules.MemberSupplement, c.On)
	case s.Review.DecidedOn.IsZero():
		return rules.Term{}
	}
	return book.Term(rules.ReviewTerm, c.On)
}

// MemberAdded adds a member to a case that had begun. A child born in Italy
// needs no authorisation (art. 31 c. 1 TUI).
type MemberAdded struct {
	OfMember
	Ref     string     `json:"ref"`
	Kinship Kinship    `json:"kinship"`
	Origin  Origin     `json:"origin"`
	Next    rules.Term `json:"next,omitzero"`
}

func (e *MemberAdded) apply(s *State, f Fact) {
	m := s.list(e.MemberID, e.Ref, e.Kinship, f.Private[e.MemberID])
	if m.ID != e.MemberID {
		return // a merged entry: how the other came to the case stands
	}
	m.Origin, m.AddedOn, m.Next = e.Origin, f.OccurredOn(), e.Next
	if e.Origin == BornInItaly {
		m.Presentation = e.Next // by which lateness of the permit request is told
	}
}

// list enters a person under their canonical id. What a merged entry says of
// somebody fills gaps and overrides nothing.
func (s *State) list(id, ref string, kinship Kinship, who Particulars) *Member {
	m := s.Member(id)
	if m == nil {
		m = &Member{ID: s.canonical(id), Ref: ref, Kinship: kinship}
		s.Members = append(s.Members, m)
	}
	if m.ID == id {
		m.Ref, m.Kinship, m.Who = ref, kinship, m.Who.merge(who)
		return m
	}
	m.Who = who.merge(m.Who)
	if m.Ref != ref {
		m.OtherRefs = append(m.OtherRefs, ref)
	}
	return m
}

// bornHere tells whether the member was born in Italy and so never entered.
func (m *Member) bornHere() bool { return m.Origin == BornInItaly && m.EnteredOn.IsZero() }

// inReview tells whether the Prefecture's decision on the application covers the
// member.
func (m *Member) inReview() bool {
	return m.Origin == "" || m.Origin == AddedByPrefecture && m.Next.IsZero()
}

// added asks for what follows from an addition.
func (a *agenda) added(m *Member) {
	decided := !m.AuthorisedOn.IsZero() || !m.RefusedOn.IsZero()
	switch {
	case m.bornHere():
		a.bornHere(m)
	case decided || m.here() || !a.state.suiAnswers():
	case m.Origin == BornAbroad:
		a.member("supplement", Authorisation, m, Counsellor, m.Next)
	case m.Origin == AddedByPrefecture && !m.Next.IsZero():
		a.member("decision", Authorisation, m, SUIOfficer, m.Next)
	}
}

func (a *agenda) bornHere(m *Member) {
	if m.PermitRequestedOn.IsZero() {
		a.member("permit_request", Arrival, m, Counsellor, m.Next)
	}
	a.permit(m)
}
