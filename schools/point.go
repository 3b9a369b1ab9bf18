// SPDX-License-Identifier: AGPL-3.0-or-later

package schools

import (
	"fmt"
	"math"
)

// Point is a place on the earth in degrees (WGS 84).
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// ParsePoint reads a point written as latitude and longitude, parted by a
// comma: JSON that is digested holds no decimal numbers.
func ParsePoint(text string) (Point, error) {
	var p Point
	if _, err := fmt.Sscanf(text, "%g,%g", &p.Lat, &p.Lon); err != nil || !p.Near() {
		return Point{}, fmt.Errorf("schools: a point is written as latitude,longitude in degrees")
	}
	return p, nil
}

const (
	earthRadius = 6_371_008.8 // metres, mean (IUGG)
	degree      = math.Pi / 180
)

// Metres is the great-circle distance in whole metres.
func (p Point) Metres(q Point) int {
	lat, lon := (q.Lat-p.Lat)*degree, (q.Lon-p.Lon)*degree
	h := math.Pow(math.Sin(lat/2), 2) + math.Cos(p.Lat*degree)*math.Cos(q.Lat*degree)*math.Pow(math.Sin(lon/2), 2)
	return int(math.Round(2 * earthRadius * math.Asin(math.Min(1, math.Sqrt(h)))))
}

// Blurred moves the point to a grid of about a hundred metres, so that what is
// kept names no front door.
func (p Point) Blurred() Point {
	return Point{math.Round(p.Lat*1000) / 1000, math.Round(p.Lon*1000) / 1000}
}

// Near tells whether the point lies in or around the metropolitan city of Milan:
// swapped or projected coordinates do not.
func (p Point) Near() bool { return p.Lat > 45 && p.Lat < 46 && p.Lon > 8.5 && p.Lon < 10 }
