// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/views"
)

const kindRead = "read"

// RecordReads puts on disk that somebody is about to be shown personal data, and
// returns when it is there. Repeats within views.ReadSpan cost nothing: this
// process remembers what it has recorded, and only that, so none is lost. Who is
// shown and when are the caller's; the instant is the store's.
func (s *Store) RecordReads(ctx context.Context, reads []views.Read) error {
	now := s.now()
	var fresh []entryOfAccess
	for _, r := range reads {
		e, err := newEntry(now, kindRead, r.Actor, r.ReadData)
		if err != nil {
			return err
		}
		e.caseID, e.personID = r.CaseID, r.PersonID
		if last, known := s.seen.Get(e.key()); !known || now.Sub(last) >= views.ReadSpan || now.Before(last) {
			fresh = append(fresh, e)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := s.readers.commit(ctx, fresh); err != nil {
		return unavailable(err)
	}
	for _, e := range fresh {
		s.seen.Add(e.key(), now)
	}
	return nil
}

// Reads lists who was shown what, newest first. Errors: views.ErrBadCursor.
func (s *Store) Reads(ctx context.Context, q views.ReadQuery) (views.Page[views.Read], error) {
	before := int64(1) << 62
	if err := openCursor(q.Cursor, &before); err != nil {
		return views.Page[views.Read]{}, err
	}
	ofCase := "" // a condition of its own, so that the index of cases is used
	if q.CaseID != "" {
		ofCase = `case_id = @case AND `
	}
	rows, err := s.pool.Query(ctx, `SELECT position, at, coalesce(case_id::text, ''), coalesce(person_id::text, ''), actor, data FROM access_log
		WHERE `+ofCase+`kind = @kind AND position < @before
			AND (@since::timestamptz IS NULL OR at >= @since) AND (@until::timestamptz IS NULL OR at <= @until)
		ORDER BY position DESC LIMIT @limit`,
		pgx.NamedArgs{"kind": kindRead, "before": before, "case": q.CaseID, "since": orNoTime(q.Since), "until": orNoTime(q.Until), "limit": q.Limit + 1})
	if err != nil {
		return views.Page[views.Read]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (views.Read, error) {
		var r views.Read
		err := row.Scan(&r.Position, &r.At, &r.CaseID, &r.PersonID, &r.Actor, &r.ReadData)
		r.At = r.At.UTC()
		return r, err
	})
	if err != nil {
		return views.Page[views.Read]{}, unavailable(err)
	}
	return page(items, q.Limit, func(r views.Read) any { return r.Position })
}

func orNoTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
