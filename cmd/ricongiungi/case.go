// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// list is a page of the API.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor"`
}

func caseCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "case", Short: "Look at a case, or record something"}
	var asJSON bool
	cmd.PersistentFlags().BoolVar(&asJSON, "json", false, "as JSON")
	var phase, asOf, knownAt, key string
	listing := &cobra.Command{
		Use: "list", Short: "List cases, those due soonest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return listCases(cmd, s, phase, asJSON) },
	}
	listing.Flags().StringVar(&phase, "phase", "", "only cases in this phase")
	show := &cobra.Command{
		Use: "show CASE_ID", Short: "Show a case: people, steps, and what is due with the reason for each date", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return showCase(cmd, s, args[0], asOf, knownAt, asJSON) },
	}
	history := &cobra.Command{
		Use: "history CASE_ID", Short: "List what happened, as it is known today or was known on a day", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return showHistory(cmd, s, args[0], asOf, knownAt, asJSON)
		},
	}
	for _, c := range []*cobra.Command{show, history} {
		c.Flags().StringVar(&asOf, "as-of", "", "what had happened by this day or instant")
		c.Flags().StringVar(&knownAt, "known-at", "", "what was known on this day or at this instant")
	}
	do := &cobra.Command{
		Use: "do CASE_ID COMMAND JSON", Short: "Give the case a command, such as record_entry", Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error { return doCommand(cmd, s, args, key, asJSON) },
	}
	do.Flags().StringVar(&key, "key", "", "idempotency key (UUID): the same key again does not act twice")
	cmd.AddCommand(listing, show, history, do, capsuleCommand(s), proofCommand(s), readsCommand(s, &asJSON))
	return cmd
}

func listCases(cmd *cobra.Command, s *settings, phase string, asJSON bool) error {
	c, err := s.client("counsellor")
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(table, "CASE\tPHASE\tMEMBERS\tMUNICIPIO\tNEXT\tDUE\tOVERDUE")
	}
	err = pages(cmd, c, "/v1/cases", query("phase", phase), func(r views.CaseRow) error {
		if asJSON {
			return printJSON(cmd.OutOrStdout(), r)
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\t%s\t%d\n", r.CaseID, r.Phase, r.Members, r.Municipio, r.NextItem, r.NextDue, r.Overdue)
		return nil
	})
	if err != nil {
		return err
	}
	return table.Flush()
}

// pages follows the cursor of a list to its end.
func pages[T any](cmd *cobra.Command, c *apiClient, path string, query url.Values, each func(T) error) error {
	query.Set("limit", "100")
	for {
		var page list[T]
		if err := c.get(cmd.Context(), path+"?"+query.Encode(), &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := each(item); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		query.Set("cursor", page.Next)
	}
}

// query makes a query of names and values, leaving out empty values.
func query(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	return values
}

func showCase(cmd *cobra.Command, s *settings, id, asOf, knownAt string, asJSON bool) error {
	c, err := s.client("counsellor")
	if err != nil {
		return err
	}
	var view casefile.View
	if err := c.get(cmd.Context(), "/v1/cases/"+url.PathEscape(id)+"?"+query("as_of", asOf, "known_at", knownAt).Encode(), &view); err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), view)
	}
	writeCase(cmd.OutOrStdout(), view)
	return nil
}

func writeCase(out io.Writer, v casefile.View) {
	names := map[string]string{}
	for _, p := range v.People {
		names[p.PersonID] = nameOf(p)
	}
	fmt.Fprintf(out, "Case %s, version %d: %s\nSponsor  %s\n", v.CaseID, v.Version, v.Phase, names[v.SponsorID])
	if v.Review.Term != nil && v.Review.DecidedOn.IsZero() {
		fmt.Fprintf(out, "Review   filed %s, decision due %s\n", v.Review.FiledOn, v.Review.Term.Due)
	}
	fmt.Fprintln(out, "\nMembers")
	for _, m := range v.Members {
		fmt.Fprintf(out, "  %s  %s, %s: %s\n", m.MemberID, names[m.MemberID], m.Kinship, stageOf(m))
		for _, step := range m.Steps {
			fmt.Fprintf(out, "      %s  %s\n", step.On, step.Step)
		}
		writeSchool(out, m.School)
		writeAbsence(out, m.WithoutSchool)
	}
	fmt.Fprintln(out, "\nDue")
	if len(v.Agenda) == 0 {
		fmt.Fprintln(out, "  nothing: the case is closed")
	}
	for _, d := range v.Agenda {
		fmt.Fprintf(out, "  %s%s  %s %s\n      %s\n      %s\n", d.DueOn, late(d.Lapsed), d.Item, names[d.MemberID], d.Why.It, d.Why.En)
	}
}

