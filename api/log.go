// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"
	"ricongiungi/access"
)

// listEvents is the feed. Its cursor is the position to begin at, and it always
// says where to go on: the log has no last page.
func (s *server) listEvents(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	next, limit := q.number("cursor", 0, maxPosition, 0), q.limit()
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Views.Events(r.Context(), next-1, limit)
	if err != nil {
		return err
	}
	if n := len(page.Items); n > 0 {
		next = page.Items[n-1].Position + 1
	}
	return answer(w, http.StatusOK, listOf(access.GuardedFeed(page.Items), strconv.FormatInt(next, 10)))
}

func (s *server) showCheckpoint(w http.ResponseWriter, r *http.Request) error {
	checkpoint, err := s.Evidence.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	return answerBytes(w, http.StatusOK, "text/plain; charset=utf-8", checkpoint)
}

// showTile gives part of the tree, for clients that follow the log by tiles.
func (s *server) showTile(w http.ResponseWriter, r *http.Request) error {
	tile, err := s.Evidence.Tile(r.Context(), chi.URLParam(r, "*"))
	if err != nil {
		return err
	}
	return answerBytes(w, http.StatusOK, "application/octet-stream", tile)
}

func (s *server) proveInclusion(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	position, size := q.needed("position"), q.needed("log_size")
	if position >= size {
		q.complain("log_size", "must be larger than position")
	}
	if err := q.err(); err != nil {
		return err
	}
	proof, err := s.Evidence.Inclusion(r.Context(), position, size)
	return answerProof(w, proof, err)
}

func (s *server) proveConsistency(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	from, to := q.needed("from"), q.needed("to")
	if from > to {
		q.complain("to", "must not be smaller than from")
	}
	if err := q.err(); err != nil {
		return err
	}
	proof, err := s.Evidence.Consistency(r.Context(), from, to)
	return answerProof(w, proof, err)
}

func answerProof(w http.ResponseWriter, proof Proof, err error) error {
	if err != nil {
		return err
	}
	if proof.Hashes == nil {
		proof.Hashes = []string{}
	}
	return answer(w, http.StatusOK, proof)
}
