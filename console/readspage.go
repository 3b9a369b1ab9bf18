// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"ricongiungi/rules"
	"ricongiungi/views"
)

// readsPage lists who saw a case.
type readsPage struct {
	CaseID, Family string
	MayRecord      bool
	Reads          []readLine
	Next           string // cursor of older ones, empty on the last page
}

type readLine struct {
	views.Read
	By  string     // as colleagues know them
	For rules.Text // the purpose in words
}

const readsPerPage = 100

func (s *console) showReads(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	found, err := s.Reads.Reads(r.Context(), views.ReadQuery{CaseID: chi.URLParam(r, "case_id"), Cursor: r.FormValue("cursor"), Limit: readsPerPage})
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	v := visitOf(r)
	page := readsPage{CaseID: view.CaseID, Family: s.glance(v.voice, view).Family, Next: found.Next,
		MayRecord: s.Rights.Route("POST", "/v1/cases/{case_id}/commands").Roles[v.who.Role]}
	for _, read := range found.Items {
		line := readLine{Read: read, By: operators[read.Actor.ID].Name, For: s.Rights.Purposes.Text(read.Purpose)}
		page.Reads = append(page.Reads, line)
	}
	return s.show(w, r, http.StatusOK, "reads", v.voice.say("reads.title", "family", page.Family), page)
}
