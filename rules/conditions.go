// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"strconv"
	"strings"
	"time"
)

// Family is what the income floor depends on.
type Family struct {
	Members       int // relatives to be reunited, and those reunited before where they count
	UnderFourteen int // how many of them are children under fourteen
}

// IncomeFloor is the yearly income in cents that a sponsor needs in the year
// (art. 29 c. 3 lett. b TUI): the assegno sociale and a half more for each
// relative; two or more children under fourteen count together. Halves of a
// cent are rounded up. It is not known for years whose amount is not published.
func (b *Book) IncomeFloor(year int, family Family) (cents int, allowance Rule, known bool) {
	day := On(year, time.January, 1)
	allowance, known = b.Find(SocialAllowance, day)
	if !known {
		return 0, Rule{}, false
	}
	share, single := b.At(IncomeBase, day).Number(), family.Members
	if family.UnderFourteen >= 2 {
		share, single = b.At(IncomeTwoChildren, day).Number(), family.Members-family.UnderFourteen
	}
	share += single * b.At(IncomePerMember, day).Number()
	return percentOf(allowance.Number()*b.At(Instalments, day).Number(), share), allowance, true
}

// percentOf rounds half a cent up.
func percentOf(cents, percent int) int { return (cents*percent + 50) / 100 }

// FloorArea is the area in square metres that a home for so many persons needs
// (DM Sanità 5 July 1975, art. 2).
func (b *Book) FloorArea(day Date, persons int) (squareMetres int, row Rule) {
	first, further := b.At(HousingAreaFirst, day), b.At(HousingAreaFurther, day)
	full := min(persons, b.At(HousingFirst, day).Number())
	return full*first.Number() + (persons-full)*further.Number(), first
}

// StudioArea is the area in square metres that a home of one room needs, which
// at most two persons may share (DM Sanità 5 July 1975, art. 3).
func (b *Book) StudioArea(day Date, persons int) (squareMetres int, row Rule, allowed bool) {
	row = b.At(HousingStudioTwo, day)
	if persons < 2 {
		row = b.At(HousingStudioOne, day)
	}
	return row.Number(), row, persons <= 2
}

// Sleeps is how many persons may sleep in a bedroom of so many square metres
// (DM Sanità 5 July 1975, art. 2).
func (b *Book) Sleeps(day Date, squareMetres int) int {
	switch {
	case squareMetres >= b.At(HousingBedroomTwo, day).Number():
		return 2
	case squareMetres >= b.At(HousingBedroomOne, day).Number():
		return 1
	}
	return 0
}

// Euro writes an amount in cents as the two languages do: 10.504,46 € and €10,504.46.
func Euro(cents int) Text {
	whole, rest := strconv.Itoa(cents/100), strconv.Itoa(100 + cents%100)[1:]
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return Text{It: strings.ReplaceAll(whole, ",", ".") + "," + rest + " €", En: "€" + whole + "." + rest}
}
