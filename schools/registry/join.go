// SPDX-License-Identifier: AGPL-3.0-or-later

package registry

import (
	"cmp"
	"slices"

	"ricongiungi/schools"
)

// Published is everything that was read so far, of all years.
type Published struct {
	Schools []Entry
	Pupils  []Pupils
	City    []CitySchool
}

// Milan is the cadastral code of the comune that the city's lists speak of.
const Milan = "F205"

// Join makes one school of each row of the Ministry's registries, in the order
// of code and year, and reports how well that went for the newest year of each.
func Join(p Published) ([]schools.School, Report) {
	j := newJoiner(p)
	all := make([]schools.School, 0, len(p.Schools))
	for _, e := range p.Schools {
		all = append(all, j.school(e))
	}
	slices.SortFunc(all, func(a, b schools.School) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Year, b.Year))
	})
	setPeriods(all)
	return all, j.report(all)
}

// candidate is a row of the city with its address and name ready to compare.
type candidate struct {
	*CitySchool
	place place
	title []string
	index int
}

type joiner struct {
	city   []candidate
	lists  map[string][]int           // years of the city's lists, by level
	pupils map[string]map[int]*Pupils // by code and year
	used   map[int]bool               // rows of the city that some school was joined to
}

func newJoiner(p Published) *joiner {
	j := &joiner{lists: map[string][]int{}, pupils: map[string]map[int]*Pupils{}, used: map[int]bool{}}
	for i := range p.City {
		c := &p.City[i]
		j.city = append(j.city, candidate{c, placeOf(c.Address), nameOf(c.Name), i})
		if !slices.Contains(j.lists[c.Level], c.Year) {
			j.lists[c.Level] = append(j.lists[c.Level], c.Year)
		}
	}
	for i := range p.Pupils {
		n := &p.Pupils[i]
		if j.pupils[n.Code] == nil {
			j.pupils[n.Code] = map[int]*Pupils{}
		}
		j.pupils[n.Code][n.Year] = n
	}
	return j
}

func (j *joiner) school(e Entry) schools.School {
	s := schools.School{Code: e.Code, Year: e.Year, Kind: e.Kind, Level: e.Level, Special: e.Special, Type: e.Type, Name: e.Name, Address: e.Address,
		PostCode: e.PostCode, Comune: e.Comune, InstituteCode: e.InstituteCode, InstituteName: e.InstituteName, Match: schools.Unmatched}
	if n := j.counted(e); n != nil {
		s.Pupils, s.PupilsYear, s.PupilsMasked = n.Count, n.Year, n.Masked
	}
	if e.Comune == Milan {
		j.locate(&s)
	}
	return s
}

// counted is the count of the year itself, or of the nearest one.
func (j *joiner) counted(e Entry) *Pupils {
	years := j.pupils[e.Code]
	if len(years) == 0 {
		return nil
	}
	all := make([]int, 0, len(years))
	for year := range years {
		all = append(all, year)
	}
	return years[nearest(all, e.Year)]
}

// nearest is the year itself, or the nearest one, the earlier of two.
func nearest(years []int, year int) int {
	return slices.MinFunc(years, func(a, b int) int {
		return cmp.Or(cmp.Compare(max(a-year, year-a), max(b-year, year-b)), cmp.Compare(a, b))
	})
}

// locate finds the school in the city's lists.
func (j *joiner) locate(s *schools.School) {
	where, name := placeOf(s.Address), nameOf(s.Name)
	how, found := j.sameSchool(s, where, name)
	if len(found) == 0 {
		how, found = schools.BySameAddress, j.sameBuilding(where)
	}
	if len(found) == 0 {
		return
	}
	if !together(found) {
		s.Match = schools.Ambiguous
		return
	}
	c := found[0]
	s.Match, s.Location, s.Municipio = how, c.Location, c.Municipio
	if how != schools.BySameAddress {
		s.CityCode = c.CityCode
		for _, f := range found {
			j.used[f.index] = true
		}
	}
	if s.Municipio == 0 && s.Location != nil {
		s.Municipio = schools.MunicipioAt(*s.Location)
	}
}

// sameSchool gives the candidates of the surest way by which there are any.
func (j *joiner) sameSchool(s *schools.School, where place, name []string) (schools.Match, []candidate) {
	if len(j.lists[s.Level]) == 0 {
		return schools.Unmatched, nil
	}
	year := nearest(j.lists[s.Level], s.Year)
	found := map[schools.Match][]candidate{}
	for _, c := range j.city {
		if c.Level != s.Level || c.Year != year || c.State != (s.Kind == schools.State) && c.Code != s.Code {
			continue
		}
		if how := c.compare(s.Code, where, name); how != schools.Unmatched {
			found[how] = append(found[how], c)
		}
	}
	for _, how := range schools.Matches() {
		if len(found[how]) > 0 {
			return how, found[how]
		}
	}
	return schools.Unmatched, nil
}

// compare says how sure it is that the row of the city is the school.
func (c candidate) compare(code string, where place, name []string) schools.Match {
	street, named := c.place.sameStreet(where), sameWords(c.title, name)
	switch {
	case c.Code != "" && c.Code == code:
		return schools.ByCode
	case street && c.place.sameNumber(where) && named:
		return schools.ByAddressAndName
	case street && c.place.sameNumber(where):
		return schools.ByAddress
	case street && named:
		return schools.ByStreetAndName
	case named && len(c.title) == len(name): // a word more may mean another school of the same patron
		return schools.ByName
	}
	return schools.Unmatched
}

// sameBuilding gives schools of any level at the address.
func (j *joiner) sameBuilding(where place) []candidate {
	var found []candidate
	for _, c := range j.city {
		if c.place.sameStreet(where) && c.place.sameNumber(where) {
			found = append(found, c)
		}
	}
	return found
}

// block is how far apart, in metres, two entries of one school may lie.
const block = 150

// together tells whether all candidates stand at one place: then it does not
// matter which of them is meant.
func together(found []candidate) bool {
	first := found[0].Location
	for _, c := range found[1:] {
		if first == nil || c.Location == nil || first.Metres(*c.Location) > block {
			return false
		}
	}
	return true
}
