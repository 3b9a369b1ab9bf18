// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"github.com/spf13/cobra"

	"ricongiungi/deploy"
)

func prepareCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "prepare",
		Short: "Install PostgreSQL and build the Temporal server, where missing, without starting anything",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return deploy.Prepare(cmd.Context(), deploy.Config{DataDir: s.dataDir, Out: cmd.ErrOrStderr()})
		},
	}
}
