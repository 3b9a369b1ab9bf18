// SPDX-License-Identifier: AGPL-3.0-or-later

package schemas

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// maxProblems is how many problems one answer lists; who mends twenty fields
// may ask again.
const maxProblems = 20

// texts holds the schema documents by address, to say what a schema expects in
// its own words.
type texts map[string]any

func (t texts) read(url string, content []byte) {
	var document any
	if err := json.Unmarshal(content, &document); err != nil {
		panic(fmt.Errorf("schemas: %s: %w", url, err)) // the files are compiled in
	}
	t[url] = document
}

func (t texts) definitions(url string) []string {
	definitions, _ := t.at(url + "#/$defs").(map[string]any)
	var names []string
	for name := range definitions {
		names = append(names, name)
	}
	return names
}

// commandNames are the types the envelope allows; the other definitions are
// parts of commands.
func (t texts) commandNames(url string) []string {
	var names []string
	values, _ := t.at(url + "#/$defs/envelope/properties/type/enum").([]any)
	for _, name := range values {
		names = append(names, fmt.Sprint(name))
	}
	return names
}

// at follows the pointer in the fragment of an address.
func (t texts) at(location string) any {
	url, pointer, _ := strings.Cut(location, "#")
	value := t[url]
	for _, step := range strings.Split(pointer, "/")[1:] {
		switch holder := value.(type) {
		case map[string]any:
			value = holder[unescape(step)]
		case []any:
			index, _ := strconv.Atoi(step)
			value = holder[index]
		}
	}
	return value
}

func unescape(step string) string {
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
}

// explain turns the library's tree of failures into one problem per field.
func (t texts) explain(failed *jsonschema.ValidationError, document any) error {
	found := map[string]string{}
	t.collect(failed, document, found)
	problems := make([]Problem, 0, len(found))
	for path, reason := range found {
		problems = append(problems, Problem{path, reason})
	}
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	return &Invalid{Problems: problems[:min(len(problems), maxProblems)]}
}

func (t texts) collect(failed *jsonschema.ValidationError, document any, found map[string]string) {
	keyword, schema := t.keyword(failed.AbsoluteKeywordLocation)
	alternatives := keyword == "anyOf" || keyword == "oneOf" // one of their branches would mislead
	if len(failed.Causes) > 0 && !alternatives {
		for _, cause := range failed.Causes {
			t.collect(cause, document, found)
		}
		return
	}
	here := failed.InstanceLocation
	for _, p := range reasons(keyword, schema, fieldsAt(document, here)) {
		path := pathOf(here) + p.Path
		if _, known := found[path]; !known {
			found[path] = p.Reason
		}
	}
}

// keyword splits the location of a failed keyword into its name and schema.
func (t texts) keyword(location string) (string, map[string]any) {
	cut := strings.LastIndex(location, "/")
	schema, _ := t.at(location[:cut]).(map[string]any)
	return location[cut+1:], schema
}

func fieldsAt(document any, pointer string) map[string]any {
	fields, _ := texts{"": document}.at("#" + pointer).(map[string]any)
	return fields
}

// pathOf gives a pointer without names that may be values.
func pathOf(pointer string) string {
	steps := strings.Split(pointer, "/")
	for i, step := range steps[1:] {
		steps[i+1] = safeName(unescape(step))
	}
	return strings.Join(steps, "/")
}

// reasons says what a failed keyword expects; paths are below the failed value.
func reasons(keyword string, schema, fields map[string]any) []Problem {
	switch keyword {
	case "required":
		return missing(schema, fields)
	case "additionalProperties":
		return superfluous(schema, fields)
	}
	return []Problem{{Reason: "must " + expected(keyword, schema)}}
}

func missing(schema, fields map[string]any) []Problem {
	var problems []Problem
	names, _ := schema["required"].([]any)
	for _, name := range names {
		if _, there := fields[fmt.Sprint(name)]; !there {
			problems = append(problems, Problem{fmt.Sprintf("/%s", name), "is required"})
		}
	}
	return problems
}

func superfluous(schema, fields map[string]any) []Problem {
	var problems []Problem
	known, _ := schema["properties"].(map[string]any)
	for name := range fields {
		if _, ok := known[name]; !ok {
			problems = append(problems, Problem{"/" + safeName(name), "is not a field of this document"})
		}
	}
	return problems
}

var kinds = map[any]string{"string": "a text", "integer": "a whole number", "boolean": "true or false", "array": "a list", "object": "an object"}

// expected says in words what the schema asks for where the keyword failed.
func expected(keyword string, schema map[string]any) string {
	value := schema[keyword]
	switch keyword {
	case "maxLength":
		return fmt.Sprintf("have at most %v characters", value)
	case "minItems":
		return fmt.Sprintf("have at least %v entries", value)
	case "maxItems":
		return fmt.Sprintf("have at most %v entries", value)
	case "uniqueItems":
		return "not repeat an entry"
	case "maxProperties":
		return fmt.Sprintf("have at most %v fields", value)
	}
	if title, ok := schema["title"].(string); ok {
		return "be " + title
	}
	switch keyword {
	case "enum":
		return "be one of " + joined(value)
	case "const":
		return fmt.Sprintf("be %v", value)
	case "minimum":
		return fmt.Sprintf("be at least %v", value)
	case "maximum":
		return fmt.Sprintf("be at most %v", value)
	case "type":
		return "be " + kinds[value]
	}
	return "be as the schema says (" + keyword + ")"
}

func joined(values any) string {
	list, _ := values.([]any)
	words := make([]string, len(list))
	for i, value := range list {
		words[i] = fmt.Sprint(value)
	}
	return strings.Join(words, ", ")
}
