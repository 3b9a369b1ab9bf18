// SPDX-License-Identifier: AGPL-3.0-or-later

package schools

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// The borders are those of the Comune di Milano (dataset DS379, CC BY 4.0),
// simplified to about four metres.
//
//go:embed municipi.geojson
var municipiFile []byte

// Municipio is one of the nine districts of Milan.
type Municipio struct {
	Number int
	Border []Point // a closed ring
	Centre Point   // centroid of its area
}

// Municipi gives the nine districts by number.
var Municipi = sync.OnceValue(func() []Municipio {
	all, err := readMunicipi(municipiFile)
	if err != nil {
		panic(err) // the file is compiled in
	}
	return all
})

func readMunicipi(raw []byte) ([]Municipio, error) {
	var file struct {
		Features []struct {
			Properties struct {
				Municipio int `json:"MUNICIPIO"`
			} `json:"properties"`
			Geometry struct {
				Coordinates [][][2]float64 `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("schools: borders of the Municipi: %w", err)
	}
	all := make([]Municipio, 0, len(file.Features))
	for _, f := range file.Features {
		m := Municipio{Number: f.Properties.Municipio}
		for _, c := range f.Geometry.Coordinates[0] {
			m.Border = append(m.Border, Point{Lat: c[1], Lon: c[0]})
		}
		m.Centre = centroid(m.Border)
		all = append(all, m)
	}
	return all, nil
}

// MunicipioAt is the number of the Municipio that holds the point, 0 outside the
// city. A point in the hair's breadth between two simplified borders belongs to none.
func MunicipioAt(p Point) int {
	for _, m := range Municipi() {
		if m.holds(p) {
			return m.Number
		}
	}
	return 0
}

// CentreOf is the centroid of a Municipio; false when there is none of that number.
func CentreOf(number int) (Point, bool) {
	for _, m := range Municipi() {
		if m.Number == number {
			return m.Centre, true
		}
	}
	return Point{}, false
}

// holds counts how often a ray to the east crosses the border: odd is inside.
func (m Municipio) holds(p Point) bool {
	inside := false
	for i := 1; i < len(m.Border); i++ {
		a, b := m.Border[i-1], m.Border[i]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(p.Lat-a.Lat)*(b.Lon-a.Lon)/(b.Lat-a.Lat) {
			inside = !inside
		}
	}
	return inside
}

// centroid is that of a plane figure, which a city is nearly.
func centroid(ring []Point) Point {
	var area, lat, lon float64
	origin := ring[0] // small numbers keep their digits
	for i := 1; i < len(ring); i++ {
		ax, ay := ring[i-1].Lon-origin.Lon, ring[i-1].Lat-origin.Lat
		bx, by := ring[i].Lon-origin.Lon, ring[i].Lat-origin.Lat
		cross := ax*by - bx*ay
		area += cross
		lon += (ax + bx) * cross
		lat += (ay + by) * cross
	}
	return Point{Lat: origin.Lat + lat/(3*area), Lon: origin.Lon + lon/(3*area)}
}
