// SPDX-License-Identifier: AGPL-3.0-or-later

package schemas_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/schemas"
)

// definition is as much of a schema as the tests look at.
type definition struct {
	Ref        string                `json:"$ref"`
	Properties map[string]definition `json:"properties"`
	Items      *definition           `json:"items"`
	Enum       []string              `json:"enum"`
	Defs       map[string]definition `json:"$defs"`
}

func document(t *testing.T, name string) definition {
	t.Helper()
	content, ok := schemas.File(name)
	require.True(t, ok, name)
	var d definition
	_ = json.Unmarshal(content, &d) // an enum of numbers is none of the test's business
	return d
}

func example(t *testing.T, folder, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("examples", folder, name+".json"))
	require.NoError(t, err, "every %s has an example", folder)
	return content
}

// commands are the commands a client may give: all but the engine's own.
func commands() []string {
	return slices.DeleteFunc(casefile.CommandNames(), func(name string) bool { return name == "wake" })
}

func TestEveryCommandHasSchemaAndExample(t *testing.T) {
	envelope := document(t, "commands.json").Defs["envelope"]
	assert.Equal(t, commands(), envelope.Properties["type"].Enum)
	for _, name := range commands() {
		body := example(t, "commands", name)
		require.NoError(t, schemas.Command(name, body), name)
		command, err := casefile.DecodeCommand(name, body)
		require.NoError(t, err)
		again, err := json.Marshal(command)
		require.NoError(t, err)
		require.NoError(t, schemas.Command(name, again), name)
		assert.JSONEq(t, string(body), string(again), name)
	}
}

func TestCorrectionsRepeatAnyOtherCommand(t *testing.T) {
	correction := document(t, "commands.json").Defs["correct_event"]
	others := slices.DeleteFunc(commands(), func(name string) bool { return name == "correct_event" || name == "annul_event" })
	assert.Equal(t, others, correction.Properties["type"].Enum)
	for _, name := range others {
		body := fmt.Sprintf(`{"event_id":"2c3d4e5f-6a7b-5c8d-9e0f-1a2b3c4d5e6f","reason":"typed_wrongly","type":%q,"body":%s}`, name, example(t, "commands", name))
		assert.NoError(t, schemas.Command("correct_event", []byte(body)), name)
	}
}

// The example of an event is also its golden form: written once, events are read
// for as long as the log exists.
func TestEveryEventHasSchemaAndGoldenForm(t *testing.T) {
	defs := document(t, "events.json").Defs
	for _, name := range casefile.EventNames() {
		version := casefile.EventVersion(name)
		key := fmt.Sprintf("%s.v%d", name, version)
		assert.Contains(t, defs, key)
		data := example(t, "events", key)
		require.NoError(t, schemas.Event(name, version, data), key)
		event, err := casefile.DecodeEvent(name, version, data)
		require.NoError(t, err)
		again, err := json.Marshal(event)
		require.NoError(t, err)
		require.NoError(t, schemas.Event(name, version, again), key)
		assert.JSONEq(t, string(data), string(again), key)
	}
}

func TestEveryKindOfHandoffHasExample(t *testing.T) {
	for _, kind := range []handoff.Kind{handoff.Filed, handoff.DocumentsRequested, handoff.DocumentsSupplied,
		handoff.RefusalNotice, handoff.ObservationsFiled, handoff.Decision, handoff.Revocation, handoff.Improcedibilita, handoff.RevocationWithdrawn} {
		raw := example(t, "handoffs", string(kind))
		require.NoError(t, schemas.Handoff(raw), kind)
		var message handoff.Message
		require.NoError(t, json.Unmarshal(raw, &message))
		assert.Equal(t, kind, message.Kind)
		again, err := json.Marshal(message)
		require.NoError(t, err)
		assert.NoError(t, schemas.Handoff(again), kind)

		name, body := casefile.CommandName(message.Command()), marshal(t, message.Command())
		assert.NoError(t, schemas.Command(name, body), "what %s asks is a valid command", kind)
	}
}

func TestSchemasNameTheFieldsOfTheTypes(t *testing.T) {
	commandDefs, eventDefs := document(t, "commands.json").Defs, document(t, "events.json").Defs
	for _, name := range commands() {
		command, err := casefile.DecodeCommand(name, []byte(`{}`))
		require.NoError(t, err)
		assert.ElementsMatch(t, fieldsOf(reflect.TypeOf(command).Elem()), keys(commandDefs[name]), name)
	}
	for _, name := range casefile.EventNames() {
		event, err := casefile.DecodeEvent(name, casefile.EventVersion(name), []byte(`{}`))
		require.NoError(t, err)
		assert.ElementsMatch(t, fieldsOf(reflect.TypeOf(event).Elem()), keys(eventDefs[name+".v1"]), name)
	}
	message := document(t, "handoff.v1.json")
	assert.ElementsMatch(t, fieldsOf(reflect.TypeFor[handoff.Message]()), keys(message))
	assert.ElementsMatch(t, fieldsOf(reflect.TypeFor[handoff.Person]()), keys(message.Defs["person"]))
	assert.ElementsMatch(t, fieldsOf(reflect.TypeFor[handoff.Member]()), keys(message.Defs["member"]))
	for part, goType := range map[string]reflect.Type{
		"application": reflect.TypeFor[casefile.Application](), "applicant": reflect.TypeFor[casefile.Applicant](),
		"particulars": reflect.TypeFor[casefile.Particulars](), "member_decision": reflect.TypeFor[casefile.MemberDecision](),
	} {
		assert.ElementsMatch(t, toldByClients(fieldsOf(goType)), keys(commandDefs[part]), part)
	}
}

// toldByClients leaves out what the engine alone writes, and letters, which have a command of their own.
func toldByClients(fields []string) []string {
	return slices.DeleteFunc(fields, func(name string) bool { return name == "figures" || name == "document" })
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

func keys(d definition) []string {
	var names []string
	for name := range d.Properties {
		names = append(names, name)
	}
	return names
}

// fieldsOf lists the names under which encoding/json reads the fields of a type.
func fieldsOf(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && tag == "":
			names = append(names, fieldsOf(field.Type)...)
		case tag != "" && tag != "-":
			names = append(names, tag)
		}
	}
	return names
}
