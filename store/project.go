// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/vault"
)

// viewPlace is the place for which particulars in views are sealed.
const viewPlace = "view"

// project writes the views of one case. The same state gives the same rows,
// whenever they are written: rebuilding compares them. Agenda items that stand as
// they did before are left alone; a nil before writes them all.
func (s *Store) project(batch *pgx.Batch, st stream, was *standpoint, state *casefile.State, recorded time.Time) error {
	var before *casefile.State
	if was != nil {
		before = was.state
	}
	view := casefile.ViewOf(state, s.book)
	text, err := json.Marshal(view)
	if err != nil {
		return fmt.Errorf("store: view of case %s: %w", state.CaseID, err)
	}
	people, err := s.sealPeople(st, state)
	if err != nil {
		return err
	}
	next, item, overdue := soonest(view.Agenda)
	batch.Queue(`INSERT INTO case_views (case_id, version, phase, office, counsellor, municipio, members, opened_on, next_due, next_item, overdue, updated_at, view, people, persons)
		VALUES (@case_id, @version, @phase, @office, @counsellor, @municipio, @members, @opened_on, @next_due, @next_item, @overdue, @updated_at, @view, @people, @persons)
		ON CONFLICT (case_id) DO UPDATE SET version = excluded.version, phase = excluded.phase, office = excluded.office,
			counsellor = excluded.counsellor, municipio = excluded.municipio, members = excluded.members, opened_on = excluded.opened_on,
			next_due = excluded.next_due, next_item = excluded.next_item, overdue = excluded.overdue, updated_at = excluded.updated_at,
			view = excluded.view, people = excluded.people, persons = excluded.persons`,
		pgx.StrictNamedArgs{"case_id": state.CaseID, "version": state.Version, "phase": string(state.Phase()), "office": state.Office,
			"counsellor": state.Counsellor, "municipio": state.Municipio, "members": len(state.Members), "opened_on": state.OpenedOn.String(),
			"next_due": dateOrNull(next), "next_item": item, "overdue": overdue, "updated_at": recorded, "view": string(text), "people": string(people), "persons": persons(state)})
	s.queueSchoolNeeds(batch, before, state)
	s.queueDesk(batch, before, state)
	queueReservations(batch, before, state)
	queueLinks(batch, before, state)
	return queueAgenda(batch, was, state, view.Agenda)
}

// standpoint is a case with its agenda, as it was before a command.
type standpoint struct {
	state  *casefile.State
	agenda []casefile.Due
}

// agendaRows are agenda items in the form in which they are written.
type agendaRows struct {
	items, subjects, roles, days, texts []string
	lapsed                              []bool
}

func (rows *agendaRows) add(d casefile.DueView, text string) {
	rows.items, rows.subjects, rows.roles = append(rows.items, d.Item), append(rows.subjects, d.Subject), append(rows.roles, string(d.By))
	rows.days, rows.texts, rows.lapsed = append(rows.days, d.DueOn.String()), append(rows.texts, text), append(rows.lapsed, d.Lapsed)
}

func queueAgenda(batch *pgx.Batch, was *standpoint, state *casefile.State, agenda []casefile.DueView) error {
	stands := standingItems(was, state)
	var changed agendaRows
	for _, d := range agenda {
		key := [2]string{d.Item, d.Subject}
		stood, known := stands[key]
		delete(stands, key)
		if known && reflect.DeepEqual(stood, d.Due) {
			continue // the row follows from the item and the law, so it stands too
		}
		text, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("store: agenda of case %s: %w", state.CaseID, err)
		}
		changed.add(d, string(text))
	}
	queueGone(batch, state.CaseID, was == nil, stands)
	if len(changed.items) == 0 {
		return nil
	}
	batch.Queue(`INSERT INTO agenda_items (case_id, item, subject, responsible, due_on, lapsed, view, office, counsellor)
		SELECT $1, item, subject, responsible, due_on, lapsed, view, $8, $9
		FROM unnest($2::text[], $3::text[], $4::text[], $5::date[], $6::boolean[], $7::json[]) AS a (item, subject, responsible, due_on, lapsed, view)
		ON CONFLICT (case_id, item, subject) DO UPDATE SET responsible = excluded.responsible, due_on = excluded.due_on,
			lapsed = excluded.lapsed, view = excluded.view, office = excluded.office, counsellor = excluded.counsellor`,
		state.CaseID, changed.items, changed.subjects, changed.roles, changed.days, changed.lapsed, changed.texts, state.Office, state.Counsellor)
	return nil
}

// standingItems are the items as they are written now, by item and subject. Who
// is responsible for the case stands in every row: a change there changes all.
func standingItems(was *standpoint, state *casefile.State) map[[2]string]casefile.Due {
	stands := map[[2]string]casefile.Due{}
	if was == nil {
		return stands
	}
	same := was.state.Office == state.Office && was.state.Counsellor == state.Counsellor
	for _, d := range was.agenda {
		key := [2]string{d.Item, d.Subject}
		if stands[key] = d; !same {
			stands[key] = casefile.Due{}
		}
	}
	return stands
}

// queueGone removes items that are no longer due, or all of them.
func queueGone(batch *pgx.Batch, caseID string, all bool, gone map[[2]string]casefile.Due) {
	if all {
		batch.Queue(`DELETE FROM agenda_items WHERE case_id = $1`, caseID)
		return
	}
	var items, subjects []string
	for key := range gone {
		items, subjects = append(items, key[0]), append(subjects, key[1])
	}
	if len(items) > 0 {
		batch.Queue(`DELETE FROM agenda_items a USING unnest($2::text[], $3::text[]) AS g (item, subject)
			WHERE a.case_id = $1 AND a.item = g.item AND a.subject = g.subject`, caseID, items, subjects)
	}
}

// sealPeople seals who the sponsor and members are, as the view shows them.
func (s *Store) sealPeople(st stream, state *casefile.State) ([]byte, error) {
	private := casefile.Private{}
	for _, p := range casefile.PeopleOf(state) {
		if _, known := st.keys[p.PersonID]; known {
			private[p.PersonID] = p.Particulars
		}
	}
	boxes, err := s.sealPrivate(state.CaseID, viewPlace, private, st.keys)
	if err != nil {
		return nil, err
	}
	return json.Marshal(boxes)
}

// openPeople is the reverse of sealPeople, in the order of the ids; somebody
// whose key is destroyed is shown as erased.
func (s *Store) openPeople(caseID string, ids []string, boxes []vault.Sealed, keys map[string]vault.StoredKey) ([]casefile.Person, error) {
	private, err := s.openPrivate(caseID, viewPlace, boxes, keys)
	if err != nil {
		return nil, err
	}
	people := make([]casefile.Person, len(ids))
	for i, id := range ids {
		particulars, readable := private[id]
		people[i] = casefile.Person{PersonID: id, Particulars: particulars, Erased: !readable}
	}
	return people, nil
}

// persons lists whom a view is about, sponsor first.
func persons(state *casefile.State) []string {
	var ids []string
	for _, p := range casefile.PeopleOf(state) {
		ids = append(ids, p.PersonID)
	}
	return ids
}

func soonest(agenda []casefile.DueView) (next rules.Date, item string, overdue int) {
	for _, d := range agenda {
		if d.Class() == casefile.Protected {
			continue // lists of cases are read by people who are not on the case
		}
		if d.Lapsed {
			overdue++
		} else if next.IsZero() {
			next, item = d.DueOn, d.Item
		}
	}
	return next, item, overdue
}

func dateOrNull(d rules.Date) *string {
	if d.IsZero() {
		return nil
	}
	text := d.String()
	return &text
}
