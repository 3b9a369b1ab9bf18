// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"net/url"
	"os"

	"github.com/spf13/cobra"
)

func capsuleCommand(s *settings) *cobra.Command {
	var out string
	var without bool
	cmd := &cobra.Command{
		Use: "capsule CASE_ID", Short: "Write the case, its proofs and the law applied into one file that proves itself", Args: cobra.ExactArgs(1),
		Long: `Writes one file with which anybody can check and replay the case on a machine
that has never seen this system: ricongiungi audit verify --capsule FILE --key KEY.

A file with personal data must be kept like the file of the case: it holds the
names, and the keys that prove them. Hand over one --without-personal-data where
dates and decisions are enough.`,
		RunE: func(cmd *cobra.Command, args []string) error { return writeCapsule(cmd, s, args[0], out, !without) },
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write; it must not exist yet")
	cmd.Flags().BoolVar(&without, "without-personal-data", false, "digests in place of what identifies persons")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func writeCapsule(cmd *cobra.Command, s *settings, id, out string, personal bool) error {
	c, err := s.client("supervisor")
	if err != nil {
		return err
	}
	path := fmt.Sprintf("/v1/cases/%s/capsule?personal_data=%t", url.PathEscape(id), personal)
	packed, err := c.send(cmd.Context(), "GET", path, "", nil, nil)
	if err != nil {
		return err
	}
	return writeNew(cmd, out, packed)
}

// writeNew writes a file for its owner's eyes and never over another.
func writeNew(cmd *cobra.Command, path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s written, %d bytes.\n", path, len(content))
	return nil
}
