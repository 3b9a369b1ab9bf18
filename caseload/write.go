// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"ricongiungi/internal/sheet"
)

// WriteRejected writes the rows of refused families as they were read, each
// with its problems in the last column: one file of families, one of events.
func WriteRejected(families, events io.Writer, refused []*Family) error {
	ofFamilies, ofEvents := [][]string{append(columnNames(columns), reasonColumn)}, [][]string{append(columnNames(eventColumns), reasonColumn)}
	for _, f := range refused {
		for _, row := range f.families {
			ofFamilies = append(ofFamilies, again(row, columns, f.reasons("families", row.Line)))
		}
		for _, row := range f.events {
			ofEvents = append(ofEvents, again(row, eventColumns, f.reasons("events", row.Line)))
		}
	}
	if err := sheet.Write(families, ofFamilies); err != nil {
		return err
	}
	return sheet.Write(events, ofEvents)
}

// again is a row in the order of the columns. One that could not be taken apart
// stands in the first cell as it came.
func again(row sheet.Row, known []column, reasons string) []string {
	cells := make([]string, 0, len(known)+1)
	blank := true
	for _, c := range known {
		cells = append(cells, row.Cells[c.name])
		blank = blank && row.Cells[c.name] == ""
	}
	if blank {
		cells[0] = strings.TrimSpace(string(row.Raw))
	}
	return append(cells, reasons)
}

func (f *Family) reasons(in string, line int) string {
	var reasons []string
	for _, p := range f.Problems {
		if p.In == in && p.Line == line {
			reasons = append(reasons, strings.TrimPrefix(p.Field+": "+p.Reason, ": "))
		}
	}
	return strings.Join(reasons, " | ")
}

// Write writes families as files that Read takes. What fits a column of the
// main way stands there, everything else among the events.
func Write(families, events io.Writer, all []*Family) error {
	ofFamilies, ofEvents := [][]string{columnNames(columns)}, [][]string{columnNames(eventColumns)}
	for _, f := range all {
		rows := f.rows()
		var rest []Telling
		for _, t := range f.Told {
			if !rows.place(t) {
				rest = append(rest, t)
			}
		}
		ofFamilies = append(ofFamilies, rows.cells()...)
		for _, t := range rest {
			ofEvents = append(ofEvents, f.event(t))
		}
	}
	if err := sheet.Write(families, ofFamilies); err != nil {
		return err
	}
	return sheet.Write(events, ofEvents)
}

// grid holds the rows of one family by the name of their columns.
type grid []map[string]string

func (f *Family) rows() grid {
	f.settleDecisions()
	var all grid
	for i := range f.Opening.Members {
		cells := map[string]string{}
		for _, c := range columns {
			if c.get != nil {
				cells[c.name] = c.get(f, i)
			}
		}
		all = append(all, cells)
	}
	return all
}

// settleDecisions gives members without a decided day a place for one.
func (f *Family) settleDecisions() {
	for len(f.decided) < len(f.Opening.Members) {
		f.decided = append(f.decided, f.Opening.On)
		if f.Opening.Kind == "application_filed" {
			f.decided[len(f.decided)-1] = zeroDay
		}
	}
}

// place puts a telling into the columns of its member when all it says has a
// column there that is still free.
func (g grid) place(t Telling) bool {
	at := slices.IndexFunc(steps, func(s way) bool { return s.command == t.Type })
	if at < 0 || t.Label != "" {
		return false
	}
	var data map[string]any
	if json.Unmarshal(t.Data, &data) != nil {
		return false
	}
	step, row := steps[at], g.of(data)
	known := map[string]string{"on": step.column}
	for _, d := range step.with {
		known[d.field] = d.column
	}
	for field, value := range data {
		if _, plain := value.(string); field != "member_id" && field != "member_ids" && (known[field] == "" || !plain) {
			return false
		}
	}
	if row == nil || row[step.column] != "" {
		return false
	}
	for field, column := range known {
		if value, said := data[field].(string); said {
			row[column] = value
		}
	}
	return true
}

// of is the row of the only member the data are about.
func (g grid) of(data map[string]any) map[string]string {
	who, _ := data["member_id"].(string)
	if list, ok := data["member_ids"].([]any); ok && len(list) == 1 {
		who, _ = list[0].(string)
	}
	for _, row := range g {
		if who == "@member/"+row["member_ref"] {
			return row
		}
	}
	return nil
}

func (g grid) cells() [][]string {
	var rows [][]string
	for _, row := range g {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = row[c.name]
		}
		rows = append(rows, cells)
	}
	return rows
}

func (f *Family) event(t Telling) []string {
	return []string{f.Opening.SUIFile, "", t.Type, t.On.String(), t.Label, string(t.Data)}
}

// Template writes an example of the file of families, or of events, with every
// column explained first; as it stands it reads without an error.
func Template(w io.Writer, events bool) error {
	families, told := example()
	known, rows := columns, families
	if events {
		known, rows = eventColumns, told
	}
	if _, err := io.WriteString(w, explained(known)); err != nil {
		return fmt.Errorf("writing a template: %w", err)
	}
	return sheet.Write(w, rows)
}

// explained keeps clear of commas, semicolons and quotes, so that a spreadsheet
// that saves the file leaves these lines comments.
func explained(known []column) string {
	text := "# Columns may come in any order and under either name. Days are written 2026-11-24 or 24/11/2026.\n"
	for _, c := range known {
		text += "# " + c.name + " (" + c.italian + "): " + strings.NewReplacer(",", "", ";", " -").Replace(c.about) + "\n"
	}
	return text
}
