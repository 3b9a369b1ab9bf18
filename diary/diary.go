// SPDX-License-Identifier: AGPL-3.0-or-later

// Package diary knows the hub's rooms and mediators with their hours, and tells
// which appointments are still free.
package diary

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// The kinds of things that an appointment holds.
const (
	Room     = "room"
	Mediator = "mediator"
)

// Resource is a room or a mediator. A mediator is named by a code, never by name.
type Resource struct {
	Code      string
	Kind      string   // room or mediator
	Place     string   // code of the place, such as "hub"; empty for mediators
	Languages []string // BCP 47, of mediators
	Hours     []Hours
	Sample    bool // invented, for trying out
}

// Hours are when a resource can be booked on one day of the week, in Rome.
type Hours struct {
	Day           time.Weekday
	Opens, Closes int // minutes after midnight
}

// id is the name under which an appointment holds the resource.
func (r Resource) id() string { return r.Kind + ":" + r.Code }

// offers tells whether the resource can be booked for the whole stretch.
func (r Resource) offers(from, to time.Time) bool {
	from, to = from.In(rules.Rome), to.In(rules.Rome)
	opens, closes := minutesOf(from), minutesOf(from)+int(to.Sub(from).Minutes())
	return slices.ContainsFunc(r.Hours, func(h Hours) bool {
		return h.Day == from.Weekday() && h.Opens <= opens && closes <= h.Closes
	})
}

func minutesOf(t time.Time) int { return t.Hour()*60 + t.Minute() }

// Diary is all that can be booked. It is read-only.
type Diary struct {
	resources []Resource
	book      *rules.Book // for its holidays
}

//go:embed diary.csv
var sample string

// Sample is the diary compiled into the program: plausible and invented.
func Sample(book *rules.Book) *Diary {
	d, err := Load("diary.csv", strings.NewReader(sample), book)
	if err != nil {
		panic(err) // a test loads it: a broken file does not reach a release
	}
	return d
}

// Refuses says why a claim cannot be met whoever else asks: the resource is not
// known, or not there at that time. No text means that it can.
func (d *Diary) Refuses(c casefile.Claim) (rules.Text, bool) {
	at := slices.IndexFunc(d.resources, func(r Resource) bool { return r.id() == c.Resource })
	if at < 0 {
		return rules.Text{
			It: "La stanza o il mediatore non è nell'agenda del servizio: scegli fra quelli di GET /v1/appointment-slots.",
			En: "The room or the mediator is not in the hub's diary: choose among those of GET /v1/appointment-slots.",
		}, true
	}
	if !d.book.Working(rules.DateOf(c.From)) || !d.resources[at].offers(c.From, c.To) {
		return rules.Text{
			It: "La stanza o il mediatore non è disponibile in quel giorno e orario: scegli fra quelli di GET /v1/appointment-slots.",
			En: "The room or the mediator is not there on that day and hour: choose among those of GET /v1/appointment-slots.",
		}, true
	}
	return rules.Text{}, false
}

// Query asks for free appointments between two days, both included.
type Query struct {
	From, To rules.Date
	Minutes  int
	Language string    // of a mediator; none is looked for when empty
	Room     string    // code; any when empty
	After    time.Time // only appointments that begin later
	Limit    int
}

// Taken is a resource that somebody holds.
type Taken struct {
	Resource string
	From, To time.Time
}

// Slot is a free appointment; At is in UTC.
type Slot struct {
	At       time.Time `json:"at"`
	Minutes  int       `json:"minutes"`
	Place    string    `json:"place"`
	Room     string    `json:"room"`
	Mediator string    `json:"mediator,omitempty"`
	Language string    `json:"mediator_language,omitempty"`
}

// String is the slot as a refusal names it, in Rome's time.
func (s Slot) String() string {
	text := s.At.In(rules.Rome).Format("2006-01-02 15:04") + " " + s.Room
	if s.Mediator != "" {
		text += " + " + s.Mediator
	}
	return text
}

// step is how far apart appointments may begin.
const step = 30 * time.Minute

// Free lists free appointments, soonest first.
func (d *Diary) Free(q Query, taken []Taken) []Slot {
	slots := []Slot{}
	for day := q.From; !day.After(q.To); day = day.AddDays(1) {
		if !d.book.Working(day) {
			continue
		}
		for at := day.Start().Add(7 * time.Hour); rules.DateOf(at) == day; at = at.Add(step) {
			if !at.After(q.After) {
				continue
			}
			if slots = d.freeAt(slots, at, q, taken); len(slots) >= q.Limit {
				return slots[:q.Limit]
			}
		}
	}
	return slots
}

// freeAt adds a slot for each room that is free, with a mediator who is.
func (d *Diary) freeAt(slots []Slot, at time.Time, q Query, taken []Taken) []Slot {
	to := at.Add(time.Duration(q.Minutes) * time.Minute)
	mediator := ""
	if q.Language != "" {
		if mediator = d.mediator(q.Language, at, to, taken); mediator == "" {
			return slots
		}
	}
	for _, r := range d.resources {
		if r.Kind == Room && (q.Room == "" || q.Room == r.Code) && free(r, at, to, taken) {
			slots = append(slots, Slot{At: at.UTC(), Minutes: q.Minutes, Place: r.Place, Room: r.Code, Mediator: mediator, Language: q.Language})
		}
	}
	return slots
}

func (d *Diary) mediator(language string, from, to time.Time, taken []Taken) string {
	base, _, _ := strings.Cut(language, "-")
	for _, r := range d.resources {
		speaks := slices.Contains(r.Languages, language) || slices.Contains(r.Languages, base)
		if r.Kind == Mediator && speaks && free(r, from, to, taken) {
			return r.Code
		}
	}
	return ""
}

func free(r Resource, from, to time.Time, taken []Taken) bool {
	return r.offers(from, to) && !slices.ContainsFunc(taken, func(t Taken) bool {
		return t.Resource == r.id() && t.From.Before(to) && from.Before(t.To)
	})
}

// Near lists free appointments like the one that was refused, nearest to its
// hour first, within the week after it.
func (d *Diary) Near(wanted Slot, now time.Time, taken []Taken) []Slot {
	day := rules.DateOf(wanted.At)
	found := d.Free(Query{From: day, To: day.AddDays(7), Minutes: wanted.Minutes, Language: wanted.Language, After: now, Limit: 500}, taken)
	apart := func(s Slot) time.Duration { return s.At.Sub(wanted.At).Abs() }
	slices.SortStableFunc(found, func(a, b Slot) int { return cmp.Compare(apart(a), apart(b)) })
	return found[:min(len(found), 3)]
}

// LanguageOf is the first language of a mediator, empty when nobody knows them.
func (d *Diary) LanguageOf(mediator string) string {
	for _, r := range d.resources {
		if r.Kind == Mediator && r.Code == mediator && len(r.Languages) > 0 {
			return r.Languages[0]
		}
	}
	return ""
}
