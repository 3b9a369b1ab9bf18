// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Unaccompanied is the referral of a child who is in Italy without a responsible
// adult (minore straniero non accompagnato, MSNA; L. 47/2017 art. 2).
type Unaccompanied struct {
	Trigger        string
	ReferredOn     rules.Date
	Identification rules.Term
	Reception      rules.Term
	Report         rules.Term
	Guardian       rules.Term
	OverCapacity   bool // the service took in more on that day than its cap
	GuardianID     string
	Steps          map[string]rules.Date
	ResumedOn      rules.Date
}

// The steps of the referral. Moved means from the first reception into the second.
const (
	MinorIdentified = "identified"
	MinorMoved      = "moved_to_second_reception"
	CourtTold       = "court_told"
	GuardianNamed   = "guardian_named"
)

// msnaPrefix begins the names of agenda items that ask for a step.
const msnaPrefix = "msna_"

var unaccompaniedSteps = []string{MinorIdentified, MinorMoved, CourtTold, GuardianNamed}

// ReferUnaccompaniedMinor refers a child to the MSNA service. Trigger is the
// reason's code; arrived_before_authorisation is for a child whose entry no step
// of the procedure led to. The case is paused for the child, not closed.
type ReferUnaccompaniedMinor struct {
	Step
	Trigger string `json:"trigger"`
	// Adult is the verdict whether a parent or another legally responsible adult
	// is in Italy: none or present.
	Adult string `json:"responsible_adult"`
	// Intake is how many minors the service says it took in on that day, this
	// child included; zero when it did not say.
	Intake int    `json:"intake_that_day,omitempty"`
	Note   string `json:"note,omitempty"`
}

func (c *ReferUnaccompaniedMinor) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.paused() && m.Unaccompanied.ReferredOn == c.On && m.Unaccompanied.Trigger == c.Trigger:
		return nil, nil
	case m.paused():
		return nil, alreadyRecorded("unaccompanied_minor_referred", m.Unaccompanied.ReferredOn)
	}
	if refusal := c.refused(m, r.Book); refusal != nil {
		return nil, refusal
	}
	return []Draft{{Event: &UnaccompaniedMinorReferred{
		OfMember: OfMember{m.ID}, Trigger: c.Trigger,
		OverCapacity:   c.Intake > r.Book.At(rules.MSNAIntakeCap, c.On).Number(),
		Identification: r.Book.Term(rules.MSNAIdentification, c.On),
		Reception:      r.Book.Term(rules.MSNAReception, c.On),
		Report:         r.Book.Term(rules.MSNACourtReport, c.On),
		Guardian:       r.Book.Term(rules.MSNAGuardian, c.On),
	}, On: c.On, Private: aside(m.ID, c.Note)}}, nil
}

// refused tells why a child is none whom L. 47/2017 art. 2 means.
func (c *ReferUnaccompaniedMinor) refused(m *Member, book *rules.Book) *Refusal {
	birth := m.Who.BirthDate
	switch {
	case c.Adult != "none":
		return refusalOf("responsible_adult_present", "art. 2 L. 47/2017",
			"Non è un minore non accompagnato chi ha in Italia un genitore o un altro adulto legalmente responsabile, quale che sia il visto: se il minore è in pericolo, apri la tutela.",
			"A child with a parent or another legally responsible adult in Italy is not unaccompanied, whatever the visa: if the child is in danger, open child protection.").at("responsible_adult")
	case !birth.IsZero() && birth.AgeOn(c.On) >= book.At(rules.MinorAge, c.On).Number():
		return refusalOf("not_a_minor", "art. 2 L. 47/2017",
			"A quel giorno la persona è maggiorenne: usa un invio ai servizi per adulti.",
			"On that day the person is of age: use a referral to the services for adults.").at("member_id")
	case !m.here() && c.Trigger != "arrived_before_authorisation":
		return refusalOf("not_entered", "art. 2 L. 47/2017",
			"L'ingresso in Italia non risulta: registralo, o indica che il minore è arrivato prima dell'autorizzazione.",
			"No entry into Italy is recorded: record it, or say that the child arrived before the authorisation.")
	case m.here() && c.On.Before(m.hereSince()):
		return outOfOrder("entered", m.hereSince())
	}
	return nil
}

