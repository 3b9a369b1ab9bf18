// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/access"
	"ricongiungi/api"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk/desktest"
	"ricongiungi/views"
)

// departmentAPI is an API on invented schools, whose cases say yes to everything.
type departmentAPI struct {
	t      *testing.T
	kept   *desktest.Store
	orders []casefile.Order
}

func (d *departmentAPI) AcceptOrder(_ context.Context, o casefile.Order) (*casefile.Outcome, error) {
	d.orders = append(d.orders, o)
	return nil, nil
}

func (d *departmentAPI) OrderOutcome(context.Context, string, string) (*casefile.Outcome, error) {
	return nil, views.ErrNotFound
}

func (d *departmentAPI) Submit(_ context.Context, caseID, commandID string) (casefile.Outcome, error) {
	return casefile.Outcome{CommandID: commandID, CaseID: caseID}, nil
}

// RecordReads forgets them: what is shown to whom is tested where it is recorded.
func (d *departmentAPI) RecordReads(context.Context, []views.Read) error { return nil }

// Reads lists none.
func (d *departmentAPI) Reads(context.Context, views.ReadQuery) (views.Page[views.Read], error) {
	return views.Page[views.Read]{}, nil
}

func openDepartment(t *testing.T) *departmentAPI {
	d := &departmentAPI{t: t, kept: desktest.New(time.Now())}
	issuer, err := api.NewIssuer(filepath.Join(t.TempDir(), "issuer.json"))
	must(t, err)
	token, err := issuer.Token(uuid.New(), casefile.EducationOfficer, "edu-mi", time.Minute)
	must(t, err)
	server := httptest.NewServer(api.New(api.Config{Rights: access.Default(), Department: d.kept, Orders: d, Engine: d, Reads: d,
		Tokens: api.NewVerifier(issuer.Keys(), api.DefaultIssuer, api.DefaultAudience), Log: slog.New(slog.NewTextHandler(io.Discard, nil))}))
	t.Cleanup(server.Close)
	t.Setenv("RICONGIUNGI_URL", server.URL)
	t.Setenv("RICONGIUNGI_TOKEN", token)
	today := rules.DateOf(time.Now())
	for range 2 {
		d.kept.Children = append(d.kept.Children, views.WaitingChild{MemberID: uuid.NewString(), CaseID: uuid.NewString(), Office: "wemi-mi", Phase: casefile.SchoolSearching,
			Level: schools.Primaria, Grade: 4, Municipio: 2, Siblings: []string{}, Since: today.AddDays(-9), Days: 9})
	}
	return d
}

func (d *departmentAPI) run(arguments ...string) (string, error) {
	var out bytes.Buffer
	program := root()
	program.SetArgs(arguments)
	program.SetOut(&out)
	program.SetErr(&out)
	err := program.Execute()
	return out.String(), err
}

func (d *departmentAPI) shows(wanted string, arguments ...string) string {
	d.t.Helper()
	out, err := d.run(arguments...)
	if err != nil || !strings.Contains(out, wanted) {
		d.t.Fatalf("%v: %v, and not %q but\n%s", arguments, err, wanted, out)
	}
	return out
}

func TestPlacesGoOutAsATableAndComeBackFilledIn(t *testing.T) {
	d := openDepartment(t)
	path := filepath.Join(t.TempDir(), "places.csv")
	must(t, os.WriteFile(path, []byte(d.shows("school_code,name", "schools", "places", "template", "--level", "primaria")), 0o600))
	d.shows("0 figures entered, 10 rows change nothing, 0 rejected", "schools", "places", "import", path)
	must(t, os.WriteFile(path, []byte("school_code,grade,places\n"+desktest.Far+",4,2\n"+desktest.Far+",8,1\n"), 0o600))
	for _, dryRun := range []string{"true", "false"} {
		out, err := d.run("schools", "places", "import", path, "--dry-run="+dryRun)
		var some refused
		if !errors.As(err, &some) || !strings.Contains(out, "1 figures entered") {
			t.Errorf("%v\n%s", err, out)
		}
	}
	rejected, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".rejected.csv")
	if err != nil || !strings.Contains(string(rejected), "must be a grade that the school has") || len(d.kept.Figures) != 2 {
		t.Errorf("%v\n%s%d figures", err, rejected, len(d.kept.Figures))
	}
}

func TestChildrenArePlacedFromTheCommandLine(t *testing.T) {
	d := openDepartment(t)
	first, second := d.kept.Children[0].MemberID, d.kept.Children[1].MemberID
	d.shows("2 children, 18 days of lessons without school in all", "schools", "waiting")
	d.shows("2 schools have primaria, grade 4", "schools", "place", "rank", first, "--at", "45.5,9.21")
	d.shows("1 of 2 children have a proposal", "schools", "place", "batch", "--level", "primaria", "--grade", "4", "--municipio", "2", "--seed", "estrazione")
	run := d.kept.Kept[0]
	d.shows(run.RunID, "schools", "place", "show")
	file := filepath.Join(t.TempDir(), "run.json")
	d.shows("", "schools", "place", "show", run.RunID, "--out", file)
	d.shows("The certificate holds: 2 children", "schools", "verify", file)

	d.shows("confirm "+desktest.Near, "schools", "place", "confirm", run.RunID, "--all")
	if len(d.orders) != 1 || d.orders[0].Type != "propose_place" {
		t.Errorf("the cases are given %+v", d.orders)
	}
	left := first
	if run.Result.Lines[0].SchoolCode != "" {
		left = second
	}
	if out, err := d.run("schools", "place", "confirm", run.RunID, left); err == nil || !strings.Contains(out, "proposes no school") {
		t.Errorf("confirming nothing: %v\n%s", err, out)
	}
	d.shows("leave", "schools", "place", "leave", run.RunID, left)
	d.shows("change "+desktest.Far, "schools", "place", "change", run.RunID, left, desktest.Far, "--reason", "family_wish")

	raw, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, bytes.Replace(raw, []byte(`"free":1`), []byte(`"free":2`), 1), 0o600))
	var tampered altered
	if out, err := d.run("schools", "verify", file); !errors.As(err, &tampered) || !strings.Contains(out, "other_digest") {
		t.Errorf("a tampered certificate: %v\n%s", err, out)
	}
	must(t, os.WriteFile(file, []byte(`{}`), 0o600))
	if _, err := d.run("schools", "verify", file); err == nil || errors.As(err, &tampered) {
		t.Errorf("a file that is none: %v", err)
	}
}
