// SPDX-License-Identifier: AGPL-3.0-or-later

package registry

import (
	"fmt"
	"slices"

	"ricongiungi/schools"
)

// Report says how well the newest registries and the city's lists were joined.
type Report struct {
	Schools       int                              `json:"schools"` // in Milan, institutes left out
	Elsewhere     int                              `json:"elsewhere"`
	ByMatch       map[schools.Match]int            `json:"by_match"`
	ByLevel       map[string]map[schools.Match]int `json:"by_level"`
	NotFound      []Left                           `json:"not_found"`       // schools in none of the city's lists, or in several places
	CityUnused    []Left                           `json:"city_unused"`     // rows of the city's newest lists that are no school of the registry
	CityRows      int                              `json:"city_rows"`       // of the newest lists
	PupilsKnown   int                              `json:"pupils_known"`    // schools with a count of pupils
	PupilsUnknown int                              `json:"pupils_unknown"`  // counts for codes in no registry at hand
	Elsewise      []Left                           `json:"other_municipio"` // the city's Municipio is not the one its coordinates lie in
}

// Left is something that was left over, for a person to look at.
type Left struct {
	Code    string        `json:"code"`
	Level   string        `json:"level"`
	Name    string        `json:"name"`
	Address string        `json:"address"`
	Match   schools.Match `json:"match,omitempty"`
	Detail  string        `json:"detail,omitempty"`
}

func (j *joiner) report(all []schools.School) Report {
	r := Report{ByMatch: map[schools.Match]int{}, ByLevel: map[string]map[schools.Match]int{}, NotFound: []Left{}, CityUnused: []Left{}, Elsewise: []Left{}}
	years, known := registryYears(all), map[string]bool{}
	for _, s := range all {
		known[s.Code] = true
		if s.Year == slices.Max(years[s.Kind]) {
			r.add(s)
		}
	}
	for code := range j.pupils {
		if !known[code] {
			r.PupilsUnknown++
		}
	}
	for _, c := range j.city {
		if c.Year == slices.Max(j.lists[c.Level]) {
			r.addCity(c, j.used[c.index])
		}
	}
	return r
}

func (r *Report) add(s schools.School) {
	switch {
	case s.Comune != Milan:
		r.Elsewhere++
		return
	case s.Level == schools.Institute:
		return
	}
	r.Schools++
	r.ByMatch[s.Match]++
	if r.ByLevel[s.Level] == nil {
		r.ByLevel[s.Level] = map[schools.Match]int{}
	}
	r.ByLevel[s.Level][s.Match]++
	if s.PupilsYear != 0 {
		r.PupilsKnown++
	}
	if s.Match == schools.Unmatched || s.Match == schools.Ambiguous {
		r.NotFound = append(r.NotFound, Left{Code: s.Code, Level: s.Level, Name: s.Name, Address: s.Address, Match: s.Match})
	}
}

func (r *Report) addCity(c candidate, used bool) {
	r.CityRows++
	left := Left{Code: c.CityCode, Level: c.Level, Name: c.Name, Address: c.Address}
	if !used {
		r.CityUnused = append(r.CityUnused, left)
	}
	if c.Location == nil || c.Municipio == 0 {
		return
	}
	if lies := schools.MunicipioAt(*c.Location); lies != c.Municipio {
		left.Detail = fmt.Sprintf("the list says %d, its coordinates lie in %d", c.Municipio, lies)
		r.Elsewise = append(r.Elsewise, left)
	}
}
