// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"ricongiungi/casefile"
	"ricongiungi/schemas"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/views"
)

// listSearches lists children on the way to a school by ids, codes and days.
func (s *server) listSearches(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := views.WaitingQuery{Offices: s.Rights.Offices(actorOf(r)), Phase: casefile.SchoolPhase(q.choice("phase", placePhases)),
		Municipio: int(q.number("municipio", 1, 9, 0)), Level: q.choice("level", levels), Grade: q.grade(), Language: q.language("language"),
		Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.desk.Waiting(r.Context(), asked)
	return answerPage(w, page, err)
}

func (s *server) listPlacements(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	cursor, limit := q.cursor(), q.limit()
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.desk.Runs(r.Context(), s.Rights.Offices(actorOf(r)), cursor, limit)
	return answerPage(w, page, err)
}

// placementRequest asks for schools in order for one child, or for places to be
// shared out among many.
type placementRequest struct {
	Kind     string `json:"kind"`
	MemberID string `json:"member_id"`
	Point    string `json:"point"`
	Points   []struct {
		MemberID string `json:"member_id"`
		Point    string `json:"point"`
	} `json:"points"`
	desk.Selection
}

// where reads the places, which the schema has found to be written as they should.
func (p placementRequest) where() (one *schools.Point, many []desk.Where, err error) {
	for _, w := range p.Points {
		at, err := schools.ParsePoint(w.Point)
		if err != nil {
			return nil, nil, err
		}
		many = append(many, desk.Where{MemberID: w.MemberID, Point: at})
	}
	if p.Point == "" {
		return nil, many, nil
	}
	at, err := schools.ParsePoint(p.Point)
	return &at, many, err
}

func (s *server) makePlacement(w http.ResponseWriter, r *http.Request) error {
	raw, err := body(w, r, "application/json", handoffLimit)
	if err != nil {
		return err
	}
	if err := schemas.Placement(raw); err != nil {
		return err
	}
	var asked placementRequest
	if err := json.Unmarshal(raw, &asked); err != nil {
		return fmt.Errorf("read placement: %w", err)
	}
	at, points, err := asked.where()
	if err != nil {
		return problemInvalid.because(schemas.Problem{Path: "/point", Reason: "must lie in or around the metropolitan city"})
	}
	offices := s.Rights.Offices(actorOf(r))
	asked.Selection.Points = points
	if asked.Kind == "batch" {
		return s.shareOut(w, r, offices, asked.Selection)
	}
	if asked.MemberID == "" {
		return problemInvalid.because(schemas.Problem{Path: "/member_id", Reason: "is required"})
	}
	ranking, err := s.desk.Rank(r.Context(), offices, asked.MemberID, at)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, ranking)
}

func (s *server) shareOut(w http.ResponseWriter, r *http.Request, offices []string, selection desk.Selection) error {
	key := r.Header.Get("Idempotency-Key")
	if !plainUUID.MatchString(key) {
		return problemKey
	}
	run, err := s.desk.ShareOut(r.Context(), actorOf(r), offices, selection, key)
	if err != nil {
		return deskProblem(err)
	}
	w.Header().Set("Location", "/v1/school-placements/"+run.RunID)
	return answer(w, http.StatusCreated, run.RunRow)
}

func (s *server) showPlacement(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "run_id")
	if err != nil {
		return err
	}
	run, err := s.desk.RunFor(r.Context(), s.Rights.Offices(actorOf(r)), id)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, run)
}

func (s *server) decidePlacement(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "run_id")
	if err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if !plainUUID.MatchString(key) {
		return problemKey
	}
	raw, err := body(w, r, "application/json", commandLimit)
	if err != nil {
		return err
	}
	if err := schemas.Decision(raw); err != nil {
		return err
	}
	var choice desk.Choice
	if err := json.Unmarshal(raw, &choice); err != nil {
		return fmt.Errorf("read decision: %w", err)
	}
	decided, err := s.desk.Decide(r.Context(), actorOf(r), s.Rights.Offices(actorOf(r)), id, choice, key)
	switch {
	case err != nil:
		return deskProblem(err)
	case decided.Outcome != nil && decided.Outcome.Refusal != nil:
		return refused(decided.Outcome.Refusal)
	case decided.Pending:
		return answer(w, http.StatusAccepted, decided)
	}
	return answer(w, http.StatusOK, decided)
}

// The problems of the department's desk.
var (
	problemNobodyWaits = define(409, "nobody_searches", "Nessuna ricerca di posto è aperta tra quelle chieste: registra prima le richieste di iscrizione.", "No search for a place is open among those asked for: record the school requests first.")
	problemNoProposal  = define(409, "nothing_proposed", "Il calcolo non propone una scuola per questo minore: scegline una, con il motivo, o lascia.", "The run proposes no school for this child: choose one, with the reason, or leave it.")
	problemPlaceGone   = define(409, "place_gone", "Il posto è stato dato ad altri nel frattempo: scegli un'altra scuola o fai un nuovo calcolo.", "The place was given to another child meanwhile: choose another school or make a new run.")
	problemUnsuitable  = define(422, "unsuitable_school", "La scuola non ha la classe del minore.", "The school does not have the child's grade.")
	problemNoReason    = define(422, "reason_required", "Un cambio di scuola chiede il motivo.", "A change of school needs its reason.")
)

// deskProblem gives the problem document of what the desk says no to.
func deskProblem(err error) error {
	for _, k := range []struct {
		err error
		is  *problem
	}{{desk.ErrNobodyWaits, problemNobodyWaits}, {desk.ErrNoProposal, problemNoProposal}, {desk.ErrPlaceGone, problemPlaceGone},
		{desk.ErrUnsuitable, problemUnsuitable}, {desk.ErrReasonMissing, problemNoReason}} {
		if errors.Is(err, k.err) {
			return k.is
		}
	}
	return err
}
