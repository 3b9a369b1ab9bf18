// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ricongiungi/activities"
	"ricongiungi/deploy"
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
	p, err := s.openParts(cmd.Context(), "work")
	if err != nil {
		return err
	}
	defer p.close()
	log := measuredLog{p.log, p.meter, p.logger}
	w := worker.New(p.temporal, &activities.Activities{Log: log, Post: worker.Outgoing{Orders: p.log, Post: worker.SimulatedMailbox{Store: p.log}}}, p.logger)
	if err := w.Start(); err != nil {
		return fmt.Errorf("temporal at %s: %w", s.temporalAddress, err)
	}
	defer w.Stop()
	courier := &worker.Courier{Inbox: log, Engine: &workflows.Engine{Client: p.temporal}, Book: p.book, Log: p.logger, Parallel: 32}
	p.logger.Info("working", "task_queue", workflows.TaskQueue)
	group, ctx := errgroup.WithContext(cmd.Context())
	group.Go(func() error { courier.Run(ctx); return nil })
	group.Go(func() error { return serveUntilDone(ctx, s.workMetrics, p.probes(), p.logger) })
	return group.Wait()
}

func migrateCommand(s *settings) *cobra.Command {
	var namespace bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the newest schema, forward only",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.fromRunning(); err != nil {
				return err
			}
			if err := store.Migrate(cmd.Context(), s.databaseURL); err != nil || !namespace {
				return err
			}
			return deploy.EnsureNamespace(cmd.Context(), s.temporalAddress, s.namespace)
		},
	}
	cmd.Flags().BoolVar(&namespace, "namespace", false, "also register the namespace with Temporal, where it is new")
	return cmd
}
