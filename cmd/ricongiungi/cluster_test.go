// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"slices"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/deploy"
	"ricongiungi/rules"
)

// TestACaseRunsThroughAClusterThatLosesItsParts drives a family through two APIs,
// two workers and Temporal's services apart, and kills one of each in between.
func TestACaseRunsThroughAClusterThatLosesItsParts(t *testing.T) {
	m := newMachine(t)
	m.startAs("cluster", "--sample=false")
	run, err := deploy.ReadRun(m.data())
	must(t, err)
	for _, name := range []string{"postgres", "temporal-frontend", "temporal-history-1", "temporal-history-2", "temporal-matching", "temporal-worker",
		"serve-1", "serve-2", "work-1", "work-2"} {
		if run.Children[name] == 0 {
			t.Errorf("%s is no process of the cluster: %v", name, run.Children)
		}
	}
	today := rules.DateOf(time.Now())
	family := m.handOver(decided(today))
	second := m.second("counsellor")
	mother := casefile.DeriveID(family.CaseID, "member/1")
	for i, s := range []step{
		{"record_contact", map[string]any{"on": today.AddDays(-100).String(), "channel": "phone"}, ""},
		{"record_visa_requested", map[string]any{"member_id": mother, "on": today.AddDays(-90).String()}, "temporal-history-1"},
		{"record_visa_granted", map[string]any{"member_id": mother, "on": today.AddDays(-70).String(), "expires": today.AddDays(200).String()}, "work-1"},
		{"record_entry", map[string]any{"member_id": mother, "on": today.AddDays(-10).String()}, "serve-1"},
		{"add_note", map[string]any{"note": "arrivata"}, "temporal-frontend"},
		{"add_note", map[string]any{"note": "sta bene"}, "temporal-history-2"},
	} {
		if s.kill != "" {
			m.kill(s.kill)
		}
		client := second
		if i%2 == 0 {
			client = m.client("counsellor")
		}
		m.insist(client, family.CaseID, s.name, s.data)
	}
	want := []string{"contact_made", "visa_requested", "visa_granted", "entered", "note_added", "note_added"}
	if got := m.history(family.CaseID); !slices.Equal(got[max(len(got)-len(want), 0):], want) {
		t.Errorf("the history ends with %v", got)
	}
	m.proven(t)
}

// second talks to the second API.
func (m *machine) second(role string) *apiClient {
	m.t.Helper()
	address, err := further(m.listen, 1)
	must(m.t, err)
	s := &settings{dataDir: m.data(), apiURL: "http://" + address}
	c, err := s.client(role)
	must(m.t, err)
	return c
}
