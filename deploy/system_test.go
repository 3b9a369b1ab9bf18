// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"
)

func TestASecondUpOnTheSameDataSaysThatOneIsRunning(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	startPostgres(t, cfg)

	_, err := StartPostgres(t.Context(), cfg)

	if !errors.Is(err, ErrRunning) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("the second start says %v", err)
	}
}

func TestAWorkflowCanBeStartedWhenStartReturns(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	for _, round := range []string{"first", "second"} {
		s, err := Start(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Stop() })
		startWorkflow(t, s, "case-"+round)
		stop(t, s)
	}
}

func startWorkflow(t *testing.T, s *System, id string) {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: s.TemporalAddress(), Namespace: s.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: "nobody-listens"}, "AnyWorkflow")
	if err != nil {
		t.Fatal(err)
	}
}

func TestNothingOutlivesAKilledSupervisorAndTheNextOneGoesOn(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	supervisor, run := startSupervisorProcess(t, dir)
	keepNote(t, run.DatabaseURL)

	kill(t, supervisor.Process.Pid)
	_ = supervisor.Wait() // "signal: killed", as we know

	for name, pid := range run.Children {
		eventually(t, name+" is gone", func() error { return gone(pid) })
	}
	if _, err := ReadRun(dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("its record says %v", err)
	}
	next := startPostgres(t, testConfig(dir))
	if got := query(t, next.DatabaseURL(), "SELECT text FROM notes"); got != "kept" {
		t.Errorf("read %q", got)
	}
}

func TestTheNextStartNeedNotWaitForTheChildrenOfAKilledSupervisor(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	supervisor, _ := startSupervisorProcess(t, dir)

	kill(t, supervisor.Process.Pid)
	_ = supervisor.Wait()

	s, err := Start(t.Context(), testConfig(dir))
	if err != nil {
		t.Fatal(err)
	}
	stop(t, s)
}

func TestEverythingStopsWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	ctx, cancel := context.WithCancel(t.Context())
	s, err := StartPostgres(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	pid := s.supervisor.Pids()["postgres"]

	cancel()

	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := gone(pid); err != nil {
		t.Error(err)
	}
	if _, err := ReadRun(cfg.DataDir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("the record of the run says %v", err)
	}
}

func TestAnotherTerminalFindsTheRunningSystem(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	s := startPostgres(t, cfg)
	if err := s.Record(func(run *Run) { run.APIURL = "http://127.0.0.1:8080" }); err != nil {
		t.Fatal(err)
	}

	run, err := ReadRun(cfg.DataDir)

	if err != nil {
		t.Fatal(err)
	}
	if run.PID != os.Getpid() || run.DatabaseURL != s.DatabaseURL() || run.APIURL != "http://127.0.0.1:8080" || run.Children["postgres"] == 0 {
		t.Errorf("it reads %+v", run)
	}
}

func TestGivenServersAreUsedAndNothingIsStarted(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	cfg.DatabaseURL, cfg.TemporalAddress, cfg.TemporalNamespace = "postgres://elsewhere/db", "elsewhere:7233", "milano"

	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, s)

	if s.DatabaseURL() != cfg.DatabaseURL || s.TemporalAddress() != cfg.TemporalAddress || s.Namespace() != "milano" {
		t.Errorf("uses %s, %s, %s", s.DatabaseURL(), s.TemporalAddress(), s.Namespace())
	}
	if pids := s.supervisor.Pids(); len(pids) != 0 {
		t.Errorf("started %v", pids)
	}
}

func TestASpawnedCommandKnowsTheServers(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	cfg.DatabaseURL, cfg.TemporalAddress = "postgres://elsewhere/db", "elsewhere:7233"
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, s)

	script := `echo "$DATABASE_URL $TEMPORAL_ADDRESS $TEMPORAL_NAMESPACE $MORE"; exec sleep 1000`
	if err := s.Spawn("serve", []string{"sh", "-c", script}, []string{"MORE=more"}); err != nil {
		t.Fatal(err)
	}

	awaitLog(t, s.supervisor, "serve", "postgres://elsewhere/db elsewhere:7233 ricongiungi more")
}
