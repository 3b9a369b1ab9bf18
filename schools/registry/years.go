// SPDX-License-Identifier: AGPL-3.0-or-later

package registry

import (
	"slices"

	"ricongiungi/schools"
)

// setPeriods says for each school since when its code has been in the registry
// without a break, until when, and which code took its place: codes change when
// schools merge, at the beginning of a school year. Schools come in the order of
// code and year.
func setPeriods(all []schools.School) {
	years := registryYears(all)
	inYear := map[yearOfKind][]*schools.School{}
	for i := range all {
		s := &all[i]
		key := yearOfKind{s.Kind, s.Year}
		inYear[key] = append(inYear[key], s)
		s.ValidFrom = schools.FirstDay(s.Year)
		if i > 0 && continues(all[i-1], *s, years[s.Kind]) {
			s.ValidFrom = all[i-1].ValidFrom
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		s := &all[i]
		next := after(years[s.Kind], s.Year)
		switch {
		case next == 0:
		case i+1 < len(all) && continues(*s, all[i+1], years[s.Kind]):
			s.ValidTo, s.Successor = all[i+1].ValidTo, all[i+1].Successor
		default:
			s.ValidTo = schools.LastDay(next - 1)
			s.Successor = successor(*s, inYear[yearOfKind{s.Kind, next}])
		}
	}
}

type yearOfKind struct {
	kind schools.Kind
	year int
}

// registryYears lists the years of which there is a registry, by kind.
func registryYears(all []schools.School) map[schools.Kind][]int {
	years := map[schools.Kind][]int{}
	for _, s := range all {
		if !slices.Contains(years[s.Kind], s.Year) {
			years[s.Kind] = append(years[s.Kind], s.Year)
		}
	}
	for _, list := range years {
		slices.Sort(list)
	}
	return years
}

// after is the next year of which there is a registry, 0 when there is none.
func after(years []int, year int) int {
	for _, y := range years {
		if y > year {
			return y
		}
	}
	return 0
}

func continues(before, s schools.School, years []int) bool {
	return before.Code == s.Code && before.Kind == s.Kind && after(years, before.Year) == s.Year
}

// successor is the one school that is new in the next registry, of the same
// level, at the same address. Where there are several, or none, nothing is said.
func successor(gone schools.School, next []*schools.School) string {
	where := placeOf(gone.Address)
	found := ""
	for _, s := range next {
		isNew := s.ValidFrom == schools.FirstDay(s.Year)
		if !isNew || s.Level != gone.Level || s.Code == gone.Code {
			continue
		}
		if p := placeOf(s.Address); p.sameStreet(where) && p.sameNumber(where) {
			if found != "" {
				return ""
			}
			found = s.Code
		}
	}
	return found
}
