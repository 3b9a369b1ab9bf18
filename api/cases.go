// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

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
	return s.showPast(w, r, id, asOf, knownAt)
}

// showPast keeps of a past view what is kept today: an address that is sealed
// now was not sealed then.
func (s *server) showPast(w http.ResponseWriter, r *http.Request, id string, asOf, knownAt time.Time) error {
	guard, err := s.guardOf(r, id)
	if err != nil {
		return err
	}
	view, err := s.Views.CaseAsOf(r.Context(), id, asOf, knownAt)
	if err == nil {
		view, err = access.Masked(access.Guarded(view, guard, actorOf(r)), actorOf(r).Role)
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, view)
}

// guardOf tells whom the sealed parts of the case are kept from; nil when there
// are none.
func (s *server) guardOf(r *http.Request, id string) (*casefile.Guard, error) {
	kept, err := s.Views.Rendered(r.Context(), id, exchangeOf(r).standing)
	if err != nil || !guarded(kept) {
		return nil, err
	}
	view, err := viewOf(kept)
	return view.Guard, err
}

// guarded looks for the guard without reading the whole view.
func guarded(kept Rendered) bool { return bytes.Contains(kept.View, []byte(`"guard":{`)) }

func (s *server) showPresent(w http.ResponseWriter, r *http.Request, id string) error {
	kept, err := s.Views.Rendered(r.Context(), id, exchangeOf(r).standing)
	if err != nil {
		return err
	}
	content, err := present(kept, actorOf(r))
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
func present(kept Rendered, actor casefile.Actor) ([]byte, error) {
	if access.SeesAll(actor.Role) && !guarded(kept) {
		people, err := json.Marshal(access.Unrestricted(kept.People, actor.Role))
		if err != nil {
			return nil, fmt.Errorf("people of the case: %w", err)
		}
		open := bytes.TrimSuffix(kept.View, []byte("}"))
		return slices.Concat(open, []byte(`,"people":`), people, []byte("}")), nil
	}
	view, err := viewOf(kept)
	if err == nil {
		view, err = access.Masked(access.Guarded(view, view.Guard, actor), actor.Role)
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
		view, err = access.Masked(access.Guarded(view, view.Guard, actorOf(r)), actorOf(r).Role)
	}
	return answerPage(w, Page[casefile.DueView]{Items: view.Agenda}, err)
}

// listHandovers gives the packages for the offices that took over: they hold no
// names and nothing that is confidential here.
func (s *server) listHandovers(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	if err := queryOf(r).err(); err != nil {
		return err
	}
	packages, err := s.Views.Handovers(r.Context(), id)
	return answerPage(w, Page[casefile.Handover]{Items: packages}, err)
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
	page.Items = access.GuardedAgenda(page.Items, actorOf(r))
	return answerPage(w, page, err)
}

func (s *server) listHistory(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	q := queryOf(r)
	asked := HistoryQuery{CaseID: id, AsOf: q.moment("as_of"), KnownAt: q.moment("known_at"), Cursor: q.cursor(), Limit: q.limit(),
		WithRestricted: access.SeesRestricted(actorOf(r).Role)}
	if err := q.err(); err != nil {
		return err
	}
	guard, err := s.guardOf(r, id)
	if err != nil {
		return err
	}
	page, err := s.Views.History(r.Context(), asked)
	page.Items = access.GuardedHistory(page.Items, guard, actorOf(r))
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
	if err := s.mayProve(r, id, version); err != nil {
		return err
	}
	proof, err := s.Evidence.EventProof(r.Context(), id, version)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, proof)
}

// showCapsule packs the case with its proofs. Personal data goes along only for
// those who answer for the office: with it go the keys that prove it.
func (s *server) showCapsule(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	q := queryOf(r)
	personal := q.flag("personal_data")
	if err := q.err(); err != nil {
		return err
	}
	if personal && actorOf(r).Role != casefile.Supervisor {
		return problemForbidden
	}
	packed, err := s.Evidence.Capsule(r.Context(), id, personal)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="case-`+id+`.zip"`)
	return answerBytes(w, http.StatusOK, "application/zip", packed)
}

// exportPerson gives a person's own data to whoever answers for them (art. 15
// and 20 GDPR). A person of a foreign case is none.
func (s *server) exportPerson(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "person_id")
	if err != nil {
		return err
	}
	record, err := s.Views.Person(r.Context(), id)
	if err != nil {
		return err
	}
	if !s.Rights.Sees(actorOf(r), record.Office) {
		return ErrNotFound
	}
	exchangeOf(r).saw(record.CaseID)
	return answer(w, http.StatusOK, record)
}

// mayProve refuses proofs of events that the caller may not know of: a proof
// holds the event.
func (s *server) mayProve(r *http.Request, id string, version int64) error {
	guard, err := s.guardOf(r, id)
	if err != nil || guard == nil || len(guard.Protection) == 0 {
		return err
	}
	page, err := s.Views.History(r.Context(), HistoryQuery{CaseID: id, Limit: int(version)})
	if err != nil {
		return err
	}
	for _, entry := range access.GuardedHistory(page.Items, guard, actorOf(r)) {
		if entry.Version == version {
			return nil
		}
	}
	return ErrNotFound
}
