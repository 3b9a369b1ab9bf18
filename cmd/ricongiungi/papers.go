// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ricongiungi/rules"
)

func papersCommand(s *settings) *cobra.Command {
	var asJSON bool
	var stage string
	cmd := &cobra.Command{
		Use: "papers", Short: "List the papers that each stage asks for, of whom, with their source and certainty", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			book, err := s.book()
			if err != nil {
				return err
			}
			rows := slices.DeleteFunc(book.PaperRules(), func(row rules.PaperRule) bool { return stage != "" && row.Stage != stage })
			if asJSON {
				return printJSON(cmd.OutOrStdout(), rows)
			}
			return listPapers(cmd.OutOrStdout(), rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().StringVar(&stage, "stage", "", "only this stage: application, consulate, arrival, kit, school or residence")
	return cmd
}

func listPapers(out io.Writer, rows []rules.PaperRule) error {
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "STAGE\tPAPER\tNEED\tFOR\tFROM\tTO\tCERTAINTY\tSOURCE")
	for _, r := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Stage, r.ID, r.Need, strings.Join(r.For, " "), r.From, r.To, r.Certainty, r.Citation)
	}
	return table.Flush()
}
