// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// child is one program under supervision and, at any moment, at most one process.
type child struct {
	program    Program
	supervisor *Supervisor
	stop       chan struct{} // closed to say: do not start it again
	done       chan struct{} // closed when the last process is gone

	mu      sync.Mutex
	cmd     *exec.Cmd
	release func()
	deaths  int
	ending  bool
}

// fork starts one process. Its own process group keeps a Ctrl-C in the terminal
// from reaching it directly: we stop things in order.
func (c *child) fork() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending {
		return nil
	}
	log, err := openLog(c.logPath())
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(c.program.Command[0], c.program.Command[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env, cmd.Dir = c.program.Env, c.program.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.program.Credential}
	dieWithParent(cmd, c.program.DeathSignal)
	if err := theForker().start(cmd); err != nil {
		return fmt.Errorf("start %s: %w", c.program.Name, err)
	}
	c.cmd = cmd
	c.release, err = watchOver(cmd.Process.Pid, c.program.DeathSignal)
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return fmt.Errorf("watch over %s: %w", c.program.Name, err)
	}
	return nil
}

// Backoff between restarts: quick at first, because most deaths are accidents,
// then slow enough not to drown the log of a program that cannot start.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
	// steadyAfter is how long a program must run to be trusted again.
	steadyAfter = time.Minute
)

func (c *child) keepRunning() {
	defer close(c.done)
	pause := firstPause
	for {
		started := time.Now()
		reason := c.wait()
		if c.isEnding() {
			return
		}
		if time.Since(started) > steadyAfter {
			pause = firstPause
		}
		c.supervisor.say("%s stopped unexpectedly (%s); starting it again, see %s", c.program.Name, reason, c.logPath())
		if !c.restart(&pause) {
			return
		}
		c.supervisor.changed()
	}
}

// restart pauses and forks until a process is there; false when told to stop.
func (c *child) restart(pause *time.Duration) bool {
	for {
		select {
		case <-c.stop:
			return false
		case <-time.After(*pause):
		}
		*pause = min(*pause*2, longestPause)
		err := c.fork()
		if err == nil {
			return !c.isEnding()
		}
		c.supervisor.say("%v; trying again", err)
	}
}

func (c *child) wait() string {
	err := c.cmd.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaths++
	c.release()
	if err != nil {
		return err.Error()
	}
	return "it ended by itself"
}

// end stops the program for good.
func (c *child) end() error {
	c.mu.Lock()
	if !c.ending {
		c.ending = true
		close(c.stop)
	}
	c.mu.Unlock()
	for _, signal := range c.program.StopSignals {
		c.signal(signal)
		select {
		case <-c.done:
			return nil
		case <-time.After(c.program.Patience):
		}
	}
	return fmt.Errorf("%s (process %d) does not stop: end it by hand", c.program.Name, c.pid())
}

// signal reaches the leader alone, as its manual expects; SIGKILL takes its
// children along, since nobody is left to do so.
func (c *child) signal(signal syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if signal == syscall.SIGKILL {
		_ = syscall.Kill(-c.cmd.Process.Pid, signal)
		return
	}
	_ = c.cmd.Process.Signal(signal)
}

func (c *child) pid() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cmd.Process.Pid
}

func (c *child) isEnding() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

// alive is an error once the program has died more often than is forgiven: for
// those who wait for it to become ready.
func (c *child) alive(forgiven int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deaths <= forgiven {
		return nil
	}
	return fmt.Errorf("%s does not start; the end of %s says:\n%s", c.program.Name, c.logPath(), tail(c.logPath()))
}

func (c *child) logPath() string {
	return filepath.Join(c.supervisor.logDir, c.program.Name+".log")
}

func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return lastLines(string(content), 5)
}
