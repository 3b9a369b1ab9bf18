// SPDX-License-Identifier: AGPL-3.0-or-later

package schemas

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Field is one field of a command, for whoever draws a form of it.
type Field struct {
	Name     string
	Kind     string // name of the shared definition, such as day or uuid, or the JSON type
	Type     string // JSON type: string, integer, boolean, array or object
	Required bool
	Choices  []string
	Min, Max *int
	Longest  int     // of a text, 0 without limit
	Item     *Field  // of an array
	Fields   []Field // of an object, those required first
}

// shape is the part of JSON Schema that the commands are written in.
type shape struct {
	Ref        string           `json:"$ref"`
	Type       string           `json:"type"`
	Enum       []any            `json:"enum"`
	Minimum    *int             `json:"minimum"`
	Maximum    *int             `json:"maximum"`
	MaxLength  int              `json:"maxLength"`
	Required   []string         `json:"required"`
	Properties map[string]shape `json:"properties"`
	Items      *shape           `json:"items"`
	Defs       map[string]shape `json:"$defs"`
}

var shapes = sync.OnceValue(func() map[string]map[string]shape {
	defs := map[string]map[string]shape{}
	for _, name := range []string{"commands.json", "common.json"} {
		content, _ := File(name)
		var file shape
		if err := json.Unmarshal(content, &file); err != nil {
			panic(fmt.Errorf("schemas: %s: %w", name, err)) // compiled in, and read by every test
		}
		defs[name] = file.Defs
	}
	return defs
})

// Fields lists the fields of a command, those required first; nil for a name
// that is none.
func Fields(command string) []Field {
	s, ok := shapes()["commands.json"][command]
	if !ok {
		return nil
	}
	return s.field("", command, "commands.json").Fields
}

// field describes the shape, following references; kind names the last one.
func (s shape) field(name, kind, file string) Field {
	if s.Ref != "" {
		target, def, _ := strings.Cut(s.Ref, "#/$defs/")
		if target == "" {
			target = file
		}
		return shapes()[target][def].field(name, def, target)
	}
	f := Field{Name: name, Kind: kind, Type: s.Type, Min: s.Minimum, Max: s.Maximum, Longest: s.MaxLength}
	if kind == "" {
		f.Kind = s.Type
	}
	for _, choice := range s.Enum {
		f.Choices = append(f.Choices, fmt.Sprint(choice))
	}
	if s.Items != nil {
		item := s.Items.field("", "", file)
		f.Item = &item
	}
	for property, inner := range s.Properties {
		part := inner.field(property, "", file)
		part.Required = slices.Contains(s.Required, property)
		f.Fields = append(f.Fields, part)
	}
	slices.SortFunc(f.Fields, func(a, b Field) int { return strings.Compare(a.order(s.Required), b.order(s.Required)) })
	return f
}

// order puts required fields first, as the schema lists them, then the others
// by name.
func (f Field) order(required []string) string {
	if i := slices.Index(required, f.Name); i >= 0 {
		return fmt.Sprintf("0%03d", i)
	}
	return "1" + f.Name
}
