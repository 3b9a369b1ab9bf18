// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"ricongiungi/ledger"
	"ricongiungi/store"
)

func auditCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Prove what the log holds"}
	cmd.AddCommand(&cobra.Command{
		Use: "verify", Short: "Check every event, every chain and the whole tree against the checkpoint", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return verify(cmd, s) },
	}, &cobra.Command{
		Use: "checkpoint", Short: "Print the signed checkpoint of the log and the key to check it with", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return printCheckpoint(cmd, s) },
	})
	cmd.AddCommand(auditFiguresCommand(s))
	return cmd
}

func verify(cmd *cobra.Command, s *settings) error {
	ctx := cmd.Context()
	log, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer log.Close()
	checkpoint, err := s.readCheckpoint(ctx, log)
	if err != nil {
		return err
	}
	bar := progress(checkpoint.Size, "verifying")
	start := time.Now()
	size, err := log.Verify(ctx, checkpoint, func(n int64) { _ = bar.Set64(n) })
	_ = bar.Finish()
	var tampered *ledger.Tampered
	if errors.As(err, &tampered) {
		return fmt.Errorf("THE LOG WAS TAMPERED WITH: %w", tampered)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d events verified in %s: every event, every case's chain and the tree agree with the checkpoint.\n",
		size, time.Since(start).Round(time.Millisecond))
	return nil
}

func (s *settings) readCheckpoint(ctx context.Context, log *store.Store) (ledger.Checkpoint, error) {
	signer, err := s.signer()
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	verifier, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		return ledger.Checkpoint{}, fmt.Errorf("key of the log: %w", err)
	}
	text, err := log.Checkpoint(ctx)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	return ledger.OpenCheckpoint(text, verifier)
}

func printCheckpoint(cmd *cobra.Command, s *settings) error {
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return err
	}
	defer log.Close()
	text, err := log.Checkpoint(cmd.Context())
	if err != nil {
		return err
	}
	signer, err := s.signer()
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\nkey %s\n", text, signer.VerifierKey())
	return nil
}
