// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/caseload"
	"ricongiungi/rules"
	"ricongiungi/samples"
)

// simulation is what a caseload is to be like and where its files go.
type simulation struct {
	families int
	seed     uint64
	from, to string // days
	dir      string
}

func simulateCommand(s *settings) *cobra.Command {
	var asked simulation
	var bring bool
	cmd := &cobra.Command{
		Use: "simulate", Short: "Invent the caseload of an office as files that `import cases` takes", Args: cobra.NoArgs,
		Long: `Writes families.csv and events.csv. Nobody in them is real. The same arguments
always give the same files.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			paths, err := asked.write()
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d invented families are in %s and %s\n", asked.families, paths[0], paths[1])
			if !bring {
				return nil
			}
			i := &caseImport{settings: s, out: cmd.OutOrStdout(), errOut: cmd.ErrOrStderr(), paths: paths}
			return i.run(cmd.Context())
		},
	}
	cmd.Flags().IntVar(&asked.families, "families", 100, "how many families")
	cmd.Flags().StringVar(&asked.from, "from", "2024-01-01", "first day")
	cmd.Flags().StringVar(&asked.to, "to", rules.DateOf(time.Now()).String(), "last day, not in the future")
	cmd.Flags().Uint64Var(&asked.seed, "seed", 1, "which families")
	cmd.Flags().StringVar(&asked.dir, "out", ".", "folder for the files")
	cmd.Flags().BoolVar(&bring, "import", false, "import the files as well")
	return cmd
}

// write gives the paths of the files of families and of events.
func (a simulation) write() ([]string, error) {
	from, err := rules.ParseDate(a.from)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	to, err := rules.ParseDate(a.to)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--to: %w", err)
	case to.Before(from) || a.families < 1:
		return nil, errors.New("--to must not lie before --from, and there must be one family at least")
	case to.After(rules.DateOf(time.Now())):
		return nil, errors.New("--to lies in the future: nothing has happened there yet")
	}
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return nil, err
	}
	var families, events strings.Builder
	if err := caseload.Write(&families, &events, samples.Simulate(a.families, a.seed, from, to)); err != nil {
		return nil, err
	}
	paths := []string{filepath.Join(a.dir, "families.csv"), filepath.Join(a.dir, "events.csv")}
	for i, text := range []string{families.String(), events.String()} {
		if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return paths, nil
}
