// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// timelinePage is the history of a case in plain words.
type timelinePage struct {
	CaseID        string
	Family        string
	Long          bool   // with what the engine noted itself, and the fields
	AsOf, KnownAt string // days, empty for no limit
	Entries       []timelineEntry
	More          bool // there are more than are shown
	MayRecord     bool
}

type timelineEntry struct {
	views.Entry
	On     rules.Date
	Late   bool // recorded on a later day than it happened
	By     string
	About  string // who it is about, empty for the family
	Notes  []string
	Fields []fact // shown in the long form
}

// fact is one field of an event.
type fact struct{ Name, Value string }

// entriesAtOnce is more than a case gathers in three years.
const entriesAtOnce = 500

func (s *console) showTimeline(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	asOf, knownAt := endOfDay(r.FormValue("as_of")), endOfDay(r.FormValue("known_at"))
	now, err := s.wholeView(r)
	if err != nil {
		return err
	}
	view, err := s.viewAt(r, asOf, knownAt, now.Guard)
	if err != nil {
		return err
	}
	found, err := s.Views.History(r.Context(), views.HistoryQuery{CaseID: chi.URLParam(r, "case_id"), AsOf: asOf, KnownAt: knownAt, Limit: entriesAtOnce})
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page := timelinePage{CaseID: view.CaseID, Family: s.glance(v.voice, view).Family, Long: r.FormValue("long") != "",
		AsOf: r.FormValue("as_of"), KnownAt: r.FormValue("known_at"), More: found.Next != "",
		MayRecord: s.Rights.Route("POST", "/v1/cases/{case_id}/commands").Roles[v.who.Role]}
	names := v.voice.names(view.People)
	for _, entry := range slices.Backward(access.GuardedHistory(found.Items, now.Guard, v.who.Actor)) {
		if line := describe(v.voice, entry, names, operators); page.Long || !notedByEngine(entry.Type) {
			page.Entries = append(page.Entries, line)
		}
	}
	return s.show(w, r, http.StatusOK, "timeline", v.voice.say("timeline.title", "family", page.Family), page)
}

func notedByEngine(name string) bool { return name == "term_lapsed" || name == "reminder_raised" }

// endOfDay is the instant at which a day typed by a person is over in Rome;
// zero for no day.
func endOfDay(day string) time.Time {
	d, err := rules.ParseDate(day)
	if err != nil {
		return time.Time{}
	}
	return d.End().Add(-time.Nanosecond)
}

func (v voice) names(people []casefile.Person) map[string]string {
	names := map[string]string{}
	for _, p := range people {
		names[p.PersonID] = v.fullName(p)
	}
	return names
}

func describe(v voice, entry views.Entry, names map[string]string, operators map[string]views.Operator) timelineEntry {
	line := timelineEntry{Entry: entry, On: rules.DateOf(entry.OccurredAt), By: v.say("role." + string(entry.Actor.Role))}
	line.Late = rules.DateOf(entry.RecordedAt) != line.On
	if name := operators[entry.Actor.ID].Name; name != "" {
		line.By = name
	}
	data := map[string]any{}
	_ = json.Unmarshal(entry.Data, &data) // the log holds JSON only
	for _, key := range []string{"member_id", "person_id"} {
		if id, ok := data[key].(string); ok && line.About == "" {
			line.About = names[id]
		}
	}
	for _, private := range entry.Private {
		if private.Note != "" {
			line.Notes = append(line.Notes, private.Note)
		}
	}
	line.Fields = v.facts(data, names)
	return line
}

// facts puts an event's fields into words, in the order of their names.
func (v voice) facts(data map[string]any, names map[string]string) []fact {
	var facts []fact
	for name, value := range data {
		facts = append(facts, fact{v.known("field."+name, name), v.value(value, names)})
	}
	slices.SortFunc(facts, func(a, b fact) int { return compare(a.Name, b.Name) })
	return facts
}

// value puts one field's value into words: days as people write them, ids of
// people as their names, codes by their texts.
func (v voice) value(value any, names map[string]string) string {
	switch value := value.(type) {
	case string:
		if d, err := rules.ParseDate(value); err == nil {
			return v.day(d)
		}
		if name, known := names[value]; known {
			return name
		}
		return v.known("code."+value, value)
	case bool:
		if value {
			return v.say("yes")
		}
		return v.say("no")
	case map[string]any:
		if due, ok := value["due"].(string); ok {
			return v.value(due, names)
		}
	}
	raw, _ := json.Marshal(value)
	return string(raw)
}
