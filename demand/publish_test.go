// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

var protection = Disclosure{UpTo: 3, RoundTo: 5}

// shown writes a published table in one line.
func shown(table Table) string {
	text := ""
	for _, r := range table.Rows {
		if r.Suppressed {
			text += "· "
		} else {
			text += fmt.Sprint(*r.Children, " ")
		}
	}
	return text
}

func column(counts ...int) []Cell {
	var cells []Cell
	for i, n := range counts {
		cells = append(cells, Cell{Values: []string{fmt.Sprint(i + 1)}, Count: n})
	}
	return cells
}

func TestSmallCountsAreSuppressedAndTheOthersRounded(t *testing.T) {
	for _, c := range []struct {
		counts []int
		want   string
	}{
		{[]int{4, 7, 8, 12, 13}, "5 5 10 10 15 "},
		{[]int{3, 2, 12, 20}, "· · 10 20 "},
		{[]int{3, 9, 12, 20}, "· · 10 20 "}, // the smallest other one goes too
		{[]int{0, 12}, "10 "},
		{[]int{2}, "· "},
	} {
		if got := shown(Publish([]string{"municipio"}, column(c.counts...), protection)); got != c.want {
			t.Errorf("%v is published as %q, not %q", c.counts, got, c.want)
		}
	}
}

func TestATotalOfFewIsSuppressedToo(t *testing.T) {
	if total := Publish([]string{"municipio"}, column(1, 2), protection).Total; !total.Suppressed || total.Children != nil {
		t.Errorf("three children in all are published: %+v", total)
	}
	if total := Publish([]string{"municipio"}, column(2, 2), protection).Total; total.Suppressed || *total.Children != 5 {
		t.Errorf("four children in all: %+v", total)
	}
}

func TestInATableOfTwoDimensionsNoLineHidesJustOneCell(t *testing.T) {
	cells := []Cell{{[]string{"1", "a"}, 2}, {[]string{"1", "b"}, 9}, {[]string{"1", "c"}, 20}, {[]string{"2", "a"}, 30}, {[]string{"2", "b"}, 8}, {[]string{"2", "c"}, 40}}
	table := Publish([]string{"municipio", "level"}, cells, protection)
	if got := shown(table); got != "· · 20 · · 40 " || table.Hidden != 4 {
		t.Errorf("published as %q", got)
	}
}

func someCells(t *rapid.T) []Cell {
	var cells []Cell
	for m := range rapid.IntRange(1, 9).Draw(t, "municipi") {
		for l := range rapid.IntRange(1, 5).Draw(t, "levels") {
			cells = append(cells, Cell{Values: []string{fmt.Sprint(m), fmt.Sprint(l)}, Count: rapid.IntRange(0, 30).Draw(t, "count")})
		}
	}
	return cells
}

func TestNoPublishedTableShowsASmallCountOrLeavesOneAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := someCells(t)
		hidden := hide(cells, protection.UpTo)
		for i, c := range cells {
			if c.Count > 0 && c.Count <= protection.UpTo && !hidden[i] {
				t.Fatalf("%v is shown", c)
			}
		}
		for _, line := range lines(cells) {
			alone, others := 0, 0
			for _, i := range line {
				if hidden[i] {
					alone++
				} else if cells[i].Count > 0 {
					others++
				}
			}
			if alone == 1 && others > 0 {
				t.Fatalf("one hidden cell among %d shown ones", others)
			}
		}
	})
}

func TestWhatIsPublishedDependsOnTheCountsAloneAndIsAMultipleOfTheBase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := someCells(t)
		table := Publish([]string{"municipio", "level"}, cells, protection)
		again := Publish([]string{"municipio", "level"}, rapid.Permutation(cells).Draw(t, "order"), protection)
		if !reflect.DeepEqual(table, again) {
			t.Fatalf("%v and then %v", table, again)
		}
		for _, r := range append(table.Rows, table.Total) {
			if r.Children != nil && *r.Children%protection.RoundTo != 0 {
				t.Fatalf("%d is published", *r.Children)
			}
		}
	})
}

// Two questions that differ by one child differ, where they are answered, by a
// whole step or not at all: the child itself cannot be read off.
func TestTheDifferenceOfTwoQuestionsIsNeverASmallCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, less := rapid.IntRange(0, 500).Draw(t, "all"), rapid.IntRange(1, 3).Draw(t, "few")
		all, part := Publish(nil, []Cell{{Count: n + less}}, protection).Total, Publish(nil, []Cell{{Count: n}}, protection).Total
		if all.Children == nil || part.Children == nil {
			return
		}
		if d := *all.Children - *part.Children; d != 0 && d != protection.RoundTo {
			t.Fatalf("%d children more show as %d", less, d)
		}
	})
}
