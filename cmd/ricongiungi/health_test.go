// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	sdkworker "go.temporal.io/sdk/worker"

	"ricongiungi/access"
	"ricongiungi/api"
	"ricongiungi/internal/testservers"
	"ricongiungi/store"
	"ricongiungi/workflows"
)

func TestMain(m *testing.M) { testservers.Main(m) }

// line is a connection to a server that can be cut and can go silent.
type line struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	silent bool
	ends   []net.Conn
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	l := &line{listener: listener, to: to}
	t.Cleanup(l.cut)
	go l.accept()
	return l
}

func (l *line) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.mu.Lock()
		l.ends = append(l.ends, near)
		silent := l.silent
		l.mu.Unlock()
		if silent {
			continue // taken, and never answered
		}
		far, err := net.Dial("tcp", l.to)
		if err != nil {
			near.Close()
			continue
		}
		l.mu.Lock()
		l.ends = append(l.ends, far)
		l.mu.Unlock()
		go io.Copy(far, near)
		go io.Copy(near, far)
	}
}

// drop ends the connections there are.
func (l *line) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, end := range l.ends {
		end.Close()
	}
	l.ends = nil
}

func (l *line) cut() { l.listener.Close(); l.drop() }

// hush takes calls from now on without answering any.
func (l *line) hush() {
	l.mu.Lock()
	l.silent = true
	l.mu.Unlock()
	l.drop()
}

// machineRoom is the API and a worker on servers whose lines can be cut.
type machineRoom struct {
	parts              *parts
	api                http.Handler
	database, temporal *line
	leaving            *drain
}

func newMachineRoom(t *testing.T) *machineRoom {
	t.Helper()
	address, err := url.Parse(testservers.Database(t, func(url string) error { return store.Migrate(context.Background(), url) }, "store"))
	must(t, err)
	temporal, namespace := testservers.Temporal(t)
	m := &machineRoom{database: newLine(t, address.Host), temporal: newLine(t, temporal), leaving: &drain{pause: time.Minute}}
	address.Host = m.database.listener.Addr().String()
	s := &settings{dataDir: t.TempDir(), databaseURL: address.String(), temporalAddress: m.temporal.listener.Addr().String(), namespace: namespace, origin: "ricongiungi.test/log"}
	m.parts, err = s.openParts(t.Context(), "test")
	must(t, err)
	t.Cleanup(m.parts.close)
	m.parts.logger = slog.New(slog.DiscardHandler)
	issuer, err := api.NewIssuer(filepath.Join(t.TempDir(), "tokens.json"))
	must(t, err)
	m.api = api.New(api.Config{Health: m.parts.health(), Tokens: api.NewVerifier(issuer.Keys(), "", ""), Rights: access.Default(), Log: m.parts.logger,
		Watch: m.parts.watch, Leaving: m.leaving.began.Load})
	return m
}

func (m *machineRoom) ask(handler http.Handler, path string) (int, string) {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
	return answer.Code, answer.Body.String()
}

// assertSays checks the status of the paths and what /status names as down.
func (m *machineRoom) assertSays(t *testing.T, live, ready, status int, down string) {
	t.Helper()
	for path, want := range map[string]int{"/livez": live, "/readyz": ready, "/status": status} {
		if code, said := m.ask(m.api, path); code != want {
			t.Errorf("%s answers %d, not %d: %s", path, code, want, said)
		}
	}
	if _, said := m.ask(m.api, "/status"); status == http.StatusOK && !strings.Contains(said, down) {
		t.Errorf("/status does not say %q: %s", down, said)
	}
}

func (m *machineRoom) workerStarts(t *testing.T) {
	t.Helper()
	w := sdkworker.New(m.parts.temporal, workflows.TaskQueue, sdkworker.Options{})
	w.RegisterWorkflow(workflows.Case)
	must(t, w.Start())
	t.Cleanup(w.Stop)
	within(t, func() bool { return m.parts.health().Check(t.Context())["worker"] == nil })
}

func within(t *testing.T, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(time.Minute)
	for !holds() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatal("it did not happen within a minute")
		}
	}
}

func TestTheStatusTellsTheTruthWhenAPartIsDown(t *testing.T) {
	t.Parallel()
	m := newMachineRoom(t)
	m.assertSays(t, 200, 200, 200, "down: worker")
	m.workerStarts(t)
	m.assertSays(t, 200, 200, 200, "The service works.")
	// A server that takes calls and answers none must not make the other one look dead.
	m.temporal.hush()
	m.assertSays(t, 200, 200, 200, "down: temporal, worker")
	if code, _ := m.ask(m.parts.probes(), "/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("a worker without Temporal says %d", code)
	}
	m.database.cut()
	m.assertSays(t, 200, 503, 503, "")
	if _, figures := m.ask(m.parts.probes(), "/metrics"); !strings.Contains(figures, `ricongiungi_part_up{part="database"} 0`) {
		t.Error("the metrics do not show that the database is down")
	}
}

func TestAProcessThatIsAskedToStopIsNotReadyButAnswers(t *testing.T) {
	t.Parallel()
	m := newMachineRoom(t)
	ctx, stop := context.WithCancel(t.Context())
	going := m.leaving.after(ctx)
	m.assertSays(t, 200, 200, 200, "")
	stop()
	within(t, m.leaving.began.Load)
	m.assertSays(t, 200, 503, 200, "")
	if going.Err() != nil {
		t.Error("it does not go on answering")
	}
}