// RecordUnaccompaniedStep records a step of the referral.
type RecordUnaccompaniedStep struct {
	Step
	What       string `json:"step"` // identified, moved_to_second_reception, court_told or guardian_named
	GuardianID string `json:"guardian_id,omitempty"`
}

func (c *RecordUnaccompaniedStep) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.referred(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	u := m.Unaccompanied
	known := u.Steps[c.What]
	switch {
	case c.What == GuardianNamed && c.GuardianID == "":
		return nil, refusalOf("guardian_missing", "art. 11 L. 47/2017",
			"Indica l'identificativo del tutore nominato.", "Give the id of the guardian who was appointed.").at("guardian_id")
	case known == c.On && u.GuardianID == c.guardian(u):
		return nil, nil
	case !known.IsZero() && c.What != GuardianNamed:
		return nil, alreadyRecorded(c.What, known)
	}
	return one(&UnaccompaniedStepRecorded{OfMember: OfMember{m.ID}, What: c.What, GuardianID: c.GuardianID, Late: u.late(c.What, c.On)}, c.Step), nil
}

// guardian is the one the command leaves in place: only naming one changes it.
func (c *RecordUnaccompaniedStep) guardian(u *Unaccompanied) string {
	if c.What == GuardianNamed {
		return c.GuardianID
	}
	return u.GuardianID
}

// term is by when a step is due.
func (u *Unaccompanied) term(what string) rules.Term {
	switch what {
	case MinorIdentified:
		return u.Identification
	case MinorMoved:
		return u.Reception
	case CourtTold:
		return u.Report
	}
	return u.Guardian
}

func (u *Unaccompanied) late(what string, on rules.Date) bool {
	return what != GuardianNamed && on.After(u.term(what).Due) // naming a guardian has no term in law
}

// referred finds a child whose referral is open on the day.
func (s *State) referred(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.about(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !m.paused():
		return nil, refusalOf("not_referred", "art. 2 L. 47/2017",
			"Non risulta una presa in carico come minore non accompagnato: registrala prima.",
			"No referral as an unaccompanied minor is open: record it first.").at("member_id")
	case step.On.Before(m.Unaccompanied.ReferredOn):
		return nil, outOfOrder("unaccompanied_minor_referred", m.Unaccompanied.ReferredOn)
	}
	return m, nil
}

// ResumeReunification takes the reunification up again because a responsible
// adult is there: a parent reappeared, or one was recognised.
type ResumeReunification struct {
	Step
	Reason string `json:"reason"`
}

func (c *ResumeReunification) decide(s *State, r Request) ([]Draft, *Refusal) {
	if m := s.Member(c.MemberID); m != nil && !m.paused() && m.Unaccompanied != nil && m.Unaccompanied.ResumedOn == c.On {
		return nil, nil
	}
	m, refusal := s.referred(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	return one(&ReunificationResumed{OfMember: OfMember{m.ID}, Reason: c.Reason}, c.Step), nil
}

// UnaccompaniedMinorReferred pauses the reunification for one child.
type UnaccompaniedMinorReferred struct {
	OfMember
	Trigger        string     `json:"trigger"`
	OverCapacity   bool       `json:"over_capacity,omitempty"`
	Identification rules.Term `json:"identification"`
	Reception      rules.Term `json:"reception"`
	Report         rules.Term `json:"report"`
	Guardian       rules.Term `json:"guardian"`
}

func (e *UnaccompaniedMinorReferred) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.Unaccompanied = &Unaccompanied{Trigger: e.Trigger, ReferredOn: f.OccurredOn(), OverCapacity: e.OverCapacity,
			Identification: e.Identification, Reception: e.Reception, Report: e.Report, Guardian: e.Guardian, Steps: map[string]rules.Date{}}
	})
}

