// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Protection is the branch of a child in danger (art. 403 c.c.). In the clear
// stand its code and its days; what was found and decided is sealed with the
// child, and whoever is not on the case does not learn that the branch exists.
type Protection struct {
	Since   rules.Date
	Due     rules.Term // the next step, or the next check
	OverOn  rules.Date
	Readers []string // actors who may read it, besides who is responsible for the case
}

// protectionItem is the only code that stands in the clear.
const protectionItem = "protection"

// The steps that the law counts from; the others are checked at intervals.
const (
	protectionOpened = "opened"
	ProsecutorAsked  = "prosecutor_asked"
)

// OpenProtection opens the branch. Whoever opens it may read it, and the readers
// named, such as the social worker.
type OpenProtection struct {
	Step
	Readers []string `json:"readers,omitempty"` // ids of actors
	Note    string   `json:"note,omitempty"`
}

// decide answers somebody who is not on the case as if no branch were open: what
// they tell is kept with it, and they learn nothing.
func (c *OpenProtection) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.child(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	p := m.Protection
	told := Draft{Event: &ProtectionRecorded{OfMember: OfMember{m.ID}, Code: protectionItem}, On: c.On,
		Private: Private{m.ID: {Step: protectionOpened, Note: c.Note}}}
	switch {
	case p.open() && s.mayReadProtection(m, r.Actor.ID):
		if p.Since != c.On {
			return nil, alreadyRecorded(protectionItem, p.Since)
		}
		return nil, nil
	case p.open() && s.said(told):
		return nil, nil
	case !p.open():
		told.Event = &ProtectionRecorded{OfMember: OfMember{m.ID}, Code: protectionItem, Readers: c.Readers, Due: r.Book.Term(rules.ProtectionStep1, c.On)}
	}
	return []Draft{told}, nil
}

// child finds a member under any ending: danger does not ask how a path ended.
func (s *State) child(step Step, r Request) (*Member, *Refusal) {
	m := s.Member(step.MemberID)
	switch {
	case m == nil:
		return nil, unknownMember()
	case step.On.After(r.Today()):
		return nil, futureDay()
	}
	return m, nil
}

// RecordProtectionStep records what was done or decided.
type RecordProtectionStep struct {
	Step
	What string `json:"step"` // prosecutor_asked, court_decided, measure, hearing or other
	Note string `json:"note,omitempty"`
}

func (c *RecordProtectionStep) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.inProtection(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	next := rules.ProtectionReview
	if c.What == ProsecutorAsked {
		next = rules.ProtectionStep2
	}
	draft := Draft{Event: &ProtectionRecorded{OfMember: OfMember{m.ID}, Code: protectionItem, Due: r.Book.Term(next, c.On)}, On: c.On,
		Private: Private{m.ID: {Step: c.What, Note: c.Note}}}
	switch {
	case s.said(draft):
		return nil, nil
	case !m.Protection.open():
		return nil, protectionNotOpen()
	}
	return []Draft{draft}, nil
}

// CloseProtection ends the branch.
type CloseProtection struct {
	Step
	Note string `json:"note,omitempty"`
}

func (c *CloseProtection) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.inProtection(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Protection.OverOn == c.On:
		return nil, nil
	case !m.Protection.open():
		return nil, protectionNotOpen()
	}
	return []Draft{{Event: &ProtectionRecorded{OfMember: OfMember{m.ID}, Code: protectionItem, OverOn: c.On}, On: c.On,
		Private: Private{m.ID: {Step: "closed", Note: c.Note}}}}, nil
}

// inProtection finds a child whose branch the actor may read. Where there is
// none and where it is not theirs to read the answer is the same.
func (s *State) inProtection(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.child(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Protection == nil || !s.mayReadProtection(m, r.Actor.ID):
		return nil, protectionNotOpen()
	case step.On.Before(m.Protection.Since):
		return nil, outOfOrder(protectionItem, m.Protection.Since)
	}
	return m, nil
}

func protectionNotOpen() *Refusal {
	return refusalOf("protection_not_open", "art. 403 c.c.",
		"Non risulta una tutela aperta su cui tu possa scrivere: se il minore è in pericolo, aprila.",
		"No child protection is open on which you may write: if the child is in danger, open it.").at("member_id")
}

func (s *State) mayReadProtection(m *Member, actor string) bool {
	return actor != "" && (actor == s.Counsellor || m.Protection != nil && slices.Contains(m.Protection.Readers, actor))
}

func (p *Protection) open() bool { return p != nil && p.OverOn.IsZero() }

// reserved tells whether something stands open that not everybody may know of.
func (s *State) reserved() bool {
	return slices.ContainsFunc(s.Members, func(m *Member) bool { return m.Protection.open() })
}

// notNow refuses to end a case without saying why to whom it does not concern.
func notNow() *Refusal {
	return refusalOf("not_now", "case.closing",
		"La pratica non può essere conclusa adesso: senti chi la segue.",
		"The case cannot be ended at this moment: ask whoever follows it.")
}

func (a *agenda) protections() {
	for _, m := range a.state.Members {
		if m.Protection.open() {
			a.member(protectionItem, Branches, m, Counsellor, m.Protection.Due)
		}
	}
}

// ProtectionRecorded is one step of the branch: the code, the days, and who may
// read it. What the step was is sealed.
type ProtectionRecorded struct {
	OfMember
	Code    string     `json:"code"`
	Readers []string   `json:"readers,omitempty"`
	Due     rules.Term `json:"due,omitzero"`
	OverOn  rules.Date `json:"over_on,omitzero"`
}

func (e *ProtectionRecorded) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		if !m.Protection.open() {
			if e.Due.IsZero() {
				return // told of a branch that is closed
			}
			m.Protection = m.Protection.again(f.OccurredOn(), append([]string{f.Actor.ID}, e.Readers...))
		}
		if !e.Due.IsZero() {
			m.Protection.Due = e.Due
		}
		m.Protection.OverOn = e.OverOn
	})
}

// again opens the branch; who could read it before can read it still.
func (p *Protection) again(since rules.Date, readers []string) *Protection {
	if p != nil {
		readers = append(readers, p.Readers...)
	}
	slices.Sort(readers)
	return &Protection{Since: since, Readers: slices.Compact(readers)}
}
