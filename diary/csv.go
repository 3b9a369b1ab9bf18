// SPDX-License-Identifier: AGPL-3.0-or-later

package diary

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"ricongiungi/rules"
)

var header = []string{"resource", "kind", "place", "languages", "days", "opens", "closes", "status"}

// Load reads a diary: a row for each resource and its hours on the days named.
// The error lists each bad line with its reason.
func Load(name string, file io.Reader, book *rules.Book) (*Diary, error) {
	reader := csv.NewReader(file)
	reader.Comment = '#'
	d := &Diary{book: book}
	var problems []error
	for first := true; ; first = false {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if first {
			if !slices.Equal(record, header) {
				return nil, fmt.Errorf("%s line 1: the columns must be %s", name, strings.Join(header, ","))
			}
			continue
		}
		line, _ := reader.FieldPos(0)
		resource, err := parse(record)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s line %d: %w", name, line, err))
			continue
		}
		d.add(resource)
	}
	return d, errors.Join(problems...)
}

// add joins the rows of one resource.
func (d *Diary) add(r Resource) {
	for i, known := range d.resources {
		if known.id() == r.id() {
			d.resources[i].Hours = append(d.resources[i].Hours, r.Hours...)
			return
		}
	}
	d.resources = append(d.resources, r)
}

var plainCode = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

func parse(record []string) (Resource, error) {
	r := Resource{Code: record[0], Kind: record[1], Place: record[2], Languages: strings.Fields(record[3]), Sample: record[7] == "sample"}
	switch {
	case !plainCode.MatchString(r.Code):
		return r, fmt.Errorf("resource: %q is no code of lower-case letters, digits, '_' and '-'", r.Code)
	case r.Kind != Room && r.Kind != Mediator:
		return r, fmt.Errorf("kind: %q is neither room nor mediator", r.Kind)
	case r.Kind == Room && !plainCode.MatchString(r.Place):
		return r, fmt.Errorf("place: %q is no code; a room has a place", r.Place)
	case r.Kind == Mediator && len(r.Languages) == 0:
		return r, errors.New("languages: a mediator has at least one")
	case record[7] != "sample" && record[7] != "office":
		return r, fmt.Errorf("status: %q is neither office nor sample", record[7])
	}
	return r.open(record[4], record[5], record[6])
}

var weekdays = map[string]time.Weekday{"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday}

// open gives the resource its hours on each of the days.
func (r Resource) open(days, opens, closes string) (Resource, error) {
	from, errOpens := time.Parse("15:04", opens)
	to, errCloses := time.Parse("15:04", closes)
	if errOpens != nil || errCloses != nil || !from.Before(to) {
		return r, fmt.Errorf("opens, closes: %q and %q are no hours written as HH:MM, one before the other", opens, closes)
	}
	for _, word := range strings.Fields(days) {
		day, known := weekdays[word]
		if !known {
			return r, fmt.Errorf("days: %q is none of mon, tue, wed, thu, fri, sat, sun", word)
		}
		r.Hours = append(r.Hours, Hours{day, minutesOf(from), minutesOf(to)})
	}
	if len(r.Hours) == 0 {
		return r, errors.New("days: at least one is needed")
	}
	return r, nil
}
