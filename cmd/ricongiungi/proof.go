// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/base64"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/views"
)

func proofCommand(s *settings) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "proof CASE_ID VERSION", Short: "Write the proof of one event as a file (.tlog-proof) that anybody checks offline", Args: cobra.ExactArgs(2),
		Long: `Writes one event, without personal data, with the proof that it stands in the
signed log, in the form of C2SP tlog-proof. "audit verify --proof FILE --key KEY"
checks it, and so does any program that reads that form.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := s.client("auditor")
			if err != nil {
				return err
			}
			var answer views.EventProof
			if err := c.get(cmd.Context(), "/v1/cases/"+args[0]+"/history/"+args[1]+"/proof", &answer); err != nil {
				return err
			}
			file, err := proofFile(answer)
			if err != nil {
				return err
			}
			if out == "" {
				_, err = cmd.OutOrStdout().Write(file)
				return err
			}
			return os.WriteFile(out, file, 0o600)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write; standard output when not given")
	return cmd
}

// proofFile puts the API's answer into the form of a file.
func proofFile(answer views.EventProof) ([]byte, error) {
	leaf, err := base64.StdEncoding.DecodeString(answer.Leaf)
	if err != nil {
		return nil, fmt.Errorf("the answer holds no event: %w", err)
	}
	p := ledger.EventProof{Leaf: leaf, Position: answer.Position, Checkpoint: []byte(answer.Checkpoint)}
	for _, text := range answer.Hashes {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return nil, fmt.Errorf("the answer holds no proof: %w", err)
		}
		p.Hashes = append(p.Hashes, hash)
	}
	return p.Marshal(), nil
}

// examineProof checks the proof of one event against the key of the log.
func (v verification) examineProof(s *settings) (verdict, error) {
	file, err := os.ReadFile(v.proof)
	if err != nil {
		return verdict{}, err
	}
	key, err := v.publicKey(s)
	if err != nil {
		return verdict{}, err
	}
	p, err := ledger.ParseEventProof(file)
	if err != nil {
		return verdict{}, err
	}
	fields, err := ledger.LeafFields(p.Leaf)
	if err != nil {
		return verdict{}, err
	}
	head, err := p.Check(key)
	if err != nil {
		return verdict{Sentence: rules.Text{It: "La prova NON regge: l'evento non è in questo registro così com'è scritto qui.",
			En: "The proof does NOT hold: the event is not in this log as it is written here."}, Fault: &fault{Position: p.Position, What: err.Error()}}, nil
	}
	return verdict{Intact: true, Events: 1, Origin: head.Origin, Sentence: rules.Text{
		It: fmt.Sprintf("L'evento %d (%s, pratica %s, registrato il %s) è nel registro %s così com'è scritto qui.", p.Position, fields[6], fields[1], fields[9], head.Origin),
		En: fmt.Sprintf("Event %d (%s, case %s, recorded at %s) is in the log %s as it is written here.", p.Position, fields[6], fields[1], fields[9], head.Origin)}}, nil
}
