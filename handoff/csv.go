// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"ricongiungi/internal/sheet"
)

// record is one row of a CSV file, which tells of one member.
type record struct{ sheet.Row }

func readCSV(file io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		s, err := openSheet(file)
		if err != nil {
			yield(Row{}, err)
			return
		}
		seen := map[string]int{} // line of each message
		var group []record
		for {
			read, err := s.Next()
			next := record{read}
			if len(group) > 0 && (err != nil || !next.continues(group)) {
				if !yield(message(group, seen), nil) {
					return
				}
				group = nil
			}
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(Row{}, fmt.Errorf("handoff: reading records: %w", err))
				return
			}
			group = append(group, next)
		}
	}
}

// continues tells whether the record is about one more member of the message.
func (r record) continues(group []record) bool {
	id := r.Cells["message_id"]
	return id != "" && id == group[0].Cells["message_id"]
}

func openSheet(file io.Reader) (*sheet.Sheet, error) {
	s, err := sheet.Open(file)
	if err != nil {
		return nil, fmt.Errorf("handoff: %w", err)
	}
	return s, checkHeader(s.Header)
}

func checkHeader(header []string) error {
	var wrong []string
	for i, name := range header {
		_, known := columnNamed(name)
		switch {
		case slices.Contains(header[:i], name):
			wrong = append(wrong, fmt.Sprintf("column %q appears twice", name))
		case !known && name != reasonColumn:
			wrong = append(wrong, fmt.Sprintf("column %q is unknown", name))
		}
	}
	for _, c := range columns {
		if c.required && !slices.Contains(header, c.name) {
			wrong = append(wrong, fmt.Sprintf("column %q is missing", c.name))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("handoff: header: %s; the columns are %s", strings.Join(wrong, ", "), strings.Join(columnNames(), ", "))
	}
	return nil
}

// message puts the rows of one message together.
func message(group []record, seen map[string]int) Row {
	row := Row{Line: group[0].Line, records: group}
	for _, r := range group {
		row.Raw = append(row.Raw, r.Raw...)
	}
	var first line
	for i, r := range group {
		said := row.parse(r)
		if i == 0 {
			first = said
			row.Message = said.message
			if said.sponsor != (Person{}) {
				row.Message.Sponsor = &said.sponsor
			}
		} else {
			row.compare(r, group[0])
		}
		row.addMember(said)
	}
	row.Message.Schema = "handoff.v1"
	row.once(first.message.MessageID, seen)
	if len(row.Problems) == 0 {
		row.JSON = Canonical(row.Message)
	}
	return row
}

// once refuses rows of a message that stand apart from each other.
func (r *Row) once(id string, seen map[string]int) {
	if before, again := seen[id]; again && id != "" {
		r.Reject("message_id", fmt.Sprintf("the message began on line %d: its rows must stand together", before))
		return
	}
	seen[id] = r.Line
}

func (r *Row) addMember(l line) {
	if l.person != (Person{}) {
		l.member.Person = &l.person
	}
	if l.member != (Member{}) {
		r.Message.Members = append(r.Message.Members, l.member)
	}
}

// parse reads the cells of one row, noting what cannot be read.
func (r *Row) parse(rec record) line {
	var said line
	if rec.Wrong != "" {
		r.reject(rec, "", rec.Wrong)
		return said
	}
	for _, c := range columns {
		cell := rec.Cells[c.name]
		switch {
		case !utf8.ValidString(cell):
			r.reject(rec, c.name, "the text is not UTF-8: save the file as UTF-8")
		case cell == "" && c.required:
			r.reject(rec, c.name, "the cell is empty")
		case cell != "":
			if err := c.set(&said, cell); err != nil {
				r.reject(rec, c.name, err.Error())
			}
		}
	}
	return said
}

// compare refuses a row that says something else about the message than the
// first of its rows; cells left empty say the same.
func (r *Row) compare(rec, first record) {
	for _, c := range columns {
		if cell := rec.Cells[c.name]; !c.member && cell != "" && cell != first.Cells[c.name] {
			r.reject(rec, c.name, fmt.Sprintf("%q is not what line %d says of the same message (%q)", cell, first.Line, first.Cells[c.name]))
		}
	}
}

func (r *Row) reject(rec record, field, reason string) {
	r.Problems = append(r.Problems, RowError{Line: rec.Line, Field: field, Reason: reason, Raw: rec.Raw})
}
