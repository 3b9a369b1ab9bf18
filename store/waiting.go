// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// waitingSince is the day since when a child is without school or, before its
// arrival, since when a place is sought.
const waitingSince = `coalesce(n.absent_from, n.requested_on, n.entered_on)`

// toBePlaced selects the children for whom a place must be found or is being
// found; the school year of the present day is $1.
const toBePlaced = `SELECT n.member_id::text, n.case_id::text, v.office, n.phase, ` + levelNow + `, CASE WHEN n.level = 'cpia' OR n.level = '' AND cohort = 0 THEN 0 ELSE ` + gradeNow + ` END,
		n.school_year, n.municipio, n.wish_municipio, n.wish_school, n.language, n.language_help, n.vaccination, n.school_code,
		` + waitingSince + `, n.entered_on, n.requested_on, n.absent_from,
		ARRAY(SELECT DISTINCT o.school_code FROM school_needs o WHERE o.case_id = n.case_id AND o.member_id <> n.member_id AND o.school_code <> '' AND o.left_on IS NULL ORDER BY 1)
	FROM school_needs n JOIN case_views v USING (case_id)
	WHERE n.phase IN ('needed', 'searching', 'proposed', 'accepted', 'enrolled') AND v.office = ANY($2)
		AND (cardinality($3::uuid[]) = 0 OR n.member_id = ANY($3)) AND ($4 = '' OR n.phase = $4) AND ($5 = 0 OR n.municipio = $5)
		AND ($6 = '' OR ` + levelNow + ` = $6) AND ($7::integer IS NULL OR ` + gradeNow + ` = $7) AND ($8 = '' OR n.language = $8)
		AND ($9 = '' OR (` + waitingSince + `, n.member_id) > ($10::text::date, nullif($9, '')::uuid))
	ORDER BY ` + waitingSince + `, n.member_id LIMIT $11`

// Waiting lists children for whom a place must be found or is being found, the
// longest waiting first. Errors: views.ErrBadCursor.
func (s *Store) Waiting(ctx context.Context, q views.WaitingQuery) (views.Page[views.WaitingChild], error) {
	var after struct{ Since, ID string }
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[views.WaitingChild]{}, err
	}
	if after.Since == "" {
		after.Since = rules.Epoch.String()
	}
	today := rules.DateOf(s.now())
	rows, err := s.pool.Query(ctx, toBePlaced, casefile.EnrolmentYear(today, s.book), q.Offices, orEmpty(q.Members), string(q.Phase), q.Municipio,
		q.Level, q.Grade, q.Language, after.ID, after.Since, q.Limit+1)
	if err != nil {
		return views.Page[views.WaitingChild]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, scanWaiting)
	if err != nil {
		return views.Page[views.WaitingChild]{}, unavailable(err)
	}
	for i, c := range items {
		if !c.AbsentFrom.IsZero() {
			items[i].Days = casefile.LessonDays(c.AbsentFrom, today, s.book)
		}
	}
	return page(items, q.Limit, func(c views.WaitingChild) any { return struct{ Since, ID string }{c.Since.String(), c.MemberID} })
}

func orEmpty(ids []string) []string {
	if ids == nil {
		return []string{}
	}
	return ids
}

func scanWaiting(row pgx.CollectableRow) (views.WaitingChild, error) {
	var c views.WaitingChild
	var since, entered, requested, absent *time.Time
	err := row.Scan(&c.MemberID, &c.CaseID, &c.Office, &c.Phase, &c.Level, &c.Grade, &c.Year, &c.Municipio, &c.WishMunicipio, &c.WishSchool,
		&c.Language, &c.LanguageHelp, &c.Vaccination, &c.SchoolCode, &since, &entered, &requested, &absent, &c.Siblings)
	c.Since, c.EnteredOn, c.RequestedOn, c.AbsentFrom = civil(since), civil(entered), civil(requested), civil(absent)
	return c, err
}

// civil is a column of type date, which comes as its midnight in UTC; zero for none.
func civil(d *time.Time) rules.Date {
	if d == nil {
		return rules.Date{}
	}
	return rules.On(d.Year(), d.Month(), d.Day())
}
