// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/schemas"
)

// idsOf are the texts that a form of the fields says.
func idsOf(fields []schemas.Field) []string {
	var ids []string
	for _, f := range fields {
		if f.Name != "" {
			ids = append(ids, "field."+f.Name)
		}
		for _, choice := range f.Choices {
			if !slices.Contains(casefile.CommandNames(), choice) { // said as commands
				ids = append(ids, "code."+choice)
			}
		}
		ids = append(ids, idsOf(f.Fields)...)
		if f.Item != nil {
			ids = append(ids, idsOf([]schemas.Field{*f.Item})...)
		}
	}
	return ids
}

// source reads the declarations of the domain: the lists of endings, kinships
// and roles are constants there.
func source(t *testing.T, visit func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob("../casefile/*.go")
	if err != nil || files == nil {
		t.Fatal("the domain's source is not beside the console", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool { visit(n); return true })
	}
}

// literals are the texts written out among the expressions.
func literals(expressions []ast.Expr) []string {
	var found []string
	for _, e := range expressions {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			text, _ := strconv.Unquote(l.Value)
			found = append(found, text)
		}
	}
	return found
}

// constants are the texts of a type that has a fixed list of them.
func constants(t *testing.T, name string) []string {
	var found []string
	source(t, func(n ast.Node) {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if of, ok := spec.Type.(*ast.Ident); ok && of.Name == name {
				found = append(found, literals(spec.Values)...)
			}
		}
	})
	if found == nil {
		t.Fatalf("the domain has no constants of type %s", name)
	}
	return found
}

// wanted are the texts that the registries ask for.
func wanted(t *testing.T) []string {
	var ids []string
	for _, item := range casefile.AgendaItems() {
		ids = append(ids, "item."+item)
	}
	for prefix, name := range map[string]string{"ending": "Ending", "kinship": "Kinship", "role": "Role"} {
		for _, text := range constants(t, name) {
			ids = append(ids, prefix+"."+text)
		}
	}
	for _, name := range casefile.CommandNames() {
		ids = append(append(ids, "command."+name), idsOf(schemas.Fields(name))...)
	}
	for _, name := range casefile.EventNames() {
		ids = append(ids, "event."+name)
	}
	for _, phase := range casefile.Phases() {
		ids = append(ids, "phase."+string(phase))
	}
	for _, row := range groupsOfCommands {
		ids = append(ids, "group."+row.group)
	}
	for _, step := range casefile.WaySteps() {
		ids = append(ids, "step."+step)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func TestEverythingOfTheRegistriesIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range languages {
		var missing []string
		v := all.voice(tag.String())
		for _, id := range wanted(t) {
			if strings.TrimSpace(v.known(id, "")) == "" {
				missing = append(missing, id)
			}
		}
		if missing != nil {
			t.Errorf("%s has no text for:\n%s", tag, strings.Join(missing, "\n"))
		}
	}
}

func TestEveryCommandThatPeopleGiveStandsUnderAHeading(t *testing.T) {
	t.Parallel()
	for _, name := range casefile.CommandNames() {
		if !slices.ContainsFunc(groupsOfCommands, func(row groupRow) bool { return row.command == name }) {
			if name == "wake" {
				continue // the system's own
			}
			t.Errorf("%s has no heading in groups.csv", name)
		}
	}
}

func TestWhatIsExpectedOfAFieldIsSaidInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	o := open(t)
	bad := with(o.form("record_needs_profile"), "member_id", daughter, "on", "2026-02-30", "languages", "ar, ??", "years_of_school", "many", "school_country", "Egitto")
	for language, sentences := range map[string][]string{
		"it": {"Correggi i campi indicati", "Scrivi un giorno vero", "Controlla le righe", "Scrivi un numero", "Servono tre lettere maiuscole"},
		"en": {"correct the fields", "Give a real day", "Check the lines", "number", "Three capital letters"},
	} {
		page := o.ask("POST", "/cases/"+caseA+"/record/record_needs_profile", bad, "Accept-Language", language).Body.String()
		contains(t, page, sentences...)
		if strings.Contains(page, "must be") {
			t.Errorf("%s: the schema's own sentence is on the page", language)
		}
	}
}

func TestOptionsOfEveryFormAreWords(t *testing.T) {
	t.Parallel()
	o := open(t)
	code := regexp.MustCompile(`<option[^>]*>([a-z]+_[a-z_]+)</option>`)
	for _, row := range groupsOfCommands {
		if drawable(row.command) && access.Default().Commands[row.command].Roles[o.role] {
			if found := code.FindStringSubmatch(o.page("/cases/" + caseA + "/record/" + row.command)); found != nil {
				t.Errorf("%s offers %q", row.command, found[1])
			}
		}
	}
}

func TestWhatIsLikelyNextNamesItemsAndCommandsThatExist(t *testing.T) {
	t.Parallel()
	known := casefile.AgendaItems()
	for item, command := range commandsNext {
		if !slices.Contains(known, item) || !slices.Contains(casefile.CommandNames(), command) {
			t.Errorf("%s leads to %s", item, command)
		}
	}
}
