// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/schemas"
)

const (
	idA = "0b6f5a3e-6f0e-4c35-9c58-b7a1d9f3a001"
	idB = "0b6f5a3e-6f0e-4c35-9c58-b7a1d9f3a002"
)

// readAll reads a file that can be read.
func readAll(t *testing.T, text string, format handoff.Format) []handoff.Row {
	t.Helper()
	var rows []handoff.Row
	for row, err := range handoff.Read(strings.NewReader(text), format) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// unreadable gives the error that ends the reading of a file.
func unreadable(t *testing.T, file io.Reader, format handoff.Format) error {
	t.Helper()
	for _, err := range handoff.Read(file, format) {
		if err != nil {
			return err
		}
	}
	t.Fatal("the file was read")
	return nil
}

func problems(rows []handoff.Row) string {
	text := ""
	for _, row := range rows {
		for _, p := range row.Problems {
			text += fmt.Sprintf("line %d %s: %s\n", p.Line, p.Field, p.Reason)
		}
	}
	return text
}

const head = "sender,message_id,sequence,kind,sui_file,on,filed_on,municipio,sponsor_family_name,member_ref,member_kinship,member_family_name,member_birth_date,member_decision\n"

func TestRowsOfOneMessageBecomeOneMessage(t *testing.T) {
	rows := readAll(t, head+
		"sui-mi,"+idA+",1,application_filed,P-MI/F/N/2026/1,2026-01-12,2026-01-11,4,Mansour,1,spouse,Fathy,1990-05-10,\n"+
		"sui-mi,"+idA+",1,application_filed,P-MI/F/N/2026/1,2026-01-12,,,Mansour,2,minor_child,Mansour,2015-03-20,\n"+
		"sui-mi,"+idB+",2,documents_supplied,P-MI/F/N/2026/1,2026-02-12,,,,,,,,\n", handoff.CSV)
	if len(rows) != 2 || problems(rows) != "" {
		t.Fatalf("%d messages; %s", len(rows), problems(rows))
	}
	want := handoff.Message{Schema: "handoff.v1", Sender: "sui-mi", MessageID: idA, Sequence: 1, Kind: handoff.Filed, SUIFile: "P-MI/F/N/2026/1",
		On: rules.On(2026, 1, 12), FiledOn: rules.On(2026, 1, 11), Municipio: 4, Sponsor: &handoff.Person{FamilyName: "Mansour"},
		Members: []handoff.Member{
			{Ref: "1", Kinship: "spouse", Person: &handoff.Person{FamilyName: "Fathy", BirthDate: rules.On(1990, 5, 10)}},
			{Ref: "2", Kinship: "minor_child", Person: &handoff.Person{FamilyName: "Mansour", BirthDate: rules.On(2015, 3, 20)}},
		}}
	if !reflect.DeepEqual(rows[0].Message, want) {
		t.Errorf("read %s", handoff.Canonical(rows[0].Message))
	}
	if rows[1].Line != 4 || rows[1].Message.Members != nil || rows[1].Message.Sponsor != nil {
		t.Errorf("read %+v", rows[1])
	}
	if err := schemas.Handoff(rows[0].JSON); err != nil {
		t.Errorf("the message does not keep to its schema: %v", err)
	}
}

func TestColumnsMayComeInAnyOrderWithEitherSeparatorAndAMark(t *testing.T) {
	plain := readAll(t, "sender,message_id,sequence,kind,sui_file,on\nsui-mi,"+idA+",7,documents_supplied,P-1,2026-02-12\n", handoff.CSV)
	for name, text := range map[string]string{
		"another order":            "on,sui_file,kind,sequence,message_id,sender\n2026-02-12,P-1,documents_supplied,7," + idA + ",sui-mi\n",
		"semicolons":               "sender;message_id;sequence;kind;sui_file;on\nsui-mi;" + idA + ";7;documents_supplied;P-1;2026-02-12\n",
		"a byte order mark":        "\uFEFFsender,message_id,sequence,kind,sui_file,on\nsui-mi," + idA + ",7,documents_supplied,P-1,2026-02-12\n",
		"carriage returns":         "sender,message_id,sequence,kind,sui_file,on\r\nsui-mi," + idA + ",7,documents_supplied,P-1,2026-02-12\r\n",
		"capitals and blanks":      "Sender, Message_ID ,sequence,kind,sui_file,on\nsui-mi , " + idA + ",7,documents_supplied,P-1,2026-02-12\n",
		"no newline at the end":    "sender,message_id,sequence,kind,sui_file,on\nsui-mi," + idA + ",7,documents_supplied,P-1,2026-02-12",
		"comments and blank lines": "# a, b, c\n\nsender;message_id;sequence;kind;sui_file;on\n# here\n\nsui-mi;" + idA + ";7;documents_supplied;P-1;2026-02-12\n",
		"a column of reasons":      "sender,message_id,sequence,kind,sui_file,on,reason\nsui-mi," + idA + ",7,documents_supplied,P-1,2026-02-12,on: bad\n",
	} {
		t.Run(name, func(t *testing.T) {
			rows := readAll(t, text, handoff.CSV)
			if problems(rows) != "" || len(rows) != 1 || string(rows[0].JSON) != string(plain[0].JSON) {
				t.Errorf("read %d rows; %s", len(rows), problems(rows))
			}
		})
	}
}

func TestWhatIsWrongWithARowNamesLineFieldAndReason(t *testing.T) {
	good := "sui-mi," + idA + ",1,application_filed,P-1,2026-01-12,,4,Mansour,1,spouse,Fathy,1990-05-10,\n"
	for _, c := range []struct{ why, row, want string }{
		{"a bad day", strings.Replace(good, "2026-01-12", "12/1/2026", 1), `line 2 on: "12/1/2026" is not a day written as YYYY-MM-DD`},
		{"a day that does not exist", strings.Replace(good, "1990-05-10", "1990-02-30", 1), `line 2 member_birth_date: "1990-02-30" is not a day`},
		{"a bad number", strings.Replace(good, ",1,app", ",one,app", 1), `line 2 sequence: "one" is not a whole number`},
		{"a bad Municipio", strings.Replace(good, ",4,", ",IV,", 1), `line 2 municipio: "IV" is not a whole number`},
		{"an unknown kind", strings.Replace(good, "application_filed", "filed", 1), `line 2 kind: "filed" is no kind of message: it must be one of application_filed,`},
		{"an empty cell that is needed", strings.Replace(good, "P-1", "", 1), "line 2 sui_file: the cell is empty"},
		{"members that disagree", good + strings.Replace(good, "P-1", "P-2", 1), `line 3 sui_file: "P-2" is not what line 2 says of the same message ("P-1")`},
		{"too few cells", "sui-mi," + idA + "\n", "line 2 : wrong number of fields"},
		{"a quote that is not closed", good + "\"sui-mi,x\n", "line 3 : extraneous or missing"},
		{"rows of one message apart", good + strings.Replace(good, idA, idB, 1) + good, "line 4 message_id: the message began on line 2"},
		{"another encoding", strings.Replace(good, "Fathy", "Fath\xe8", 1), "line 2 member_family_name: the text is not UTF-8"},
	} {
		t.Run(c.why, func(t *testing.T) {
			rows := readAll(t, head+c.row, handoff.CSV)
			if got := problems(rows); !strings.Contains(got, c.want) {
				t.Errorf("the problems are\n%s and do not say %q", got, c.want)
			}
			for _, row := range rows {
				if len(row.Problems) > 0 && row.JSON != nil {
					t.Error("a message with problems can be sent")
				}
			}
		})
	}
}

func TestAllProblemsOfARowAreNamedAtOnceAndReadingGoesOn(t *testing.T) {
	rows := readAll(t, head+
		"sui-mi,"+idA+",x,filed,P-1,never,,,,,,,,\n"+
		"sui-mi,"+idB+",2,documents_supplied,P-1,2026-02-12,,,,,,,,\n", handoff.CSV)
	if len(rows) != 2 || len(rows[0].Problems) != 3 || len(rows[1].Problems) != 0 {
		t.Errorf("%d rows; %s", len(rows), problems(rows))
	}
}

func TestAFileWithAWrongHeaderIsNotRead(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":            {"", "has no header"},
		"a missing column":   {"sender,message_id,sequence,kind,sui_file\n", `column "on" is missing`},
		"an unknown column":  {"sender,message_id,sequence,kind,sui_file,on,income\n", `column "income" is unknown`},
		"a column twice":     {"sender,message_id,sequence,kind,sui_file,on,on\n", `column "on" appears twice`},
		"not a table at all": {"{\"schema\":\"handoff.v1\"}\n", "has no header"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := unreadable(t, strings.NewReader(c.text), handoff.CSV); !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error %v does not say %q", err, c.want)
			}
		})
	}
}

