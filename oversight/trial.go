// SPDX-License-Identifier: AGPL-3.0-or-later

package oversight

import (
	"cmp"
	"slices"
	"sync"

	"ricongiungi/casefile"
)

// Tally is how often a changed rule has one effect on one item.
type Tally struct {
	Kind   string `json:"kind"`
	Item   string `json:"item"`
	Effect string `json:"effect"`
	Count  int    `json:"count"`
	Cases  int    `json:"cases"`
}

// Trial is what changed rules would change. Nothing of it is recorded.
type Trial struct {
	Cases   int              `json:"cases"`   // looked at
	Touched int              `json:"touched"` // in which something changes
	Tallies []Tally          `json:"tallies"`
	Shifts  []casefile.Shift `json:"shifts"`
}

// Shifts collects what would be otherwise in many cases, several of which may be
// looked at side by side.
type Shifts struct {
	mutex sync.Mutex
	all   []casefile.Shift
}

// Add takes in the shifts of one case.
func (g *Shifts) Add(shifts []casefile.Shift) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.all = append(g.all, shifts...)
}

// Trial sorts and counts, so that the same log gives the same answer.
func (g *Shifts) Trial(cases int) Trial {
	shifts := append([]casefile.Shift{}, g.all...)
	slices.SortFunc(shifts, func(a, b casefile.Shift) int {
		return cmp.Or(cmp.Compare(a.CaseID, b.CaseID), cmp.Compare(a.MemberID, b.MemberID), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Item, b.Item), cmp.Compare(a.Subject, b.Subject))
	})
	touched, counted, cells := map[string]bool{}, map[Tally]int{}, map[Tally]map[string]bool{}
	for _, s := range shifts {
		cell := Tally{Kind: s.Kind, Item: s.Item, Effect: s.Effect}
		if cells[cell] == nil {
			cells[cell] = map[string]bool{}
		}
		touched[s.CaseID], cells[cell][s.CaseID] = true, true
		counted[cell]++
	}
	t := Trial{Cases: cases, Touched: len(touched), Tallies: []Tally{}, Shifts: shifts}
	for cell, n := range counted {
		cases := len(cells[cell])
		cell.Count, cell.Cases = n, cases
		t.Tallies = append(t.Tallies, cell)
	}
	slices.SortFunc(t.Tallies, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Effect, b.Effect))
	})
	return t
}

// With counts how often an effect occurs.
func (t Trial) With(effect string) int {
	n := 0
	for _, s := range t.Shifts {
		if s.Effect == effect {
			n++
		}
	}
	return n
}

// Table has one row for each date or verdict: ids, rules, codes and days.
func (t Trial) Table() [][]string {
	rows := [][]string{{"case_id", "member_id", "kind", "item", "subject", "rule", "was", "is", "effect"}}
	for _, s := range t.Shifts {
		rows = append(rows, []string{s.CaseID, s.MemberID, s.Kind, s.Item, s.Subject, s.Rule, s.Was, s.Is, s.Effect})
	}
	return rows
}
