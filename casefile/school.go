// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"time"

	"ricongiungi/rules"
)

// opening is the day from which a child can be in class: at once, or when the
// school year of the place begins.
func (n SchoolNeed) opening(on rules.Date) rules.Date {
	return later(on, rules.On(n.Year, time.September, 1))
}

// RequestSchool opens the search for a place, before or after arrival and at
// any time of the year (art. 45 c. 1 DPR 394/1999). Level overrides what age
// alone suggests, such as cpia from sixteen.
type RequestSchool struct {
	Step
	Level     string `json:"level,omitempty"`
	Municipio int    `json:"municipio,omitempty"`
}

func (c *RequestSchool) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	need, refusal := c.need(s, m, r.Book)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.School.RequestedOn == c.On && m.School.Request == need:
		return nil, nil
	case m.School.searching():
		return nil, alreadyRecorded("school_requested", m.School.RequestedOn)
	}
	return one(&SchoolRequested{OfMember: OfMember{m.ID}, SchoolNeed: need, Proposal: r.Book.Term(rules.SchoolProposal, c.On)}, c.Step), nil
}

func (c *RequestSchool) need(s *State, m *Member, book *rules.Book) (SchoolNeed, *Refusal) {
	birth := m.Who.BirthDate
	if birth.IsZero() {
		return SchoolNeed{}, refusalOf("birth_date_unknown", "art. 45 c. 2 DPR 394/1999",
			"Manca la data di nascita, da cui dipende la classe: chiedila alla Prefettura.",
			"The birth date, which decides the class, is not known: ask the Prefecture for it.")
	}
	need := SchoolNeed{Year: enrolmentYear(c.On, book), Municipio: c.Municipio, Level: c.Level}
	need.Grade = Grade(need.Year, birth)
	if need.Municipio == 0 {
		need.Municipio = s.Municipio
	}
	if need.Level == "" {
		need.Level = LevelOf(need.Grade)
	}
	if need.Level == "cpia" && birth.AgeOn(c.On) < book.At(rules.SchoolCPIA, c.On).Number() {
		return need, refusalOf("too_young_for_cpia", "DPR 263/2012 art. 3",
			"I corsi del CPIA sono aperti dai sedici anni, a quindici solo in casi eccezionali.",
			"Courses of the CPIA are open from sixteen, at fifteen in exceptional cases only.").at("level")
	}
	if need.Grade > 13 && need.Level != "cpia" || birth.AgeOn(c.On) < 3 {
		return need, refusalOf("not_school_age", "art. 38 TUI",
			"A questa età non c'è una classe: per gli adulti scegli il livello cpia.",
			"There is no class at this age: for adults choose the level cpia.").at("level")
	}
	return need, nil
}

// ProposePlace offers a place in a school.
type ProposePlace struct {
	Step
	SchoolCode string `json:"school_code"`
}

func (c *ProposePlace) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.pupil(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.School.ProposedOn == c.On && m.School.Code == c.SchoolCode:
		return nil, nil
	case !m.School.ProposedOn.IsZero():
		return nil, alreadyRecorded("place_proposed", m.School.ProposedOn)
	case !m.School.StartedOn.IsZero():
		return nil, alreadyRecorded("school_started", m.School.StartedOn)
	}
	return one(&PlaceProposed{OfMember: OfMember{m.ID}, SchoolCode: c.SchoolCode, Answer: r.Book.Term(rules.SchoolAnswer, c.On)}, c.Step), nil
}

// AcceptPlace is the family's yes.
type AcceptPlace struct{ Step }

func (c *AcceptPlace) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.proposed(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.School.AcceptedOn == c.On:
		return nil, nil
	case !m.School.AcceptedOn.IsZero():
		return nil, alreadyRecorded("place_accepted", m.School.AcceptedOn)
	}
	return one(&PlaceAccepted{OfMember: OfMember{m.ID}, Start: r.Book.Term(rules.SchoolStart, m.School.Request.opening(c.On))}, c.Step), nil
}

// DeclinePlace is the family's no, with its reason; the search goes on.
type DeclinePlace struct {
	Step
	Reason string `json:"reason"`
}

func (c *DeclinePlace) decide(s *State, r Request) ([]Draft, *Refusal) {
	if m := s.Member(c.MemberID); m != nil && m.School.ProposedOn.IsZero() && m.School.DeclinedOn == c.On && m.School.Declined > 0 {
		return nil, nil
	}
	m, refusal := s.proposed(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !m.School.StartedOn.IsZero():
		return nil, alreadyRecorded("school_started", m.School.StartedOn)
	}
	return one(&PlaceDeclined{OfMember: OfMember{m.ID}, Reason: c.Reason, Proposal: r.Book.Term(rules.SchoolProposal, c.On)}, c.Step), nil
}

