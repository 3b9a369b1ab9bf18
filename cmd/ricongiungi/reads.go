// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"net/url"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ricongiungi/access"
	"ricongiungi/rules"
	"ricongiungi/views"
)

func readsCommand(s *settings, asJSON *bool) *cobra.Command {
	var since, until string
	cmd := &cobra.Command{
		Use: "reads CASE_ID", Short: "List who saw the file, when and for which purpose", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return showReads(cmd, s, args[0], since, until, *asJSON)
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "not before this day or instant")
	cmd.Flags().StringVar(&until, "until", "", "not after this day or instant")
	return cmd
}

func showReads(cmd *cobra.Command, s *settings, id, since, until string, asJSON bool) error {
	c, err := s.client("auditor")
	if err != nil {
		return err
	}
	purposes, table := access.Default().Purposes, tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(table, "WHEN\tWHO\tROLE\tOFFICE\tSAW\tTHROUGH\tPURPOSE")
	}
	err = pages(cmd, c, "/v1/cases/"+url.PathEscape(id)+"/reads", query("since", since, "until", until), func(r views.Read) error {
		if asJSON {
			return printJSON(cmd.OutOrStdout(), r)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.At.In(rules.Rome).Format("2006-01-02 15:04"), r.Actor.ID, r.Actor.Role, r.Actor.Office,
			r.Shown, r.Through, purposes.Text(r.Purpose).En)
		return nil
	})
	if err != nil {
		return err
	}
	return table.Flush()
}
