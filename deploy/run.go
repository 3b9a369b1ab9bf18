// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Run is what a running system tells commands in other terminals about itself.
// It holds the database password, so its file is for the owner only.
type Run struct {
	PID             int            `json:"pid"`
	StartedAt       time.Time      `json:"started_at"`
	DatabaseURL     string         `json:"database_url"`
	TemporalAddress string         `json:"temporal_address"`
	Namespace       string         `json:"namespace"`
	APIURL          string         `json:"api_url,omitempty"`
	Children        map[string]int `json:"children,omitempty"`
}

// ErrNotRunning says that nothing runs on the data directory.
var ErrNotRunning = errors.New("nothing is running")

const runFile = "run.json"

// ReadRun finds the system that runs on a data directory, or ErrNotRunning.
func ReadRun(dataDir string) (Run, error) {
	var run Run
	content, err := os.ReadFile(filepath.Join(dataDir, runFile))
	if errors.Is(err, fs.ErrNotExist) {
		return run, fmt.Errorf("%w on %s: start it with \"ricongiungi up\"", ErrNotRunning, dataDir)
	}
	if err != nil {
		return run, fmt.Errorf("read who runs on %s: %w", dataDir, err)
	}
	if err := json.Unmarshal(content, &run); err != nil {
		return run, fmt.Errorf("read %s, which a new \"ricongiungi up\" writes afresh: %w", runFile, err)
	}
	if !alive(run.PID) {
		return Run{}, fmt.Errorf("%w on %s any more (process %d is gone): start it with \"ricongiungi up\"",
			ErrNotRunning, dataDir, run.PID)
	}
	return run, nil
}

// WriteRun records a running system in its data directory.
func WriteRun(dataDir string, run Run) error {
	content, err := json.MarshalIndent(run, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", runFile, err)
	}
	return writePrivate(filepath.Join(dataDir, runFile), append(content, '\n'))
}

// alive counts a process of another user as alive: we may not signal it, but it is there.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return pid > 0 && (err == nil || errors.Is(err, syscall.EPERM))
}
