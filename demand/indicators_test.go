// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

func TestCountingSelectsGroupsAndFilters(t *testing.T) {
	need := casefile.School{RequestedOn: day("2026-03-02"), Request: casefile.SchoolNeed{Year: 2025, Grade: 30, Level: casefile.CPIA}}
	tracks := []casefile.Track{
		{Phase: casefile.SchoolNeeded, Cohort: 2021, Municipio: 3, Language: "ar", EnteredOn: day("2026-03-10")},
		{Phase: casefile.SchoolNeeded, Cohort: 2016, Municipio: 3, Language: "es", EnteredOn: day("2026-02-10")},
		{Phase: casefile.SchoolSearching, School: need, Municipio: 5, Language: "ar"},
		{Phase: casefile.SchoolNone, Kinship: casefile.MinorChild, Cohort: 2025, Municipio: 5, Language: "ar", EnteredOn: day("2024-03-10")}, // has turned six
		{Phase: casefile.SchoolNone, Kinship: casefile.MinorChild, Cohort: 2026, Municipio: 5}, {Phase: casefile.SchoolAttending, Cohort: 2021}, {Phase: casefile.SchoolAwaited, Cohort: 2021},
	}
	for _, c := range []struct {
		q    Query
		want map[string]int
	}{
		{Query{}, map[string]int{"": 4}},
		{Query{GroupBy: []string{"grade"}}, map[string]int{"5": 1, "10": 1, "none": 1, "1": 1}},
		{Query{GroupBy: []string{"level"}}, map[string]int{"primaria": 2, "secondaria_2": 1, "cpia": 1}},
		{Query{GroupBy: []string{"municipio"}, Filter: map[string]string{"language": "ar"}}, map[string]int{"3": 1, "5": 2}},
		{Query{GroupBy: []string{"month"}}, map[string]int{"2026-03": 2, "2026-02": 1, "2024-03": 1}},
	} {
		cells := Count(tracks, day("2026-04-01"), c.q, book)
		if len(cells) != len(c.want) {
			t.Errorf("%+v: %+v", c.q, cells)
		}
		for _, cell := range cells {
			if key := keyOf(c.q.GroupBy, groupOf(c.q.GroupBy, key(cell))); c.want[key] != cell.Count {
				t.Errorf("%+v: %+v", c.q, cell)
			}
		}
	}
}

func key(c Cell) string {
	if len(c.Values) == 0 {
		return ""
	}
	return c.Values[0]
}

// children makes many of one kind, each of another case.
func children(n int, t casefile.Track) []casefile.Track {
	var all []casefile.Track
	for range n {
		all = append(all, t)
	}
	return all
}

func measured(t *testing.T, tracks []casefile.Track, schools Schools) map[string]Indicator {
	t.Helper()
	by := map[string]Indicator{}
	for _, i := range Measure(tracks, schools, day("2026-03-02"), book).Indicators {
		if i.Definition.It == "" || i.Definition.En == "" || i.Unit == "" {
			t.Errorf("%s is not defined", i.ID)
		}
		by[i.ID] = i
	}
	return by
}

func pupil(code string, started rules.Date) casefile.Track {
	return casefile.Track{Kinship: casefile.MinorChild, Cohort: 2020, Due: true, AuthorisedOn: day("2025-01-01"), EnteredOn: day("2025-09-01"),
		School: casefile.School{StartedOn: started, FirstOn: started, Code: code}}
}

func TestTimeToSchoolHasItsQuartilesAndCountsThoseWhoStillWait(t *testing.T) {
	waiting := pupil("", rules.Date{})
	waiting.AbsentFrom = day("2025-09-01")
	tracks := append(children(4, pupil("A", day("2025-09-15"))), children(4, pupil("A", day("2025-10-15")))...)
	tracks = append(tracks, children(8, waiting)...)
	i := measured(t, tracks, Schools{})["time_to_school/1"]
	if i.Values["first_quartile"] != 257 || i.Values["median"] != 287 || *i.Children != 15 {
		t.Errorf("%+v", i.Values)
	}
	if _, reached := i.Values["third_quartile"]; reached {
		t.Error("half still wait, and yet three quarters are said to be at school")
	}
}

