// SPDX-License-Identifier: AGPL-3.0-or-later

package views

import (
	"time"

	"ricongiungi/casefile"
)

// ReadSpan is the span in which the same reader, purpose, subject and thing shown
// are one record: its instant is that of the first.
const ReadSpan = 10 * time.Minute

// Read is the record that somebody was shown personal data. It was on disk
// before they were.
type Read struct {
	Position int64          `json:"position"` // in the log of access
	At       time.Time      `json:"at"`       // UTC; repeats within ReadSpan are in this record
	Actor    casefile.Actor `json:"actor"`
	CaseID   string         `json:"case_id,omitempty"`   // empty for lists that name nobody
	PersonID string         `json:"person_id,omitempty"` // when one person was asked for
	ReadData
}

// ReadData is what a record says beside who, when and about whom: codes.
type ReadData struct {
	Purpose string `json:"purpose"`           // of access/purposes.csv
	Shown   string `json:"shown"`             // of access/reads.csv: case, history, capsule ...
	Through string `json:"through"`           // api or console
	Grounds string `json:"grounds,omitempty"` // id of the delegation or emergency that let the reader in
}

// ReadQuery selects records of reads, newest first. Empty fields do not restrict.
type ReadQuery struct {
	CaseID       string
	Since, Until time.Time
	Cursor       string
	Limit        int
}
