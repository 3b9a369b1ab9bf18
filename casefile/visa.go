// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// RecordVisaRequested records the request at the consulate. Its day counts
// against the validity of the nulla osta, not the day of the visa. Consulate is
// the country of the consulate, where it is known: how long a visa takes hangs on it.
type RecordVisaRequested struct {
	Step
	Consulate string `json:"consulate,omitempty"` // ISO 3166-1 alpha-3
}

func (c *RecordVisaRequested) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.MemberID)
	if m != nil && m.Ending == NullaOstaLapsed && !c.On.After(m.VisaBy.Due) {
		return c.requested(m, r) // the nulla osta only seemed to expire: the request was told late
	}
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.AuthorisedOn.IsZero():
		return nil, notAuthorised()
	case m.VisaRequestedOn == c.On && (c.Consulate == "" || c.Consulate == m.Consulate):
		return nil, nil
	case !m.VisaRequestedOn.IsZero() && m.VisaRefusedOn.IsZero():
		return nil, alreadyRecorded("visa_requested", m.VisaRequestedOn)
	case c.On.After(m.VisaBy.Due):
		return nil, nullaOstaOver(m.VisaBy.Due)
	}
	return c.requested(m, r)
}

func (c *RecordVisaRequested) requested(m *Member, r Request) ([]Draft, *Refusal) {
	if refusal := m.inOrder("visa_requested", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&VisaRequested{OfMember: OfMember{c.MemberID}, Decision: r.Book.Term(rules.VisaDecision, c.On), Consulate: c.Consulate}, c.Step), nil
}

func nullaOstaOver(due rules.Date) *Refusal {
	return refusalOf("nulla_osta_expired", "art. 6 c. 5 Reg (DPR 394/1999)",
		"Il nulla osta valeva per richieste fino al "+due.String()+": serve una nuova domanda.",
		"The nulla osta was good for requests until "+due.String()+": a new application is needed.").at("on")
}

// RecordVisaGranted records the visa and until when it may be used.
type RecordVisaGranted struct {
	Step
	Expires rules.Date `json:"expires"`
}

func (c *RecordVisaGranted) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.AuthorisedOn.IsZero():
		return nil, notAuthorised()
	case m.VisaGrantedOn == c.On && m.VisaExpires == c.Expires:
		return nil, nil
	case !m.VisaGrantedOn.IsZero():
		return nil, alreadyRecorded("visa_granted", m.VisaGrantedOn)
	case c.Expires.Before(c.On):
		return nil, outOfOrder("visa_granted", c.On).at("expires")
	}
	if refusal := m.inOrder("visa_granted", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&VisaGranted{OfMember: OfMember{m.ID}, Expires: c.Expires}, c.Step), nil
}

// RecordVisaRefused records the consulate's refusal; a new request stays possible.
type RecordVisaRefused struct{ Step }

func (c *RecordVisaRefused) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.VisaRequestedOn.IsZero():
		return nil, refusalOf("visa_not_requested", "art. 6 c. 5 Reg (DPR 394/1999)",
			"Non risulta una richiesta di visto: registrala prima dell'esito.",
			"No visa request is recorded: record it before its outcome.")
	case m.VisaRefusedOn == c.On:
		return nil, nil
	case !m.VisaRefusedOn.IsZero():
		return nil, alreadyRecorded("visa_refused", m.VisaRefusedOn)
	case !m.VisaGrantedOn.IsZero():
		return nil, alreadyRecorded("visa_granted", m.VisaGrantedOn)
	}
	if refusal := m.inOrder("visa_granted", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&VisaRefused{OfMember{m.ID}}, c.Step), nil
}

// VisaRequested stops the validity of the nulla osta and starts the consulate's clock.
type VisaRequested struct {
	OfMember
	Decision  rules.Term `json:"decision"`
	Consulate string     `json:"consulate,omitempty"`
}

func (e *VisaRequested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.VisaRequestedOn, m.VisaDecision, m.VisaRefusedOn = f.OccurredOn(), e.Decision, rules.Date{}
		m.Consulate = e.Consulate
		m.revive()
	})
}

// VisaGranted opens the way to entry until the visa expires.
type VisaGranted struct {
	OfMember
	Expires rules.Date `json:"expires"`
}

func (e *VisaGranted) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.VisaGrantedOn, m.VisaExpires = f.OccurredOn(), e.Expires
		m.revive() // a visa was granted, so it was requested in time
	})
}

// VisaRefused says that the consulate refused; the family may ask again or appeal.
type VisaRefused struct{ OfMember }

func (e *VisaRefused) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.VisaRefusedOn = f.OccurredOn() })
}

// VisaExpired ends one member's path because the visa was not used.
type VisaExpired struct{ OfMember }

func (e *VisaExpired) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(VisaLapsed, f.OccurredOn()) })
}
