// SPDX-License-Identifier: AGPL-3.0-or-later

package schools

import (
	"testing"

	"ricongiungi/rules"
)

func TestEachMunicipioHoldsItsOwnCentreOnly(t *testing.T) {
	t.Parallel()
	if len(Municipi()) != 9 {
		t.Fatalf("%d Municipi", len(Municipi()))
	}
	for _, m := range Municipi() {
		if got := MunicipioAt(m.Centre); got != m.Number {
			t.Errorf("the centre of Municipio %d lies in %d", m.Number, got)
		}
		holding := 0
		for _, other := range Municipi() {
			if other.holds(m.Centre) {
				holding++
			}
		}
		if holding != 1 {
			t.Errorf("%d Municipi hold the centre of %d", holding, m.Number)
		}
	}
}

func TestPlacesInMilanLieInTheirMunicipio(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		at   Point
		want int
	}{
		{"the cathedral", Point{45.4642, 9.1900}, 1},
		{"the central station", Point{45.4861, 9.2045}, 2},
		{"the stadium", Point{45.4781, 9.1240}, 7},
		{"Bergamo", Point{45.6983, 9.6773}, 0},
		{"nowhere", Point{}, 0},
	} {
		if got := MunicipioAt(c.at); got != c.want {
			t.Errorf("%s lies in %d, not in %d", c.what, got, c.want)
		}
	}
}

func TestDistancesAreThoseOfTheGreatCircle(t *testing.T) {
	t.Parallel()
	cathedral, station := Point{45.4642, 9.1900}, Point{45.4861, 9.2045}
	if m := cathedral.Metres(station); m < 2680 || m > 2720 {
		t.Errorf("from the cathedral to the station are %d m", m)
	}
	if m := (Point{0, 0}).Metres(Point{0, 1}); m != 111195 {
		t.Errorf("a degree of the equator has %d m", m)
	}
	if cathedral.Metres(cathedral) != 0 || cathedral.Metres(station) != station.Metres(cathedral) {
		t.Error("a distance is no distance")
	}
}

func TestABlurredPointNamesNoDoor(t *testing.T) {
	t.Parallel()
	door := Point{45.46427, 9.19003}
	if b := door.Blurred(); b != (Point{45.464, 9.19}) || b.Blurred() != b || door.Metres(b) > 70 {
		t.Errorf("%v becomes %v, %d m away", door, b, door.Metres(b))
	}
}

func TestCodesHaveTheFormOfTheMinistry(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"MIEE8A0016": true, "MIPLGB500O": true, "miee8a0016": false, "M1EE8A0016": false, "MIEE8A001": false, "MIEE8A00166": false, "MIEE8A001 ": false} {
		if IsCode(code) != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
}

func TestEachGradeBelongsToOneLevel(t *testing.T) {
	t.Parallel()
	for grade := -2; grade <= 13; grade++ {
		levels := 0
		for _, level := range Levels() {
			if level != CPIA && Teaches(level, grade) {
				levels++
			}
		}
		if levels != 1 {
			t.Errorf("%d levels have grade %d", levels, grade)
		}
	}
	if Teaches(Infanzia, -3) || Teaches(Secondaria2, 14) || Teaches(Institute, 3) || !Teaches(CPIA, 14) {
		t.Error("a level has a grade beyond its own")
	}
}

func TestAFigureCountsForThirtyDays(t *testing.T) {
	t.Parallel()
	f := Figure{Entry: Entry{On: rules.On(2026, 3, 2), Places: 3}, Promised: 4}
	if f.Stale(rules.On(2026, 4, 1), rules.Default()) || !f.Stale(rules.On(2026, 4, 2), rules.Default()) {
		t.Errorf("it counts until %s", f.StaleAfter(rules.Default()))
	}
	if f.Free() != 0 {
		t.Errorf("%d places are left of 3 when 4 were promised", f.Free())
	}
}

func TestABadEntrySaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	n := func(v int) *int { return &v }
	good := Entry{SchoolCode: "XXEE000011", Grade: 3, On: rules.On(2026, 3, 2), Places: 2, SaidBy: "school"}
	for field, spoil := range map[string]func(*Entry){
		"":              func(*Entry) {},
		"school_code":   func(e *Entry) { e.SchoolCode = "XX" },
		"grade":         func(e *Entry) { e.Grade = 14 },
		"on":            func(e *Entry) { e.On = rules.Date{} },
		"places":        func(e *Entry) { e.Places = -1 },
		"said_by":       func(e *Entry) { e.SaidBy = "family" },
		"pupils":        func(e *Entry) { e.NonItalian = n(3) },
		"newly_arrived": func(e *Entry) { e.Pupils, e.NewlyArrived = n(20), n(21) },
		"non_italian":   func(e *Entry) { e.Pupils, e.NonItalian = n(20), n(-1) },
	} {
		e := good
		spoil(&e)
		if got, reason := e.Problem(); got != field || (reason == "") != (field == "") {
			t.Errorf("%s: %q %q", field, got, reason)
		}
	}
}
