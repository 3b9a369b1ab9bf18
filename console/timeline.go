// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

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
	On      rules.Date
	Late    bool // recorded on a later day than it happened
	By      string
	About   string // who it is about, empty for the family
	Notes   []string
	Fields  []fact     // shown in the long form
	Amended *amendment // what was said later about it
	Undo    bool       // it may be annulled
	Correct bool       // there is a form that says it anew
}

// amendment is how an entry was corrected or annulled: the entry that did it,
// why, and what it changed.
type amendment struct {
	views.Entry
	By, Reason string
	Changes    []change
}

// change is one field in both versions.
type change struct{ Name, Was, Is string }

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
	found, err := s.Views.History(r.Context(), views.HistoryQuery{CaseID: chi.URLParam(r, "case_id"), AsOf: asOf, KnownAt: knownAt, Limit: entriesAtOnce,
		WithRestricted: access.SeesRestricted(v.who.Role)})
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
	page.Entries = s.story(v, access.GuardedHistory(found.Items, now.Guard, v.who.Actor), v.voice.names(view.People), operators, page.Long)
	return s.show(w, r, http.StatusOK, "timeline", v.voice.say("timeline.title", "family", page.Family), page)
}

// story puts the entries into words, the latest first. What amends an earlier
// one is told where that one stands; the long form tells it in its own place too.
func (s *console) story(v *visit, entries []views.Entry, names map[string]string, operators map[string]views.Operator, long bool) []timelineEntry {
	amendments := amendmentsOf(entries)
	var lines []timelineEntry
	for _, entry := range slices.Backward(entries) {
		if !long && (notedByEngine(entry.Type) || amends(entry.Type)) {
			continue
		}
		line := describe(v.voice, entry, names, operators)
		if by, ok := amendments[entry.EventID]; ok {
			line.Amended = v.voice.amendment(entry, by, names, operators)
		}
		s.offer(&line, v.who.Role)
		lines = append(lines, line)
	}
	return lines
}

// entries are all of the case that the operator may know of, oldest first.
func (s *console) entries(r *http.Request, caseID string) ([]views.Entry, error) {
	view, err := s.wholeView(r)
	if err != nil {
		return nil, err
	}
	found, err := s.Views.History(r.Context(), views.HistoryQuery{CaseID: caseID, Limit: entriesAtOnce, WithRestricted: access.SeesRestricted(visitOf(r).who.Role)})
	return access.GuardedHistory(found.Items, view.Guard, visitOf(r).who.Actor), err
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
	line := timelineEntry{Entry: entry, On: rules.DateOf(entry.OccurredAt), By: v.actor(entry.Actor, operators)}
	line.Late = rules.DateOf(entry.RecordedAt) != line.On
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

// actor is somebody's name, or what they are.
func (v voice) actor(a casefile.Actor, operators map[string]views.Operator) string {
	if name := operators[a.ID].Name; name != "" {
		return name
	}
	return v.say("role." + string(a.Role))
}

// facts puts an event's fields into words, in the order of their names. Ids that
// are nobody's name say nothing to a reader.
func (v voice) facts(data map[string]any, names map[string]string) []fact {
	var facts []fact
	for name, value := range data {
		if id, ok := value.(string); ok && uuid.Validate(id) == nil && names[id] == "" {
			continue
		}
		facts = append(facts, fact{v.known("field."+name, name), v.field(name, value, names)})
	}
	slices.SortFunc(facts, func(a, b fact) int { return compare(a.Name, b.Name) })
	return facts
}

// field is the value of a field of that name: some hold codes of languages,
// countries or things to do.
func (v voice) field(name string, value any, names map[string]string) string {
	text, _ := value.(string)
	switch name {
	case "language", "contact_language", "asked", "mediator_language":
		return v.tongue(text)
	case "citizenship", "school_country", "consulate":
		return v.country(text)
	case "item":
		return v.known("item."+text, v.code(text))
	case "part":
		return v.known("group."+text, text)
	case "service":
		return v.known("service."+text, text)
	case "responsible":
		return v.say("role." + text)
	case "kinship":
		return v.say("kinship." + text)
	case "languages":
		list, _ := value.([]any)
		var tongues []string
		for _, one := range list {
			code, _ := one.(string)
			tongues = append(tongues, v.tongue(code))
		}
		return strings.Join(tongues, ", ")
	}
	return v.value(value, names)
}

// value puts a value into words: days and hours as people write them, ids of
// people as their names, codes by their texts, terms by their last day.
func (v voice) value(value any, names map[string]string) string {
	switch value := value.(type) {
	case string:
		return v.text(value, names)
	case bool:
		if value {
			return v.say("yes")
		}
		return v.say("no")
	case []any:
		var parts []string
		for _, one := range value {
			parts = append(parts, v.value(one, names))
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		if due, ok := value["due"].(string); ok {
			return v.text(due, names)
		}
		var parts []string
		for _, f := range v.facts(value, names) {
			parts = append(parts, f.Name+": "+f.Value)
		}
		return strings.Join(parts, "; ")
	}
	raw, _ := json.Marshal(value)
	return string(raw)
}

func (v voice) text(value string, names map[string]string) string {
	if d, err := rules.ParseDate(value); err == nil {
		return v.day(d)
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return v.moment(at)
	}
	if name, known := names[value]; known {
		return name
	}
	return v.known("code."+value, value)
}
