// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"strings"
	"testing"
)

// The table that offices publish: one to four relatives, and two or more
// children under fourteen.
func TestTheIncomeFloorIsTheOneThatOfficesPublish(t *testing.T) {
	for year, want := range map[int][5]string{
		2020: {"8.966,69 €", "11.955,58 €", "14.944,48 €", "17.933,37 €", "11.955,58 €"},
		2021: {"8.975,46 €", "11.967,28 €", "14.959,10 €", "17.950,92 €", "11.967,28 €"},
		2022: {"9.146,09 €", "12.194,78 €", "15.243,48 €", "18.292,17 €", "12.194,78 €"},
		2023: {"9.813,77 €", "13.085,02 €", "16.356,28 €", "19.627,53 €", "13.085,02 €"},
		2024: {"10.421,00 €", "13.894,66 €", "17.368,33 €", "20.841,99 €", "13.894,66 €"},
		2025: {"10.504,46 €", "14.005,94 €", "17.507,43 €", "21.008,91 €", "14.005,94 €"},
		2026: {"10.651,68 €", "14.202,24 €", "17.752,80 €", "21.303,36 €", "14.202,24 €"},
	} {
		families := []Family{{Members: 1}, {Members: 2}, {Members: 3}, {Members: 4}, {Members: 3, UnderFourteen: 3}}
		for i, family := range families {
			cents, row, known := Default().IncomeFloor(year, family)
			if got := Euro(cents).It; !known || got != want[i] || row.From.Year != year {
				t.Errorf("in %d a family of %+v needs %s by row %+v, not %s", year, family, got, row, want[i])
			}
		}
	}
}

func TestEachRelativeBesideTheChildrenUnderFourteenAddsAHalf(t *testing.T) {
	book := Default()
	for _, c := range []struct {
		family Family
		cents  int
	}{
		{Family{}, 700297},
		{Family{Members: 1, UnderFourteen: 1}, 1050446},
		{Family{Members: 2, UnderFourteen: 2}, 1400594},
		{Family{Members: 3, UnderFourteen: 2}, 1750743},
		{Family{Members: 5, UnderFourteen: 4}, 1750743},
	} {
		if cents, _, _ := book.IncomeFloor(2025, c.family); cents != c.cents {
			t.Errorf("a family of %+v needs %d cents, not %d", c.family, cents, c.cents)
		}
	}
}

func TestNoIncomeFloorIsMadeUpForAYearWithoutAPublishedAmount(t *testing.T) {
	for _, year := range []int{1999, 2019, 2027} {
		if cents, row, known := Default().IncomeFloor(year, Family{Members: 1}); known {
			t.Errorf("for %d a floor of %d is given by %+v", year, cents, row)
		}
	}
}

// An amount can be corrected for a year that is over: INPS publishes a
// provisional value and then the final one.
func TestAnAmountMayBeCorrectedForAYearThatIsOver(t *testing.T) {
	var file strings.Builder
	file.WriteString(columns)
	for _, r := range Default().Rules() {
		if r.ID == SocialAllowance {
			value := r.Value
			if r.From.Year == 2022 {
				value = "46810"
			}
			file.WriteString(strings.Join([]string{r.ID, value, string(r.Unit), r.From.String(), r.To.String(), "INPS", "likely", "a", "b"}, ",") + "\n")
		}
	}
	book, err := Override("provisional.csv", strings.NewReader(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	if cents, _, _ := book.IncomeFloor(2022, Family{Members: 1}); cents != 912795 {
		t.Errorf("with the provisional amount the floor is %d", cents)
	}
}

func TestTheFloorAreaGrowsWithTheResidents(t *testing.T) {
	for persons, want := range map[int]int{0: 0, 1: 14, 2: 28, 4: 56, 5: 66, 7: 86} {
		if got, row := Default().FloorArea(day("2026-01-01"), persons); got != want || row.ID != HousingAreaFirst {
			t.Errorf("%d persons need %d m² by %s, not %d", persons, got, row.ID, want)
		}
	}
}

func TestAStudioIsForTwoAtMost(t *testing.T) {
	for _, c := range []struct {
		persons, area int
		allowed       bool
	}{{1, 28, true}, {2, 38, true}, {3, 38, false}} {
		area, _, allowed := Default().StudioArea(day("2026-01-01"), c.persons)
		if area != c.area || allowed != c.allowed {
			t.Errorf("a studio for %d needs %d m² and is allowed: %v", c.persons, area, allowed)
		}
	}
}

func TestABedroomSleepsOneFromNineAndTwoFromFourteenSquareMetres(t *testing.T) {
	for area, want := range map[int]int{8: 0, 9: 1, 13: 1, 14: 2, 30: 2} {
		if got := Default().Sleeps(day("2026-01-01"), area); got != want {
			t.Errorf("%d m² sleep %d, not %d", area, got, want)
		}
	}
}

func TestEurosAreWrittenAsTheTwoLanguagesDo(t *testing.T) {
	for cents, want := range map[int]Text{
		5:         {It: "0,05 €", En: "€0.05"},
		99999:     {It: "999,99 €", En: "€999.99"},
		1050446:   {It: "10.504,46 €", En: "€10,504.46"},
		123456789: {It: "1.234.567,89 €", En: "€1,234,567.89"},
	} {
		if got := Euro(cents); got != want {
			t.Errorf("%d cents are written %+v", cents, got)
		}
	}
}
