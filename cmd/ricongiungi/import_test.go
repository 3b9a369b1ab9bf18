// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestASimulatedCaseloadComesInOnceThoughImportedTwice(t *testing.T) {
	m := newMachine(t)
	m.start("--sample=false")
	out, err := m.run("simulate", "--families", "12", "--seed", "7", "--from", "2025-06-01", "--out", m.dir)
	if err != nil {
		t.Fatalf("simulate ended with %v\n%s", err, out)
	}
	families, events := filepath.Join(m.dir, "families.csv"), filepath.Join(m.dir, "events.csv")
	if out, err := m.run("import", "cases", "--dry-run", families, events); err != nil || !strings.Contains(out, "12 of 12 families would come in") || m.events() != 0 {
		t.Fatalf("the dry run ended with %v, and %d events are in the log\n%s", err, m.events(), out)
	}
	if out, err := m.run("import", "cases", families, events); err != nil || !strings.Contains(out, "12 of 12 families are in") {
		t.Fatalf("import ended with %v\n%s", err, out)
	}
	once := m.events()
	if out, err := m.run("import", "cases", families, events); err != nil || m.events() != once || once < 50 {
		t.Fatalf("the second time it ended with %v and %d events instead of %d\n%s", err, m.events(), once, out)
	}
	m.oneBadFamily(families)
}

// oneBadFamily adds a row that cannot stand and sees only that one stay out.
func (m *machine) oneBadFamily(families string) {
	m.t.Helper()
	bad := filepath.Join(m.dir, "bad.csv")
	must(m.t, os.WriteFile(bad, []byte("sui_file,member_ref,filed\nP-MI/F/N/2025/999002,1,2025-02-31\n"), 0o600))
	out, err := m.run("import", "cases", bad)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitRefused || !strings.Contains(out, "filed") {
		m.t.Fatalf("a bad file ended with %v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(m.dir, "bad.rejected.csv")); err != nil {
		m.t.Fatal(err)
	}
}

// events counts what people told: the case's own look at its agenda adds
// lapses and reminders by itself.
func (m *machine) events() int {
	m.t.Helper()
	c, count := m.client("supervisor"), 0
	var cases list[struct {
		CaseID string `json:"case_id"`
	}]
	must(m.t, c.get(m.t.Context(), "/v1/cases?limit=100", &cases))
	for _, item := range cases.Items {
		for _, name := range m.history(item.CaseID) {
			if !lapse[name] {
				count++
			}
		}
	}
	return count
}

var lapse = map[string]bool{"term_lapsed": true, "reminder_raised": true, "term_escalated": true, "age_noted": true, "nulla_osta_expired": true, "visa_expired": true}
