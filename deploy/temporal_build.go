// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// temporalPrograms are what a build gives: the server and its schema tool.
var temporalPrograms = []string{"server", "sql"}

// TemporalPrograms returns the folder with the Temporal server and its schema
// tool, building them first when this machine has not done so yet. Builds are
// kept in the user's cache, so a second checkout does not build again.
func TemporalPrograms(ctx context.Context, cfg Config) (string, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return "", err
	}
	if cfg.TemporalBin != "" {
		if !hasTemporalPrograms(cfg.TemporalBin) {
			return "", fmt.Errorf("%s holds no Temporal programs server and sql: correct TemporalBin or leave it empty", cfg.TemporalBin)
		}
		return cfg.TemporalBin, nil
	}
	p, err := findPin(cfg.SourceDir)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(buildCache(cfg), p.key())
	if hasTemporalPrograms(dir) {
		return dir, nil
	}
	return dir, buildOnce(ctx, p, dir, cfg)
}

func hasTemporalPrograms(dir string) bool {
	for _, name := range temporalPrograms {
		if !isExecutable(filepath.Join(dir, name)) {
			return false
		}
	}
	return true
}

// buildCache falls back to the data directory for users without a home.
func buildCache(cfg Config) string {
	if dir, err := os.UserCacheDir(); err == nil {
		return filepath.Join(dir, "ricongiungi")
	}
	return cfg.path("cache")
}

// buildOnce lets one process build while the others wait for its result.
func buildOnce(ctx context.Context, p pin, dir string, cfg Config) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("make the build cache: %w", err)
	}
	lock := flock.New(dir + ".lock")
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return fmt.Errorf("wait for another build of Temporal to end: %w", err)
	}
	defer lock.Close()
	if hasTemporalPrograms(dir) {
		return nil
	}
	return build(ctx, p, dir, cfg)
}

// build compiles beside the final place and moves the result there when it is
// complete, so an interrupted build is never taken for a finished one.
func build(ctx context.Context, p pin, dir string, cfg Config) error {
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("build the Temporal server: install Go, or set TEMPORAL_ADDRESS to a server you have: %w", err)
	}
	started := time.Now()
	fmt.Fprintf(cfg.Out, "Building Temporal %s, once on this machine: about 5 minutes on 2 cores ...\n", p.version)
	tmp := dir + ".new" // ours alone: we hold the lock
	if err := errors.Join(os.RemoveAll(tmp), os.Mkdir(tmp, 0o755)); err != nil {
		return fmt.Errorf("make a folder to build in: %w", err)
	}
	defer os.RemoveAll(tmp)
	defer tellTime(started, cfg.Out)()
	if err := compile(ctx, p, tmp); err != nil {
		return err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return fmt.Errorf("put the finished build in its place: %w", err)
	}
	fmt.Fprintf(cfg.Out, "Temporal %s is built (%s).\n", p.version, time.Since(started).Round(time.Second))
	return nil
}

// tellTime shows that the build is alive; the compiler itself says nothing for minutes.
func tellTime(started time.Time, out io.Writer) (stop func()) {
	ticker := time.NewTicker(30 * time.Second)
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				fmt.Fprintf(out, "... still building (%s)\n", time.Since(started).Round(time.Second))
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		<-finished
	}
}

func compile(ctx context.Context, p pin, into string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", into,
		"go.temporal.io/server/cmd/server", "go.temporal.io/server/cmd/tools/sql")
	cmd.Dir = p.dir
	// Flags and workspaces of the person at the terminal are about another module.
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the Temporal server in %s; go said:\n%s\n(%w)", p.dir, lastLines(string(out), 8), err)
	}
	return nil
}
