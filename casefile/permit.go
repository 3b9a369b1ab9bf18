// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// RecordPermitRequested records the postal kit for the residence permit.
type RecordPermitRequested struct{ Step }

func (c *RecordPermitRequested) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.arrived(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.PermitRequestedOn == c.On:
		return nil, nil
	case !m.PermitRequestedOn.IsZero():
		return nil, alreadyRecorded("permit_requested", m.PermitRequestedOn)
	}
	if refusal := m.inOrder("permit_requested", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&PermitRequested{
		OfMember: OfMember{m.ID}, Late: s.permitLate(m, c.On),
		Indication: r.Book.Term(rules.PermitIndication, c.On),
	}, c.Step), nil
}

// RecordPermitIssued records the residence permit and its last day.
type RecordPermitIssued struct {
	Step
	Expires rules.Date `json:"expires"`
}

func (c *RecordPermitIssued) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.permitAsked(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.PermitIssuedOn == c.On && m.PermitExpires == c.Expires:
		return nil, nil
	case !m.PermitIssuedOn.IsZero():
		return nil, alreadyRecorded("permit_issued", m.PermitIssuedOn)
	case c.Expires.Before(c.On):
		return nil, outOfOrder("permit_issued", c.On).at("expires")
	}
	return one(&PermitIssued{OfMember: OfMember{m.ID}, Expires: c.Expires}, c.Step), nil
}

// RecordPermitRefused records the Questura's refusal; the hub stays with the family.
type RecordPermitRefused struct{ Step }

func (c *RecordPermitRefused) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.permitAsked(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.PermitRefusedOn == c.On:
		return nil, nil
	case m.permitRefused():
		return nil, alreadyRecorded("permit_refused", m.PermitRefusedOn)
	case !m.PermitIssuedOn.IsZero():
		return nil, alreadyRecorded("permit_issued", m.PermitIssuedOn)
	}
	return one(&PermitRefused{OfMember{m.ID}}, c.Step), nil
}

func (s *State) permitAsked(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.arrived(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.PermitRequestedOn.IsZero():
		return nil, refusalOf("permit_not_requested", "art. 5 c. 2 TUI",
			"Non risulta la richiesta del permesso: registrala prima dell'esito.",
			"No permit request is recorded: record it before its outcome.")
	case step.On.Before(m.PermitRequestedOn):
		return nil, outOfOrder("permit_requested", m.PermitRequestedOn)
	}
	return m, nil
}

// PermitRequested starts the indicative term of the Questura.
type PermitRequested struct {
	OfMember
	Late       bool       `json:"late,omitempty"`
	Indication rules.Term `json:"indication"`
}

func (e *PermitRequested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.PermitRequestedOn, m.PermitBy = f.OccurredOn(), e.Indication })
}

// PermitIssued gives the permit and its last day.
type PermitIssued struct {
	OfMember
	Expires rules.Date `json:"expires"`
}

func (e *PermitIssued) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.PermitIssuedOn, m.PermitExpires = f.OccurredOn(), e.Expires })
}

// PermitRefused says that the Questura refused; an appeal stays open.
type PermitRefused struct{ OfMember }

func (e *PermitRefused) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.PermitRefusedOn, m.PermitRefusalUndone = f.OccurredOn(), false })
}

// permitRefused tells whether a refusal of the Questura stands.
func (m *Member) permitRefused() bool { return !m.PermitRefusedOn.IsZero() && !m.PermitRefusalUndone }
