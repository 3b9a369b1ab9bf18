// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

func accessCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "access", Short: "Who may act"}
	cmd.AddCommand(revokeCommand(s))
	return cmd
}

func revokeCommand(s *settings) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "revoke ACTOR_ID",
		Short: "End an operator's sessions and refuse their tokens, everywhere within seconds",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := uuid.Parse(args[0]); err != nil {
				return fmt.Errorf("%q is no actor id: it must be a UUID", args[0])
			}
			log, _, err := s.openStore(cmd.Context())
			if err != nil {
				return err
			}
			defer log.Close()
			by := casefile.Actor{ID: uuid.Nil.String(), Role: casefile.Operator, Office: "command_line"}
			if err := log.Revoke(cmd.Context(), views.Revocation{ActorID: args[0], Since: time.Now(), By: by, Reason: reason}); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "Revoked: sessions are over, tokens issued until now are refused within five seconds.")
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "unspecified", "code of the reason, such as left_the_office")
	return cmd
}
