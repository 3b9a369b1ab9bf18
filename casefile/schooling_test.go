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
		{"2026-05-29", SchoolNeed{Year: 2025, Grade: 5, Level: "primaria", Municipio: 7, OtherYear: 2026, Compulsory: true}},
		{"2026-06-01", SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 7, OtherYear: 2025, Compulsory: true}},
		{"2026-09-01", SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 7, Compulsory: true}},
		{"2026-12-31", SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 7, Compulsory: true}},
		{"2027-01-04", SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 7, Compulsory: true}},
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

func TestACPIAIsOpenFromSixteenAndFromFifteenByException(t *testing.T) {
	for _, c := range []struct {
		on          string
		exceptional bool
		refused     string
	}{
		{"2026-05-11", true, "too_young_for_cpia"}, {"2026-05-12", false, "cpia_exception_needed"}, {"2026-05-12", true, ""},
		{"2027-05-11", false, "cpia_exception_needed"}, {"2027-05-12", false, ""},
	} {
		s := given(t, born("2011-05-12", "2026-05-04")...).when(c.on, &RequestSchool{Step: step(child, c.on), Level: CPIA, Exceptional: c.exceptional})
		if c.refused != "" {
			s.thenRefused(c.refused)
		} else if s.names() != "[school_requested]" {
			t.Errorf("on %s it decides %s (%+v)", c.on, s.names(), s.refusal)
		}
	}
}

// born is the way of the child to its entry, had it been born on that day.
func born(birth, entered string) []telling {
	a := application("2025-11-03")
	a.Members[1].Who.BirthDate = day(birth)
	return []telling{told("2025-11-03", &FileApplication{Application: a}), told("2026-02-16", authorise("2026-02-16")), told(entered, &RecordEntry{step(child, entered)})}
}

func (s *story) thenNeeds(want SchoolNeed) {
	s.t.Helper()
	if s.refusal != nil {
		s.t.Fatalf("refused with %s: %s", s.refusal.Code, s.refusal.Text.En)
	}
	if got := s.record().state().Member(child).School.Request; got != want {
		s.t.Errorf("needs %+v, not %+v", got, want)
	}
}

func TestFromAprilToAugustTheOtherSchoolYearMayBeChosen(t *testing.T) {
	given(t, until("entered", child)...).when("2026-05-12", &RequestSchool{Step: step(child, "2026-05-12"), Year: 2026}).
		thenNeeds(SchoolNeed{Year: 2026, Grade: 6, Level: Secondaria1, Municipio: 7, OtherYear: 2025, Compulsory: true})
	given(t, until("entered", child)...).when("2026-08-31", &RequestSchool{Step: step(child, "2026-08-31"), Year: 2025}).
		thenNeeds(SchoolNeed{Year: 2025, Grade: 5, Level: Primaria, Municipio: 7, OtherYear: 2026, Compulsory: true})
	given(t, until("entered", child)...).when("2026-09-01", &RequestSchool{Step: step(child, "2026-09-01"), Year: 2025}).thenRefused("school_year_not_open")
	given(t, born("2015-03-20", "2026-03-31")...).when("2026-03-31", &RequestSchool{Step: step(child, "2026-03-31"), Year: 2026}).thenRefused("school_year_not_open")
}

func TestASearchBeforeTheArrivalIsForTheYearOfTheExpectedArrival(t *testing.T) {
	abroad := and(until("visa_granted", child), told("2026-04-09", &ExpectArrival{MemberID: child, Expected: day("2026-09-03"), Confidence: "planned"}))
	given(t, abroad...).when("2026-04-10", &RequestSchool{Step: step(child, "2026-04-10")}).
		thenNeeds(SchoolNeed{Year: 2026, Grade: 6, Level: Secondaria1, Municipio: 7, Compulsory: true})
	given(t, until("visa_granted", child)...).when("2026-04-10", &RequestSchool{Step: step(child, "2026-04-10")}).
		thenNeeds(SchoolNeed{Year: 2025, Grade: 5, Level: Primaria, Municipio: 7, OtherYear: 2026, Compulsory: true})
}

