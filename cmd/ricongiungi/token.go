// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/api"
	"ricongiungi/casefile"
	"ricongiungi/identity/sampleprovider"
	"ricongiungi/vault"
)

func tokenCommand(s *settings) *cobra.Command {
	var role string
	var ttl time.Duration
	cmd := &cobra.Command{
		Use: "token", Short: "Make a token for the embedded system, for one of its invented users", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			token, err := s.mint(role, ttl)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), token)
			return nil
		},
	}
	cmd.Flags().StringVar(&role, "role", string(casefile.Counsellor), "role: "+strings.Join(roleNames(), ", "))
	cmd.Flags().DurationVar(&ttl, "for", 8*time.Hour, "how long it is good")
	return cmd
}

func roleNames() []string {
	var names []string
	for _, role := range casefile.OperatorRoles() {
		names = append(names, string(role))
	}
	return names
}

// mint signs a token with the key of the data folder, for the invented person
// of the role.
func (s *settings) mint(role string, ttl time.Duration) (string, error) {
	who, known := sampleprovider.InRole(casefile.Role(role))
	if !known {
		return "", fmt.Errorf("there is no role %q: choose one of %s", role, strings.Join(roleNames(), ", "))
	}
	issuer, err := s.issuer()
	if err != nil {
		return "", err
	}
	return issuer.Token(uuid.MustParse(who.ID), who.Role, who.Office, ttl)
}

func (s *settings) issuer() (*api.Issuer, error) {
	if err := os.MkdirAll(s.keyFile(""), 0o700); err != nil {
		return nil, fmt.Errorf("folder of keys: %w", err)
	}
	return api.NewIssuer(s.keyFile("tokens.json"))
}

// tokenKeys are the keys by which the API verifies tokens.
func (s *settings) tokenKeys() (*api.Keys, error) {
	issuer, err := s.issuer()
	if err != nil {
		return nil, err
	}
	return issuer.Keys(), nil
}

// makeKeys makes every key file before several processes look for it.
func (s *settings) makeKeys() error {
	if _, err := s.issuer(); err != nil {
		return err
	}
	if _, err := s.signer(); err != nil {
		return err
	}
	_, err := vault.Open(s.keyFile("vault.json"))
	return err
}
