// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ricongiungi/casefile"
	"ricongiungi/caseload"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

func importCasesCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: "Bring in the running cases of an office"}
	cmd.AddCommand(casesCommand(s), caseTemplateCommand())
	return cmd
}

func caseTemplateCommand() *cobra.Command {
	var events bool
	cmd := &cobra.Command{
		Use: "template", Short: "Write a filled example of the file of families, or of events", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return caseload.Template(cmd.OutOrStdout(), events) },
	}
	cmd.Flags().BoolVar(&events, "events", false, "of the file of events")
	return cmd
}

func casesCommand(s *settings) *cobra.Command {
	var dryRun, asJSON bool
	cmd := &cobra.Command{
		Use: "cases FAMILIES.csv [EVENTS.csv]", Short: "Import families and what happened to them; good families go in, bad ones are listed", Args: cobra.RangeArgs(1, 2),
		Long: `Reads running cases from spreadsheets saved as CSV. Every family is first told to
a case in memory; one that would be refused anywhere stays out as a whole, and
its rows are written beside the files, with the reasons, to be mended and
imported again. Importing the same files again changes nothing. Exit status 2:
some families were refused.

Hand-overs are sent as office "import" and the rest as supervisor; for an API
elsewhere set RICONGIUNGI_IMPORT_TOKEN and RICONGIUNGI_TOKEN to tokens of these.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			i := &caseImport{settings: s, out: cmd.OutOrStdout(), errOut: cmd.ErrOrStderr(), paths: args, dryRun: dryRun, asJSON: asJSON}
			return i.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be refused and why")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// caseImport is a file of families on its way to the API.
type caseImport struct {
	*settings
	out, errOut io.Writer
	paths       []string // families, and perhaps events
	dryRun      bool
	asJSON      bool
	families    []*caseload.Family
	book        *rules.Book
}

func (i *caseImport) run(ctx context.Context) error {
	var err error
	if i.book, err = i.settings.book(); err != nil {
		return err
	}
	if err := i.read(); err != nil {
		return err
	}
	i.rehearse()
	if !i.dryRun {
		if err := i.send(ctx); err != nil {
			return err
		}
	}
	return i.report()
}

func (i *caseImport) read() error {
	families, err := os.Open(i.paths[0])
	if err != nil {
		return err
	}
	defer families.Close()
	var events io.Reader
	if len(i.paths) > 1 {
		file, err := os.Open(i.paths[1])
		if err != nil {
			return err
		}
		defer file.Close()
		events = file
	}
	if i.families, err = caseload.Read(families, events); err != nil {
		return fmt.Errorf("%s: %w", i.paths[0], err)
	}
	return nil
}

// rehearse tells every family to a case in memory.
func (i *caseImport) rehearse() {
	bar, now := progress(int64(len(i.families)), "checking"), time.Now()
	for _, f := range i.families {
		if f.Sound() {
			f.Rehearse(i.book, now)
		}
		_ = bar.Add(1)
	}
	_ = bar.Finish()
}

// send hands the sound families over and then tells what happened to each.
func (i *caseImport) send(ctx context.Context) error {
	receipts, err := i.handOver(ctx)
	if err != nil {
		return err
	}
	c, err := i.client("supervisor")
	if err != nil {
		return err
	}
	bar := progress(int64(len(receipts)), "telling")
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for f, receipt := range receipts {
		group.Go(func() error {
			defer func() { _ = bar.Add(1) }()
			return f.Tell(ctx, receipt.CaseID, &caseDesk{c, receipt.CaseID})
		})
	}
	err = group.Wait()
	_ = bar.Finish()
	return err
}

// handOver opens the cases and gives the receipt of each family that has one.
func (i *caseImport) handOver(ctx context.Context) (map[*caseload.Family]handoff.Receipt, error) {
	c, err := i.importer()
	if err != nil {
		return nil, err
	}
	numbers, err := numbersOf(ctx, c)
	if err != nil {
		return nil, err
	}
	sent, behind := &sending{client: c}, []*caseload.Family{}
	for _, f := range i.families {
		if !f.Sound() {
			continue
		}
		f.Opening.Sequence = numbers.of(f.Opening.MessageID)
		sent.rows = append(sent.rows, handoff.Row{Line: len(sent.rows) + 1, Message: f.Opening, JSON: handoff.Canonical(f.Opening)})
		behind = append(behind, f)
	}
	if err := sent.run(ctx); err != nil {
		return nil, err
	}
	receipts := map[*caseload.Family]handoff.Receipt{}
	for n, row := range sent.rows {
		receipt := sent.receipts[row.Line]
		if len(row.Problems) > 0 || receipt.Status != handoff.Applied || receipt.CaseID == "" {
			behind[n].Reject("families", behind[n].Line(), "", sent.sentence(row))
			continue
		}
		receipts[behind[n]] = receipt
	}
	return receipts, nil
}

// importer is the API as the office "import" uses it.
func (i *caseImport) importer() (*apiClient, error) {
	c, err := i.client("supervisor")
	if err != nil {
		return nil, err
	}
	if given := os.Getenv("RICONGIUNGI_IMPORT_TOKEN"); given != "" || i.token != "" {
		c.token = given
		return c, nil
	}
	issuer, err := i.issuer()
	if err != nil {
		return nil, err
	}
	c.token, err = issuer.Token(uuid.MustParse(casefile.DeriveID("import", "office")), casefile.SUIOfficer, caseload.Sender, time.Hour)
	return c, err
}

// numbers are the sequence numbers of what was handed over before; a family
// handed over again keeps its own.
type numbers struct {
	byMessage map[string]int64
	last      int64
}

func numbersOf(ctx context.Context, c *apiClient) (*numbers, error) {
	n := &numbers{byMessage: map[string]int64{}}
	cursor := ""
	for {
		var page list[handoff.Receipt]
		if err := c.get(ctx, "/v1/handoffs?limit=100&sender="+caseload.Sender+cursor, &page); err != nil {
			return nil, err
		}
		for _, r := range page.Items {
			n.byMessage[r.MessageID], n.last = r.Sequence, max(n.last, r.Sequence)
		}
		if page.Next == "" {
			return n, nil
		}
		cursor = "&cursor=" + page.Next
	}
}

func (n *numbers) of(message string) int64 {
	if _, known := n.byMessage[message]; !known {
		n.last++
		n.byMessage[message] = n.last
	}
	return n.byMessage[message]
}

// caseDesk gives the commands of one case to the API.
type caseDesk struct {
	client *apiClient
	caseID string
}

// Give submits one command and waits for its outcome.
func (d *caseDesk) Give(ctx context.Context, id, name string, data []byte) (string, error) {
	var outcome casefile.Outcome
	err := d.client.command(ctx, d.caseID, id, name, data, &outcome)
	for err == nil && outcome.Version == 0 { // accepted and not decided yet
		var state struct{ Outcome *casefile.Outcome }
		if err = pause(ctx); err == nil {
			err = d.client.get(ctx, "/v1/cases/"+d.caseID+"/commands/"+id, &state)
		}
		if state.Outcome != nil {
			outcome = *state.Outcome
			break
		}
	}
	var no *problem
	switch {
	case errors.As(err, &no) && no.Status >= 400 && no.Status < 500 && no.Status != http.StatusUnauthorized && no.Status != http.StatusTooManyRequests:
		return "", &caseload.Refused{Reason: no.Error()}
	case err != nil:
		return "", err
	case outcome.Refusal != nil:
		return "", &caseload.Refused{Field: outcome.Refusal.Path, Reason: outcome.Refusal.Text.En}
	case len(outcome.Events) == 0:
		return "", nil
	}
	return outcome.Events[0].EventID, nil
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(200 * time.Millisecond):
		return nil
	}
}

// report prints what became of each family and writes the refused ones beside.
func (i *caseImport) report() error {
	var bad []*caseload.Family
	for _, f := range i.families {
		if !f.Sound() {
			bad = append(bad, f)
		}
	}
	if err := i.print(bad); err != nil {
		return err
	}
	switch {
	case len(bad) == 0:
		return nil
	case i.dryRun:
		return refused{fmt.Sprintf("%d of %d families would be refused", len(bad), len(i.families))}
	}
	if err := i.keepRejected(bad); err != nil {
		return err
	}
	return refused{fmt.Sprintf("%d of %d families were refused", len(bad), len(i.families))}
}

func (i *caseImport) print(bad []*caseload.Family) error {
	problems := []caseload.Problem{}
	for _, f := range bad {
		problems = append(problems, f.Problems...)
	}
	if i.asJSON {
		return printJSON(i.out, map[string]any{"families": len(i.families), "refused": len(bad), "dry_run": i.dryRun, "problems": problems})
	}
	table := tabwriter.NewWriter(i.out, 0, 4, 2, ' ', 0)
	for _, p := range problems {
		fmt.Fprintf(table, "%s line %d\t%s\t%s\n", p.In, p.Line, p.Field, p.Reason)
	}
	verb := "are in"
	if i.dryRun {
		verb = "would come in"
	}
	fmt.Fprintf(table, "%d of %d families %s.\n", len(i.families)-len(bad), len(i.families), verb)
	return table.Flush()
}

func (i *caseImport) keepRejected(bad []*caseload.Family) error {
	var families, events strings.Builder
	if err := caseload.WriteRejected(&families, &events, bad); err != nil {
		return err
	}
	for n, text := range []string{families.String(), events.String()}[:len(i.paths)] {
		beside := strings.TrimSuffix(i.paths[n], filepath.Ext(i.paths[n])) + ".rejected.csv"
		if err := os.WriteFile(beside, []byte(text), 0o600); err != nil {
			return err
		}
		fmt.Fprintf(i.errOut, "refused rows are in %s: mend them and import that file\n", beside)
	}
	return nil
}