func TestAttendanceIsCompulsoryFromSixToSixteen(t *testing.T) {
	for _, c := range []struct {
		birth string
		want  SchoolNeed
	}{
		{"2020-01-01", SchoolNeed{Year: 2025, Grade: 0, Level: Infanzia, Municipio: 7}},
		{"2019-12-31", SchoolNeed{Year: 2025, Grade: 1, Level: Primaria, Municipio: 7, Compulsory: true}},
		{"2010-03-17", SchoolNeed{Year: 2025, Grade: 10, Level: Secondaria2, Municipio: 7, Compulsory: true}},
		{"2010-03-16", SchoolNeed{Year: 2025, Grade: 10, Level: Secondaria2, Municipio: 7}},
		{"2022-12-31", SchoolNeed{Year: 2025, Grade: -2, Level: Infanzia, Municipio: 7}},
	} {
		given(t, born(c.birth, "2026-03-10")...).when("2026-03-16", &RequestSchool{Step: step(child, "2026-03-16")}).thenNeeds(c.want)
	}
	given(t, born("2023-01-01", "2026-03-10")...).when("2026-03-16", &RequestSchool{Step: step(child, "2026-03-16")}).thenRefused("not_school_age")
}

func TestAnEarlyStartIsForBirthdaysUpTo30April(t *testing.T) {
	for _, c := range []struct {
		birth string
		want  SchoolNeed
	}{
		{"2020-04-30", SchoolNeed{Year: 2025, Grade: 1, Level: Primaria, Municipio: 7, EarlyStart: true}},
		{"2023-04-30", SchoolNeed{Year: 2025, Grade: -3, Level: Infanzia, Municipio: 7, EarlyStart: true}},
	} {
		given(t, born(c.birth, "2026-03-10")...).when("2026-03-16", &RequestSchool{Step: step(child, "2026-03-16"), EarlyStart: true}).thenNeeds(c.want)
	}
	for _, birth := range []string{"2020-05-01", "2023-05-01", "2019-12-31"} {
		given(t, born(birth, "2026-03-10")...).when("2026-03-16", &RequestSchool{Step: step(child, "2026-03-16"), EarlyStart: true}).thenRefused("no_early_start")
	}
}

func TestAChildTooYoungAtEntryIsCalledToSchoolInItsYear(t *testing.T) {
	given(t, born("2021-02-03", "2026-03-10")...).thenDue("school_request", child, "2027-09-08")
	given(t, born("2020-02-03", "2026-07-10")...).thenDue("school_request", child, "2026-07-17")
}

func TestASchoolsRefusalSendsTheSearchOnAndIsContestableWhereNoSchoolMayRefuse(t *testing.T) {
	for reason, contestable := range map[string]bool{"class_full": false, "papers_missing": true, "foreign_share": true} {
		s := given(t, until("place_accepted", child)...).when("2026-05-21", &RecordPlaceRefused{Step: step(child, "2026-05-21"), Reason: reason}).
			then(&PlaceRefused{OfMember: of(child), SchoolCode: "MIIC8AA00X", Reason: reason, Contestable: contestable, Proposal: term(rules.SchoolProposal, "2026-05-21", "2026-06-05")}).
			thenDue("school_place", child, "2026-06-05")
		s.when("2026-05-22", &ProposePlace{step(child, "2026-05-22"), "MIIC8BB00X"}).record()
		if k := s.state().Member(child).School; k.Refused != 1 || k.Code != "MIIC8BB00X" {
			t.Errorf("after the refusal: %+v", k)
		}
	}
}

