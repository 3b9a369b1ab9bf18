// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// The purposes of a personal link.
const (
	FamilyPage    = "family_page"    // one person of the case reads how things stand
	ReferralReply = "referral_reply" // a body without an account answers one referral
)

// PersonalLink is a link that was handed out. Whoever holds its secret may open
// what it is for until the last day or until it is ended; the log keeps the
// digest of the secret only.
type PersonalLink struct {
	ID         string     `json:"link_id"`
	Purpose    string     `json:"purpose"`
	PersonID   string     `json:"person_id,omitempty"`
	ReferralID string     `json:"referral_id,omitempty"`
	GivenOn    rules.Date `json:"given_on"`
	Term       rules.Term `json:"term"`
	EndedOn    rules.Date `json:"ended_on,omitzero"`
	Ended      string     `json:"ended,omitempty"` // revoked, replaced or access_cut
	Digest     string     `json:"-"`               // SHA-256 of the secret, in hex
}

// Opens tells whether the link is good on the day.
func (l PersonalLink) Opens(on rules.Date) bool {
	return l.EndedOn.IsZero() && !on.After(l.Term.Due)
}

// GiveFamilyLink hands one person of the case the link to the family's page. It
// takes the place of an earlier one. Whoever gives it draws the secret, at
// least 128 random bits, and tells us its digest only.
type GiveFamilyLink struct {
	PersonID string `json:"person_id"`
	Digest   string `json:"digest"` // SHA-256 of the secret, in hex
}

func (c *GiveFamilyLink) decide(s *State, r Request) ([]Draft, *Refusal) {
	person, refusal := s.mayRead(c.PersonID, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case s.gave(c.Digest):
		return nil, nil
	}
	return []Draft{{Event: &FamilyLinkGiven{LinkID: DeriveID(r.CommandID, "link"), PersonID: person, Digest: c.Digest,
		Term: r.Book.Term(rules.FamilyLink, r.Today())}}}, nil
}

// mayRead finds the person who is to read about the case, or says why not.
func (s *State) mayRead(id string, r Request) (string, *Refusal) {
	person, refusal := s.onCase(id, r.Today(), r)
	switch {
	case refusal != nil:
		return "", refusal
	case !s.Cut[person].IsZero():
		return "", refusalOf("access_is_cut", "case.two_people",
			"L'accesso di questa persona è stato tolto: prima va sbloccato da due persone.",
			"This person's access is cut: two people must give it back first.").at("person_id")
	case !s.privacy(person).ErasedOn.IsZero():
		return "", refusalOf("person_erased", "art. 17 GDPR",
			"I dati di questa persona sono stati cancellati.", "This person's data are erased.").at("person_id")
	case s.underAge(person, r):
		return "", refusalOf("reader_under_age", "eligibility.minor_age",
			"Collegamenti e lettere si danno a un adulto: scegli un genitore.",
			"Links and letters are given to an adult: choose a parent.").at("person_id")
	}
	return person, nil
}

func (s *State) underAge(person string, r Request) bool {
	m := s.Member(person)
	return m != nil && !m.Who.BirthDate.IsZero() && m.Who.BirthDate.AgeOn(r.Today()) < r.Book.At(rules.MinorAge, r.Today()).Number()
}

// gave tells whether a link with that secret was handed out before.
func (s *State) gave(digest string) bool {
	return slices.ContainsFunc(s.PersonalLinks, func(l *PersonalLink) bool { return l.Digest == digest })
}

// GiveReplyLink hands the body that received a referral a link on which it
// answers, instead of an account.
type GiveReplyLink struct {
	ReferralID string `json:"referral_id"`
	Digest     string `json:"digest"` // SHA-256 of the secret, in hex
}

func (c *GiveReplyLink) decide(s *State, r Request) ([]Draft, *Refusal) {
	f := s.referral(c.ReferralID)
	switch {
	case f == nil:
		return nil, unknownReferral().at("referral_id")
	case s.gave(c.Digest):
		return nil, nil
	case !f.open() || f.Status == ReferralDrafted:
		return nil, refusalOf("referral_not_out", "hub.referrals",
			"A questo invio non si può rispondere: non è stato trasmesso o è già chiuso.",
			"This referral cannot be answered: it was not sent, or it is closed.").at("referral_id")
	}
	return []Draft{{Event: &ReplyLinkGiven{LinkID: DeriveID(r.CommandID, "link"), ReferralID: f.ID, Digest: c.Digest,
		Term: r.Book.Term(rules.ReplyLink, r.Today())}}}, nil
}

// RevokeLink ends a link before its last day, such as one that was lost.
type RevokeLink struct {
	LinkID string `json:"link_id"`
}

