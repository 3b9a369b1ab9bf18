// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"ricongiungi/demand"
	"ricongiungi/schools"
)

// amount writes a number as people do, without decimals that say nothing.
func amount(x float64) string { return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64) }

// The measures of charts, in units of their view box.
const (
	chartWidth, chartHeight = 640.0, 260.0
	chartLeft, chartBottom  = 40.0, 30.0
	chartTop                = 10.0
)

// chart is a band with a line and, for the past, what came. Every chart stands
// beside a table that says the same.
type chart struct {
	Band, Line string // points
	Came       []chartDot
	Labels     []chartText
	Scale      []chartText
}

// titled is a chart with what it shows, in words.
type titled struct {
	chart
	Title string
}

type chartDot struct{ X, Y string }

type chartText struct {
	X, Y string
	Text string
}

// chartPoint is one month of a chart.
type chartPoint struct {
	Month     string
	Low, High float64
	Expected  float64
	Came      *int
}

func bandOf(months []demand.Coming) chart {
	var points []chartPoint
	for _, m := range months {
		if m.Interval != nil {
			points = append(points, chartPoint{m.Month, float64(m.Low), float64(m.High), m.Expected, nil})
		}
	}
	return chartOf(points)
}

// pastOf shows the trials of one month ahead.
func pastOf(trials []demand.Trial) chart {
	var points []chartPoint
	for _, t := range trials {
		if t.Ahead == 1 {
			points = append(points, chartPoint{t.Month, float64(t.Low), float64(t.High), t.Expected, &t.Came})
		}
	}
	return chartOf(points)
}

func chartOf(points []chartPoint) chart {
	var c chart
	if len(points) == 0 {
		return c
	}
	top := 1.0
	for _, p := range points {
		top = max(top, p.High)
		if p.Came != nil {
			top = max(top, float64(*p.Came))
		}
	}
	x := func(i int) float64 {
		return chartLeft + (float64(i)+0.5)*(chartWidth-chartLeft)/float64(len(points))
	}
	y := func(v float64) float64 { return chartTop + (chartHeight-chartTop-chartBottom)*(1-v/top) }
	var upper, lower, line []string
	for i, p := range points {
		upper = append(upper, at(x(i), y(p.High)))
		lower = append([]string{at(x(i), y(p.Low))}, lower...)
		line = append(line, at(x(i), y(p.Expected)))
		if p.Came != nil {
			c.Came = append(c.Came, chartDot{coordinate(x(i)), coordinate(y(float64(*p.Came)))})
		}
		if every := (len(points) + 7) / 8; i%every == 0 {
			c.Labels = append(c.Labels, chartText{coordinate(x(i)), coordinate(chartHeight - 8), p.Month})
		}
	}
	c.Band, c.Line = strings.Join(append(upper, lower...), " "), strings.Join(line, " ")
	for _, share := range []float64{0, 0.5, 1} {
		c.Scale = append(c.Scale, chartText{coordinate(chartLeft - 6), coordinate(y(share * top)), amount(math.Round(share * top))})
	}
	return c
}

func at(x, y float64) string { return coordinate(x) + "," + coordinate(y) }

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// mapArea is one Municipio on the map.
type mapArea struct {
	areaPlaces
	Points string
	X, Y   string // where its number stands
	Shade  int    // 0 to 4 by how many wait; 0 where that is not shown
}

// mapOf draws the borders of the Municipi in a box of mapWidth by mapHeight. At
// Milan's latitude a degree of longitude is seven tenths of one of latitude.
func mapOf(areas []areaPlaces) []mapArea {
	most := 1
	for _, a := range areas {
		if a.Children != nil {
			most = max(most, *a.Children)
		}
	}
	west, east, south, north := bounds()
	scale := min(mapWidth/((east-west)*squeeze), mapHeight/(north-south))
	place := func(p schools.Point) (x, y float64) {
		return (p.Lon - west) * squeeze * scale, (north - p.Lat) * scale
	}
	var drawn []mapArea
	for i, m := range schools.Municipi() {
		area := mapArea{areaPlaces: areas[i]}
		var points []string
		for _, p := range m.Border {
			points = append(points, at(place(p)))
		}
		x, y := place(m.Centre)
		area.Points, area.X, area.Y = strings.Join(points, " "), coordinate(x), coordinate(y)
		if area.Children != nil && *area.Children > 0 {
			area.Shade = 1 + 3**area.Children/most
		}
		drawn = append(drawn, area)
	}
	return drawn
}

const (
	mapWidth, mapHeight = 480.0, 420.0
	squeeze             = 0.7
)

func bounds() (west, east, south, north float64) {
	west, east, south, north = 180, -180, 90, -90
	for _, m := range schools.Municipi() {
		for _, p := range m.Border {
			west, east, south, north = min(west, p.Lon), max(east, p.Lon), min(south, p.Lat), max(north, p.Lat)
		}
	}
	return west, east, south, north
}

// Box is the view box of the map.
func (mapArea) Box() string { return fmt.Sprintf("0 0 %.0f %.0f", mapWidth, mapHeight) }
