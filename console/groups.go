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

// groupRow is one command with its heading.
type groupRow struct{ command, group string }

// readGroups panics on a broken table: it is part of the program.
func readGroups(table string) []groupRow {
	reader := csv.NewReader(strings.NewReader(table))
	reader.Comment, reader.FieldsPerRecord = '#', 2
	records, err := reader.ReadAll()
	if err != nil {
		panic(fmt.Errorf("console: groups of commands: %w", err))
	}
	var rows []groupRow
	for _, record := range records[1:] {
		rows = append(rows, groupRow{record[0], record[1]})
	}
	return rows
}
