// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/casefile"
)

func letterCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "letter", Short: "Draw up a letter in the family's language and Italian, or print one again"}
	var kind, language, out string
	write := &cobra.Command{
		Use: "write CASE_ID PERSON_ID", Short: "Draw up a letter for one person of the case, and keep it as it is", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeLetter(cmd, s, args[0], casefile.IssueLetter{PersonID: args[1], Kind: kind, Language: language}, out)
		},
	}
	write.Flags().StringVar(&kind, "kind", casefile.LetterDates, "before_departure, papers, appointment, summary or dates")
	write.Flags().StringVar(&language, "language", "", "beside Italian; the family's own when not given")
	again := &cobra.Command{
		Use: "print CASE_ID LETTER_ID", Short: "Print a letter again as it was drawn up", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return printLetter(cmd, s, args[0], args[1], out) },
	}
	for _, c := range []*cobra.Command{write, again} {
		c.Flags().StringVar(&out, "out", "", "file to write, .html or .pdf; it must not exist yet")
		_ = c.MarkFlagRequired("out")
	}
	cmd.AddCommand(write, again)
	return cmd
}

func writeLetter(cmd *cobra.Command, s *settings, caseID string, wanted casefile.IssueLetter, out string) error {
	c, err := s.client("counsellor")
	if err != nil {
		return err
	}
	order := map[string]string{"person_id": wanted.PersonID, "kind": wanted.Kind}
	if wanted.Language != "" {
		order["language"] = wanted.Language
	}
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	var outcome casefile.Outcome
	path := "/v1/cases/" + url.PathEscape(caseID)
	if err := c.call(cmd.Context(), http.MethodPost, path+"/letters", "application/json", body, http.Header{"Idempotency-Key": {uuid.NewString()}}, &outcome); err != nil {
		return err
	}
	var view casefile.View
	if err := c.get(cmd.Context(), path, &view); err != nil {
		return err
	}
	id := ""
	for _, l := range view.Letters {
		if l.PersonID == wanted.PersonID && l.Kind == wanted.Kind {
			id = l.ID
		}
	}
	if id == "" {
		return errors.New("the letter is kept and not recorded yet: print it later with letter print")
	}
	return printLetter(cmd, s, caseID, id, out)
}

func printLetter(cmd *cobra.Command, s *settings, caseID, letterID, out string) error {
	c, err := s.client("counsellor")
	if err != nil {
		return err
	}
	format := "html"
	if filepath.Ext(out) == ".pdf" {
		format = "pdf"
	}
	page, err := c.send(cmd.Context(), http.MethodGet, "/v1/cases/"+url.PathEscape(caseID)+"/letters/"+url.PathEscape(letterID)+"?format="+format, "", nil, nil)
	if err != nil {
		return err
	}
	return writeNew(cmd, out, page)
}
