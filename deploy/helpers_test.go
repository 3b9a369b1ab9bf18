// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// superviseEnv turns the test binary into a program that runs a whole system on
// the folder it names, for tests that kill such a program.
const superviseEnv = "DEPLOY_TEST_SUPERVISE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(superviseEnv); dir != "" {
		supervise(dir)
	}
	os.Exit(m.Run())
}

func supervise(dir string) {
	s, err := Start(context.Background(), Config{DataDir: dir, RandomPorts: true})
	if err == nil {
		err = s.Spawn("worker", []string{"sleep", "1000"}, nil)
	}
	if err == nil {
		err = s.Wait()
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// startSupervisorProcess returns when the whole system of the process runs.
func startSupervisorProcess(t *testing.T, dir string) (*exec.Cmd, Run) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), superviseEnv+"="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	var run Run
	eventually(t, "the supervisor process runs everything", func() error {
		var err error
		run, err = ReadRun(dir)
		if err == nil && run.Children["worker"] == 0 {
			err = fmt.Errorf("only %v run", run.Children)
		}
		return err
	})
	return cmd, run
}

// dataDir is a folder that the PostgreSQL user can pass through, unlike t.TempDir.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ricongiungi-deploy-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func testConfig(dir string) Config {
	return Config{DataDir: dir, RandomPorts: true}
}

func startPostgres(t *testing.T, cfg Config) *System {
	t.Helper()
	s, err := StartPostgres(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

func stop(t *testing.T, s *System) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
}

// query returns the one text a statement yields.
func query(t *testing.T, url, statement string) string {
	t.Helper()
	text, err := tryQuery(url, statement)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// keepNote commits something that must be found again.
func keepNote(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "CREATE TABLE notes AS SELECT 'kept' AS text"); err != nil {
		t.Fatal(err)
	}
}

func tryQuery(url, statement string) (text string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, statement).Scan(&text)
	return text, err
}

func eventually(t *testing.T, what string, probe func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if err := poll(ctx, probe); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// gone counts a process that nobody has collected yet as gone: in a container
// there may be no one to do so.
func gone(pid int) error {
	if line := commandLine(pid); line != "" {
		return fmt.Errorf("process %d still runs: %s", pid, line)
	}
	return nil
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// transcript collects what a person at the terminal would read.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *transcript) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *transcript) say(format string, args ...any) { fmt.Fprintf(l, format+"\n", args...) }

func newSupervisor(t *testing.T) (*Supervisor, *transcript) {
	t.Helper()
	said := &transcript{}
	s := NewSupervisor(t.TempDir(), said.say)
	t.Cleanup(func() { _ = s.Stop() })
	return s, said
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}
