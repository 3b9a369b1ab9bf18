// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"slices"
	"strings"

	"ricongiungi/rules"
)

// Cell is a true count of children by the values of some dimensions. It is not
// to be shown: Publish makes what may be.
type Cell struct {
	Values []string // one for each dimension of the table
	Count  int
}

// Row is a published cell. Children is nil where the count is suppressed.
type Row struct {
	Group      map[string]string `json:"group"`
	Children   *int              `json:"children,omitempty"`
	Suppressed bool              `json:"suppressed,omitempty"`
}

// Table is what may be published of some counts.
type Table struct {
	Rows    []Row  `json:"items"`
	Total   Row    `json:"total"`
	Hidden  int    `json:"suppressed_rows"` // rows without a number
	RoundTo int    `json:"rounded_to"`
	UpTo    int    `json:"suppressed_up_to"`
	GroupBy string `json:"group_by"`
}

// Disclosure is how counts are protected: those up to UpTo are not shown, all
// others are multiples of RoundTo.
type Disclosure struct{ UpTo, RoundTo int }

// DisclosureOn reads the office's protection in force on the day.
func DisclosureOn(book *rules.Book, on rules.Date) Disclosure {
	return Disclosure{UpTo: book.At(rules.SuppressUpTo, on).Number(), RoundTo: max(1, book.At(rules.RoundTo, on).Number())}
}

// Publish protects a table of counts.
//
// Small counts are suppressed. Where a line of the table (all dimensions but one
// fixed) would show all but one of its cells, a second one is suppressed, so that
// no total gives the first away. What remains, the total too, is rounded to a
// base, each number by itself. Everything depends on the counts alone: asking
// again gives the same answer, so averaging gains nothing, and the difference of
// two overlapping questions is known to some multiples of the base only, which
// is more than any suppressed count.
func Publish(dimensions []string, cells []Cell, d Disclosure) Table {
	cells = slices.SortedFunc(slices.Values(cells), func(a, b Cell) int { return slices.Compare(a.Values, b.Values) })
	hidden, total := hide(cells, d.UpTo), 0
	table := Table{Rows: []Row{}, RoundTo: d.RoundTo, UpTo: d.UpTo, GroupBy: strings.Join(dimensions, ",")}
	for i, c := range cells {
		total += c.Count
		if c.Count == 0 {
			continue
		}
		row := d.row(c.Count, hidden[i])
		for k, name := range dimensions {
			row.Group[name] = c.Values[k]
		}
		if row.Suppressed {
			table.Hidden++
		}
		table.Rows = append(table.Rows, row)
	}
	table.Total = d.row(total, total > 0 && total <= d.UpTo)
	return table
}

func (d Disclosure) row(count int, hidden bool) Row {
	if hidden {
		return Row{Group: map[string]string{}, Suppressed: true}
	}
	rounded := d.round(count)
	return Row{Group: map[string]string{}, Children: &rounded}
}

// round goes to the nearest multiple, half upwards.
func (d Disclosure) round(count int) int { return (count + d.RoundTo/2) / d.RoundTo * d.RoundTo }

// hide chooses the cells that are not shown: the small ones, and in each line
// with a single hidden cell the smallest other one, until no line has just one.
func hide(cells []Cell, upTo int) []bool {
	hidden := make([]bool, len(cells))
	for i, c := range cells {
		hidden[i] = c.Count > 0 && c.Count <= upTo
	}
	for changed := true; changed; {
		changed = false
		for _, line := range lines(cells) {
			if second := secondToHide(cells, hidden, line); second >= 0 {
				hidden[second], changed = true, true
			}
		}
	}
	return hidden
}

// lines groups the cells that differ in one dimension only, for each dimension.
func lines(cells []Cell) [][]int {
	if len(cells) == 0 {
		return nil
	}
	var all [][]int
	for free := range cells[0].Values {
		byRest, order := map[string][]int{}, []string{}
		for i, c := range cells {
			rest := slices.Delete(slices.Clone(c.Values), free, free+1)
			key := strings.Join(rest, "\x00")
			if byRest[key] == nil {
				order = append(order, key)
			}
			byRest[key] = append(byRest[key], i)
		}
		for _, key := range order {
			all = append(all, byRest[key])
		}
	}
	return all
}

// secondToHide is the smallest shown cell of a line in which exactly one is
// hidden; -1 where nothing is to be done.
func secondToHide(cells []Cell, hidden []bool, line []int) int {
	count, smallest := 0, -1
	for _, i := range line {
		switch {
		case hidden[i]:
			count++
		case cells[i].Count > 0 && (smallest < 0 || cells[i].Count < cells[smallest].Count):
			smallest = i
		}
	}
	if count != 1 {
		return -1
	}
	return smallest
}
