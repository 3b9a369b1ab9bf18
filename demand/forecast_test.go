// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"reflect"
	"testing"

	"ricongiungi/casefile"
)

func TestTheForecastMeetsWhatComesInATownOfKnownPace(t *testing.T) {
	within, months, bias := 0, 0, 0.0
	for seed := range uint64(12) {
		all := newTown(seed, 1200, "2023-01-01", 900).tracks()
		on := day("2025-01-01")
		f := Ahead(knownOn(all, on), on, 4, nil, protection, book)
		came := arrivalsByMonth(all, book)
		for _, m := range f.Months {
			months++
			bias += m.Expected - float64(came[m.Month])
			if m.Low <= came[m.Month] && came[m.Month] <= m.High {
				within++
			}
		}
	}
	if share := float64(within) / float64(months); share < 0.65 {
		t.Errorf("%d of %d months lay within the interval of 80 %%", within, months)
	}
	near(t, "the mean error in children a month", bias/float64(months), 0, 6)
}

func TestAShorterWayThroughOneConsulateIsSeen(t *testing.T) {
	on := day("2025-01-01")
	m := fit(knownOn(newTown(3, 2000, "2023-01-01", 700).tracks(), on), on, 27)
	soon := func(country string) float64 {
		return m.within(m.coming(wait{group: group{visaRequested, casefile.MinorChild, country}}), on, on.AddDays(60))
	}
	if soon("EGY") < 1.3*soon("PHL") {
		t.Errorf("within two months come %.2f from EGY and %.2f from PHL", soon("EGY"), soon("PHL"))
	}
	if pooled := soon("XXX"); pooled < soon("PHL") || pooled > soon("EGY") {
		t.Errorf("a country never seen goes at a pace of %.2f", pooled)
	}
}

func TestGroupsAddUpToTheMonth(t *testing.T) {
	on := day("2025-01-01")
	f := Ahead(knownOn(newTown(5, 800, "2023-01-01", 700).tracks(), on), on, 3, []string{"level"}, Disclosure{RoundTo: 1}, book)
	sum := map[string]float64{}
	for _, g := range f.Groups {
		sum[g.Month] += g.Expected
	}
	for _, m := range f.Months {
		near(t, "the sum of "+m.Month, sum[m.Month], m.Expected, 0.3)
	}
}

func TestAGroupBehindWhichFewChildrenStandIsSuppressed(t *testing.T) {
	on := day("2025-01-01")
	tracks := knownOn(newTown(5, 800, "2023-01-01", 700).tracks(), on)
	few := 0
	for i := range tracks {
		if _, waiting := where(tracks[i], on); waiting && few < 2 {
			tracks[i].Municipio = 0
			few++
		}
	}
	f := Ahead(tracks, on, 1, []string{"municipio"}, protection, book)
	hidden := 0
	for _, g := range f.Groups {
		if g.Suppressed {
			hidden++
		}
		if g.Group["municipio"] == "0" && (!g.Suppressed || g.Interval != nil) {
			t.Errorf("two children stand behind %+v", g)
		}
	}
	if hidden != 2 {
		t.Errorf("%d groups are suppressed: one alone could be worked out", hidden)
	}
}

func TestATooShortLogGivesNoFigures(t *testing.T) {
	on := day("2025-01-01")
	for _, c := range []struct {
		tracks []casefile.Track
		code   string
	}{
		{nil, "too_few_arrivals"},
		{knownOn(newTown(1, 10, "2024-01-01", 100).tracks(), on), "too_few_arrivals"},
		{knownOn(newTown(1, 500, "2024-07-02", 20).tracks(), on), "log_too_short"},
	} {
		f := Ahead(c.tracks, on, 6, []string{"grade"}, protection, book)
		if f.Shortage == nil || f.Shortage.Code != c.code || len(f.Months)+len(f.Groups) > 0 {
			t.Errorf("%d tracks: %+v", len(c.tracks), f.Shortage)
		}
	}
}

func TestTheSameTracksGiveTheSameForecastAndDigest(t *testing.T) {
	on := day("2025-01-01")
	tracks := knownOn(newTown(7, 400, "2023-01-01", 700).tracks(), on)
	backwards := make([]casefile.Track, len(tracks))
	for i, track := range tracks {
		backwards[len(tracks)-1-i] = track
	}
	if a, b := StampOf("x/1", on, 9, tracks), StampOf("x/1", on, 9, backwards); a != b {
		t.Errorf("digests %s and %s", a.Inputs, b.Inputs)
	}
	groups := []string{"municipio", "level"}
	if a, b := Ahead(tracks, on, 6, groups, protection, book), Ahead(tracks, on, 6, groups, protection, book); !reflect.DeepEqual(a, b) {
		t.Error("two forecasts from the same tracks differ")
	}
	tracks[0].Municipio++
	if StampOf("x/1", on, 9, tracks) == StampOf("x/1", on, 9, backwards) {
		t.Error("another Municipio gives the same digest")
	}
}

func TestTheExactIntervalOfAShare(t *testing.T) {
	low, high := shareInterval(8, 10) // as in any table
	near(t, "low", low, 0.44, 0.005)
	near(t, "high", high, 0.97, 0.005)
	low, high = shareInterval(0, 5)
	near(t, "low of none", low, 0, 0)
	near(t, "high of none", high, 0.52, 0.005)
}
