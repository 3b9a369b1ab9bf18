// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// runbooks are the papers that tell people what to type.
var runbooks = []string{"../../README.md", "../../CONTRIBUTING.md", "../../deploy/RUNBOOK.md", "../../deploy/prometheus/alerts.yaml"}

// units are the files whose commands a machine types.
func units(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../deploy/systemd/*.service")
	if err != nil || len(files) == 0 {
		t.Fatalf("no units: %v", err)
	}
	return files
}

// TestEveryCommandInThePapersExists tries each command that papers and units
// name: the command and all its flags must be there.
func TestEveryCommandInThePapersExists(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile("(?:bin/|local/bin/|`)ricongiungi ([a-z][^`\n#|>]*)")
	for _, paper := range append(units(t), runbooks...) {
		text, err := os.ReadFile(paper)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllStringSubmatch(string(text), -1) {
			words := strings.Fields(regexp.MustCompile(`'[^']*'|\(.*`).ReplaceAllString(found[1], "X"))
			assertCommand(t, paper, words)
		}
	}
}

func assertCommand(t *testing.T, paper string, words []string) {
	t.Helper()
	cmd, left, err := root().Find(words)
	if err != nil || cmd == cmd.Root() || cmd.HasSubCommands() && len(left) > 0 {
		t.Errorf("%s names `ricongiungi %s`, which is no command", paper, strings.Join(words, " "))
		return
	}
	for _, word := range words {
		name, isFlag := strings.CutPrefix(word, "--")
		name, _, _ = strings.Cut(strings.TrimRight(name, ".,;:)"), "=")
		if isFlag && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
			t.Errorf("%s gives `ricongiungi %s` the flag --%s, which it does not have", paper, cmd.Name(), name)
		}
	}
}

// TestTheRunbookListsEverySetting and no other.
func TestTheRunbookListsEverySetting(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	setting := regexp.MustCompile(`"((?:RICONGIUNGI|TEMPORAL|DATABASE)_[A-Z_]+)"`)
	for _, source := range sources {
		code, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range setting.FindAllStringSubmatch(string(code), -1) {
			read[name[1]] = read[name[1]] || !strings.HasSuffix(source, "_test.go")
		}
	}
	for name, byProgram := range read {
		if byProgram && !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("the runbook does not list %s", name)
		}
	}
	for _, name := range regexp.MustCompile("`((?:RICONGIUNGI|TEMPORAL|DATABASE)_[A-Z_]+)`").FindAllStringSubmatch(string(text), -1) {
		if !read[name[1]] {
			t.Errorf("the runbook lists %s, which the program does not read", name[1])
		}
	}
}
