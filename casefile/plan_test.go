// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"strings"
	"testing"
	"time"

	"ricongiungi/rules"
)

// followUpExamples has the hub's commands that need a history of their own.
func followUpExamples(t *testing.T) map[string]example {
	planned := and(until("entered", wife), told("2026-05-20", &MakePlan{On: day("2026-05-20"), Goals: []string{"work"}}))
	goal := given(t, planned...).state().Plan[0].ID
	booked := and(until("entered", wife), appointment)
	booking := given(t, booked...).state().Appointments[0].ID
	sent := and(until("entered", wife), told("2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: "celav"}))
	referral := given(t, sent...).state().Referrals[0].ID
	accepted := and(sent, told("2026-05-11", moveTo(referral, ReferralAccepted, "2026-05-11")))
	low := and(until("entered", wife), told("2026-06-04", &HoldCheckIn{On: day("2026-06-04"), Month: 1, Scores: map[string]int{"housing": 1}}))
	concern := given(t, low...).state().Concerns[0].ID
	return map[string]example{
		"set_goal":             {planned, "2026-05-21", &SetGoal{On: day("2026-05-21"), Goal: "italian_a2", Owner: "member", MemberID: wife, Target: day("2026-12-31"), Wording: "wants to talk to the doctor alone"}, "goal_set"},
		"close_goal":           {planned, "2026-09-01", &CloseGoal{On: day("2026-09-01"), GoalID: goal, Outcome: GoalReached}, "goal_closed"},
		"review_plan":          {planned, "2026-08-20", &ReviewPlan{On: day("2026-08-20"), Note: "going well"}, "plan_reviewed"},
		"move_appointment":     {booked, "2026-05-06", &MoveAppointment{AppointmentID: booking, At: noon("2026-05-12"), Room: "colloqui-1"}, "appointment_cancelled appointment_booked"},
		"cancel_appointment":   {booked, "2026-05-06", &CancelAppointment{AppointmentID: booking, Reason: "family_asked"}, "appointment_cancelled"},
		"draft_referral":       {until("entered", wife), "2026-05-05", &DraftReferral{On: day("2026-05-05"), MemberID: wife, Service: "legal_advice", Note: "papers to bring"}, "referral_drafted"},
		"record_referral_step": {sent, "2026-05-11", moveTo(referral, ReferralAccepted, "2026-05-11"), "referral_moved"},
		"record_celav_step":    {accepted, "2026-05-14", &RecordCELAVStep{On: day("2026-05-14"), ReferralID: referral, Step: CELAVOrientation}, "celav_moved"},
		"resolve_concern":      {low, "2026-06-08", &ResolveConcern{On: day("2026-06-08"), ConcernID: concern, Outcome: "helped", Note: "moved to the uncle"}, "concern_resolved"},
		"report_absences":      {until("school_started", child), "2026-06-08", &ReportAbsences{MemberID: child, From: day("2026-05-26"), To: day("2026-06-05"), Days: 4}, "absences_reported"},
	}
}

func planRefusals(t *testing.T) []refusal {
	entered := until("entered", wife)
	planned := and(entered, told("2026-05-20", &MakePlan{On: day("2026-05-20"), Goals: []string{"work"}}))
	id := given(t, planned...).state().Plan[0].ID
	dropped := and(planned, told("2026-06-01", &CloseGoal{On: day("2026-06-01"), GoalID: id, Outcome: GoalDropped, Reason: "moved"}))
	goal := SetGoal{On: day("2026-05-21"), Goal: "italian_a2", Owner: OwnerFamily}
	set := func(change func(*SetGoal)) Command {
		g := goal
		change(&g)
		return &g
	}
	return []refusal{
		{"a goal without a plan", entered, "2026-05-21", &goal, "plan_missing"},
		{"a goal set tomorrow", planned, "2026-05-21", set(func(g *SetGoal) { g.On = day("2026-05-22") }), "day_in_future"},
		{"a goal older than its plan", planned, "2026-05-21", set(func(g *SetGoal) { g.On = day("2026-05-19") }), "days_out_of_order"},
		{"a goal of a stranger", planned, "2026-05-21", set(func(g *SetGoal) { g.MemberID = "x" }), "unknown_member"},
		{"a goal of a member nobody named", planned, "2026-05-21", set(func(g *SetGoal) { g.Owner = OwnerMember }), "goal_without_owner"},
		{"a goal for yesterday", planned, "2026-05-21", set(func(g *SetGoal) { g.Target = day("2026-05-20") }), "days_out_of_order"},
		{"a goal nobody set", planned, "2026-05-21", &CloseGoal{On: day("2026-05-21"), GoalID: "x", Outcome: GoalReached}, "unknown_goal"},
		{"a goal reached tomorrow", planned, "2026-05-21", &CloseGoal{On: day("2026-05-22"), GoalID: id, Outcome: GoalReached}, "day_in_future"},
		{"a goal reached before it was set", planned, "2026-05-21", &CloseGoal{On: day("2026-05-19"), GoalID: id, Outcome: GoalReached}, "days_out_of_order"},
		{"a goal dropped without a reason", planned, "2026-05-21", &CloseGoal{On: day("2026-05-21"), GoalID: id, Outcome: GoalDropped}, "reason_missing"},
		{"a goal dropped and reached", dropped, "2026-06-03", &CloseGoal{On: day("2026-06-03"), GoalID: id, Outcome: GoalReached}, "already_recorded"},
		{"a review without a plan", entered, "2026-05-21", &ReviewPlan{On: day("2026-05-21")}, "plan_missing"},
		{"a review tomorrow", planned, "2026-05-21", &ReviewPlan{On: day("2026-05-22")}, "day_in_future"},
		{"a review before the plan", planned, "2026-05-21", &ReviewPlan{On: day("2026-05-19")}, "days_out_of_order"},
		{"a review before the last one", and(planned, told("2026-08-20", &ReviewPlan{On: day("2026-08-20")})), "2026-08-21", &ReviewPlan{On: day("2026-08-19")}, "days_out_of_order"},
	}
}

func TestAPlanIsReviewedEveryThreeMonths(t *testing.T) {
	planned := and(until("entered", wife), told("2026-05-20", &MakePlan{On: day("2026-05-20"), Goals: []string{"work"}}))
	given(t, planned...).thenDue("plan_review", "", "2026-08-20").
		when("2026-08-25", &ReviewPlan{On: day("2026-08-25")}).then(&PlanReviewed{Next: term(rules.PlanReview, "2026-08-25", "2026-11-25")}).
		thenDue("plan_review", "", "2026-11-25")
}

func TestAGoalIsDueOnItsDayWithWhoeverOwnsIt(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-05-20", &MakePlan{On: day("2026-05-20"), Goals: []string{"work"}}))...)
	s.when("2026-05-21", &SetGoal{On: day("2026-05-21"), Goal: "school_place", Owner: "education_officer", MemberID: child, Target: day("2026-09-14")}).record()
	id := s.state().Plan[1].ID
	if d, _ := s.thenDue("goal", id, "2026-09-14").due("goal", id); d.By != EducationOfficer || !strings.Contains(d.Explain(book).It, "Obiettivo del piano personale: scade il 14/9/2026") {
		t.Errorf("the goal is with %s: %s", d.By, d.Explain(book).It)
	}
	s.when("2026-09-01", &CloseGoal{On: day("2026-09-01"), GoalID: id, Outcome: GoalReached}).record().thenNotDue("goal", id)
}

func TestSettingAGoalAgainChangesItAndKeepsItsName(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-05-20", &MakePlan{On: day("2026-05-20"), Goals: []string{"work"}}))...)
	id := s.state().Plan[0].ID
	s.when("2026-06-01", &SetGoal{On: day("2026-06-01"), Goal: "work", Owner: OwnerFamily, Target: day("2026-10-01"), Wording: "a job near home"}).
		then(&GoalSet{GoalID: id, Goal: "work", Owner: OwnerFamily, Target: rules.Term{Ref: book.At(rules.GoalDay, day("2026-06-01")).Ref(), From: day("2026-06-01"), Due: day("2026-10-01")}})
	if len(s.state().Plan) != 1 {
		t.Error("the goal was set twice")
	}
	s.when("2026-06-02", &SetGoal{On: day("2026-06-02"), Goal: "work", Owner: OwnerFamily, Target: day("2026-10-01"), Wording: "any job"}).record()
	s.when("2026-06-03", &SetGoal{On: day("2026-06-03"), Goal: "work", Owner: OwnerFamily, Target: day("2026-10-01"), Wording: "a job near home"})
	if len(s.drafts) != 1 {
		t.Error("the family's change of mind is lost")
	}
}

func TestWhatTheFamilyCallsItsGoalIsInNoView(t *testing.T) {
	e := followUpExamples(t)["set_goal"]
	s := given(t, e.given...).when(e.on, e.tell).record()
	if strings.Contains(asJSON(ViewOf(s.state(), book)), "doctor") || !strings.Contains(asJSON(s.facts[len(s.facts)-1].Private[wife]), "doctor") {
		t.Error("the wording is in the view, or not sealed with the wife")
	}
}

func TestANewPlanKeepsTheGoalsItNamesAgain(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-05-20", &MakePlan{On: day("2026-05-20"), Goals: []string{"work", "housing"}}))...)
	work := s.state().Plan[0].ID
	s.when("2026-09-01", &MakePlan{On: day("2026-09-01"), Goals: []string{"work", "italian_a2"}}).record()
	got := ""
	for _, g := range s.state().Plan {
		got += g.Code + " " + g.Outcome + " " + g.Reason + "; "
	}
	if got != "work  ; housing dropped plan_replaced; italian_a2  ; " || s.state().Plan[0].ID != work {
		t.Errorf("the plan is %s", got)
	}
}

// A plan recorded before plans were reviewed has no term and none is made up.
func TestAPlanOfTheFirstReleaseIsStillRead(t *testing.T) {
	event, err := DecodeEvent("plan_made", 1, []byte(`{"goals":["work"]}`))
	if err != nil {
		t.Fatal(err)
	}
	facts := given(t, until("entered", wife)...).facts
	facts = append(facts, Fact{CaseID: caseID, Version: int64(len(facts) + 1), EventID: "p1", OccurredAt: noon("2026-05-20"), RecordedAt: noon("2026-05-20"), Event: event})
	s := Fold(AsOf(facts, time.Time{}, time.Time{}))
	if len(s.Plan) != 1 || s.Plan[0].looksAfter() != Counsellor || !s.PlanReview.IsZero() {
		t.Errorf("the plan is %s", asJSON(s.Plan))
	}
}
