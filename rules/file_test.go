// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestABookWrittenWholeIsReadBackTheSame(t *testing.T) {
	t.Parallel()
	office, err := Override("office.csv", strings.NewReader(`id,value,unit,valid_from,valid_to,citation,certainty,it,en
entry.presentation,16,working_days,1998-03-27,,"office, of its own",policy,Presentazione,Presentation
`))
	if err != nil {
		t.Fatal(err)
	}
	for name, book := range map[string]*Book{"default": Default(), "office": office} {
		var text bytes.Buffer
		if err := book.WriteCSV(&text); err != nil {
			t.Fatal(err)
		}
		again, err := Restore(name, bytes.NewReader(text.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		var second bytes.Buffer
		if err := again.WriteCSV(&second); err != nil || second.String() != text.String() {
			t.Errorf("%s: read and written again it differs, %v", name, err)
		}
		if !reflect.DeepEqual(holidays(again), holidays(book)) {
			t.Errorf("%s: other holidays: %v", name, holidays(again))
		}
	}
}

func holidays(b *Book) map[string]int {
	days := map[string]int{}
	for day, rows := range b.holidays {
		days[day] = len(rows)
	}
	return days
}

func TestAHolidayThatWasNotWrittenIsNone(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	if err := Default().WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(text.String()) {
		if !strings.HasPrefix(line, "holiday.saint_ambrose") {
			kept = append(kept, line)
		}
	}
	book, err := Restore("past.csv", strings.NewReader(strings.Join(kept, "")))
	if err != nil {
		t.Fatal(err)
	}
	if len(book.holidays["12-07"]) > 0 {
		t.Error("a holiday of today's book came in")
	}
}
