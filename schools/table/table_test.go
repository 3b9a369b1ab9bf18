// SPDX-License-Identifier: AGPL-3.0-or-later

package table

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestATableReadsTheSameInEveryDialect(t *testing.T) {
	t.Parallel()
	plain := "Codice Scuola,LONG_X_4326,Città\nMI1,\"9,18\",Cantù\n"
	little := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(plain)) {
		little = binary.LittleEndian.AppendUint16(little, unit)
	}
	for name, raw := range map[string][]byte{
		"commas":            []byte(plain),
		"byte order mark":   []byte("\ufeff" + plain),
		"UTF-16":            little,
		"semicolons":        []byte("sep=;\r\nCODICESCUOLA;Long X 4326;CITTÀ\r\nMI1;9,18;Cantù;;\r\n\r\n"),
		"Windows-1252":      []byte("CODICE_SCUOLA;LONG_X_4326;Citt\xe0\nMI1;9,18;Cant\xf9\n"),
		"tabs":              []byte("codicescuola\tLONG_X_4326\tcittà\nMI1\t9,18\tCantù"),
		"spaces and quotes": []byte("\"CODICESCUOLA\"; LONG_X_4326;Città\n MI1 ;\"9,18\"; Cantù \n"),
	} {
		got, err := Read(raw)
		if err != nil || len(got.Rows) != 1 || len(got.Rejected) != 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		row := got.Rows[0]
		if row.Get("CODICESCUOLA") != "MI1" || row.Get("ALTRO", "CITTÀ") != "Cantù" || row.Has("ALTRO") {
			t.Errorf("%s: %+v", name, row)
		}
		if lon, err := Number(row.Get("LONGX4326")); err != nil || lon != 9.18 {
			t.Errorf("%s: longitude %v, %v", name, lon, err)
		}
	}
}

func TestAnOpenQuotationMarkCostsItsOwnRowOnly(t *testing.T) {
	t.Parallel()
	got, err := Read([]byte("A,B\n1,\"left open\n2,\"two\nlines\"\n3,I.P. - \"PARETO\"\n4\n5,five\n"))
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, row := range got.Rows {
		read = append(read, row.Get("A")+"="+row.Get("B"))
	}
	want := []string{"1=left open", "2=two\nlines", "3=I.P. - \"PARETO\"", "5=five"}
	if !reflect.DeepEqual(read, want) {
		t.Errorf("read %q, want %q", read, want)
	}
	if len(got.Rejected) != 1 || got.Rejected[0].Line != 6 || got.Rejected[0].Raw != "4" || !strings.Contains(got.Rejected[0].Reason, "1 cells") {
		t.Errorf("rejected %+v", got.Rejected)
	}
}

func TestAnEmptyFileIsSaidToBeEmpty(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "\n\r\n", "\ufeff"} {
		if _, err := Read([]byte(raw)); err != ErrEmpty {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestNumbersAreReadWithPointOrComma(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"45.5": 45.5, "45,5": 45.5, " 9 ": 9, "-1,25": -1.25} {
		if got, err := Number(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	if _, err := Number("nove"); err == nil {
		t.Error("a word is read as a number")
	}
}
