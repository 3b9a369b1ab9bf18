// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ricongiungi/metrics"
	"ricongiungi/store"
	"ricongiungi/workflows"
)

func rebuildCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "rebuild", Short: "Make anew, from the log, what is derived from it"}
	cmd.AddCommand(rebuildViewsCommand(s), &cobra.Command{
		Use: "workflows", Short: "Start the workflow of every open case that has none, with the deadlines of the log", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return rebuildWorkflows(cmd, s) },
	})
	return cmd
}

func rebuildViewsCommand(s *settings) *cobra.Command {
	var check bool
	var every time.Duration
	cmd := &cobra.Command{
		Use: "views", Short: "Build every view anew beside those in use, compare them, and swap what differs", Args: cobra.NoArgs,
		Long: `Builds every view from the log beside those in use, compares the two row by row
and by one digest, and swaps what differs, while everything goes on working.
With --check nothing is changed, and the exit status is 3 when something differs.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return rebuildViews(cmd, s, check, every) },
	}
	cmd.Flags().BoolVar(&check, "check", false, "compare only")
	cmd.Flags().DurationVar(&every, "every", 0, "do it again and again, with this pause between, until stopped")
	return cmd
}

func rebuildViews(cmd *cobra.Command, s *settings, check bool, every time.Duration) error {
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	for {
		err := rebuildOnce(cmd, log, check)
		if every <= 0 || err != nil {
			return err
		}
		select {
		case <-cmd.Context().Done():
			return nil
		case <-time.After(every):
		}
	}
}

// rebuildOnce says what differed by its ids, so that somebody can look into it.
func rebuildOnce(cmd *cobra.Command, log *store.Store, check bool) error {
	var bar *progressbar.ProgressBar
	began := time.Now()
	done, err := log.RebuildViews(cmd.Context(), store.Rebuild{CheckOnly: check,
		OnCases: func(total int64) { bar = progress(total, "building views") }, OnCase: func() { bar.Add(1) }})
	if bar != nil {
		bar.Finish()
	}
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	for _, id := range done.Differ {
		fmt.Fprintln(out, "differed:", id)
	}
	fmt.Fprintf(out, "%d cases built from the log in %s; %d differed from the views in use.\nViews in use %s\nfrom the log %s\n",
		done.Cases, time.Since(began).Round(time.Millisecond), len(done.Differ), done.InUse, done.FromLog)
	if !done.Equal() {
		return altered{"the views in use are not what the log says"}
	}
	return nil
}

func rebuildWorkflows(cmd *cobra.Command, s *settings) error {
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	temporal, err := s.dialTemporal(newLog(), metrics.New(version()))
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
