// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ricongiungi/views"
)

func agendaCommand(s *settings) *cobra.Command {
	var role, before string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "agenda", Short: "List what is due over all cases, soonest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return listAgenda(cmd, s, role, before, asJSON) },
	}
	cmd.Flags().StringVar(&role, "role", "", "only what this role is responsible for")
	cmd.Flags().StringVar(&before, "before", "", "only what is due on or before this day")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func listAgenda(cmd *cobra.Command, s *settings, role, before string, asJSON bool) error {
	c, err := s.client("supervisor")
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(table, "DUE\t\tITEM\tRESPONSIBLE\tCASE\tWHY")
	}
	err = pages(cmd, c, "/v1/agenda", query("responsible", role, "due_by", before), func(r views.AgendaRow) error {
		if asJSON {
			return printJSON(cmd.OutOrStdout(), r)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.DueOn, late(r.Lapsed), r.Item, r.By, r.CaseID, r.Why.En)
		return nil
	})
	if err != nil {
		return err
	}
	return table.Flush()
}