// UnaccompaniedStepRecorded is a step of the referral; Late flags, it never blocks.
type UnaccompaniedStepRecorded struct {
	OfMember
	What       string `json:"step"`
	GuardianID string `json:"guardian_id,omitempty"`
	Late       bool   `json:"late,omitempty"`
}

func (e *UnaccompaniedStepRecorded) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		if m.Unaccompanied == nil {
			return
		}
		m.Unaccompanied.Steps[e.What] = f.OccurredOn()
		if e.GuardianID != "" {
			m.Unaccompanied.GuardianID = e.GuardianID
		}
	})
}

func (e *UnaccompaniedStepRecorded) restate(s *State, f Fact, _ *rules.Book) {
	s.with(e.MemberID, func(m *Member) {
		if m.Unaccompanied != nil {
			e.Late = m.Unaccompanied.late(e.What, f.OccurredOn())
		}
	})
}

// ReunificationResumed ends the pause.
type ReunificationResumed struct {
	OfMember
	Reason string `json:"reason"`
}

func (e *ReunificationResumed) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		if m.paused() {
			m.Unaccompanied.ResumedOn = f.OccurredOn()
			m.Pauses = addPause(m.Pauses, Pause{From: m.Unaccompanied.ReferredOn, To: f.OccurredOn()})
		}
	})
}

// paused tells whether the reunification stands still for the child.
func (m *Member) paused() bool { return m.Unaccompanied != nil && m.Unaccompanied.ResumedOn.IsZero() }

// unaccompanied asks for the steps of open referrals and for a look at what is
// paused.
func (a *agenda) unaccompanied() {
	for _, m := range a.state.Members {
		if m.Ending != "" || !m.paused() {
			continue
		}
		for _, step := range unaccompaniedSteps {
			if m.Unaccompanied.Steps[step].IsZero() {
				a.member(msnaPrefix+step, Branches, m, Counsellor, m.Unaccompanied.term(step))
			}
		}
		a.policy("reunification_paused", Branches, m, Counsellor, rules.MSNAPauseReview, later(m.Unaccompanied.ReferredOn, a.state.LastOn))
	}
}

// standStill takes what cannot be done during a referral off the agenda, from
// the given item on, and afterwards postpones it by as long as the referral
// lasted, where the office's rule says so. Days on which the law itself ends
// something are not the office's to move.
func (a *agenda) standStill(m *Member, from int) {
	items := slices.Clone(a.items[from:])
	a.items = a.items[:from]
	if m.paused() {
		a.still = append(a.still, items...)
		return
	}
	for _, d := range items {
		if d.onLapse == nil && d.counted(a.book) && a.book.At(rules.MSNAPause, d.Term.From).Value == "suspend" {
			d.postpone(m.Pauses, a.book)
		}
		a.add(d)
	}
}

// counted tells whether the day was counted by the rule and not named by
// somebody, such as that of an appointment or the end of a permit.
func (d Due) counted(book *rules.Book) bool {
	return book.TermUnder(d.Term.Rule, d.Term.ValidFrom, d.Term.From) == d.Term
}

// postpone moves the term by the pauses that fell into it.
func (d *Due) postpone(pauses []Pause, book *rules.Book) {
	var within []Pause
	for _, p := range pauses {
		p.From = later(p.From, d.Term.From)
		moved := book.Postponed(d.Term, ReviewClock{Pauses: within}.suspended())
		if p.From.Before(p.To) && !p.From.After(moved) {
			within = append(within, p)
		}
	}
	if len(within) == 0 {
		return
	}
	d.Pauses = within
	d.Term.Due = book.Postponed(d.Term, ReviewClock{Pauses: within}.suspended())
}
