// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload_test

import (
	"strings"
	"testing"
	"time"

	"ricongiungi/caseload"
	"ricongiungi/rules"
)

var (
	book = rules.Default()
	now  = rules.On(2026, 11, 24).Start().Add(12 * time.Hour)
)

func read(t *testing.T, families, events string) []*caseload.Family {
	t.Helper()
	all, err := caseload.Read(strings.NewReader(families), strings.NewReader(events))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func template(t *testing.T) (families, events string) {
	t.Helper()
	var a, b strings.Builder
	if err := caseload.Template(&a, false); err != nil {
		t.Fatal(err)
	}
	if err := caseload.Template(&b, true); err != nil {
		t.Fatal(err)
	}
	return a.String(), b.String()
}

func problems(f *caseload.Family) string {
	var all []string
	for _, p := range f.Problems {
		all = append(all, p.In+" "+p.Field+": "+p.Reason)
	}
	return strings.Join(all, "\n")
}
