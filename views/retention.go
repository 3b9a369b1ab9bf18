// SPDX-License-Identifier: AGPL-3.0-or-later

package views

import (
	"time"

	"ricongiungi/rules"
)

// Due is how much of a class of data has had its time.
type Due struct {
	Rule    rules.Keep  `json:"rule"`
	Before  time.Time   `json:"before"` // what began before it has had its time
	Count   int64       `json:"count"`
	Oldest  time.Time   `json:"oldest,omitzero"`
	Held    int64       `json:"held,omitzero"`     // persons who stay because of a legal hold
	Persons []DuePerson `json:"persons,omitempty"` // of closed cases
}

// DuePerson is a person of a closed case who has had their time; ids only.
type DuePerson struct {
	CaseID   string     `json:"case_id"`
	PersonID string     `json:"person_id"`
	ClosedOn rules.Date `json:"closed_on"`
	AskedBy  string     `json:"asked_by,omitempty"` // who asked for the erasure: somebody else confirms it
}

// Removal is what has been removed from a log, and on whose word.
type Removal struct {
	At         time.Time  `json:"at"`
	Class      string     `json:"class"`
	Before     time.Time  `json:"before"`
	Removed    int64      `json:"removed"`
	Rule       rules.Keep `json:"rule"`
	ApprovedBy string     `json:"approved_by"`
	Reason     string     `json:"reason"`
}
