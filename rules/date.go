// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"fmt"
	"time"
	_ "time/tzdata" // legal days are Rome days even on a machine without zone files
)

// Rome is the zone in which every legal day of this system begins and ends.
var Rome = mustZone("Europe/Rome")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the zone is compiled in: this cannot happen on a sound build
	}
	return zone
}

// Date is a civil day without a time or zone, as the law counts it.
// The zero Date means "not known"; it is written as an empty text in JSON.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// On makes a Date; out-of-range days roll over as time.Date does.
func On(year int, month time.Month, day int) Date {
	return dateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf is the day on which the instant falls in Rome.
func DateOf(instant time.Time) Date { return dateOf(instant.In(Rome)) }

func dateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads an ISO 8601 day such as 2026-03-31.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a day written as YYYY-MM-DD", text)
	}
	return dateOf(t), nil
}

// IsZero tells whether the day is not known.
func (d Date) IsZero() bool { return d == Date{} }

// String is the ISO 8601 form, empty when the day is not known.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MonthDay is the day of the year as rows of the law write it, such as 12-07.
func (d Date) MonthDay() string { return fmt.Sprintf("%02d-%02d", d.Month, d.Day) }

// MarshalText writes the ISO 8601 form.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO 8601 form; an empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Start is the first instant of the day in Rome.
func (d Date) Start() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Rome) }

// End is the first instant after the day in Rome: a term due on d has lapsed from then on.
func (d Date) End() time.Time { return d.AddDays(1).Start() }

// Before tells whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.number() < other.number() }

// After tells whether d is a later day than other.
func (d Date) After(other Date) bool { return other.Before(d) }

// AddDays counts calendar days; the day d itself is day zero (art. 2963 c.c., dies a quo).
func (d Date) AddDays(n int) Date { return On(d.Year, d.Month, d.Day+n) }

// AddMonths counts civil months: the same day number, or the last day of a
// shorter month (art. 2963 c.c.).
func (d Date) AddMonths(n int) Date {
	first := On(d.Year, d.Month+time.Month(n), 1)
	last := On(first.Year, first.Month+1, 0)
	return Date{first.Year, first.Month, min(d.Day, last.Day)}
}

// DaysUntil is the number of days from d to other, negative when other is earlier.
func (d Date) DaysUntil(other Date) int { return other.number() - d.number() }

// AgeOn is the number of completed years of somebody born on d. Who is born on
// 29 February completes a year on 1 March in common years.
func (d Date) AgeOn(day Date) int {
	age := day.Year - d.Year
	if day.Month < d.Month || day.Month == d.Month && day.Day < d.Day {
		age--
	}
	return age
}

// Birthday is the day on which somebody born on d completes the given age.
func (d Date) Birthday(age int) Date { return On(d.Year+age, d.Month, d.Day) }

func (d Date) number() int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
