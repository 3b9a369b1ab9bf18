// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"time"

	"ricongiungi/rules"
)

// Consulate is a member's way to an appointment at the consulate.
type Consulate struct {
	AskedOn  rules.Date // last request
	Asked    int        // requests so far
	GivenOn  rules.Date // day on which the consulate told the present appointment
	At       time.Time  // of the appointment to come, UTC; zero while there is none
	Moved    int
	MissedOn rules.Date
	Missed   int
}

// RequestConsulateAppointment records that the family asked for an appointment.
type RequestConsulateAppointment struct{ Step }

func (c *RequestConsulateAppointment) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.visaToAsk(c.Step, r)
	if refusal != nil || m.Consulate.AskedOn == c.On {
		return nil, refusal
	}
	return one(&ConsulateAppointmentRequested{OfMember{m.ID}}, c.Step), nil
}

// RecordConsulateAppointment records the appointment the consulate gave, or to
// which it moved the one given before. On is the day it was told.
type RecordConsulateAppointment struct {
	Step
	At time.Time `json:"at"`
}

func (c *RecordConsulateAppointment) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.visaToAsk(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Consulate.At.Equal(c.At):
		return nil, nil
	case rules.DateOf(c.At).Before(c.On):
		return nil, outOfOrder("consulate_appointment_given", c.On).at("at")
	}
	return one(&ConsulateAppointmentGiven{OfMember: OfMember{m.ID}, At: c.At.UTC(), Moved: !m.Consulate.At.IsZero()}, c.Step), nil
}

// RecordConsulateAppointmentMissed records that the appointment did not take
// place, with a code of whose doing that was.
type RecordConsulateAppointmentMissed struct {
	Step
	Reason string `json:"reason,omitempty"`
}

func (c *RecordConsulateAppointmentMissed) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.visaToAsk(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Consulate.At.IsZero() && m.Consulate.MissedOn == c.On:
		return nil, nil
	case m.Consulate.At.IsZero():
		return nil, refusalOf("no_consulate_appointment", "case.appointments",
			"Non risulta un appuntamento al consolato: registra prima quello.",
			"No appointment at the consulate is recorded: record it first.")
	case c.On.Before(rules.DateOf(m.Consulate.At)):
		return nil, refusalOf("appointment_to_come", "case.time",
			"L'appuntamento non è ancora avvenuto: se è cambiato, registra il nuovo giorno.",
			"The appointment has not taken place yet: if it was moved, record the new day.")
	}
	return one(&ConsulateAppointmentMissed{OfMember: OfMember{m.ID}, Reason: c.Reason}, c.Step), nil
}

// visaToAsk finds a member who was authorised and had not asked for the visa by
// the day of the step.
func (s *State) visaToAsk(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.about(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.AuthorisedOn.IsZero():
		return nil, notAuthorised()
	case !m.VisaRequestedOn.IsZero() && m.VisaRefusedOn.IsZero() && step.On.After(m.VisaRequestedOn):
		return nil, alreadyRecorded("visa_requested", m.VisaRequestedOn)
	case !m.VisaGrantedOn.IsZero() && step.On.After(m.VisaGrantedOn):
		return nil, alreadyRecorded("visa_granted", m.VisaGrantedOn)
	case step.On.Before(m.AuthorisedOn):
		return nil, outOfOrder("nulla_osta_issued", m.AuthorisedOn)
	}
	return m, nil
}

// ConsulateAppointmentRequested says that the family asked for an appointment.
type ConsulateAppointmentRequested struct{ OfMember }

func (e *ConsulateAppointmentRequested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.Consulate.AskedOn = f.OccurredOn()
		m.Consulate.Asked++
	})
}

// ConsulateAppointmentGiven sets the appointment; At is in UTC.
type ConsulateAppointmentGiven struct {
	OfMember
	At    time.Time `json:"at"`
	Moved bool      `json:"moved,omitempty"`
}

func (e *ConsulateAppointmentGiven) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.Consulate.At, m.Consulate.GivenOn = e.At, f.OccurredOn()
		if e.Moved {
			m.Consulate.Moved++
		}
	})
}

func (e *ConsulateAppointmentGiven) restate(s *State, _ Fact, _ *rules.Book) {
	s.with(e.MemberID, func(m *Member) { e.Moved = !m.Consulate.At.IsZero() })
}

// ConsulateAppointmentMissed says that the appointment did not take place.
type ConsulateAppointmentMissed struct {
	OfMember
	Reason string `json:"reason,omitempty"`
}

func (e *ConsulateAppointmentMissed) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.Consulate.At, m.Consulate.MissedOn = time.Time{}, f.OccurredOn()
		m.Consulate.Missed++
	})
}

// consulate has the next step towards an appointment and, long before the nulla
// osta lapses, the warning that there is none in time.
func (a *agenda) consulate(m *Member) {
	if !m.preparing() {
		return
	}
	c := m.Consulate
	switch {
	case !c.At.IsZero():
		a.member("consulate_visit", PreDeparture, m, Counsellor, a.book.Named(rules.ConsulateAppointment, c.GivenOn, rules.DateOf(c.At)))
	case !c.MissedOn.IsZero() && !c.AskedOn.After(c.MissedOn):
		a.policy("consulate_request", PreDeparture, m, Counsellor, rules.ConsulateRebook, c.MissedOn)
	case c.AskedOn.IsZero():
		a.policy("consulate_request", PreDeparture, m, Counsellor, rules.ConsulateRequest, m.AuthorisedOn)
	default:
		a.policy("consulate_appointment", PreDeparture, m, Counsellor, rules.ConsulateAnswer, c.AskedOn)
	}
	if c.At.IsZero() || rules.DateOf(c.At).After(m.VisaBy.Due) {
		a.policy("nulla_osta_at_risk", PreDeparture, m, Counsellor, rules.ConsulateWarning, m.AuthorisedOn)
	}
}
