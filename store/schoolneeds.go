// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
)

// queueSchoolNeeds writes the rows of the children of a case that have changed;
// all of them when there is no before.
func (s *Store) queueSchoolNeeds(batch *pgx.Batch, before, state *casefile.State) {
	var was []casefile.Track
	if before == nil {
		batch.Queue(`DELETE FROM school_needs WHERE case_id = $1`, state.CaseID)
	} else {
		was = casefile.Tracks(before)
	}
	for _, t := range casefile.Tracks(state) {
		if needsSchool(t) && !slices.Contains(was, t) {
			queueSchoolNeed(batch, t)
		}
	}
}

// needsSchool tells who belongs in the table: children, and whoever a place is
// sought for.
func needsSchool(t casefile.Track) bool {
	return t.Kinship == casefile.MinorChild || t.Due || !t.School.RequestedOn.IsZero()
}

func queueSchoolNeed(batch *pgx.Batch, t casefile.Track) {
	k := t.School
	batch.Queue(`INSERT INTO school_needs (member_id, case_id, phase, cohort, level, grade, school_year, municipio, wish_municipio, wish_school, language,
			language_help, vaccination, due, school_code, authorised_on, entered_on, requested_on, proposed_on, accepted_on, enrolled_on, started_on, left_on, absent_from, month)
		VALUES (@member_id, @case_id, @phase, @cohort, @level, @grade, @school_year, @municipio, @wish_municipio, @wish_school, @language,
			@language_help, @vaccination, @due, @school_code, @authorised_on, @entered_on, @requested_on, @proposed_on, @accepted_on, @enrolled_on, @started_on, @left_on, @absent_from, @month)
		ON CONFLICT (member_id) DO UPDATE SET phase = excluded.phase, cohort = excluded.cohort, level = excluded.level, grade = excluded.grade,
			school_year = excluded.school_year, municipio = excluded.municipio, wish_municipio = excluded.wish_municipio, wish_school = excluded.wish_school, language = excluded.language,
			language_help = excluded.language_help, vaccination = excluded.vaccination, due = excluded.due, school_code = excluded.school_code,
			authorised_on = excluded.authorised_on, entered_on = excluded.entered_on, requested_on = excluded.requested_on, proposed_on = excluded.proposed_on,
			accepted_on = excluded.accepted_on, enrolled_on = excluded.enrolled_on, started_on = excluded.started_on, left_on = excluded.left_on, absent_from = excluded.absent_from, month = excluded.month`,
		pgx.StrictNamedArgs{"member_id": t.MemberID, "case_id": t.CaseID, "phase": string(t.Phase), "cohort": t.Cohort, "level": k.Request.Level,
			"grade": k.Request.Grade, "school_year": k.Request.Year, "municipio": t.Municipio, "wish_municipio": t.WishMunicipio, "wish_school": t.WishSchool, "language": t.Language,
			"language_help": t.LanguageHelp, "vaccination": t.Vaccination, "due": t.Due, "school_code": k.Code,
			"authorised_on": dateOrNull(t.AuthorisedOn), "entered_on": dateOrNull(t.EnteredOn), "requested_on": dateOrNull(k.RequestedOn),
			"proposed_on": dateOrNull(k.ProposedOn), "accepted_on": dateOrNull(k.AcceptedOn), "enrolled_on": dateOrNull(k.EnrolledOn),
			"started_on": dateOrNull(k.StartedOn), "left_on": dateOrNull(k.LeftOn), "absent_from": dateOrNull(t.AbsentFrom), "month": demand.MonthSince(t)})
}

// gradeNow is the grade of the request or, before there is one, the grade by age
// in the school year $1; the courses of a CPIA have none.
const gradeNow = `CASE WHEN level <> '' THEN grade ELSE $1::integer - cohort + 1 END`

// levelNow is the level of the request or, before there is one, that of the grade.
const levelNow = `CASE WHEN level <> '' THEN level WHEN cohort = 0 THEN 'unknown' WHEN ` + gradeNow + ` < 1 THEN 'infanzia'
		WHEN ` + gradeNow + ` <= 5 THEN 'primaria' WHEN ` + gradeNow + ` <= 8 THEN 'secondaria_1' ELSE 'secondaria_2' END`

// dimension is how each dimension of a count is written in SQL, and the columns
// that it is made of.
var dimension = map[string]struct {
	text    string
	columns []string
}{
	"municipio": {`municipio::text`, []string{"municipio"}},
	"level":     {levelNow, []string{"level", "cohort", "grade"}},
	"grade": {`CASE WHEN level = 'cpia' THEN 'none' WHEN level = '' AND cohort = 0 THEN 'unknown' ELSE (` + gradeNow + `)::text END`,
		[]string{"level", "cohort", "grade"}},
	"language": {`language`, []string{"language"}},
	"month":    {`month`, []string{"month"}},
	"phase":    {`phase`, []string{"phase"}},
}

// waiting selects who waits for a first day at school in the school year $1: who
// must be taught, who has a search open, and who has come of age for school since
// the entry.
const waiting = `(phase IN ('needed', 'searching', 'proposed', 'accepted', 'enrolled')
	OR phase = 'none' AND entered_on IS NOT NULL AND cohort > 0 AND $1::integer - cohort + 1 BETWEEN 1 AND 13)`

// SchoolDemand counts the children who wait for a school on the day, with the
// position of the log that the counts stand for. The counts are true ones: what
// may be shown is for demand.Publish to say.
func (s *Store) SchoolDemand(ctx context.Context, q demand.Query, on rules.Date) (cells []demand.Cell, position int64, err error) {
	sql, args := countSQL(q, casefile.EnrolmentYear(on, s.book))
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT size FROM log_head`).Scan(&position); err != nil {
			return fmt.Errorf("store: the head of the log: %w", err)
		}
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return fmt.Errorf("store: counting: %w", err)
		}
		cells, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (demand.Cell, error) {
			var c demand.Cell
			return c, row.Scan(&c.Values, &c.Count)
		})
		return err
	})
	return cells, position, unavailable(err)
}

// countSQL counts by the columns as they are before it names the values: there
// are few groups and many children.
func countSQL(q demand.Query, year int) (string, []any) {
	args, where := []any{year}, waiting
	for _, name := range sortedKeys(q.Filter) {
		args = append(args, q.Filter[name])
		where += fmt.Sprintf(" AND %s = $%d", dimension[name].text, len(args))
	}
	texts, columns := make([]string, len(q.GroupBy)), []string{"$1::integer"}
	for i, name := range q.GroupBy {
		texts[i] = dimension[name].text
		for _, column := range dimension[name].columns {
			if !slices.Contains(columns, column) {
				columns = append(columns, column)
			}
		}
	}
	grouped := strings.Join(columns, ", ")
	return `SELECT ARRAY[` + strings.Join(texts, ", ") + `]::text[] AS cell, sum(n)::bigint
		FROM (SELECT ` + grouped + `, count(*) AS n FROM school_needs WHERE ` + where + ` GROUP BY ` + grouped + `) AS g GROUP BY cell`, args
}
