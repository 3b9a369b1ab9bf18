// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build !linux

package deploy

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent is left to watchOver: only Linux lets a child ask for it.
func dieWithParent(*exec.Cmd, syscall.Signal) {}

// watchOver starts a shell that waits for the end of a pipe of which we hold the
// only other end. We cannot die without closing it; the shell then signals the
// child. Nothing is polled and nothing has to be cleaned up by us.
func watchOver(pid int, signal syscall.Signal) (release func(), err error) {
	const script = `trap "" INT; cat >/dev/null; kill -"$1" "$2"`
	watcher := exec.Command("/bin/sh", "-c", script, "watcher", strconv.Itoa(int(signal)), strconv.Itoa(pid))
	watcher.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	ours, err := watcher.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("open the pipe that tells of our death: %w", err)
	}
	if err := watcher.Start(); err != nil {
		return nil, fmt.Errorf("start the watcher: %w", err)
	}
	return func() {
		// Killed before its pipe closes: the process id may belong to someone else by now.
		_ = syscall.Kill(-watcher.Process.Pid, syscall.SIGKILL)
		_ = watcher.Wait()
		_ = ours.Close()
	}, nil
}

// commandLine is how a process was called, or empty when there is no such process.
func commandLine(pid int) string {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
