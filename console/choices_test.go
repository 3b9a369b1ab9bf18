// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// strangers are ids of things outside the case, which no list of it can offer.
var strangers = []string{"case_id", "other_case_id", "other_person_id", "guardian_id", "supersedes"}

func TestNobodyTypesAnId(t *testing.T) {
	t.Parallel()
	for _, row := range groupsOfCommands {
		if !drawable(row.command) {
			continue
		}
		for _, f := range schemas.Fields(row.command) {
			id := f.Kind == "uuid" || f.Item != nil && f.Item.Kind == "uuid"
			if id && choosers[f.Name] == nil && !slices.Contains(strangers, f.Name) {
				t.Errorf("%s: %s is typed", row.command, f.Name)
			}
		}
	}
}

func TestEveryCodeOfAnAnswerIsOfACommandAndHasWords(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for at, codes := range offeredCodes {
		if !slices.ContainsFunc(schemas.Fields(at[0]), func(f schemas.Field) bool { return f.Name == at[1] }) {
			t.Errorf("%s has no field %s", at[0], at[1])
		}
		for _, code := range codes {
			for _, tag := range languages {
				if all.voice(tag.String()).known("code."+code, "") == "" {
					t.Errorf("%s has no text for code.%s", tag, code)
				}
			}
		}
	}
}

func TestAnEventIsSaidAnewAsAValidCommand(t *testing.T) {
	t.Parallel()
	for event, command := range commandOfEvent {
		data, err := os.ReadFile("../schemas/examples/events/" + event + ".v1.json")
		if err != nil {
			t.Fatal(err)
		}
		was := timelineEntry{Entry: views.Entry{Type: event, OccurredAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Data: data,
			Private: casefile.Private{"x": {Note: "Detto a voce", Service: "legal_advice"}}}}
		body, err := json.Marshal(compose(schemas.Fields(command), was.asTyped(schemas.Fields(command))))
		if err != nil {
			t.Fatal(err)
		}
		if err := schemas.Command(command, body); err != nil {
			t.Errorf("%s as %s: %v\n%s", event, command, err, body)
		}
	}
}

func TestEveryFieldOfAnEventIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range casefile.EventNames() {
		raw, err := os.ReadFile("../schemas/examples/events/" + event + ".v1.json")
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		for name := range fields {
			for _, tag := range languages {
				if all.voice(tag.String()).known("field."+name, "") == "" {
					t.Errorf("%s: no text for field.%s of %s", tag, name, event)
				}
			}
		}
	}
}

func TestEurosAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{"10504,46": 1050446, "10.504,46": 1050446, "10504.46": 1050446, "10.504": 1050400, "12": 1200,
		"€ 7,5": 750, "1'200": 120000, "molto": "molto", "1,2,3": 1230} {
		if got := cents(text); got != want {
			t.Errorf("%s is read as %v, want %v", text, got, want)
		}
	}
}

func TestCountriesAndLanguagesAreChosenByTheirNames(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	it, en := all.voice("it"), all.voice("en")
	for code, names := range map[string][2]string{"EGY": {"Egitto", "Egypt"}, "PHL": {"Filippine", "Philippines"}, "CHN": {"Cina", "China"}} {
		if it.country(code) != names[0] || en.country(code) != names[1] {
			t.Errorf("%s: %s, %s", code, it.country(code), en.country(code))
		}
	}
	offered := it.countries()
	if len(offered) < 190 || slices.ContainsFunc(offered, func(o option) bool { return len(o.Value) != 3 || strings.TrimSpace(o.Label) == "" }) {
		t.Errorf("%d countries: %v", len(offered), offered)
	}
	for _, o := range it.tongues() {
		if o.Label == o.Value {
			t.Errorf("%s has no name", o.Value)
		}
	}
}
