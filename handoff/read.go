// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"ricongiungi/internal/sheet"
)

// Format is how a file holds messages.
type Format string

// The formats of files of messages.
const (
	CSV    Format = "csv"    // one row for each member, with a header
	NDJSON Format = "ndjson" // one message on each line, as its schema has it
)

// Row is one message of a file, or what is wrong with it.
type Row struct {
	Line     int             // where it begins, counted from 1
	Message  Message         // what it says, as far as it could be read
	JSON     json.RawMessage // to be sent; nil when it could not be read
	Raw      []byte          // as it came
	Problems []RowError

	records []record // of a CSV file, to be written again
}

// Reject adds what somebody else, such as the receiving side, found wrong.
func (r *Row) Reject(field, reason string) {
	r.Problems = append(r.Problems, RowError{Line: r.Line, Field: field, Reason: reason, Raw: r.Raw})
}

// Read gives the messages of a file one by one, so that a file of any length
// can be followed by a progress bar. An error ends it: the file itself cannot
// be read. What is wrong with one message is in its Problems, and reading goes on.
func Read(file io.Reader, format Format) iter.Seq2[Row, error] {
	switch format {
	case CSV:
		return readCSV(file)
	case NDJSON:
		return readNDJSON(file)
	}
	return func(yield func(Row, error) bool) {
		yield(Row{}, fmt.Errorf("handoff: %q is no format of files: it must be %s or %s", format, CSV, NDJSON))
	}
}

// longest is the longest line that can be a message; the schema allows far less.
const longest = 1 << 20

func readNDJSON(file io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		lines := bufio.NewScanner(sheet.WithoutMark(file))
		lines.Buffer(nil, longest)
		for number := 1; lines.Scan(); number++ {
			text := bytes.TrimSpace(lines.Bytes())
			if len(text) > 0 && !yield(parseJSON(number, bytes.Clone(text)), nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Row{}, fmt.Errorf("handoff: reading lines: %w", err))
		}
	}
}

func parseJSON(number int, text []byte) Row {
	row := Row{Line: number, Raw: text}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&row.Message); err != nil {
		row.Reject(fieldOf(err), reasonOf(err))
		return row
	}
	if decoder.More() {
		row.Reject("", "more than one message on the line")
		return row
	}
	row.JSON = text
	return row
}

func fieldOf(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return wrong.Field
	}
	return ""
}

func reasonOf(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return "a value of type " + wrong.Value + " cannot stand here"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the line ends too early"
	}
	return err.Error()
}