func TestALongWaitIsCountedInDaysOfLessons(t *testing.T) {
	since := func(from string) casefile.Track {
		c := pupil("", rules.Date{})
		c.EnteredOn, c.AbsentFrom = day(from), day(from)
		return c
	}
	tracks := append(children(10, since("2026-01-30")), children(7, since("2026-01-31"))...) // 31 and 30 days
	by := measured(t, tracks, Schools{})
	if i := by["long_wait/1"]; i.Values["children"] != 10 {
		t.Errorf("%+v", i)
	}
	if i := by["time_without_school/1"]; i.Values["total"] != 520 || i.Values["mean"] != 30.6 {
		t.Errorf("%+v", i)
	}
}

func TestFewChildrenStandForNoFigure(t *testing.T) {
	for id, i := range measured(t, children(3, pupil("A", day("2025-09-15"))), Schools{Municipio: map[string]int{"A": 1}, Pupils: map[string]int{"A": 100}}) {
		if i.Missing == nil || len(i.Values) > 0 || i.Children != nil {
			t.Errorf("%s: %+v", id, i)
		}
	}
}

func TestTheWishedMunicipioNeedsTheRegistry(t *testing.T) {
	wish := pupil("A", day("2025-09-15"))
	wish.WishMunicipio = 4
	tracks := append(children(3, wish), children(9, func() casefile.Track { c := wish; c.School.Code = "B"; return c }())...)
	if i := measured(t, tracks, Schools{})["wished_municipio/1"]; i.Missing == nil || i.Missing.Code != "no_school_registry" {
		t.Errorf("%+v", i)
	}
	if i := measured(t, tracks, Schools{Municipio: map[string]int{"A": 4, "B": 5}})["wished_municipio/1"]; i.Values["share"] != 0.25 {
		t.Errorf("%+v", i)
	}
}

func TestTheDissimilarityIndex(t *testing.T) {
	for _, c := range []struct {
		newly, all map[string]int
		want       float64
		known      bool
	}{
		{map[string]int{"A": 10, "B": 10}, map[string]int{"A": 110, "B": 110}, 0, true},
		{map[string]int{"A": 10}, map[string]int{"A": 10, "B": 100}, 1, true},
		{map[string]int{"A": 15, "B": 5}, map[string]int{"A": 65, "B": 55}, 0.25, true},
		{map[string]int{"A": 15}, nil, 0, false},
	} {
		if got, known := Dissimilarity(c.newly, c.all); got != c.want || known != c.known {
			t.Errorf("%v in %v: %v %v", c.newly, c.all, got, known)
		}
	}
}

func TestEarlyLeaversAreThoseWhoLeftForNoGoodReason(t *testing.T) {
	left := func(on, reason string) casefile.Track {
		c := pupil("A", day("2025-04-01"))
		c.School.LeftOn, c.School.LeftFor = day(on), reason
		return c
	}
	tracks := append(children(6, pupil("A", day("2025-04-01"))), left("2025-09-30", "work"), left("2025-10-01", "work"), left("2025-06-01", "moved"), left("2025-06-01", "work"))
	tracks = append(tracks, children(5, pupil("A", day("2025-09-15")))...) // six months are not over
	if i := measured(t, tracks, Schools{})["early_leavers/1"]; i.Values["share"] != 0.2 || *i.Children != 10 {
		t.Errorf("%+v", i)
	}
}

func TestGuidanceBeforeDepartureIsForThoseFrom14To21(t *testing.T) {
	young := func(cohort int, reached string) casefile.Track {
		c := pupil("A", day("2025-10-01"))
		c.Cohort = cohort
		if reached != "" {
			c.ReachedOn = day(reached)
		}
		return c
	}
	tracks := append(children(4, young(2017, "2025-08-31")), children(4, young(2010, "2025-09-01"))...) // grade 9 and 16
	tracks = append(tracks, children(5, young(2018, ""))...)
	tracks = append(tracks, children(5, young(2009, ""))...)
	if i := measured(t, tracks, Schools{})["guided_before_departure/1"]; i.Values["share"] != 0.5 || *i.Children != 10 {
		t.Errorf("%+v", i)
	}
}

func TestKaplanAndMeier(t *testing.T) {
	spells := []spell{{6, true}, {6, true}, {6, true}, {6, false}, {7, true}, {9, false}, {10, true}, {10, false}, {11, false}, {13, true}}
	for share, want := range map[float64]int{0.25: 6, 0.5: 10, 0.95: 13} {
		if got, _ := quantile(spells, share); got != want {
			t.Errorf("%v by day %d, not %d", share, got, want)
		}
	}
	if _, reached := quantile([]spell{{5, true}, {9, false}}, 0.75); reached {
		t.Error("reached, though half still wait")
	}
}
