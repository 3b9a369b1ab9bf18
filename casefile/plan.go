// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// MakePlan records the family's personal plan with its goals. A new plan keeps
// the goals it names again and drops the others.
type MakePlan struct {
	On    rules.Date `json:"on"`
	Goals []string   `json:"goals"`
}

func (c *MakePlan) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case s.PlanOn == c.On && slices.Equal(s.Goals, c.Goals):
		return nil, nil
	}
	return []Draft{{Event: &PlanMade{Goals: c.Goals, Review: r.Book.Term(rules.PlanReview, c.On)}, On: c.On}}, nil
}

// The owners a goal may have beside a role of the offices.
const (
	OwnerFamily = "family"
	OwnerMember = "member" // the member whom the goal is about
)

// SetGoal adds a goal to the plan, or changes the open goal of the same code
// and member. Wording is what the family called it and is sealed.
type SetGoal struct {
	On       rules.Date `json:"on"`
	Goal     string     `json:"goal"`
	Owner    string     `json:"owner"` // a role, family or member
	MemberID string     `json:"member_id,omitempty"`
	Target   rules.Date `json:"target_on,omitzero"`
	Wording  string     `json:"wording,omitempty"`
}

func (c *SetGoal) decide(s *State, r Request) ([]Draft, *Refusal) {
	if refusal := c.check(s, r); refusal != nil {
		return nil, refusal
	}
	id, person := DeriveID(r.CommandID, "goal"), s.orSponsor(c.MemberID)
	if g := s.openGoal(c.Goal, c.MemberID); g != nil {
		if id = g.ID; g.Owner == c.Owner && g.Target.Due == c.Target && (c.Wording == "" || g.wording == c.Wording) {
			return nil, nil
		}
	}
	set := &GoalSet{GoalID: id, Goal: c.Goal, Owner: c.Owner, MemberID: c.MemberID}
	if !c.Target.IsZero() {
		set.Target = r.Book.Named(rules.GoalDay, c.On, c.Target)
	}
	return []Draft{{Event: set, On: c.On, Private: aside(person, c.Wording)}}, nil
}

func (c *SetGoal) check(s *State, r Request) *Refusal {
	switch {
	case c.On.After(r.Today()):
		return futureDay()
	case s.PlanOn.IsZero():
		return planMissing()
	case c.On.Before(s.PlanOn):
		return outOfOrder("plan_made", s.PlanOn)
	case c.MemberID != "" && s.Member(c.MemberID) == nil:
		return unknownMember()
	case c.Owner == OwnerMember && c.MemberID == "":
		return refusalOf("goal_without_owner", "hub.plan",
			"L'obiettivo è affidato a un familiare: indica quale.",
			"The goal is in the hands of a member: say which one.").at("member_id")
	case !c.Target.IsZero() && c.Target.Before(c.On):
		return outOfOrder("goal_set", c.On).at("target_on")
	}
	return nil
}

func planMissing() *Refusal {
	return refusalOf("plan_missing", "hub.plan",
		"Il piano personale non c'è ancora: registralo prima.",
		"There is no personal plan yet: record it first.")
}

// The outcomes of a goal.
const (
	GoalReached = "reached"
	GoalDropped = "dropped"
)

// CloseGoal records that a goal was reached, or dropped and why.
type CloseGoal struct {
	On      rules.Date `json:"on"`
	GoalID  string     `json:"goal_id"`
	Outcome string     `json:"outcome"` // reached or dropped
	Reason  string     `json:"reason,omitempty"`
}

func (c *CloseGoal) decide(s *State, r Request) ([]Draft, *Refusal) {
	g := s.goal(c.GoalID)
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case g == nil:
		return nil, refusalOf("unknown_goal", "hub.plan",
			"L'obiettivo non fa parte del piano.", "There is no such goal in the plan.").at("goal_id")
	case g.ClosedOn == c.On && g.Outcome == c.Outcome && g.Reason == c.Reason:
		return nil, nil
	case !g.ClosedOn.IsZero():
		return nil, alreadyRecorded("goal_"+g.Outcome, g.ClosedOn)
	case c.On.Before(g.SetOn):
		return nil, outOfOrder("goal_set", g.SetOn)
	case c.Outcome == GoalDropped && c.Reason == "":
		return nil, reasonMissing()
	}
	return []Draft{{Event: &GoalClosed{GoalID: g.ID, Outcome: c.Outcome, Reason: c.Reason}, On: c.On}}, nil
}

func reasonMissing() *Refusal {
	return refusalOf("reason_missing", "case.reasons",
		"Manca il motivo, che chi riprende la pratica dovrà conoscere: indicane il codice.",
		"The reason is missing, which whoever takes the case up will need: give its code.").at("reason")
}

// ReviewPlan records that the plan was looked through with the family.
type ReviewPlan struct {
	On   rules.Date `json:"on"`
	Note string     `json:"note,omitempty"`
}

func (c *ReviewPlan) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case s.PlanOn.IsZero():
		return nil, planMissing()
	case s.PlanReviewedOn == c.On:
		return nil, nil
	case c.On.Before(s.PlanOn):
		return nil, outOfOrder("plan_made", s.PlanOn)
	case c.On.Before(s.PlanReviewedOn):
		return nil, outOfOrder("plan_reviewed", s.PlanReviewedOn)
	}
	return []Draft{{Event: &PlanReviewed{Next: r.Book.Term(rules.PlanReview, c.On)}, On: c.On, Private: aside(s.SponsorID, c.Note)}}, nil
}

