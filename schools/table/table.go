// SPDX-License-Identifier: AGPL-3.0-or-later

// Package table reads tables as public offices publish and save them: any of
// the usual separators and encodings, headings spelt in many ways, quotation
// marks left open. What cannot be read is reported with its line, never dropped.
package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Table is a file taken apart.
type Table struct {
	Headings []string // in the form of Heading
	Rows     []Row
	Rejected []Reject
}

// Row is one record; Line is where it begins in the file, counted from 1.
type Row struct {
	Line  int
	Raw   string
	cells map[string]string
}

// Reject is a row that was not taken, and why.
type Reject struct {
	Line   int    `json:"line"`
	Field  string `json:"field"`
	Reason string `json:"reason"` // completes "must ..." or says what is wrong
	Raw    string `json:"raw"`
}

// ErrEmpty means that a file has no heading.
var ErrEmpty = errors.New("the file is empty")

// Heading is the form in which headings are compared: capital letters and digits.
func Heading(text string) string {
	return strings.Map(func(r rune) rune {
		if r = unicode.ToUpper(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// NewRow makes a row of cells that were read elsewhere, by heading.
func NewRow(line int, raw string, cells map[string]string) Row {
	row := Row{Line: line, Raw: raw, cells: map[string]string{}}
	for heading, cell := range cells {
		row.cells[Heading(heading)] = strings.TrimSpace(cell)
	}
	return row
}

// Get is the trimmed cell under the first of the headings that the row has.
func (r Row) Get(headings ...string) string {
	for _, heading := range headings {
		if cell, ok := r.cells[heading]; ok {
			return cell
		}
	}
	return ""
}

// Has tells whether one of the headings is there.
func (r Row) Has(headings ...string) bool {
	for _, heading := range headings {
		if _, ok := r.cells[heading]; ok {
			return true
		}
	}
	return false
}

// Reject is the row with the reason for which it is not taken.
func (r Row) Reject(field, reason string) Reject {
	return Reject{Line: r.Line, Field: field, Reason: reason, Raw: r.Raw}
}

// Number reads a number written with a decimal point or a decimal comma.
func Number(text string) (float64, error) {
	text = strings.ReplaceAll(strings.TrimSpace(text), " ", "")
	if !strings.Contains(text, ".") {
		text = strings.Replace(text, ",", ".", 1)
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return n, nil
}

// Read takes a file apart. The error is ErrEmpty or says what is wrong with the heading.
func Read(raw []byte) (Table, error) {
	lines := strings.Split(Text(raw), "\n")
	first := 0
	for first < len(lines) && (strings.TrimSpace(lines[first]) == "" || strings.HasPrefix(lines[first], "sep=")) {
		first++
	}
	if first == len(lines) {
		return Table{}, ErrEmpty
	}
	r := reader{lines: lines, next: first, separator: separator(lines[first])}
	heading, ok := r.record(0)
	if !ok {
		return Table{}, fmt.Errorf("line %d: the heading cannot be read", first+1)
	}
	t := Table{}
	for _, cell := range heading.cells {
		t.Headings = append(t.Headings, Heading(cell))
	}
	for r.more() {
		record, ok := r.record(len(t.Headings))
		if !ok {
			t.Rejected = append(t.Rejected, Reject{Line: record.line, Reason: record.trouble(len(t.Headings)), Raw: record.raw})
			continue
		}
		t.Rows = append(t.Rows, record.row(t.Headings))
	}
	return t, nil
}

// separator is the character that parts the heading most often.
func separator(heading string) rune {
	best, most := ',', 0
	for _, candidate := range ";,\t|" {
		if n := strings.Count(heading, string(candidate)); n > most {
			best, most = candidate, n
		}
	}
	return best
}

type reader struct {
	lines     []string
	next      int
	separator rune
}

// more passes over blank lines.
func (r *reader) more() bool {
	for r.next < len(r.lines) && strings.TrimSpace(r.lines[r.next]) == "" {
		r.next++
	}
	return r.next < len(r.lines)
}

type record struct {
	line  int
	raw   string
	cells []string
}

// joinedLines is how many lines a quoted cell may go over before its quotation
// mark is taken to have been left open.
const joinedLines = 5

// record reads one record of so many cells (any number when 0). A quotation mark
// left open must not swallow the rows that follow, so a record of several lines
// is believed only when it closes soon and has the right number of cells.
func (r *reader) record(width int) (record, bool) {
	start := r.next
	var text string
	for n := 0; n < joinedLines && start+n < len(r.lines); n++ {
		text += strings.TrimSuffix(r.lines[start+n], "\r")
		if cells, err := r.split(text, false); err == nil {
			if cells = trimmed(cells, width); n == 0 || len(cells) == width {
				r.next = start + n + 1
				return record{start + 1, text, cells}, width == 0 || len(cells) == width
			}
		}
		text += "\n"
	}
	r.next = start + 1
	text = strings.TrimSuffix(r.lines[start], "\r")
	cells, err := r.split(text, true)
	cells = trimmed(cells, width)
	return record{start + 1, text, cells}, err == nil && len(cells) == width
}

func (r *reader) split(text string, lazy bool) ([]string, error) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = r.separator, lazy, -1
	return reader.Read()
}

// trimmed drops the empty cells that spreadsheets add at the end of a row.
func trimmed(cells []string, width int) []string {
	for width > 0 && len(cells) > width && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func (r record) trouble(width int) string {
	return fmt.Sprintf("has %d cells where the heading has %d", len(r.cells), width)
}

func (r record) row(headings []string) Row {
	cells := make(map[string]string, len(headings))
	for i, heading := range headings {
		if _, twice := cells[heading]; !twice {
			cells[heading] = strings.TrimSpace(r.cells[i])
		}
	}
	return Row{Line: r.line, Raw: r.raw, cells: cells}
}
