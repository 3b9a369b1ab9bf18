// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/deploy"
	"ricongiungi/store"
)

func upCommand(s *settings) *cobra.Command {
	var sample bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run the whole system on this machine",
		Long: `Runs PostgreSQL, the Temporal server, the API and a worker on this machine, all
private to it, with everything they keep under the data folder. With DATABASE_URL
and TEMPORAL_ADDRESS set, those servers are used and none is started.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return up(cmd, s, sample) },
	}
	cmd.Flags().BoolVar(&sample, "sample", true, "bring in invented families on the first start")
	return cmd
}

func up(cmd *cobra.Command, s *settings, sample bool) error {
	ctx := cmd.Context()
	if run, err := deploy.ReadRun(s.dataDir); err == nil {
		return fmt.Errorf("%w: process %d runs on %s; stop it with Ctrl-C there, or use another folder with --data", deploy.ErrRunning, run.PID, s.dataDir)
	}
	if err := portFree("API", "RICONGIUNGI_LISTEN", s.listen); err != nil {
		return err
	}
	if err := portFree("page of metrics", "RICONGIUNGI_METRICS", s.metrics); err != nil {
		return err
	}
	if err := portFree("page of the worker's metrics", "RICONGIUNGI_WORK_METRICS", s.workMetrics); err != nil {
		return err
	}
	if s.issuerURL == "" {
		if err := portFree("sample provider of identities", "RICONGIUNGI_PROVIDER", s.provider); err != nil {
			return err
		}
	}
	system, err := deploy.Start(ctx, deploy.Config{DataDir: s.dataDir, DatabaseURL: s.databaseURL, TemporalAddress: s.temporalAddress,
		TemporalNamespace: s.namespace, Durable: true, Out: cmd.ErrOrStderr()})
	if err != nil {
		return err
	}
	defer system.Stop()
	s.databaseURL, s.temporalAddress, s.namespace = system.DatabaseURL(), system.TemporalAddress(), system.Namespace()
	if err := s.startProgram(ctx, system); err != nil {
		return ended(ctx, err)
	}
	if sample {
		if err := s.bringSample(ctx, cmd.ErrOrStderr()); err != nil {
			return ended(ctx, err)
		}
	}
	s.greet(cmd)
	return ended(ctx, system.Wait())
}

// ended makes a Ctrl-C a good end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func portFree(what, setting, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("the %s cannot listen on %s (another program uses the port?); choose another with %s: %w", what, address, setting, err)
	}
	return listener.Close()
}

// startProgram migrates and starts the API and a worker as processes of their own.
func (s *settings) startProgram(ctx context.Context, system *deploy.System) error {
	if err := store.Migrate(ctx, s.databaseURL); err != nil {
		return err
	}
	if err := s.makeKeys(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	for _, part := range s.processes() {
		environment := []string{"RICONGIUNGI_DATA=" + s.dataDir, "RICONGIUNGI_LISTEN=" + s.listen, "RICONGIUNGI_METRICS=" + s.metrics, "RICONGIUNGI_WORK_METRICS=" + s.workMetrics,
			"RICONGIUNGI_PROVIDER=" + s.provider, "RICONGIUNGI_PUBLIC_URL=" + s.publicURL}
		if err := system.Spawn(part, []string{self, part}, environment); err != nil {
			return err
		}
	}
	if err := waitReady(ctx, "http://"+s.listen+"/readyz"); err != nil {
		return err
	}
	return system.Record(func(run *deploy.Run) { run.APIURL = "http://" + s.listen })
}

// processes are the parts of the program that run on their own.
func (s *settings) processes() []string {
	if s.issuerURL == "" {
		return []string{"sample-provider", "serve", "work"}
	}
	return []string{"serve", "work"}
}

// waitReady asks until the API says that all its parts answer.
func waitReady(ctx context.Context, url string) error {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(2 * time.Minute)
	for {
		response, err := http.Get(url)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline:
			return fmt.Errorf("the API did not become ready within two minutes: see the log folder in the data folder")
		case <-ticker.C:
		}
	}
}

func (s *settings) greet(cmd *cobra.Command) {
	fmt.Fprintf(cmd.OutOrStdout(), `
Ricongiungi is up.

  console        %[4]s        pick one of the invented people to sign in as
  API            http://%[1]s        its description: http://%[1]s/openapi.yaml
  metrics        http://%[3]s/metrics and, of the worker, http://%[5]s/metrics
  a token        bin/ricongiungi token --role counsellor
                 (sui_officer, education_officer, supervisor, auditor, operator)
  look around    bin/ricongiungi case list
                 bin/ricongiungi case show CASE_ID
                 bin/ricongiungi handoff template > handoffs.csv
                 bin/ricongiungi handoff import handoffs.csv
                 bin/ricongiungi audit verify
  logs and data  %[2]s

Ctrl-C stops everything; the next start goes on where this one ends.
`, s.listen, s.dataDir, s.metrics, s.publicURL, s.workMetrics)
}
