// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAChildThatDiesIsStartedAgainAndSaidSo(t *testing.T) {
	t.Parallel()
	s, said := newSupervisor(t)
	if err := s.Start(Program{Name: "worker", Command: []string{"sleep", "1000"}}); err != nil {
		t.Fatal(err)
	}
	first := s.Pids()["worker"]

	kill(t, first)

	eventually(t, "a new process", func() error {
		if second := s.Pids()["worker"]; second == first || gone(second) == nil {
			return fmt.Errorf("still process %d", second)
		}
		return nil
	})
	if !strings.Contains(said.String(), "worker stopped unexpectedly (signal: killed); starting it again") {
		t.Errorf("the terminal reads %q", said)
	}
}

func TestAChildThatKeepsEndingIsStartedEverMoreSlowly(t *testing.T) {
	t.Parallel()
	s, said := newSupervisor(t)
	started := time.Now()
	if err := s.Start(Program{Name: "worker", Command: []string{"false"}}); err != nil {
		t.Fatal(err)
	}

	eventually(t, "three restarts", func() error {
		if n := strings.Count(said.String(), "exit status 1"); n < 4 {
			return fmt.Errorf("%d deaths so far", n)
		}
		return nil
	})
	if least := 7 * firstPause; time.Since(started) < least {
		t.Errorf("three restarts took %s, want at least %s", time.Since(started), least)
	}
}

func TestStoppingEndsTheYoungestFirst(t *testing.T) {
	t.Parallel()
	s, _ := newSupervisor(t)
	order := filepath.Join(t.TempDir(), "order")
	for _, name := range []string{"postgres", "temporal", "worker"} {
		script := fmt.Sprintf(`trap 'echo %s >>%s; exit' TERM; echo ready; while :; do sleep 0.01; done`, name, order)
		if err := s.Start(Program{Name: name, Command: []string{"sh", "-c", script}}); err != nil {
			t.Fatal(err)
		}
		awaitLog(t, s, name, "ready")
	}

	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}

	content, err := os.ReadFile(order)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(content); got != "worker\ntemporal\npostgres\n" {
		t.Errorf("stopped in the order %q", got)
	}
}

func TestAChildThatIgnoresTheRequestIsEndedAllTheSame(t *testing.T) {
	t.Parallel()
	s, _ := newSupervisor(t)
	err := s.Start(Program{
		Name:     "stubborn",
		Command:  []string{"sh", "-c", `trap '' TERM; echo ready; while :; do sleep 0.01; done`},
		Patience: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	awaitLog(t, s, "stubborn", "ready")
	pid := s.Pids()["stubborn"]

	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := gone(pid); err != nil {
		t.Error(err)
	}
}

func TestNothingStartsOnceStopped(t *testing.T) {
	t.Parallel()
	s, _ := newSupervisor(t)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(Program{Name: "late", Command: []string{"sleep", "1000"}}); err == nil {
		t.Error("a program was started after Stop")
	}
}

func TestAFullLogIsSetAsideWhenItsProgramStarts(t *testing.T) {
	t.Parallel()
	s, _ := newSupervisor(t)
	path := filepath.Join(s.logDir, "worker.log")
	writeFile(t, path, "old\n")
	if err := os.Truncate(path, largestLog+1); err != nil {
		t.Fatal(err)
	}

	if err := s.Start(Program{Name: "worker", Command: []string{"sh", "-c", "echo new; exec sleep 1000"}}); err != nil {
		t.Fatal(err)
	}

	awaitLog(t, s, "worker", "new")
	if !exists(path + ".1") {
		t.Error("the old log is gone")
	}
}

func awaitLog(t *testing.T, s *Supervisor, name, word string) {
	t.Helper()
	eventually(t, name+" says "+word, func() error {
		content, err := os.ReadFile(filepath.Join(s.logDir, name+".log"))
		if err == nil && !strings.Contains(string(content), word) {
			err = fmt.Errorf("the log reads %q", content)
		}
		return err
	})
}
