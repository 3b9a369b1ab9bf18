// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"strings"
	"testing"
)

func celavStep(referral string, step CELAVStep, on string) *RecordCELAVStep {
	c := &RecordCELAVStep{On: day(on), ReferralID: referral, Step: step}
	if step == CELAVProject {
		c.ServiceDuties, c.MemberDuties = []string{"find_company", "tutor"}, []string{"attend", "italian_course"}
	}
	return c
}

// withCELAV is the wife's way through CELAV up to and including the step.
func withCELAV(t *testing.T, last CELAVStep) ([]telling, string) {
	t.Helper()
	history := and(until("permit_requested", wife), told("2026-05-12", &SendReferral{On: day("2026-05-12"), MemberID: wife, Service: "celav"}))
	id := given(t, history...).state().Referrals[0].ID
	history = and(history, told("2026-05-13", moveTo(id, ReferralAccepted, "2026-05-13")))
	for _, s := range []struct {
		step CELAVStep
		on   string
	}{{CELAVOrientation, "2026-05-14"}, {CELAVMeeting, "2026-05-18"}, {CELAVAssessment, "2026-05-25"}, {CELAVProject, "2026-06-03"},
		{CELAVMatching, "2026-06-10"}, {CELAVTraineeship, "2026-07-01"}, {CELAVRenewed, "2026-09-28"}} {
		if last == "" {
			break
		}
		history = and(history, told(s.on, celavStep(id, s.step, s.on)))
		if s.step == last {
			break
		}
	}
	return history, id
}

