// SPDX-License-Identifier: AGPL-3.0-or-later

package ricongiungi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestEveryProofThatIsNamedIsATest keeps SECURITY.md true: each test it names is
// there, in the package it names.
func TestEveryProofThatIsNamedIsATest(t *testing.T) {
	rows, names := 0, 0
	for line := range strings.Lines(read(t, "SECURITY.md")) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		rows++
		for _, group := range regexp.MustCompile("(?:`([a-z/]+)` )?((?:Test[A-Za-z0-9]+(?:, )?)+)").FindAllStringSubmatch(line, -1) {
			for _, name := range strings.Split(strings.TrimSuffix(group[2], ", "), ", ") {
				names++
				if !isTest(t, filepath.FromSlash(group[1]), name) {
					t.Errorf("SECURITY.md names %s in %q, which is no test there", name, group[1])
				}
			}
		}
	}
	if rows < 44 || names < 2*rows-30 {
		t.Errorf("SECURITY.md has %d rows that name %d tests", rows, names)
	}
}

func isTest(t *testing.T, dir, name string) bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(paths, func(path string) bool { return strings.Contains(read(t, path), "func "+name+"(") })
}

// TestTheReadmeHasTheSectionsThatReuseAsksFor holds README to annex A of the
// guidelines on reuse of software by public bodies.
func TestTheReadmeHasTheSectionsThatReuseAsksFor(t *testing.T) {
	readme := read(t, "README.md")
	for what, found := range map[string]string{
		"a title": "# Ricongiungi\n", "a subtitle": "\n**", "its status": "\nStatus:", "how to start": "\n## Start\n", "what it needs": "Go 1.26",
		"its structure": "\n## How it is built\n", "who holds the rights": "Copyright ©", "its licence": "](LICENSE)", "who maintains it": "Maintainers:",
		"where weaknesses are reported": "security@", "its operation": "deploy/RUNBOOK.md", "how to change it": "CONTRIBUTING.md",
	} {
		if !strings.Contains(readme, found) {
			t.Errorf("README does not say %s (%q)", what, found)
		}
	}
	if !strings.HasPrefix(strings.TrimSpace(read(t, "LICENSE")), "GNU AFFERO GENERAL PUBLIC LICENSE") {
		t.Error("LICENSE does not begin with the text of the licence")
	}
}

// TestThePubliccodeFileHasItsMandatoryKeys stands in for the official validator,
// which cannot be installed with Go's tools: standard 0.7.
func TestThePubliccodeFileHasItsMandatoryKeys(t *testing.T) {
	var file map[string]any
	if err := yaml.Unmarshal([]byte(read(t, "publiccode.yml")), &file); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description.it.shortDescription",
		"description.it.longDescription", "description.it.features", "description.en.shortDescription", "description.en.longDescription", "description.en.features",
		"legal.license", "maintenance.type", "maintenance.contacts", "localisation.localisationReady", "localisation.availableLanguages", "organisation.uri"} {
		if value(file, key) == nil {
			t.Errorf("publiccode.yml has no %s", key)
		}
	}
	if file["IT"] != nil || file["it"] != nil {
		t.Error("the section IT is deprecated: use supports")
	}
	for _, language := range []string{"it", "en"} {
		short, _ := value(file, "description."+language+".shortDescription").(string)
		long, _ := value(file, "description."+language+".longDescription").(string)
		if len(short) > 150 || len(long) < 150 || len(long) > 10_000 {
			t.Errorf("the descriptions in %s have %d and %d characters", language, len(short), len(long))
		}
	}
	if value(file, "legal.license") != "AGPL-3.0-or-later" {
		t.Error("the licence is not the one of the sources")
	}
	if countries, _ := value(file, "intendedAudience.countries").([]any); len(countries) == 0 || countries[0] != "IT" {
		t.Error("countries are written in capitals")
	}
}

func value(file map[string]any, path string) any {
	var found any = file
	for _, key := range strings.Split(path, ".") {
		inner, ok := found.(map[string]any)
		if !ok {
			return nil
		}
		found = inner[key]
	}
	return found
}

// TestNoSecretLiesAmongTheSources looks for what private keys look like.
func TestNoSecretLiesAmongTheSources(t *testing.T) {
	secret := regexp.MustCompile(`BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY|PRIVATE\+KEY\+[a-z.]+/[a-z]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40}|"d"\s*:\s*"[A-Za-z0-9_-]{40,}"|AGE-SECRET-KEY-1[0-9A-Z]{50}`)
	walk(t, func(path string) {
		if info, err := os.Stat(path); err != nil || info.Size() > 2<<20 || strings.HasSuffix(path, ".png") {
			return
		}
		if found := secret.FindString(read(t, path)); found != "" {
			t.Errorf("%s holds %.30s…", path, found)
		}
	})
}
