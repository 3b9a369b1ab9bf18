// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"testing"

	"ricongiungi/rules"
)

func checkIn(on string, month int, scores map[string]int) *HoldCheckIn {
	return &HoldCheckIn{On: day(on), Month: month, Scores: scores}
}

func checkInRefusals(t *testing.T) []refusal {
	entered := until("entered", wife)
	low := and(entered, told("2026-06-04", checkIn("2026-06-04", 1, map[string]int{"health": 1})))
	id := given(t, low...).state().Concerns[0].ID
	resolve := func(on, outcome string) *ResolveConcern {
		return &ResolveConcern{On: day(on), ConcernID: id, Outcome: outcome}
	}
	resolved := and(low, told("2026-06-08", resolve("2026-06-08", "helped")))
	return []refusal{
		{"a pillar nobody knows", entered, "2026-06-04", checkIn("2026-06-04", 1, map[string]int{"weather": 3}), "unknown_pillar"},
		{"a check-in with a stranger", entered, "2026-06-04", &HoldCheckIn{On: day("2026-06-04"), Month: 1, MemberID: "x"}, "unknown_member"},
		{"a check-in with a member who is abroad", entered, "2026-06-04", &HoldCheckIn{On: day("2026-06-04"), Month: 1, MemberID: child}, "not_entered"},
		{"a concern nobody raised", low, "2026-06-08", &ResolveConcern{On: day("2026-06-08"), ConcernID: "x", Outcome: "helped"}, "unknown_concern"},
		{"a concern resolved tomorrow", low, "2026-06-08", resolve("2026-06-09", "helped"), "day_in_future"},
		{"a concern resolved before it was raised", low, "2026-06-08", resolve("2026-06-03", "helped"), "days_out_of_order"},
		{"a concern resolved twice", resolved, "2026-06-10", resolve("2026-06-10", "left"), "already_recorded"},
	}
}

func TestAScoreGivesConcernWhenItIsLowestOrFallsByTwo(t *testing.T) {
	first := told("2026-06-04", checkIn("2026-06-04", 1, map[string]int{"housing": 4, "work": 3, "health": 5}))
	for _, c := range []struct {
		why    string
		scores map[string]int
		want   []string
	}{
		{"a fall of one", map[string]int{"housing": 3, "work": 2, "health": 4}, nil},
		{"a fall of two", map[string]int{"housing": 2, "work": 3, "health": 5}, []string{"housing"}},
		{"a score of one", map[string]int{"housing": 4, "work": 1, "health": 5}, []string{"work"}},
		{"a score of one not known before", map[string]int{"rights": 1}, []string{"rights"}},
		{"two at once, in the order of the pillars", map[string]int{"health": 3, "housing": 1}, []string{"housing", "health"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := given(t, and(until("entered", wife), first)...).when("2026-08-04", checkIn("2026-08-04", 3, c.scores)).record()
			held := s.facts[len(s.facts)-1].Event.(*CheckInHeld)
			if !slices.Equal(held.Concerns, c.want) {
				t.Errorf("it gives concern about %v", held.Concerns)
			}
		})
	}
}

func TestAConcernStaysOnTheAgendaUntilItIsResolved(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-06-04", checkIn("2026-06-04", 1, map[string]int{"housing": 1})))...)
	id := s.state().Concerns[0].ID
	s.thenDue("well_being", id, "2026-06-09")
	if effects := Effects(s.state(), s.facts[len(s.facts)-1]); len(effects) != 1 || effects[0].Template != "well_being" {
		t.Errorf("the counsellor hears %+v", effects)
	}
	s.when("2026-06-20", &Wake{}).record().thenDue("well_being", id, "2026-06-09")
	s.when("2026-06-22", &ResolveConcern{On: day("2026-06-22"), ConcernID: id, Outcome: "referred"}).
		then(&ConcernResolved{ConcernID: id, Outcome: "referred"}).thenNotDue("well_being", id)
	if v := ViewOf(s.state(), book).Concerns[0]; v.About != "housing" || v.Outcome != "referred" {
		t.Errorf("it is seen as %+v", v)
	}
}

func TestAMembersCheckInIsComparedWithTheSameMembersOnly(t *testing.T) {
	family := told("2026-06-04", checkIn("2026-06-04", 1, map[string]int{"work": 5}))
	s := given(t, and(until("entered", wife), family)...).thenDue("check_in", "3", "2026-08-04")
	s.when("2026-06-04", &HoldCheckIn{On: day("2026-06-04"), Month: 1, MemberID: wife, Scores: map[string]int{"work": 2}}).
		then(&CheckInHeld{Month: 1, MemberID: wife, Scores: map[string]int{"work": 2}})
	s.when("2026-08-03", &HoldCheckIn{On: day("2026-08-03"), Month: 3, MemberID: wife, Scores: map[string]int{"work": 4}}).record()
	s.thenDue("check_in", "3", "2026-08-04") // the family's own is still to be held
	s.when("2026-11-04", &HoldCheckIn{On: day("2026-11-04"), Month: 6, MemberID: wife, Scores: map[string]int{"work": 2}}).
		then(&CheckInHeld{Month: 6, MemberID: wife, Scores: map[string]int{"work": 2}, Concerns: []string{"work"}, FollowUp: term(rules.ConcernFollowUp, "2026-11-04", "2026-11-09")})
}

func TestThereAreSevenPillarsInBothLanguages(t *testing.T) {
	if len(Pillars()) != 7 {
		t.Errorf("there are %d pillars", len(Pillars()))
	}
	for _, p := range Pillars() {
		if p.Code == "" || p.Text.It == "" || p.Text.En == "" {
			t.Errorf("a pillar is %+v", p)
		}
	}
}

