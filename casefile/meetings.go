// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"ricongiungi/rules"
	"slices"
	"time"
)

// BookAppointment books a meeting with a member or, without one, the family.
type BookAppointment struct {
	MemberID string    `json:"member_id,omitempty"`
	At       time.Time `json:"at"`
	Place    string    `json:"place"` // code of the place, such as "hub"
}

func (c *BookAppointment) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.MemberID != "" {
		if _, refusal := s.about(Step{MemberID: c.MemberID}, r); refusal != nil {
			return nil, refusal
		}
	}
	same := func(a *Appointment) bool {
		return a.At.Equal(c.At) && a.MemberID == c.MemberID && a.Place == c.Place && a.Outcome == ""
	}
	if slices.ContainsFunc(s.Appointments, same) {
		return nil, nil
	}
	due := r.Book.Term(rules.AppointmentOutcome, rules.DateOf(c.At))
	return []Draft{{Event: &AppointmentBooked{
		AppointmentID: DeriveID(r.CommandID, "appointment"), MemberID: c.MemberID, At: c.At.UTC(), Place: c.Place, OutcomeDue: due,
	}}}, nil
}

// RecordAppointmentKept records that they came.
type RecordAppointmentKept struct {
	AppointmentID string `json:"appointment_id"`
	Note          string `json:"note,omitempty"`
}

func (c *RecordAppointmentKept) decide(s *State, r Request) ([]Draft, *Refusal) {
	a, refusal := s.outcomeOf(c.AppointmentID, "kept", r)
	if refusal != nil || a == nil {
		return nil, refusal
	}
	return []Draft{{Event: &AppointmentKept{AppointmentID: a.ID}, Private: aside(s.orSponsor(a.MemberID), c.Note)}}, nil
}

// RecordAppointmentMissed records that nobody came.
type RecordAppointmentMissed struct {
	AppointmentID string `json:"appointment_id"`
}

func (c *RecordAppointmentMissed) decide(s *State, r Request) ([]Draft, *Refusal) {
	a, refusal := s.outcomeOf(c.AppointmentID, "missed", r)
	if refusal != nil || a == nil {
		return nil, refusal
	}
	return []Draft{{Event: &AppointmentMissed{AppointmentID: a.ID}}}, nil
}

// outcomeOf finds an appointment that may still be given the outcome; nil
// without a refusal when it has that outcome already.
func (s *State) outcomeOf(id, outcome string, r Request) (*Appointment, *Refusal) {
	a := s.appointment(id)
	switch {
	case a == nil:
		return nil, refusalOf("unknown_appointment", "case.appointments",
			"L'appuntamento non esiste in questa pratica.", "There is no such appointment on the case.").at("appointment_id")
	case a.Outcome == outcome:
		return nil, nil
	case a.Outcome != "":
		return nil, alreadyRecorded("appointment_"+a.Outcome, rules.DateOf(a.At))
	case a.At.After(r.Now):
		return nil, refusalOf("appointment_to_come", "case.time",
			"L'appuntamento non è ancora avvenuto.", "The appointment has not taken place yet.")
	}
	return a, nil
}

// SendReferral asks another service to take something on.
type SendReferral struct {
	On       rules.Date `json:"on"`
	MemberID string     `json:"member_id,omitempty"`
	Service  string     `json:"service"` // code of the service, such as "celav"
	Note     string     `json:"note,omitempty"`
}

func (c *SendReferral) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	if c.MemberID != "" && s.Member(c.MemberID) == nil {
		return nil, unknownMember()
	}
	same := func(f *Referral) bool {
		return f.SentOn == c.On && f.Service == c.Service && f.MemberID == c.MemberID && f.ClosedOn.IsZero()
	}
	if slices.ContainsFunc(s.Referrals, same) {
		return nil, nil
	}
	return []Draft{{
		Event: &ReferralSent{ReferralID: DeriveID(r.CommandID, "referral"), MemberID: c.MemberID, Service: c.Service, Reply: r.Book.Term(rules.ReferralReply, c.On)},
		On:    c.On, Private: aside(s.orSponsor(c.MemberID), c.Note),
	}}, nil
}

