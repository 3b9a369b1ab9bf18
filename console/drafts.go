// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/go-chi/chi/v5"

	"ricongiungi/views"
)

// keepTyped keeps what is on the form as a draft: for a script, which does so
// while somebody types, or for a button.
func (s *console) keepTyped(w http.ResponseWriter, r *http.Request, caseID, command string) error {
	typed := maps.Clone(r.PostForm)
	for _, name := range []string{"key", "version", "draft"} {
		delete(typed, name)
	}
	draft := views.Draft{ActorID: visitOf(r).who.ID, CaseID: caseID, Command: command, Typed: typed, SavedAt: s.Clock().UTC()}
	if err := s.Desk.KeepDraft(r.Context(), draft); err != nil {
		return err
	}
	if r.Header.Get("HX-Request") == "" {
		http.Redirect(w, r, "/cases/"+caseID+"?kept="+command, http.StatusSeeOther)
		return nil
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprint(w, visitOf(r).voice.say("draft.saved", "when", visitOf(r).voice.hour(draft.SavedAt)))
	return err
}

// draftOf is what the operator left on this form; nil when nothing.
func (s *console) draftOf(r *http.Request, caseID, command string) (*views.Draft, error) {
	draft, err := s.Desk.Draft(r.Context(), visitOf(r).who.ID, caseID, command)
	if errors.Is(err, views.ErrNotFound) {
		return nil, nil
	}
	return &draft, err
}

// dropDraft throws a draft away and opens the form anew.
func (s *console) dropDraft(w http.ResponseWriter, r *http.Request) error {
	caseID, command := chi.URLParam(r, "case_id"), chi.URLParam(r, "command")
	if err := s.Desk.DropDraft(r.Context(), visitOf(r).who.ID, caseID, command); err != nil {
		return err
	}
	http.Redirect(w, r, "/cases/"+caseID+"/record/"+command, http.StatusSeeOther)
	return nil
}
