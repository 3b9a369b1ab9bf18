// SPDX-License-Identifier: AGPL-3.0-or-later

package access

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

//go:embed reads.csv
var readingTable string

//go:embed purposes.csv
var purposeTable string

// ErrPurpose says that the role may not read for that purpose.
var ErrPurpose = errors.New("access: not a purpose of this role")

// Reading is what a route shows of persons, and for which purpose unless the
// reader says another; an empty purpose is the default of the reader's role.
type Reading struct{ Shows, Purpose string }

// Existence is what somebody learns who is told to ask another office.
var Existence = Reading{Shows: "existence"}

// Purposes holds for which purposes each role may read.
type Purposes struct {
	names    []string // in the order of the table
	allowed  map[string]map[casefile.Role]bool
	defaults map[casefile.Role]string
	texts    map[string]rules.Text
}

// readReadings reads the table of what routes show. It panics on a broken one,
// as readTable does.
func readReadings(table string) map[string]Reading {
	readings := map[string]Reading{}
	for _, record := range readRecords(table)[1:] {
		readings[record[0]+" "+record[1]] = Reading{Shows: record[2], Purpose: record[3]}
	}
	return readings
}

func readPurposes(table string) Purposes {
	p := Purposes{allowed: map[string]map[casefile.Role]bool{}, defaults: map[casefile.Role]string{}, texts: map[string]rules.Text{}}
	records := readRecords(table)
	last := len(records[0]) - 2 // the two texts
	for _, record := range records[1:] {
		name := record[0]
		p.names, p.allowed[name] = append(p.names, name), map[casefile.Role]bool{}
		p.texts[name] = rules.Text{It: record[last], En: record[last+1]}
		for i, role := range records[0][1:last] {
			p.allowed[name][casefile.Role(role)] = record[i+1] != "no"
			if record[i+1] == "default" {
				p.defaults[casefile.Role(role)] = name
			}
		}
	}
	return p
}

func readRecords(table string) [][]string {
	records, err := tableReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		panic(fmt.Errorf("access: %w", err))
	}
	return records
}

// Reading is what a route shows of persons. What is asked of one case or person
// shows something of them unless its row says "nothing".
func (r Rights) Reading(method, pattern string) (Reading, bool) {
	reading, known := r.readings[method+" "+pattern]
	if !known && (strings.Contains(pattern, "{case_id}") || strings.Contains(pattern, "{person_id}")) {
		return Reading{Shows: "case"}, true
	}
	return reading, known && reading.Shows != "nothing"
}

// Purpose is what a read by the role is for: what the reader says, the route's
// own, or the role's default. Errors: ErrPurpose.
func (r Rights) Purpose(role casefile.Role, reading Reading, said string) (string, error) {
	for _, purpose := range []string{said, reading.Purpose, r.Purposes.defaults[role]} {
		switch {
		case purpose == "":
			continue
		case r.Purposes.allowed[purpose][role]:
			return purpose, nil
		case purpose == said:
			return "", ErrPurpose
		}
	}
	return "", ErrPurpose
}

// Of lists the purposes for which the role may read.
func (p Purposes) Of(role casefile.Role) []string {
	var names []string
	for _, name := range p.names {
		if p.allowed[name][role] {
			names = append(names, name)
		}
	}
	return names
}

// Names lists all purposes.
func (p Purposes) Names() []string { return append([]string{}, p.names...) }

// Text is a purpose in words.
func (p Purposes) Text(name string) rules.Text { return p.texts[name] }

// Records are what is to be recorded when the actor is shown something of the
// cases, or of nobody in particular when there is none.
func (g Reading) Records(actor casefile.Actor, purpose, through string, caseIDs []string, personID string) []views.Read {
	read := views.Read{Actor: actor, PersonID: personID, ReadData: views.ReadData{Purpose: purpose, Shown: g.Shows, Through: through}}
	if len(caseIDs) == 0 {
		return []views.Read{read}
	}
	reads := make([]views.Read, len(caseIDs))
	for i, id := range caseIDs {
		reads[i] = read
		reads[i].CaseID = id
	}
	return reads
}
