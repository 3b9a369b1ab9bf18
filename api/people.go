// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"ricongiungi/access"
	"ricongiungi/rules"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// peopleAtOnce is how many people a search shows unless asked for fewer or more.
const peopleAtOnce = 20

// peopleFound is the answer of a search.
type peopleFound struct {
	Items     []views.FoundPerson `json:"items"`
	Elsewhere []string            `json:"elsewhere"` // offices to ask
}

// findPeople searches by name or number, which come in the body: an address is
// kept in logs. Of other offices it says no more than that one has such a person,
// and only to who named them exactly.
func (s *server) findPeople(w http.ResponseWriter, r *http.Request) error {
	raw, err := body(w, r, "application/json", commandLimit)
	if err != nil {
		return err
	}
	if err := schemas.PeopleSearch(raw); err != nil {
		return err
	}
	var asked struct {
		Query     string     `json:"query"`
		BirthDate rules.Date `json:"birth_date"`
		Limit     int        `json:"limit"`
	}
	if err := json.Unmarshal(raw, &asked); err != nil {
		return fmt.Errorf("read search: %w", err)
	}
	if asked.Limit == 0 {
		asked.Limit = peopleAtOnce
	}
	found, err := s.People.FindPeople(r.Context(), s.Rights.Search(actorOf(r), asked.Query, asked.BirthDate, asked.Limit))
	if err != nil {
		return err
	}
	for _, p := range found.Items {
		exchangeOf(r).saw(p.CaseID)
	}
	if err := s.recordTold(r, found.ToldOf); err != nil {
		return err
	}
	if found.Elsewhere == nil {
		found.Elsewhere = []string{}
	}
	return answer(w, http.StatusOK, peopleFound{found.Items, found.Elsewhere})
}

// recordTold puts on record of which foreign cases the caller learns that they exist.
func (s *server) recordTold(r *http.Request, caseIDs []string) error {
	if len(caseIDs) == 0 {
		return nil
	}
	purpose, err := s.Rights.Purpose(actorOf(r).Role, access.Existence, r.Header.Get(purposeHeader))
	if err != nil {
		return problemPurpose
	}
	return s.Reads.RecordReads(r.Context(), access.Existence.Records(actorOf(r), purpose, "api", caseIDs, ""))
}