// PlanMade replaces the plan.
type PlanMade struct {
	Goals  []string   `json:"goals"`
	Review rules.Term `json:"review,omitzero"`
}

func (e *PlanMade) apply(s *State, f Fact) {
	s.PlanOn, s.Goals, s.PlanReview = f.OccurredOn(), e.Goals, e.Review
	for _, g := range s.Plan {
		if g.ClosedOn.IsZero() && !slices.Contains(e.Goals, g.Code) {
			g.close(GoalDropped, "plan_replaced", f.OccurredOn())
		}
	}
	for _, code := range e.Goals {
		if !slices.ContainsFunc(s.Plan, func(g *Goal) bool { return g.Code == code && g.ClosedOn.IsZero() }) {
			s.Plan = append(s.Plan, &Goal{ID: DeriveID(f.EventID, "goal/"+code), Code: code, Owner: string(Counsellor), SetOn: f.OccurredOn()})
		}
	}
}

// GoalSet adds a goal to the plan or changes it; its wording is sealed with the
// person it is about.
type GoalSet struct {
	GoalID   string     `json:"goal_id"`
	Goal     string     `json:"goal"`
	Owner    string     `json:"owner"`
	MemberID string     `json:"member_id,omitempty"`
	Target   rules.Term `json:"target,omitzero"`
}

func (e *GoalSet) apply(s *State, f Fact) {
	g := s.goal(e.GoalID)
	if g == nil {
		g = &Goal{ID: e.GoalID, Code: e.Goal, MemberID: e.MemberID, SetOn: f.OccurredOn()}
		s.Plan = append(s.Plan, g)
	}
	g.Owner, g.Target = e.Owner, e.Target
	if note := f.Private[s.orSponsor(e.MemberID)].Note; note != "" {
		g.wording = note
	}
}

// GoalClosed ends a goal.
type GoalClosed struct {
	GoalID  string `json:"goal_id"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason,omitempty"`
}

func (e *GoalClosed) apply(s *State, f Fact) {
	if g := s.goal(e.GoalID); g != nil {
		g.close(e.Outcome, e.Reason, f.OccurredOn())
	}
}

// PlanReviewed says that the plan was looked through, and by when it is again.
type PlanReviewed struct {
	Next rules.Term `json:"next"`
}

func (e *PlanReviewed) apply(s *State, f Fact) {
	s.PlanReviewedOn, s.PlanReview = f.OccurredOn(), e.Next
}

// Goal is one goal of the personal plan.
type Goal struct {
	ID       string
	Code     string
	Owner    string // a role, family or member
	MemberID string // whom it is about; empty for the family
	Target   rules.Term
	SetOn    rules.Date
	ClosedOn rules.Date
	Outcome  string // reached, dropped, or empty while open
	Reason   string

	wording string // as the family put it; never in a view
}

func (g *Goal) close(outcome, reason string, on rules.Date) {
	g.Outcome, g.Reason, g.ClosedOn = outcome, reason, on
}

func (s *State) goal(id string) *Goal {
	return firstOf(s.Plan, func(g *Goal) bool { return g.ID == id })
}

func (s *State) openGoal(code, member string) *Goal {
	return firstOf(s.Plan, func(g *Goal) bool { return g.ClosedOn.IsZero() && g.Code == code && g.MemberID == member })
}

// firstOf finds the first thing that is meant, or nil.
func firstOf[T any](things []*T, meant func(*T) bool) *T {
	if at := slices.IndexFunc(things, meant); at >= 0 {
		return things[at]
	}
	return nil
}

// plan lists the review of the plan and the goals whose day was set.
func (a *agenda) plan() {
	s := a.state
	if s.allEnded() {
		return
	}
	if !s.PlanReview.IsZero() {
		a.add(Due{Item: "plan_review", Part: FollowUp, By: Counsellor, Term: s.PlanReview})
	}
	for _, g := range s.Plan {
		if g.ClosedOn.IsZero() && !g.Target.IsZero() {
			a.add(Due{Item: "goal", Part: FollowUp, Subject: g.ID, MemberID: g.MemberID, By: g.looksAfter(), Term: g.Target})
		}
	}
}

// looksAfter is the role that follows a goal up; the counsellor does so for the family.
func (g *Goal) looksAfter() Role {
	if g.Owner == OwnerFamily || g.Owner == OwnerMember || g.Owner == "" {
		return Counsellor
	}
	return Role(g.Owner)
}

// GoalView is one goal of the plan; the family's own words stay in the history.
type GoalView struct {
	GoalID   string     `json:"goal_id"`
	Goal     string     `json:"goal"`
	Owner    string     `json:"owner"`
	MemberID string     `json:"member_id,omitempty"`
	SetOn    rules.Date `json:"set_on"`
	TargetOn rules.Date `json:"target_on,omitzero"`
	ClosedOn rules.Date `json:"closed_on,omitzero"`
	Outcome  string     `json:"outcome,omitempty"`
	Reason   string     `json:"reason,omitempty"`
}

func goalViews(goals []*Goal) []GoalView {
	var list []GoalView
	for _, g := range goals {
		list = append(list, GoalView{g.ID, g.Code, g.Owner, g.MemberID, g.SetOn, g.Target.Due, g.ClosedOn, g.Outcome, g.Reason})
	}
	return list
}
