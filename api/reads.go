// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"ricongiungi/access"
	"ricongiungi/views"
)

// purposeHeader says why somebody reads; without it the purpose is the route's
// or the role's own.
const purposeHeader = "Read-Purpose"

// recorded puts on record that the caller is shown what the route shows of
// persons, before the first byte of the answer goes out. A read that cannot be
// recorded is not answered.
func (s *server) recorded(to route) handler {
	reading, shows := s.Rights.Reading(to.method, to.pattern)
	if !shows {
		return to.handle
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		purpose, err := s.Rights.Purpose(actorOf(r).Role, reading, r.Header.Get(purposeHeader))
		if err != nil {
			return problemPurpose
		}
		held := &access.HeldAnswer{ResponseWriter: w, Release: func(status int) error {
			if status >= http.StatusMultipleChoices {
				return nil
			}
			return s.Reads.RecordReads(r.Context(), reading.Records(actorOf(r), purpose, "api", exchangeOf(r).shown(r), chi.URLParam(r, "person_id")))
		}}
		if err := to.handle(held, r); err != nil {
			return err
		}
		return held.Err()
	}
}

// saw notes a case of which the answer shows something, where the address does
// not name it.
func (x *exchange) saw(caseID string) { x.seen = append(x.seen, caseID) }

func (x *exchange) shown(r *http.Request) []string {
	if id := chi.URLParam(r, "case_id"); id != "" {
		return []string{id}
	}
	return x.seen
}

// listReads tells who saw the case, when and for what.
func (s *server) listReads(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "case_id")
	if err != nil {
		return err
	}
	q := queryOf(r)
	asked := views.ReadQuery{CaseID: id, Since: q.moment("since"), Until: q.moment("until"), Cursor: q.cursor(), Limit: q.limit()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Reads.Reads(r.Context(), asked)
	return answerPage(w, page, err)
}
