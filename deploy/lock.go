// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// ErrRunning says that another process already runs on the same data directory.
var ErrRunning = errors.New("already running")

// lockData makes this process the only one on the data directory. The kernel
// drops the lock when the process ends, however it ends, so it is never stale.
func lockData(cfg Config) (*flock.Flock, error) {
	path := cfg.path("lock")
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data directory through %s: %w", path, err)
	}
	if !got {
		return nil, fmt.Errorf("%w on %s (process %s): stop it first, with Ctrl-C where it runs or with kill",
			ErrRunning, cfg.DataDir, lockHolder(path))
	}
	// Written in place: the lock belongs to this very file, a renamed one would be unlocked.
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("write the process id into the lock: %w", err), lock.Close())
	}
	return lock, nil
}

func lockHolder(path string) string {
	content, err := os.ReadFile(path)
	if pid := strings.TrimSpace(string(content)); err == nil && pid != "" {
		return pid
	}
	return "unknown"
}
