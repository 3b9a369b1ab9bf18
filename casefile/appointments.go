// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"time"

	"ricongiungi/rules"
)

// BookAppointment books a meeting with a member or, without one, the family.
// A room and a mediator are shared with other families: they are held for the
// length of the meeting, and a slot that is taken is refused.
type BookAppointment struct {
	MemberID string    `json:"member_id,omitempty"`
	At       time.Time `json:"at"`
	Place    string    `json:"place"` // code of the place, such as "hub"
	Purpose  string    `json:"purpose,omitempty"`
	Room     string    `json:"room,omitempty"`              // code in the hub's diary
	Mediator string    `json:"mediator,omitempty"`          // likewise
	Language string    `json:"mediator_language,omitempty"` // BCP 47
	Minutes  int       `json:"minutes,omitempty"`           // length; the office's usual one when not given
	Replaces string    `json:"replaces,omitempty"`          // an appointment missed or cancelled
}

func (c *BookAppointment) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.MemberID != "" {
		if _, refusal := s.about(Step{MemberID: c.MemberID}, r); refusal != nil {
			return nil, refusal
		}
	}
	booked := c.booked(r)
	if slices.ContainsFunc(s.Appointments, booked.standsAs) {
		return nil, nil
	}
	if refusal := c.checkReplaced(s); refusal != nil {
		return nil, refusal
	}
	return []Draft{{Event: booked}}, nil
}

func (c *BookAppointment) booked(r Request) *AppointmentBooked {
	e := &AppointmentBooked{
		AppointmentID: DeriveID(r.CommandID, "appointment"), MemberID: c.MemberID, At: c.At.UTC(), Place: c.Place,
		OutcomeDue: r.Book.Term(rules.AppointmentOutcome, rules.DateOf(c.At)),
		Purpose:    c.Purpose, Room: c.Room, Mediator: c.Mediator, Language: c.Language, Minutes: c.Minutes, Replaces: c.Replaces,
	}
	if e.Minutes == 0 && (e.Room != "" || e.Mediator != "") {
		e.Minutes = r.Book.At(rules.AppointmentMinutes, rules.DateOf(c.At)).Number()
	}
	return e
}

func (c *BookAppointment) checkReplaced(s *State) *Refusal {
	if c.Replaces == "" {
		return nil
	}
	switch old := s.appointment(c.Replaces); {
	case old == nil:
		return unknownAppointment().at("replaces")
	case old.Outcome == "":
		return refusalOf("appointment_open", "case.appointments",
			"L'appuntamento è ancora aperto: spostalo, invece di sostituirlo.",
			"That appointment is still open: move it instead of replacing it.").at("replaces")
	case old.Outcome == AppointmentWasKept:
		return alreadyRecorded("appointment_kept", rules.DateOf(old.At)).at("replaces")
	}
	return nil
}

// MoveAppointment cancels an appointment and books another in its place, in one
// step: either both are recorded or neither. What is not named stays as it was.
type MoveAppointment struct {
	AppointmentID string    `json:"appointment_id"`
	At            time.Time `json:"at"`
	Room          string    `json:"room,omitempty"`
	Mediator      string    `json:"mediator,omitempty"`
	Language      string    `json:"mediator_language,omitempty"`
	Minutes       int       `json:"minutes,omitempty"`
}

const reasonMoved = "moved"

func (c *MoveAppointment) decide(s *State, r Request) ([]Draft, *Refusal) {
	old := s.appointment(c.AppointmentID)
	if old == nil {
		return nil, unknownAppointment().at("appointment_id")
	}
	moved := c.moved(old, r)
	switch {
	case slices.ContainsFunc(s.Appointments, moved.standsAs), moved.standsApartFromOld(old):
		return nil, nil
	case old.Outcome != "":
		return nil, alreadyRecorded("appointment_"+old.Outcome, rules.DateOf(old.At))
	}
	return []Draft{{Event: &AppointmentCancelled{AppointmentID: old.ID, Reason: reasonMoved}}, {Event: moved}}, nil
}

