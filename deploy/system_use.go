// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// DatabaseURL is the application's database, with its owner's login.
func (s *System) DatabaseURL() string { return s.snapshot().DatabaseURL }

// TemporalAddress is Temporal's frontend, host:port.
func (s *System) TemporalAddress() string { return s.snapshot().TemporalAddress }

// Namespace is the Temporal namespace of our workflows.
func (s *System) Namespace() string { return s.snapshot().Namespace }

// Spawn runs one of our own commands under supervision: logged, started again
// when it dies, stopped before the servers it uses. env is added to our
// environment, after the addresses of the servers.
func (s *System) Spawn(name string, command []string, env []string) error {
	run := s.snapshot()
	full := append(os.Environ(),
		"DATABASE_URL="+run.DatabaseURL,
		"TEMPORAL_ADDRESS="+run.TemporalAddress,
		"TEMPORAL_NAMESPACE="+run.Namespace,
	)
	err := s.supervisor.Start(Program{Name: name, Command: command, Env: append(full, env...)})
	if err != nil {
		return err
	}
	return s.Record(func(*Run) {})
}

// Record changes what commands in other terminals read about this system, the
// address of the API for example.
func (s *System) Record(change func(*Run)) error {
	s.recordMu.Lock()
	defer s.recordMu.Unlock()
	change(&s.run)
	s.run.Children = s.supervisor.Pids()
	return WriteRun(s.cfg.DataDir, s.run)
}

func (s *System) snapshot() Run {
	s.recordMu.Lock()
	defer s.recordMu.Unlock()
	return s.run
}

// Wait returns when everything is stopped.
func (s *System) Wait() error {
	<-s.stopped
	return s.stopErr
}

// Stop stops everything in reverse order and lets go of the data directory.
// Calling it again waits for the first call.
func (s *System) Stop() error {
	s.stopOnce.Do(func() {
		defer close(s.stopped)
		s.stopErr = s.supervisor.Stop()
		if err := os.Remove(s.cfg.path(runFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.stopErr = errors.Join(s.stopErr, fmt.Errorf("withdraw the record of the run: %w", err))
		}
		s.stopErr = errors.Join(s.stopErr, s.lock.Close())
	})
	return s.Wait()
}
