// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"strings"
	"testing"
)

const columns = "id,value,unit,valid_from,valid_to,citation,certainty,it,en\n"

func TestEveryRuleIsKnownOnEveryDaySinceTheTestoUnico(t *testing.T) {
	book := Default()
	for id := range units {
		for _, on := range []Date{Epoch.AddDays(-4000), Epoch, day("2008-11-04"), day("2020-07-17"), day("2025-10-04"), day("2199-12-31")} {
			if rule := book.At(id, on); rule.ID != id || rule.Text.It == "" || rule.Text.En == "" {
				t.Errorf("rule %s on %s is %+v", id, on, rule)
			}
		}
	}
}

func TestTheTermOfTheReviewThroughTheYears(t *testing.T) {
	book := Default()
	for on, want := range map[string]int{"1990-01-01": 90, "2008-11-04": 90, "2008-11-05": 180, "2017-02-17": 180, "2017-02-18": 90, "2025-10-03": 90, "2025-10-04": 150, "2040-01-01": 150} {
		if got := book.At(ReviewTerm, day(on)).Number(); got != want {
			t.Errorf("on %s the term is %d days, not %d", on, got, want)
		}
	}
}

func TestARowIsFoundByWhatAnEventRefersTo(t *testing.T) {
	book := Default()
	for _, rule := range book.Rules() {
		if found, ok := book.Row(rule.Ref()); !ok || found != rule {
			t.Errorf("row %v is found as %+v", rule.Ref(), found)
		}
	}
	if _, ok := book.Row(Ref{Rule: ReviewTerm, ValidFrom: day("2001-01-01")}); ok {
		t.Error("a row that does not exist is found")
	}
}

func TestAnOfficeMayCountSaturdays(t *testing.T) {
	book, err := Override("office.csv", strings.NewReader(columns+
		"# agreed with the SUI\n"+
		"calendar.saturday_counts,no,choice,1998-03-27,2026-12-31,practice,policy,Il sabato,Saturday\n"+
		"calendar.saturday_counts,yes,choice,2027-01-01,,circular,policy,Il sabato,Saturday\n"))
	if err != nil {
		t.Fatal(err)
	}
	before, after := book.Term(Presentation, day("2026-05-04")), book.Term(Presentation, day("2027-05-03"))
	if before.Due != day("2026-05-14") || after.Due != day("2027-05-12") {
		t.Errorf("8 working days end on %s in 2026 and on %s in 2027", before.Due, after.Due)
	}
	if why := book.Explain(before).En; !strings.Contains(why, "Saturdays, Sundays and holidays not counted") {
		t.Errorf("2026 is explained as %q", why)
	}
	if why := book.Explain(after).En; !strings.Contains(why, "Saturdays counted") {
		t.Errorf("2027 is explained as %q", why)
	}
	if Default().At(SaturdayCounts, day("2027-05-03")).Value != "no" {
		t.Error("the override changed the default book")
	}
}

func TestAnOfficeMayAddAHoliday(t *testing.T) {
	book, err := Override("office.csv", strings.NewReader(columns+"holiday.monza_patron,06-24,month_day,1998-03-27,,patrono di Monza,policy,San Giovanni,Saint John\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !book.Holiday(day("2026-06-24")) || !book.Holiday(day("2026-12-07")) || Default().Holiday(day("2026-06-24")) {
		t.Error("24 June is not a holiday of this office only, or it lost the others")
	}
}

func TestABadOverrideIsRefusedWithLineAndReason(t *testing.T) {
	const rest = ",citation,policy,it,en\n"
	for _, c := range []struct{ why, file, want string }{
		{"other columns", "id,value\n", "must be id,value,unit"},
		{"too few columns", columns + "visa.decision,30\n", "line 2"},
		{"an unknown rule", columns + "visa.miracle,30,days,1998-03-27," + rest, `office.csv line 2: id: unknown rule "visa.miracle"`},
		{"another unit", columns + "visa.decision,1,months,1998-03-27," + rest, `line 2: unit: rule visa.decision is counted in days, not in "months"`},
		{"not a number", columns + "visa.decision,soon,days,1998-03-27," + rest, `line 2: value: "soon" is not a whole number of days`},
		{"a negative number", columns + "visa.decision,-3,days,1998-03-27," + rest, `line 2: value: "-3"`},
		{"no such choice", columns + "calendar.saturday_counts,maybe,choice,1998-03-27," + rest, `line 2: value: "maybe" is none of yes, no`},
		{"no such day of the year", columns + "holiday.x,02-30,month_day,1998-03-27," + rest, `line 2: value: "02-30" is not a day written as MM-DD`},
		{"a bad first day", columns + "visa.decision,30,days,27/3/1998," + rest, "line 2: valid_from:"},
		{"a bad last day", columns + "visa.decision,30,days,1998-03-27,never" + rest, "line 2: valid_to:"},
		{"a period that ends before it begins", columns + "visa.decision,30,days,1998-03-27,1998-03-26" + rest, "line 2: valid_to: 1998-03-26 is before"},
		{"no such certainty", columns + "visa.decision,30,days,1998-03-27,,citation,rumour,it,en\n", `line 2: certainty: "rumour"`},
		{"no source", columns + "visa.decision,30,days,1998-03-27,,,policy,it,en\n", "line 2: citation:"},
		{"a late beginning", columns + "visa.decision,30,days,2001-01-01," + rest, "line 2: rule visa.decision is not known between 1998-03-27 and 2001-01-01"},
		{"an early end", columns + "visa.decision,30,days,1998-03-27,2030-12-31" + rest, "line 2: rule visa.decision is not known after 2030-12-31"},
		{"a gap", columns + "visa.decision,30,days,1998-03-27,2025-12-31" + rest + "visa.decision,60,days,2026-01-02," + rest, "line 3: rule visa.decision must begin on the day after"},
		{"an overlap", columns + "visa.decision,30,days,1998-03-27,2025-12-31" + rest + "visa.decision,60,days,2025-12-31," + rest, "line 3: rule visa.decision must begin on the day after"},
		{"two rows without an end", columns + "visa.decision,30,days,1998-03-27," + rest + "visa.decision,60,days,2026-01-01," + rest, "line 3: rule visa.decision must begin on the day after"},
	} {
		t.Run(c.why, func(t *testing.T) {
			book, err := Override("office.csv", strings.NewReader(c.file))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v and does not say %q", err, c.want)
			}
			if book != nil {
				t.Error("a book came with the error")
			}
		})
	}
}

func TestEveryBadLineIsNamedAtOnce(t *testing.T) {
	_, err := Override("office.csv", strings.NewReader(columns+
		"visa.miracle,30,days,1998-03-27,,c,policy,it,en\n"+
		"visa.decision,soon,days,1998-03-27,,c,policy,it,en\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("the error is %v", err)
	}
}
