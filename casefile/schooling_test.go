// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"testing"

	"ricongiungi/rules"
)

// The table of birth years by class that the schools use.
func TestTheGradeFollowsTheBirthYear(t *testing.T) {
	for _, c := range []struct {
		year, birth, grade int
		level              string
	}{
		{2024, 2018, 1, "primaria"}, {2024, 2014, 5, "primaria"}, {2024, 2013, 6, "secondaria_1"}, {2024, 2011, 8, "secondaria_1"}, {2024, 2010, 9, "secondaria_2"}, {2024, 2006, 13, "secondaria_2"}, {2024, 2019, 0, "infanzia"},
		{2025, 2019, 1, "primaria"}, {2025, 2015, 5, "primaria"}, {2025, 2014, 6, "secondaria_1"}, {2025, 2012, 8, "secondaria_1"}, {2025, 2011, 9, "secondaria_2"}, {2025, 2007, 13, "secondaria_2"}, {2025, 2022, -2, "infanzia"},
		{2026, 2020, 1, "primaria"}, {2026, 2016, 5, "primaria"}, {2026, 2015, 6, "secondaria_1"}, {2026, 2013, 8, "secondaria_1"}, {2026, 2012, 9, "secondaria_2"}, {2026, 2008, 13, "secondaria_2"}, {2026, 2023, -2, "infanzia"},
	} {
		grade := Grade(c.year, rules.On(c.birth, 12, 31))
		if grade != c.grade || LevelOf(grade) != c.level {
			t.Errorf("born in %d, school year %d: grade %d of %s, not %d of %s", c.birth, c.year, grade, LevelOf(grade), c.grade, c.level)
		}
	}
}

func TestTheSchoolYearBeginsOn1September(t *testing.T) {
	if SchoolYear(day("2026-08-31")) != 2025 || SchoolYear(day("2026-09-01")) != 2026 {
		t.Errorf("31 August: %d, 1 September: %d", SchoolYear(day("2026-08-31")), SchoolYear(day("2026-09-01")))
	}
}

func TestASearchBegunInSummerIsForTheComingSchoolYear(t *testing.T) {
	for _, c := range []struct {
		on   string
		need SchoolNeed
	}{
		{"2026-05-29", SchoolNeed{Year: 2025, Grade: 5, Level: "primaria", Municipio: 7}},
		{"2026-06-01", SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 7}},
		{"2026-09-01", SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 7}},
		{"2026-12-31", SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 7}},
		{"2027-01-04", SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 7}},
	} {
		t.Run(c.on, func(t *testing.T) {
			s := given(t, until("entered", child)...).when(c.on, &RequestSchool{Step: step(child, c.on)}).record()
			if got := s.state().Member(child).School.Request; got != c.need {
				t.Errorf("needs %+v, not %+v", got, c.need)
			}
		})
	}
}

func TestAChildMustBeTaughtFromTheYearItTurnsSix(t *testing.T) {
	for _, c := range []struct {
		why, birth, entered string
		due                 bool
	}{
		{"turned six in the running year", "2019-12-31", "2026-05-04", true},
		{"turns six in the coming year, entered in May", "2020-01-01", "2026-05-04", false},
		{"turns six in the coming year, entered in summer", "2020-01-01", "2026-07-06", true},
		{"the day before eighteen", "2008-05-05", "2026-05-04", true},
		{"eighteen today", "2008-05-04", "2026-05-04", false},
	} {
		t.Run(c.why, func(t *testing.T) {
			a := application("2025-11-03")
			a.Members[1].Who.BirthDate = day(c.birth)
			s := given(t, told("2025-11-03", &FileApplication{Application: a}), told("2026-02-16", authorise("2026-02-16")),
				told(c.entered, &RecordEntry{step(child, c.entered)}))
			if got := s.state().Member(child).SchoolDue; got != c.due {
				t.Errorf("due is %v", got)
			}
		})
	}
}

func TestAGrownUpMayGoToACPIA(t *testing.T) {
	given(t, until("entered", wife)...).when("2026-05-12", &RequestSchool{Step: step(wife, "2026-05-12"), Level: "cpia", Municipio: 2}).
		then(&SchoolRequested{OfMember: of(wife), SchoolNeed: SchoolNeed{Year: 2025, Grade: 30, Level: "cpia", Municipio: 2},
			Proposal: term(rules.SchoolProposal, "2026-05-12", "2026-05-26")})
}

