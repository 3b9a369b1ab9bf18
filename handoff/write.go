// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// WriteRejected writes messages that were not taken, so that they can be mended
// and sent again. A CSV file says in its last column what is wrong; reading
// passes that column over. In NDJSON the lines are as they came.
func WriteRejected(w io.Writer, format Format, rows []Row) error {
	if format == NDJSON {
		return writeLines(w, rows)
	}
	table := csv.NewWriter(w)
	cells := [][]string{append(columnNames(), reasonColumn)}
	for _, row := range rows {
		for _, r := range row.records {
			cells = append(cells, append(r.row(), row.reasons(r.line)))
		}
	}
	return writeTable(table, cells)
}

func writeLines(w io.Writer, rows []Row) error {
	for _, row := range rows {
		if _, err := fmt.Fprintf(w, "%s\n", row.Raw); err != nil {
			return fmt.Errorf("handoff: writing rejected lines: %w", err)
		}
	}
	return nil
}

func writeTable(table *csv.Writer, rows [][]string) error {
	for _, row := range rows {
		guarded := make([]string, len(row))
		for i, cell := range row {
			guarded[i] = guard(cell)
		}
		if err := table.Write(guarded); err != nil {
			return fmt.Errorf("handoff: writing rows: %w", err)
		}
	}
	table.Flush()
	return table.Error()
}

// row is the record in the order of the columns. One that could not be taken
// apart stands in the first cell as it came.
func (r record) row() []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = r.cells[c.name]
	}
	if r.wrong != "" && len(r.cells) == 0 {
		cells[0] = strings.TrimSpace(string(r.raw))
	}
	return cells
}

// reasons joins what is wrong with one line; what was found by the receiving
// side stands on the first line of the message.
func (r *Row) reasons(line int) string {
	var reasons []string
	for _, p := range r.Problems {
		switch {
		case p.Line != line:
		case p.Field == "":
			reasons = append(reasons, p.Reason)
		default:
			reasons = append(reasons, p.Field+": "+p.Reason)
		}
	}
	return strings.Join(reasons, " | ")
}

// formulas are the characters with which a spreadsheet would take a cell for a
// formula; such a cell is written with an apostrophe before it.
const formulas = "=+-@\t"

func guard(cell string) string {
	if cell != "" && strings.ContainsRune(formulas, rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func unguarded(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formulas, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// Template writes an example of a file with one message of each kind. In CSV
// every column is explained first; as it stands it reads without an error.
func Template(w io.Writer, format Format) error {
	if format == NDJSON {
		var rows []Row
		for _, m := range exampleMessages() {
			rows = append(rows, Row{Raw: Canonical(m)})
		}
		return writeLines(w, rows)
	}
	if err := explainColumns(w); err != nil {
		return fmt.Errorf("handoff: writing a template: %w", err)
	}
	cells := [][]string{columnNames()}
	for _, m := range exampleMessages() {
		cells = append(cells, m.rows()...)
	}
	return writeTable(csv.NewWriter(w), cells)
}

// explainColumns keeps clear of commas, semicolons and quotes, so that a
// spreadsheet that saves the file leaves these lines comments.
func explainColumns(w io.Writer) error {
	text := "# One row for each family member. Columns of the message are repeated on each of its rows.\n" +
		"# Columns may come in any order. The separator may be a comma or a semicolon. The text is UTF-8.\n"
	for _, c := range columns {
		need := ""
		if c.required {
			need = " (always needed)"
		}
		text += "# " + c.name + ": " + strings.ReplaceAll(c.about, ";", " -") + need + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// rows is the message as rows of a CSV file.
func (m Message) rows() [][]string {
	members := m.Members
	if len(members) == 0 {
		members = []Member{{}}
	}
	var rows [][]string
	for _, member := range members {
		l := line{message: m, member: member}
		if m.Sponsor != nil {
			l.sponsor = *m.Sponsor
		}
		if member.Person != nil {
			l.person = *member.Person
		}
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = c.cell(&l)
		}
		rows = append(rows, cells)
	}
	return rows
}

// exampleMessages tell of one invented family, an act of each kind.
func exampleMessages() []Message {
	sponsor := &Person{FamilyName: "Esempio", GivenName: "Amina", Citizenship: "MAR", Phone: "+39 02 0000 0100", Email: "amina@example.org"}
	members := []Member{
		{Ref: "1", Kinship: casefile.Spouse, Person: &Person{FamilyName: "Esempio", GivenName: "Youssef", BirthDate: rules.On(1988, 4, 12), Sex: "M", Citizenship: "MAR"}},
		{Ref: "2", Kinship: casefile.MinorChild, Person: &Person{FamilyName: "Esempio", GivenName: "Sara", BirthDate: rules.On(2015, 9, 3), Sex: "F", Citizenship: "MAR"}},
	}
	day := rules.On(2026, 1, 12)
	messages := []Message{
		{Kind: Filed, On: day, ContactLanguage: "ar", Municipio: 2, Sponsor: sponsor, Members: members},
		{Kind: DocumentsRequested, On: day.AddDays(21), By: day.AddDays(51)},
		{Kind: DocumentsSupplied, On: day.AddDays(35)},
		{Kind: RefusalNotice, On: day.AddDays(60)},
		{Kind: ObservationsFiled, On: day.AddDays(66)},
		{Kind: Decision, On: day.AddDays(100), Members: []Member{{Ref: "1", Decision: "authorised"}}},
		{Kind: Revocation, On: day.AddDays(120), Members: []Member{{Ref: "1"}}, Ground: "false_papers"},
		{Kind: RevocationWithdrawn, On: day.AddDays(135), Members: []Member{{Ref: "1"}}},
		{Kind: Improcedibilita, On: day.AddDays(140), Members: []Member{{Ref: "2"}}, Ground: "papers_missing"},
	}
	for i := range messages {
		m := &messages[i]
		m.Schema, m.Sender, m.SUIFile, m.Sequence = "handoff.v1", "sui-mi", "P-MI/F/N/2026/999001", int64(i+1)
		m.MessageID = casefile.DeriveID("template", string(m.Kind))
	}
	return messages
}
