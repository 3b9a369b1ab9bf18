// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/modi"
	"ricongiungi/rules"
	"ricongiungi/store"
)

func machinesCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "machines", Short: "Machines of other bodies: who is let in, and what they asked for"}
	cmd.AddCommand(checkMachinesCommand(), answerKeysCommand(s), machineCallsCommand(s))
	return cmd
}

func checkMachinesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Check a file of machines before it is used (RICONGIUNGI_MACHINES)", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := modi.Load(args[0])
			if err != nil {
				return err
			}
			for _, c := range config.Clients {
				fmt.Fprintf(cmd.OutOrStdout(), "%s acts as %s of %s, by %v\n", c.ClientID, c.Role, c.Office, c.Patterns)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d machines will be let in.\n", len(config.Clients))
			return nil
		},
	}
}

func answerKeysCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use: "keys", Short: "Show the public key of signed answers, to be registered with the platform", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			key, err := modi.LoadAnswerKey(s.keyFile("answers.json"))
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), key.Public())
		},
	}
}

func machineCallsCommand(s *settings) *cobra.Command {
	var from, to string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "calls", Short: "List what machines asked for: client, purpose, user and level of assurance", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, err := dayOr(from, rules.DateOf(time.Now()))
			if err != nil {
				return err
			}
			last, err := dayOr(to, first)
			if err != nil {
				return err
			}
			return listMachineCalls(cmd, s, first, last, asJSON)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "first day, as YYYY-MM-DD (default today)")
	cmd.Flags().StringVar(&to, "to", "", "last day (default the first)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// dayOr reads a day; empty is the other one.
func dayOr(text string, other rules.Date) (rules.Date, error) {
	if text == "" {
		return other, nil
	}
	return rules.ParseDate(text)
}

func listMachineCalls(cmd *cobra.Command, s *settings, first, last rules.Date, asJSON bool) error {
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	calls, err := log.MachineCalls(cmd.Context(), first.Start(), last.End())
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), calls)
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, c := range calls {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\tallowed: %t\n", c.At.Format(time.RFC3339), c.ClientID, c.PurposeID, c.UserID, c.Level, c.Operation, c.Allowed)
	}
	return table.Flush()
}

// gate lets in the machines of the file; without one there is none, which lets
// nobody in.
func (s *settings) gate(log *store.Store) (*modi.Gate, error) {
	config, err := modi.Load(s.machinesFile)
	if err != nil {
		return nil, err
	}
	key, err := modi.LoadAnswerKey(s.keyFile("answers.json"))
	if err != nil {
		return nil, err
	}
	return modi.New(config, log, key, nil)
}
