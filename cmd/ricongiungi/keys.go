// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ricongiungi/store"
	"ricongiungi/vault"
)

func keysCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "The keys under which personal data is sealed"}
	cmd.AddCommand(&cobra.Command{
		Use: "rotate", Short: "Make a new master key; restart the API and the workers, then run keys rewrap", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := vault.Rotate(s.keyFile("vault.json")); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "A new master key is in %s. Now back the file up, restart the API and all workers,\nand run \"ricongiungi keys rewrap\". Keep the older keys in the file: backups need them.\n", s.keyFile("vault.json"))
			return nil
		},
	}, &cobra.Command{
		Use: "rewrap", Short: "Move every person's key to the newest master key; cases may be worked on meanwhile", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, _, err := s.openStore(cmd.Context())
			if err != nil {
				return err
			}
			defer log.Close()
			moved, err := log.RewrapKeys(cmd.Context())
			fmt.Fprintf(cmd.OutOrStdout(), "%d keys are under the newest master key.\n", moved)
			return err
		},
	}, &cobra.Command{
		Use: "scrub", Short: "Clear destroyed keys from the files of the database; locks each table for a moment", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.fromRunning(); err != nil {
				return err
			}
			if err := store.Scrub(cmd.Context(), s.databaseURL); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "No destroyed key is left in the tables. The write-ahead log and backups forget when they are recycled.")
			return nil
		},
	})
	return cmd
}
