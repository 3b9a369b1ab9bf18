// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"encoding/csv"
	"io"
	"maps"
	"strings"
)

// WriteCSV writes every row of the book in the form that Restore reads.
func (b *Book) WriteCSV(out io.Writer) error {
	writer := csv.NewWriter(out)
	rows := [][]string{header}
	for _, r := range b.Rules() {
		rows = append(rows, []string{r.ID, r.Value, string(r.Unit), r.From.String(), r.To.String(), r.Citation, string(r.Certainty), r.Text.It, r.Text.En})
	}
	return writer.WriteAll(rows)
}

// Restore reads a book that was written whole: what the file says holds, and its
// holidays are all there were. Only rules that were not known when it was written
// come from the default book.
func Restore(name string, file io.Reader) (*Book, error) {
	base := maps.Clone(Default().rows)
	maps.DeleteFunc(base, func(id string, _ []Rule) bool { return strings.HasPrefix(id, holidayPrefix) })
	return load(name, file, base)
}
