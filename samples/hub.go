// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"slices"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

// gradeAt is the class the child belongs to when it arrives; in summer that of
// the school year to come.
func gradeAt(m handoff.Member, on rules.Date) int {
	year := casefile.SchoolYear(on)
	if on.Month >= time.June && on.Month < time.September {
		year = on.Year
	}
	return casefile.Grade(year, m.Person.BirthDate)
}

// searchingFor is for how many days some children look for a place.
const searchingFor = 150

// school goes from the request to the first day, which it gives.
func (s *story) school(m handoff.Member, entered rules.Date, level string) rules.Date {
	requested := s.after(entered, 1, 5)
	s.tell(requested, &casefile.RequestSchool{Step: s.step(m, requested)})
	if requested.DaysUntil(s.today) < searchingFor && s.one(2) {
		return s.today.AddMonths(12) // no place has been found yet
	}
	proposed := s.after(requested, 3, 8)
	s.tell(proposed, &casefile.ProposePlace{Step: s.step(m, proposed), SchoolCode: pick(s.dice, schoolsOf[level])})
	if s.one(8) {
		declined := s.after(proposed, 1, 3)
		s.tell(declined, &casefile.DeclinePlace{Step: s.step(m, declined), Reason: "too_far"})
		proposed = s.after(declined, 2, 6)
		s.tell(proposed, &casefile.ProposePlace{Step: s.step(m, proposed), SchoolCode: pick(s.dice, schoolsOf[level])})
	}
	accepted := s.after(proposed, 1, 4)
	s.tell(accepted, &casefile.AcceptPlace{Step: s.step(m, accepted)})
	enrolled := s.after(accepted, 1, 2)
	s.tell(enrolled, &casefile.RecordEnrolled{Step: s.step(m, enrolled), Reserve: s.one(5)})
	started := inTerm(s.after(enrolled, 1, 4))
	s.tell(started, &casefile.RecordSchoolStarted{Step: s.step(m, started)})
	s.stays(m, started)
	return started
}

// stays is what the school tells of a child after the first day.
func (s *story) stays(m handoff.Member, started rules.Date) {
	seen := workday(started.AddMonths(1))
	s.tell(seen, &casefile.RecordAttendanceConfirmed{Step: s.step(m, seen)})
	if s.happens("school.leaves") {
		left := s.after(seen, 10, 60)
		s.left = append(s.left, m.Ref)
		s.tell(left, &casefile.RecordSchoolLeft{Step: s.step(m, left), Reason: pick(s.dice, []string{"moved", "work", "unknown"})})
	}
}

// inTerm moves a first day out of the summer holidays.
func inTerm(d rules.Date) rules.Date {
	begin := rules.On(d.Year, time.September, 12)
	if d.After(rules.On(d.Year, time.June, 8)) && d.Before(begin) {
		return workday(begin)
	}
	return d
}

// accompany is the hub's follow-up after the first entry.
func (s *story) accompany(members int) {
	if len(s.here) == 0 {
		return
	}
	first := slices.MinFunc(s.here, func(a, b rules.Date) int { return b.DaysUntil(a) })
	s.plan(s.after(first, 10, 25))
	for _, month := range []int{1, 3, 6} {
		held := s.after(first.AddMonths(month), 0, 6)
		s.tell(held, &casefile.HoldCheckIn{On: held, Month: month, Scores: s.scores()})
	}
	switch {
	case s.done == members:
		s.tell(s.today, &casefile.CloseCase{Reason: "all_settled"})
	case !first.After(s.today):
		s.refer(first)
	}
}

// plan is made with the family, which has a goal of its own in it.
func (s *story) plan(on rules.Date) {
	s.tell(on, &casefile.MakePlan{On: on, Goals: []string{"italian_a2", pick(s.dice, []string{"work", "housing", "health_enrolment"})}})
	s.tell(on, &casefile.SetGoal{On: on, Goal: "family_wish", Owner: casefile.OwnerFamily, Target: on.AddMonths(6),
		Wording: pick(s.dice, []string{"Ask the way without help.", "Find a football team for the boy.", "Cook for the neighbours."})})
	reviewed := workday(on.AddMonths(3))
	s.tell(reviewed, &casefile.ReviewPlan{On: reviewed})
}

// refer sends half of the families on to another service and sees the others again.
func (s *story) refer(first rules.Date) {
	if s.one(2) {
		sent := s.after(first, 12, 30)
		service := pick(s.dice, []string{"italian_courses", "celav", "legal_advice", "health_enrolment"})
		s.tell(sent, &casefile.SendReferral{On: sent, Service: service, Basis: "public_task"})
		return
	}
	meeting := s.after(s.today, 2, 9).Start().Add(10 * time.Hour)
	s.tell(s.today, &casefile.BookAppointment{At: meeting.UTC(), Place: "hub", Purpose: "plan_review"})
}

func (s *story) scores() map[string]int {
	scores := map[string]int{}
	for _, pillar := range casefile.Pillars() {
		scores[pillar.Code] = s.between(2, 5)
	}
	return scores
}
