// SPDX-License-Identifier: AGPL-3.0-or-later

package schemas

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Base is the address under which every schema is identified. Nothing is ever
// fetched from it.
const Base = "https://ricongiungi.example/schemas/"

//go:embed *.json
var files embed.FS

// File gives a schema as it is published, and whether there is one of that name.
func File(name string) ([]byte, bool) {
	content, err := files.ReadFile(name)
	return content, err == nil
}

// Names lists the published schemas, in order.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the files are compiled in
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// Command checks the data of a command against the schema of its name. The
// error is *Malformed or *Invalid.
func Command(name string, body []byte) error {
	schema, ok := library().command(name)
	if !ok {
		return invalid("/type", "must be the name of a command")
	}
	value, err := schema.check(body)
	if err != nil {
		return err
	}
	if name == "correct_event" {
		return correction(value)
	}
	return uniqueRefs(value, "/application/members")
}

// correction checks the command within a correction; a schema cannot say that
// one field decides over the shape of another without saying it for each.
func correction(value any) error {
	fields, _ := value.(map[string]any)
	name, _ := fields["type"].(string)
	body, err := encode(fields["body"])
	if err != nil {
		return err
	}
	return under("/body", Command(name, body))
}

// Request reads the envelope of a command and checks what it holds. Data is in
// canonical form; paths in the error are those of the envelope.
func Request(raw []byte) (name string, data []byte, err error) {
	canonical, err := Canonical(raw)
	if err != nil {
		return "", nil, err
	}
	if _, err := library().envelope.check(canonical); err != nil {
		return "", nil, err
	}
	var envelope struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(canonical, &envelope); err != nil {
		return "", nil, fmt.Errorf("schemas: envelope: %w", err)
	}
	return envelope.Type, envelope.Data, under("/data", Command(envelope.Type, envelope.Data))
}

// Settlement checks a decision on a hand-off. The error is *Malformed or *Invalid.
func Settlement(raw []byte) error {
	_, err := library().settlement.check(raw)
	return err
}

// Reassignment checks which cases are to go to whom. The error is *Malformed or *Invalid.
func Reassignment(raw []byte) error { return library().checked("reassignment", raw) }

// Verification checks what a look through the log is asked for. The error is
// *Malformed or *Invalid.
func Verification(raw []byte) error { return library().checked("verification", raw) }

// Placement checks a request for a placement, Decision what is made of its lines,
// and Places what is said about free places. The errors are *Malformed or *Invalid.
func Placement(raw []byte) error { return library().checked("placement_request", raw) }

// Decision: see Placement.
func Decision(raw []byte) error { return library().checked("placement_decision", raw) }

// Places: see Placement.
func Places(raw []byte) error { return library().checked("place_entries", raw) }

// PeopleSearch checks a search for people. The error is *Malformed or *Invalid.
func PeopleSearch(raw []byte) error { return library().checked("people_search", raw) }

func (s shelf) checked(name string, raw []byte) error {
	_, err := s.requests[name].check(raw)
	return err
}

// Event checks the data of an event against the schema of its type and version.
// The error is *Malformed or *Invalid.
func Event(name string, version int, data []byte) error {
	schema, ok := library().event(name, version)
	if !ok {
		return invalid("", fmt.Sprintf("must be of a known type and version, not %s.v%d", name, version))
	}
	_, err := schema.check(data)
	return err
}

// Handoff checks a message of the Prefecture. The error is *Malformed or *Invalid.
func Handoff(raw []byte) error {
	value, err := library().handoff.check(raw)
	if err != nil {
		return err
	}
	return uniqueRefs(value, "/members")
}

// uniqueRefs refuses two members of the same number: they would become one person.
func uniqueRefs(value any, list string) error {
	for _, step := range strings.Split(list[1:], "/") {
		fields, _ := value.(map[string]any)
		value = fields[step]
	}
	members, _ := value.([]any)
	seen := map[any]bool{}
	for i, member := range members {
		fields, _ := member.(map[string]any)
		if seen[fields["ref"]] {
			return invalid(fmt.Sprintf("%s/%d/ref", list, i), "must not repeat the ref of another member")
		}
		seen[fields["ref"]] = true
	}
	return nil
}

// Canonical writes JSON in the one form over which digests are made: keys in
// order, no space, nothing escaped that need not be.
func Canonical(raw []byte) ([]byte, error) {
	value, err := decode(raw)
	if err != nil {
		return nil, err
	}
	return encode(value)
}

func encode(value any) ([]byte, error) {
	var canonical bytes.Buffer
	encoder := json.NewEncoder(&canonical)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("schemas: canonical form: %w", err)
	}
	return bytes.TrimSuffix(canonical.Bytes(), []byte("\n")), nil
}

// decode reads JSON that CheckJSON lets pass, numbers as they were written.
func decode(raw []byte) (any, error) {
	if err := CheckJSON(raw); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	return value, nil
}

// compiled is one schema with the documents in which its sentences are found.
type compiled struct {
	schema *jsonschema.Schema
	texts  texts
}

func (c compiled) check(raw []byte) (any, error) {
	value, err := decode(raw)
	if err != nil {
		return nil, err
	}
	err = c.schema.Validate(value)
	var failed *jsonschema.ValidationError
	if errors.As(err, &failed) {
		return nil, c.texts.explain(failed, value)
	}
	return value, err
}

// shelf holds every compiled schema.
type shelf struct {
	commands, events              map[string]compiled
	envelope, handoff, settlement compiled
	requests                      map[string]compiled // requests
}

func (s shelf) command(name string) (compiled, bool) {
	c, ok := s.commands[name]
	return c, ok
}

func (s shelf) event(name string, version int) (compiled, bool) {
	c, ok := s.events[fmt.Sprintf("%s.v%d", name, version)]
	return c, ok
}

var library = sync.OnceValue(compile)

// compile panics on a broken schema: the files are part of the program, and a
// test compiles them all.
func compile() shelf {
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft2020
	compiler.AssertFormat = true // 2020-12 leaves formats unchecked otherwise
	compiler.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("schemas: %s is not part of this program", url)
	}
	texts := texts{}
	for _, name := range Names() {
		content, _ := File(name)
		if err := compiler.AddResource(Base+name, bytes.NewReader(content)); err != nil {
			panic(err)
		}
		texts.read(Base+name, content)
	}
	one := func(name string) compiled { return compiled{compiler.MustCompile(Base + name), texts} }
	each := func(document string, names []string) map[string]compiled {
		all := map[string]compiled{}
		for _, name := range names {
			all[name] = one(document + "#/$defs/" + name)
		}
		return all
	}
	return shelf{
		commands:   each("commands.json", texts.commandNames(Base+"commands.json")),
		events:     each("events.json", texts.definitions(Base+"events.json")),
		envelope:   one("commands.json#/$defs/envelope"),
		handoff:    one("handoff.v1.json"),
		settlement: one("settlement.json"),
		requests: map[string]compiled{"placement_request": one("placement_request.json"), "placement_decision": one("placement_decision.json"),
			"place_entries": one("place_entries.json"), "people_search": one("people_search.json"), "reassignment": one("reassignment.json"), "verification": one("verification.json")},
	}
}
