// SPDX-License-Identifier: AGPL-3.0-or-later

// Package sheet reads and writes the CSV files that spreadsheets save: comma or
// semicolon, with or without a byte order mark, comments behind a hash, cells
// guarded against being taken for formulas. Each row is kept as it came, so
// that what is refused can be written again.
package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Row is one row under the header.
type Row struct {
	Line  int               // of the file, counted from 1
	Cells map[string]string // by column name, trimmed
	Raw   []byte            // as it came
	Wrong string            // why it could not be taken apart; empty when it could
}

// Sheet reads a file row by row and keeps each as it came.
type Sheet struct {
	Header []string // names of the columns, trimmed and in lower case
	reader *csv.Reader
	copied bytes.Buffer // read and not yet given out
	offset int64        // where copied begins in the file
}

// Open reads the header. An error says that the file has none.
func Open(file io.Reader) (*Sheet, error) {
	buffered := WithoutMark(file)
	s := &Sheet{}
	s.reader = csv.NewReader(io.TeeReader(buffered, &s.copied))
	s.reader.Comment = '#'
	s.reader.Comma = separator(buffered)
	header, err := s.reader.Read()
	if err != nil {
		return nil, fmt.Errorf("the file has no header that can be read: %w", err)
	}
	s.taken()
	for _, name := range header {
		s.Header = append(s.Header, strings.ToLower(strings.TrimSpace(name)))
	}
	return s, nil
}

// byteOrderMark is what some programs put before UTF-8.
const byteOrderMark = "\uFEFF"

// WithoutMark passes over a byte order mark at the beginning of a text.
func WithoutMark(file io.Reader) *bufio.Reader {
	buffered := bufio.NewReaderSize(file, 1<<16) // the header must be within it, after any comments
	if start, err := buffered.Peek(len(byteOrderMark)); err == nil && string(start) == byteOrderMark {
		_, _ = buffered.Discard(len(byteOrderMark)) // it was just seen there
	}
	return buffered
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

// taken gives the bytes of what was read last.
func (s *Sheet) taken() []byte {
	end := s.reader.InputOffset()
	raw := bytes.Clone(s.copied.Next(int(end - s.offset)))
	s.offset = end
	return raw
}

// Next gives the next row; io.EOF ends the file. A row that cannot be taken
// apart is given with the reason in Wrong, and reading goes on.
func (s *Sheet) Next() (Row, error) {
	cells, err := s.reader.Read()
	r := Row{Raw: s.taken(), Cells: map[string]string{}}
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		r.Line, r.Wrong = parse.StartLine, parse.Err.Error()
	case err != nil:
		return Row{}, err
	default:
		r.Line, _ = s.reader.FieldPos(0)
	}
	for i, cell := range cells[:min(len(cells), len(s.Header))] {
		r.Cells[s.Header[i]] = unguarded(strings.TrimSpace(cell))
	}
	return r, nil
}

// Write writes rows with their cells guarded.
func Write(w io.Writer, rows [][]string) error {
	table := csv.NewWriter(w)
	for _, row := range rows {
		guarded := make([]string, len(row))
		for i, cell := range row {
			guarded[i] = guard(cell)
		}
		if err := table.Write(guarded); err != nil {
			return fmt.Errorf("writing rows: %w", err)
		}
	}
	table.Flush()
	return table.Error()
}

// formulas are the characters with which a spreadsheet would take a cell for a
// formula; such a cell is written with an apostrophe before it, and so is one
// that begins like a guarded cell, so that each is read again as it was.
const formulas = "=+-@\t\r"

func formula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.ContainsRune(formulas, rune(cell[0]))
}

func guard(cell string) string {
	if formula(cell) {
		return "'" + cell
	}
	return cell
}

func unguarded(cell string) string {
	if formula(cell) {
		return strings.TrimPrefix(cell, "'")
	}
	return cell
}
