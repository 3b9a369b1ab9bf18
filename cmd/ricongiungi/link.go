// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/internal/secret"
	"ricongiungi/linkpages"
)

func linkCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "link", Short: "Hand out a link that needs no account, or revoke one"}
	cmd.AddCommand(
		&cobra.Command{Use: "family CASE_ID PERSON_ID", Short: "Give one person of the case the link to the family's page", Args: cobra.ExactArgs(2),
			RunE: func(cmd *cobra.Command, args []string) error {
				code := secret.New()
				return giveLink(cmd, s, args[0], &casefile.GiveFamilyLink{PersonID: args[1], Digest: secret.Hex(code)}, linkpages.FamilyPath, code)
			}},
		&cobra.Command{Use: "reply CASE_ID REFERRAL_ID", Short: "Give the body that received a referral the link on which it answers", Args: cobra.ExactArgs(2),
			RunE: func(cmd *cobra.Command, args []string) error {
				code := secret.New()
				return giveLink(cmd, s, args[0], &casefile.GiveReplyLink{ReferralID: args[1], Digest: secret.Hex(code)}, linkpages.ReplyPath, code)
			}},
		&cobra.Command{Use: "revoke CASE_ID LINK_ID", Short: "End a link, such as one that was lost", Args: cobra.ExactArgs(2),
			RunE: func(cmd *cobra.Command, args []string) error {
				return giveLink(cmd, s, args[0], &casefile.RevokeLink{LinkID: args[1]}, "", "")
			}},
	)
	return cmd
}

// giveLink has the command recorded and prints the link, which nobody can show again.
func giveLink(cmd *cobra.Command, s *settings, caseID string, command casefile.Command, path, code string) error {
	c, err := s.client("counsellor")
	if err != nil {
		return err
	}
	body, err := json.Marshal(command)
	if err != nil {
		return err
	}
	var outcome casefile.Outcome
	if err := c.command(cmd.Context(), caseID, uuid.NewString(), casefile.CommandName(command), body, &outcome); err != nil {
		return err
	}
	writeOutcome(cmd.OutOrStdout(), outcome)
	if code == "" {
		return nil
	}
	var view casefile.View
	if err := c.get(cmd.Context(), "/v1/cases/"+caseID, &view); err != nil {
		return err
	}
	lang := "it"
	if path == linkpages.FamilyPath && view.ContactLanguage != "" {
		lang = view.ContactLanguage
	}
	fmt.Fprintf(cmd.OutOrStdout(), "link      %s\ncode      %s (for whoever cannot open the link)\nNobody can show it again: only its digest is kept.\n",
		linkpages.LinkURL(s.publicURL, path, lang, code), code)
	return nil
}
