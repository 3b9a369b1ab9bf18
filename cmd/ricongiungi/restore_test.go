// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// TestEverythingComesBackFromACopy loses a machine with all that was on it, and
// goes on from a copy on another one, where Temporal knows of no case.
func TestEverythingComesBackFromACopy(t *testing.T) {
	m := newMachine(t)
	m.start("--sample=false")
	family := m.handOver(decided(rules.DateOf(time.Now())))
	before := m.history(family.CaseID)
	identity, copies := filepath.Join(m.dir, "backup.key"), filepath.Join(m.dir, "copies")
	public, err := m.command("backup", "key", identity).Output()
	must(t, err)
	out, err := m.command("backup", "create", "--to", copies, "--keys-to", copies, "--recipient", strings.TrimSpace(string(public))).Output()
	must(t, err)
	archives := strings.Fields(string(out))
	if out, err := m.run("drill", "--to", copies, "--keys-to", copies, "--identity", identity); err != nil {
		t.Fatalf("drill: %v\n%s", err, out)
	}
	restore := []string{"restore", "--log", archives[0], "--keys", archives[1], "--identity", identity}
	if out, err := m.run(restore...); err == nil {
		t.Fatalf("a restore over a running system said %s", out)
	}
	m.stop()

	m.folder = "other"
	if out, err := m.run(restore...); err != nil || !strings.Contains(out, "equal to what was copied") {
		t.Fatalf("restore: %v\n%s", err, out)
	}
	m.start("--sample=false")
	if after := m.history(family.CaseID); !slices.Equal(after, before) {
		t.Fatalf("the history came back as %v and was %v", after, before)
	}
	m.insist(m.client("counsellor"), family.CaseID, "record_visa_requested",
		map[string]any{"member_id": casefile.DeriveID(family.CaseID, "member/1"), "on": rules.DateOf(time.Now()).AddDays(-3).String()})
	m.proven(t)
	if out, err := m.run("backup", "create", "--to", copies, "--keys-to", copies); err == nil {
		t.Errorf("a copy that nobody could open is made: %s", out)
	}
}
