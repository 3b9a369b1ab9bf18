// SPDX-License-Identifier: AGPL-3.0-or-later

package oversight

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ricongiungi/rules"
)

func on(text string) rules.Date {
	d, err := rules.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func load(id string, open, due int) Load {
	return Load{CounsellorID: id, OpenCases: open, Overdue: due, Languages: map[string]int{"ar": open}}
}

func TestWhoHasAQuarterMoreThanTheMiddleOneIsOverloaded(t *testing.T) {
	for _, c := range []struct {
		why   string
		loads []Load
		over  []string
	}{
		{"alike", []Load{load("a", 40, 0), load("b", 40, 0), load("c", 40, 0)}, nil},
		{"a quarter more is not over a quarter", []Load{load("a", 50, 0), load("b", 40, 0), load("c", 40, 0)}, nil},
		{"over a quarter", []Load{load("a", 51, 0), load("b", 40, 0), load("c", 40, 0)}, []string{"a"}},
		{"a difference of four is none", []Load{load("a", 6, 0), load("b", 2, 0), load("c", 2, 0)}, nil},
		{"what is due presses, too", []Load{load("a", 40, 16), load("b", 40, 10), load("c", 40, 10)}, []string{"a"}},
		{"what nobody has overloads nobody", []Load{load("", 500, 0), load("b", 40, 0), load("c", 40, 0)}, nil},
	} {
		var over []string
		for _, l := range NewWorkload(on("2026-03-10"), c.loads).Rows {
			if l.Overloaded {
				over = append(over, l.CounsellorID)
			}
		}
		if !slices.Equal(over, c.over) {
			t.Errorf("%s: %v, not %v", c.why, over, c.over)
		}
	}
}

func TestCasesGoToWhoHasFewest(t *testing.T) {
	loads := []Load{load("away", 6, 0), {CounsellorID: "b", OpenCases: 4, Languages: map[string]int{"zh": 4}}, {CounsellorID: "c", OpenCases: 2, Languages: map[string]int{"ar": 2}}}
	cases := []Assignment{{CaseID: "1", Language: "ar", Was: "away"}, {CaseID: "2", Language: "ar", Was: "away"}, {CaseID: "3", Language: "ar", Was: "away"}, {CaseID: "4", Language: "zh", Was: "away"}}
	var to []string
	for _, g := range Spread(loads, cases, []string{"b", "c"}) {
		to = append(to, g.CounsellorID)
	}
	// Two to c, until both have four; then the family that speaks Arabic to who speaks it, and the last to who has fewest.
	if got := strings.Join(to, " "); got != "c c c b" {
		t.Errorf("given to %s", got)
	}
}

func TestNothingIsLostOrInventedBySpreading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := NewWorkload(on("2026-03-10"), []Load{load("a", rapid.IntRange(1, 50).Draw(t, "a"), 0), load("b", rapid.IntRange(0, 50).Draw(t, "b"), 0), load("c", rapid.IntRange(0, 50).Draw(t, "c"), 0)})
		var cases []Assignment
		for range rapid.IntRange(1, 60).Draw(t, "cases") {
			cases = append(cases, Assignment{CaseID: "x", Language: "ar", Was: "a"})
		}
		given := Spread(before.Rows, cases, []string{"b", "c"})
		after := before.After(given)
		if len(given) != len(cases) || after.Total.OpenCases != before.Total.OpenCases || after.Total.Languages["ar"] != before.Total.Languages["ar"] {
			t.Fatalf("%d of %d cases, %d open and not %d", len(given), len(cases), after.Total.OpenCases, before.Total.OpenCases)
		}
	})
}

func TestTheBacklogIsLateOnTheDayAfterTheTermOfItsFiling(t *testing.T) {
	pending := []Pending{
		{FiledOn: on("2025-10-03"), ValidFrom: on("2017-02-18"), Days: 90, Due: on("2026-01-02"), Count: 3},
		{FiledOn: on("2025-10-06"), ValidFrom: on("2025-10-04"), Days: 150, Due: on("2026-03-05"), Count: 2},
	}
	for day, late := range map[string]int{"2026-01-02": 0, "2026-01-03": 3, "2026-03-05": 3, "2026-03-06": 5} {
		b := NewBacklog(on(day), pending)
		sum := 0
		for _, a := range b.Ages {
			sum += a.InTime + a.Late
		}
		if b.Late != late || b.Pending != 5 || sum != 5 || len(b.Terms) != 2 || b.Terms[0].Days != 90 {
			t.Errorf("%s: %+v", day, b)
		}
	}
}

