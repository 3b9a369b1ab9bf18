// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"ricongiungi/rules"
	"slices"
)

// DecideMembers records the Prefecture's decision, member by member: one may be
// authorised and another refused. With Application it also opens a case that no
// earlier hand-off had announced.
type DecideMembers struct {
	On          rules.Date       `json:"on"`
	Application *Application     `json:"application,omitempty"`
	Decisions   []MemberDecision `json:"decisions"`
}

// MemberDecision is the outcome for one member, named by id or by the Prefecture's ref.
type MemberDecision struct {
	MemberID string `json:"member_id,omitempty"`
	Ref      string `json:"ref,omitempty"`
	Outcome  string `json:"outcome"`          // authorised or refused
	Ground   string `json:"ground,omitempty"` // code of the ground of refusal
}

func (c *DecideMembers) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	var drafts []Draft
	if s.OpenedOn.IsZero() {
		drafts = c.Application.open(r)
		s = s.after(drafts, r)
	}
	if filed := s.Review.FiledOn; !filed.IsZero() && c.On.Before(filed) {
		return nil, outOfOrder("application_filed", filed)
	}
	decided := map[string]bool{}
	for _, decision := range c.Decisions {
		m := s.named(decision.MemberID, decision.Ref)
		switch {
		case m == nil:
			return nil, unknownMember().at("decisions")
		case decided[m.ID]:
			return nil, decidedTwice()
		}
		decided[m.ID] = true
		draft, refusal := decision.decide(m, c.On, r)
		if refusal != nil {
			return nil, refusal.at("decisions")
		}
		drafts = append(drafts, draft...)
	}
	return drafts, nil
}

func decidedTwice() *Refusal {
	return refusalOf("decided_twice", "case.once",
		"Lo stesso familiare compare più volte nella decisione: indicalo una volta sola.",
		"The same member appears more than once in the decision: name each one once.").at("decisions")
}

func (d MemberDecision) decide(m *Member, on rules.Date, r Request) ([]Draft, *Refusal) {
	switch {
	case d.Outcome == "authorised" && m.AuthorisedOn == on, d.Outcome == "refused" && m.RefusedOn == on:
		return nil, nil
	case m.Ending != "" && m.Ending != RefusedFinal:
		return nil, memberEnded(m.Ending)
	case !m.AuthorisedOn.IsZero():
		return nil, alreadyRecorded("nulla_osta_issued", m.AuthorisedOn)
	case d.Outcome == "refused":
		return []Draft{{Event: &MemberRefused{OfMember: OfMember{m.ID}, Ground: d.Ground}, On: on}}, nil
	case d.Outcome == "authorised":
		return []Draft{{Event: &NullaOstaIssued{OfMember: OfMember{m.ID}, VisaBy: r.Book.Term(rules.NullaOstaValidity, on)}, On: on}}, nil
	}
	return nil, refusalOf("unknown_outcome", "art. 29 c. 8 TUI",
		"L'esito di un familiare può essere solo authorised o refused.",
		"The outcome for a member can only be authorised or refused.")
}

// named finds a member by id or, failing that, by the Prefecture's ref.
func (s *State) named(id, ref string) *Member {
	if id != "" {
		return s.Member(id)
	}
	for _, m := range s.Members {
		if m.hasRef(ref) {
			return m
		}
	}
	return nil
}

func (m *Member) hasRef(ref string) bool { return m.Ref == ref || slices.Contains(m.OtherRefs, ref) }

// RevokeNullaOsta records that the Prefecture withdrew its authorisation, for
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
	var drafts []Draft
	for _, m := range s.Members {
		all := len(c.Refs)+len(c.Members) == 0
		meant := all && !m.AuthorisedOn.IsZero() || slices.ContainsFunc(c.Refs, m.hasRef) || slices.Contains(c.Members, m.ID)
		switch {
		case !meant || m.Ending == Revoked || m.Ending == Deceased:
			continue
		case m.AuthorisedOn.IsZero():
			return nil, notAuthorised()
		case c.On.Before(m.AuthorisedOn):
			return nil, outOfOrder("nulla_osta_issued", m.AuthorisedOn)
		}
		drafts = append(drafts, Draft{Event: &NullaOstaRevoked{OfMember: OfMember{m.ID}, Ground: c.Ground}, On: c.On})
	}
	return drafts, c.unknownNames(s)
}

func (c *RevokeNullaOsta) unknownNames(s *State) *Refusal {
	for _, ref := range c.Refs {
		if s.named("", ref) == nil {
			return unknownMember().at("refs")
		}
	}
	for _, id := range c.Members {
		if s.Member(id) == nil {
			return unknownMember().at("member_ids")
		}
	}
	return nil
}

func notAuthorised() *Refusal {
	return refusalOf("not_authorised", "art. 29 c. 7 TUI",
		"Per questo familiare non risulta un nulla osta: registra prima la decisione della Prefettura.",
		"No nulla osta is recorded for this member: record the Prefecture's decision first.").at("member_id")
}

// NullaOstaIssued authorises one member's entry.
type NullaOstaIssued struct {
	OfMember
	VisaBy rules.Term `json:"visa_by"`
}

func (e *NullaOstaIssued) apply(s *State, f Fact) {
	s.decided(f.OccurredOn())
	s.with(e.MemberID, func(m *Member) {
		m.AuthorisedOn, m.VisaBy = f.OccurredOn(), e.VisaBy
		if m.Ending == RefusedFinal {
			m.end("", rules.Date{}) // a refusal reversed, by the office itself or by a court
		}
	})
}

// MemberRefused denies one member's entry.
type MemberRefused struct {
	OfMember
	Ground string `json:"ground,omitempty"`
}

func (e *MemberRefused) apply(s *State, f Fact) {
	s.decided(f.OccurredOn())
	s.with(e.MemberID, func(m *Member) {
		m.RefusedOn = f.OccurredOn()
		m.end(RefusedFinal, f.OccurredOn())
	})
}

func (s *State) decided(on rules.Date) {
	if s.Review.DecidedOn.IsZero() {
		s.Review.DecidedOn = on
	}
}

// NullaOstaRevoked ends one member's path by the Prefecture's own act.
type NullaOstaRevoked struct {
	OfMember
	Ground string `json:"ground,omitempty"`
}

func (e *NullaOstaRevoked) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(Revoked, f.OccurredOn()) })
}

// NullaOstaExpired ends one member's path because no visa was requested in time.
type NullaOstaExpired struct {
	OfMember
}

func (e *NullaOstaExpired) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(NullaOstaLapsed, f.OccurredOn()) })
}
