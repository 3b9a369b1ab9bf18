// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// RecordDeath records the death of the sponsor or of a member. Nothing ends by
// itself but the path of who died: whether members who had not entered lapse is
// decided by a person (ResolveDoubt), and those in Italy may ask for a permit of
// their own (art. 30 c. 5 TUI).
type RecordDeath struct {
	On       rules.Date `json:"on"`
	PersonID string     `json:"person_id"`
}

func (c *RecordDeath) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.PersonID)
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case m == nil && c.PersonID != s.SponsorID:
		return nil, unknownMember().at("person_id")
	case m == nil && s.SponsorDiedOn == c.On, m != nil && m.Ending == Deceased && m.EndedOn == c.On:
		return nil, nil
	case m == nil && !s.SponsorDiedOn.IsZero():
		return nil, alreadyRecorded("person_died", s.SponsorDiedOn)
	case m != nil && m.Ending == Deceased:
		return nil, alreadyRecorded("person_died", m.EndedOn)
	}
	return []Draft{{Event: &PersonDied{PersonID: c.PersonID}, On: c.On}}, nil
}

// PersonDied says that the sponsor or a member has died.
type PersonDied struct {
	PersonID string `json:"person_id"`
}

func (e *PersonDied) apply(s *State, f Fact) {
	if e.PersonID == s.SponsorID {
		s.SponsorDiedOn = f.OccurredOn()
	}
	s.with(e.PersonID, func(m *Member) { m.end(Deceased, f.OccurredOn()) })
}

// Cause is what put a member's path in doubt.
type Cause string

// The causes of doubt about a path that has not yet led into Italy.
const (
	SponsorDied     Cause = "sponsor_died"
	SpouseSeparated Cause = "separated"
)

// Doubt is a reason for which a person must decide whether a path goes on.
type Doubt struct {
	Cause Cause      `json:"cause"`
	Since rules.Date `json:"since"`
}

// doubtsOf finds what puts the path in question: the sponsor's death or a
// separation before the member entered, until somebody has decided.
func (s *State) doubtsOf(m *Member) []Doubt {
	var open []Doubt
	for _, d := range []Doubt{{SponsorDied, s.SponsorDiedOn}, {SpouseSeparated, m.SeparatedOn}} {
		inItaly := m.hereSince()
		before := !d.Since.IsZero() && (inItaly.IsZero() || d.Since.Before(inItaly))
		if m.Ending == "" && before && !slices.Contains(m.Upheld, d.Cause) {
			open = append(open, d)
		}
	}
	return open
}

// doubt is the first that is open.
func (s *State) doubt(m *Member) (Doubt, bool) {
	open := s.doubtsOf(m)
	if len(open) == 0 {
		return Doubt{}, false
	}
	return open[0], true
}

// doubts asks for the decision on each path in doubt.
func (a *agenda) doubts() {
	for _, m := range a.state.Members {
		if d, ok := a.state.doubt(m); ok {
			a.policy("doubt", Branches, m, Supervisor, rules.MemberDoubt, d.Since)
		}
	}
}

// ResolveDoubt is a person's decision on a path in doubt: it goes on, or it
// lapses because a requirement of art. 29 TUI is gone.
type ResolveDoubt struct {
	Step
	Outcome string `json:"outcome"` // continues or lapses
}

func (c *ResolveDoubt) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.MemberID)
	if m != nil && (m.Ending == NoLongerEligible && m.EndedOn == c.On && c.Outcome == "lapses" || m.UpheldOn == c.On && c.Outcome == "continues") {
		if _, open := s.doubt(m); !open {
			return nil, nil
		}
	}
	m, refusal := s.about(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	d, open := s.doubt(m)
	switch {
	case !open:
		return nil, refusalOf("no_doubt", "art. 29 c. 1 TUI",
			"Nessun fatto registrato mette in dubbio questo percorso: registra prima il decesso o la separazione.",
			"Nothing recorded puts this path in doubt: record the death or the separation first.").at("member_id")
	case c.On.Before(d.Since):
		return nil, outOfOrder(string(d.Cause), d.Since)
	case c.Outcome == "lapses":
		return one(&MemberLapsed{OfMember: OfMember{m.ID}, Cause: d.Cause}, c.Step), nil
	}
	return c.uphold(m.ID, s.doubtsOf(m)), nil
}

// uphold decides every doubt that had arisen by the day.
func (c *ResolveDoubt) uphold(m string, doubts []Doubt) []Draft {
	var drafts []Draft
	for _, d := range doubts {
		if !c.On.Before(d.Since) {
			drafts = append(drafts, Draft{Event: &MemberUpheld{OfMember: OfMember{m}, Cause: d.Cause}, On: c.On})
		}
	}
	return drafts
}

// MemberLapsed ends a path because a requirement is gone.
type MemberLapsed struct {
	OfMember
	Cause Cause `json:"cause"`
}

func (e *MemberLapsed) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(NoLongerEligible, f.OccurredOn()) })
}

// MemberUpheld lets a path go on in spite of the cause.
type MemberUpheld struct {
	OfMember
	Cause Cause `json:"cause"`
}

func (e *MemberUpheld) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Upheld, m.UpheldOn = append(m.Upheld, e.Cause), f.OccurredOn() })
}
