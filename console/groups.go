// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
)

//go:embed groups.csv
var groupTable string

// groupsOfCommands says under which heading each command is offered, in the
// order of the table.
var groupsOfCommands = readGroups(groupTable)

//go:embed next.csv
var nextTable string

// commandsNext says which command an item of the agenda most likely leads to.
var commandsNext = readPairs("next commands", nextTable)

// readPairs reads a table that leads from one name to another.
func readPairs(name, table string) map[string]string {
	pairs := map[string]string{}
	for _, row := range readTable(name, table, 2) {
		pairs[row[0]] = row[1]
	}
	return pairs
}

// groupRow is one command with its heading.
type groupRow struct{ command, group string }

func readGroups(table string) []groupRow {
	var rows []groupRow
	for _, row := range readTable("groups of commands", table, 2) {
		rows = append(rows, groupRow{row[0], row[1]})
	}
	return rows
}

// readTable gives the rows below the head of a table. It panics on a broken one:
// the tables are part of the program.
func readTable(name, table string, columns int) [][]string {
	reader := csv.NewReader(strings.NewReader(table))
	reader.Comment, reader.FieldsPerRecord = '#', columns
	records, err := reader.ReadAll()
	if err != nil {
		panic(fmt.Errorf("console: %s: %w", name, err))
	}
	return records[1:]
}