func (c *MoveAppointment) moved(old *Appointment, r Request) *AppointmentBooked {
	book := BookAppointment{MemberID: old.MemberID, At: c.At, Place: old.Place, Purpose: old.Purpose, Room: orElse(c.Room, old.Room),
		Mediator: orElse(c.Mediator, old.Mediator), Language: orElse(c.Language, old.Language), Minutes: old.Minutes, Replaces: old.ID}
	if c.Minutes != 0 {
		book.Minutes = c.Minutes
	}
	return book.booked(r)
}

func orElse(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}

// CancelAppointment frees the slot of an appointment that will not take place.
type CancelAppointment struct {
	AppointmentID string `json:"appointment_id"`
	Reason        string `json:"reason"`
}

func (c *CancelAppointment) decide(s *State, _ Request) ([]Draft, *Refusal) {
	a := s.appointment(c.AppointmentID)
	switch {
	case a == nil:
		return nil, unknownAppointment().at("appointment_id")
	case a.Outcome == AppointmentWasCancelled && a.Reason == c.Reason:
		return nil, nil
	case a.Outcome != "":
		return nil, alreadyRecorded("appointment_"+a.Outcome, rules.DateOf(a.At))
	}
	return []Draft{{Event: &AppointmentCancelled{AppointmentID: a.ID, Reason: c.Reason}}}, nil
}

// RecordAppointmentKept records that they came.
type RecordAppointmentKept struct {
	AppointmentID string `json:"appointment_id"`
	Note          string `json:"note,omitempty"`
}

