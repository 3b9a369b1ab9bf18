// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// slack is how far apart the order of commits and that of recording may lie.
const slack = time.Minute

// SearchLog lists events of the whole log, the newest first, without what only
// people on a case may know of. Only conditions that are asked for are in the
// query, so that each finds its index.
func (s *Store) SearchLog(ctx context.Context, q views.LogQuery) (views.Page[views.LogRow], error) {
	var after struct{ Position int64 }
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[views.LogRow]{}, err
	}
	where, args := []string{"type <> ALL(@hidden)"}, pgx.NamedArgs{"hidden": hiddenTypes(), "limit": q.Limit + 1}
	add := func(asked bool, condition, name string, value any) {
		if asked {
			where, args[name] = append(where, condition), value
		}
	}
	add(q.Type != "", "type = @type", "type", q.Type)
	add(q.ActorID != "", "actor->>'id' = @actor", "actor", q.ActorID)
	add(q.CaseID != "", "case_id = @case", "case", q.CaseID)
	add(q.Cursor != "", "position < @after", "after", after.Position)
	add(!q.From.IsZero(), "recorded_at >= @from", "from", q.From)
	add(!q.To.IsZero(), "recorded_at <= @to", "to", q.To)
	first, last, err := s.positions(ctx, q.From, q.To)
	if err != nil {
		return views.Page[views.LogRow]{}, unavailable(err)
	}
	add(!q.From.IsZero(), "position >= @first", "first", first)
	add(!q.To.IsZero(), "position < @last", "last", last)
	rows, err := s.pool.Query(ctx, `SELECT position, case_id::text, version, event_id::text, type, occurred_at, recorded_at, command_id::text, actor
		FROM events WHERE `+strings.Join(where, " AND ")+` ORDER BY position DESC LIMIT @limit`, args)
	if err != nil {
		return views.Page[views.LogRow]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, scanLogRow)
	if err != nil {
		return views.Page[views.LogRow]{}, unavailable(err)
	}
	return page(items, q.Limit, func(r views.LogRow) any { return struct{ Position int64 }{r.Position} })
}

func scanLogRow(row pgx.CollectableRow) (views.LogRow, error) {
	var r views.LogRow
	err := row.Scan(&r.Position, &r.CaseID, &r.Version, &r.EventID, &r.Type, &r.OccurredAt, &r.RecordedAt, &r.CommandID, &r.Actor)
	r.OccurredAt, r.RecordedAt = r.OccurredAt.UTC(), r.RecordedAt.UTC()
	return r, err
}

// hiddenTypes are the events that nobody learns of who is not on the case.
func hiddenTypes() []string {
	types := []string{}
	for _, name := range casefile.EventNames() {
		if casefile.TypeClass(name) == casefile.Protected {
			types = append(types, name)
		}
	}
	return types
}

// positions bound the stretch of the log recorded between two instants, a little
// generously.
func (s *Store) positions(ctx context.Context, from, to time.Time) (first, last int64, err error) {
	if !from.IsZero() {
		if first, err = s.positionAt(ctx, from.Add(-slack)); err != nil {
			return 0, 0, err
		}
	}
	if !to.IsZero() {
		last, err = s.positionAt(ctx, to.Add(slack))
	}
	return first, last, err
}

// positionAt is the first position recorded at the instant or later, found by
// halving: an index on the time would cost every write.
func (s *Store) positionAt(ctx context.Context, at time.Time) (int64, error) {
	var low, high int64
	if err := s.pool.QueryRow(ctx, `SELECT size FROM log_head`).Scan(&high); err != nil {
		return 0, err
	}
	for low < high {
		middle := (low + high) / 2
		var recorded time.Time
		if err := s.pool.QueryRow(ctx, `SELECT recorded_at FROM events WHERE position = $1`, middle).Scan(&recorded); err != nil {
			return 0, err
		}
		if recorded.Before(at) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}