func TestACPIAIsOpenFromTheFifteenthBirthday(t *testing.T) {
	a := application("2025-11-03")
	a.Members[1].Who.BirthDate = day("2011-05-12")
	entered := []telling{told("2025-11-03", &FileApplication{Application: a}), told("2026-02-16", authorise("2026-02-16")), told("2026-05-04", &RecordEntry{step(child, "2026-05-04")})}
	given(t, entered...).when("2026-05-11", &RequestSchool{Step: step(child, "2026-05-11"), Level: "cpia"}).thenRefused("too_young_for_cpia")
	s := given(t, entered...).when("2026-05-12", &RequestSchool{Step: step(child, "2026-05-12"), Level: "cpia"})
	if s.names() != "[school_requested]" {
		t.Errorf("on the fifteenth birthday it decides %s (%+v)", s.names(), s.refusal)
	}
}

func TestTheSearchForAPlaceHasItsDays(t *testing.T) {
	given(t, until("entered", child)...).thenDue("school_request", child, "2026-05-11")
	given(t, until("school_requested", child)...).thenDue("school_place", child, "2026-05-26").thenNotDue("school_request", child)
	given(t, until("place_proposed", child)...).thenDue("school_answer", child, "2026-05-25")
	given(t, until("place_accepted", child)...).thenDue("school_start", child, "2026-06-04")
	given(t, until("school_started", child)...).thenNotDue("school_start", child)
}

func TestAPlaceDeclinedSendsTheSearchOn(t *testing.T) {
	s := given(t, until("place_accepted", child)...).when("2026-05-21", &DeclinePlace{step(child, "2026-05-21"), "too_far"}).
		then(&PlaceDeclined{OfMember: of(child), Reason: "too_far", Proposal: term(rules.SchoolProposal, "2026-05-21", "2026-06-05")}).
		thenDue("school_place", child, "2026-06-05")
	s.when("2026-05-25", &ProposePlace{step(child, "2026-05-25"), "MIIC8BB00X"}).
		then(&PlaceProposed{OfMember: of(child), SchoolCode: "MIIC8BB00X", Answer: term(rules.SchoolAnswer, "2026-05-25", "2026-06-01")})
	if declined := s.state().Member(child).School.Declined; declined != 1 {
		t.Errorf("%d places declined", declined)
	}
}

func TestAPlaceAcceptedBeforeTheArrivalWaitsForTheChild(t *testing.T) {
	s := given(t, and(until("visa_granted", child),
		told("2026-04-09", &RequestSchool{Step: step(child, "2026-04-09")}),
		told("2026-04-13", &ProposePlace{step(child, "2026-04-13"), "MIIC8AA00X"}),
		told("2026-04-15", &AcceptPlace{step(child, "2026-04-15")}))...).thenNotDue("school_start", child)
	s.when("2026-05-04", &RecordEntry{step(child, "2026-05-04")}).record().thenDue("school_start", child, "2026-05-18")
}

func TestAPlaceForTheComingYearWaitsForItsFirstDays(t *testing.T) {
	given(t, and(until("entered", child),
		told("2026-06-08", &RequestSchool{Step: step(child, "2026-06-08")}),
		told("2026-06-15", &ProposePlace{step(child, "2026-06-15"), "MIMM81401A"}),
		told("2026-06-22", &AcceptPlace{step(child, "2026-06-22")}))...).thenDue("school_start", child, "2026-09-15")
}

func TestAChildWhoLeftSchoolIsToBeEnrolledAgain(t *testing.T) {
	s := given(t, and(until("school_started", child), told("2026-06-03", &RecordSchoolLeft{step(child, "2026-06-03"), "moved"}))...).
		thenDue("school_request", child, "2026-06-10")
	s.when("2026-06-04", &RequestSchool{Step: step(child, "2026-06-04"), Municipio: 9}).
		then(&SchoolRequested{OfMember: of(child), SchoolNeed: SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 9},
			Proposal: term(rules.SchoolProposal, "2026-06-04", "2026-06-18")})
}
