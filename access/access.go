// SPDX-License-Identifier: AGPL-3.0-or-later

// Package access is who may see what, do what and read for which purpose: tables
// that people can read, and the one place that reads them.
package access

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

//go:embed routes.csv
var routeTable string

//go:embed commands.csv
var commandTable string

//go:embed offices.csv
var officeTable string

// ErrForbidden says that the role may not do it.
var ErrForbidden = errors.New("access: not for this role")

// Permission is one row of a table: who may.
type Permission struct {
	Anyone bool // also without signing in
	Roles  map[casefile.Role]bool
}

// Everybody is the permission of what needs no sign-in.
var Everybody = Permission{Anyone: true}

// Rights holds the tables.
type Rights struct {
	Routes   map[string]Permission // by method and pattern, such as "GET /v1/cases"
	Commands map[string]Permission // by wire name
	Purposes Purposes
	offices  map[string][]string // hubs whose cases an office sees
	readings map[string]Reading  // by method and pattern
}

// Default holds the tables that come with the program. It panics on a broken
// one: they are part of the program, and a test reads them.
func Default() Rights {
	offices, err := readOffices(strings.NewReader(officeTable))
	if err != nil {
		panic(err)
	}
	return Rights{Routes: readTable(routeTable, 2), Commands: readTable(commandTable, 1), Purposes: readPurposes(purposeTable),
		offices: offices, readings: readReadings(readingTable)}
}

// WithOffices replaces the table of offices by an office's own, of the same
// format. Errors name what is wrong with the file.
func (r Rights) WithOffices(file io.Reader) (Rights, error) {
	offices, err := readOffices(file)
	r.offices = offices
	return r, err
}

// readTable reads rows whose first columns name the thing and whose other
// columns say yes or no.
func readTable(table string, keys int) map[string]Permission {
	records := readRecords(table)
	rows := map[string]Permission{}
	for _, record := range records[1:] {
		row := Permission{Roles: map[casefile.Role]bool{}}
		for i, column := range records[0][keys:] {
			yes := record[keys+i] == "yes"
			if column == "anyone" {
				row.Anyone = yes
				continue
			}
			row.Roles[casefile.Role(column)] = yes
		}
		rows[strings.Join(record[:keys], " ")] = row
	}
	return rows
}

func readOffices(file io.Reader) (map[string][]string, error) {
	reader := tableReader(file)
	reader.FieldsPerRecord = 2
	records, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("access: offices: %w", err)
	}
	if len(records) == 0 || !slices.Equal(records[0], []string{"office", "sees"}) {
		return nil, errors.New("access: offices: the first row must be office,sees")
	}
	offices := map[string][]string{}
	for _, record := range records[1:] {
		offices[record[0]] = append(offices[record[0]], record[1])
	}
	return offices, nil
}

func tableReader(file io.Reader) *csv.Reader {
	reader := csv.NewReader(file)
	reader.Comment = '#'
	return reader
}

// Route is who may use a route; nobody when it has no row.
func (r Rights) Route(method, pattern string) Permission { return r.Routes[method+" "+pattern] }

// Offices are the hubs whose cases the actor's office sees; never nil.
func (r Rights) Offices(actor casefile.Actor) []string {
	return append([]string{}, r.offices[actor.Office]...)
}

// Sees tells whether the actor's office sees cases of the hub.
func (r Rights) Sees(actor casefile.Actor, hub string) bool {
	return slices.Contains(r.offices[actor.Office], hub)
}

// Search is the search for people, kept to those of whom the actor may know.
func (r Rights) Search(actor casefile.Actor, text string, born rules.Date, limit int) views.PeopleQuery {
	return views.PeopleQuery{Text: text, Born: born, Offices: r.Offices(actor), PupilsOnly: !SeesAll(actor.Role),
		WithRestricted: SeesRestricted(actor.Role), Limit: limit}
}

// Command refuses commands that the role may not give. Who corrects an event
// gives the right command anew and needs the right to give it. Errors:
// ErrForbidden, or that data is not JSON.
func (r Rights) Command(role casefile.Role, name string, data []byte) error {
	if !r.Commands[name].Roles[role] {
		return ErrForbidden
	}
	if name != "correct_event" {
		return nil
	}
	var correction struct{ Type string }
	if err := json.Unmarshal(data, &correction); err != nil {
		return fmt.Errorf("access: read correction: %w", err)
	}
	return r.Command(role, correction.Type, nil)
}
