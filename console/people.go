// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"ricongiungi/access"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// People finds people by name or number.
type People interface {
	FindPeople(ctx context.Context, q views.PeopleQuery) (views.PeopleFound, error)
}

// peoplePage is a search with whom it found.
type peoplePage struct {
	Query string
	Born  string // as typed
	Asked bool
	Short bool // too little was typed
	Found views.PeopleFound
}

const (
	peopleAtOnce = 20
	longestQuery = 120 // characters
)

func (s *console) askPeople(w http.ResponseWriter, r *http.Request) error {
	return s.showPeople(w, r, peoplePage{})
}

// findPeople takes the search from the body: what stands in an address is kept in
// the browser's history and in logs.
func (s *console) findPeople(w http.ResponseWriter, r *http.Request) error {
	page := peoplePage{Query: strings.TrimSpace(r.PostFormValue("query")), Born: r.PostFormValue("born"), Asked: true}
	if length := utf8.RuneCountInString(page.Query); length < 2 || length > longestQuery {
		page.Short = true
		return s.showPeople(w, r, page)
	}
	born, _ := rules.ParseDate(page.Born) // a day that is none narrows nothing
	who := visitOf(r).who.Actor
	var err error
	page.Found, err = s.People.FindPeople(r.Context(), s.Rights.Search(who, page.Query, born, peopleAtOnce))
	if err != nil {
		return err
	}
	for _, p := range page.Found.Items {
		note(r.Context(), p.CaseID)
	}
	if err := s.recordTold(r, page.Found.ToldOf); err != nil {
		return err
	}
	return s.showPeople(w, r, page)
}

func (s *console) showPeople(w http.ResponseWriter, r *http.Request, page peoplePage) error {
	return s.show(w, r, http.StatusOK, "people", visitOf(r).voice.say("people.title"), page)
}

// recordTold puts on record of which foreign cases the operator learns that they
// exist.
func (s *console) recordTold(r *http.Request, caseIDs []string) error {
	if len(caseIDs) == 0 {
		return nil
	}
	who := visitOf(r).who.Actor
	purpose, err := s.Rights.Purpose(who.Role, access.Existence, "")
	if err != nil {
		return errForbidden
	}
	return s.Reads.RecordReads(r.Context(), access.Existence.Records(who, purpose, "console", caseIDs, ""))
}
