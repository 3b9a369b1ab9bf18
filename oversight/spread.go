// SPDX-License-Identifier: AGPL-3.0-or-later

package oversight

import (
	"cmp"
	"slices"
)

// Assignment gives one case to one person.
type Assignment struct {
	CaseID       string `json:"case_id"`
	Language     string `json:"-"`
	Was          string `json:"was,omitempty"` // who had it
	CounsellorID string `json:"counsellor_id"`
}

// Spread gives each case to whoever of the colleagues then has the fewest open
// cases; between equals, to who already speaks with most families of that
// language. The same question gives the same answer.
func Spread(loads []Load, cases []Assignment, colleagues []string) []Assignment {
	has, speaks := map[string]int{}, map[string]map[string]int{}
	for _, l := range loads {
		has[l.CounsellorID], speaks[l.CounsellorID] = l.OpenCases, l.Languages
	}
	given := slices.Clone(cases)
	for i, c := range given {
		to := slices.MinFunc(colleagues, func(a, b string) int {
			return cmp.Or(has[a]-has[b], speaks[b][c.Language]-speaks[a][c.Language], cmp.Compare(a, b))
		})
		given[i].CounsellorID = to
		has[to]++
	}
	return given
}

// After is the workload as it would be once the cases are given. What falls due
// goes along in the same measure, since nobody knows which items will be done first.
func (w Workload) After(given []Assignment) Workload {
	loads := map[string]*Load{}
	for _, l := range w.Rows {
		l.Languages = copied(l.Languages)
		loads[l.CounsellorID] = &l
	}
	for _, g := range given {
		from, to := loads[g.Was], loads[g.CounsellorID]
		if to == nil {
			to = &Load{CounsellorID: g.CounsellorID, Languages: map[string]int{}}
			loads[g.CounsellorID] = to
		}
		if from != nil {
			from.OpenCases--
			from.Languages[g.Language]--
		}
		to.OpenCases++
		to.Languages[g.Language]++
	}
	var rows []Load
	for _, l := range loads {
		rows = append(rows, *l)
	}
	return NewWorkload(w.On, rows)
}

func copied(m map[string]int) map[string]int {
	c := map[string]int{}
	for k, n := range m {
		c[k] = n
	}
	return c
}

// MostMoved is how many cases may be given to other people at once.
const MostMoved = 2000
