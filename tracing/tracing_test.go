// SPDX-License-Identifier: AGPL-3.0-or-later

package tracing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdklog "go.temporal.io/sdk/log"

	"ricongiungi/access"
	"ricongiungi/activities"
	"ricongiungi/api"
	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/internal/testservers"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/samples"
	"ricongiungi/store"
	"ricongiungi/tracing"
	"ricongiungi/vault"
	"ricongiungi/views"
	"ricongiungi/worker"
	"ricongiungi/workflows"
)

func TestMain(m *testing.M) { testservers.Main(m) }

// hops are what one command shows on its way, in the order of ARCHITECTURE.md.
var hops = []string{
	"POST /v1/cases/{case_id}/commands",
	"store.accept",
	"UpdateWorkflow:submit_command",
	"HandleUpdate:submit_command",
	"RunActivity:HandleCommand",
	"store.transact",
	"casefile.decide",
	"store.commit",
}

func TestOneTraceShowsAllHopsOfACommandAndNobodysData(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	tracing.Use(trace.NewTracerProvider(trace.WithSyncer(spans)))
	var lines bytes.Buffer
	house := open(t, slog.New(tracing.Logged(slog.NewJSONHandler(&lines, nil))))
	caseID := house.openCase()
	spans.Reset()
	lines.Reset()

	house.give(caseID, "add_note", `{"note":"ha chiamato Zenobia Canarina"}`)

	server := find(t, spans.GetSpans(), hops[0])
	inTrace := map[string]tracetest.SpanStub{}
	for _, span := range spans.GetSpans() {
		if span.SpanContext.TraceID() == server.SpanContext.TraceID() {
			inTrace[span.Name] = span
		}
	}
	for _, name := range hops {
		if _, there := inTrace[name]; !there {
			t.Errorf("the trace has no %q; it has %v", name, slices.Sorted(maps.Keys(inTrace)))
		}
	}
	if told := fmt.Sprintf("%+v", spans.GetSpans()); strings.Contains(told, "Canarina") {
		t.Error("a span tells what the note says")
	}
	assertLine(t, lines.String(), caseID, server.SpanContext.TraceID().String())
}

// assertLine wants one line about the request that leads to the case, to the
// command and to the trace.
func assertLine(t *testing.T, lines, caseID, traceID string) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var said map[string]any
		must(t, json.Unmarshal([]byte(line), &said))
		if said["msg"] == "request" && said["case_id"] == caseID && said["command_id"] != "" && said["request_id"] != "" && said["trace_id"] == traceID {
			return
		}
	}
	t.Errorf("no line of the log leads from the request to its trace:\n%s", lines)
}

func TestNothingIsTracedUnlessTheEnvironmentAsksForIt(t *testing.T) {
	for _, name := range []string{"OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED"} {
		t.Setenv(name, "")
	}
	if tracing.Asked() {
		t.Error("traces are on though nobody asked for them")
	}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
	if !tracing.Asked() {
		t.Error("traces are off though an endpoint is named")
	}
	t.Setenv("OTEL_SDK_DISABLED", "true")
	if tracing.Asked() {
		t.Error("traces are on though they are switched off")
	}
}

func TestTracesGoWhereTheEnvironmentSays(t *testing.T) {
	arrived := make(chan string, 8)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.URL.Path }))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	stop, err := tracing.Start(t.Context(), "serve", "test")
	must(t, err)
	router := chi.NewRouter()
	router.Use(tracing.HTTP)
	router.Get("/somewhere", func(http.ResponseWriter, *http.Request) {})
	router.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/somewhere", nil))
	must(t, stop(t.Context()))
	if path := <-arrived; path != "/v1/traces" {
		t.Errorf("the traces went to %s", path)
	}
}

func find(t *testing.T, spans tracetest.SpanStubs, name string) tracetest.SpanStub {
	t.Helper()
	for _, span := range spans {
		if span.Name == name {
			return span
		}
	}
	t.Fatalf("there is no span %q", name)
	return tracetest.SpanStub{}
}

// house is the API with everything behind it.
type house struct {
	t       *testing.T
	log     *store.Store
	api     http.Handler
	token   string
	officer casefile.Actor
}

func open(t *testing.T, logger *slog.Logger) *house {
	t.Helper()
	url := testservers.Database(t, func(url string) error { return store.Migrate(context.Background(), url) }, "store")
	keys, err := vault.Open(filepath.Join(t.TempDir(), "keys.json"))
	must(t, err)
	signer, err := ledger.LoadOrCreateSigner(filepath.Join(t.TempDir(), "log.key"), "ricongiungi.test/log")
	must(t, err)
	log, err := store.Open(t.Context(), store.Config{URL: url, Vault: keys, Signer: signer, Book: rules.Default()})
	must(t, err)
	t.Cleanup(log.Close)
	traced, err := tracing.Temporal()
	must(t, err)
	address, namespace := testservers.Temporal(t)
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace, Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
		Interceptors: []interceptor.ClientInterceptor{traced}})
	must(t, err)
	t.Cleanup(c.Close)
	w := worker.New(c, &activities.Activities{Log: log, Post: worker.SimulatedMailbox{Store: log}}, slog.New(slog.DiscardHandler))
	must(t, w.Start())
	t.Cleanup(w.Stop)
	issuer, err := api.NewIssuer(filepath.Join(t.TempDir(), "tokens.json"))
	must(t, err)
	h := &house{t: t, log: log, officer: casefile.Actor{ID: uuid.NewString(), Role: casefile.SUIOfficer}}
	h.token, err = issuer.Token(uuid.New(), casefile.Counsellor, "wemi-mi", time.Hour)
	must(t, err)
	h.api = api.New(api.Config{Orders: log, Engine: &workflows.Engine{Client: c}, Views: log, Handoffs: log, Evidence: log, Figures: log,
		Health: well{}, Tokens: api.NewVerifier(issuer.Keys(), api.DefaultIssuer, api.DefaultAudience), Rights: access.Default(), Log: logger, Watch: tracing.HTTP})
	return h
}

type well struct{}

// Check says that every part answers.
func (well) Check(context.Context) map[string]error { return nil }

// openCase opens a case in the log, as the courier does.
func (h *house) openCase() string {
	h.t.Helper()
	var opening handoff.Message
	for _, m := range samples.Messages(300, 7, rules.DateOf(time.Now())) {
		if m.Kind == handoff.Decision && m.Sponsor != nil && m.Members[0].Decision == "authorised" {
			opening = m
			break
		}
	}
	opening.Sequence = 1
	raw, err := json.Marshal(opening)
	must(h.t, err)
	_, err = h.log.AcceptHandoffs(h.t.Context(), []views.Received{{Message: opening, Raw: raw, By: h.officer}})
	must(h.t, err)
	waiting, err := h.log.Deliverable(h.t.Context(), 1)
	must(h.t, err)
	_, err = h.log.Transact(h.t.Context(), waiting[0].CaseID, waiting[0].CommandID)
	must(h.t, err)
	return waiting[0].CaseID
}

func (h *house) give(caseID, name, data string) {
	h.t.Helper()
	r := httptest.NewRequest("POST", "/v1/cases/"+caseID+"/commands", strings.NewReader(`{"type":"`+name+`","data":`+data+`}`))
	r.Header.Set("Authorization", "Bearer "+h.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", uuid.NewString())
	answer := httptest.NewRecorder()
	h.api.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		h.t.Fatalf("%s is answered with %d: %s", name, answer.Code, answer.Body)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
