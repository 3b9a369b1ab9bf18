// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent asks the kernel to signal the child when we die.
func dieWithParent(cmd *exec.Cmd, signal syscall.Signal) {
	cmd.SysProcAttr.Pdeathsig = signal
}

// watchOver has nothing to add to the kernel's promise.
func watchOver(int, syscall.Signal) (release func(), err error) {
	return func() {}, nil
}

// commandLine is how a process was called, or empty when there is no such process.
func commandLine(pid int) string {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(content), "\x00", " ")
}
