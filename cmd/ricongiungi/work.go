// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"ricongiungi/activities"
	"ricongiungi/store"
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
	p.logger.Info("working", "task_queue", workflows.TaskQueue)
	wait.Wait()
	return nil
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
