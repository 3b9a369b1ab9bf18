// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// System is a running Ricongiungi: the servers it needs and its own processes.
type System struct {
	cfg        Config
	lock       *flock.Flock
	ports      *ports
	supervisor *Supervisor
	cluster    *cluster
	temporal   *temporalServer

	recordMu sync.Mutex
	run      Run

	outMu    sync.Mutex
	stopOnce sync.Once
	stopErr  error
	stopped  chan struct{}
}

// Start brings up PostgreSQL and Temporal, except those the configuration says
// run elsewhere, and returns when both can be used. When ctx ends, everything
// is stopped in order; Wait returns when that is done.
func Start(ctx context.Context, cfg Config) (*System, error) {
	return boot(ctx, cfg, (*System).startDatabase, (*System).StartTemporal)
}

// StartPostgres brings up PostgreSQL alone. StartTemporal may follow.
func StartPostgres(ctx context.Context, cfg Config) (*System, error) {
	return boot(ctx, cfg, (*System).startDatabase)
}

func boot(ctx context.Context, cfg Config, steps ...func(*System, context.Context) error) (*System, error) {
	s, err := open(cfg)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		if err := step(s, ctx); err != nil {
			return nil, errors.Join(err, s.Stop())
		}
	}
	context.AfterFunc(ctx, func() { _ = s.Stop() }) // Wait returns the same error
	return s, nil
}

func open(cfg Config) (*System, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := cfg.prepareDirs(); err != nil {
		return nil, err
	}
	s := &System{cfg: cfg, stopped: make(chan struct{})}
	if s.lock, err = lockData(cfg); err != nil {
		return nil, err
	}
	if s.ports, err = loadPorts(cfg); err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	s.run = Run{PID: os.Getpid(), StartedAt: time.Now().UTC(), Namespace: cfg.TemporalNamespace}
	s.supervisor = NewSupervisor(cfg.path("log"), s.say)
	s.supervisor.changed = func() {
		if err := s.Record(func(*Run) {}); err != nil {
			s.say("%v", err)
		}
	}
	return s, nil
}

// startDatabase starts the private cluster unless the database is elsewhere.
func (s *System) startDatabase(ctx context.Context) error {
	if s.cfg.DatabaseURL != "" {
		return s.Record(func(run *Run) { run.DatabaseURL = s.cfg.DatabaseURL })
	}
	if err := s.startCluster(ctx); err != nil {
		return err
	}
	if err := s.cluster.createDatabases(ctx, applicationName); err != nil {
		return err
	}
	return s.Record(func(run *Run) { run.DatabaseURL = s.cluster.url(applicationName) })
}

func (s *System) startCluster(ctx context.Context) error {
	if s.cluster != nil {
		return nil
	}
	started := time.Now()
	cluster, err := openCluster(ctx, s.cfg, s.ports, s.say)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	process, err := s.supervisor.start(cluster.program())
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := cluster.awaitReady(ctx, process); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.cluster = cluster
	s.say("PostgreSQL is ready on port %d (%s).", cluster.port, seconds(started))
	return nil
}

// StartTemporal adds Temporal to a system that was begun with StartPostgres.
func (s *System) StartTemporal(ctx context.Context) error {
	if s.cfg.TemporalAddress != "" {
		return s.Record(func(run *Run) { run.TemporalAddress = s.cfg.TemporalAddress })
	}
	bin, err := TemporalPrograms(ctx, s.cfg)
	if err != nil {
		return err
	}
	if err := s.startCluster(ctx); err != nil {
		return err
	}
	started := time.Now()
	if err := prepareTemporalDatabases(ctx, s.cluster, bin); err != nil {
		return err
	}
	if s.temporal, err = startTemporalServer(ctx, s, bin); err != nil {
		return fmt.Errorf("start Temporal: %w", err)
	}
	if err := s.temporal.awaitReady(ctx, s.cfg.TemporalNamespace); err != nil {
		return fmt.Errorf("start Temporal: %w", err)
	}
	s.say("Temporal is ready on %s (%s).", s.temporal.address, seconds(started))
	return s.Record(func(run *Run) { run.TemporalAddress = s.temporal.address })
}

func (s *System) say(format string, args ...any) {
	s.outMu.Lock()
	defer s.outMu.Unlock()
	fmt.Fprintf(s.cfg.Out, format+"\n", args...)
}

func seconds(since time.Time) string {
	return fmt.Sprintf("%.1f s", time.Since(since).Seconds())
}
