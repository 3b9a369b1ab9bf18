// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// Desk answers those who look after many cases, and moves cases between people.
type Desk interface {
	// Workload, Backlog, OverdueByStage and Times are figures of the day over
	// cases of the offices.
	Workload(ctx context.Context, offices []string, on rules.Date) (oversight.Workload, error)
	Backlog(ctx context.Context, offices []string, on rules.Date) (oversight.Backlog, error)
	OverdueByStage(ctx context.Context, offices []string, on rules.Date) (oversight.Overdue, error)
	Times(ctx context.Context, offices []string, on, since rules.Date) (oversight.Times, error)
	// Approvals lists what waits for a second person, the oldest first.
	Approvals(ctx context.Context, q views.ApprovalQuery) (Page[views.ApprovalRow], error)
	// Selected gives open cases that could be reassigned.
	Selected(ctx context.Context, q views.Selection) ([]oversight.Assignment, error)
	// Reassign keeps a command for each case, all or none. Errors: ErrOtherContent.
	Reassign(ctx context.Context, r views.Reassignment, given []oversight.Assignment) error
	// Undoing gives what a reassignment moved and can be moved back.
	Undoing(ctx context.Context, id string) (back []oversight.Assignment, left int, err error)
	// Reassignment tells how far one is. Errors: ErrNotFound.
	Reassignment(ctx context.Context, id string) (views.Reassignment, error)
	// Reassignments lists the last ones of an office, newest first.
	Reassignments(ctx context.Context, office string, limit int) ([]views.Reassignment, error)
	ReassignedCases(ctx context.Context, q views.ReassignmentQuery) (Page[views.ReassignmentRow], error)
}

// deskOffices reads the office that a figure is asked for: none means all that
// the caller sees.
func (s *server) deskOffices(r *http.Request) ([]string, error) {
	q := queryOf(r)
	offices := s.officesFor(r, q.code("office"))
	return offices, q.err()
}

func (s *server) showWorkload(w http.ResponseWriter, r *http.Request) error {
	offices, err := s.deskOffices(r)
	if err != nil {
		return err
	}
	figure, err := s.Desk.Workload(r.Context(), offices, s.today())
	return answerFigure(w, r, figure, err)
}

func (s *server) showBacklog(w http.ResponseWriter, r *http.Request) error {
	offices, err := s.deskOffices(r)
	if err != nil {
		return err
	}
	figure, err := s.Desk.Backlog(r.Context(), offices, s.today())
	return answerFigure(w, r, figure, err)
}

func (s *server) showOverdue(w http.ResponseWriter, r *http.Request) error {
	offices, err := s.deskOffices(r)
	if err != nil {
		return err
	}
	figure, err := s.Desk.OverdueByStage(r.Context(), offices, s.today())
	return answerFigure(w, r, figure, err)
}

func (s *server) showTimes(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	offices, since := s.officesFor(r, q.code("office")), q.dayOr("begun_since", oversight.TimesSince(s.today()))
	if err := q.err(); err != nil {
		return err
	}
	figure, err := s.Desk.Times(r.Context(), offices, s.today(), since)
	return answerFigure(w, r, figure, err)
}

// answerFigure gives a figure as JSON or, for who asks for that, as CSV.
func answerFigure(w http.ResponseWriter, r *http.Request, figure oversight.Tabular, err error) error {
	switch {
	case err != nil:
		return err
	case strings.Contains(r.Header.Get("Accept"), "text/csv"):
		return answerBytes(w, http.StatusOK, "text/csv; charset=utf-8", oversight.CSV(figure))
	}
	return answer(w, http.StatusOK, figure)
}

