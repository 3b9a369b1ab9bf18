// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/views"
)

// crowded is a store whose tables of the desk hold invented cases: two members
// and three agenda items each, a tenth of the items overdue.
func crowded(b *testing.B, cases int) *store.Store {
	b.Helper()
	s := setup(b)
	conn, err := pgx.Connect(b.Context(), s.url)
	must(b, err)
	defer conn.Close(context.Background())
	for _, statement := range []string{
		`INSERT INTO desk_cases (case_id, office, counsellor, language, phase, members, filed_on, review_from, review_days, review_due)
			SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'wemi-mi', 'c' || n % 60, (ARRAY['ar', 'es', 'zh', 'bn', 'uk'])[1 + n % 5],
				(ARRAY['under_review', 'pre_departure', 'arrival', 'follow_up', 'closed'])[1 + n % 5], 2,
				CASE WHEN n % 5 = 0 THEN date '2026-03-10' - n % 400 END, CASE WHEN n % 5 = 0 THEN date '2025-10-04' END, 150, CASE WHEN n % 5 = 0 THEN date '2026-03-10' - n % 400 + 150 END
			FROM generate_series(1, $1::integer) n`,
		`INSERT INTO desk_ways (case_id, member_id, office, filed_on, decided_on, authorised_on, visa_requested_on, visa_granted_on, entered_on, presented_on, permit_requested_on)
			SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(), 'wemi-mi', date '2024-01-01' + n % 600, date '2024-05-01' + n % 600, date '2024-05-01' + n % 600,
				date '2024-06-01' + n % 700, CASE WHEN n % 3 > 0 THEN date '2024-09-01' + n % 700 END, CASE WHEN n % 3 > 1 THEN date '2024-11-01' + n % 700 END, NULL, NULL
			FROM generate_series(1, $1::integer) n, generate_series(1, 2)`,
		`INSERT INTO agenda_items (case_id, item, subject, responsible, office, counsellor, due_on, lapsed, view)
			SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, (ARRAY['presentation', 'permit_request', 'first_contact'])[i], '', 'counsellor', 'wemi-mi', 'c' || n % 60,
				date '2026-03-10' + (n * 7 + i) % 300 - 30, false, json_build_object('padding', repeat('x', 500))
			FROM generate_series(1, $1::integer) n, generate_series(1, 3) i`,
	} {
		_, err := conn.Exec(b.Context(), statement, cases)
		must(b, err)
	}
	_, err = conn.Exec(b.Context(), `VACUUM ANALYZE`)
	must(b, err)
	return s.Store
}

// BenchmarkTheDesk measures each question at the size of an office and at seven
// times that: what grows less than the caseload stays fast.
func BenchmarkTheDesk(b *testing.B) {
	today := rules.On(2026, 3, 10)
	for _, cases := range []int{10_000, 70_000} {
		s := crowded(b, cases)
		for name, ask := range map[string]func() error{
			"workload": func() error { _, err := s.Workload(b.Context(), here, today); return err },
			"backlog":  func() error { _, err := s.Backlog(b.Context(), here, today); return err },
			"overdue":  func() error { _, err := s.OverdueByStage(b.Context(), here, today); return err },
			"times":    func() error { _, err := s.Times(b.Context(), here, today, rules.On(2023, 3, 10)); return err },
			"approvals": func() error {
				_, err := s.Approvals(b.Context(), views.ApprovalQuery{Offices: here, Limit: 50})
				return err
			},
			"idle": func() error {
				_, err := s.Cases(b.Context(), views.CaseQuery{Offices: here, WithoutNextStep: true, Limit: 50})
				return err
			},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, cases), func(b *testing.B) {
				for b.Loop() {
					must(b, ask())
				}
			})
		}
	}
}
