// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// ArrivalPlan is one plan of arrival as it was told.
type ArrivalPlan struct {
	ToldOn     rules.Date `json:"told_on"`
	Expected   rules.Date `json:"expected_on"`
	Confidence string     `json:"confidence"` // ticket, planned or guess
}

// ExpectArrival sets or changes the day on which a member means to arrive.
type ExpectArrival struct {
	MemberID   string     `json:"member_id"`
	Expected   rules.Date `json:"expected_on"`
	Confidence string     `json:"confidence"` // ticket, planned or guess
}

func (c *ExpectArrival) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(Step{MemberID: c.MemberID}, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.here():
		return nil, alreadyRecorded("entered", m.hereSince())
	case m.ExpectedOn == c.Expected && m.Confidence == c.Confidence:
		return nil, nil
	}
	return []Draft{{Event: &ArrivalExpected{OfMember: OfMember{m.ID}, Expected: c.Expected, Confidence: c.Confidence}}}, nil
}

// ArrivalExpected is the present plan; earlier plans are kept beside it.
type ArrivalExpected struct {
	OfMember
	Expected   rules.Date `json:"expected_on"`
	Confidence string     `json:"confidence"`
}

func (e *ArrivalExpected) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.ExpectedOn, m.Confidence = e.Expected, e.Confidence
		m.Plans = append(m.Plans, ArrivalPlan{f.OccurredOn(), e.Expected, e.Confidence})
	})
}
