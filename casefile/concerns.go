// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// The kinds of concern.
const (
	ConcernWellBeing = "well_being" // a score of a check-in
	ConcernAbsences  = "absences"   // risk of dropping out of school
)

// Concern is something about a family that somebody must talk to it about. It
// stays on the agenda until it is resolved with an outcome.
type Concern struct {
	ID         string
	Kind       string
	About      string // the pillar, for well-being
	MemberID   string
	RaisedOn   rules.Date
	FollowUp   rules.Term
	ResolvedOn rules.Date
	Outcome    string
}

// ResolveConcern records what came of a concern.
type ResolveConcern struct {
	On        rules.Date `json:"on"`
	ConcernID string     `json:"concern_id"`
	Outcome   string     `json:"outcome"`
	Note      string     `json:"note,omitempty"`
}

func (c *ResolveConcern) decide(s *State, r Request) ([]Draft, *Refusal) {
	found := s.concern(c.ConcernID)
	switch {
	case found == nil, r.Actor.Role == EducationOfficer && found.Kind != ConcernAbsences: // what the hub sees is not theirs
		return nil, refusalOf("unknown_concern", "hub.concerns",
			"La segnalazione non esiste in questa pratica.", "There is no such concern on the case.").at("concern_id")
	case c.On.After(r.Today()):
		return nil, futureDay()
	case found.ResolvedOn == c.On && found.Outcome == c.Outcome:
		return nil, nil
	case !found.ResolvedOn.IsZero():
		return nil, alreadyRecorded("concern_resolved", found.ResolvedOn)
	case c.On.Before(found.RaisedOn):
		return nil, outOfOrder("concern_raised", found.RaisedOn)
	}
	return []Draft{{Event: &ConcernResolved{ConcernID: found.ID, Outcome: c.Outcome}, On: c.On, Private: aside(s.orSponsor(found.MemberID), c.Note)}}, nil
}

// ConcernResolved ends a concern.
type ConcernResolved struct {
	ConcernID string `json:"concern_id"`
	Outcome   string `json:"outcome"`
}

func (e *ConcernResolved) apply(s *State, f Fact) {
	if c := s.concern(e.ConcernID); c != nil {
		c.ResolvedOn, c.Outcome = f.OccurredOn(), e.Outcome
	}
}

func (s *State) concern(id string) *Concern {
	return firstOf(s.Concerns, func(c *Concern) bool { return c.ID == id })
}

// concerns lists what is to be talked about. Absences concern the counsellor and
// the education department, each with an item of its own.
func (a *agenda) concerns() {
	for _, c := range a.state.Concerns {
		if !c.ResolvedOn.IsZero() || a.state.gone(c.MemberID) {
			continue
		}
		due := Due{Item: "well_being", Part: FollowUp, Subject: c.ID, MemberID: c.MemberID, By: Counsellor, Term: c.FollowUp}
		if c.Kind == ConcernAbsences {
			due.Item, due.Part = "drop_out_risk", Schooling
			school := due
			school.Item, school.By = "drop_out_alert", EducationOfficer
			a.add(school)
		}
		a.add(due)
	}
}

// gone tells whether the member's path has ended other than well.
func (s *State) gone(member string) bool {
	m := s.Member(member)
	return m != nil && m.Ending != "" && m.Ending != Settled
}

// ConcernView is a concern as readers see it.
type ConcernView struct {
	ConcernID  string     `json:"concern_id"`
	Kind       string     `json:"kind"`
	About      string     `json:"about,omitempty"`
	MemberID   string     `json:"member_id,omitempty"`
	RaisedOn   rules.Date `json:"raised_on"`
	ResolvedOn rules.Date `json:"resolved_on,omitzero"`
	Outcome    string     `json:"outcome,omitempty"`
}

func concernViews(concerns []*Concern) []ConcernView {
	var list []ConcernView
	for _, c := range concerns {
		list = append(list, ConcernView{c.ID, c.Kind, c.About, c.MemberID, c.RaisedOn, c.ResolvedOn, c.Outcome})
	}
	return list
}
