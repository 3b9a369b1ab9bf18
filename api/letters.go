// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/letters"
	"ricongiungi/rules"
	"ricongiungi/schemas"
)

// Letters draws letters up and finds them again.
type Letters interface {
	// DrawFor draws up a letter and the command that keeps it. Errors: ErrNotFound, letters.ErrNoReader.
	DrawFor(ctx context.Context, caseID string, o letters.Order) (*casefile.IssueLetter, error)
	// Kept is a letter as it was drawn up. Errors: ErrNotFound.
	Kept(ctx context.Context, caseID, letterID string) ([]byte, error)
	// PDF prints a page. Errors: letters.ErrNoPrinter.
	PDF(ctx context.Context, page []byte) ([]byte, error)
}

// letterOrder is which letter is wanted.
type letterOrder struct {
	PersonID string `json:"person_id"`
	Kind     string `json:"kind"`
	Language string `json:"language,omitempty"`
}

// writeLetter draws a letter up and gives the command that keeps it. The same
// key again gives the same outcome, although the case has moved on by the letter.
func (s *server) writeLetter(w http.ResponseWriter, r *http.Request) error {
	caseID, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if !plainUUID.MatchString(key) {
		return problemKey
	}
	if known, err := s.Orders.OrderOutcome(r.Context(), caseID, key); err == nil && known != nil {
		w.Header().Set("Idempotency-Replayed", "true")
		return answerOutcome(w, *known)
	} else if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	wanted, err := readLetterOrder(w, r)
	if err != nil {
		return err
	}
	order, err := s.letterOrder(r, caseID, key, wanted)
	if err != nil {
		return err
	}
	return s.decide(w, r, order)
}

func readLetterOrder(w http.ResponseWriter, r *http.Request) (letterOrder, error) {
	raw, err := body(w, r, "application/json", commandLimit)
	if err != nil {
		return letterOrder{}, err
	}
	canonical, err := schemas.Canonical(raw)
	if err != nil {
		return letterOrder{}, err
	}
	var wanted letterOrder
	if err := json.Unmarshal(canonical, &wanted); err != nil {
		return letterOrder{}, problemInvalid.because(schemas.Problem{Reason: "must be an order for a letter"})
	}
	// What the order says is held to the schema of the command it becomes.
	draft, err := json.Marshal(casefile.IssueLetter{PersonID: wanted.PersonID, Kind: wanted.Kind, Language: cmp.Or(wanted.Language, "it"), Template: "0", Drawn: 1, Document: "AAAA"})
	if err != nil {
		return letterOrder{}, err
	}
	return wanted, schemas.Command("issue_letter", draft)
}

func (s *server) letterOrder(r *http.Request, caseID, key string, wanted letterOrder) (casefile.Order, error) {
	command, err := s.Letters.DrawFor(r.Context(), caseID, letters.Order{PersonID: wanted.PersonID, Kind: wanted.Kind, Language: wanted.Language, On: rules.DateOf(s.Clock())})
	if errors.Is(err, letters.ErrNoReader) {
		return casefile.Order{}, problemInvalid.because(schemas.Problem{Path: "/person_id", Reason: "must be somebody of the case who may be written to"})
	}
	if err != nil {
		return casefile.Order{}, err
	}
	data, err := json.Marshal(command)
	if err != nil {
		return casefile.Order{}, err
	}
	switch err := s.Rights.Command(actorOf(r).Role, "issue_letter", data); {
	case errors.Is(err, access.ErrForbidden):
		return casefile.Order{}, problemForbidden
	case err != nil:
		return casefile.Order{}, err
	}
	return casefile.Order{CommandID: key, CaseID: caseID, Type: "issue_letter", Body: data, Actor: actorOf(r), At: s.Clock().UTC()}, nil
}

// showLetter gives a letter as it was drawn up.
func (s *server) showLetter(w http.ResponseWriter, r *http.Request) error {
	caseID, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	letterID, err := pathID(r, "letter_id")
	if err != nil {
		return err
	}
	q := queryOf(r)
	format := q.choice("format", []string{"html", "pdf"})
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Letters.Kept(r.Context(), caseID, letterID)
	if err != nil {
		return err
	}
	if format != "pdf" {
		w.Header().Set("Content-Security-Policy", letters.Policy(page))
		return answerBytes(w, http.StatusOK, "text/html; charset=utf-8", page)
	}
	pdf, err := s.Letters.PDF(r.Context(), page)
	if errors.Is(err, letters.ErrNoPrinter) {
		return problemNoPrinter
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="letter-`+letterID+`.pdf"`)
	return answerBytes(w, http.StatusOK, "application/pdf", pdf)
}
