// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// The verdicts of a DNA test (art. 29 c. 1-bis TUI).
const (
	KinshipConfirmed    = "confirmed"
	KinshipDisproved    = "disproved"
	KinshipInconclusive = "inconclusive"
)

// RecordDNAResult records what a DNA test said of a member's kinship: the verdict
// only, never a finding.
type RecordDNAResult struct {
	Step
	Verdict string `json:"verdict"`
}

func (c *RecordDNAResult) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.MemberID)
	switch {
	case m == nil:
		return nil, unknownMember()
	case c.On.After(r.Today()):
		return nil, futureDay()
	case m.KinshipOn == c.On && m.KinshipVerdict == c.Verdict:
		return nil, nil
	case m.Ending != "" && m.Ending != NoLongerEligible && !m.toldLate(c.On):
		return nil, memberEnded(m.Ending)
	case m.KinshipOn == c.On:
		return nil, alreadyRecorded("kinship_tested", c.On)
	}
	return one(&KinshipTested{OfMember: OfMember{m.ID}, Verdict: c.Verdict}, c.Step), nil
}

// KinshipTested is the verdict of a DNA test. Disproved, it ends the path of a
// member who is abroad, and of nobody else; a later test may take it up again.
// Of one who is here it ends nothing: what becomes of a child is for people to say.
type KinshipTested struct {
	OfMember
	Verdict string `json:"verdict"`
}

func (e *KinshipTested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		if f.OccurredOn().Before(m.KinshipOn) {
			return // an earlier test that is told late
		}
		was := m.disproved()
		m.KinshipOn, m.KinshipVerdict = f.OccurredOn(), e.Verdict
		switch {
		case was && !m.disproved(): // a path that lapsed for another reason stays lapsed
			m.overturn(NoLongerEligible)
		case m.Ending == "" && !m.here() && !m.appealing():
			m.end(NoLongerEligible, f.OccurredOn())
		}
	})
}

func (m *Member) disproved() bool { return m.KinshipVerdict == KinshipDisproved }

// kinship asks for a talk with the family when a kinship was disproved after the
// arrival: the child may have nobody responsible here (L. 47/2017).
func (a *agenda) kinship(m *Member) {
	if m.here() && m.disproved() {
		a.once(Due{Item: "kinship_follow_up", Part: Branches, Subject: m.ID, MemberID: m.ID, By: Counsellor,
			Term: a.book.Term(rules.FollowUp, m.KinshipOn)})
	}
}
