// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"ricongiungi/casefile"
	"ricongiungi/schemas"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/views"
)

var (
	plainSigned = regexp.MustCompile(`^-?[0-9]{1,2}$`)
	plainSchool = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{8}$`)

	schoolLevels = append(schools.Levels(), schools.Institute)
	schoolKinds  = []string{string(schools.State), string(schools.Paritaria)}
	placePhases  = []string{string(casefile.SchoolNeeded), string(casefile.SchoolSearching), string(casefile.SchoolProposed),
		string(casefile.SchoolAccepted), string(casefile.SchoolEnrolment)}
)

// grade reads a grade; nil when not given.
func (q *query) grade() *int {
	text := q.text("grade", plainSigned, "a grade from -2 to 13")
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < -2 || n > 13 {
		q.complain("grade", "must be a grade from -2 to 13")
	}
	return &n
}

// schoolQuery reads which schools are asked for.
func (q *query) schoolQuery() views.SchoolQuery {
	return views.SchoolQuery{Code: q.text("school_code", plainSchool, "a ministerial school code"), Level: q.choice("level", schoolLevels),
		Kind: schools.Kind(q.choice("kind", schoolKinds)), Municipio: int(q.number("municipio", 1, 9, 0)), Grade: q.grade()}
}

func (s *server) listSchools(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := q.schoolQuery()
	asked.Year, asked.Cursor, asked.Limit = int(q.number("school_year", 2000, 2199, 0)), q.cursor(), q.limit()
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.desk.Schools(r.Context(), asked)
	return answerPage(w, page, err)
}

func (s *server) listPlaceHistory(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "school_code")
	if !schools.IsCode(code) {
		return ErrNotFound
	}
	q := queryOf(r)
	asked := views.PlaceQuery{Code: code, Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.desk.PlaceHistory(r.Context(), asked)
	return answerPage(w, page, err)
}

// showPlaceSheet gives the table of places to be filled in and sent back.
func (s *server) showPlaceSheet(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := q.schoolQuery()
	if err := q.err(); err != nil {
		return err
	}
	sheet, err := s.desk.Sheet(r.Context(), asked)
	if err != nil {
		return err
	}
	return answerBytes(w, http.StatusOK, "text/csv; charset=utf-8", sheet)
}

// enterPlaces takes figures as JSON, all or none, or as a filled-in table, whose
// wrong rows come back.
func (s *server) enterPlaces(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	rehearsal := q.flag("dry_run")
	if err := q.err(); err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if !plainUUID.MatchString(key) {
		return problemKey
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/csv") {
		return s.takeSheet(w, r, key, rehearsal)
	}
	raw, err := body(w, r, "application/json", handoffLimit)
	if err != nil {
		return err
	}
	if err := schemas.Places(raw); err != nil {
		return err
	}
	var given struct{ Items []schools.Entry }
	if err := json.Unmarshal(raw, &given); err != nil {
		return fmt.Errorf("read places: %w", err)
	}
	enter := s.desk.Enter
	if rehearsal {
		enter = s.desk.Rehearse
	}
	if err := enter(r.Context(), actorOf(r), given.Items, key); err != nil {
		return wrongEntry(err)
	}
	return answer(w, http.StatusOK, desk.Taken{Entered: len(given.Items), Rejected: []desk.Reject{}})
}

func (s *server) takeSheet(w http.ResponseWriter, r *http.Request, key string, rehearsal bool) error {
	raw, err := body(w, r, "text/csv", batchLimit)
	if err != nil {
		return err
	}
	taken, err := s.desk.TakeSheet(r.Context(), actorOf(r), raw, key, rehearsal)
	var unreadable *desk.Unreadable
	if errors.As(err, &unreadable) {
		return problemInvalid.because(schemas.Problem{Reason: unreadable.Reason})
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, taken)
}

// wrongEntry says which field of which entry is at fault.
func wrongEntry(err error) error {
	var wrong *desk.Wrong
	if errors.As(err, &wrong) {
		return problemInvalid.because(schemas.Problem{Path: fmt.Sprintf("/items/%d/%s", wrong.Index, wrong.Field), Reason: "must be " + wrong.Reason})
	}
	return err
}
