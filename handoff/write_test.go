// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"ricongiungi/handoff"
	"ricongiungi/schemas"
)

func TestTheTemplateReadsWithoutAnErrorAndKeepsToTheSchema(t *testing.T) {
	read := map[handoff.Format][]string{}
	for _, format := range []handoff.Format{handoff.CSV, handoff.NDJSON} {
		var file bytes.Buffer
		if err := handoff.Template(&file, format); err != nil {
			t.Fatal(err)
		}
		rows := readAll(t, file.String(), format)
		if problems(rows) != "" {
			t.Error(problems(rows))
		}
		for _, row := range rows {
			if err := schemas.Handoff(row.JSON); err != nil {
				t.Errorf("%s line %d: %v", format, row.Line, err)
			}
			read[format] = append(read[format], string(row.JSON))
		}
	}
	if len(read[handoff.CSV]) != 9 || !reflect.DeepEqual(read[handoff.CSV], read[handoff.NDJSON]) {
		t.Errorf("the two templates differ:\n%s\n%s", read[handoff.CSV], read[handoff.NDJSON])
	}
}

// A spreadsheet that saves the template with semicolons must leave the
// explanations comments and the header in reach.
func TestTheTemplateSurvivesASpreadsheet(t *testing.T) {
	var file bytes.Buffer
	if err := handoff.Template(&file, handoff.CSV); err != nil {
		t.Fatal(err)
	}
	saved := ""
	for text := range strings.Lines(file.String()) {
		if strings.HasPrefix(text, "#") && strings.ContainsAny(text, ",;\"") {
			t.Errorf("a spreadsheet would quote %q", text)
		}
		saved += strings.ReplaceAll(text, ",", ";")
	}
	if rows := readAll(t, "\uFEFF"+saved, handoff.CSV); len(rows) != 9 || problems(rows) != "" {
		t.Errorf("%d rows; %s", len(rows), problems(rows))
	}
}

func TestRejectedRowsComeBackWithTheirReasonAndCanBeSentAgain(t *testing.T) {
	file := head +
		"sui-mi," + idA + ",1,application_filed,P-1,2026-01-12,,4,Mansour,1,spouse,=Fathy,1990-05-10,\n" +
		"sui-mi," + idA + ",1,application_filed,P-1,2026-01-12,,4,Mansour,2,minor_child,Mansour,2015-02-30,\n"
	rows := readAll(t, file, handoff.CSV)
	rows[0].Reject("/members/0", "must be somebody else")
	written := rejected(t, handoff.CSV, rows)
	for _, want := range []string{"'=Fathy", "/members/0: must be somebody else\n", `member_birth_date: ""2015-02-30"" is not a day written as YYYY-MM-DD`} {
		if !strings.Contains(written, want) {
			t.Errorf("the rejected rows are\n%s and do not say %q", written, want)
		}
	}
	mended := readAll(t, strings.Replace(written, "2015-02-30", "2015-02-28", 1), handoff.CSV)
	if problems(mended) != "" || len(mended) != 1 || mended[0].Message.Members[0].Person.FamilyName != "=Fathy" {
		t.Errorf("mended they give %s", problems(mended))
	}
}

func TestARowThatCannotBeTakenApartIsKeptAsItCame(t *testing.T) {
	written := rejected(t, handoff.CSV, readAll(t, head+"sui-\"mi,x\n", handoff.CSV))
	if !strings.Contains(written, `sui-""mi,x`) {
		t.Errorf("the rejected rows are\n%s", written)
	}
}

func TestRejectedLinesOfJSONComeBackAsTheyCame(t *testing.T) {
	if got := rejected(t, handoff.NDJSON, readAll(t, "{ \"on\": 5 }\nnonsense\n", handoff.NDJSON)); got != "{ \"on\": 5 }\nnonsense\n" {
		t.Errorf("written %q", got)
	}
}

func rejected(t *testing.T, format handoff.Format, rows []handoff.Row) string {
	t.Helper()
	var file bytes.Buffer
	if err := handoff.WriteRejected(&file, format, rows); err != nil {
		t.Fatal(err)
	}
	return file.String()
}
