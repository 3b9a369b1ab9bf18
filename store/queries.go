// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/vault"
	"ricongiungi/views"
)

// Rendered gives the view as it is kept, with its people opened, at least as new
// as the standing that the caller has just read. A case that is looked at again
// and again is opened once in a few seconds, and erasing somebody shows within
// the life of an entry.
func (s *Store) Rendered(ctx context.Context, caseID string, at views.Standing) (views.Rendered, error) {
	if recent, ok := s.recent.Get(caseID); ok && recent.Version >= at.Version {
		return recent, nil
	}
	kept, err := s.render(ctx, caseID)
	if err == nil {
		s.recent.Add(caseID, kept)
	}
	return kept, err
}

// render opens the view of a case in one query, without taking it apart.
func (s *Store) render(ctx context.Context, caseID string) (views.Rendered, error) {
	var kept views.Rendered
	var view string
	var sealed sealedPeople
	err := s.pool.QueryRow(ctx, `SELECT v.version, v.view::text, `+sealedColumns+`
		FROM case_views v LEFT JOIN person_keys k ON k.person_id = ANY(v.persons)
		WHERE v.case_id = $1 GROUP BY v.case_id`, caseID).
		Scan(append([]any{&kept.Version, &view}, sealed.columns()...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return kept, views.ErrNotFound
	}
	if err != nil {
		return kept, unavailable(err)
	}
	kept.View = json.RawMessage(view)
	kept.People, err = s.openSealed(caseID, sealed)
	return kept, err
}

// People gives the people of several cases, sponsor first, in one query.
func (s *Store) People(ctx context.Context, caseIDs []string) (map[string][]casefile.Person, error) {
	rows, err := s.pool.Query(ctx, `SELECT v.case_id::text, `+sealedColumns+`
		FROM case_views v LEFT JOIN person_keys k ON k.person_id = ANY(v.persons)
		WHERE v.case_id = ANY($1::uuid[]) GROUP BY v.case_id`, caseIDs)
	if err != nil {
		return nil, unavailable(err)
	}
	all := map[string][]casefile.Person{}
	var caseID string
	var sealed sealedPeople
	_, err = pgx.ForEachRow(rows, append([]any{&caseID}, sealed.columns()...), func() error {
		all[caseID], err = s.openSealed(caseID, sealed)
		return err
	})
	return all, unavailable(err)
}

// sealedPeople is who a view is about, with the keys that open it.
type sealedPeople struct {
	boxes                string
	ids, persons, keyIDs []string
	wrapped, commitments [][]byte
	restricted           []string
}

const sealedColumns = `v.people::text, v.persons::text[],
	array_agg(k.person_id::text) FILTER (WHERE k.key_id IS NOT NULL), array_agg(k.key_id::text) FILTER (WHERE k.key_id IS NOT NULL),
	array_agg(k.wrapped) FILTER (WHERE k.key_id IS NOT NULL), array_agg(k.commitment) FILTER (WHERE k.key_id IS NOT NULL),
	CASE WHEN v.view::text LIKE '%"restricted_on":"%' -- few cases have anybody: only those are taken apart
		THEN ARRAY(SELECT p->>'person_id' FROM json_array_elements(v.view->'privacy') p WHERE p->>'restricted_on' IS NOT NULL) END`

func (p *sealedPeople) columns() []any {
	return []any{&p.boxes, &p.ids, &p.persons, &p.keyIDs, &p.wrapped, &p.commitments, &p.restricted}
}

func (s *Store) openSealed(caseID string, p sealedPeople) ([]casefile.Person, error) {
	keys := make(map[string]vault.StoredKey, len(p.persons))
	for i, person := range p.persons {
		keys[person] = vault.StoredKey{PersonID: person, KeyID: p.keyIDs[i], Wrapped: p.wrapped[i], Commitment: p.commitments[i]}
	}
	var boxes []vault.Sealed
	if err := json.Unmarshal([]byte(p.boxes), &boxes); err != nil {
		return nil, fmt.Errorf("store: people of case %s: %w", caseID, err)
	}
	people, err := s.openPeople(caseID, p.ids, boxes, keys)
	for i := range people {
		people[i].Restricted = slices.Contains(p.restricted, people[i].PersonID)
	}
	return people, err
}

// Case gives the present view of a case, taken apart, with its people.
func (s *Store) Case(ctx context.Context, caseID string) (casefile.View, error) {
	var view casefile.View
	at, err := s.Standing(ctx, caseID)
	if err != nil {
		return view, err
	}
	kept, err := s.Rendered(ctx, caseID, at)
	if err != nil {
		return view, err
	}
	if err := json.Unmarshal(kept.View, &view); err != nil {
		return view, fmt.Errorf("store: view of case %s: %w", caseID, err)
	}
	view.People = kept.People
	return view, nil
}

// CaseAsOf folds the case from what had happened by asOf as far as it was known
// at knownAt. Zero instants set no limit.
func (s *Store) CaseAsOf(ctx context.Context, caseID string, asOf, knownAt time.Time) (casefile.View, error) {
	st, err := s.readStream(ctx, s.pool, caseID)
	if err != nil {
		return casefile.View{}, unavailable(err)
	}
	facts := casefile.AsOf(st.facts, asOf, knownAt)
	if len(facts) == 0 {
		return casefile.View{}, views.ErrNotFound
	}
	state := casefile.Fold(facts)
	view := casefile.ViewOf(state, s.book)
	view.People = casefile.PeopleOf(state)
	present := casefile.Fold(st.facts) // a restriction holds for what was known before it, too
	for i, p := range view.People {
		view.People[i].Erased, view.People[i].Restricted = st.erased(p.PersonID), present.Restricted(p.PersonID)
	}
	return view, nil
}

// Handovers draws up the package of each hand-over of the case or of a member,
// oldest first, from what is known today.
func (s *Store) Handovers(ctx context.Context, caseID string) ([]casefile.Handover, error) {
	st, err := s.readStream(ctx, s.pool, caseID)
	if err != nil {
		return nil, unavailable(err)
	}
	if len(st.facts) == 0 {
		return nil, views.ErrNotFound
	}
	state, packages := casefile.Fold(st.facts), []casefile.Handover{}
	for _, to := range state.HandedOver {
		packages = append(packages, casefile.HandoverPackage(state, to, s.book))
	}
	return packages, nil
}

// Cases lists cases by their next due day, those with none last.
func (s *Store) Cases(ctx context.Context, q views.CaseQuery) (views.Page[views.CaseRow], error) {
	var after struct{ Due, ID string }
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[views.CaseRow]{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT case_id::text, version, phase, office, counsellor, municipio, members, opened_on::text,
			coalesce(next_due::text, ''), next_item, overdue, updated_at
		FROM case_views
		WHERE office = ANY(@offices) AND (@phase = '' OR phase = @phase) AND (@counsellor = '' OR counsellor = @counsellor)
			AND (@municipio = 0 OR municipio = @municipio) AND (NOT @unassigned OR counsellor = '') AND (NOT @late OR overdue > 0)
			AND (@id = '' OR (coalesce(next_due, 'infinity'), case_id) > (coalesce(nullif(@due, '')::date, 'infinity'), nullif(@id, '')::uuid))
		ORDER BY coalesce(next_due, 'infinity'), case_id LIMIT @limit`,
		pgx.StrictNamedArgs{"offices": q.Offices, "phase": q.Phase, "counsellor": q.Counsellor, "municipio": q.Municipio, "unassigned": q.Unassigned, "late": q.Late,
			"due": after.Due, "id": after.ID, "limit": q.Limit + 1})
	if err != nil {
		return views.Page[views.CaseRow]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, scanCaseRow)
	if err != nil {
		return views.Page[views.CaseRow]{}, unavailable(err)
	}
	return page(items, q.Limit, func(r views.CaseRow) any {
		return struct{ Due, ID string }{r.NextDue.String(), r.CaseID}
	})
}

func scanCaseRow(row pgx.CollectableRow) (views.CaseRow, error) {
	var r views.CaseRow
	var opened, next string
	err := row.Scan(&r.CaseID, &r.Version, &r.Phase, &r.Office, &r.CounsellorID, &r.Municipio, &r.Members, &opened, &next,
		&r.NextItem, &r.Overdue, &r.UpdatedAt)
	if err != nil {
		return r, err
	}
	r.UpdatedAt = r.UpdatedAt.UTC()
	return r, errors.Join(r.OpenedOn.UnmarshalText([]byte(opened)), r.NextDue.UnmarshalText([]byte(next)))
}

// History lists the events of a case, oldest first, as they happened and were
// known by the instants asked.
func (s *Store) History(ctx context.Context, q views.HistoryQuery) (views.Page[views.Entry], error) {
	var after struct{ Version int64 }
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[views.Entry]{}, err
	}
	st, err := s.readStream(ctx, s.pool, q.CaseID)
	if err != nil {
		return views.Page[views.Entry]{}, unavailable(err)
	}
	if len(st.facts) == 0 {
		return views.Page[views.Entry]{}, views.ErrNotFound
	}
	var items []views.Entry
	facts := casefile.AsOf(st.facts, q.AsOf, q.KnownAt)
	superseded, markings := casefile.Superseded(facts), casefile.Markings(st.facts)
	present := casefile.Fold(st.facts)
	for _, f := range facts {
		if f.Version > after.Version && len(items) <= q.Limit {
			if !q.WithRestricted {
				f.Private = unrestricted(present, f.Private)
			}
			items = append(items, entry(f, st.records[f.Version-1], superseded[f.EventID], markings[f.EventID]))
		}
	}
	return page(items, q.Limit, func(e views.Entry) any { return struct{ Version int64 }{e.Version} })
}

func entry(f casefile.Fact, r record, superseded string, marking casefile.Marking) views.Entry {
	return views.Entry{Position: r.Position, Version: r.Version, EventID: r.EventID, CommandID: r.CommandID, Type: r.Type,
		SchemaVersion: r.SchemaVersion, OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt, Actor: f.Actor,
		Data: json.RawMessage(r.Data), Private: f.Private, Superseded: superseded, Marking: marking}
}

// Agenda lists what is due over all cases, soonest first.
func (s *Store) Agenda(ctx context.Context, q views.AgendaQuery) (views.Page[views.AgendaRow], error) {
	var after struct{ Due, ID, Item, Subject string }
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[views.AgendaRow]{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT case_id::text, counsellor, view FROM agenda_items
		WHERE office = ANY(@offices) AND (@counsellor = '' OR counsellor = @counsellor)
			AND (NOT @unassigned OR counsellor = '')
			AND (@role = '' OR responsible = @role) AND (@before = '' OR due_on <= nullif(@before, '')::date)
			AND (@id = '' OR (due_on, case_id, item, subject) > (nullif(@due, '')::date, nullif(@id, '')::uuid, @item, @subject))
		ORDER BY due_on, case_id, item, subject LIMIT @limit`,
		pgx.StrictNamedArgs{"offices": q.Offices, "counsellor": q.Counsellor, "role": string(q.Role), "before": q.Before.String(),
			"unassigned": q.Unassigned, "due": after.Due, "id": after.ID, "item": after.Item, "subject": after.Subject, "limit": q.Limit + 1})
	if err != nil {
		return views.Page[views.AgendaRow]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (views.AgendaRow, error) {
		var r views.AgendaRow
		return r, row.Scan(&r.CaseID, &r.CounsellorID, &r.DueView)
	})
	if err != nil {
		return views.Page[views.AgendaRow]{}, unavailable(err)
	}
	return page(items, q.Limit, func(r views.AgendaRow) any {
		return struct{ Due, ID, Item, Subject string }{r.DueOn.String(), r.CaseID, r.Item, r.Subject}
	})
}

// Events is the feed of the log after a position (-1 for the beginning). It is
// gap-free: positions are given in commit order.
func (s *Store) Events(ctx context.Context, after int64, limit int) (views.Page[views.FeedRow], error) {
	rows, err := s.pool.Query(ctx, `SELECT position, case_id::text, version, event_id::text, type, occurred_at, recorded_at
		FROM events WHERE position > $1 ORDER BY position LIMIT $2`, after, limit+1)
	if err != nil {
		return views.Page[views.FeedRow]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (views.FeedRow, error) {
		var r views.FeedRow
		err := row.Scan(&r.Position, &r.CaseID, &r.Version, &r.EventID, &r.Type, &r.OccurredAt, &r.RecordedAt)
		r.OccurredAt, r.RecordedAt = r.OccurredAt.UTC(), r.RecordedAt.UTC()
		return r, err
	})
	if err != nil {
		return views.Page[views.FeedRow]{}, unavailable(err)
	}
	return page(items, limit, func(r views.FeedRow) any { return r.Position })
}

// Handoffs lists hand-offs, newest first.
func (s *Store) Handoffs(ctx context.Context, q views.HandoffQuery) (views.Page[handoff.Receipt], error) {
	var after struct {
		At time.Time
		ID string
	}
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[handoff.Receipt]{}, err
	}
	rows, err := s.pool.Query(ctx, selectReceipts+`
		WHERE (@sender = '' OR sender = @sender) AND (@status = '' OR status = @status)
			AND (@id = '' OR (received_at, handoff_id) < (@at, nullif(@id, '')::uuid))
		ORDER BY received_at DESC, handoff_id DESC LIMIT @limit`,
		pgx.StrictNamedArgs{"sender": q.Sender, "status": string(q.Status), "at": after.At, "id": after.ID, "limit": q.Limit + 1})
	if err != nil {
		return views.Page[handoff.Receipt]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, scanReceipt)
	if err != nil {
		return views.Page[handoff.Receipt]{}, unavailable(err)
	}
	return page(items, q.Limit, func(r handoff.Receipt) any {
		return struct {
			At time.Time
			ID string
		}{r.ReceivedAt, r.HandoffID}
	})
}

// page cuts the one row too many that shows whether there is a next page.
func page[T any](items []T, limit int, key func(T) any) (views.Page[T], error) {
	if items == nil {
		items = []T{}
	}
	if len(items) <= limit {
		return views.Page[T]{Items: items}, nil
	}
	items = items[:limit]
	raw, err := json.Marshal(key(items[limit-1]))
	if err != nil {
		return views.Page[T]{}, fmt.Errorf("store: cursor: %w", err)
	}
	return views.Page[T]{Items: items, Next: base64.RawURLEncoding.EncodeToString(raw)}, nil
}

func openCursor(cursor string, into any) error {
	if cursor == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(raw, into) != nil {
		return views.ErrBadCursor
	}
	return nil
}

// Standing is the present version of a case and the hub it belongs to.
func (s *Store) Standing(ctx context.Context, caseID string) (views.Standing, error) {
	var at views.Standing
	err := s.pool.QueryRow(ctx, `SELECT version, office FROM case_views WHERE case_id = $1`, caseID).Scan(&at.Version, &at.Office)
	if errors.Is(err, pgx.ErrNoRows) {
		return at, views.ErrNotFound
	}
	return at, unavailable(err)
}
