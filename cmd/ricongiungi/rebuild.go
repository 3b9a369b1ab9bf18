// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ricongiungi/workflows"
)

func rebuildCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "rebuild", Short: "Make anew, from the log, what is derived from it"}
	cmd.AddCommand(&cobra.Command{
		Use: "views", Short: "Write every view anew and tell how many differed from the log", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return rebuildViews(cmd, s) },
	}, &cobra.Command{
		Use: "workflows", Short: "Start the workflow of every open case that has none, with the deadlines of the log", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return rebuildWorkflows(cmd, s) },
	})
	return cmd
}

func rebuildViews(cmd *cobra.Command, s *settings) error {
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	ids, err := log.CaseIDs(cmd.Context())
	if err != nil {
		return err
	}
	var differed atomic.Int64
	err = each(cmd.Context(), ids, "rebuilding views", 8, func(ctx context.Context, id string) error {
		equal, err := log.RebuildView(ctx, id)
		if !equal {
			differed.Add(1)
		}
		return err
	})
	fmt.Fprintf(cmd.OutOrStdout(), "%d cases rebuilt; %d differed from the log before.\n", len(ids), differed.Load())
	return err
}

func rebuildWorkflows(cmd *cobra.Command, s *settings) error {
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	temporal, err := s.dialTemporal(newLog(os.Stderr))
	if err != nil {
		return fmt.Errorf("temporal: %w", err)
	}
	defer temporal.Close()
	ids, err := log.OpenCaseIDs(cmd.Context())
	if err != nil {
		return err
	}
	engine := &workflows.Engine{Client: temporal}
	err = each(cmd.Context(), ids, "starting workflows", 16, engine.Start)
	if err == nil {
		fmt.Fprintf(cmd.OutOrStdout(), "%d open cases have their workflow.\n", len(ids))
	}
	return err
}

// each does something for every id, several at a time, with a progress bar.
func each(ctx context.Context, ids []string, what string, parallel int, do func(context.Context, string) error) error {
	bar := progress(int64(len(ids)), what)
	defer bar.Finish()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, id := range ids {
		group.Go(func() error {
			defer bar.Add(1)
			return do(ctx, id)
		})
	}
	return group.Wait()
}

// progress draws a bar on a terminal and stays silent elsewhere.
func progress(total int64, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(barOutput()),
		progressbar.OptionShowCount(), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish())
}
