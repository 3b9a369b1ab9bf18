// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// DecideMembers records the Prefecture's decision, member by member: one may be
// authorised and another refused. With Application it also opens a case that no
// earlier hand-off had announced.
type DecideMembers struct {
	On          rules.Date       `json:"on"`
	Application *Application     `json:"application,omitempty"`
	FiledOn     rules.Date       `json:"filed_on,omitzero"` // of the application, where the decision tells it
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
		drafts = c.Application.open(s, r)
		s = s.after(drafts, r)
	}
	if refusal := s.decidable(c.On, c.filedOn()); refusal != nil {
		return nil, refusal
	}
	if filing := c.filing(s, r); len(filing) > 0 {
		drafts = append(drafts, filing...)
		s = s.after(filing, r)
	}
	decisions, refusal := c.outcomes(s, r)
	return append(drafts, decisions...), refusal
}

// filedOn is the filing day that the decision tells of; zero when it tells none.
func (c *DecideMembers) filedOn() rules.Date {
	if c.FiledOn.IsZero() && c.Application != nil {
		return c.Application.FiledOn
	}
	return c.FiledOn
}

// filing adds the filing day to a case that had none. A day that differs from
// the recorded one changes nothing: the family must not wait for its nulla osta
// because of it, and a correction is there for that.
func (c *DecideMembers) filing(s *State, r Request) []Draft {
	if c.filedOn().IsZero() || !s.Review.FiledOn.IsZero() {
		return nil
	}
	return s.filing(c.filedOn(), r)
}

// decidable refuses a decision before the filing or where the SUI has no part.
func (s *State) decidable(on, filed rules.Date) *Refusal {
	if !s.Review.FiledOn.IsZero() {
		filed = s.Review.FiledOn
	}
	switch {
	case on.Before(filed):
		return outOfOrder("application_filed", filed)
	case s.suiRouteEnded(on):
		return s.noSUI()
	}
	return nil
}

func (c *DecideMembers) outcomes(s *State, r Request) ([]Draft, *Refusal) {
	var drafts []Draft
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
	case m.Ending != "" && m.Ending != RefusedFinal && m.Ending != Improcedibile:
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
		m.overturn(RefusedFinal, Improcedibile) // by the office itself or after a judgment
	})
}

// MemberRefused denies one member's entry.
type MemberRefused struct {
	OfMember
	Ground string `json:"ground,omitempty"`
}

func (e *MemberRefused) apply(s *State, f Fact) {
	s.decided(f.OccurredOn())
	s.with(e.MemberID, func(m *Member) { m.refuse(f.OccurredOn(), e.Ground, false) })
}

// refuse ends the path on the refusal, until a court is asked. A path that had
// ended otherwise keeps its ending.
func (m *Member) refuse(on rules.Date, ground string, improcedibile bool) {
	m.RefusedOn, m.RefusalGround, m.Improcedibile, m.RefusalUndone = on, ground, improcedibile, false
	if m.Ending == "" && !m.appealing() {
		m.end(m.refusalEnding(), on)
	}
}

func (m *Member) refusalEnding() Ending {
	if m.Improcedibile {
		return Improcedibile
	}
	return RefusedFinal
}

// refused tells whether a refusal of the SUI stands.
func (m *Member) refused() bool {
	return !m.RefusedOn.IsZero() && !m.RefusalUndone && m.AuthorisedOn.IsZero()
}

// awaitsSUI tells whether the SUI still owes its first decision on the member.
func (m *Member) awaitsSUI() bool {
	return m.Ending == "" && m.AuthorisedOn.IsZero() && m.RefusedOn.IsZero() && m.VisaOrderedOn.IsZero() && !m.here()
}

// overturn takes the path up again if it had ended in one of these ways.
func (m *Member) overturn(endings ...Ending) {
	if slices.Contains(endings, m.Ending) {
		m.end("", rules.Date{})
	}
}

// lastDecision is the day of the Prefecture's latest decision on anybody.
func (s *State) lastDecision() rules.Date {
	last := s.Review.DecidedOn
	for _, m := range s.Members {
		last = later(last, later(m.AuthorisedOn, m.RefusedOn))
	}
	return last
}

func (s *State) decided(on rules.Date) {
	if s.Review.DecidedOn.IsZero() {
		s.Review.DecidedOn = on
	}
}

// NullaOstaExpired ends one member's path because no visa was requested in time.
type NullaOstaExpired struct {
	OfMember
}

func (e *NullaOstaExpired) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(NullaOstaLapsed, f.OccurredOn()) })
}
