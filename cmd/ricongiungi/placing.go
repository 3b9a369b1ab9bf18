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
	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

func placeCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "place", Short: "Find schools for children: one by one, or many at once"}
	cmd.AddCommand(rankCommand(s), shareOutCommand(s), showRunCommand(s), confirmCommand(s), changeCommand(s), leaveCommand(s))
	return cmd
}

func rankCommand(s *settings) *cobra.Command {
	var at string
	var asJSON bool
	var most int
	cmd := &cobra.Command{
		Use: "rank MEMBER_ID", Short: "Show the schools for one child in order, with reasons", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			asked := map[string]any{"kind": "rank", "member_id": args[0]}
			if at != "" {
				asked["point"] = at
			}
			var ranking desk.Ranking
			if err := s.postJSON(cmd, "/v1/school-placements", "", asked, &ranking); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), ranking)
			}
			return writeRanking(cmd.OutOrStdout(), ranking, most)
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "where the family lives, as latitude,longitude; not kept")
	cmd.Flags().IntVar(&most, "most", 10, "how many schools to show")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// postJSON sends JSON as the education department would; an empty key is none.
func (s *settings) postJSON(cmd *cobra.Command, path, key string, body, into any) error {
	c, err := s.client("education_officer")
	if err != nil {
		return err
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	header := http.Header{}
	if key != "" {
		header.Set("Idempotency-Key", key)
	}
	return c.call(cmd.Context(), http.MethodPost, path, "application/json", raw, header, into)
}

func writeRanking(out io.Writer, r desk.Ranking, most int) error {
	for i, school := range r.Schools[:min(most, len(r.Schools))] {
		fmt.Fprintf(out, "%d. %s  %s\n", i+1, school.SchoolCode, school.Name)
		for _, reason := range school.Reasons {
			fmt.Fprintf(out, "     %s\n", reason.Text.En)
		}
	}
	_, err := fmt.Fprintf(out, "\n%d schools have %s, grade %d.\n", len(r.Schools), r.Child.Level, r.Child.Grade)
	return err
}

func shareOutCommand(s *settings) *cobra.Command {
	var filter placeFilter
	var seed, key string
	cmd := &cobra.Command{
		Use: "batch", Short: "Share the places known today out among all children whose search is open", Args: cobra.NoArgs,
		Long: `Proposes a school for each child whose search is open, so that no child and school
would both rather have each other. Nothing is decided: confirm, change or leave
each proposal. The seed of the lottery is the day unless one is given.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			asked := map[string]any{"kind": "batch"}
			if filter.level != "" {
				asked["level"] = filter.level
			}
			if seed != "" {
				asked["lottery_seed"] = seed
			}
			for name, text := range map[string]string{"grade": filter.grade, "municipio": filter.municipio} {
				if text == "" {
					continue
				}
				n, err := strconv.Atoi(text)
				if err != nil {
					return fmt.Errorf("--%s must be a number", name)
				}
				asked[name] = n
			}
			var row views.RunRow
			if err := s.postJSON(cmd, "/v1/school-placements", orElse(key, uuid.NewString()), asked, &row); err != nil {
				return err
			}
			return showRun(cmd, s, row.RunID, "", false)
		},
	}
	filter.add(cmd)
	cmd.Flags().StringVar(&seed, "seed", "", "seed of the lottery, published before the children are known")
	cmd.Flags().StringVar(&key, "key", "", "UUID of the run: the same request under the same key gives the same run")
	return cmd
}

func showRunCommand(s *settings) *cobra.Command {
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show [RUN_ID]", Short: "Show a run with a sentence for each child, or list the runs", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return showRun(cmd, s, args[0], out, asJSON)
			}
			return listRuns(cmd, s, asJSON)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the run with its certificate to this file, for `schools verify`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func listRuns(cmd *cobra.Command, s *settings, asJSON bool) error {
	c, err := s.client("education_officer")
	if err != nil {
		return err
	}
	var found list[views.RunRow]
	if err := c.get(cmd.Context(), "/v1/school-placements?limit=100", &found); err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), found)
	}
	t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "RUN\tDAY\tCHILDREN\tPLACED\tRESULT DIGEST")
	for _, r := range found.Items {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\n", r.RunID, r.On, r.Children, r.Placed, r.ResultDigest[:16])
	}
	return t.Flush()
}

func showRun(cmd *cobra.Command, s *settings, id, out string, asJSON bool) error {
	c, err := s.client("education_officer")
	if err != nil {
		return err
	}
	var run views.Run
	if err := c.get(cmd.Context(), "/v1/school-placements/"+id, &run); err != nil {
		return err
	}
	switch {
	case out != "":
		return writeCertificate(out, run)
	case asJSON:
		return printJSON(cmd.OutOrStdout(), run)
	}
	return writeRun(cmd.OutOrStdout(), run)
}

func writeCertificate(path string, run views.Run) error {
	raw, err := json.Marshal(run)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	return os.WriteFile(path, append(raw, '\n'), 0o600) // it tells of children
}

func writeRun(out io.Writer, run views.Run) error {
	fmt.Fprintf(out, "run %s of %s, lottery %q: %d of %d children have a proposal.\nproblem %s\nresult  %s\n\n",
		run.RunID, run.On, run.Seed, run.Placed, run.Children, run.ProblemDigest, run.ResultDigest)
	for _, line := range run.Result.Lines {
		fmt.Fprintf(out, "%s  %s  %s\n", line.ChildID, orElse(line.SchoolCode, "(no place)"), decisionIn(run, line))
		if line.Withheld != "" {
			fmt.Fprintln(out, "     Erased: nothing more is known.")
			continue
		}
		fmt.Fprintf(out, "     %s\n", line.Why.En)
	}
	return nil
}

// decisionIn is the last decision on a line in words.
func decisionIn(run views.Run, line placement.Line) string {
	said := "open"
	for _, d := range run.Decisions {
		if d.MemberID == line.ChildID {
			said = d.Action + " " + d.SchoolCode
		}
	}
	return said
}

func verifyPlacementCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify FILE", Short: "Check the certificate of a run: needs nothing but the file", Args: cobra.ExactArgs(1),
		Long: `Checks that the digests in the file are those of what it holds, that every place
goes to a child of its grade and no more are given than there are, and that no
child and school would both rather have each other. Compare the digests with the
ones published with the run. Exit status 3: something is wrong.`,
		RunE: func(cmd *cobra.Command, args []string) error { return verifyPlacement(cmd.OutOrStdout(), args[0]) },
	}
}

func verifyPlacement(out io.Writer, path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var c desk.Certificate
	if err := json.Unmarshal(raw, &c); err != nil || c.Result.Problem == "" {
		return fmt.Errorf("%s holds no run: make one with `schools place show RUN_ID --out FILE`", path)
	}
	found := c.Check()
	for _, v := range found {
		fmt.Fprintf(out, "%s %s %s\n", v.Code, v.ChildID, v.SchoolCode)
	}
	if len(found) > 0 {
		return altered{fmt.Sprintf("the certificate does not hold: %d things are wrong", len(found))}
	}
	_, err = fmt.Fprintf(out, "The certificate holds: %d children, %d seats; no child and school would both rather have each other.\nproblem %s\nresult  %s\n",
		len(c.Problem.Children), len(c.Problem.Seats), c.ProblemDigest, c.ResultDigest)
	if withheld := c.Problem.Withheld(); err == nil && withheld > 0 {
		_, err = fmt.Fprintf(out, "%d children were erased: what depends on them cannot be checked any more.\n", withheld)
	}
	return err
}
