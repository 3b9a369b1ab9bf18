// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func rulesCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "rules", Short: "The law as this office applies it"}
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "List every rule with its periods, value, source and certainty", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return listRules(cmd, s, asJSON) },
	}
	explain := &cobra.Command{
		Use: "explain CASE_ID", Short: "Say for each date and condition of a case which rule it comes from, from when it was counted, and how", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return explainCase(cmd, s, args[0], asJSON) },
	}
	var csvFile string
	whatIf := &cobra.Command{
		Use: "what-if FILE", Short: "Say what the rules of a file would change in every case, past and open; nothing is recorded", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return whatIf(cmd, s, args[0], csvFile, asJSON) },
	}
	whatIf.Flags().StringVar(&csvFile, "csv", "", "write each changed date and verdict to this file")
	for _, c := range []*cobra.Command{list, explain, whatIf} {
		c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
		cmd.AddCommand(c)
	}
	return cmd
}

func listRules(cmd *cobra.Command, s *settings, asJSON bool) error {
	book, err := s.book()
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), book.Rules())
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tFROM\tTO\tVALUE\tCERTAINTY\tREGOLA\tMEANING\tSOURCE")
	for _, r := range book.Rules() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s %s\t%s\t%s\t%s\t%s\n", r.ID, r.From, r.To, r.Value, r.Unit, r.Certainty, r.Text.It, r.Text.En, r.Citation)
	}
	return table.Flush()
}
