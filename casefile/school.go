// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// School is a member's place search and schooling: the present one, with what
// earlier ones leave behind.
type School struct {
	RequestedOn rules.Date
	Request     SchoolNeed
	ProposedOn  rules.Date
	Code        string // ministerial code of the school proposed or attended
	AcceptedOn  rules.Date
	EnrolledOn  rules.Date
	Reserve     bool // enrolled con riserva: papers are still missing
	StartedOn   rules.Date
	LeftOn      rules.Date
	LeftFor     string // reason, as a code
	DeclinedOn  rules.Date
	Declined    int // places the family declined
	RefusedOn   rules.Date
	Refused     int // places that schools refused

	TransferredOn rules.Date
	Transferred   int // times the child changed school
	ConfirmedOn   rules.Date
	Confirmed     int // months after the first day at which it was last seen to attend

	FirstOn rules.Date // first day in any school here
	Since   rules.Date // day on which the school before this search was left

	ProposalBy rules.Term
	AnswerBy   rules.Term
	StartBy    rules.Term
}

// searching tells whether a search is under way or has led to a school not yet left.
func (k School) searching() bool { return !k.RequestedOn.IsZero() && k.LeftOn.IsZero() }

// attended tells whether the child is at school: has started and not left.
func (k School) attended() bool { return !k.StartedOn.IsZero() && k.LeftOn.IsZero() }

// placed tells that the place is no longer a matter of proposals: the family
// said yes or the school enrolled the child.
func (k School) placed() bool { return !k.AcceptedOn.IsZero() || !k.EnrolledOn.IsZero() }

// reopened sends the search on from the day on which a place came to nothing.
func (k *School) reopened(proposal rules.Term) {
	k.ProposedOn, k.AcceptedOn, k.EnrolledOn, k.Reserve, k.Code = rules.Date{}, rules.Date{}, rules.Date{}, false, ""
	k.ProposalBy = proposal
}

// RequestSchool opens the search for a place, before or after arrival and at
// any time of the year (art. 45 c. 1 DPR 394/1999). Level overrides what age
// alone suggests, such as cpia from sixteen.
type RequestSchool struct {
	Step
	Level       string `json:"level,omitempty"`
	Municipio   int    `json:"municipio,omitempty"`
	Year        int    `json:"school_year,omitempty"` // the other of two, for arrivals from April to August
	EarlyStart  bool   `json:"early_start,omitempty"` // the family asks for a start a year before its turn
	Exceptional bool   `json:"exceptional,omitempty"` // CPIA at fifteen was granted
}

func (c *RequestSchool) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.schooled(c.Step, r)
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
	case !m.School.EnrolledOn.IsZero():
		return nil, alreadyRecorded("school_enrolled", m.School.EnrolledOn)
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
	m, refusal := s.offered(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	return one(&PlaceDeclined{OfMember: OfMember{m.ID}, Reason: c.Reason, Proposal: r.Book.Term(rules.SchoolProposal, c.On)}, c.Step), nil
}

// RecordPlaceRefused records that the school said no to a child it was proposed
// for; the search goes on.
type RecordPlaceRefused struct {
	Step
	Reason string `json:"reason"`
}

func (c *RecordPlaceRefused) decide(s *State, r Request) ([]Draft, *Refusal) {
	if m := s.Member(c.MemberID); m != nil && m.School.ProposedOn.IsZero() && m.School.RefusedOn == c.On && m.School.Refused > 0 {
		return nil, nil
	}
	m, refusal := s.offered(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	return one(&PlaceRefused{OfMember: OfMember{m.ID}, SchoolCode: m.School.Code, Reason: c.Reason,
		Contestable: m.School.Request.Compulsory && contestable[c.Reason], Proposal: r.Book.Term(rules.SchoolProposal, c.On)}, c.Step), nil
}

// contestable are the reasons for which no school may refuse a child of
// compulsory age: missing papers lead to an enrolment con riserva (art. 45 c. 1
// DPR 394/1999), and the share of foreign pupils is a criterion for the
// department's own planning (CM 2/2010).
var contestable = map[string]bool{"papers_missing": true, "foreign_share": true, "mid_year": true, "no_permit": true}

// schooled finds a member whose schooling is followed: also one whose path has
// ended well, since school goes on.
func (s *State) schooled(step Step, r Request) (*Member, *Refusal) {
	m := s.Member(step.MemberID)
	if m != nil && m.Ending == Settled && !step.On.After(r.Today()) {
		return m, nil
	}
	return s.about(step, r)
}

// pupil finds a member for whom a place is being sought.
func (s *State) pupil(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.schooled(step, r)
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

// offered finds a member whose proposed place may still come to nothing.
func (s *State) offered(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.proposed(step, r)
	if refusal == nil && !m.School.StartedOn.IsZero() {
		return nil, alreadyRecorded("school_started", m.School.StartedOn)
	}
	return m, refusal
}

// SchoolRequested opens a search and fixes grade and level for its school year.
type SchoolRequested struct {
	OfMember
	SchoolNeed
	Proposal rules.Term `json:"proposal"`
}

func (e *SchoolRequested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School = School{RequestedOn: f.OccurredOn(), Request: e.SchoolNeed, ProposalBy: e.Proposal,
			FirstOn: m.School.FirstOn, Since: later(m.School.Since, m.School.LeftOn)}
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
		m.School.reopened(e.Proposal)
		m.School.DeclinedOn = f.OccurredOn()
		m.School.Declined++
	})
}

// PlaceRefused is the school's no. Contestable says that the reason is none that
// a school may have, so that the department can take it up.
type PlaceRefused struct {
	OfMember
	SchoolCode  string     `json:"school_code"`
	Reason      string     `json:"reason"`
	Contestable bool       `json:"contestable,omitempty"`
	Proposal    rules.Term `json:"proposal"`
}

func (e *PlaceRefused) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.School.reopened(e.Proposal)
		m.School.RefusedOn = f.OccurredOn()
		m.School.Refused++
	})
}
