// SPDX-License-Identifier: AGPL-3.0-or-later

// Package testservers gives tests a real PostgreSQL and a real Temporal, started
// on first use and shared by all tests of one binary.
//
// A package whose tests use it should have
//
//	func TestMain(m *testing.M) { testservers.Main(m) }
//
// so that the servers stop and their folder goes when the tests are over. Without
// it the servers still end with the binary, and the next run clears the folder.
//
// TEST_DATABASE_URL and TEST_TEMPORAL_ADDRESS name servers to use instead.
package testservers

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"ricongiungi/deploy"
)

// server is what all tests of this binary share.
type server struct {
	mu       sync.Mutex
	dir      string
	system   *deploy.System
	temporal bool
	cleanups []func()
}

var shared server

// Main runs the tests, stops the servers they started and exits.
func Main(m *testing.M) {
	code := m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the test servers:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Postgres returns the URL of a PostgreSQL on which databases may be made.
func Postgres(t testing.TB) string {
	t.Helper()
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		return given
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if err := shared.startPostgres(); err != nil {
		t.Fatalf("start PostgreSQL for the tests: %v", err)
	}
	return shared.system.DatabaseURL()
}

// Temporal returns the address of a Temporal server and a namespace on it that
// no other test uses.
func Temporal(t testing.TB) (address, namespace string) {
	t.Helper()
	address = temporalAddress(t)
	namespace = "test-" + uuid.NewString()
	if err := deploy.EnsureNamespace(context.Background(), address, namespace); err != nil {
		t.Fatalf("make a Temporal namespace for the test: %v", err)
	}
	return address, namespace
}

func temporalAddress(t testing.TB) string {
	t.Helper()
	if given := os.Getenv("TEST_TEMPORAL_ADDRESS"); given != "" {
		return given
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if err := shared.startTemporal(t); err != nil {
		t.Fatalf("start Temporal for the tests: %v", err)
	}
	return shared.system.TemporalAddress()
}

func (s *server) startPostgres() error {
	if s.system != nil {
		return nil
	}
	dir, err := newFolder()
	if err != nil {
		return err
	}
	s.dir = dir
	s.system, err = deploy.StartPostgres(context.Background(), deploy.Config{DataDir: dir, RandomPorts: true})
	return err
}

func (s *server) startTemporal(t testing.TB) error {
	if s.temporal {
		return nil
	}
	// Built apart from the start, so that a wait of minutes is explained in the test's log.
	if _, err := deploy.TemporalPrograms(context.Background(), deploy.Config{DataDir: os.TempDir(), Out: testLog{t}}); err != nil {
		return err
	}
	if err := s.startPostgres(); err != nil {
		return err
	}
	if err := s.system.StartTemporal(context.Background()); err != nil {
		return err
	}
	s.temporal = true
	return nil
}

func (s *server) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cleanup := range s.cleanups {
		cleanup()
	}
	if s.system == nil {
		return nil
	}
	if err := s.system.Stop(); err != nil {
		return err
	}
	return os.RemoveAll(s.dir)
}

// testLog writes lines to the log of a test.
type testLog struct{ t testing.TB }

func (l testLog) Write(line []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(line)))
	return len(line), nil
}
