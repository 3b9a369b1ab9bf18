// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"ricongiungi/capsule"
	"ricongiungi/casefile"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/store"
)

func auditCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Prove what the log holds"}
	cmd.AddCommand(verifyCommand(s), checkpointCommand(s), witnessCommand(), auditFiguresCommand(s))
	return cmd
}

// verification is what `audit verify` is asked to do.
type verification struct {
	caseID, capsule, key string
	proof                string
	against              []string
	asJSON               bool
}

func verifyCommand(s *settings) *cobra.Command {
	var v verification
	cmd := &cobra.Command{
		Use: "verify", Short: "Check the whole log, one case, or a capsule, and say in one sentence whether it is intact", Args: cobra.NoArgs,
		Long: `Checks every event, every case's chain and the whole tree against the signed head
of the log (or one case with --case; or a capsule with --capsule, for which no
database is needed). Exit status 0: intact. 3: it was tampered with, and where.
1: it could not be checked.

What is inside a machine cannot show that all of it was replaced. For that, hold
the log against what is kept elsewhere: --key is the key of the log as published,
--against a checkpoint that was printed or that a witness has kept.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd, s) },
	}
	cmd.Flags().StringVar(&v.caseID, "case", "", "only this case")
	cmd.Flags().StringVar(&v.capsule, "capsule", "", "a capsule file, instead of the log")
	cmd.Flags().StringVar(&v.key, "key", "", "public key of the log, as it was published")
	cmd.Flags().StringArrayVar(&v.against, "against", nil, "file of a checkpoint that was kept elsewhere; may be repeated")
	cmd.Flags().BoolVar(&v.asJSON, "json", false, "as JSON")
	cmd.Flags().StringVar(&v.proof, "proof", "", "a file with the proof of one event, instead of the log")
	cmd.MarkFlagsMutuallyExclusive("case", "capsule", "proof")
	return cmd
}

// verdict is the answer of an audit.
type verdict struct {
	Intact   bool          `json:"intact"`
	Sentence rules.Text    `json:"sentence"`
	Events   int64         `json:"events"`
	Origin   string        `json:"log"`
	Seconds  float64       `json:"seconds"`
	Fault    *fault        `json:"fault,omitempty"`
	Case     *capsule.Case `json:"case,omitempty"`
}

// fault is where something is wrong and what.
type fault struct {
	Position int64  `json:"position"`
	CaseID   string `json:"case_id,omitempty"`
	What     string `json:"what"`
}

func (v verification) run(cmd *cobra.Command, s *settings) error {
	began := time.Now()
	answer, err := v.examine(cmd, s)
	if err != nil {
		return err
	}
	answer.Seconds = time.Since(began).Seconds()
	if err := answer.write(cmd, v.asJSON); err != nil {
		return err
	}
	if !answer.Intact {
		return altered{answer.Fault.What}
	}
	return nil
}

func (v verification) examine(cmd *cobra.Command, s *settings) (verdict, error) {
	if v.capsule != "" {
		return v.examineCapsule()
	}
	if v.proof != "" {
		return v.examineProof(s)
	}
	log, _, err := s.openStore(cmd.Context())
	if err != nil {
		return verdict{}, err
	}
	defer log.Close()
	key, err := v.publicKey(s)
	if err != nil {
		return verdict{}, err
	}
	if v.caseID != "" {
		return examineCase(cmd.Context(), log, key, v.caseID)
	}
	return v.examineLog(cmd, log, key)
}

func (v verification) examineLog(cmd *cobra.Command, log *store.Store, key note.Verifier) (verdict, error) {
	audit := store.Audit{Key: key}
	for _, path := range v.against {
		text, err := os.ReadFile(path)
		if err != nil {
			return verdict{}, err
		}
		known, err := ledger.OpenCheckpoint(text, key)
		if err != nil {
			return verdict{}, fmt.Errorf("%s: it is not signed by the key of this log: either the file or the key is not the right one: %w", path, err)
		}
		audit.Known = append(audit.Known, known)
	}
	bar := progress(-1, "verifying")
	audit.OnEvent = func(n int64) { _ = bar.Set64(n) }
	began := time.Now()
	head, err := log.Verify(cmd.Context(), audit)
	_ = bar.Finish()
	if _, failed := recordVerification(cmd.Context(), log, casefile.Actor{ID: "audit-verify", Role: casefile.System}, began, head, err); failed != nil && err == nil {
		return verdict{}, failed
	}
	var tampered *ledger.Tampered
	if errors.As(err, &tampered) {
		return verdict{Fault: &fault{tampered.Position, tampered.CaseID, tampered.What}, Sentence: rules.Text{
			It: "Il registro è stato ALTERATO: non fidarti di ciò che contiene finché non si è chiarito.",
			En: "The log was TAMPERED WITH: do not rely on what it holds until this is cleared up."}}, nil
	}
	if err != nil {
		return verdict{}, err
	}
	return verdict{Intact: true, Events: head.Size, Origin: head.Origin, Sentence: rules.Text{
		It: fmt.Sprintf("Il registro è INTEGRO: tutti i %d eventi sono quelli registrati, nessuno manca e nessuno è stato aggiunto.", head.Size),
		En: fmt.Sprintf("The log is INTACT: all %d events are as they were recorded, none is missing and none was slipped in.", head.Size)}}, nil
}

// publicKey is the key given, or the one in the data folder.
func (v verification) publicKey(s *settings) (note.Verifier, error) {
	text := v.key
	if text == "" {
		signer, err := s.signer()
		if err != nil {
			return nil, err
		}
		text = signer.VerifierKey()
	}
	key, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("key of the log: %w", err)
	}
	return key, nil
}

// examineCase replays a case from a capsule that never leaves memory.
func examineCase(ctx context.Context, log *store.Store, key note.Verifier, caseID string) (verdict, error) {
	made, err := log.Capsule(ctx, caseID, false)
	if err != nil {
		return verdict{}, fmt.Errorf("case %s: %w", caseID, err)
	}
	return replayed(made, key)
}

func (v verification) examineCapsule() (verdict, error) {
	content, err := os.ReadFile(v.capsule)
	if err != nil {
		return verdict{}, err
	}
	var key note.Verifier
	if v.key != "" {
		if key, err = note.NewVerifier(v.key); err != nil {
			return verdict{}, fmt.Errorf("key of the log: %w", err)
		}
	}
	return replayed(content, key)
}

func replayed(content []byte, key note.Verifier) (verdict, error) {
	report, err := capsule.Verify(content, key)
	var altered *capsule.Altered
	if errors.As(err, &altered) {
		return verdict{Sentence: rules.Text{
			It: "La pratica è stata ALTERATA: non fidarti di ciò che contiene.",
			En: "The case was TAMPERED WITH: do not rely on what it holds."},
			Fault: &fault{What: altered.Error()}}, nil
	}
	if err != nil {
		return verdict{}, err
	}
	return verdict{Intact: true, Events: report.Events, Origin: report.Checkpoint.Origin, Sentence: report.Sentence(), Case: &report.Case}, nil
}

// write shows the verdict in green or red where somebody is looking.
func (a verdict) write(cmd *cobra.Command, asJSON bool) error {
	if asJSON {
		return printJSON(cmd.OutOrStdout(), a)
	}
	out, colour := cmd.OutOrStdout(), "\x1b[32m"
	if !a.Intact {
		colour = "\x1b[31m"
	}
	paint := func(text string) string {
		if !isTerminal(out) {
			return text
		}
		return colour + text + "\x1b[0m"
	}
	fmt.Fprintf(out, "%s\n%s\n", paint(a.Sentence.It), paint(a.Sentence.En))
	if a.Fault != nil {
		fmt.Fprintf(out, "%s\n", a.Fault.where())
	}
	if a.Case != nil {
		a.Case.Write(out)
	}
	if a.Intact {
		fmt.Fprintf(out, "%s, %d events, %.1f s\n", a.Origin, a.Events, a.Seconds)
	}
	return nil
}

func (f *fault) where() string {
	var at []string
	if f.Position > 0 {
		at = append(at, fmt.Sprintf("position %d", f.Position))
	}
	if f.CaseID != "" {
		at = append(at, "case "+f.CaseID)
	}
	return strings.TrimPrefix(strings.Join(at, ", ")+": "+f.What, ": ")
}