// RecordSchoolStarted records the first day in class, also where the school
// took the child without a proposal on record.
type RecordSchoolStarted struct {
	Step
	SchoolCode string `json:"school_code,omitempty"`
}

func (c *RecordSchoolStarted) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.pupil(c.Step, r)
	code := c.SchoolCode
	if refusal == nil && code == "" {
		code = m.School.Code
	}
	switch {
	case refusal != nil:
		return nil, refusal
	case code == "":
		return nil, refusalOf("school_unknown", "art. 45 DPR 394/1999",
			"Indica la scuola: non risulta alcun posto proposto.",
			"Name the school: no proposed place is recorded.").at("school_code")
	case m.School.StartedOn == c.On && m.School.Code == code:
		return nil, nil
	case !m.School.StartedOn.IsZero():
		return nil, alreadyRecorded("school_started", m.School.StartedOn)
	}
	return one(&SchoolStarted{OfMember: OfMember{m.ID}, SchoolCode: code}, c.Step), nil
}

// RecordSchoolLeft records that the child no longer attends.
type RecordSchoolLeft struct {
	Step
	Reason string `json:"reason"`
}

func (c *RecordSchoolLeft) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.School.StartedOn.IsZero():
		return nil, refusalOf("school_not_started", "art. 45 DPR 394/1999",
			"Il primo giorno di scuola non risulta: registralo prima dell'uscita.",
			"No first school day is recorded: record it before the leaving.")
	case m.School.LeftOn == c.On:
		return nil, nil
	case !m.School.LeftOn.IsZero():
		return nil, alreadyRecorded("school_left", m.School.LeftOn)
	case c.On.Before(m.School.StartedOn):
		return nil, outOfOrder("school_started", m.School.StartedOn)
	}
	return one(&SchoolLeft{OfMember: OfMember{m.ID}, Reason: c.Reason}, c.Step), nil
}

// pupil finds a member for whom a place is being sought.
func (s *State) pupil(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.about(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !m.School.searching():
		return nil, refusalOf("school_not_requested", "art. 45 c. 1 DPR 394/1999",
			"Nessuna ricerca di posto è aperta: registra prima la richiesta di iscrizione.",
			"No search for a place is open: record the school request first.")
	case step.On.Before(m.School.RequestedOn):
		return nil, outOfOrder("school_requested", m.School.RequestedOn)
	}
	return m, nil
}

func (s *State) proposed(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.pupil(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.School.ProposedOn.IsZero():
		return nil, refusalOf("no_place_proposed", "art. 45 DPR 394/1999",
			"Nessun posto è stato proposto: registra prima la proposta.",
			"No place has been proposed: record the proposal first.")
	case step.On.Before(m.School.ProposedOn):
		return nil, outOfOrder("place_proposed", m.School.ProposedOn)
	}
	return m, nil
}

// SchoolRequested opens a search and fixes grade and level for its school year.
type SchoolRequested struct {
	OfMember
	SchoolNeed
	Proposal rules.Term `json:"proposal"`
}

func (e *SchoolRequested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School = School{RequestedOn: f.OccurredOn(), Request: e.SchoolNeed, ProposalBy: e.Proposal}
	})
}

// PlaceProposed offers a place.
type PlaceProposed struct {
	OfMember
	SchoolCode string     `json:"school_code"`
	Answer     rules.Term `json:"answer"`
}

func (e *PlaceProposed) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School.ProposedOn, m.School.Code, m.School.AnswerBy = f.OccurredOn(), e.SchoolCode, e.Answer
	})
}

// PlaceAccepted is the family's yes.
type PlaceAccepted struct {
	OfMember
	Start rules.Term `json:"start"`
}

func (e *PlaceAccepted) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.School.AcceptedOn, m.School.StartBy = f.OccurredOn(), e.Start })
}

// PlaceDeclined is the family's no; the search goes on from that day.
type PlaceDeclined struct {
	OfMember
	Reason   string     `json:"reason"`
	Proposal rules.Term `json:"proposal"`
}

func (e *PlaceDeclined) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School.ProposedOn, m.School.AcceptedOn, m.School.Code = rules.Date{}, rules.Date{}, ""
		m.School.DeclinedOn, m.School.ProposalBy = f.OccurredOn(), e.Proposal
		m.School.Declined++
	})
}

// SchoolStarted is the first day in class.
type SchoolStarted struct {
	OfMember
	SchoolCode string `json:"school_code"`
}

func (e *SchoolStarted) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.School.StartedOn, m.School.Code = f.OccurredOn(), e.SchoolCode })
}

// SchoolLeft ends the attendance; a new request may follow.
type SchoolLeft struct {
	OfMember
	Reason string `json:"reason"`
}

func (e *SchoolLeft) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.School.LeftOn = f.OccurredOn() })
}
