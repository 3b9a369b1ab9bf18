// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"slices"
	"time"
)

// Order is a command as it is kept and handed on: who asked what of which case.
// Its Body may hold personal data and is kept sealed.
type Order struct {
	CommandID string // UUID chosen by the client, its Idempotency-Key
	CaseID    string
	Type      string // wire name of the command
	Body      json.RawMessage
	Actor     Actor
	At        time.Time // when it was accepted
	IfVersion int64     // refuse if the case has moved past this version; 0 does not ask
}

// Outcome is what became of a command: the events it led to, or the rule that
// refused it. It holds ids and codes only and may travel anywhere.
type Outcome struct {
	CommandID string     `json:"command_id"`
	CaseID    string     `json:"case_id"`
	Version   int64      `json:"version"` // of the case after the command
	Events    []EventRef `json:"events"`
	Refusal   *Refusal   `json:"refusal,omitempty"`
	Agenda    []Change   `json:"agenda_changes,omitempty"`
	NextWake  time.Time  `json:"next_wake,omitzero"` // when the case must look at its agenda
	Effects   []Effect   `json:"effects,omitempty"`
	Closed    bool       `json:"closed,omitempty"`
}

// EventRef names a recorded event.
type EventRef struct {
	EventID string `json:"event_id"`
	Version int64  `json:"version"`
	Type    string `json:"type"`
}

// Change is how a command changed the agenda, so that whoever corrects a day
// sees what hangs on it.
type Change struct {
	Item    string `json:"item"`
	Subject string `json:"subject,omitempty"`
	Was     string `json:"was,omitempty"` // day, empty when the item is new
	Is      string `json:"is,omitempty"`  // day, empty when the item is gone
}

// Changes compares two agendas.
func Changes(before, after []Due) []Change {
	type thing struct{ item, subject string }
	was := map[thing]string{}
	before, after = openly(before), openly(after)
	for _, d := range before {
		was[thing{d.Item, d.Subject}] = d.Term.Due.String()
	}
	var changes []Change
	for _, d := range after {
		key := thing{d.Item, d.Subject}
		if day := d.Term.Due.String(); was[key] != day {
			changes = append(changes, Change{Item: d.Item, Subject: d.Subject, Was: was[key], Is: day})
		}
		delete(was, key)
	}
	for _, d := range before {
		if day, gone := was[thing{d.Item, d.Subject}]; gone {
			changes = append(changes, Change{Item: d.Item, Subject: d.Subject, Was: day})
		}
	}
	return changes
}

// openly leaves out what not everybody may know of.
func openly(items []Due) []Due {
	return slices.DeleteFunc(slices.Clone(items), func(d Due) bool { return d.Class() == Protected })
}

// StaleVersion refuses a command that was given on an older state of the case.
func StaleVersion(known, version int64) *Refusal {
	r := refusalOf("version_changed", "case.version",
		"La pratica è cambiata nel frattempo (da versione "+itoa(known)+" a "+itoa(version)+"): rileggila e ripeti.",
		"The case has changed meanwhile (from version "+itoa(known)+" to "+itoa(version)+"): read it again and repeat.")
	return r
}
