// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import "time"

// Holiday tells whether the day is a Sunday or a public holiday in Milan, by
// the holiday rows in force on that day (L. 260/1949 and later).
func (b *Book) Holiday(d Date) bool {
	if d.weekday() == time.Sunday || d == easter(d.Year).AddDays(1) {
		return true
	}
	_, holiday := inForce(b.holidays[d.MonthDay()], d)
	return holiday
}

// Working tells whether offices work on the day: no Sunday, no holiday and,
// unless the book says that Saturdays count, no Saturday.
func (b *Book) Working(d Date) bool {
	if b.Holiday(d) {
		return false
	}
	return d.weekday() != time.Saturday || b.At(SaturdayCounts, d).Value == "yes"
}

// AddWorking counts n working days; the starting day is not counted.
func (b *Book) AddWorking(d Date, n int) Date {
	for n > 0 {
		d = d.AddDays(1)
		if b.Working(d) {
			n--
		}
	}
	return d
}

// WorkingOnOrBefore is the nearest working day that is not later than d.
func (b *Book) WorkingOnOrBefore(d Date) Date {
	for !b.Working(d) {
		d = d.AddDays(-1)
	}
	return d
}

// rolled moves the end of a term off a Sunday or holiday to the next day that
// is neither (art. 2963 c.c.); Saturdays are not holidays.
func (b *Book) rolled(d Date) Date {
	for b.Holiday(d) {
		d = d.AddDays(1)
	}
	return d
}

func (d Date) weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}

// easter is Easter Sunday of the Gregorian calendar (anonymous algorithm, as
// published in Nature in 1876).
func easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return On(year, time.Month(n/31), n%31+1)
}
