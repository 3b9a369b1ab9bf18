// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"ricongiungi/schools"
	"ricongiungi/schools/registry"
	"ricongiungi/schools/table"
)

func TestRowsThatCannotBeReadLieBesideTheirFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scuole.csv")
	if err := keepRejectedRows(&cobra.Command{}, path, []table.Reject{{Line: 3, Field: "codice scuola", Reason: "must be a code", Raw: `a,"b`}}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".rejected.csv")
	if err != nil || string(raw) != "line,field,reason,row\n3,codice scuola,must be a code,\"a,\"\"b\"\n" {
		t.Errorf("%q, %v", raw, err)
	}
}

func TestTheReportCountsSchoolsByHowTheyWereFound(t *testing.T) {
	var out bytes.Buffer
	r := registry.Report{Schools: 3, ByMatch: map[schools.Match]int{schools.ByName: 3}, ByLevel: map[string]map[schools.Match]int{schools.Primaria: {schools.ByName: 3}}}
	if err := reportSchools(&out, r, false); err != nil || !strings.Contains(out.String(), "3 schools in Milan") {
		t.Errorf("%s, %v", out.String(), err)
	}
}
