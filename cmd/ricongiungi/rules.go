// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

func rulesCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "rules", Short: "The law as this office applies it"}
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "List every rule with its periods, value, source and certainty", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return listRules(cmd, s, asJSON) },
	}
	list.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	explain := &cobra.Command{
		Use: "explain CASE_ID", Short: "Say for each date of a case which rule it comes from, from when it was counted, and how", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return explainCase(cmd, s, args[0], asJSON) },
	}
	explain.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.AddCommand(list, explain)
	return cmd
}

func explainCase(cmd *cobra.Command, s *settings, id string, asJSON bool) error {
	c, err := s.client("auditor")
	if err != nil {
		return err
	}
	book, err := s.book()
	if err != nil {
		return err
	}
	var view casefile.View
	if err := c.get(cmd.Context(), "/v1/cases/"+url.PathEscape(id), &view); err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), view.Agenda)
	}
	for _, d := range view.Agenda {
		explainDue(cmd.OutOrStdout(), d, book)
	}
	return nil
}

func explainDue(out io.Writer, d casefile.DueView, book *rules.Book) {
	fmt.Fprintf(out, "%s%s  %s\n  %s\n  %s\n", d.DueOn, late(d.Lapsed), d.Item, d.Why.It, d.Why.En)
	if rule, ok := book.Row(d.Term.Ref); ok {
		fmt.Fprintf(out, "  rule %s = %s %s, in force from %s; %s; certainty: %s\n", rule.ID, rule.Value, rule.Unit, rule.From, rule.Citation, rule.Certainty)
	}
	for _, p := range d.Pauses {
		fmt.Fprintf(out, "  suspended from %s until %s: %d days\n", p.From, p.To, p.Days())
	}
	fmt.Fprintln(out)
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
	fmt.Fprintln(table, "RULE\tFROM\tTO\tVALUE\tCERTAINTY\tSOURCE")
	for _, r := range book.Rules() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s %s\t%s\t%s\n", r.ID, r.From, r.To, r.Value, r.Unit, r.Certainty, r.Citation)
	}
	return table.Flush()
}
