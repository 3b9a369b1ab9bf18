// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Guidance is one talk about school before departure.
type Guidance struct {
	On rules.Date `json:"on"`
	By string     `json:"by"` // in which role somebody held it, such as counsellor or mentor
}

// RecordSchoolGuidance records a talk about school before departure. It is meant
// for members of 14 to 21 and refused to nobody else.
type RecordSchoolGuidance struct {
	Step
	By string `json:"by"`
}

func (c *RecordSchoolGuidance) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case slices.Contains(m.Guidance, Guidance{c.On, c.By}):
		return nil, nil
	case m.here() && c.On.After(m.hereSince()):
		return nil, refusalOf("guidance_after_entry", "hub.guidance",
			"L'orientamento prima della partenza si registra fino all'ingresso: dopo, invia al servizio di orientamento scolastico.",
			"Guidance before departure is recorded up to the entry: afterwards, refer to the school counselling service.").at("on")
	}
	return one(&SchoolGuidanceHeld{OfMember: OfMember{m.ID}, By: c.By}, c.Step), nil
}

// SchoolGuidanceHeld is one talk about school before departure.
type SchoolGuidanceHeld struct {
	OfMember
	By string `json:"by"`
}

func (e *SchoolGuidanceHeld) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Guidance = append(m.Guidance, Guidance{f.OccurredOn(), e.By}) })
}

// guidance asks for the talk while the young person is still abroad.
func (a *agenda) guidance(m *Member) {
	birth := m.Who.BirthDate
	if m.AuthorisedOn.IsZero() || m.here() || len(m.Guidance) > 0 || birth.IsZero() {
		return
	}
	age, on := birth.AgeOn(m.AuthorisedOn), m.AuthorisedOn
	if age >= a.book.At(rules.GuidanceFrom, on).Number() && age <= a.book.At(rules.GuidanceTo, on).Number() {
		a.policy("school_guidance", PreDeparture, m, Counsellor, rules.GuidanceDue, on)
	}
}