func TestAFileThatBreaksOffIsAnErrorAndNotAnEnd(t *testing.T) {
	broken := errors.New("disk is gone")
	for format, text := range map[handoff.Format]string{handoff.CSV: head + "sui-mi,", handoff.NDJSON: "{}\n"} {
		err := unreadable(t, io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), format)
		if !errors.Is(err, broken) {
			t.Errorf("%s ends with %v", format, err)
		}
	}
	if err := unreadable(t, strings.NewReader(""), "xml"); !strings.Contains(err.Error(), "xml") {
		t.Errorf("xml ends with %v", err)
	}
}

func TestLinesOfJSONAreReadStrictly(t *testing.T) {
	good := `{"schema":"handoff.v1","sender":"sui-mi","message_id":"` + idA + `","sequence":1,"kind":"documents_supplied","sui_file":"P-1","on":"2026-02-12"}`
	rows := readAll(t, "\uFEFF"+good+"\n\n  "+good+"\r\n", handoff.NDJSON)
	if len(rows) != 2 || problems(rows) != "" || rows[1].Line != 3 || string(rows[1].JSON) != good || rows[1].Message.Sequence != 1 {
		t.Fatalf("%d rows; %s", len(rows), problems(rows))
	}
	for name, c := range map[string]struct{ text, want string }{
		"an unknown field":  {strings.Replace(good, "sender", "sendr", 1), `unknown field "sendr"`},
		"a wrong type":      {strings.Replace(good, ":1,", `:"1",`, 1), "line 1 sequence: a value of type string cannot stand here"},
		"a bad day":         {strings.Replace(good, "2026-02-12", "2026-02-30", 1), `"2026-02-30" is not a day`},
		"half a line":       {good[:40], "ends too early"},
		"no JSON":           {"hello", "invalid character"},
		"two in one line":   {good + good, "more than one message"},
		"a list of several": {"[" + good + "]", "a value of type array cannot stand here"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := problems(readAll(t, c.text, handoff.NDJSON)); !strings.Contains(got, c.want) {
				t.Errorf("the problems are\n%s and do not say %q", got, c.want)
			}
		})
	}
}

func TestReadingStopsWhenNobodyListens(t *testing.T) {
	for row, err := range handoff.Read(strings.NewReader(head+"a,"+idA+",1,decision,P,2026-01-01,,,,,,,,\na,"+idB+",2,decision,P,2026-01-01,,,,,,,,\n"), handoff.CSV) {
		if err != nil || row.Line != 2 {
			t.Errorf("line %d, %v", row.Line, err)
		}
		break
	}
}

func TestTheDigestIsOfTheContentAndNotOfItsForm(t *testing.T) {
	var a, b handoff.Message
	for text, into := range map[string]*handoff.Message{
		`{"schema":"handoff.v1","sequence":1,"on":"2026-01-01"}`:               &a,
		"{ \"on\":\"2026-01-01\", \"sequence\":1,\n\"schema\":\"handoff.v1\"}": &b,
	} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if handoff.Digest(a) != handoff.Digest(b) || len(handoff.Digest(a)) != 64 {
		t.Errorf("%s and %s", handoff.Digest(a), handoff.Digest(b))
	}
	b.Sequence = 2
	if handoff.Digest(a) == handoff.Digest(b) {
		t.Error("other content has the same digest")
	}
}
