// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/views"
)

func retentionCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use: "retention", Short: "What has had its time: see it, approve it, remove it",
		Long: `How long each class of data is kept is a table with dates and sources
(rules/retention.csv; RICONGIUNGI_RETENTION names the office's own). Nothing goes
by itself: "due" shows what has had its time and changes nothing. People of closed
cases take two: one runs "ask", another "confirm". Rows of logs go with "remove",
which records who approved it.`,
	}
	cmd.AddCommand(retentionDueCommand(s), retentionErasureCommand(s, asksErasure), retentionErasureCommand(s, confirmsErasure), retentionRemoveCommand(s), retentionHistoryCommand(s))
	return cmd
}

// retention is the table of the office, or ours.
func (s *settings) retention() (rules.Retention, error) {
	if s.retentionFile == "" {
		return rules.DefaultRetention(), nil
	}
	file, err := os.Open(s.retentionFile)
	if err != nil {
		return rules.Retention{}, fmt.Errorf("terms of the office: %w", err)
	}
	defer file.Close()
	return rules.ReadRetention(s.retentionFile, file)
}

func (s *settings) due(cmd *cobra.Command, on rules.Date) ([]views.Due, error) {
	terms, err := s.retention()
	if err != nil {
		return nil, err
	}
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return nil, err
	}
	defer log.Close()
	return log.RetentionDue(cmd.Context(), terms, on)
}

func retentionDueCommand(s *settings) *cobra.Command {
	var on string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "due", Short: "Count what has had its time, class by class, with the rule; changes nothing", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			day, err := dayOr(on, rules.DateOf(time.Now()))
			if err != nil {
				return err
			}
			all, err := s.due(cmd, day)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), all)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, d := range all {
				fmt.Fprintln(table, dueLine(d))
			}
			return table.Flush()
		},
	}
	cmd.Flags().StringVar(&on, "on", "", "day of the check, as YYYY-MM-DD (default today)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON, with the ids of the persons")
	return cmd
}

func dueLine(d views.Due) string {
	line := fmt.Sprintf("%s\t%d due\t%s, %d months, before %s\t%s (%s)", d.Rule.Class, d.Count, d.Rule.Text.En, d.Rule.Months,
		d.Before.In(rules.Rome).Format(time.DateOnly), d.Rule.Citation, d.Rule.Certainty)
	if d.Held > 0 {
		line += fmt.Sprintf("\t%d stay under a legal hold", d.Held)
	}
	return line
}

// erasure is one of the two steps by which people of closed cases are erased.
type erasure struct {
	use, short, role, command string
	takes                     func(p views.DuePerson) bool
	data                      func(p views.DuePerson) map[string]string
}

var (
	asksErasure = erasure{"ask", "Ask for the erasure of people of closed cases who have had their time", "counsellor", "request_erasure",
		func(p views.DuePerson) bool { return p.AskedBy == "" },
		func(p views.DuePerson) map[string]string {
			return map[string]string{"person_id": p.PersonID, "reason": "retention"}
		}}
	confirmsErasure = erasure{"confirm", "Confirm the erasures that somebody else asked for: their keys are destroyed", "supervisor", "confirm_erasure",
		func(p views.DuePerson) bool { return p.AskedBy != "" },
		func(p views.DuePerson) map[string]string { return map[string]string{"person_id": p.PersonID} }}
)

func retentionErasureCommand(s *settings, step erasure) *cobra.Command {
	return &cobra.Command{
		Use: step.use, Short: step.short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := s.due(cmd, rules.DateOf(time.Now()))
			if err != nil {
				return err
			}
			return step.run(cmd, s, all)
		},
	}
}

// run gives the command for each person; what a case refuses is said, and the
// others go on.
func (step erasure) run(cmd *cobra.Command, s *settings, all []views.Due) error {
	c, err := s.client(step.role)
	if err != nil {
		return err
	}
	done, notDone := 0, 0
	for _, d := range all {
		for _, p := range d.Persons {
			if !step.takes(p) {
				continue
			}
			body, err := json.Marshal(step.data(p))
			if err != nil {
				return fmt.Errorf("command: %w", err)
			}
			var outcome casefile.Outcome
			var said *problem
			err = c.command(cmd.Context(), p.CaseID, uuid.NewString(), step.command, body, &outcome)
			switch {
			case errors.As(err, &said) && said.Status == http.StatusConflict:
				fmt.Fprintf(cmd.OutOrStdout(), "%s of case %s: %s\n", p.PersonID, p.CaseID, said.Detail)
				notDone++
			case err != nil:
				return err
			default:
				done++
			}
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d persons.\n", step.command, done)
	if notDone > 0 {
		return refused{fmt.Sprintf("%d were refused", notDone)}
	}
	return nil
}

func retentionRemoveCommand(s *settings) *cobra.Command {
	var class, approvedBy, reason string
	cmd := &cobra.Command{
		Use: "remove", Short: "Remove from a log what has had its time; needs the login that owns the tables", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			terms, err := s.retention()
			if err != nil {
				return err
			}
			today := rules.DateOf(time.Now())
			rule, kept := terms.Of(class, today)
			if !kept {
				return fmt.Errorf("no term is in force for %q: it is kept for good", class)
			}
			if err := s.fromRunning(); err != nil {
				return err
			}
			removal, err := store.RemoveExpired(cmd.Context(), s.databaseURL, rule, today, approvedBy, reason)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d rows of %s from before %s were removed; who approved it is on record.\n", removal.Removed, class, removal.Before.In(rules.Rome).Format(time.DateOnly))
			return nil
		},
	}
	cmd.Flags().StringVar(&class, "class", "", "class of the log, as retention due names it")
	cmd.Flags().StringVar(&approvedBy, "approved-by", "", "who approved it, for the record")
	cmd.Flags().StringVar(&reason, "reason", "", "why now, for the record, such as yearly_review")
	for _, name := range []string{"class", "approved-by", "reason"} {
		_ = cmd.MarkFlagRequired(name) // fails only for a flag that is not there
	}
	return cmd
}

func retentionHistoryCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use: "history", Short: "List what was removed from logs, under which rule and on whose word", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, _, err := s.openStore(cmd.Context())
			if err != nil {
				return err
			}
			defer log.Close()
			all, err := log.Removals(cmd.Context())
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), all)
		},
	}
}
