// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
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
		RunE: func(cmd *cobra.Command, _ []string) error { return up(cmd, s, sample, deploy.Config{}, s.single()) },
	}
	cmd.Flags().BoolVar(&sample, "sample", true, "bring in invented families on the first start")
	return cmd
}

// up runs the servers that layout asks for and the processes of the program.
func up(cmd *cobra.Command, s *settings, sample bool, layout deploy.Config, processes []process) error {
	ctx := cmd.Context()
	if run, err := deploy.ReadRun(s.dataDir); err == nil {
		return fmt.Errorf("%w: process %d runs on %s; stop it with Ctrl-C there, or use another folder with --data", deploy.ErrRunning, run.PID, s.dataDir)
	}
	for _, p := range processes {
		if err := p.portsFree(); err != nil {
			return err
		}
	}
	layout.DataDir, layout.DatabaseURL, layout.TemporalAddress, layout.TemporalNamespace = s.dataDir, s.databaseURL, s.temporalAddress, s.namespace
	layout.Durable, layout.Out = true, cmd.ErrOrStderr()
	system, err := deploy.Start(ctx, layout)
	if err != nil {
		return err
	}
	defer system.Stop()
	s.databaseURL, s.temporalAddress, s.namespace = system.DatabaseURL(), system.TemporalAddress(), system.Namespace()
	if err := s.startProgram(ctx, system, processes); err != nil {
		return ended(ctx, err)
	}
	if sample {
		if err := s.bringSample(ctx, cmd.ErrOrStderr()); err != nil {
			return ended(ctx, err)
		}
	}
	s.greet(cmd, processes)
	return ended(ctx, system.Wait())
}

// ended makes a Ctrl-C a good end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// startProgram migrates and starts the processes of the program.
func (s *settings) startProgram(ctx context.Context, system *deploy.System, processes []process) error {
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
	for _, p := range processes {
		environment := []string{"RICONGIUNGI_DATA=" + s.dataDir, "RICONGIUNGI_PUBLIC_URL=" + s.publicURL, "RICONGIUNGI_PROVIDER=" + s.provider}
		for setting, address := range p.addresses {
			environment = append(environment, setting+"="+address)
		}
		if err := system.Spawn(p.name, []string{self, p.part}, environment); err != nil {
			return err
		}
	}
	for _, p := range processes {
		if p.part == "serve" {
			if err := waitReady(ctx, "http://"+p.addresses["RICONGIUNGI_LISTEN"]+"/readyz"); err != nil {
				return err
			}
		}
	}
	return system.Record(func(run *deploy.Run) { run.APIURL = "http://" + s.listen })
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

func (s *settings) greet(cmd *cobra.Command, processes []process) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, `
Ricongiungi is up.

  console        %[3]s        pick one of the invented people to sign in as
  API            http://%[1]s        its description: http://%[1]s/openapi.yaml
  a token        bin/ricongiungi token --role counsellor
                 (sui_officer, education_officer, supervisor, auditor, operator)
  look around    bin/ricongiungi case list
                 bin/ricongiungi case show CASE_ID
                 bin/ricongiungi handoff template > handoffs.csv
                 bin/ricongiungi handoff import handoffs.csv
                 bin/ricongiungi audit verify
  logs and data  %[2]s
`, s.listen, s.dataDir, s.publicURL)
	for _, p := range processes {
		for _, setting := range slices.Sorted(maps.Keys(p.addresses)) {
			fmt.Fprintf(out, "  %-14s http://%s%s\n", p.name, p.addresses[setting], paths[setting])
		}
	}
	fmt.Fprintln(out, "\nCtrl-C stops everything; the next start goes on where this one ends.")
}

// paths is what to look at where a process listens.
var paths = map[string]string{"RICONGIUNGI_METRICS": "/metrics", "RICONGIUNGI_WORK_METRICS": "/metrics", "RICONGIUNGI_LISTEN": "/status"}
