// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Program is a child to keep running.
type Program struct {
	// Name is what people and the log file call it.
	Name string
	// Command is the program and its arguments.
	Command []string
	// Env is its whole environment.
	Env []string
	// Dir is where it starts; empty: where we are.
	Dir string
	// Credential is the user to run as; nil: ours.
	Credential *syscall.Credential
	// StopSignals are sent one after the other, each given Patience, until the
	// program ends. Empty: a polite request, then the end.
	StopSignals []syscall.Signal
	// Patience is 10 s when zero.
	Patience time.Duration
	// DeathSignal reaches the program when we die without stopping it; SIGKILL
	// when zero. A polite signal could be ignored by a program that hangs, and
	// all of ours survive a power cut anyway.
	DeathSignal syscall.Signal
}

func (p Program) withDefaults() Program {
	if len(p.StopSignals) == 0 {
		p.StopSignals = []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL}
	}
	if p.Patience == 0 {
		p.Patience = 10 * time.Second
	}
	if p.DeathSignal == 0 {
		p.DeathSignal = syscall.SIGKILL
	}
	return p
}

// Supervisor keeps programs running until it is stopped. A program that ends on
// its own is started again, ever more slowly if it keeps ending.
type Supervisor struct {
	logDir string
	say    func(format string, args ...any)
	// changed is called whenever a child got a new process.
	changed func()

	mu       sync.Mutex
	children []*child
	stopped  bool
}

// NewSupervisor writes the output of its programs to logDir and tells say about
// programs that had to be started again.
func NewSupervisor(logDir string, say func(format string, args ...any)) *Supervisor {
	return &Supervisor{logDir: logDir, say: say, changed: func() {}}
}

// Start starts a program and keeps it running.
func (s *Supervisor) Start(p Program) error {
	_, err := s.start(p)
	return err
}

func (s *Supervisor) start(p Program) (*child, error) {
	if len(p.Command) == 0 {
		return nil, fmt.Errorf("start %s: no command given", p.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, fmt.Errorf("start %s: everything is being stopped", p.Name)
	}
	c := &child{program: p.withDefaults(), supervisor: s, stop: make(chan struct{}), done: make(chan struct{})}
	if err := c.fork(); err != nil {
		return nil, err
	}
	s.children = append(s.children, c)
	go c.keepRunning()
	return c, nil
}

// Pids are the present process ids by program name.
func (s *Supervisor) Pids() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	pids := make(map[string]int, len(s.children))
	for _, c := range s.children {
		pids[c.program.Name] = c.pid()
	}
	return pids
}

// Stop ends all programs, the youngest first, because the younger use the older.
func (s *Supervisor) Stop() error {
	s.mu.Lock()
	s.stopped = true
	children := slices.Clone(s.children)
	s.mu.Unlock()
	var failed []error
	for _, c := range slices.Backward(children) {
		failed = append(failed, c.end())
	}
	return errors.Join(failed...)
}
