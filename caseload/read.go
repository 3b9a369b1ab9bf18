// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"ricongiungi/handoff"
	"ricongiungi/internal/sheet"
)

// Read gives the families of the two files; events may be nil. Rows of a family
// need not stand together. An error means that a file as a whole cannot be
// read; what is wrong with a row is among the problems of its family.
func Read(families, events io.Reader) ([]*Family, error) {
	read := &reading{byFile: map[string]*Family{}, lines: map[*Family][]line{}}
	if err := eachRow(families, columns, []string{"sui_file", "member_ref"}, read.member); err != nil {
		return nil, fmt.Errorf("families: %w", err)
	}
	for _, f := range read.all {
		f.open(read.lines[f])
	}
	if events != nil {
		if err := eachRow(events, eventColumns, []string{"sui_file", "command", "on"}, read.event); err != nil {
			return nil, fmt.Errorf("events: %w", err)
		}
	}
	for _, f := range read.all {
		slices.SortStableFunc(f.Told, func(a, b Telling) int { return b.On.DaysUntil(a.On) })
	}
	return read.all, nil
}

// reading is what has been read so far.
type reading struct {
	all    []*Family
	byFile map[string]*Family
	lines  map[*Family][]line
}

// eachRow hands over the rows of one file under the English names of their columns.
func eachRow(file io.Reader, known []column, needed []string, take func(sheet.Row)) error {
	s, err := sheet.Open(file)
	if err != nil {
		return err
	}
	names, wrong := canonicalHeader(s.Header, known)
	for _, name := range needed {
		if !slices.Contains(names, name) {
			wrong = append(wrong, fmt.Sprintf("column %q is missing", name))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("header: %s; the columns are %s", strings.Join(wrong, ", "), strings.Join(columnNames(known), ", "))
	}
	original := slices.Clone(s.Header)
	for {
		row, err := s.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		take(renamed(row, original, names))
	}
}

func renamed(row sheet.Row, original, names []string) sheet.Row {
	cells := make(map[string]string, len(names))
	for i, name := range names {
		cells[name] = row.Cells[original[i]]
	}
	row.Cells = cells
	return row
}

// family is the one of the row's file number. A row without one is a family of
// its own, so that what is wrong with it is told.
func (r *reading) family(row sheet.Row) *Family {
	file := row.Cells["sui_file"]
	f := r.byFile[file]
	if f == nil || file == "" {
		f = &Family{}
		r.all = append(r.all, f)
		r.byFile[file] = f
	}
	return f
}

func (r *reading) member(row sheet.Row) {
	f := r.family(row)
	f.families = append(f.families, row)
	var said line
	if bad := unreadable(row); bad != "" {
		f.Reject("families", row.Line, "", bad)
	}
	for _, c := range columns {
		cell := row.Cells[c.name]
		if cell == "" || c.set == nil {
			continue
		}
		if err := c.set(&said, cell); err != nil {
			f.Reject("families", row.Line, c.name, err.Error())
		}
	}
	f.check(row, said, len(r.lines[f]) == 0)
	if len(r.lines[f]) == 0 {
		f.Opening = said.family
		if said.sponsor != (handoff.Person{}) {
			f.Opening.Sponsor = &said.sponsor
		}
	}
	r.lines[f] = append(r.lines[f], said)
	f.steps(row)
}

func unreadable(row sheet.Row) string {
	if row.Wrong != "" {
		return row.Wrong
	}
	for _, cell := range row.Cells {
		if !utf8.ValidString(cell) {
			return "the text is not UTF-8: save the file as UTF-8"
		}
	}
	return ""
}

// check finds what only the rows of a family together show.
func (f *Family) check(row sheet.Row, said line, first bool) {
	for _, name := range []string{"sui_file", "member_ref"} {
		if row.Cells[name] == "" {
			f.Reject("families", row.Line, name, "the cell is empty")
		}
	}
	if k := said.member.Kinship; k != "" && !kinshipKnown(k) {
		f.Reject("families", row.Line, "kinship", fmt.Sprintf("%q is no kinship", k))
	}
	if first {
		return
	}
	before := f.families[0]
	for _, c := range columns {
		if cell := row.Cells[c.name]; c.family && cell != "" && cell != before.Cells[c.name] {
			f.Reject("families", row.Line, c.name, fmt.Sprintf("it is not what line %d says of the same family", before.Line))
		}
	}
	for _, other := range f.families[:len(f.families)-1] {
		if other.Cells["member_ref"] == row.Cells["member_ref"] {
			f.Reject("families", row.Line, "member_ref", fmt.Sprintf("the relative stands on line %d already", other.Line))
		}
	}
}

// steps reads the days of the main way from one row.
func (f *Family) steps(row sheet.Row) {
	for _, s := range steps {
		f.step(row, s)
	}
}

func (f *Family) step(row sheet.Row, s way) {
	cell := row.Cells[s.column]
	member := "@member/" + row.Cells["member_ref"]
	data := map[string]any{"member_id": member}
	if s.command == "withdraw" {
		data = map[string]any{"member_ids": []string{member}}
	}
	for _, d := range s.with {
		said := row.Cells[d.column]
		switch {
		case said == "":
		case cell == "":
			f.Reject("families", row.Line, s.column, "the cell is empty, yet "+d.column+" is not")
		case d.day:
			day, err := readDay(said)
			if err != nil {
				f.Reject("families", row.Line, d.column, err.Error())
			}
			data[d.field] = day
		default:
			data[d.field] = said
		}
	}
	if cell == "" {
		return
	}
	on, err := readDay(cell)
	if err != nil {
		f.Reject("families", row.Line, s.column, err.Error())
		return
	}
	data["on"] = on
	f.Told = append(f.Told, Telling{In: "families", Line: row.Line, Field: s.column, On: on, Type: s.command, Data: encode(data)})
}
