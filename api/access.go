// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"

	"ricongiungi/casefile"
)

//go:embed access.csv
var accessTable string

//go:embed commands.csv
var commandTable string

// permission is one row of a table: who may.
type permission struct {
	anyone bool // also without a token
	roles  map[casefile.Role]bool
}

var everybody = permission{anyone: true}

// rights holds both tables.
type rights struct {
	routes   map[string]permission // by method and pattern
	commands map[string]permission // by name
}

// loadRights panics on a broken table: the tables are part of the program, and
// a test reads them.
func loadRights() rights {
	return rights{routes: readTable(accessTable, 2), commands: readTable(commandTable, 1)}
}

// readTable reads rows whose first columns name the thing and whose other
// columns say yes or no.
func readTable(table string, keys int) map[string]permission {
	reader := csv.NewReader(strings.NewReader(table))
	reader.Comment = '#'
	records, err := reader.ReadAll()
	if err != nil {
		panic(fmt.Errorf("api: access table: %w", err))
	}
	rows := map[string]permission{}
	for _, record := range records[1:] {
		row := permission{roles: map[casefile.Role]bool{}}
		for i, column := range records[0][keys:] {
			yes := record[keys+i] == "yes"
			if column == "anyone" {
				row.anyone = yes
				continue
			}
			row.roles[casefile.Role(column)] = yes
		}
		rows[strings.Join(record[:keys], " ")] = row
	}
	return rows
}

// route is who may use a route; nobody when it has no row.
func (a rights) route(method, pattern string) permission { return a.routes[method+" "+pattern] }

// checkCommand refuses commands that the role may not give. Who corrects an
// event gives the right command anew and needs the right to give it.
func (a rights) checkCommand(role casefile.Role, name string, data []byte) error {
	if !a.commands[name].roles[role] {
		return problemForbidden
	}
	if name != "correct_event" {
		return nil
	}
	var correction struct{ Type string }
	if err := json.Unmarshal(data, &correction); err != nil {
		return fmt.Errorf("read correction: %w", err)
	}
	return a.checkCommand(role, correction.Type, nil)
}

// ownSender keeps officers of the Prefecture to what their own office sent.
// Others see the sender they ask for, or all. Which cases an office may see is
// to be decided here, too.
func ownSender(actor casefile.Actor, asked string) (string, error) {
	if actor.Role != casefile.SUIOfficer {
		return asked, nil
	}
	if asked != "" && asked != actor.Office {
		return "", problemForeignSender
	}
	return actor.Office, nil
}

func roleNames() []string {
	roles := casefile.OperatorRoles()
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = string(role)
	}
	return names
}
