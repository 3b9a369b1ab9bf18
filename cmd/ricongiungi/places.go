// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/schools/desk"
	"ricongiungi/views"
)

func placesCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "places", Short: "Say how many places are free, by school and grade"}
	cmd.AddCommand(placesTemplateCommand(s), placesImportCommand(s))
	return cmd
}

// placeFilter narrows a list of schools or children down.
type placeFilter struct{ level, grade, municipio string }

func (f *placeFilter) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.level, "level", "", "only this kind of school: infanzia, primaria, secondaria_1, secondaria_2, cpia")
	cmd.Flags().StringVar(&f.grade, "grade", "", "only this grade: 1 to 13, less for the years before primary school")
	cmd.Flags().StringVar(&f.municipio, "municipio", "", "only this Municipio")
}

func (f *placeFilter) query(more ...string) string {
	return query(append([]string{"level", f.level, "grade", f.grade, "municipio", f.municipio}, more...)...).Encode()
}

func placesTemplateCommand(s *settings) *cobra.Command {
	var filter placeFilter
	cmd := &cobra.Command{
		Use: "template", Short: "Print the table of places as it is known now, to be filled in and imported", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := s.client("education_officer")
			if err != nil {
				return err
			}
			raw, err := c.send(cmd.Context(), http.MethodGet, "/v1/school-places?"+filter.query(), "", nil, nil)
			if err == nil {
				_, err = cmd.OutOrStdout().Write(raw)
			}
			return err
		},
	}
	filter.add(cmd)
	return cmd
}

func placesImportCommand(s *settings) *cobra.Command {
	var dryRun, asJSON bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Enter the places of a filled-in table", Args: cobra.ExactArgs(1),
		Long: `Enters the figures of a table (comma or semicolon, as spreadsheets save it). Rows
without a number of places, or that say what was said before, change nothing.
Rows that cannot be taken are written beside the file. Exit status 2: there were some.`,
		RunE: func(cmd *cobra.Command, args []string) error { return importPlaces(cmd, s, args[0], dryRun, asJSON) },
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be entered, and enter nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func importPlaces(cmd *cobra.Command, s *settings, path string, dryRun, asJSON bool) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	c, err := s.client("education_officer")
	if err != nil {
		return err
	}
	var taken desk.Taken
	err = c.call(cmd.Context(), http.MethodPost, "/v1/school-places?"+query("dry_run", strconv.FormatBool(dryRun)).Encode(), "text/csv", raw,
		http.Header{"Idempotency-Key": {uuid.NewString()}}, &taken)
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(cmd.OutOrStdout(), taken)
	} else {
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d figures entered, %d rows change nothing, %d rejected.\n", taken.Entered, taken.Unchanged, len(taken.Rejected))
	}
	if err != nil || len(taken.Rejected) == 0 {
		return err
	}
	if err := keepRejectedRows(cmd, path, taken.Rejected); err != nil {
		return err
	}
	return refused{fmt.Sprintf("%d rows could not be taken", len(taken.Rejected))}
}

func waitingCommand(s *settings) *cobra.Command {
	var filter placeFilter
	var phase string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "waiting", Short: "List the children on the way to a first day at school, the longest waiting first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := s.client("education_officer")
			if err != nil {
				return err
			}
			raw, err := c.send(cmd.Context(), http.MethodGet, "/v1/school-searches?"+filter.query("phase", phase, "limit", "500"), "", nil, nil)
			if err != nil {
				return err
			}
			if asJSON {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), string(raw))
				return err
			}
			return writeWaiting(cmd.OutOrStdout(), raw)
		},
	}
	filter.add(cmd)
	cmd.Flags().StringVar(&phase, "phase", "", "only this phase: needed, searching, proposed, accepted, enrolled")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func writeWaiting(out io.Writer, raw []byte) error {
	var found list[views.WaitingChild]
	if err := json.Unmarshal(raw, &found); err != nil {
		return fmt.Errorf("waiting: %w", err)
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "MEMBER\tPHASE\tLEVEL\tGRADE\tMUNICIPIO\tLANGUAGE\tSINCE\tDAYS OF LESSONS WITHOUT SCHOOL\tCASE")
	days := 0
	for _, c := range found.Items {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%s\t%s\t%d\t%s\n", c.MemberID, c.Phase, c.Level, c.Grade, c.Municipio, c.Language, c.Since, c.Days, c.CaseID)
		days += c.Days
	}
	fmt.Fprintf(t, "\n%d children, %d days of lessons without school in all.\n", len(found.Items), days)
	return t.Flush()
}
