// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Settling is what makes a resident of somebody who has entered: the register of
// residents and the health service.
type Settling struct {
	ResidenceOn rules.Date
	HealthOn    rules.Date
	CoverBy     rules.Term // health cover of a parent over sixty-five; zero when none is due
	CoverOn     rules.Date
	CoverKind   string // insurance or health_service
}

// coverDue is the term to show the health cover of a parent over sixty-five;
// zero for everybody else and before the law asked for it.
func (m *Member) coverDue(on rules.Date, book *rules.Book) rules.Term {
	birth := m.Who.BirthDate
	if _, asked := book.Find(rules.HealthCover, on); !asked || m.Kinship != Parent || birth.IsZero() ||
		birth.AgeOn(on) < book.At(rules.ParentCoverAge, on).Number() {
		return rules.Term{}
	}
	return book.Term(rules.ParentCover, on)
}

// resident finds a member who has entered; one who has settled still is.
func (s *State) resident(step Step, r Request) (*Member, *Refusal) {
	m := s.Member(step.MemberID)
	if m == nil || m.Ending != Settled {
		return s.arrived(step, r)
	}
	switch {
	case step.On.After(r.Today()):
		return nil, futureDay()
	case step.On.Before(m.hereSince()):
		return nil, outOfOrder("entered", m.hereSince())
	}
	return m, nil
}

// RecordResidenceRegistered records the iscrizione anagrafica. It needs no
// permit: visa, postal receipt and a copy of the nulla osta are enough (circ.
// Interno 43/2007).
type RecordResidenceRegistered struct{ Step }

func (c *RecordResidenceRegistered) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.resident(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Settling.ResidenceOn == c.On:
		return nil, nil
	case !m.Settling.ResidenceOn.IsZero():
		return nil, alreadyRecorded("residence_registered", m.Settling.ResidenceOn)
	}
	return one(&ResidenceRegistered{OfMember{m.ID}}, c.Step), nil
}

// RecordHealthEnrolled records the enrolment in the health service (art. 34 TUI).
type RecordHealthEnrolled struct{ Step }

func (c *RecordHealthEnrolled) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.resident(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Settling.HealthOn == c.On:
		return nil, nil
	case !m.Settling.HealthOn.IsZero():
		return nil, alreadyRecorded("health_service_enrolled", m.Settling.HealthOn)
	}
	return one(&HealthServiceEnrolled{OfMember{m.ID}}, c.Step), nil
}

// RecordHealthCover records that the health cover of a parent over sixty-five
// was shown (art. 29 c. 3 lett. b-bis TUI).
type RecordHealthCover struct {
	Step
	Kind string `json:"kind"` // insurance or health_service
}

func (c *RecordHealthCover) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.resident(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Settling.CoverBy.IsZero():
		return nil, refusalOf("health_cover_not_due", "art. 29 c. 3 lett. b-bis TUI",
			"La copertura sanitaria è dovuta solo per il genitore entrato oltre i sessantacinque anni.",
			"Health cover is due only for a parent who entered over the age of sixty-five.")
	case m.Settling.CoverOn == c.On && m.Settling.CoverKind == c.Kind:
		return nil, nil
	case !m.Settling.CoverOn.IsZero():
		return nil, alreadyRecorded("health_cover_shown", m.Settling.CoverOn)
	}
	return one(&HealthCoverShown{OfMember: OfMember{m.ID}, Kind: c.Kind, Late: c.On.After(m.Settling.CoverBy.Due)}, c.Step), nil
}

// ResidenceRegistered says that the member is in the register of residents.
type ResidenceRegistered struct{ OfMember }

func (e *ResidenceRegistered) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Settling.ResidenceOn = f.OccurredOn() })
}

// HealthServiceEnrolled says that the member is enrolled in the health service.
type HealthServiceEnrolled struct{ OfMember }

func (e *HealthServiceEnrolled) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Settling.HealthOn = f.OccurredOn() })
}

// HealthCoverShown says that a parent's health cover was shown; Late only flags.
type HealthCoverShown struct {
	OfMember
	Kind string `json:"kind"`
	Late bool   `json:"late,omitempty"`
}

func (e *HealthCoverShown) restate(s *State, f Fact, _ *rules.Book) {
	s.with(e.MemberID, func(m *Member) {
		if due := m.Settling.CoverBy.Due; !due.IsZero() {
			e.Late = f.OccurredOn().After(due)
		}
	})
}

func (e *HealthCoverShown) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Settling.CoverOn, m.Settling.CoverKind = f.OccurredOn(), e.Kind })
}

// settling has residence and health, from the day they can be asked for.
func (a *agenda) settling(m *Member) {
	if !m.here() {
		return
	}
	k := m.Settling
	if !k.CoverBy.IsZero() && k.CoverOn.IsZero() {
		a.member("health_cover", Arrival, m, Counsellor, k.CoverBy)
	}
	if m.PermitRequestedOn.IsZero() {
		return
	}
	if k.ResidenceOn.IsZero() {
		a.policy("residence", Arrival, m, Counsellor, rules.ResidenceDue, m.PermitRequestedOn)
	}
	if k.HealthOn.IsZero() && k.CoverBy.IsZero() {
		a.policy("health_enrolment", Arrival, m, Counsellor, rules.HealthEnrolment, m.PermitRequestedOn)
	}
}