func (c *RevokeLink) decide(s *State, _ Request) ([]Draft, *Refusal) {
	l := s.personalLink(c.LinkID)
	switch {
	case l == nil:
		return nil, refusalOf("unknown_link", "case.links",
			"Questo collegamento non è della pratica: controlla l'identificativo.",
			"This link is not of the case: check the id.").at("link_id")
	case !l.EndedOn.IsZero():
		return nil, nil
	}
	return []Draft{{Event: &LinkRevoked{LinkID: l.ID}}}, nil
}

// AcknowledgeReply takes note that a body has answered by its link.
type AcknowledgeReply struct {
	ReferralID string `json:"referral_id"`
}

func (c *AcknowledgeReply) decide(s *State, _ Request) ([]Draft, *Refusal) {
	f := s.referral(c.ReferralID)
	switch {
	case f == nil:
		return nil, unknownReferral().at("referral_id")
	case f.AnsweredOn.IsZero():
		return nil, nil
	}
	return []Draft{{Event: &ReplyAcknowledged{ReferralID: f.ID}}}, nil
}

func (s *State) personalLink(id string) *PersonalLink {
	return firstOf(s.PersonalLinks, func(l *PersonalLink) bool { return l.ID == id })
}

// endLinks ends the links that still stand and are like the one sought.
func (s *State) endLinks(on rules.Date, why string, like func(*PersonalLink) bool) {
	for _, l := range s.PersonalLinks {
		if l.EndedOn.IsZero() && like(l) {
			l.EndedOn, l.Ended = on, why
		}
	}
}

func ofPerson(person string) func(*PersonalLink) bool {
	return func(l *PersonalLink) bool { return l.PersonID == person }
}

// answered notes that a body spoke by its link, until somebody takes note.
func (r *Referral) answered(f Fact) {
	r.AnsweredOn = rules.Date{}
	if f.Actor.Role == ByLink {
		r.AnsweredOn = rules.DateOf(f.RecordedAt)
	}
}

// replies lists the answers by link of which nobody has taken note.
func (a *agenda) replies() {
	for _, f := range a.state.Referrals {
		if !f.AnsweredOn.IsZero() {
			a.add(Due{Item: "referral_answer", Part: FollowUp, Subject: f.ID, MemberID: f.MemberID, By: Counsellor, About: string(f.Status),
				Term: a.book.Term(rules.ReferralAnswer, f.AnsweredOn)})
		}
	}
}

// FamilyLinkGiven lets one person read the family's page.
type FamilyLinkGiven struct {
	LinkID   string     `json:"link_id"`
	PersonID string     `json:"person_id"`
	Digest   string     `json:"digest"`
	Term     rules.Term `json:"term"`
}

func (e *FamilyLinkGiven) apply(s *State, f Fact) {
	person := s.canonical(e.PersonID)
	s.endLinks(f.OccurredOn(), "replaced", ofPerson(person))
	s.PersonalLinks = append(s.PersonalLinks, &PersonalLink{ID: e.LinkID, Purpose: FamilyPage, PersonID: person, GivenOn: f.OccurredOn(), Term: e.Term, Digest: e.Digest})
}

// ReplyLinkGiven lets a body answer one referral.
type ReplyLinkGiven struct {
	LinkID     string     `json:"link_id"`
	ReferralID string     `json:"referral_id"`
	Digest     string     `json:"digest"`
	Term       rules.Term `json:"term"`
}

func (e *ReplyLinkGiven) apply(s *State, f Fact) {
	s.endLinks(f.OccurredOn(), "replaced", func(l *PersonalLink) bool { return l.ReferralID == e.ReferralID })
	s.PersonalLinks = append(s.PersonalLinks, &PersonalLink{ID: e.LinkID, Purpose: ReferralReply, ReferralID: e.ReferralID, GivenOn: f.OccurredOn(), Term: e.Term, Digest: e.Digest})
}

// LinkRevoked ends a link.
type LinkRevoked struct {
	LinkID string `json:"link_id"`
}

func (e *LinkRevoked) apply(s *State, f Fact) {
	s.endLinks(f.OccurredOn(), "revoked", func(l *PersonalLink) bool { return l.ID == e.LinkID })
}

// ReplyAcknowledged says that a counsellor has read an answer by link.
type ReplyAcknowledged struct {
	ReferralID string `json:"referral_id"`
}

func (e *ReplyAcknowledged) apply(s *State, _ Fact) {
	if r := s.referral(e.ReferralID); r != nil {
		r.AnsweredOn = rules.Date{}
	}
}
