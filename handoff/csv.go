// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// record is one row of a CSV file, which tells of one member.
type record struct {
	line  int
	cells map[string]string // by column name
	raw   []byte
	wrong string // why it could not be taken apart
}

// sheet reads a CSV file record by record and keeps each as it came.
type sheet struct {
	reader *csv.Reader
	header []string
	copied bytes.Buffer // read and not yet given out
	offset int64        // where copied begins in the file
}

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
			next, err := s.next()
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
	id := r.cells["message_id"]
	return id != "" && id == group[0].cells["message_id"]
}

func openSheet(file io.Reader) (*sheet, error) {
	buffered := withoutMark(file)
	s := &sheet{}
	s.reader = csv.NewReader(io.TeeReader(buffered, &s.copied))
	s.reader.Comment = '#'
	s.reader.Comma = separator(buffered)
	header, err := s.reader.Read()
	if err != nil {
		return nil, fmt.Errorf("handoff: the file has no header that can be read: %w", err)
	}
	s.taken()
	for _, name := range header {
		s.header = append(s.header, strings.ToLower(strings.TrimSpace(name)))
	}
	return s, checkHeader(s.header)
}

// separator looks at the header: spreadsheets in Italy write semicolons.
func separator(file *bufio.Reader) rune {
	start, _ := file.Peek(file.Size()) // as much as there is
	for text := range bytes.Lines(start) {
		if text[0] != '#' && len(bytes.TrimSpace(text)) > 0 {
			if bytes.Count(text, []byte(";")) > bytes.Count(text, []byte(",")) {
				return ';'
			}
			return ','
		}
	}
	return ','
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

// taken gives the bytes of what was read last.
func (s *sheet) taken() []byte {
	end := s.reader.InputOffset()
	raw := bytes.Clone(s.copied.Next(int(end - s.offset)))
	s.offset = end
	return raw
}

func (s *sheet) next() (record, error) {
	cells, err := s.reader.Read()
	r := record{raw: s.taken(), cells: map[string]string{}}
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		r.line, r.wrong = parse.StartLine, parse.Err.Error()
	case err != nil:
		return record{}, err
	default:
		r.line, _ = s.reader.FieldPos(0)
	}
	for i, cell := range cells[:min(len(cells), len(s.header))] {
		r.cells[s.header[i]] = unguarded(strings.TrimSpace(cell))
	}
	return r, nil
}

// message puts the rows of one message together.
func message(group []record, seen map[string]int) Row {
	row := Row{Line: group[0].line, records: group}
	for _, r := range group {
		row.Raw = append(row.Raw, r.raw...)
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
	if rec.wrong != "" {
		r.reject(rec, "", rec.wrong)
		return said
	}
	for _, c := range columns {
		cell := rec.cells[c.name]
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
		if cell := rec.cells[c.name]; !c.member && cell != "" && cell != first.cells[c.name] {
			r.reject(rec, c.name, fmt.Sprintf("%q is not what line %d says of the same message (%q)", cell, first.line, first.cells[c.name]))
		}
	}
}

func (r *Row) reject(rec record, field, reason string) {
	r.Problems = append(r.Problems, RowError{Line: rec.line, Field: field, Reason: reason, Raw: rec.raw})
}
