// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"time"

	"ricongiungi/rules"
	"ricongiungi/views"
)

// Figures counts how the whole office stands.
func (s *Store) Figures(ctx context.Context) (views.Figures, error) {
	var f views.Figures
	var oldest *time.Time
	now := s.now()
	err := s.pool.QueryRow(ctx, `SELECT
			(SELECT coalesce(jsonb_object_agg(phase, n), '{}') FROM (SELECT phase, count(*) AS n FROM case_views GROUP BY phase) p),
			(SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM (SELECT status, count(*) AS n FROM handoffs GROUP BY status) h),
			(SELECT count(*) FROM case_views WHERE phase <> 'closed' AND next_due IS NULL AND overdue = 0),
			(SELECT count(*) FROM agenda_items WHERE due_on < $1),
			(SELECT count(*) FROM orders WHERE settled_at IS NULL),
			(SELECT min(accepted_at) FROM orders WHERE settled_at IS NULL),
			(SELECT count(*) FROM effects WHERE done_at IS NULL),
			(SELECT count(*) FROM unstarted_cases),
			(SELECT size FROM log_head)`, rules.DateOf(now).String()).
		Scan(&f.CasesByPhase, &f.HandoffsByStatus, &f.WithoutNextStep, &f.Overdue, &f.Unsettled, &oldest, &f.EffectsOutstanding, &f.WithoutWorkflow, &f.Events)
	if oldest != nil {
		f.OldestUnsettled = now.Sub(*oldest)
	}
	return f, unavailable(err)
}
