// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"ricongiungi/handoff"
)

// sending is a file of hand-offs on its way to the API.
type sending struct {
	client    *apiClient
	rows      []handoff.Row
	dryRun    bool
	receipts  map[int]handoff.Receipt // by line
	forecasts map[int]handoff.Forecast
}

// atOnce is how many hand-offs go into one request.
const atOnce = 250

type batchAnswer struct {
	Items []struct {
		Line     int               `json:"line"`
		Receipt  *handoff.Receipt  `json:"receipt"`
		Forecast *handoff.Forecast `json:"forecast"`
		Problems []struct {
			Path   string `json:"path"`
			Reason string `json:"reason"`
		} `json:"problems"`
	} `json:"items"`
}

func (s *sending) run(ctx context.Context) error {
	s.receipts, s.forecasts = map[int]handoff.Receipt{}, map[int]handoff.Forecast{}
	var sound []*handoff.Row
	for i := range s.rows {
		if len(s.rows[i].Problems) == 0 {
			sound = append(sound, &s.rows[i])
		}
	}
	bar := progress(int64(len(sound)), "sending")
	size := atOnce
	if s.dryRun {
		size = max(len(sound), 1) // a forecast needs the messages before it
	}
	for start := 0; start < len(sound); start += size {
		part := sound[start:min(start+size, len(sound))]
		if err := s.send(ctx, part); err != nil {
			return err
		}
		_ = bar.Add(len(part))
	}
	_ = bar.Finish()
	if s.dryRun {
		return nil
	}
	return s.wait(ctx)
}

// send posts some rows and notes what became of each.
func (s *sending) send(ctx context.Context, rows []*handoff.Row) error {
	var body bytes.Buffer
	for _, row := range rows {
		body.Write(bytes.TrimSpace(row.JSON))
		body.WriteByte('\n')
	}
	path := "/v1/handoffs/batches"
	if s.dryRun {
		path += "?dry_run=true"
	}
	var answer batchAnswer
	if err := s.client.call(ctx, http.MethodPost, path, "application/x-ndjson", body.Bytes(), nil, &answer); err != nil {
		return err
	}
	for _, item := range answer.Items {
		row := rows[item.Line-1]
		switch {
		case item.Receipt != nil:
			s.receipts[row.Line] = *item.Receipt
		case item.Forecast != nil:
			s.forecasts[row.Line] = *item.Forecast
		}
		for _, p := range item.Problems {
			row.Reject(strings.TrimPrefix(p.Path, "/"), p.Reason)
		}
	}
	return nil
}

// wait follows accepted hand-offs into the log. Held ones stay held: nobody
// knows when the missing message comes.
func (s *sending) wait(ctx context.Context) error {
	var open []int
	for line, r := range s.receipts {
		if r.Status == handoff.Accepted {
			open = append(open, line)
		}
	}
	bar := progress(int64(len(open)), "applying")
	defer func() { _ = bar.Finish() }()
	for len(open) > 0 {
		left, err := s.poll(ctx, open, bar)
		if err != nil {
			return err
		}
		if open = left; len(open) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d hand-offs are accepted and not yet applied; `handoff list` shows them", len(open))
		case <-time.After(200 * time.Millisecond):
		}
	}
	return nil
}

// poll asks for receipts until one is still on its way: the others behind it
// most likely are too.
func (s *sending) poll(ctx context.Context, open []int, bar *progressbar.ProgressBar) ([]int, error) {
	for i, line := range open {
		var receipt handoff.Receipt
		if err := s.client.get(ctx, "/v1/handoffs/"+s.receipts[line].HandoffID, &receipt); err != nil {
			return nil, err
		}
		s.receipts[line] = receipt
		if receipt.Status == handoff.Accepted {
			return open[i:], nil
		}
		_ = bar.Add(1)
	}
	return nil, nil
}

// report prints each row with what became of it.
func (s *sending) report(cmd *cobra.Command, asJSON bool) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, row := range s.rows {
		if asJSON {
			if err := printJSON(cmd.OutOrStdout(), s.asJSON(row)); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(table, "line %d\t%s\n", row.Line, s.sentence(row))
	}
	return table.Flush()
}

func (s *sending) asJSON(row handoff.Row) map[string]any {
	out := map[string]any{"line": row.Line}
	if r, ok := s.receipts[row.Line]; ok {
		out["receipt"] = r
	}
	if f, ok := s.forecasts[row.Line]; ok {
		out["forecast"] = f
	}
	if len(row.Problems) > 0 {
		out["problems"] = row.Problems
	}
	return out
}

func (s *sending) sentence(row handoff.Row) string {
	if len(row.Problems) > 0 {
		var reasons []string
		for _, p := range row.Problems {
			reasons = append(reasons, strings.TrimPrefix(fmt.Sprintf("%s: %s", p.Field, p.Reason), ": "))
		}
		return "refused\t" + strings.Join(reasons, "; ")
	}
	if f, ok := s.forecasts[row.Line]; ok {
		return forecastSentence(f)
	}
	r := s.receipts[row.Line]
	text := fmt.Sprintf("%s\treceipt %s", r.Status, r.HandoffID)
	switch {
	case r.Problem != nil:
		text += "\t" + r.Problem.Text.En
	case r.Status == handoff.Held:
		text += "\twaits for a message with a lower number"
	case r.CaseID != "":
		text += "\tcase " + r.CaseID
	}
	return text
}

func forecastSentence(f handoff.Forecast) string {
	switch {
	case f.Problem != nil:
		return "would be quarantined\t" + f.Problem.Text.En
	case f.NewCase:
		return "would open a case\t" + strings.Join(f.Events, ", ")
	case len(f.Events) == 0:
		return "would change nothing\t" + f.CaseID
	}
	return strings.TrimSpace("would add to the case\t" + strings.Join(f.Events, ", ") + "\t" + f.CaseID)
}