func stageOf(m casefile.MemberView) string {
	if m.Ending != "" {
		return fmt.Sprintf("%s on %s", m.Ending, m.EndedOn)
	}
	return string(m.Stage)
}

func writeSchool(out io.Writer, k *casefile.SchoolView) {
	if k == nil {
		return
	}
	fmt.Fprintf(out, "      school %d/%02d, %s, grade %d: requested %s", k.Year, (k.Year+1)%100, k.Level, k.Grade, k.RequestedOn)
	if !k.StartedOn.IsZero() {
		fmt.Fprintf(out, ", at %s since %s", k.SchoolCode, k.StartedOn)
	}
	fmt.Fprintln(out)
}

// writeAbsence counts up to today while the child is without school.
func writeAbsence(out io.Writer, a *casefile.OutOfSchool) {
	if a == nil {
		return
	}
	until, days := "", a.Days
	if a.To.IsZero() {
		days = casefile.LessonDays(a.From, rules.DateOf(time.Now()), rules.Default())
	} else {
		until = " until " + a.To.String()
	}
	fmt.Fprintf(out, "      without school from %s%s: %d days of lessons\n", a.From, until, days)
}

func late(lapsed bool) string {
	if lapsed {
		return " LATE"
	}
	return ""
}

func nameOf(p casefile.Person) string {
	if p.Erased {
		return "(erased)"
	}
	return strings.TrimSpace(p.GivenName + " " + p.FamilyName)
}

func showHistory(cmd *cobra.Command, s *settings, id, asOf, knownAt string, asJSON bool) error {
	c, err := s.client("auditor")
	if err != nil {
		return err
	}
	path := "/v1/cases/" + url.PathEscape(id) + "/history"
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(table, "VERSION\tHAPPENED\tRECORDED\tBY\tEVENT\tEVENT ID\t")
	}
	err = pages(cmd, c, path, query("as_of", asOf, "known_at", knownAt), func(e views.Entry) error {
		if asJSON {
			return printJSON(cmd.OutOrStdout(), e)
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Version, rules.DateOf(e.OccurredAt), e.RecordedAt.In(rules.Rome).Format("2006-01-02 15:04"),
			e.Actor.Role, e.Type, e.EventID, e.Superseded)
		return nil
	})
	if err != nil {
		return err
	}
	return table.Flush()
}

func doCommand(cmd *cobra.Command, s *settings, args []string, key string, asJSON bool) error {
	if !json.Valid([]byte(args[2])) {
		return fmt.Errorf("%q is not JSON", args[2])
	}
	c, err := s.client("supervisor")
	if err != nil {
		return err
	}
	if key == "" {
		key = uuid.NewString()
	}
	var outcome casefile.Outcome
	if err := c.command(cmd.Context(), args[0], key, args[1], json.RawMessage(args[2]), &outcome); err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), outcome)
	}
	writeOutcome(cmd.OutOrStdout(), outcome)
	return nil
}

func writeOutcome(out io.Writer, o casefile.Outcome) {
	if len(o.Events) == 0 {
		fmt.Fprintln(out, "It was so already: nothing to record.")
	}
	for _, e := range o.Events {
		fmt.Fprintf(out, "recorded  %s (version %d)\n", e.Type, e.Version)
	}
	for _, c := range o.Agenda {
		switch {
		case c.Was == "":
			fmt.Fprintf(out, "now due   %s on %s\n", c.Item, c.Is)
		case c.Is == "":
			fmt.Fprintf(out, "done      %s, was due on %s\n", c.Item, c.Was)
		default:
			fmt.Fprintf(out, "moved     %s from %s to %s\n", c.Item, c.Was, c.Is)
		}
	}
}