func TestEveryKindOfServiceHasOutcomesInBothLanguages(t *testing.T) {
	for _, k := range ServiceKinds() {
		codes := map[string]bool{}
		for _, o := range k.outcomes() {
			if codes[o.Code] || o.Text.It == "" || o.Text.En == "" || !o.Status.ended() {
				t.Errorf("kind %s has the outcome %+v", k.Code, o)
			}
			codes[o.Code] = true
		}
		if len(k.Outcomes) == 0 || k.Text.It == "" || k.Text.En == "" {
			t.Errorf("kind %s is %+v", k.Code, k)
		}
	}
}

func absenceRefusals() []refusal {
	atSchool := until("school_started", child)
	reported := and(atSchool, told("2026-06-01", absent("2026-05-26", "2026-05-29", 3)))
	left := and(atSchool, told("2026-06-03", &RecordSchoolLeft{step(child, "2026-06-03"), "moved"}))
	gone := and(atSchool, told("2026-06-03", &Withdraw{On: day("2026-06-03"), Members: []string{child}, Reason: "went_home"}))
	return []refusal{
		{"absences of a stranger", atSchool, "2026-06-01", &ReportAbsences{MemberID: "x", From: day("2026-05-26"), To: day("2026-05-29"), Days: 1}, "unknown_member"},
		{"absences of one who went home", gone, "2026-06-04", absent("2026-05-26", "2026-05-29", 1), "member_ended"},
		{"absences to come", atSchool, "2026-05-28", absent("2026-05-26", "2026-05-29", 1), "day_in_future"},
		{"absences that end before they begin", atSchool, "2026-06-01", absent("2026-05-29", "2026-05-26", 1), "days_out_of_order"},
		{"absences from no school", until("place_accepted", child), "2026-06-01", absent("2026-05-26", "2026-05-29", 1), "school_not_started"},
		{"absences before the first day", atSchool, "2026-06-01", absent("2026-05-20", "2026-05-29", 1), "days_out_of_order"},
		{"absences after leaving", left, "2026-06-05", absent("2026-06-01", "2026-06-05", 1), "days_out_of_order"},
		{"five days of absence out of four", atSchool, "2026-06-01", absent("2026-05-26", "2026-05-29", 5), "more_days_than_period"},
		{"the same days twice", reported, "2026-06-08", absent("2026-05-29", "2026-06-05", 2), "absences_overlap"},
	}
}

func absent(from, to string, days int) *ReportAbsences {
	return &ReportAbsences{MemberID: child, From: day(from), To: day(to), Days: days}
}

func TestMoreThanFifteenDaysInThreeMonthsRaiseAnAlert(t *testing.T) {
	atSchool := and(until("school_started", child), told("2026-06-08", absent("2026-05-26", "2026-06-05", 8)))
	for _, c := range []struct {
		why      string
		from, to string
		days     int
		total    int
		alert    bool
	}{
		{"fifteen are not more than fifteen", "2026-06-08", "2026-06-19", 7, 15, false},
		{"sixteen are", "2026-06-08", "2026-06-19", 8, 16, true},
		{"the last day of the three months", "2026-08-10", "2026-08-25", 8, 16, true},
		{"what lies more than three months back does not count", "2026-08-10", "2026-08-26", 8, 8, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := given(t, atSchool...).when("2026-09-01", absent(c.from, c.to, c.days)).record()
			e := s.facts[len(s.facts)-1].Event.(*AbsencesReported)
			if e.Total != c.total || e.Alert.IsZero() == c.alert {
				t.Errorf("the total is %d, the alert %v", e.Total, e.Alert)
			}
		})
	}
}

func TestAnAlertIsWithTheCounsellorAndTheSchoolsUntilOneResolvesIt(t *testing.T) {
	s := given(t, and(until("school_started", child), told("2026-06-22", absent("2026-05-26", "2026-06-19", 16)))...)
	id := s.state().Concerns[0].ID
	s.thenDue("drop_out_risk", id, "2026-06-26").thenDue("drop_out_alert", id, "2026-06-26")
	if d, _ := s.due("drop_out_alert", id); d.By != EducationOfficer || d.Part != Schooling || !strings.Contains(d.Explain(book).En, "absences") {
		t.Errorf("the schools' item is %+v", d)
	}
	s.when("2026-06-24", absent("2026-06-22", "2026-06-23", 2)).record()
	if len(s.state().Concerns) != 1 {
		t.Error("a second alert was raised while the first is open")
	}
	s.when("2026-06-25", &ResolveConcern{On: day("2026-06-25"), ConcernID: id, Outcome: "back_at_school"}).record()
	s.thenNotDue("drop_out_risk", id).thenNotDue("drop_out_alert", id)
}

func TestEducationOfficersResolveAbsencesAndNothingElse(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-06-04", checkIn("2026-06-04", 1, map[string]int{"housing": 1})))...)
	r := s.request()
	r.Actor.Role = EducationOfficer
	_, refusal := Decide(s.state(), &ResolveConcern{On: day("2026-06-04"), ConcernID: s.state().Concerns[0].ID, Outcome: "helped"}, r)
	if refusal == nil || refusal.Code != "unknown_concern" {
		t.Errorf("an education officer resolves what the hub is worried about: %+v", refusal)
	}
}

func TestARefusalToCloseListsWhatIsOpen(t *testing.T) {
	sent, _ := referred(t, "legal_advice")
	s := given(t, sent...).when("2026-05-08", &CloseCase{Reason: "done"})
	for _, open := range []string{"member authorised × 2", "member entered × 1", "referral legal_advice sent × 1"} {
		if s.refusal == nil || !strings.Contains(s.refusal.Text.It, open) || !strings.Contains(s.refusal.Text.En, open) {
			t.Errorf("%q is not in %+v", open, s.refusal)
		}
	}
}
