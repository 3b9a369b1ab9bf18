// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"ricongiungi/access"
	"ricongiungi/casefile"
)

func (s *server) listCases(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := CaseQuery{Offices: s.officesFor(r, q.code("office")), Phase: q.choice("phase", phases), Counsellor: q.id("counsellor_id"),
		Municipio: int(q.number("municipio", 1, 9, 0)), Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Views.Cases(r.Context(), asked)
	return answerPage(w, page, err)
}

// officesFor are the hubs whose cases a list may hold: the one asked for, or
// all that the caller sees.
func (s *server) officesFor(r *http.Request, asked string) []string {
	switch {
	case asked == "":
		return s.Rights.Offices(actorOf(r))
	case s.Rights.Sees(actorOf(r), asked):
		return []string{asked}
	}
	return []string{}
}

// showCase gives the present view under an ETag, or a past one without: that
// may change with a correction while the case's version stays.
func (s *server) showCase(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	q := queryOf(r)
	asOf, knownAt := q.moment("as_of"), q.moment("known_at")
	if err := q.err(); err != nil {
		return err
	}
	if asOf.IsZero() && knownAt.IsZero() {
		return s.showPresent(w, r, id)
	}
	view, err := s.Views.CaseAsOf(r.Context(), id, asOf, knownAt)
	if err == nil {
		view, err = access.Masked(view, actorOf(r).Role)
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, view)
}

func (s *server) showPresent(w http.ResponseWriter, r *http.Request, id string) error {
	kept, err := s.Views.Rendered(r.Context(), id, exchangeOf(r).standing)
	if err != nil {
		return err
	}
	content, err := present(kept, actorOf(r).Role)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", eTag(kept.Version))
	if r.Header.Get("If-None-Match") == eTag(kept.Version) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return answerBytes(w, http.StatusOK, "application/json", content)
}

// present is the view as the role may see it, in JSON. Who sees all of it gets
// it as it is kept, with the people put in at its end.
func present(kept Rendered, role casefile.Role) ([]byte, error) {
	if access.SeesAll(role) {
		people, err := json.Marshal(kept.People)
		if err != nil {
			return nil, fmt.Errorf("people of the case: %w", err)
		}
		open := bytes.TrimSuffix(kept.View, []byte("}"))
		return slices.Concat(open, []byte(`,"people":`), people, []byte("}")), nil
	}
	view, err := viewOf(kept)
	if err == nil {
		view, err = access.Masked(view, role)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(view)
}

func viewOf(kept Rendered) (casefile.View, error) {
	var view casefile.View
	if err := json.Unmarshal(kept.View, &view); err != nil {
		return view, fmt.Errorf("view of the case: %w", err)
	}
	view.People = kept.People
	return view, nil
}

func (s *server) listCaseAgenda(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	if err := queryOf(r).err(); err != nil {
		return err
	}
	kept, err := s.Views.Rendered(r.Context(), id, exchangeOf(r).standing)
	if err != nil {
		return err
	}
	view, err := viewOf(kept)
	if err == nil {
		view, err = access.Masked(view, actorOf(r).Role)
	}
	return answerPage(w, Page[casefile.DueView]{Items: view.Agenda}, err)
}

func (s *server) listAgenda(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := AgendaQuery{Offices: s.officesFor(r, q.code("office")), Counsellor: q.id("counsellor_id"), Role: casefile.Role(q.choice("responsible", roleNames())),
		Before: q.day("due_by"), Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	if actorOf(r).Role == casefile.EducationOfficer {
		asked.Role = casefile.EducationOfficer
	}
	page, err := s.Views.Agenda(r.Context(), asked)
	return answerPage(w, page, err)
}

func (s *server) listHistory(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	q := queryOf(r)
	asked := HistoryQuery{CaseID: id, AsOf: q.moment("as_of"), KnownAt: q.moment("known_at"), Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Views.History(r.Context(), asked)
	return answerPage(w, page, err)
}

func (s *server) showEventProof(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(chi.URLParam(r, "version"), 10, 64)
	if err != nil || version < 1 || version > maxPosition {
		return ErrNotFound
	}
	proof, err := s.Evidence.EventProof(r.Context(), id, version)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, proof)
}
