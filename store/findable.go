// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// ChangedCases lists the cases in which something was recorded from a position of
// the log on, and the position to go on from. From 0 it lists all.
func (s *Store) ChangedCases(ctx context.Context, from int64) (caseIDs []string, next int64, err error) {
	var changed []string
	err = s.pool.QueryRow(ctx, `SELECT size, CASE WHEN $1 = 0 THEN ARRAY(SELECT case_id::text FROM case_views)
			WHEN size > $1 THEN ARRAY(SELECT DISTINCT case_id::text FROM events WHERE position >= $1) END
		FROM log_head`, from).Scan(&next, &changed)
	return changed, next, unavailable(err)
}

// whose is as much of a kept view as tells who its people are.
type whose struct {
	SponsorID string `json:"sponsor_id"`
	Members   []struct {
		MemberID  string           `json:"member_id"`
		Kinship   casefile.Kinship `json:"kinship"`
		SchoolDue bool             `json:"school_due"`
		School    json.RawMessage  `json:"school"`
	} `json:"members"`
	Guard *casefile.Guard `json:"guard"`
}

// Findable gives who the cases are about, for a search for people.
func (s *Store) Findable(ctx context.Context, caseIDs []string) ([]views.Findable, error) {
	rows, err := s.pool.Query(ctx, `SELECT v.case_id::text, v.office, v.view::text, `+sealedColumns+`
		FROM case_views v LEFT JOIN person_keys k ON k.person_id = ANY(v.persons)
		WHERE v.case_id = ANY($1::uuid[]) GROUP BY v.case_id`, caseIDs)
	if err != nil {
		return nil, unavailable(err)
	}
	var all []views.Findable
	var caseID, office, text string
	var sealed sealedPeople
	_, err = pgx.ForEachRow(rows, append([]any{&caseID, &office, &text}, sealed.columns()...), func() error {
		var view whose
		if err := json.Unmarshal([]byte(text), &view); err != nil {
			return fmt.Errorf("store: view of case %s: %w", caseID, err)
		}
		people, err := s.openSealed(caseID, sealed)
		for _, p := range people {
			found := view.describe(p)
			found.CaseID, found.Office = caseID, office
			all = append(all, found)
		}
		return err
	})
	return all, unavailable(err)
}

func (w whose) describe(p casefile.Person) views.Findable {
	found := views.Findable{Person: p, Role: "sponsor", Hidden: w.Guard != nil && len(w.Guard.Sealed)+len(w.Guard.Protection) > 0}
	for _, m := range w.Members {
		if m.MemberID == p.PersonID {
			found.Role, found.Pupil = string(m.Kinship), m.SchoolDue || len(m.School) > 0
		}
	}
	return found
}