func (c *RecordAppointmentKept) decide(s *State, r Request) ([]Draft, *Refusal) {
	a, refusal := s.outcomeOf(c.AppointmentID, AppointmentWasKept, r)
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
	a, refusal := s.outcomeOf(c.AppointmentID, AppointmentWasMissed, r)
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
		return nil, unknownAppointment().at("appointment_id")
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

func unknownAppointment() *Refusal {
	return refusalOf("unknown_appointment", "case.appointments",
		"L'appuntamento non esiste in questa pratica.", "There is no such appointment on the case.")
}

// AppointmentBooked is a meeting to come; At is in UTC.
type AppointmentBooked struct {
	AppointmentID string     `json:"appointment_id"`
	MemberID      string     `json:"member_id,omitempty"`
	At            time.Time  `json:"at"`
	Place         string     `json:"place"`
	OutcomeDue    rules.Term `json:"outcome_due"`
	Purpose       string     `json:"purpose,omitempty"`
	Room          string     `json:"room,omitempty"`
	Mediator      string     `json:"mediator,omitempty"`
	Language      string     `json:"mediator_language,omitempty"`
	Minutes       int        `json:"minutes,omitempty"`
	Replaces      string     `json:"replaces,omitempty"`
}

func (e *AppointmentBooked) apply(s *State, _ Fact) {
	s.Appointments = append(s.Appointments, &Appointment{ID: e.AppointmentID, MemberID: e.MemberID, At: e.At, Place: e.Place, Due: e.OutcomeDue,
		Purpose: e.Purpose, Room: e.Room, Mediator: e.Mediator, Language: e.Language, Minutes: e.Minutes, Replaces: e.Replaces})
}

// standsAs tells whether the same meeting is booked already.
func (e *AppointmentBooked) standsAs(a *Appointment) bool {
	return a.Outcome == "" && a.Replaces == e.Replaces && e.same(a)
}

// standsApartFromOld tells whether moving would leave the appointment where it is.
func (e *AppointmentBooked) standsApartFromOld(old *Appointment) bool {
	return old.Outcome == "" && e.same(old)
}

func (e *AppointmentBooked) same(a *Appointment) bool {
	return a.At.Equal(e.At) && a.MemberID == e.MemberID && a.Place == e.Place && a.Purpose == e.Purpose &&
		a.Room == e.Room && a.Mediator == e.Mediator && a.Language == e.Language && a.Minutes == e.Minutes
}

// AppointmentCancelled frees the slot of a meeting.
type AppointmentCancelled struct {
	AppointmentID string `json:"appointment_id"`
	Reason        string `json:"reason"` // moved, when another stands in its place
}

func (e *AppointmentCancelled) apply(s *State, _ Fact) {
	if a := s.appointment(e.AppointmentID); a != nil {
		a.Outcome, a.Reason = AppointmentWasCancelled, e.Reason
	}
}

// AppointmentKept says that they came.
type AppointmentKept struct {
	AppointmentID string `json:"appointment_id"`
}

func (e *AppointmentKept) apply(s *State, _ Fact) {
	if a := s.appointment(e.AppointmentID); a != nil {
		a.Outcome = AppointmentWasKept
	}
}

// AppointmentMissed says that nobody came.
type AppointmentMissed struct {
	AppointmentID string `json:"appointment_id"`
}

func (e *AppointmentMissed) apply(s *State, _ Fact) {
	if a := s.appointment(e.AppointmentID); a != nil {
		a.Outcome = AppointmentWasMissed
	}
}

// The outcomes of an appointment; it is empty while the appointment is open.
const (
	AppointmentWasKept      = "kept"
	AppointmentWasMissed    = "missed"
	AppointmentWasCancelled = "cancelled"
)

// Appointment is a meeting at the hub or elsewhere.
type Appointment struct {
	ID       string
	MemberID string // empty when the whole family is meant
	At       time.Time
	Place    string
	Purpose  string
	Room     string
	Mediator string
	Language string     // BCP 47, of the mediator
	Minutes  int        // zero when no slot was held
	Replaces string     // the appointment in whose place it stands
	Due      rules.Term // by when its outcome is to be recorded
	Outcome  string     // kept, missed, cancelled, or empty while open
	Reason   string     // why it was cancelled
}

func (s *State) appointment(id string) *Appointment {
	return firstOf(s.Appointments, func(a *Appointment) bool { return a.ID == id })
}

// appointments lists the meetings whose outcome is to be recorded.
func (a *agenda) appointments() {
	for _, p := range a.state.Appointments {
		if p.Outcome == "" {
			a.add(Due{Item: "appointment", Part: FollowUp, Subject: p.ID, MemberID: p.MemberID, By: Counsellor, Term: p.Due})
		}
	}
}

// AppointmentView is an appointment; At is in UTC.
type AppointmentView struct {
	AppointmentID string    `json:"appointment_id"`
	MemberID      string    `json:"member_id,omitempty"`
	At            time.Time `json:"at"`
	Place         string    `json:"place"`
	Outcome       string    `json:"outcome,omitempty"`
	Purpose       string    `json:"purpose,omitempty"`
	Room          string    `json:"room,omitempty"`
	Mediator      string    `json:"mediator,omitempty"`
	Language      string    `json:"mediator_language,omitempty"`
	Minutes       int       `json:"minutes,omitempty"`
	Replaces      string    `json:"replaces,omitempty"`
	Reason        string    `json:"reason,omitempty"`
}

func appointmentView(a *Appointment) AppointmentView {
	return AppointmentView{AppointmentID: a.ID, MemberID: a.MemberID, At: a.At, Place: a.Place, Outcome: a.Outcome, Purpose: a.Purpose,
		Room: a.Room, Mediator: a.Mediator, Language: a.Language, Minutes: a.Minutes, Replaces: a.Replaces, Reason: a.Reason}
}

// noShows counts the appointments to which nobody came.
func (s *State) noShows() int {
	missed := 0
	for _, a := range s.Appointments {
		if a.Outcome == AppointmentWasMissed {
			missed++
		}
	}
	return missed
}
