// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/views"
)

// Meetings lists appointments of the offices and, where one is named, the
// counsellor, that lie between two instants and have no outcome yet, by the
// hour. An open appointment stands on the agenda with the day by which its
// outcome is to be told; only those cases are looked into.
func (s *Store) Meetings(ctx context.Context, q views.AgendaQuery, from, to time.Time) ([]views.Meeting, error) {
	rows, err := s.pool.Query(ctx, `SELECT i.case_id::text, i.counsellor, a
		FROM agenda_items i JOIN case_views v USING (case_id), json_array_elements(v.view->'appointments') a
		WHERE i.item = 'appointment' AND i.office = ANY(@offices) AND (@counsellor = '' OR i.counsellor = @counsellor)
			AND i.due_on >= @from::timestamptz::date AND a->>'appointment_id' = i.subject
			AND (a->>'at')::timestamptz BETWEEN @from AND @to
		ORDER BY (a->>'at')::timestamptz, i.case_id LIMIT @limit`,
		pgx.StrictNamedArgs{"offices": q.Offices, "counsellor": q.Counsellor, "from": from, "to": to, "limit": q.Limit})
	if err != nil {
		return nil, unavailable(err)
	}
	meetings, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (views.Meeting, error) {
		var m views.Meeting
		return m, row.Scan(&m.CaseID, &m.CounsellorID, &m.AppointmentView)
	})
	return meetings, unavailable(err)
}
