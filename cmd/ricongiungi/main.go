// SPDX-License-Identifier: AGPL-3.0-or-later

// Command ricongiungi runs the case engine for family reunification, or a part
// of it, and is how officers and operators work with it from a terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "ricongiungi:", err)
		os.Exit(status(err))
	}
}

// Exit statuses, so that scripts can tell what happened.
const (
	exitFailed  = 1 // it could not be done
	exitRefused = 2 // some input was refused, the rest was done
	exitAltered = 3 // what was checked was tampered with
)

// altered is the error of a check that found something tampered with.
type altered struct{ what string }

func (a altered) Error() string { return a.what }

// refused is the error of a command that did its work but refused some input.
type refused struct{ what string }

func (r refused) Error() string { return r.what }

func status(err error) int {
	var r refused
	var a altered
	switch {
	case errors.As(err, &r):
		return exitRefused
	case errors.As(err, &a):
		return exitAltered
	}
	return exitFailed
}

func root() *cobra.Command {
	s := settingsFromEnvironment()
	cmd := &cobra.Command{
		Use:           "ricongiungi",
		Short:         "A case engine for family reunification",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.PersistentFlags().StringVar(&s.dataDir, "data", s.dataDir, "folder of the embedded system (RICONGIUNGI_DATA)")
	cmd.PersistentFlags().StringVar(&s.purpose, "purpose", s.purpose, "what personal data is read for, such as dispute; kept with the record of the read (RICONGIUNGI_PURPOSE)")
	cmd.AddCommand(upCommand(s), clusterCommand(s), prepareCommand(s), serveCommand(s), workCommand(s), migrateCommand(s), handoffCommand(s), importCasesCommand(s), simulateCommand(s), caseCommand(s),
		agendaCommand(s), demandCommand(s), forecastCommand(s), indicatorsCommand(s), auditCommand(s), personCommand(s), eraseCommand(s), retentionCommand(s), keysCommand(s), rebuildCommand(s), backupCommand(s), restoreCommand(s), drillCommand(s), rulesCommand(s), schoolsCommand(s), servicesCommand(s), tokenCommand(s), accessCommand(s), machinesCommand(s), sampleProviderCommand(s))
	cmd.AddCommand(letterCommand(s), linkCommand(s))
	return cmd
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
