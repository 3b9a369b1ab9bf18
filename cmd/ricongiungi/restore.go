// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"ricongiungi/backup"
	"ricongiungi/deploy"
	"ricongiungi/internal/keyfile"
	"ricongiungi/store"
)

func restoreCommand(s *settings) *cobra.Command {
	var from backup.Pair
	var identity string
	cmd := &cobra.Command{
		Use: "restore", Short: "Fill an empty database and an empty folder of keys from a copy", Args: cobra.NoArgs,
		Long: `Fills the empty database at DATABASE_URL or, without one, that of an empty data
folder, and puts the keys into the data folder. All of it or nothing. Then the
log is verified and held against the copy. Open cases get their workflows from
the first worker that starts.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return restore(cmd, s, from, identity) },
	}
	cmd.Flags().StringVar(&from.Log, "log", "", "archive of the log")
	cmd.Flags().StringVar(&from.Keys, "keys", "", "archive of the keys: of the same copy, or of a later one")
	cmd.Flags().StringVar(&identity, "identity", "", "file with the key that opens archives")
	for _, name := range []string{"log", "keys", "identity"} {
		_ = cmd.MarkFlagRequired(name) // it is declared above
	}
	return cmd
}

func restore(cmd *cobra.Command, s *settings, from backup.Pair, identity string) error {
	ctx := cmd.Context()
	identities, err := readIdentities(identity)
	if err != nil {
		return err
	}
	stop, err := s.databaseToFill(ctx)
	if err != nil {
		return err
	}
	defer stop()
	snapshot, err := s.restoreFrom(ctx, from, identities)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Restored as of %s: %d events, views %s, equal to what was copied.\nStart the system; its workers start the workflows of open cases.\n",
		snapshot.At.Format("2006-01-02 15:04:05 UTC"), snapshot.Events, snapshot.Views)
	return nil
}

// databaseToFill starts the database of the data folder, unless one is named.
func (s *settings) databaseToFill(ctx context.Context) (stop func() error, err error) {
	if s.databaseURL != "" {
		return func() error { return nil }, nil
	}
	if _, err := deploy.ReadRun(s.dataDir); err == nil {
		return nil, fmt.Errorf("a system runs in %s; restore into another folder with --data", s.dataDir)
	}
	system, err := deploy.StartPostgres(ctx, deploy.Config{DataDir: s.dataDir, Durable: true, Out: os.Stderr})
	if err != nil {
		return nil, err
	}
	s.databaseURL = system.DatabaseURL()
	return system.Stop, nil
}

func readIdentities(path string) ([]age.Identity, error) {
	content, err := keyfile.Read(path)
	if err != nil {
		return nil, fmt.Errorf("key that opens archives: %w", err)
	}
	identities, err := age.ParseIdentities(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("key that opens archives: %w", err)
	}
	return identities, nil
}

// restoreFrom restores and proves that what came back is what was copied.
func (s *settings) restoreFrom(ctx context.Context, from backup.Pair, identities []age.Identity) (store.Snapshot, error) {
	bar := progress(-1, "restoring")
	snapshot, err := backup.Restore(ctx, backup.Restoring{DatabaseURL: s.databaseURL, From: from, Identities: identities,
		Keys: s.putKeys, OnBytes: func(n int) { bar.Add(n) }})
	bar.Finish()
	if err != nil {
		return snapshot, err
	}
	s.temporalAddress = orElse(s.temporalAddress, "127.0.0.1:1") // not asked for anything
	log, _, err := s.openStore(ctx)
	if err != nil {
		return snapshot, err
	}
	defer log.Close()
	checking := progress(snapshot.Events, "proving")
	defer checking.Finish()
	return snapshot, log.Compare(ctx, snapshot, func(n int64) { checking.Set64(n) })
}

// putKeys writes key files where there are none. One that differs is left alone:
// it opens something else, and is nowhere else perhaps.
func (s *settings) putKeys(files map[string][]byte) error {
	if err := os.MkdirAll(s.keyFile(""), 0o700); err != nil {
		return fmt.Errorf("folder of keys: %w", err)
	}
	for name, content := range files {
		present, err := keyfile.Read(s.keyFile(name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = keyfile.Replace(s.keyFile(name), content)
		case err == nil && !bytes.Equal(present, content):
			err = fmt.Errorf("%s is another key than the one that was copied; move it away and restore again into an empty database", s.keyFile(name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
