// SPDX-License-Identifier: AGPL-3.0-or-later

package desk

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/table"
	"ricongiungi/views"
)

// Columns are the headings of the sheet of places. Name, Municipio, level and
// known help whoever fills it in and are not read.
var Columns = []string{"school_code", "name", "municipio", "level", "grade", "on", "places", "said_by", "pupils", "non_italian", "newly_arrived", "language_help", "known"}

// Sheet writes all places that are asked for, as a table to be filled in and
// sent back.
func (d *Desk) Sheet(ctx context.Context, q views.SchoolQuery) ([]byte, error) {
	var written bytes.Buffer
	w := csv.NewWriter(&written)
	_ = w.Write(Columns) // a buffer takes everything
	for q.Limit = 500; ; {
		page, err := d.Schools(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, p := range Places(page.Items, q.Grade) {
			_ = w.Write(p.cells())
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	w.Flush()
	return written.Bytes(), nil
}

func (p PlacesOf) cells() []string {
	cells := []string{p.School.Code, harmless(p.School.Name), strconv.Itoa(p.School.Municipio), p.School.Level, strconv.Itoa(p.Grade)}
	if p.Known == nil {
		return append(cells, "", "", "", "", "", "", "", p.Knowledge())
	}
	k := p.Known
	return append(cells, k.On.String(), strconv.Itoa(k.Places), k.SaidBy, numberOf(k.Pupils), numberOf(k.NonItalian), numberOf(k.NewlyArrived), answerOf(k.LanguageHelp), p.Knowledge())
}

// harmless keeps a spreadsheet from taking a name for a formula.
func harmless(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r") {
		return "'" + text
	}
	return text
}

func numberOf(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func answerOf(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "yes"
	}
	return "no"
}

// Taken is what became of a sheet.
type Taken struct {
	Entered   int      `json:"entered"`
	Unchanged int      `json:"unchanged"` // said already, or left empty
	Rejected  []Reject `json:"rejected"`
}

// Reject is a row that was not taken, and why.
type Reject = table.Reject

// Unreadable means that a file is no sheet of places.
type Unreadable struct{ Reason string }

// Error gives the reason, which holds no cell of the file.
func (u *Unreadable) Error() string { return "desk: sheet: " + u.Reason }

// missingColumn is the first column without which nothing can be read.
func missingColumn(t table.Table) string {
	for _, name := range []string{"school_code", "grade", "places"} {
		if !slices.Contains(t.Headings, table.Heading(name)) {
			return name
		}
	}
	return ""
}

// TakeSheet enters the figures of a sheet under the key, but for those that were
// said already; rows that cannot be taken come back with their reason. A rehearsal
// enters nothing. Errors: *Unreadable, views.ErrOtherContent.
func (d *Desk) TakeSheet(ctx context.Context, by casefile.Actor, raw []byte, key string, rehearsal bool) (Taken, error) {
	read, err := table.Read(raw)
	if err != nil {
		return Taken{}, &Unreadable{err.Error()}
	}
	if missing := missingColumn(read); missing != "" {
		return Taken{}, &Unreadable{"the heading has no column " + missing}
	}
	taken := Taken{Rejected: append([]Reject{}, read.Rejected...)}
	known, err := d.known(ctx)
	if err != nil {
		return taken, err
	}
	entries := views.PlaceEntries{Key: key, By: by.ID}
	for _, row := range read.Rows {
		if row.Get("PLACES") == "" {
			taken.Unchanged++
			continue
		}
		entry, field, reason := entryOf(row, d.today())
		if reason == "" {
			field, reason = known.problem(entry)
		}
		switch {
		case reason != "":
			taken.Rejected = append(taken.Rejected, row.Reject(field, "must be "+reason))
		case known.said(entry):
			taken.Unchanged++
		default:
			entries.Entries = append(entries.Entries, entry)
		}
	}
	taken.Entered = len(entries.Entries)
	if rehearsal || taken.Entered == 0 {
		return taken, nil
	}
	return taken, d.EnterPlaces(ctx, entries)
}

// entryOf reads a row. The day is today's and the word the department's when the
// row does not say. A reason completes "must be ...".
func entryOf(row table.Row, today rules.Date) (e schools.Entry, field, reason string) {
	e = schools.Entry{SchoolCode: strings.ToUpper(row.Get("SCHOOLCODE", "CODICESCUOLA")), On: today, SaidBy: "department"}
	if said := row.Get("SAIDBY"); said != "" {
		e.SaidBy = strings.ToLower(said)
	}
	if on := row.Get("ON"); on != "" {
		day, err := rules.ParseDate(on)
		if err != nil || day.After(today) {
			return e, "on", "a day up to today, written as YYYY-MM-DD"
		}
		e.On = day
	}
	var ok [2]bool
	e.Grade, ok[0] = whole(row.Get("GRADE"))
	e.Places, ok[1] = whole(row.Get("PLACES"))
	switch {
	case !ok[0]:
		return e, "grade", "a grade from -2 to 13"
	case !ok[1]:
		return e, "places", "a number of places from 0 to 999"
	}
	if field, reason = readShares(&e, row); reason != "" {
		return e, field, reason
	}
	field, reason = e.Problem()
	return e, field, reason
}

// readShares reads what may be told beside the places.
func readShares(e *schools.Entry, row table.Row) (field, reason string) {
	for _, part := range []struct {
		heading, field string
		into           **int
	}{{"PUPILS", "pupils", &e.Pupils}, {"NONITALIAN", "non_italian", &e.NonItalian}, {"NEWLYARRIVED", "newly_arrived", &e.NewlyArrived}} {
		text := row.Get(part.heading)
		if text == "" {
			continue
		}
		n, ok := whole(text)
		if !ok {
			return part.field, "a whole number"
		}
		*part.into = &n
	}
	switch help := strings.ToLower(row.Get("LANGUAGEHELP")); help {
	case "":
	case "yes", "sì", "si", "no":
		yes := help != "no"
		e.LanguageHelp = &yes
	default:
		return "language_help", "yes or no"
	}
	return "", ""
}

func whole(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil
}
