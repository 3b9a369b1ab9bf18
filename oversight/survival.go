// SPDX-License-Identifier: AGPL-3.0-or-later

package oversight

import (
	"math"
	"slices"

	"ricongiungi/rules"
)

// Wait is so many stays in a stage that lasted the same: over, or still going on
// (or ended otherwise) when last looked at.
type Wait struct {
	Stage string
	Days  int
	Over  bool
	Count int
}

// Point is the estimate from the day on, until the next point.
type Point struct {
	Days    int     `json:"days"`
	AtRisk  int     `json:"at_risk"` // still in the stage just before
	Events  int     `json:"events"`  // that left it by the next step on this day
	Staying float64 `json:"staying"` // share still in the stage after so many days
	Lower   float64 `json:"lower"`   // of the 95 % confidence band
	Upper   float64 `json:"upper"`
}

// Median is the day by which half have gone on, with its 95 % interval; a bound
// that the stays seen so far do not reach is absent.
type Median struct {
	Days  *int `json:"days,omitempty"`
	Lower *int `json:"lower,omitempty"`
	Upper *int `json:"upper,omitempty"`
}

// Curve is how long people stay in one stage.
type Curve struct {
	Stage     string  `json:"stage"`
	Stays     int     `json:"stays"`
	Completed int     `json:"completed"`
	Censored  int     `json:"censored"`
	Longest   int     `json:"longest"` // days for which anybody was seen
	Median    Median  `json:"median"`
	Points    []Point `json:"points"` // where the curve steps down
	Marks     []Point `json:"marks"`  // read at round numbers of days; events are all up to there
}

// Times is the time spent in each stage.
type Times struct {
	On         rules.Date `json:"as_of"`
	Since      rules.Date `json:"begun_since"`
	Definition rules.Text `json:"definition"`
	Curves     []Curve    `json:"items"` // in the order of the way
}

// Stages are the stages that are timed, in the order of the way.
func Stages() []string {
	return []string{"decision", "visa_request", "visa", "journey", "presentation", "permit_request", "permit"}
}

var timesDefinition = rules.Text{
	It: "Quota di familiari ancora nella fase dopo tanti giorni (Kaplan–Meier), tra chi vi è entrato dal giorno indicato. Chi vi è ancora, o l'ha lasciata in altro modo, conta fino a quando è stato visto e non oltre. Banda di confidenza al 95 % (Greenwood, scala log-log).",
	En: "Share of members still in the stage after so many days (Kaplan–Meier), among those who entered it since the day given. Who is still in it, or left it otherwise, counts as long as they were seen and no longer. 95 % confidence band (Greenwood, log-log scale).",
}

// NewTimes estimates a curve for each stage.
func NewTimes(on, since rules.Date, waits []Wait) Times {
	byStage := map[string][]Wait{}
	for _, w := range waits {
		byStage[w.Stage] = append(byStage[w.Stage], w)
	}
	t := Times{On: on, Since: since, Definition: timesDefinition, Curves: []Curve{}}
	for _, stage := range Stages() {
		t.Curves = append(t.Curves, curve(stage, byStage[stage]))
	}
	return t
}

// curve is the product-limit estimate. Stays that were censored on a day count
// as at risk on it.
func curve(stage string, waits []Wait) Curve {
	c := Curve{Stage: stage, Points: []Point{}}
	for _, w := range waits {
		c.Stays += w.Count
		c.Longest = max(c.Longest, w.Days)
	}
	sorted := slices.SortedFunc(slices.Values(waits), func(a, b Wait) int { return a.Days - b.Days })
	risk, staying, variance := c.Stays, 1.0, 0.0
	for i := 0; i < len(sorted); {
		day, events, gone := sorted[i].Days, 0, 0
		for ; i < len(sorted) && sorted[i].Days == day; i++ {
			gone += sorted[i].Count
			if sorted[i].Over {
				events += sorted[i].Count
			}
		}
		if events > 0 {
			staying *= 1 - float64(events)/float64(risk)
			variance += float64(events) / (float64(risk) * float64(risk-events)) // infinite at the last one, and not used then
			c.Points = append(c.Points, banded(Point{Days: day, AtRisk: risk, Events: events, Staying: staying}, variance, c.Points))
		}
		risk -= gone
		c.Completed += events
	}
	c.Censored = c.Stays - c.Completed
	c.Median, c.Marks = median(c.Points), c.markedAt(sorted)
	return c
}

// z is the 97.5 % quantile of the normal distribution.
const z = 1.959963984540054

// banded adds the confidence band on the log-log scale, which stays between 0
// and 1. Once nobody is left the estimate is certain of nothing above: the upper
// bound stays where it was.
func banded(p Point, variance float64, before []Point) Point {
	if p.Staying <= 0 {
		p.Staying, p.Lower, p.Upper = 0, 0, 1
		if n := len(before); n > 0 {
			p.Upper = before[n-1].Upper
		}
		return p
	}
	width := z * math.Sqrt(variance) / math.Abs(math.Log(p.Staying))
	p.Lower, p.Upper = math.Pow(p.Staying, math.Exp(width)), math.Pow(p.Staying, math.Exp(-width))
	return p
}

func median(points []Point) Median {
	first := func(of func(Point) float64) *int {
		for _, p := range points {
			if of(p) <= 0.5+1e-12 {
				return &p.Days
			}
		}
		return nil
	}
	return Median{Days: first(func(p Point) float64 { return p.Staying }), Lower: first(func(p Point) float64 { return p.Lower }),
		Upper: first(func(p Point) float64 { return p.Upper })}
}

// marks are the days for which the table beneath a curve gives the estimate.
var marks = []int{30, 60, 90, 120, 150, 180, 270, 365}

// markedAt reads the curve at those days, as far as anybody was seen.
func (c Curve) markedAt(sorted []Wait) []Point {
	read := []Point{}
	for _, days := range marks {
		if days > c.Longest {
			break
		}
		p := Point{Days: days, AtRisk: c.Stays, Staying: 1, Lower: 1, Upper: 1}
		for _, step := range c.Points {
			if step.Days <= days {
				p.Events += step.Events
				p.Staying, p.Lower, p.Upper = step.Staying, step.Lower, step.Upper
			}
		}
		for _, w := range sorted {
			if w.Days < days {
				p.AtRisk -= w.Count
			}
		}
		read = append(read, p)
	}
	return read
}

// Table has one row for each step of each curve.
func (t Times) Table() [][]string {
	rows := [][]string{{"as_of", "begun_since", "stage", "days", "at_risk", "events", "staying", "lower", "upper", "stays", "censored"}}
	for _, c := range t.Curves {
		for _, p := range c.Points {
			rows = append(rows, []string{dayText(t.On), dayText(t.Since), c.Stage, number(p.Days), number(p.AtRisk), number(p.Events),
				share(p.Staying), share(p.Lower), share(p.Upper), number(c.Stays), number(c.Censored)})
		}
	}
	return rows
}

// TimesSince is from when on stays are looked at unless somebody asks otherwise:
// three years, the longest way there is with both extensions, and no more, since
// how long things took before says little of how long they take now.
func TimesSince(on rules.Date) rules.Date { return on.AddMonths(-36) }
