// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"fmt"
	"net/http"
	"strings"

	"ricongiungi/oversight"
	"ricongiungi/rules"
)

// backlogPage is what waits for the Prefecture's decision.
type backlogPage struct {
	area
	oversight.Backlog
	Most int // applications in the fullest band, for the length of the bars
}

func (s *console) showBacklog(w http.ResponseWriter, r *http.Request) error {
	backlog, err := s.Office.Backlog(r.Context(), s.Rights.Offices(visitOf(r).who.Actor), s.today())
	if err != nil {
		return err
	}
	page := backlogPage{area: s.areaOf(r, deskPages), Backlog: backlog, Most: 1}
	for _, a := range backlog.Ages {
		page.Most = max(page.Most, a.InTime+a.Late)
	}
	return s.showFigure(w, r, "desk-backlog", backlog, page)
}

// Width is the length of a bar for n applications, of 100.
func (p backlogPage) Width(n int) int { return n * 100 / p.Most }

// timesPage is how long members stay in each stage.
type timesPage struct {
	area
	oversight.Times
	Charts []drawing
}

func (s *console) showTimes(w http.ResponseWriter, r *http.Request) error {
	since := oversight.TimesSince(s.today())
	if given, err := rules.ParseDate(r.FormValue("since")); err == nil {
		since = given
	}
	times, err := s.Office.Times(r.Context(), s.Rights.Offices(visitOf(r).who.Actor), s.today(), since)
	if err != nil {
		return err
	}
	page := timesPage{area: s.areaOf(r, deskPages), Times: times}
	for _, c := range times.Curves {
		page.Charts = append(page.Charts, drawn(c))
	}
	return s.showFigure(w, r, "desk-times", times, page)
}

// drawing is a curve drawn as SVG: paths and marks in the units of the drawing.
type drawing struct {
	oversight.Curve
	Line, Band string // paths
	Ticks      []tick
}

type tick struct {
	At    float64
	Label int // days
}

// The drawing: its plot begins at the left and top edges and has this size.
const (
	plotLeft, plotTop     = 46.0, 12.0
	plotWidth, plotHeight = 540.0, 200.0
)

// drawn draws the steps of a curve over the days for which anybody was seen.
func drawn(c oversight.Curve) drawing {
	picture := drawing{Curve: c}
	if c.Stays == 0 {
		return picture
	}
	days := max(c.Longest, 1)
	x := func(day int) float64 { return plotLeft + plotWidth*float64(day)/float64(days) }
	y := func(share float64) float64 { return plotTop + plotHeight*(1-share) }
	step := tickStep(days)
	for day := 0; day <= days; day += step {
		picture.Ticks = append(picture.Ticks, tick{x(day), day})
	}
	picture.Line = steps(c, days, x, y, func(p oversight.Point) float64 { return p.Staying })
	upper := steps(c, days, x, y, func(p oversight.Point) float64 { return p.Upper })
	picture.Band = upper + backwards(c, days, x, y) + "Z"
	return picture
}

// tickStep keeps the marks of days apart: about six of them, at round numbers.
func tickStep(days int) int {
	for _, step := range []int{1, 2, 5, 10, 15, 30, 60, 90, 120, 180, 365} {
		if days/step <= 6 {
			return step
		}
	}
	return 730
}

func steps(c oversight.Curve, days int, x func(int) float64, y func(float64) float64, of func(oversight.Point) float64) string {
	var path strings.Builder
	fmt.Fprintf(&path, "M%.1f %.1f", x(0), y(1))
	for _, p := range c.Points {
		fmt.Fprintf(&path, "H%.1fV%.1f", x(p.Days), y(of(p)))
	}
	fmt.Fprintf(&path, "H%.1f", x(days))
	return path.String()
}

// backwards is the lower bound from the last day to the first.
func backwards(c oversight.Curve, days int, x func(int) float64, y func(float64) float64) string {
	var path strings.Builder
	at := x(days)
	for i := len(c.Points) - 1; i >= 0; i-- {
		p := c.Points[i]
		fmt.Fprintf(&path, "L%.1f %.1fH%.1f", at, y(p.Lower), x(p.Days))
		at = x(p.Days)
	}
	fmt.Fprintf(&path, "L%.1f %.1fL%.1f %.1f", at, y(1), x(0), y(1))
	return path.String()
}
