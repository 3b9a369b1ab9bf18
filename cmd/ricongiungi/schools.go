// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ricongiungi/schools"
	"ricongiungi/schools/registry"
	"ricongiungi/schools/table"
)

func schoolsCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "schools", Short: "Schools, their places, and places proposed to children"}
	cmd.AddCommand(importSchoolsCommand(s), placesCommand(s), waitingCommand(s), placeCommand(s), verifyPlacementCommand())
	return cmd
}

func importSchoolsCommand(s *settings) *cobra.Command {
	var year int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "import FILE…", Short: "Read registries of the Ministry, pupils per school and lists of the city, and join them", Args: cobra.MinimumNArgs(1),
		Long: `Reads open data as published (CSV or GeoJSON, known by their headings), keeps it
by school year and joins it with what was read before. Reading a file again, or
a newer one of the same school year, takes the place of the earlier one. Rows
that cannot be read are written beside the file. Exit status 2: there were some.`,
		RunE: func(cmd *cobra.Command, args []string) error { return importSchools(cmd, s, args, year, asJSON) },
	}
	cmd.Flags().IntVar(&year, "year", 0, "school year of files that do not say it: 2025 for 2025/26")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the report as JSON")
	return cmd
}

func importSchools(cmd *cobra.Command, s *settings, paths []string, year int, asJSON bool) error {
	var files []registry.File
	bad := 0
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := registry.Read(path, raw, year)
		if err != nil {
			return err
		}
		files = append(files, file)
		bad += len(file.Rejected)
	}
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	report, err := log.ImportSchools(cmd.Context(), files)
	if err != nil {
		return err
	}
	if err := reportSchools(cmd.OutOrStdout(), report, asJSON); err != nil || bad == 0 {
		return err
	}
	for i, file := range files {
		if err := keepRejectedRows(cmd, paths[i], file.Rejected); err != nil {
			return err
		}
	}
	return refused{fmt.Sprintf("%d rows could not be read", bad)}
}

func reportSchools(out io.Writer, r registry.Report, asJSON bool) error {
	if asJSON {
		return printJSON(out, r)
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprint(t, "FOUND BY")
	for _, level := range schools.Levels() {
		fmt.Fprintf(t, "\t%s", level)
	}
	fmt.Fprintln(t, "\tall")
	for _, how := range schools.Matches() {
		fmt.Fprint(t, how)
		for _, level := range schools.Levels() {
			fmt.Fprintf(t, "\t%d", r.ByLevel[level][how])
		}
		fmt.Fprintf(t, "\t%d\n", r.ByMatch[how])
	}
	fmt.Fprintf(t, "\n%d schools in Milan, %d elsewhere; %d with a count of pupils.\n", r.Schools, r.Elsewhere, r.PupilsKnown)
	fmt.Fprintf(t, "%d of %d rows of the city are in no registry; %d lie in another Municipio than they say. Lists: --json\n", len(r.CityUnused), r.CityRows, len(r.Elsewise))
	return t.Flush()
}

// keepRejectedRows writes the rows that could not be read beside their file.
func keepRejectedRows(cmd *cobra.Command, path string, rejected []table.Reject) error {
	if len(rejected) == 0 {
		return nil
	}
	beside := strings.TrimSuffix(path, filepath.Ext(path)) + ".rejected.csv"
	out, err := os.Create(beside)
	if err != nil {
		return err
	}
	defer out.Close()
	rows := [][]string{{"line", "field", "reason", "row"}}
	for _, r := range rejected {
		rows = append(rows, []string{strconv.Itoa(r.Line), r.Field, r.Reason, r.Raw})
	}
	if err := csv.NewWriter(out).WriteAll(rows); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%d rows of %s could not be read: see %s\n", len(rejected), filepath.Base(path), beside)
	return nil
}