// The example of Kaplan and Meier's method in every textbook: remission times of
// leukaemia patients under 6-MP (Freireich et al. 1963). The estimates are those
// that are printed there.
func TestTheCurveIsThatOfTheTextbooks(t *testing.T) {
	var waits []Wait
	for _, d := range []int{6, 6, 6, 7, 10, 13, 16, 22, 23} {
		waits = append(waits, Wait{"visa", d, true, 1})
	}
	for _, d := range []int{6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35} {
		waits = append(waits, Wait{"visa", d, false, 1})
	}
	rand.Shuffle(len(waits), func(i, j int) { waits[i], waits[j] = waits[j], waits[i] })
	c := NewTimes(on("2026-03-10"), on("2025-01-01"), waits).Curves[2]
	want := map[int]Point{6: {AtRisk: 21, Staying: 0.857, Lower: 0.620, Upper: 0.952}, 7: {AtRisk: 17, Staying: 0.807, Lower: 0.563, Upper: 0.923},
		10: {AtRisk: 15, Staying: 0.753, Lower: 0.503, Upper: 0.889}, 23: {AtRisk: 6, Staying: 0.448, Lower: 0.188, Upper: 0.680}}
	for _, p := range c.Points {
		if w, ok := want[p.Days]; ok && (p.AtRisk != w.AtRisk || !near(p.Staying, w.Staying) || !near(p.Lower, w.Lower) || !near(p.Upper, w.Upper)) {
			t.Errorf("%+v and not %+v", p, w)
		}
	}
	if c.Median.Days == nil || *c.Median.Days != 23 || c.Median.Lower == nil || *c.Median.Lower != 13 || c.Median.Upper != nil || c.Censored != 12 {
		t.Errorf("median %+v, %d censored", c.Median, c.Censored)
	}
	if m := c.Marks; len(m) != 1 || m[0].AtRisk != 4 || !near(m[0].Staying, 0.448) {
		t.Errorf("after 30 days: %+v", m)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.0006 }

func TestABandHoldsItsCurveAndTheCurveOnlyFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var waits []Wait
		for range rapid.IntRange(1, 40).Draw(t, "n") {
			waits = append(waits, Wait{"visa", rapid.IntRange(0, 60).Draw(t, "days"), rapid.Bool().Draw(t, "over"), rapid.IntRange(1, 3).Draw(t, "count")})
		}
		c := curve("visa", waits)
		last := 1.0
		for _, p := range c.Points {
			if p.Staying > last || p.Lower > p.Staying+1e-12 || p.Upper < p.Staying-1e-12 || p.Lower < 0 || p.Upper > 1 || math.IsNaN(p.Lower+p.Upper) {
				t.Fatalf("%+v after %f", p, last)
			}
			last = p.Staying
		}
		if c.Completed+c.Censored != c.Stays {
			t.Fatalf("%+v", c)
		}
	})
}

func TestWithoutCensoringTheCurveIsTheShareLeft(t *testing.T) {
	c := curve("visa", []Wait{{"visa", 10, true, 5}, {"visa", 20, true, 3}, {"visa", 30, true, 2}})
	for i, want := range []float64{0.5, 0.2, 0} {
		if !near(c.Points[i].Staying, want) {
			t.Errorf("%+v and not %f", c.Points[i], want)
		}
	}
}

func TestAFileOfFiguresHoldsNoFormula(t *testing.T) {
	w := NewWorkload(on("2026-03-10"), []Load{{CounsellorID: "a", Name: "=HYPERLINK(\"x\")", OpenCases: 1}})
	if text := string(CSV(w)); strings.Contains(text, ",\"=HYPER") || !strings.Contains(text, "'=HYPERLINK") {
		t.Error(text)
	}
}

func TestEveryTableIsRectangular(t *testing.T) {
	day := on("2026-03-10")
	for _, figure := range []Tabular{
		NewWorkload(day, []Load{load("a", 3, 1), load("", 2, 0)}), NewBacklog(day, []Pending{{FiledOn: day, ValidFrom: day, Days: 90, Due: day, Count: 1}}),
		NewTimes(day, day, []Wait{{"visa", 3, true, 2}}), NewOverdue(day, []Stage{{"arrival", "permit", "counsellor", 2, 1, day}}, []string{"arrival"}),
	} {
		rows := figure.Table()
		for _, row := range rows {
			if len(rows) < 2 || len(row) != len(rows[0]) {
				t.Errorf("%T: %v", figure, row)
			}
		}
	}
}
