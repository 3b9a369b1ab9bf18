// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

//go:embed origins.csv
var originTable string

// commandOfEvent says which command records an event, for saying it anew.
var commandOfEvent = readPairs("origins of events", originTable)

func amends(name string) bool { return name == "event_corrected" || name == "event_annulled" }

// amending is what an amendment holds on the wire.
type amending struct {
	EventID    string         `json:"event_id"`
	Reason     string         `json:"reason"`
	OccurredAt time.Time      `json:"corrected_occurred_at"`
	Data       map[string]any `json:"corrected_data"`
}

// amendmentsOf gives the last amendment of each event.
func amendmentsOf(entries []views.Entry) map[string]views.Entry {
	last := map[string]views.Entry{}
	for _, entry := range entries {
		var said amending
		if amends(entry.Type) && json.Unmarshal(entry.Data, &said) == nil {
			last[said.EventID] = entry
		}
	}
	return last
}

func (v voice) amendment(entry, by views.Entry, names map[string]string, operators map[string]views.Operator) *amendment {
	var said amending
	_ = json.Unmarshal(by.Data, &said) // amendmentsOf has read it
	a := &amendment{Entry: by, By: v.actor(by.Actor, operators), Reason: v.code(said.Reason)}
	if by.Type == "event_annulled" {
		return a
	}
	if was, is := rules.DateOf(entry.OccurredAt), rules.DateOf(said.OccurredAt); was != is {
		a.Changes = append(a.Changes, change{v.say("field.on"), v.day(was), v.day(is)})
	}
	was := map[string]any{}
	_ = json.Unmarshal(entry.Data, &was) // the log holds JSON only
	a.Changes = append(a.Changes, v.changes(was, said.Data, names)...)
	for person, now := range by.Private {
		a.Changes = append(a.Changes, v.particulars(entry.Private[person], now)...)
	}
	return a
}

// changes are the fields that differ, in the order of their names.
func (v voice) changes(was, is map[string]any, names map[string]string) []change {
	var found []change
	keys := maps.Clone(was)
	maps.Copy(keys, is)
	for name := range keys {
		before, after := v.shown(name, was[name], names), v.shown(name, is[name], names)
		if before != after {
			found = append(found, change{v.known("field."+name, name), before, after})
		}
	}
	slices.SortFunc(found, func(a, b change) int { return compare(a.Name, b.Name) })
	return found
}

// shown is a value in words; nothing for one that is not there.
func (v voice) shown(name string, value any, names map[string]string) string {
	if value == nil {
		return ""
	}
	return v.field(name, value, names)
}

// particulars compares who somebody is said to be.
func (v voice) particulars(was, is casefile.Particulars) []change {
	return v.changes(fieldsOf(was), fieldsOf(is), nil)
}

// fieldsOf takes a thing apart as it is written on the wire.
func fieldsOf(thing any) map[string]any {
	raw, err := json.Marshal(thing)
	fields := map[string]any{}
	if err == nil {
		err = json.Unmarshal(raw, &fields)
	}
	if err != nil {
		return nil // only what always marshals is taken apart
	}
	return fields
}

// offer tells what the operator may do about an entry.
func (s *console) offer(line *timelineEntry, role casefile.Role) {
	if line.Superseded == "annulled" || !casefile.Amendable(line.Type) {
		return
	}
	line.Undo = s.Rights.Commands["annul_event"].Roles[role] && casefile.Annullable(line.Type)
	command := commandOfEvent[line.Type]
	line.Correct = command != "" && s.Rights.Commands["correct_event"].Roles[role] && s.Rights.Commands[command].Roles[role]
}