func TestMissingPapersDoNotKeepAChildOutAndTheReserveIsLifted(t *testing.T) {
	s := given(t, until("school_requested", child)...).
		when("2026-05-20", &RecordEnrolled{Step: step(child, "2026-05-20"), SchoolCode: "MIIC8AA00X", Reserve: true}).
		then(&SchoolEnrolled{OfMember: of(child), SchoolCode: "MIIC8AA00X", Reserve: true, Start: term(rules.SchoolStart, "2026-05-20", "2026-06-04")}).
		thenDue("school_start", child, "2026-06-04").thenNotDue("school_place", child)
	s.when("2026-05-25", &RecordSchoolStarted{Step: step(child, "2026-05-25")}).record()
	s.when("2026-06-01", &RecordEnrolled{Step: step(child, "2026-06-01")}).record()
	if k := s.state().Member(child).School; k.Reserve || k.EnrolledOn != day("2026-05-20") {
		t.Errorf("the reserve is %v, enrolled on %s", k.Reserve, k.EnrolledOn)
	}
	s.when("2026-06-02", &RecordEnrolled{Step: step(child, "2026-06-02"), Reserve: true}).thenRefused("already_recorded")
}

func TestAttendanceIsAskedForAfterOneThreeAndSixMonths(t *testing.T) {
	s := given(t, until("school_started", child)...).thenDue("attendance_check", child, "2026-06-25")
	for _, c := range []struct {
		on     string
		months int
		next   string
	}{
		{"2026-06-24", 0, "2026-06-25"}, {"2026-06-25", 1, "2026-08-25"}, {"2026-08-24", 1, "2026-08-25"}, {"2026-08-25", 3, "2026-11-25"},
	} {
		s.when(c.on, &RecordAttendanceConfirmed{step(child, c.on)}).then(&AttendanceConfirmed{OfMember: of(child), Months: c.months}).
			thenDue("attendance_check", child, c.next)
	}
	s.when("2026-08-20", &RecordAttendanceConfirmed{step(child, "2026-08-20")}).thenNothing()
	s.when("2026-12-01", &RecordAttendanceConfirmed{step(child, "2026-12-01")}).then(&AttendanceConfirmed{OfMember: of(child), Months: 6}).
		thenNotDue("attendance_check", child)
}

func TestSchoolGoesOnAfterThePathHasEndedWell(t *testing.T) {
	s := given(t, until("settled", child)...).thenDue("attendance_check", child, "2026-06-25")
	s.when("2026-09-14", &RecordSchoolTransferred{Step: step(child, "2026-09-14"), SchoolCode: "MIIC8BB00X"}).
		then(&SchoolTransferred{OfMember: of(child), SchoolCode: "MIIC8BB00X", FromCode: "MIIC8AA00X"})
	s.when("2026-10-01", &RecordSchoolLeft{step(child, "2026-10-01"), "moved"}).then(&SchoolLeft{OfMember: of(child), Reason: "moved"}).
		thenDue("school_request", child, "2026-10-08")
}

func TestDaysWithoutSchoolAreDaysOfLessons(t *testing.T) {
	for _, c := range []struct {
		from, to string
		days     int
	}{
		{"2026-05-04", "2026-05-25", 21}, {"2026-05-25", "2026-05-25", 0}, {"2026-06-08", "2026-09-12", 1}, {"2026-06-09", "2026-09-14", 2},
		{"2026-12-22", "2027-01-08", 2}, {"2026-12-23", "2027-01-07", 0},
	} {
		if days := LessonDays(day(c.from), day(c.to), book); days != c.days {
			t.Errorf("from %s to %s: %d days, not %d", c.from, c.to, days, c.days)
		}
	}
}

func TestTimeWithoutSchoolIsShownForEveryChild(t *testing.T) {
	absence := func(history ...telling) string {
		return asJSON(ViewOf(given(t, history...).state(), book).Members[1].WithoutSchool)
	}
	for want, history := range map[string][]telling{
		`null`:                  until("visa_granted", child),
		`{"from":"2026-05-04"}`: until("place_accepted", child),
		`{"from":"2026-05-04","to":"2026-05-25","days":21}`: until("school_started", child),
		`{"from":"2026-06-03"}`: and(until("school_started", child), told("2026-06-03", &RecordSchoolLeft{step(child, "2026-06-03"), "moved"}),
			told("2026-06-04", &RequestSchool{Step: step(child, "2026-06-04")})),
	} {
		if got := absence(history...); got != want {
			t.Errorf("without school: %s, not %s", got, want)
		}
	}
}

