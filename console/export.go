// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"ricongiungi/rules"
)

// mostRows is how many cases one file holds: more than an office has.
const mostRows = 20_000

// exportCases gives the list as a file that spreadsheets open with a click: with
// the separator of the reader's language, and with nothing in it that a
// spreadsheet would take for a formula.
func (s *console) exportCases(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r).voice
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	var file bytes.Buffer
	file.WriteString("\ufeff") // by which spreadsheets know the encoding
	out := csv.NewWriter(&file)
	if out.UseCRLF = true; v.Lang == "it" {
		out.Comma = ';'
	}
	rows := [][]string{v.head()}
	for asked := s.question(r, caseFilterOf(r)); len(rows) < mostRows; {
		found, err := s.Views.Cases(r.Context(), asked)
		if err != nil {
			return err
		}
		lines, err := s.caseLines(r, found.Items, operators)
		if err != nil {
			return err
		}
		for _, line := range lines {
			rows = append(rows, v.row(line))
		}
		if asked.Cursor = found.Next; asked.Cursor == "" {
			break
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+v.say("cases.file")+"-"+s.today().String()+`.csv"`)
	_, _ = file.WriteTo(w) // the reader has gone: there is nobody to tell
	return nil
}

func (v voice) head() []string {
	var head []string
	for _, id := range []string{"cases.family", "cases.phase", "cases.members", "cases.municipio", "cases.next", "cases.due", "cases.late", "cases.whose", "case.opened", "field.case_id"} {
		head = append(head, v.say(id))
	}
	return head
}

func (v voice) row(l caseLine) []string {
	next := ""
	if l.NextItem != "" {
		next = v.say("item." + l.NextItem)
	}
	row := []string{l.Family, v.say("phase." + string(l.Phase)), strconv.Itoa(l.Members), orNothing(l.Municipio), next, plainDay(l.NextDue),
		strconv.Itoa(l.Overdue), l.Whose, plainDay(l.OpenedOn), l.CaseID}
	for i := range row {
		row[i] = inert(row[i])
	}
	return row
}

func orNothing(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// plainDay is a day as spreadsheets understand it in any language.
func plainDay(d rules.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// inert is a text that no spreadsheet takes for a formula: those that begin like
// one are marked as text.
func inert(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r\n|") || strings.HasPrefix(text, "＝") || strings.HasPrefix(text, "＋") || strings.HasPrefix(text, "－") || strings.HasPrefix(text, "＠") {
		return "'" + text
	}
	return text
}
