// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"time"

	"ricongiungi/rules"
	"ricongiungi/views"
)

// Figures counts how the whole office stands, as of one instant.
func (s *Store) Figures(ctx context.Context) (views.Figures, error) {
	var f views.Figures
	var order, handoff, effect, signed *time.Time
	now := s.now()
	err := s.pool.QueryRow(ctx, `SELECT
			(SELECT coalesce(jsonb_object_agg(phase, n), '{}') FROM (SELECT phase, count(*) AS n FROM case_views GROUP BY phase) p),
			(SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM (SELECT status, count(*) AS n FROM handoffs GROUP BY status) h),
			(SELECT min(received_at) FROM handoffs WHERE status IN ('accepted', 'held')),
			(SELECT count(*) FROM case_views WHERE phase <> 'closed' AND next_due IS NULL AND overdue = 0),
			(SELECT coalesce(jsonb_object_agg(responsible, n), '{}') FROM (SELECT responsible, count(*) AS n FROM agenda_items GROUP BY responsible) a),
			(SELECT coalesce(jsonb_object_agg(responsible, n), '{}') FROM (SELECT responsible, count(*) AS n FROM agenda_items WHERE due_on < $1 GROUP BY responsible) o),
			(SELECT count(*) FROM orders WHERE settled_at IS NULL),
			(SELECT min(accepted_at) FROM orders WHERE settled_at IS NULL),
			(SELECT count(*) FROM effects WHERE done_at IS NULL),
			(SELECT min(created_at) FROM effects WHERE done_at IS NULL),
			(SELECT count(*) FROM unstarted_cases),
			size,
			(SELECT recorded_at FROM events WHERE position = size - 1),
			size - (SELECT coalesce(sum(version), 0)::bigint FROM case_views)
		FROM log_head`, rules.DateOf(now).String()).
		Scan(&f.CasesByPhase, &f.HandoffsByStatus, &handoff, &f.WithoutNextStep, &f.Agenda, &f.Overdue, &f.Unsettled, &order,
			&f.EffectsOutstanding, &effect, &f.WithoutWorkflow, &f.Events, &signed, &f.ViewsLag)
	f.OldestUnsettled, f.OldestHandoff, f.OldestEffect, f.CheckpointAge = since(now, order), since(now, handoff), since(now, effect), since(now, signed)
	return f, unavailable(err)
}

// since is how long ago an instant was; zero when there was none.
func since(now time.Time, then *time.Time) time.Duration {
	if then == nil {
		return 0
	}
	return max(now.Sub(*then), 0)
}

// Pool tells how the connections to the database stand.
func (s *Store) Pool() views.Pool {
	stat := s.pool.Stat()
	return views.Pool{Busy: stat.AcquiredConns(), Idle: stat.IdleConns(), Max: stat.MaxConns(),
		Waits: stat.EmptyAcquireCount(), Waited: stat.EmptyAcquireWaitTime()}
}
