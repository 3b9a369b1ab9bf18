// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/internal/sheet"
)

// eventColumns are the columns of the file of events.
var eventColumns = []column{
	{name: "sui_file", italian: "fascicolo", about: "number of the Prefecture's file; the family must stand in the file of families"},
	{name: "member_ref", italian: "familiare", about: "number of the relative; empty when it is about the family"},
	{name: "command", italian: "comando", about: "what happened by the name of its command such as send_referral"},
	{name: "on", italian: "giorno", about: "day on which it happened"},
	{name: "label", italian: "etichetta", about: "a word by which later rows name what this one made such as @visit/appointment"},
	{name: "data", italian: "dati", about: "further fields: name=value parted by | or a JSON object"},
}

func (r *reading) event(row sheet.Row) {
	f := r.byFile[row.Cells["sui_file"]]
	if f == nil || row.Cells["sui_file"] == "" {
		f = r.family(row)
		f.Reject("events", row.Line, "sui_file", "no such family stands in the file of families")
	}
	f.events = append(f.events, row)
	if bad := unreadable(row); bad != "" {
		f.Reject("events", row.Line, "", bad)
		return
	}
	on, err := readDay(row.Cells["on"])
	if err != nil {
		f.Reject("events", row.Line, "on", err.Error())
		return
	}
	name := row.Cells["command"]
	fields, err := fieldsOf(row.Cells["data"])
	if err != nil {
		f.Reject("events", row.Line, "data", err.Error())
		return
	}
	f.complete(row, name, on.String(), fields)
	f.Told = append(f.Told, Telling{In: "events", Line: row.Line, Field: name, On: on, Type: name, Data: encode(fields), Label: row.Cells["label"]})
}

// complete adds the day and the member where the command has a place for them
// and the row does not say them otherwise.
func (f *Family) complete(row sheet.Row, name, on string, fields map[string]any) {
	if !hasCommand(name) {
		f.Reject("events", row.Line, "command", fmt.Sprintf("%q is no command", name))
		return
	}
	if takes(name, "on") {
		fields["on"] = on
	}
	ref := row.Cells["member_ref"]
	switch {
	case ref == "":
	case takes(name, "member_id"):
		fields["member_id"] = "@member/" + ref
	case takes(name, "member_ids"):
		fields["member_ids"] = []string{"@member/" + ref}
	case takes(name, "person_id"):
		fields["person_id"] = "@member/" + ref
	default:
		f.Reject("events", row.Line, "member_ref", name+" is not about one relative: leave the cell empty")
	}
}

func hasCommand(name string) bool {
	_, err := casefile.DecodeCommand(name, []byte("{}"))
	return err == nil && name != "wake"
}

// takes tells whether a command has the field. The domain refuses fields it
// does not know, so it is asked.
func takes(command, field string) bool {
	_, err := casefile.DecodeCommand(command, []byte(`{"`+field+`":null}`))
	return err == nil
}

// fieldsOf reads a cell of further fields. Values of name=value cells are text,
// or JSON where they read as a number, a list, an object or a truth value.
func fieldsOf(cell string) (map[string]any, error) {
	fields := map[string]any{}
	if cell == "" {
		return fields, nil
	}
	if strings.HasPrefix(cell, "{") {
		if err := json.Unmarshal([]byte(cell), &fields); err != nil {
			return nil, fmt.Errorf("the cell is no JSON object: %w", err)
		}
		return fields, nil
	}
	for part := range strings.SplitSeq(cell, "|") {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not name=value", part)
		}
		fields[strings.TrimSpace(name)] = valueOf(strings.TrimSpace(value))
	}
	return fields, nil
}

func valueOf(text string) any {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err == nil {
		return value
	}
	return text
}

// name is how a row names what another row made.
var named = regexp.MustCompile(`^@([a-z0-9_.-]+)(?:/([a-z0-9_./-]+))?$`)

// Names are the ids behind the names of a case's rows: @sponsor, @member/2,
// @label for the first event a row led to, @label/thing for the thing it made, and
// @label/concern/absences for a thing that comes of that event.
type Names struct {
	CaseID   string
	commands map[string]string // command id by label
	events   map[string]string // first event by label
}

func namesOf(caseID string) *Names {
	return &Names{CaseID: caseID, commands: map[string]string{}, events: map[string]string{}}
}

// resolve puts ids where names stand. An unknown name is an error.
func (n *Names) resolve(data json.RawMessage) (json.RawMessage, error) {
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return nil, fmt.Errorf("the fields cannot be read: %w", err)
	}
	value, err := n.replace(value)
	if err != nil {
		return nil, err
	}
	return encode(value), nil
}

func (n *Names) replace(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case string:
		return n.id(v)
	case []any:
		for i := range v {
			if v[i], err = n.replace(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key := range v {
			if v[key], err = n.replace(v[key]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

func (n *Names) id(text string) (string, error) {
	parts := named.FindStringSubmatch(text)
	switch {
	case parts == nil:
		return text, nil
	case parts[1] == "sponsor" && parts[2] == "":
		return casefile.DeriveID(n.CaseID, "sponsor"), nil
	case parts[1] == "member":
		return casefile.DeriveID(n.CaseID, "member/"+parts[2]), nil
	case n.events[parts[1]] != "" && strings.Contains(parts[2], "/"):
		return casefile.DeriveID(n.events[parts[1]], parts[2]), nil
	case n.commands[parts[1]] != "" && parts[2] != "":
		return casefile.DeriveID(n.commands[parts[1]], parts[2]), nil
	case n.events[parts[1]] != "" && parts[2] == "":
		return n.events[parts[1]], nil
	}
	return "", fmt.Errorf("%s names nothing that was told before", text)
}
