// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

// RowError says what is wrong with one row of a file or batch.
type RowError struct {
	Line   int    `json:"line"`            // of the file, counted from 1
	Field  string `json:"field,omitempty"` // JSON pointer or column name
	Reason string `json:"reason"`
	Raw    []byte `json:"-"` // the row as it came, to mend and send again
}
