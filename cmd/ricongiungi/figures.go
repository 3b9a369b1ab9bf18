// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ricongiungi/demand"
	"ricongiungi/rules"
	"ricongiungi/store"
)

// figureFlags are common to the commands that ask for figures.
type figureFlags struct {
	purpose, groupBy, asOf string
	now, asJSON, asCSV     bool
}

func (f *figureFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.purpose, "purpose", "report", "why you ask, kept with the question: "+strings.Join(demand.Purposes, ", "))
	cmd.Flags().StringVar(&f.asOf, "as-of", "", "from what was recorded before this day; today when empty")
	cmd.Flags().BoolVar(&f.now, "now", false, "from all that is recorded so far; not kept as published figures are")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "as JSON")
	cmd.Flags().BoolVar(&f.asCSV, "csv", false, "as CSV")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
	cmd.MarkFlagsMutuallyExclusive("as-of", "now")
}

// ask prints the answer: as it comes for machines, as a table for people. What
// a table does not show goes before it.
func (f *figureFlags) ask(cmd *cobra.Command, s *settings, path string, before func(io.Writer, []byte) error, more ...string) error {
	c, err := s.client("supervisor")
	if err != nil {
		return err
	}
	path += "?" + query(append([]string{"purpose", f.purpose, "group_by", f.groupBy, "as_of", f.day()}, more...)...).Encode()
	fetch := func(mediaType string) ([]byte, error) {
		return c.send(cmd.Context(), http.MethodGet, path, "", nil, http.Header{"Accept": {mediaType}})
	}
	switch {
	case f.asJSON:
		return show(cmd.OutOrStdout(), fetch, "application/json")
	case f.asCSV:
		return show(cmd.OutOrStdout(), fetch, "text/csv")
	}
	return showTable(cmd.OutOrStdout(), fetch, before)
}

// day is the day asked for; tomorrow stands for all that is recorded so far.
func (f *figureFlags) day() string {
	if f.now {
		return rules.DateOf(time.Now()).AddDays(1).String()
	}
	return f.asOf
}

func showTable(out io.Writer, fetch func(string) ([]byte, error), before func(io.Writer, []byte) error) error {
	raw, err := fetch("application/json")
	if err == nil {
		err = before(out, raw)
	}
	if err != nil {
		return err
	}
	table, err := fetch("text/csv")
	if err != nil {
		return err
	}
	return writeTable(out, table)
}

func show(out io.Writer, fetch func(string) ([]byte, error), mediaType string) error {
	raw, err := fetch(mediaType)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, strings.TrimSpace(string(raw)))
	return err
}

// writeTable shows CSV in columns, without the last three, which say the same in
// every row what is printed above.
func writeTable(out io.Writer, raw []byte) error {
	rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for i, row := range rows {
		line := strings.Join(row[:len(row)-3], "\t")
		if i == 0 {
			line = strings.ToUpper(line)
		}
		fmt.Fprintln(table, line)
	}
	return table.Flush()
}

func writeStamp(out io.Writer, s demand.Stamp) {
	fmt.Fprintf(out, "%s as of %s, log position %d", s.Definition, s.AsOf, s.LogPosition)
	if s.Inputs != "" {
		fmt.Fprintf(out, ", inputs %s", s.Inputs[:16])
	}
	fmt.Fprintln(out)
}

func demandCommand(s *settings) *cobra.Command {
	var flags figureFlags
	var municipio, level, grade, language string
	cmd := &cobra.Command{
		Use: "demand", Short: "Count the children who wait for a school", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return flags.ask(cmd, s, "/v1/school-demand", demandHead, "municipio", municipio, "level", level, "grade", grade, "language", language)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&flags.groupBy, "group-by", "municipio", "up to three of "+strings.Join(demand.Dimensions, ", "))
	cmd.Flags().StringVar(&municipio, "municipio", "", "only this Municipio")
	cmd.Flags().StringVar(&level, "level", "", "only this kind of school")
	cmd.Flags().StringVar(&grade, "grade", "", "only this grade")
	cmd.Flags().StringVar(&language, "language", "", "only this language")
	return cmd
}

func demandHead(out io.Writer, raw []byte) error {
	var answer struct {
		demand.Stamp
		demand.Table
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return fmt.Errorf("demand: %w", err)
	}
	writeStamp(out, answer.Stamp)
	fmt.Fprintf(out, "Rounded to %d; counts up to %d are not shown.\n\n", answer.RoundTo, answer.UpTo)
	return nil
}

