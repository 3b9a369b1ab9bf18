// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/api"
	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// figures stands in for the database: some counts, and a log without events.
type figures struct{ asked []demand.Question }

func (f *figures) SchoolDemand(_ context.Context, q demand.Query, _ rules.Date) ([]demand.Cell, int64, error) {
	return []demand.Cell{{Values: []string{"4"}, Count: 11}, {Values: []string{"7"}, Count: 26}}, 9, nil
}

func (f *figures) FigureLog(context.Context, rules.Date) (*demand.Log, error) {
	return &demand.Log{Position: 9, Book: rules.Default()}, nil
}

func (f *figures) Published(context.Context, demand.Key) (json.RawMessage, error) {
	return nil, views.ErrNotFound
}

func (f *figures) Publish(_ context.Context, _ demand.Key, made json.RawMessage) (json.RawMessage, error) {
	return made, nil
}

func (f *figures) RecordQuestion(_ context.Context, q demand.Question, _ []byte) error {
	f.asked = append(f.asked, q)
	return nil
}

// ask runs the program against an API on those figures.
func (f *figures) ask(t *testing.T, arguments ...string) string {
	t.Helper()
	issuer, err := api.NewIssuer(filepath.Join(t.TempDir(), "issuer.json"))
	must(t, err)
	token, err := issuer.Token(uuid.New(), casefile.Supervisor, "wemi-mi", time.Minute)
	must(t, err)
	server := httptest.NewServer(api.New(api.Config{Figures: f, Tokens: api.NewVerifier(issuer.Keys(), api.DefaultIssuer, api.DefaultAudience),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))}))
	defer server.Close()
	t.Setenv("RICONGIUNGI_URL", server.URL)
	t.Setenv("RICONGIUNGI_TOKEN", token)
	var out bytes.Buffer
	program := root()
	program.SetArgs(arguments)
	program.SetOut(&out)
	must(t, program.Execute())
	return out.String()
}

func TestFiguresAreShownToPeopleAndMachines(t *testing.T) {
	for _, c := range []struct{ arguments, shows string }{
		{"demand", "MUNICIPIO  CHILDREN  SUPPRESSED\n4          10        no\n7          25        no\ntotal      35        no\n"},
		{"demand --csv", "municipio,children,suppressed,definition,as_of,log_position\n4,10,no,school_demand/1,"},
		{"demand --json", `"rounded_to":5`},
		{"forecast", "No forecast: the log shows 0 entries, and 30 are needed."},
		{"forecast --backtest --now --csv", "made_on,month,ahead,expected,low,high,came,naive,definition,as_of,log_position"},
		{"indicators", "long_wait/1"},
		{"indicators --csv --as-of 2026-01-31", ",indicators/1,2026-01-31,9\n"},
	} {
		f := &figures{}
		if out := f.ask(t, strings.Fields(c.arguments)...); !strings.Contains(out, c.shows) {
			t.Errorf("%s shows\n%s", c.arguments, out)
		}
		if len(f.asked) == 0 || f.asked[0].Purpose != "report" {
			t.Errorf("%s is not kept: %+v", c.arguments, f.asked)
		}
	}
}
