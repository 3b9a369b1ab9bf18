// SPDX-License-Identifier: AGPL-3.0-or-later

package schemas

import (
	"testing"

	"ricongiungi/casefile"
)

func TestEveryCommandTellsItsFields(t *testing.T) {
	t.Parallel()
	for _, name := range casefile.CommandNames() {
		if name == "wake" {
			continue
		}
		for _, f := range Fields(name) {
			if f.Name == "" || f.Kind == "" || f.Type == "" && name != "correct_event" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
	if Fields("no_such_command") != nil {
		t.Error("an unknown command has fields")
	}
}

func TestAFieldTellsWhatAFormNeeds(t *testing.T) {
	t.Parallel()
	byName := map[string]Field{}
	fields := Fields("record_needs_profile")
	for _, f := range fields {
		byName[f.Name] = f
	}
	if fields[0].Name != "member_id" || fields[1].Name != "on" {
		t.Errorf("required fields do not come first: %v", fields)
	}
	if f := byName["on"]; f.Kind != "day" || !f.Required {
		t.Errorf("%+v", f)
	}
	if f := byName["languages"]; f.Type != "array" || f.Item == nil || f.Item.Kind != "language" {
		t.Errorf("%+v", f)
	}
	if f := byName["years_of_school"]; f.Min == nil || *f.Min != 0 || *f.Max != 25 {
		t.Errorf("%+v", f)
	}
	if f := byName["vaccination"]; len(f.Choices) != 3 || f.Required {
		t.Errorf("%+v", f)
	}
}
