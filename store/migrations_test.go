// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMigrationsOnlyAdd holds every migration to what the program of the release
// before survives: it still runs while the new schema is there, and its
// statements name their columns. What takes something away needs two releases:
// one that stops using it, one that removes it.
func TestMigrationsOnlyAdd(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	column := regexp.MustCompile(`(?i)ADD COLUMN[^,;]*NOT NULL[^,;]*`)
	forbidden := map[string]*regexp.Regexp{
		"takes something away":           regexp.MustCompile(`(?i)\b(DROP (TABLE|COLUMN|SCHEMA|TYPE|FUNCTION|VIEW))\b|(?m)^\s*TRUNCATE\b`),
		"renames something":              regexp.MustCompile(`(?i)\bRENAME\b`),
		"changes the type of a column":   regexp.MustCompile(`(?i)ALTER COLUMN \w+ (SET DATA )?TYPE`),
		"asks for what was optional":     regexp.MustCompile(`(?i)SET NOT NULL`),
		"takes a right from the program": regexp.MustCompile(`(?i)\bREVOKE\b`),
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sql := regexp.MustCompile(`--[^\n]*`).ReplaceAllString(string(text), "")
		for what, pattern := range forbidden {
			if found := pattern.FindString(sql); found != "" {
				t.Errorf("%s %s: %q; the program that still runs would fail", file, what, strings.TrimSpace(found))
			}
		}
		for _, added := range column.FindAllString(sql, -1) {
			if !strings.Contains(strings.ToUpper(added), "DEFAULT") {
				t.Errorf("%s asks for a column that the program that still runs does not write: %q", file, added)
			}
		}
	}
}
