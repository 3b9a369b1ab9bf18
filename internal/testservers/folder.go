// SPDX-License-Identifier: AGPL-3.0-or-later

package testservers

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const folderPrefix = "ricongiungi-test-"

// newFolder makes the data directory of this binary and clears those that
// killed binaries left behind.
func newFolder() (string, error) {
	clearAbandoned()
	dir, err := os.MkdirTemp("", folderPrefix)
	if err != nil {
		return "", fmt.Errorf("make a folder for the test servers: %w", err)
	}
	// The PostgreSQL user must be able to pass when the tests run as root.
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", fmt.Errorf("open the folder of the test servers: %w", err)
	}
	return dir, nil
}

// settleTime passes over folders that another binary is just setting up, or
// whose servers are still on their way out.
const settleTime = 2 * time.Minute

// clearAbandoned is a courtesy to the disk; whatever fails is left for the next run.
func clearAbandoned() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < settleTime {
			continue
		}
		lock := flock.New(filepath.Join(dir, "lock"), flock.SetFlag(os.O_RDWR))
		if free, err := lock.TryLock(); err == nil && free {
			_ = os.RemoveAll(dir)
			_ = lock.Close()
		}
	}
}
