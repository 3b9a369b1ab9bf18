// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Withdraw ends the path of the members named, or of all, at the family's wish.
// It also holds for a member who was refused: were the refusal annulled later,
// nobody would be sent on their way against the family's will.
type Withdraw struct {
	On      rules.Date `json:"on"`
	Members []string   `json:"member_ids,omitempty"`
	Reason  string     `json:"reason"`
}

func (c *Withdraw) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	for _, id := range c.Members {
		if s.Member(id) == nil {
			return nil, unknownMember().at("member_ids")
		}
	}
	var drafts []Draft
	for _, m := range s.Members {
		open := m.Ending == "" || m.Ending == m.refusalEnding()
		if open && (len(c.Members) == 0 || s.names(c.Members, m)) {
			drafts = append(drafts, Draft{Event: &MemberWithdrawn{OfMember: OfMember{m.ID}, Reason: c.Reason}, On: c.On})
		}
	}
	return drafts, nil
}

// names tells whether one of the ids is the member's, also by a merged entry.
func (s *State) names(ids []string, m *Member) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return s.Member(id) == m })
}

// ResumeMember takes a path up again that had ended by the family's own doing:
// withdrawn and of another mind now, moved away and back, lost and found. The
// terms are those of before: what ran out meanwhile has run out.
type ResumeMember struct {
	Step
	Reason string `json:"reason"`
}

func (c *ResumeMember) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.MemberID)
	switch {
	case m == nil:
		return nil, unknownMember()
	case c.On.After(r.Today()):
		return nil, futureDay()
	case m.ResumedOn == c.On && !m.resumable():
		return nil, nil
	case !m.resumable():
		return nil, refusalOf("not_resumable", "case.terminal",
			"Questo percorso non è finito per rinuncia, trasferimento o irreperibilità: non c'è nulla da riprendere.",
			"This path did not end by withdrawal, transfer or loss of contact: there is nothing to take up again.").at("member_id")
	case c.On.Before(m.EndedOn):
		return nil, outOfOrder(string(m.Ending), m.EndedOn)
	}
	return one(&MemberResumed{OfMember: OfMember{m.ID}, Reason: c.Reason}, c.Step), nil
}

// resumable tells whether the family itself can undo the ending.
func (m *Member) resumable() bool {
	switch m.Ending {
	case Withdrawn, TransferredOut, LostContact:
		return true
	}
	return false
}

// MemberWithdrawn ends a member's path at the family's wish.
type MemberWithdrawn struct {
	OfMember
	Reason string `json:"reason"`
}

func (e *MemberWithdrawn) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(Withdrawn, f.OccurredOn()) })
}

// MemberResumed takes a path up again where it stood.
type MemberResumed struct {
	OfMember
	Reason string `json:"reason"`
}

func (e *MemberResumed) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.resume(f.OccurredOn()) })
}

// resume undoes an ending of the family's own. Who had been refused, or lost the
// nulla osta, is so still unless a court is asked.
func (m *Member) resume(on rules.Date) {
	if !m.resumable() {
		return
	}
	m.ResumedOn = on
	m.overturn(Withdrawn, TransferredOut, LostContact)
	switch {
	case m.appealing() || m.here():
	case m.refused():
		m.end(m.refusalEnding(), m.RefusedOn)
	case m.revoked():
		m.end(Revoked, m.RevokedOn)
	}
}