func (s *server) listApprovals(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := views.ApprovalQuery{Offices: s.officesFor(r, q.code("office")), Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Desk.Approvals(r.Context(), asked)
	return answerPage(w, page, err)
}

// reassignmentRequest is which cases are to go to whom, and why.
type reassignmentRequest struct {
	Reason  string   `json:"reason"`
	From    string   `json:"from_counsellor_id"`
	Nobody  bool     `json:"unassigned"`
	Lang    string   `json:"language"`
	Phase   string   `json:"phase"`
	CaseIDs []string `json:"case_ids"`
	To      []string `json:"to_counsellor_ids"`
	Undoes  string   `json:"undoes"`
}

// reassign gives each case that matches to one of the colleagues, evenly.
func (s *server) reassign(w http.ResponseWriter, r *http.Request) error {
	id := r.Header.Get("Idempotency-Key")
	if !plainUUID.MatchString(id) {
		return problemKey
	}
	raw, err := body(w, r, "application/json", handoffLimit)
	if err != nil {
		return err
	}
	if err := schemas.Reassignment(raw); err != nil {
		return err
	}
	var asked reassignmentRequest
	if err := json.Unmarshal(raw, &asked); err != nil {
		return err
	}
	if kept, err := s.Desk.Reassignment(r.Context(), id); !errors.Is(err, ErrNotFound) {
		if err == nil && kept.By.ID != actorOf(r).ID {
			err = ErrOtherContent
		}
		return s.answerReassignment(w, kept, err)
	}
	switch {
	case asked.Reason == "undo" && asked.Undoes != "":
		return s.undo(w, r, asked.Undoes)
	case asked.Reason == "undo":
		return problemInvalid.because(schemas.Problem{Path: "/undoes", Reason: "must be there"})
	case len(asked.To) == 0:
		return problemInvalid.because(schemas.Problem{Path: "/to_counsellor_ids", Reason: "must be there"})
	}
	if asked.From == "" && !asked.Nobody && asked.Lang == "" && asked.CaseIDs == nil {
		return problemInvalid.because(schemas.Problem{Path: "/from_counsellor_id", Reason: "must be there, or unassigned, language or case_ids"})
	}
	given, err := s.assignments(r, asked)
	if err != nil {
		return err
	}
	return s.keepReassignment(w, r, views.Reassignment{ID: id, By: actorOf(r), At: s.Clock().UTC(), Reason: asked.Reason}, given)
}

func (s *server) assignments(r *http.Request, asked reassignmentRequest) ([]oversight.Assignment, error) {
	offices := s.Rights.Offices(actorOf(r))
	cases, err := s.Desk.Selected(r.Context(), views.Selection{Offices: offices, Counsellor: asked.From, Unassigned: asked.Nobody, Language: asked.Lang,
		Phase: asked.Phase, CaseIDs: asked.CaseIDs, Limit: oversight.MostMoved + 1})
	if err != nil {
		return nil, err
	}
	switch {
	case len(cases) == 0:
		return nil, problemNothingToMove
	case len(cases) > oversight.MostMoved:
		return nil, problemTooManyToMove
	}
	load, err := s.Desk.Workload(r.Context(), offices, s.today())
	if err != nil {
		return nil, err
	}
	for i, id := range asked.To {
		if !load.Knows(id) {
			return nil, problemInvalid.because(schemas.Problem{Path: fmt.Sprintf("/to_counsellor_ids/%d", i), Reason: "must be a counsellor of the office"})
		}
	}
	return oversight.Spread(load.Rows, cases, asked.To), nil
}

func (s *server) keepReassignment(w http.ResponseWriter, r *http.Request, move views.Reassignment, given []oversight.Assignment) error {
	if err := s.Desk.Reassign(r.Context(), move, given); err != nil {
		return err
	}
	kept, err := s.Desk.Reassignment(r.Context(), move.ID)
	return s.answerReassignment(w, kept, err)
}

// answerReassignment says 202 while cases wait for their outcome.
func (s *server) answerReassignment(w http.ResponseWriter, kept views.Reassignment, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/reassignments/"+kept.ID)
	if kept.Finished() {
		return answer(w, http.StatusOK, kept)
	}
	return answer(w, http.StatusAccepted, kept)
}

func (s *server) listReassignments(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	limit := q.limit()
	if err := q.err(); err != nil {
		return err
	}
	all, err := s.Desk.Reassignments(r.Context(), actorOf(r).Office, limit)
	return answerPage(w, Page[views.Reassignment]{Items: all}, err)
}

// ownReassignment is one that the caller's office asked for.
func (s *server) ownReassignment(r *http.Request) (views.Reassignment, error) {
	id, err := pathID(r, "reassignment_id")
	if err != nil {
		return views.Reassignment{}, err
	}
	return s.reassignmentOf(r, id)
}

func (s *server) reassignmentOf(r *http.Request, id string) (views.Reassignment, error) {
	kept, err := s.Desk.Reassignment(r.Context(), id)
	if err == nil && kept.By.Office != actorOf(r).Office {
		err = ErrNotFound
	}
	return kept, err
}

func (s *server) showReassignment(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.ownReassignment(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, kept)
}

func (s *server) listReassignedCases(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.ownReassignment(r)
	if err != nil {
		return err
	}
	q := queryOf(r)
	asked := views.ReassignmentQuery{ID: kept.ID, Status: q.choice("status", reassignStatuses), Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Desk.ReassignedCases(r.Context(), asked)
	return answerPage(w, page, err)
}

var reassignStatuses = []string{views.ReassignPending, views.ReassignDone, views.ReassignUnchanged, views.ReassignRefused}

// undo gives the cases of an earlier reassignment back to who had them. Asked
// twice, under whatever key, it is done once.
func (s *server) undo(w http.ResponseWriter, r *http.Request, id string) error {
	kept, err := s.reassignmentOf(r, id)
	switch {
	case err != nil:
		return err
	case kept.UndoneBy != "":
		undone, err := s.Desk.Reassignment(r.Context(), kept.UndoneBy)
		return s.answerReassignment(w, undone, err)
	case !kept.Finished():
		return problemStillMoving
	}
	back, left, err := s.Desk.Undoing(r.Context(), kept.ID)
	if err != nil {
		return err
	}
	return s.keepReassignment(w, r, views.Reassignment{ID: casefile.DeriveID(kept.ID, "undo"), By: actorOf(r), At: s.Clock().UTC(),
		Reason: "undo", Undoes: kept.ID, Left: left}, back)
}

var (
	problemNothingToMove = define(409, "nothing_to_move", "Nessuna pratica aperta corrisponde.", "No open case matches.")
	problemTooManyToMove = define(409, "too_many_to_move", "Corrispondono troppe pratiche: spostane al massimo 2000 alla volta.", "Too many cases match: move at most 2000 at a time.")
	problemStillMoving   = define(409, "still_moving", "Lo spostamento è ancora in corso: si annulla quando è finito.", "The reassignment is still going on: it can be undone once it has ended.")
)