func celavRefusals(t *testing.T) []refusal {
	girlIn := until("entered", girl) // she turns sixteen on the day she enters
	childIn := until("entered", child)
	nobody := and([]telling{told("2025-11-03", nameless())}, told("2026-02-16", authorise("2026-02-16")))
	accepted, id := withCELAV(t, "")
	assessed, _ := withCELAV(t, CELAVAssessment)
	working, _ := withCELAV(t, CELAVTraineeship)
	renewed, _ := withCELAV(t, CELAVRenewed)
	sent, waiting := referred(t, "celav")
	legal, other := referred(t, "legal_advice", func(id string) telling { return told("2026-05-06", moveTo(id, ReferralAccepted, "2026-05-06")) })
	early, young := referred(t, "celav", func(id string) telling { return told("2026-05-06", moveTo(id, ReferralAccepted, "2026-05-06")) })
	for _, step := range []CELAVStep{CELAVMeeting, CELAVAssessment, CELAVProject} {
		early = and(early, told("2026-05-07", celavStep(young, step, "2026-05-07")))
	}
	bare := celavStep(id, CELAVProject, "2026-06-03")
	bare.MemberDuties = nil
	return []refusal{
		{"a child sent to CELAV", childIn, "2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: child, Service: "celav"}, "too_young_for_celav"},
		{"a girl sent to CELAV the day before she is sixteen", and(girlIn, told("2026-05-04", &AddNote{Note: "n"})), "2026-05-05", &SendReferral{On: day("2026-05-03"), MemberID: girl, Service: "celav"}, "too_young_for_celav"},
		{"one of unknown age sent to CELAV", nobody, "2026-03-02", &SendReferral{On: day("2026-03-02"), MemberID: child, Service: "celav"}, "age_unknown"},
		{"a CELAV step before CELAV answered", sent, "2026-05-06", celavStep(waiting, CELAVOrientation, "2026-05-06"), "not_with_celav"},
		{"a CELAV step with lawyers", legal, "2026-05-07", celavStep(other, CELAVOrientation, "2026-05-07"), "not_with_celav"},
		{"a CELAV step of no referral", accepted, "2026-05-14", celavStep("x", CELAVOrientation, "2026-05-14"), "unknown_referral"},
		{"a CELAV step tomorrow", accepted, "2026-05-14", celavStep(id, CELAVOrientation, "2026-05-15"), "day_in_future"},
		{"a CELAV step before CELAV's answer", accepted, "2026-05-14", celavStep(id, CELAVOrientation, "2026-05-12"), "days_out_of_order"},
		{"a traineeship before anything else", accepted, "2026-05-14", celavStep(id, CELAVTraineeship, "2026-05-14"), "celav_step_not_next"},
		{"a project that binds one side only", assessed, "2026-06-03", bare, "duties_missing"},
		{"work before the receipt of the permit", early, "2026-05-08", celavStep(young, CELAVMatching, "2026-05-08"), "no_right_to_work"},
		{"a second renewal", renewed, "2026-12-20", celavStep(id, CELAVRenewed, "2026-12-20"), "traineeship_renewed_already"},
		{"a traineeship completed before its end", working, "2026-09-28", celavStep(id, CELAVCompleted, "2026-09-28"), "traineeship_not_over"},
		{"an interruption closed as a completion", and(working, told("2026-08-03", celavStep(id, CELAVInterrupted, "2026-08-03"))), "2026-10-05", &CloseReferral{On: day("2026-10-05"), ReferralID: id, Outcome: "traineeship_completed"}, "traineeship_not_completed"},
	}
}

func TestTheDoorOfCELAVOpensOnTheSixteenthBirthday(t *testing.T) {
	s := given(t, until("entered", girl)...)
	s.when("2026-05-04", &SendReferral{On: day("2026-05-04"), MemberID: girl, Service: "celav"})
	if s.refusal != nil {
		t.Errorf("refused with %s", s.refusal.Code)
	}
}

func TestATraineeshipLastsThreeMonthsAndOnceThreeMore(t *testing.T) {
	working, id := withCELAV(t, CELAVTraineeship)
	given(t, working...).thenDue("traineeship_end", id, "2026-10-01")
	renewed, _ := withCELAV(t, CELAVRenewed)
	s := given(t, renewed...).thenDue("traineeship_end", id, "2027-01-02") // 1 January is a holiday
	s.when("2026-12-20", celavStep(id, CELAVRenewed, "2026-12-20"))
	if s.refusal == nil || !strings.HasPrefix(s.refusal.Rule, "celav.traineeship.renewals") {
		t.Errorf("the second renewal is answered with %+v", s.refusal)
	}
}

func TestATraineeshipIsOverOnItsLastWorkingDay(t *testing.T) {
	working, id := withCELAV(t, CELAVTraineeship)
	s := given(t, working...)
	s.when("2026-09-29", celavStep(id, CELAVCompleted, "2026-09-29")).thenRefused("traineeship_not_over")
	s.when("2026-09-30", celavStep(id, CELAVCompleted, "2026-09-30")).record().thenNotDue("traineeship_end", id).thenDue("referral_progress", id, "2026-10-30")
	s.when("2026-10-05", &CloseReferral{On: day("2026-10-05"), ReferralID: id, Outcome: "contract"}).
		then(&ReferralClosed{ReferralID: id, Outcome: "contract", Status: ReferralCompleted})
}

func TestAnInterruptionEndsEarlyAndLeadsToAnotherMatch(t *testing.T) {
	working, id := withCELAV(t, CELAVTraineeship)
	s := given(t, and(working, told("2026-08-03", celavStep(id, CELAVInterrupted, "2026-08-03")))...)
	s.when("2026-08-10", celavStep(id, CELAVMatching, "2026-08-10")).record()
	if c := s.state().Referrals[0].CELAV; c.atWork() || c.Renewals != 0 {
		t.Errorf("after another match it is %+v", c)
	}
	stopped := given(t, and(working, told("2026-08-03", celavStep(id, CELAVInterrupted, "2026-08-03")))...)
	stopped.when("2026-08-10", &CloseReferral{On: day("2026-08-10"), ReferralID: id, Outcome: "traineeship_interrupted"}).
		then(&ReferralClosed{ReferralID: id, Outcome: "traineeship_interrupted", Status: ReferralDropped})
}
