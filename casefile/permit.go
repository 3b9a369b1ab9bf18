// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"time"

	"ricongiungi/rules"
)

// Permit is what lies between the request for a residence permit and its renewal.
type Permit struct {
	ReceiptOn      rules.Date // day on which the postal receipt was seen
	FingerprintsAt time.Time  // UTC; zero while there is no appointment
	ConvenedOn     rules.Date // day on which that appointment was told
	FingerprintsOn rules.Date
	RenewalOn      rules.Date // last request for renewal
}

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

// RecordPermitReceipt records that somebody saw the postal receipt. For a first
// family permit it gives the permit's rights from the request on; no number of it
// is kept.
type RecordPermitReceipt struct{ Step }

func (c *RecordPermitReceipt) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.permitAsked(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Permit.ReceiptOn == c.On:
		return nil, nil
	case !m.Permit.ReceiptOn.IsZero():
		return nil, alreadyRecorded("permit_receipt_seen", m.Permit.ReceiptOn)
	}
	return one(&PermitReceiptSeen{OfMember{m.ID}}, c.Step), nil
}

// BookFingerprints records the Questura's appointment, or the one to which it
// was moved. On is the day it was told.
type BookFingerprints struct {
	Step
	At time.Time `json:"at"`
}

func (c *BookFingerprints) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.permitAsked(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Permit.FingerprintsAt.Equal(c.At):
		return nil, nil
	case !m.Permit.FingerprintsOn.IsZero():
		return nil, alreadyRecorded("fingerprints_taken", m.Permit.FingerprintsOn)
	case rules.DateOf(c.At).Before(m.PermitRequestedOn):
		return nil, outOfOrder("permit_requested", m.PermitRequestedOn).at("at")
	}
	return one(&FingerprintsBooked{OfMember: OfMember{m.ID}, At: c.At.UTC()}, c.Step), nil
}

// RecordFingerprintsTaken records the visit to the Questura.
type RecordFingerprintsTaken struct{ Step }

func (c *RecordFingerprintsTaken) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.permitAsked(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Permit.FingerprintsOn == c.On:
		return nil, nil
	case !m.Permit.FingerprintsOn.IsZero():
		return nil, alreadyRecorded("fingerprints_taken", m.Permit.FingerprintsOn)
	}
	return one(&FingerprintsTaken{OfMember{m.ID}}, c.Step), nil
}

// RecordPermitRenewalRequested records that the renewal was asked for; a new
// permit may then be issued.
type RecordPermitRenewalRequested struct{ Step }

func (c *RecordPermitRenewalRequested) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.resident(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.PermitIssuedOn.IsZero():
		return nil, permitNotIssued()
	case m.Permit.RenewalOn == c.On:
		return nil, nil
	case c.On.Before(m.PermitIssuedOn):
		return nil, outOfOrder("permit_issued", m.PermitIssuedOn)
	case m.renewing():
		return nil, alreadyRecorded("permit_renewal_requested", m.Permit.RenewalOn)
	}
	return one(&PermitRenewalRequested{OfMember: OfMember{m.ID}, Late: c.On.After(m.PermitExpires)}, c.Step), nil
}

// renewing tells whether a renewal was asked for and is not yet issued.
func (m *Member) renewing() bool {
	return !m.Permit.RenewalOn.IsZero() && !m.Permit.RenewalOn.Before(m.PermitIssuedOn)
}

// RecordPermitIssued records the residence permit and its last day. Minors have
// their own (L. 122/2016 art. 10, since 23 July 2016).
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
	case !m.PermitIssuedOn.IsZero() && (!m.renewing() || c.On.Before(m.Permit.RenewalOn)):
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
	m, refusal := s.resident(step, r)
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

// PermitReceiptSeen says that the postal receipt is there.
type PermitReceiptSeen struct{ OfMember }

func (e *PermitReceiptSeen) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Permit.ReceiptOn = f.OccurredOn() })
}

// FingerprintsBooked sets the appointment at the Questura; At is in UTC.
type FingerprintsBooked struct {
	OfMember
	At time.Time `json:"at"`
}

func (e *FingerprintsBooked) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Permit.FingerprintsAt, m.Permit.ConvenedOn = e.At, f.OccurredOn() })
}

// FingerprintsTaken says that the member was at the Questura.
type FingerprintsTaken struct{ OfMember }

func (e *FingerprintsTaken) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Permit.FingerprintsOn = f.OccurredOn() })
}

// PermitRenewalRequested says that the renewal was asked for; Late when the
// permit had expired.
type PermitRenewalRequested struct {
	OfMember
	Late bool `json:"late,omitempty"`
}

func (e *PermitRenewalRequested) restate(s *State, f Fact, _ *rules.Book) {
	s.with(e.MemberID, func(m *Member) { e.Late = f.OccurredOn().After(m.PermitExpires) })
}

func (e *PermitRenewalRequested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Permit.RenewalOn = f.OccurredOn() })
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

// permitSteps has what lies between the request and the card.
func (a *agenda) permitSteps(m *Member) {
	if m.PermitRequestedOn.IsZero() || !m.PermitIssuedOn.IsZero() {
		return
	}
	if m.Permit.ReceiptOn.IsZero() {
		a.policy("permit_receipt", Arrival, m, Counsellor, rules.PermitReceipt, m.PermitRequestedOn)
	}
	if !m.Permit.FingerprintsAt.IsZero() && m.Permit.FingerprintsOn.IsZero() {
		a.member("fingerprints", Arrival, m, Counsellor,
			a.book.Named(rules.Fingerprints, m.Permit.ConvenedOn, rules.DateOf(m.Permit.FingerprintsAt)))
	}
}

// renewal stays on the agenda of an open case also once the member has settled.
func (a *agenda) renewal(m *Member) {
	if m.PermitIssuedOn.IsZero() || m.renewing() {
		return
	}
	lead := a.book.At(rules.PermitRenewal, m.PermitIssuedOn)
	day := later(m.PermitExpires.AddDays(-lead.Number()), m.PermitIssuedOn)
	until, by := rules.Until(m.PermitExpires), rules.By(day)
	a.add(Due{Item: "permit_renewal", Part: FollowUp, Subject: m.ID, MemberID: m.ID, By: Counsellor,
		Term: a.book.Named(rules.PermitRenewal, m.PermitIssuedOn, day),
		say: &rules.Text{
			It: "Il permesso vale " + until.It + ": il rinnovo si chiede almeno " + lead.Value + " giorni prima, " + by.It + " (" + lead.Citation + ").",
			En: "The permit is good " + until.En + ": its renewal is to be asked for at least " + lead.Value + " days before, " + by.En + " (" + lead.Citation + ").",
		}})
}
