// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ricongiungi/handoff"
	"ricongiungi/ledger"
)

func receiptCommand(s *settings) *cobra.Command {
	var check receiptCheck
	cmd := &cobra.Command{
		Use: "receipt [HANDOFF_ID]", Short: "Show the receipt of a hand-off as it stands, or verify receipts offline", Args: cobra.MaximumNArgs(1),
		Long: `Shows the receipt of one hand-off. With --verify it checks a file of receipts, as
the import keeps them, without any network: each is signed by the key of the log,
names the one before, and none is missing between others. With --messages it
holds them against the file that was sent. Exit status 0: sound. 2: some receipts
are missing. 3: something is not as it was signed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case check.file != "" && len(args) == 0:
				return check.run(cmd, s)
			case check.file == "" && len(args) == 1:
				return showReceipt(cmd, s, args[0])
			}
			return fmt.Errorf("name a hand-off, or a file with --verify")
		},
	}
	cmd.Flags().StringVar(&check.file, "verify", "", "file of receipts to be checked offline")
	cmd.Flags().StringVar(&check.key, "key", "", "public key of the log, as it was published")
	cmd.Flags().StringVar(&check.messages, "messages", "", "file of hand-offs (.csv or .ndjson) as it was sent")
	return cmd
}

func showReceipt(cmd *cobra.Command, s *settings, id string) error {
	c, err := s.client("sui_officer")
	if err != nil {
		return err
	}
	var receipt handoff.Receipt
	if err := c.get(cmd.Context(), "/v1/handoffs/"+url.PathEscape(id), &receipt); err != nil {
		return err
	}
	return printJSON(cmd.OutOrStdout(), receipt)
}

// receiptCheck is what `handoff receipt --verify` is asked to do.
type receiptCheck struct{ file, key, messages string }

func (c receiptCheck) run(cmd *cobra.Command, s *settings) error {
	key, err := verification{key: c.key}.publicKey(s)
	if err != nil {
		return err
	}
	file, err := os.Open(c.file)
	if err != nil {
		return err
	}
	defer file.Close()
	receipts, err := handoff.ReadReceipts(file)
	if err != nil {
		return err
	}
	sent, err := c.sent()
	if err != nil {
		return err
	}
	examined := handoff.Examine(receipts, sent, func(signed []byte) (string, error) { return ledger.OpenText(signed, key) })
	return report(cmd, examined, key.Name())
}

// sent reads the messages that the receipts are held against, by their id.
func (c receiptCheck) sent() (map[string]handoff.Message, error) {
	messages := map[string]handoff.Message{}
	if c.messages == "" {
		return messages, nil
	}
	rows, err := readRows(c.messages)
	for _, row := range rows {
		messages[row.Message.MessageID] = row.Message
	}
	return messages, err
}

func report(cmd *cobra.Command, e handoff.Examination, log string) error {
	out := cmd.OutOrStdout()
	for _, s := range e.Statements {
		fmt.Fprintf(out, "receipt %d of %s: message %d (%s) %s taken in on %s, when log %s held %d events\n", s.Number, s.Sender, s.Sequence, s.Kind,
			s.MessageID, s.ReceivedAt.Format("2006-01-02 15:04:05Z"), s.Log, s.LogSize)
	}
	for _, g := range e.Missing {
		fmt.Fprintf(out, "receipts %d to %d of %s are not in the file\n", g.From, g.To, g.Sender)
	}
	for _, f := range e.Faults {
		fmt.Fprintln(out, f)
	}
	switch {
	case len(e.Faults) > 0:
		return altered{fmt.Sprintf("%d of the receipts are not as they were signed", len(e.Faults))}
	case len(e.Missing) > 0:
		return refused{"all receipts are sound, and some are missing"}
	}
	fmt.Fprintf(out, "All %d receipts are signed by %s, and none is missing between them.\n", len(e.Statements), log)
	return nil
}

// keepReceipts writes the receipts beside the file that was sent, in the order
// of its lines: what the sender holds of the receiving side.
func (s *sending) keepReceipts(cmd *cobra.Command, path string) error {
	if s.dryRun || len(s.receipts) == 0 {
		return nil
	}
	beside := strings.TrimSuffix(path, filepath.Ext(path)) + ".receipts.ndjson"
	out, err := os.Create(beside)
	if err != nil {
		return err
	}
	defer out.Close()
	lines := make([]int, 0, len(s.receipts))
	for line := range s.receipts {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	encoder := json.NewEncoder(out)
	for _, line := range lines {
		if err := encoder.Encode(s.receipts[line]); err != nil {
			return fmt.Errorf("%s: %w", beside, err)
		}
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "signed receipts are in %s: keep them, and check them with handoff receipt --verify\n", beside)
	return out.Close()
}
