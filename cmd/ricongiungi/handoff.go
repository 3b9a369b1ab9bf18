// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ricongiungi/handoff"
)

func handoffCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "handoff", Short: "Hand authorisations over, and see what became of them"}
	var asJSON bool
	cmd.PersistentFlags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.AddCommand(importCommand(s, &asJSON), templateCommand(), listHandoffsCommand(s, &asJSON), receiptCommand(s), gapsCommand(s, &asJSON), settleCommand(s))
	return cmd
}

func templateCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "template", Short: "Write a filled example of a file of hand-offs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return handoff.Template(cmd.OutOrStdout(), handoff.Format(format))
		},
	}
	cmd.Flags().StringVar(&format, "format", "csv", "csv or ndjson")
	return cmd
}

func importCommand(s *settings, asJSON *bool) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Send a file of hand-offs (.csv or .ndjson); good rows go in, bad rows are listed", Args: cobra.ExactArgs(1),
		Long: `Sends each hand-off of the file, waits until it is in the log of its case, and
prints what became of it. Rows that were refused are written beside the file, to
be mended and sent again. Sending a file twice is safe: a message that was
accepted before gives the receipt it had. Exit status 2: some rows were refused.`,
		RunE: func(cmd *cobra.Command, args []string) error { return importFile(cmd, s, args[0], dryRun, *asJSON) },
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only show what would happen to each case")
	return cmd
}

// formatOf tells the format of a file by its name.
func formatOf(path string) (handoff.Format, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return handoff.CSV, nil
	case ".ndjson", ".jsonl":
		return handoff.NDJSON, nil
	}
	return "", fmt.Errorf("%s: a file of hand-offs ends in .csv or .ndjson", path)
}

func importFile(cmd *cobra.Command, s *settings, path string, dryRun, asJSON bool) error {
	rows, err := readRows(path)
	if err != nil {
		return err
	}
	c, err := s.client("sui_officer")
	if err != nil {
		return err
	}
	sent := &sending{client: c, rows: rows, dryRun: dryRun}
	if err := sent.run(cmd.Context()); err != nil {
		return err
	}
	if err := sent.report(cmd, asJSON); err != nil {
		return err
	}
	if err := sent.keepReceipts(cmd, path); err != nil {
		return err
	}
	return sent.keepRejected(cmd, path)
}

// readRows reads a whole file of hand-offs.
func readRows(path string) ([]handoff.Row, error) {
	format, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var rows []handoff.Row
	for row, err := range handoff.Read(file, format) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// keepRejected writes the refused rows beside the file.
func (s *sending) keepRejected(cmd *cobra.Command, path string) error {
	format, err := formatOf(path)
	if err != nil {
		return err
	}
	var bad []handoff.Row
	for _, row := range s.rows {
		if len(row.Problems) > 0 {
			bad = append(bad, row)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	if s.dryRun {
		return refused{fmt.Sprintf("%d of %d hand-offs would be refused", len(bad), len(s.rows))}
	}
	beside := strings.TrimSuffix(path, filepath.Ext(path)) + ".rejected." + string(format)
	out, err := os.Create(beside)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := handoff.WriteRejected(out, format, bad); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "refused rows are in %s: mend them and send that file\n", beside)
	return refused{fmt.Sprintf("%d of %d hand-offs were refused", len(bad), len(s.rows))}
}

func listHandoffsCommand(s *settings, asJSON *bool) *cobra.Command {
	var status, sender string
	cmd := &cobra.Command{
		Use: "list", Short: "List hand-offs, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := s.client("sui_officer")
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			err = pages(cmd, c, "/v1/handoffs", query("status", status, "sender", sender), func(r handoff.Receipt) error {
				return writeReceipt(cmd, table, r, *asJSON)
			})
			if err != nil {
				return err
			}
			return table.Flush()
		},
	}
	cmd.Flags().StringVar(&status, "status", "", "accepted, held, applied, quarantined or discarded")
	cmd.Flags().StringVar(&sender, "sender", "", "code of the sending office")
	return cmd
}

func writeReceipt(cmd *cobra.Command, table *tabwriter.Writer, r handoff.Receipt, asJSON bool) error {
	if asJSON {
		return printJSON(cmd.OutOrStdout(), r)
	}
	reason := ""
	if r.Problem != nil {
		reason = r.Problem.Text.En
	}
	_, err := fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", r.Sender, r.Sequence, r.Kind, r.Status, r.HandoffID, r.CaseID, reason)
	return err
}

func gapsCommand(s *settings, asJSON *bool) *cobra.Command {
	return &cobra.Command{
		Use: "gaps", Short: "List messages that never arrived, by the senders' numbers", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := s.client("sui_officer")
			if err != nil {
				return err
			}
			var gaps list[handoff.Gap]
			if err := c.get(cmd.Context(), "/v1/handoff-gaps", &gaps); err != nil {
				return err
			}
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), gaps.Items)
			}
			for _, g := range gaps.Items {
				fmt.Fprintf(cmd.OutOrStdout(), "%s  %d to %d missing since %s\n", g.Sender, g.From, g.To, g.Since.Local().Format("2006-01-02 15:04"))
			}
			if len(gaps.Items) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "No message is missing.")
			}
			return nil
		},
	}
}

func settleCommand(s *settings) *cobra.Command {
	var action, reason string
	cmd := &cobra.Command{
		Use: "settle HANDOFF_ID", Short: "Decide on a held or quarantined hand-off: try it again or discard it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := s.client("supervisor")
			if err != nil {
				return err
			}
			body, err := json.Marshal(handoff.Settlement{Action: action, Reason: reason})
			if err != nil {
				return fmt.Errorf("settlement: %w", err)
			}
			var receipt handoff.Receipt
			path := "/v1/handoffs/" + url.PathEscape(args[0]) + "/settlement"
			if err := c.call(cmd.Context(), http.MethodPost, path, "application/json", body, nil, &receipt); err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), receipt)
		},
	}
	cmd.Flags().StringVar(&action, "action", "retry", "retry or discard")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the record")
	return cmd
}
