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
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"ricongiungi/backup"
	"ricongiungi/internal/keyfile"
)

// copies says where archives lie and who opens them.
type copies struct {
	logDir, keyDir    string
	recipients        []string
	keepLog, keepKeys time.Duration
	identity          string
}

// placed are the flags that name the folders of archives.
func (c *copies) placed(cmd *cobra.Command, s *settings) {
	cmd.Flags().StringVar(&c.logDir, "to", env("RICONGIUNGI_BACKUP", filepath.Join(s.dataDir, "backup", "log")), "folder of the log's archives (RICONGIUNGI_BACKUP)")
	cmd.Flags().StringVar(&c.keyDir, "keys-to", env("RICONGIUNGI_BACKUP_KEYS", filepath.Join(s.dataDir, "backup", "keys")), "folder of the keys' archives, better elsewhere (RICONGIUNGI_BACKUP_KEYS)")
}

func backupCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "backup", Short: "Keep encrypted copies of the log and, apart from it, of the keys"}
	cmd.AddCommand(backupKeyCommand(), backupCreateCommand(s))
	return cmd
}

func backupKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "key FILE", Short: "Make the key that opens archives, and print its public half, which closes them", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			identity, err := age.GenerateX25519Identity()
			if err != nil {
				return err
			}
			if _, err := os.Stat(args[0]); err == nil {
				return fmt.Errorf("%s exists already; a key that is written over opens nothing any more", args[0])
			}
			if err := keyfile.Replace(args[0], []byte(identity.String()+"\n")); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), identity.Recipient())
			fmt.Fprintf(cmd.ErrOrStderr(), "Take %s off this machine. Set RICONGIUNGI_BACKUP_RECIPIENT to the line above.\n", args[0])
			return nil
		},
	}
}

func backupCreateCommand(s *settings) *cobra.Command {
	var c copies
	cmd := &cobra.Command{
		Use: "create", Short: "Copy everything as of one instant, and remove copies that are too old", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			made, err := s.createBackup(cmd.Context(), c)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n%s\n", made.Log, made.Keys)
			gone, err := backup.Prune(c.logDir, c.keyDir, time.Now(), c.keepLog, c.keepKeys)
			for _, path := range gone {
				fmt.Fprintln(cmd.OutOrStdout(), "removed:", path)
			}
			return err
		},
	}
	c.placed(cmd, s)
	cmd.Flags().StringSliceVar(&c.recipients, "recipient", nonEmpty(os.Getenv("RICONGIUNGI_BACKUP_RECIPIENT")), "public key that closes the archives (RICONGIUNGI_BACKUP_RECIPIENT); several may open them")
	cmd.Flags().DurationVar(&c.keepLog, "keep", 400*24*time.Hour, "how long archives of the log are kept")
	cmd.Flags().DurationVar(&c.keepKeys, "keep-keys", 30*24*time.Hour, "how long archives of the keys are kept; who is erased can be read in them until then")
	return cmd
}

func nonEmpty(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

func (s *settings) createBackup(ctx context.Context, c copies) (backup.Pair, error) {
	if err := s.fromRunning(); err != nil {
		return backup.Pair{}, err
	}
	files, err := s.keyFiles()
	if err != nil {
		return backup.Pair{}, err
	}
	plan := backup.Plan{DatabaseURL: s.databaseURL, KeyFiles: files, LogDir: c.logDir, KeyDir: c.keyDir}
	if len(c.recipients) == 0 {
		return backup.Pair{}, errors.New("nobody could open the copy: make a key with `ricongiungi backup key FILE` and name what it prints with --recipient or RICONGIUNGI_BACKUP_RECIPIENT")
	}
	for _, text := range c.recipients {
		recipient, err := age.ParseX25519Recipient(text)
		if err != nil {
			return backup.Pair{}, fmt.Errorf("recipient %s: %w", text, err)
		}
		plan.Recipients = append(plan.Recipients, recipient)
	}
	var bar *progressbar.ProgressBar
	plan.OnTotal = func(total int64) { bar = progress(total, "copying") }
	plan.OnBytes = func(n int) { bar.Add(n) }
	made, err := backup.Create(ctx, plan)
	if bar != nil {
		bar.Finish()
	}
	return made, err
}

// keyFiles are the files in the folder of keys, by name.
func (s *settings) keyFiles() (map[string]string, error) {
	entries, err := os.ReadDir(s.keyFile(""))
	if err != nil {
		return nil, fmt.Errorf("folder of keys: %w", err)
	}
	files := map[string]string{}
	for _, e := range entries {
		if e.Type().IsRegular() {
			files[e.Name()] = s.keyFile(e.Name())
		}
	}
	return files, nil
}
