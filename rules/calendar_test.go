// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"encoding/json"
	"testing"
	"time"
)

func day(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func TestMonthsKeepTheDayNumberOrTakeTheLastDay(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-15", 1, "2026-02-15"}, {"2025-08-31", 6, "2026-02-28"}, {"2027-08-31", 6, "2028-02-29"}, {"2026-01-31", 1, "2026-02-28"},
		{"2026-12-31", 2, "2027-02-28"}, {"2026-11-30", 3, "2027-02-28"}, {"2024-02-29", 12, "2025-02-28"}, {"2024-02-29", 48, "2028-02-29"}, {"2026-03-31", 0, "2026-03-31"},
	} {
		if got := day(c.from).AddMonths(c.months); got != day(c.want) {
			t.Errorf("%s and %d months is %s, not %s", c.from, c.months, got, c.want)
		}
	}
}

func TestDaysAreCountedAcrossMonthsYearsAndSummerTime(t *testing.T) {
	for _, c := range []struct {
		from string
		days int
		want string
	}{
		{"2026-03-28", 1, "2026-03-29"}, {"2026-03-29", 1, "2026-03-30"}, {"2026-10-25", 1, "2026-10-26"}, {"2025-12-31", 1, "2026-01-01"}, {"2024-02-28", 1, "2024-02-29"}, {"2026-01-01", -1, "2025-12-31"}, {"2025-10-04", 150, "2026-03-03"},
	} {
		if got := day(c.from).AddDays(c.days); got != day(c.want) || day(c.from).DaysUntil(got) != c.days {
			t.Errorf("%s and %d days is %s, not %s", c.from, c.days, got, c.want)
		}
	}
}

func TestAYearOfAgeIsCompleteOnTheBirthday(t *testing.T) {
	for _, c := range []struct {
		born, on string
		age      int
	}{
		{"2010-05-04", "2026-05-03", 15}, {"2010-05-04", "2026-05-04", 16}, {"2008-02-29", "2026-02-28", 17}, {"2008-02-29", "2026-03-01", 18}, {"2008-02-29", "2024-02-29", 16}, {"2026-01-01", "2026-01-01", 0},
	} {
		if got := day(c.born).AgeOn(day(c.on)); got != c.age {
			t.Errorf("born on %s, on %s: %d years, not %d", c.born, c.on, got, c.age)
		}
	}
	if got := day("2008-02-29").Birthday(18); got != day("2026-03-01") {
		t.Errorf("eighteen on %s", got)
	}
}

func TestADayBeginsAndEndsAtMidnightInRome(t *testing.T) {
	summer, winter := day("2026-07-01").Start().UTC(), day("2026-01-01").Start().UTC()
	if summer.Hour() != 22 || winter.Hour() != 23 {
		t.Errorf("the day begins at %s and at %s", summer, winter)
	}
	for _, text := range []string{"2026-03-29", "2026-10-25", "2026-12-31"} {
		d := day(text)
		if DateOf(d.Start()) != d || DateOf(d.End().Add(-time.Nanosecond)) != d || DateOf(d.End()) != d.AddDays(1) {
			t.Errorf("%s does not end where the next day begins", text)
		}
	}
}

func TestADateIsWrittenAndReadAsISO8601(t *testing.T) {
	var read struct {
		On, Unknown Date
	}
	if err := json.Unmarshal([]byte(`{"On":"2026-02-28","Unknown":""}`), &read); err != nil || read.On != day("2026-02-28") || !read.Unknown.IsZero() {
		t.Errorf("read %+v, %v", read, err)
	}
	if raw, err := json.Marshal(read); err != nil || string(raw) != `{"On":"2026-02-28","Unknown":""}` {
		t.Errorf("wrote %s, %v", raw, err)
	}
	for _, bad := range []string{"2026-02-29", "28/02/2026", "2026-2-8", "tomorrow", "2026-02-28T00:00:00Z"} {
		if _, err := ParseDate(bad); err == nil {
			t.Errorf("%q was read as a day", bad)
		}
	}
}

func TestEaster(t *testing.T) {
	for year, want := range map[int]string{2000: "2000-04-23", 2008: "2008-03-23", 2011: "2011-04-24", 2019: "2019-04-21", 2024: "2024-03-31",
		2025: "2025-04-20", 2026: "2026-04-05", 2027: "2027-03-28", 2028: "2028-04-16", 2038: "2038-04-25"} {
		if got := easter(year); got != day(want) {
			t.Errorf("Easter %d is on %s, not on %s", year, got, want)
		}
	}
}

func TestHolidays(t *testing.T) {
	book := Default()
	for _, c := range []struct {
		day     string
		holiday bool
		why     string
	}{
		{"2000-06-02", false, "Republic Day was moved to Sundays until 2000"}, {"2001-06-02", true, "and is a holiday again since 2001"},
		{"2024-10-04", false, "Saint Francis was not a holiday before 2026"}, {"2028-10-04", true, "and is one since"},
		{"2026-04-06", true, "Easter Monday"}, {"2026-04-03", false, "Good Friday is a working day in Italy"}, {"2026-04-05", true, "a Sunday"},
		{"2026-12-07", true, "Saint Ambrose, in Milan"}, {"2026-12-08", true, "Immaculate Conception"}, {"2026-05-09", false, "a Saturday is no holiday"},
		{"2026-08-15", true, "Assumption"}, {"2026-01-06", true, "Epiphany"}, {"2026-12-26", true, "Saint Stephen"}, {"2026-12-24", false, "Christmas Eve"},
	} {
		if got := book.Holiday(day(c.day)); got != c.holiday {
			t.Errorf("%s a holiday: %v (%s)", c.day, got, c.why)
		}
	}
}

func TestWorkingDays(t *testing.T) {
	book := Default()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-05-04", 8, "2026-05-14"}, {"2026-04-02", 1, "2026-04-03"}, {"2026-04-03", 1, "2026-04-07"}, {"2026-12-04", 1, "2026-12-09"}, {"2026-05-04", 0, "2026-05-04"}, {"2026-05-09", 1, "2026-05-11"},
	} {
		if got := book.AddWorking(day(c.from), c.n); got != day(c.want) {
			t.Errorf("%s and %d working days is %s, not %s", c.from, c.n, got, c.want)
		}
	}
	if got := book.WorkingOnOrBefore(day("2026-12-08")); got != day("2026-12-04") {
		t.Errorf("the working day on or before 8 December 2026 is %s", got)
	}
}