func forecastCommand(s *settings) *cobra.Command {
	var flags figureFlags
	var months int
	var backtest bool
	cmd := &cobra.Command{
		Use: "forecast", Short: "Forecast the arrivals of children of school age, with the measured error", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return flags.ask(cmd, s, "/v1/school-demand/forecast", forecastHead, "months", strconv.Itoa(months), "backtest", strconv.FormatBool(backtest))
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&flags.groupBy, "group-by", "", "up to three of "+strings.Join(demand.ForecastDimensions, ", "))
	cmd.Flags().IntVar(&months, "months", 6, "months ahead")
	cmd.Flags().BoolVar(&backtest, "backtest", false, "show for each past month what would have been said, and what came")
	return cmd
}

func forecastHead(out io.Writer, raw []byte) error {
	var f demand.Forecast
	if err := json.Unmarshal(raw, &f); err != nil {
		return fmt.Errorf("forecast: %w", err)
	}
	writeStamp(out, f.Stamp)
	fmt.Fprintf(out, "%s\n%d children authorised and not yet here, %d under review; durations of %d arrivals.\n",
		f.Assumptions.En, f.Basis.Authorised, f.Basis.UnderReview, f.Basis.Arrivals)
	if f.Shortage != nil {
		fmt.Fprintln(out, f.Shortage.Text.En)
	}
	if f.Performance.Shortage != nil {
		fmt.Fprintln(out, f.Performance.Shortage.Text.En)
	}
	for _, score := range f.Performance.Scores {
		fmt.Fprintf(out, "Month %d ahead: off by %.1f children on average over %d trials (last year's mean: %.1f), bias %+.1f; %.0f %% within the interval (true share between %.0f and %.0f %%).\n",
			score.Ahead, score.Error, score.Trials, score.Naive, score.Bias, 100*score.Coverage, 100*score.CoverageLow, 100*score.CoverageHigh)
	}
	fmt.Fprintln(out)
	return nil
}

func indicatorsCommand(s *settings) *cobra.Command {
	var flags figureFlags
	cmd := &cobra.Command{
		Use: "indicators", Short: "The indicators of the city's reports, with their definitions", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return flags.ask(cmd, s, "/v1/indicators", indicatorsHead)
		},
	}
	flags.add(cmd)
	return cmd
}

func indicatorsHead(out io.Writer, raw []byte) error {
	var r demand.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		return fmt.Errorf("indicators: %w", err)
	}
	writeStamp(out, r.Stamp)
	for _, i := range r.Indicators {
		fmt.Fprintf(out, "%s: %s\n", i.ID, i.Definition.En)
	}
	fmt.Fprintln(out)
	return nil
}

func auditFiguresCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use: "figures", Short: "Make every published forecast, back-test and indicator again from the log and compare", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, _, err := s.openStore(cmd.Context())
			if err != nil {
				return err
			}
			defer log.Close()
			return auditFigures(cmd.Context(), cmd.OutOrStdout(), log)
		},
	}
}

// auditFigures makes figures again at the log position at which they were made.
// What differs may have lost an erased person's school year, or was made with
// another registry of schools or other rules of the office: each is named.
func auditFigures(ctx context.Context, out io.Writer, log *store.Store) error {
	published, err := log.Publications(ctx)
	if err != nil {
		return err
	}
	same := 0
	for _, p := range published {
		equal, err := comesOutTheSame(ctx, log, p)
		switch {
		case err != nil:
			return err
		case equal:
			same++
		default:
			fmt.Fprintf(out, "%s of %s (%s) comes out otherwise now.\n", p.Kind, p.On, p.Parameters)
		}
	}
	fmt.Fprintf(out, "%d figures were published; %d come out the same.\n", len(published), same)
	if same < len(published) {
		return refused{fmt.Sprintf("%d figures differ", len(published)-same)}
	}
	return nil
}

func comesOutTheSame(ctx context.Context, log *store.Store, p demand.Publication) (bool, error) {
	stamp, err := p.Stamp()
	if err != nil {
		return false, fmt.Errorf("figures of %s: %w", p.On, err)
	}
	facts, err := log.FigureLogAt(ctx, stamp.LogPosition)
	if err != nil {
		return false, err
	}
	made, err := demand.Make(p.Key, facts, demand.Schools{})
	return bytes.Equal(made, p.Figures), err
}