// CloseReferral records what came of a referral; the sender always learns it.
type CloseReferral struct {
	On         rules.Date `json:"on"`
	ReferralID string     `json:"referral_id"`
	Outcome    string     `json:"outcome"`
}

func (c *CloseReferral) decide(s *State, r Request) ([]Draft, *Refusal) {
	f := s.referral(c.ReferralID)
	switch {
	case f == nil:
		return nil, refusalOf("unknown_referral", "case.referrals",
			"L'invio non esiste in questa pratica.", "There is no such referral on the case.").at("referral_id")
	case c.On.After(r.Today()):
		return nil, futureDay()
	case f.ClosedOn == c.On && f.Outcome == c.Outcome:
		return nil, nil
	case !f.ClosedOn.IsZero():
		return nil, alreadyRecorded("referral_closed", f.ClosedOn)
	case c.On.Before(f.SentOn):
		return nil, outOfOrder("referral_sent", f.SentOn)
	}
	return []Draft{{Event: &ReferralClosed{ReferralID: f.ID, Outcome: c.Outcome}, On: c.On}}, nil
}

// AppointmentBooked is a meeting to come; At is in UTC.
type AppointmentBooked struct {
	AppointmentID string     `json:"appointment_id"`
	MemberID      string     `json:"member_id,omitempty"`
	At            time.Time  `json:"at"`
	Place         string     `json:"place"`
	OutcomeDue    rules.Term `json:"outcome_due"`
}

func (e *AppointmentBooked) apply(s *State, _ Fact) {
	s.Appointments = append(s.Appointments, &Appointment{ID: e.AppointmentID, MemberID: e.MemberID, At: e.At, Place: e.Place, Due: e.OutcomeDue})
}

// AppointmentKept says that they came.
type AppointmentKept struct {
	AppointmentID string `json:"appointment_id"`
}

func (e *AppointmentKept) apply(s *State, _ Fact) {
	if a := s.appointment(e.AppointmentID); a != nil {
		a.Outcome = "kept"
	}
}

// AppointmentMissed says that nobody came.
type AppointmentMissed struct {
	AppointmentID string `json:"appointment_id"`
}

func (e *AppointmentMissed) apply(s *State, _ Fact) {
	if a := s.appointment(e.AppointmentID); a != nil {
		a.Outcome = "missed"
	}
}

// ReferralSent asks a service, which owes an answer by the term.
type ReferralSent struct {
	ReferralID string     `json:"referral_id"`
	MemberID   string     `json:"member_id,omitempty"`
	Service    string     `json:"service"`
	Reply      rules.Term `json:"reply"`
}

func (e *ReferralSent) apply(s *State, f Fact) {
	s.Referrals = append(s.Referrals, &Referral{ID: e.ReferralID, MemberID: e.MemberID, Service: e.Service, SentOn: f.OccurredOn(), Reply: e.Reply})
}

// ReferralClosed is the answer.
type ReferralClosed struct {
	ReferralID string `json:"referral_id"`
	Outcome    string `json:"outcome"`
}

func (e *ReferralClosed) apply(s *State, f Fact) {
	if r := s.referral(e.ReferralID); r != nil {
		r.ClosedOn, r.Outcome = f.OccurredOn(), e.Outcome
	}
}

// Appointment is a meeting at the hub or elsewhere.
type Appointment struct {
	ID       string
	MemberID string // empty when the whole family is meant
	At       time.Time
	Place    string
	Due      rules.Term // by when its outcome is to be recorded
	Outcome  string     // kept, missed, or empty while open
}

// Referral is a request to another service, which owes an answer.
type Referral struct {
	ID       string
	MemberID string
	Service  string
	SentOn   rules.Date
	Reply    rules.Term
	ClosedOn rules.Date
	Outcome  string
}

func (s *State) appointment(id string) *Appointment {
	for _, a := range s.Appointments {
		if a.ID == id {
			return a
		}
	}
	return nil
}

func (s *State) referral(id string) *Referral {
	for _, r := range s.Referrals {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// OpenReferrals counts referrals that no answer has closed.
func (s *State) OpenReferrals() int {
	open := 0
	for _, r := range s.Referrals {
		if r.ClosedOn.IsZero() {
			open++
		}
	}
	return open
}
