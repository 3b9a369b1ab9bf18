// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

//go:embed person.html
var personPage string

func personCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "person", Short: "What is kept about one person"}
	var out string
	var asJSON bool
	export := &cobra.Command{
		Use: "export PERSON_ID", Short: "Write everything kept about a person, for that person: a page, or JSON", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return exportPerson(cmd, s, args[0], out, asJSON) },
	}
	export.Flags().StringVar(&out, "out", "", "file to write; it must not exist yet")
	export.Flags().BoolVar(&asJSON, "json", false, "as JSON, for another program")
	_ = export.MarkFlagRequired("out")
	cmd.AddCommand(export)
	return cmd
}

func (c *apiClient) person(cmd *cobra.Command, id string) (views.PersonRecord, error) {
	var record views.PersonRecord
	return record, c.get(cmd.Context(), "/v1/persons/"+url.PathEscape(id)+"/export", &record)
}

func exportPerson(cmd *cobra.Command, s *settings, id, out string, asJSON bool) error {
	c, err := s.client("supervisor")
	if err != nil {
		return err
	}
	record, err := c.person(cmd, id)
	if err != nil {
		return err
	}
	var content bytes.Buffer
	if asJSON {
		err = printJSON(&content, record)
	} else {
		err = writePersonPage(&content, record)
	}
	if err != nil {
		return err
	}
	return writeNew(cmd, out, content.Bytes())
}

// writePersonPage writes a page that the person can read, in both languages.
func writePersonPage(out *bytes.Buffer, record views.PersonRecord) error {
	page, err := template.New("person").Funcs(template.FuncMap{
		"day":    func(e views.Entry) string { return rules.DateOf(e.OccurredAt).String() },
		"own":    func(e views.Entry) casefile.Particulars { return e.Private[record.Person.PersonID] },
		"pretty": func(raw json.RawMessage) string { return string(raw) },
	}).Parse(personPage)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return page.Execute(out, record)
}

func eraseCommand(s *settings) *cobra.Command {
	var reason string
	var confirm bool
	cmd := &cobra.Command{
		Use: "erase PERSON_ID", Short: "Erase one person: one asks with --reason, somebody else runs it with --confirm", Args: cobra.ExactArgs(1),
		Long: `Destroys the key under which everything that identifies the person is sealed, in
the log, the views and every copy of them. The case and the rest of the family
stay, and the log still proves itself. It cannot be undone, so it takes two: one
asks, another confirms. A legal hold forbids it.

Afterwards run "ricongiungi keys scrub", which clears the destroyed key from the
files of the database.`,
		RunE: func(cmd *cobra.Command, args []string) error { return erase(cmd, s, args[0], reason, confirm) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "code of the reason, such as request_of_the_person")
	cmd.Flags().BoolVar(&confirm, "confirm", false, "confirm what somebody else asked for")
	cmd.MarkFlagsOneRequired("reason", "confirm")
	cmd.MarkFlagsMutuallyExclusive("reason", "confirm")
	return cmd
}

// erase asks as the counsellor of the embedded system and confirms as its
// supervisor; with RICONGIUNGI_TOKEN it acts as whoever holds the token.
func erase(cmd *cobra.Command, s *settings, id, reason string, confirm bool) error {
	looking, err := s.client("supervisor")
	if err != nil {
		return err
	}
	record, err := looking.person(cmd, id)
	if err != nil {
		return err
	}
	role, name, data := "counsellor", "request_erasure", map[string]string{"person_id": id, "reason": reason}
	if confirm {
		role, name, data = "supervisor", "confirm_erasure", map[string]string{"person_id": id}
	}
	c, err := s.client(role)
	if err != nil {
		return err
	}
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("command: %w", err)
	}
	var outcome casefile.Outcome
	if err := c.command(cmd.Context(), record.CaseID, uuid.NewString(), name, body, &outcome); err != nil {
		return err
	}
	writeOutcome(cmd.OutOrStdout(), outcome)
	return nil
}
