// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"ricongiungi/backup"
	"ricongiungi/store"
)

func drillCommand(s *settings) *cobra.Command {
	var c copies
	cmd := &cobra.Command{
		Use: "drill", Short: "Restore a copy into a database of its own and prove that nothing is missing", Args: cobra.NoArgs,
		Long: `Restores the newest copy into a fresh database on the same server, verifies every
leaf of the log, and holds the root of its tree and the digest of its views
against those that were copied. The database is dropped afterwards. Without
--identity a copy is made for the drill, with a key that nobody keeps.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return drill(cmd, s, c) },
	}
	c.placed(cmd, s)
	cmd.Flags().StringVar(&c.identity, "identity", "", "file with the key that opens archives")
	return cmd
}

func drill(cmd *cobra.Command, s *settings, c copies) (err error) {
	ctx, began := cmd.Context(), time.Now()
	if err := s.fromRunning(); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "ricongiungi-drill-")
	if err != nil {
		return fmt.Errorf("a folder for the drill: %w", err)
	}
	defer os.RemoveAll(folder)
	pair, identities, err := s.copyToDrill(ctx, c, folder)
	if err != nil {
		return err
	}
	url, drop, err := store.Scratch(ctx, s.databaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	other := *s
	other.databaseURL, other.dataDir = url, folder
	snapshot, err := other.restoreFrom(ctx, pair, identities)
	if err != nil {
		return altered{fmt.Sprintf("the drill failed: %v", err)}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\nas of %s came back whole in %s: %d events, signed root and views equal.\n%sviews %s\n",
		pair.Log, snapshot.At.Format("2006-01-02 15:04:05 UTC"), time.Since(began).Round(time.Millisecond), snapshot.Events, snapshot.Checkpoint, snapshot.Views)
	return nil
}

// copyToDrill is the newest copy or, when nobody gives the key to one, a fresh one.
func (s *settings) copyToDrill(ctx context.Context, c copies, folder string) (backup.Pair, []age.Identity, error) {
	if c.identity != "" {
		identities, err := readIdentities(c.identity)
		if err != nil {
			return backup.Pair{}, nil, err
		}
		pair, err := backup.Newest(c.logDir, c.keyDir)
		return pair, identities, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return backup.Pair{}, nil, err
	}
	c.logDir, c.keyDir, c.recipients = filepath.Join(folder, "copy"), filepath.Join(folder, "copy"), []string{identity.Recipient().String()}
	pair, err := s.createBackup(ctx, c)
	return pair, []age.Identity{identity}, err
}
