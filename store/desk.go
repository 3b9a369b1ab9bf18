// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
)

// queueDesk writes what those see of the case who look after many, as far as it
// has changed; all of it when there is no before.
func (s *Store) queueDesk(batch *pgx.Batch, before, state *casefile.State) {
	now := casefile.DeskOf(state, s.book)
	var was casefile.Desk
	if before != nil {
		was = casefile.DeskOf(before, s.book)
	}
	whose := before == nil || was.Office != now.Office
	if before == nil || headOf(was) != headOf(now) {
		queueDeskCase(batch, state.CaseID, now)
	}
	queueWays(batch, state.CaseID, was, now, whose)
	if whose || !slices.Equal(was.Approvals, now.Approvals) {
		queueApprovals(batch, state.CaseID, now)
	}
}

// deskHead is the row of the case itself.
type deskHead struct {
	phase                        casefile.Phase
	office, counsellor, language string
	members                      int
	review                       casefile.DeskReview
}

func headOf(d casefile.Desk) deskHead {
	return deskHead{d.Phase, d.Office, d.Counsellor, d.Language, d.Members, d.Review}
}

func queueDeskCase(batch *pgx.Batch, caseID string, d casefile.Desk) {
	batch.Queue(`INSERT INTO desk_cases (case_id, office, counsellor, language, phase, members, filed_on, review_from, review_days, review_due)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (case_id) DO UPDATE SET office = excluded.office, counsellor = excluded.counsellor, language = excluded.language,
			phase = excluded.phase, members = excluded.members, filed_on = excluded.filed_on, review_from = excluded.review_from,
			review_days = excluded.review_days, review_due = excluded.review_due`,
		caseID, d.Office, d.Counsellor, d.Language, string(d.Phase), d.Members, dateOrNull(d.Review.FiledOn), dateOrNull(d.Review.ValidFrom),
		d.Review.Days, dateOrNull(d.Review.Due))
}

// queueWays writes the ways that changed and removes those of members who were
// merged into others; all of them where the office changed.
func queueWays(batch *pgx.Batch, caseID string, was, now casefile.Desk, all bool) {
	if all {
		batch.Queue(`DELETE FROM desk_ways WHERE case_id = $1`, caseID)
		was.Ways = nil
	}
	for _, w := range was.Ways {
		if !slices.ContainsFunc(now.Ways, func(n casefile.Way) bool { return n.MemberID == w.MemberID }) {
			batch.Queue(`DELETE FROM desk_ways WHERE case_id = $1 AND member_id = $2`, caseID, w.MemberID)
		}
	}
	for _, w := range now.Ways {
		if !slices.Contains(was.Ways, w) {
			queueWay(batch, caseID, now.Office, w)
		}
	}
}

func queueWay(batch *pgx.Batch, caseID, office string, w casefile.Way) {
	batch.Queue(`INSERT INTO desk_ways (case_id, member_id, office, filed_on, decided_on, authorised_on, visa_requested_on, visa_granted_on,
			entered_on, presented_on, permit_requested_on, permit_issued_on, ended_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (case_id, member_id) DO UPDATE SET office = excluded.office, filed_on = excluded.filed_on, decided_on = excluded.decided_on,
			authorised_on = excluded.authorised_on, visa_requested_on = excluded.visa_requested_on, visa_granted_on = excluded.visa_granted_on,
			entered_on = excluded.entered_on, presented_on = excluded.presented_on, permit_requested_on = excluded.permit_requested_on,
			permit_issued_on = excluded.permit_issued_on, ended_on = excluded.ended_on`,
		caseID, w.MemberID, office, dateOrNull(w.FiledOn), dateOrNull(w.DecidedOn), dateOrNull(w.AuthorisedOn), dateOrNull(w.VisaRequestedOn),
		dateOrNull(w.VisaGrantedOn), dateOrNull(w.EnteredOn), dateOrNull(w.PresentedOn), dateOrNull(w.PermitRequestedOn), dateOrNull(w.PermitIssuedOn), dateOrNull(w.EndedOn))
}

func queueApprovals(batch *pgx.Batch, caseID string, d casefile.Desk) {
	batch.Queue(`DELETE FROM desk_approvals WHERE case_id = $1`, caseID)
	for _, a := range d.Approvals {
		batch.Queue(`INSERT INTO desk_approvals (case_id, kind, subject, office, asked_on, asked_by, due_on) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			caseID, a.Kind, a.Subject, d.Office, a.AskedOn.String(), a.AskedBy, dateOrNull(a.DueOn))
	}
}
