// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFoundPostgresHasItsServerPrograms(t *testing.T) {
	t.Parallel()
	dir, err := FindPostgres(0)
	if err != nil {
		t.Fatal(err)
	}
	if version := postgresVersion(dir); !hasPostgresPrograms(dir) || version < oldestPostgres {
		t.Errorf("found version %d in %s", version, dir)
	}
}

func TestAMissingVersionIsNamed(t *testing.T) {
	t.Parallel()
	_, err := FindPostgres(99)
	if !errors.Is(err, errNoPostgres) || !strings.Contains(err.Error(), "install postgresql-99") {
		t.Errorf("the error is %v", err)
	}
}

func TestDataSurvivesAStopAndAStart(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	first := startPostgres(t, cfg)
	keepNote(t, first.DatabaseURL())
	stop(t, first)

	second := startPostgres(t, cfg)

	if got := query(t, second.DatabaseURL(), "SELECT text FROM notes"); got != "kept" {
		t.Errorf("read %q", got)
	}
	if first.DatabaseURL() != second.DatabaseURL() {
		t.Errorf("the database moved from %s to %s", first.DatabaseURL(), second.DatabaseURL())
	}
}

func TestACommittedRowSurvivesTheDeathOfTheServer(t *testing.T) {
	t.Parallel()
	s := startPostgres(t, testConfig(dataDir(t)))
	keepNote(t, s.DatabaseURL())

	kill(t, s.supervisor.Pids()["postgres"])

	eventually(t, "the server is back with its data", func() error {
		text, err := tryQuery(s.DatabaseURL(), "SELECT text FROM notes")
		if err == nil && text != "kept" {
			err = fmt.Errorf("read %q", text)
		}
		return err
	})
}

func TestADurableClusterWaitsForTheDiskAndChecksWhatItReads(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	cfg.Durable = true
	s := startPostgres(t, cfg)
	for _, setting := range []string{"fsync", "full_page_writes", "synchronous_commit", "data_checksums"} {
		if got := query(t, s.DatabaseURL(), "SHOW "+setting); got != "on" {
			t.Errorf("%s is %s", setting, got)
		}
	}
}

func TestNobodyEntersWithoutThePassword(t *testing.T) {
	t.Parallel()
	s := startPostgres(t, testConfig(dataDir(t)))
	url := strings.Replace(s.DatabaseURL(), s.cluster.password, "guess", 1)
	if _, err := tryQuery(url, "SELECT 'in'"); err == nil || !strings.Contains(err.Error(), "password authentication failed") {
		t.Errorf("with a wrong password: %v", err)
	}
	info, err := os.Stat(s.cfg.path(passwordFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the password file has mode %v", info.Mode())
	}
}

func TestATakenPortIsNamed(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	s := startPostgres(t, cfg)
	stop(t, s)
	taken, err := net.Listen("tcp", loopback(s.cluster.port))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()

	_, err = StartPostgres(t.Context(), cfg)

	if want := fmt.Sprintf("port %d, where postgres listens, is taken", s.cluster.port); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v", err)
	}
}

func TestAServerThatDoesNotStartShowsItsLastWords(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	s := startPostgres(t, cfg)
	stop(t, s)
	if err := appendLine(filepath.Join(s.cluster.dir, "postgresql.conf"), "no_such_setting = 1"); err != nil {
		t.Fatal(err)
	}

	_, err := StartPostgres(t.Context(), cfg)

	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("the error is %v", err)
	}
}

func TestAServerWithoutSupervisorIsStoppedBeforeTheNextStart(t *testing.T) {
	t.Parallel()
	cfg := testConfig(dataDir(t))
	s := startPostgres(t, cfg)
	stop(t, s)
	log := filepath.Join(s.cluster.dir, "orphan.log")
	if out, err := s.cluster.command(context.Background(), "pg_ctl", "start", "-D", s.cluster.dir, "-l", log, "-w").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	again := startPostgres(t, cfg)

	if got := query(t, again.DatabaseURL(), "SELECT 'well'"); got != "well" {
		t.Errorf("read %q", got)
	}
}

func TestAClusterLivesElsewhereWhenItsUserCannotReachTheDataDirectory(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root runs the cluster as another user")
	}
	cfg := testConfig(t.TempDir()) // closed to others
	s := startPostgres(t, cfg)
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(s.cluster.dir)) })
	if !strings.HasPrefix(s.cluster.dir, machineDir) {
		t.Fatalf("the cluster is in %s", s.cluster.dir)
	}
	keepNote(t, s.DatabaseURL())
	stop(t, s)

	again := startPostgres(t, cfg)
	if got := query(t, again.DatabaseURL(), "SELECT text FROM notes"); got != "kept" {
		t.Errorf("read %q", got)
	}

	stop(t, again)
	if err := os.RemoveAll(s.cluster.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := StartPostgres(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "is not there any more") {
		t.Errorf("with the cluster gone: %v", err)
	}
}