func TestSiblingsAreSeenWhereTheyGoToSchool(t *testing.T) {
	s := given(t, and(until("school_started", child), told("2026-05-26", &RecordEntry{step(girl, "2026-05-26")}), told("2026-05-27", &RequestSchool{Step: step(girl, "2026-05-27")}))...)
	view := ViewOf(s.state(), book)
	if got := asJSON(view.Members[2].School.SiblingsAt); got != `["MIIC8AA00X"]` {
		t.Errorf("siblings at %s", got)
	}
}

func TestOnlyTheNurserySchoolWaitsForTheVaccinations(t *testing.T) {
	small := and(born("2021-03-10", "2026-03-10"), told("2026-03-16", &RequestSchool{Step: step(child, "2026-03-16")}))
	compliant := told("2026-03-17", &RecordNeedsProfile{step(child, "2026-03-17"), NeedsProfile{Languages: []string{"ar"}, Vaccination: "compliant"}})
	for _, c := range []struct {
		history []telling
		due     bool
	}{{small, true}, {and(small, compliant), false}, {until("school_requested", child), false}} {
		if view := ViewOf(given(t, c.history...).state(), book); view.Members[1].School.Vaccination != c.due {
			t.Errorf("due is %v for %s", !c.due, view.Members[1].School.Level)
		}
	}
}

func TestTheDepartmentHearsOfARefusalThatNoSchoolMayGive(t *testing.T) {
	for reason, messages := range map[string]int{"papers_missing": 1, "class_full": 0} {
		s := given(t, until("place_accepted", child)...).when("2026-05-21", &RecordPlaceRefused{Step: step(child, "2026-05-21"), Reason: reason}).record()
		if effects := Effects(s.state(), s.facts[len(s.facts)-1]); len(effects) != messages {
			t.Errorf("%s: %+v", reason, effects)
		}
	}
}

func TestATrackTellsWhenTheFamilyWasReached(t *testing.T) {
	profile := func(on string) telling {
		return told("2026-05-12", &RecordNeedsProfile{step(child, on), NeedsProfile{Languages: []string{on[8:] + "x"}}})
	}
	s := given(t, and(until("entered", child), profile("2026-05-11"), profile("2026-03-02"))...)
	if tracks := Tracks(s.state()); tracks[1].ReachedOn != day("2026-03-02") || !tracks[2].ReachedOn.IsZero() {
		t.Errorf("reached on %s", tracks[1].ReachedOn)
	}
	s.when("2026-05-13", &AnnulEvent{EventID: s.eventID("needs_profile_recorded", child), Reason: "other_family"}).record()
	if on := Tracks(s.state())[1].ReachedOn; on != day("2026-05-11") {
		t.Errorf("after the annulment reached on %s", on)
	}
}

func TestNobodyWaitsForAMemberOfAClosedCase(t *testing.T) {
	s := given(t, and(until("authorised", child), told("2026-03-01", &Withdraw{On: day("2026-03-01"), Reason: "family_wish"}), told("2026-03-05", &CloseCase{Reason: "all_done"}))...)
	if track := Tracks(s.state())[1]; track.Phase != SchoolOver || track.EndedOn != day("2026-03-01") {
		t.Errorf("%s since %s", track.Phase, track.EndedOn)
	}
}

func TestATrackTellsWhereAChildStands(t *testing.T) {
	for milestone, want := range map[string]SchoolPhase{"filed": SchoolAwaited, "visa_granted": SchoolAwaited, "entered": SchoolNeeded,
		"school_requested": SchoolSearching, "place_proposed": SchoolProposed, "place_accepted": SchoolAccepted, "school_started": SchoolAttending} {
		track := Tracks(given(t, until(milestone, child)...).state())[1]
		if track.Phase != want || track.Cohort != 2021 {
			t.Errorf("after %s the child is %s, cohort %d", milestone, track.Phase, track.Cohort)
		}
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
		then(&SchoolRequested{OfMember: of(child), SchoolNeed: SchoolNeed{Year: 2026, Grade: 6, Level: "secondaria_1", Municipio: 9, OtherYear: 2025, Compulsory: true},
			Proposal: term(rules.SchoolProposal, "2026-06-04", "2026-06-18")})
}
