// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build linux

package chaos

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// room is how large the disk is. PostgreSQL with two databases and its journal
// takes about a third.
const room = "size=640m"

// TestAFullDiskAcknowledgesNothingFalsely fills the disk that PostgreSQL writes
// to. What is then acknowledged must be kept, and work must go on as soon as
// there is room again.
func TestAFullDiskAcknowledgesNothingFalsely(t *testing.T) {
	testingShort(t)
	dir := folder(t)
	if err := syscall.Mount("none", dir, "tmpfs", 0, room); err != nil {
		t.Skipf("a small disk can be made by root only: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	c := newCrowd(openTown(t, dir), 20, *speed)
	c.arrive()
	c.calm()
	filler := filepath.Join(dir, "filler")
	t.Logf("%d MiB of the disk filled", fill(t, filler)>>20)
	before := c.answers.Load()
	c.pass(*spell)
	t.Logf("%d answers in %s with a full disk", c.answers.Load()-before, *spell)
	must(t, os.Remove(filler))
	began := time.Now()
	c.answered()
	t.Logf("answered again %s after there was room", time.Since(began).Round(time.Millisecond))
	if *judge && time.Since(began) > 10*time.Second {
		t.Errorf("the goal is 10 s")
	}
	c.calm()
	c.verify(c.goHome())
}

// fill writes until nothing more fits.
func fill(t *testing.T, path string) int64 {
	t.Helper()
	file, err := os.Create(path)
	must(t, err)
	defer file.Close()
	block := make([]byte, 64<<10)
	var written int64
	for {
		n, err := file.Write(block)
		written += int64(n)
		if errors.Is(err, syscall.ENOSPC) {
			return written
		}
		must(t, err)
	}
}
