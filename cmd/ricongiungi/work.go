// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/activities"
	"ricongiungi/store"
	"ricongiungi/views"
	"ricongiungi/worker"
	"ricongiungi/workflows"
)

func workCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "work",
		Short: "Run the workflows of cases and deliver what was accepted",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return work(cmd, s) },
	}
}

func work(cmd *cobra.Command, s *settings) error {
	p, err := s.openParts(cmd.Context())
	if err != nil {
		return err
	}
	defer p.close()
	w := worker.New(p.temporal, &activities.Activities{Log: p.log, Post: worker.Outgoing{Orders: p.log, Post: worker.SimulatedMailbox{Store: p.log}}}, p.logger)
	if err := w.Start(); err != nil {
		return fmt.Errorf("temporal at %s: %w", s.temporalAddress, err)
	}
	defer w.Stop()
	courier := &worker.Courier{Inbox: p.log, Engine: &workflows.Engine{Client: p.temporal}, Book: p.book, Log: p.logger, Parallel: 32}
	var wait sync.WaitGroup
	wait.Go(func() { courier.Run(cmd.Context()) })
	wait.Go(func() { beat(cmd.Context(), p, "worker", "courier") })
	p.logger.Info("working", "task_queue", workflows.TaskQueue)
	wait.Wait()
	return nil
}

// heartbeat is how often a process says that it is alive.
const heartbeat = 15 * time.Second

// beat says that the parts of this process are alive, until the context ends.
func beat(ctx context.Context, p *parts, names ...string) {
	instance, _ := os.Hostname() // an unnamed host is one host
	instance = fmt.Sprintf("%s/%d", instance, os.Getpid())
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		for _, name := range names {
			if err := p.log.Beat(ctx, views.Heartbeat{Part: name, Instance: instance, Version: version()}); err != nil && ctx.Err() == nil {
				p.logger.Warn("heartbeat not noted", "error", err.Error())
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func migrateCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the newest schema, forward only",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.fromRunning(); err != nil {
				return err
			}
			return store.Migrate(cmd.Context(), s.databaseURL)
		},
	}
}
