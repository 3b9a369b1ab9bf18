// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

// Schools lists schools as the newest registries up to the asked year have them,
// each with the latest figures of its places.
func (s *Store) Schools(ctx context.Context, q views.SchoolQuery) (views.Page[views.SchoolRow], error) {
	var after struct{ Code string }
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[views.SchoolRow]{}, err
	}
	found, err := s.selectSchools(ctx, q, after.Code)
	if err != nil {
		return views.Page[views.SchoolRow]{}, unavailable(err)
	}
	figures, err := s.figures(ctx, codesOf(found), rules.DateOf(s.now()))
	if err != nil {
		return views.Page[views.SchoolRow]{}, unavailable(err)
	}
	items := make([]views.SchoolRow, len(found))
	for i, school := range found {
		items[i] = views.SchoolRow{School: school, Places: s.placeRows(figures[school.Code], q.Grade)}
	}
	return page(items, q.Limit, func(r views.SchoolRow) any { return struct{ Code string }{r.Code} })
}

func codesOf(list []schools.School) []string {
	codes := make([]string, len(list))
	for i, school := range list {
		codes[i] = school.Code
	}
	return codes
}

func (s *Store) placeRows(figures []schools.Figure, grade *int) []views.PlaceRow {
	rows := []views.PlaceRow{}
	today := rules.DateOf(s.now())
	for _, f := range figures {
		if grade == nil || *grade == f.Grade {
			rows = append(rows, views.PlaceRow{Figure: f, Free: f.Free(), Stale: f.Stale(today, s.book), StaleAfter: f.StaleAfter(s.book)})
		}
	}
	return rows
}

// newestSchools are the schools of the newest registry of each kind up to a year.
const newestSchools = `SELECT school FROM schools s
	WHERE year = (SELECT max(year) FROM schools n WHERE n.kind = s.kind AND n.year <= @year)`

func (s *Store) selectSchools(ctx context.Context, q views.SchoolQuery, after string) ([]schools.School, error) {
	year := q.Year
	if year == 0 {
		year = math.MaxInt32
	}
	rows, err := s.pool.Query(ctx, newestSchools+`
		AND (@code = '' OR school_code = @code) AND (@kind = '' OR kind = @kind) AND (@municipio = 0 OR municipio = @municipio)
		AND CASE WHEN @level = '' THEN level <> 'istituto' OR school_code = @code ELSE level = @level END AND (@after = '' OR school_code > @after)
		ORDER BY school_code LIMIT @limit`,
		pgx.StrictNamedArgs{"year": year, "code": q.Code, "kind": string(q.Kind), "municipio": q.Municipio, "level": q.Level, "after": after, "limit": q.Limit + 1})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanJSON[schools.School])
}

// SchoolFacts gives what the indicators need to know of schools, by the newest
// registry that has each code. Codes that have ended keep their Municipio, and
// their pupils are counted nowhere.
func (s *Store) SchoolFacts(ctx context.Context) (demand.Schools, error) {
	known := demand.Schools{Municipio: map[string]int{}, Pupils: map[string]int{}}
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT ON (school_code) school FROM schools ORDER BY school_code, year DESC`)
	if err != nil {
		return known, unavailable(err)
	}
	list, err := pgx.CollectRows(rows, scanJSON[schools.School])
	if err != nil {
		return known, unavailable(err)
	}
	for _, school := range list {
		if school.Municipio != 0 {
			known.Municipio[school.Code] = school.Municipio
		}
		if school.Pupils != 0 && school.ValidTo.IsZero() {
			known.Pupils[school.Code] = school.Pupils
		}
	}
	return known, nil
}

func scanJSON[T any](row pgx.CollectableRow) (T, error) {
	var raw []byte
	var value T
	if err := row.Scan(&raw); err != nil {
		return value, err
	}
	return value, json.Unmarshal(raw, &value)
}

// selectFigures gives figures with the places given to children since the day of
// which each speaks: proposed by whatever way, and not declined or left since. A
// place given on that very day counts too, whether or not the school knew of it:
// better one place too few than one given twice. Decisions whose command its case
// has not settled yet count as given.
const selectFigures = `p.entry, p.recorded_by, p.recorded_at,
		(SELECT count(*) FROM school_needs n
			WHERE n.school_code = p.school_code AND (n.grade = p.grade OR n.level = 'cpia') AND n.phase IN ('proposed', 'accepted', 'enrolled', 'attending')
				AND coalesce(n.proposed_on, n.enrolled_on, n.started_on) >= p.on_day)
		+ (SELECT count(*) FROM school_placement_decisions d JOIN orders o ON o.command_id = d.decision_id
			WHERE d.school_code = p.school_code AND d.grade = p.grade AND o.settled_at IS NULL)
		FROM school_places p`

func scanFigure(row pgx.CollectableRow) (schools.Figure, error) {
	var f schools.Figure
	var entry []byte
	if err := row.Scan(&entry, &f.RecordedBy, &f.RecordedAt, &f.Promised); err != nil {
		return f, err
	}
	f.RecordedAt = f.RecordedAt.UTC()
	return f, json.Unmarshal(entry, &f.Entry)
}

// figures gives the latest figure of each grade of the schools, told by the day.
func (s *Store) figures(ctx context.Context, codes []string, on rules.Date) (map[string][]schools.Figure, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT ON (p.school_code, p.grade) `+selectFigures+`
		WHERE p.school_code = ANY($1) AND p.on_day <= $2::text::date
		ORDER BY p.school_code, p.grade, p.on_day DESC, p.recorded_at DESC, p.entry_id DESC`, codes, on.String())
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanFigure)
	byCode := map[string][]schools.Figure{}
	for _, f := range list {
		byCode[f.SchoolCode] = append(byCode[f.SchoolCode], f)
	}
	return byCode, err
}

// PlaceHistory lists every figure ever recorded for a school, the latest first.
func (s *Store) PlaceHistory(ctx context.Context, q views.PlaceQuery) (views.Page[schools.Figure], error) {
	var after struct {
		At    time.Time
		Grade int
	}
	if err := openCursor(q.Cursor, &after); err != nil {
		return views.Page[schools.Figure]{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT `+selectFigures+`
		WHERE p.school_code = @code AND (@first OR (p.recorded_at, p.grade) < (@at, @grade))
		ORDER BY p.recorded_at DESC, p.grade DESC, p.entry_id DESC LIMIT @limit`,
		pgx.StrictNamedArgs{"code": q.Code, "first": q.Cursor == "", "at": after.At, "grade": after.Grade, "limit": q.Limit + 1})
	if err != nil {
		return views.Page[schools.Figure]{}, unavailable(err)
	}
	items, err := pgx.CollectRows(rows, scanFigure)
	if err != nil {
		return views.Page[schools.Figure]{}, unavailable(err)
	}
	return page(items, q.Limit, func(f schools.Figure) any {
		return struct {
			At    time.Time
			Grade int
		}{f.RecordedAt, f.Grade}
	})
}

// EnterPlaces keeps figures, all or none; those entered before under the same key
// are kept once. Errors: *views.UnknownSchool, views.ErrOtherContent.
func (s *Store) EnterPlaces(ctx context.Context, p views.PlaceEntries) error {
	known, err := s.knownCodes(ctx, p.Entries)
	if err != nil {
		return unavailable(err)
	}
	for i, e := range p.Entries {
		if !slices.Contains(known, e.SchoolCode) {
			return &views.UnknownSchool{Index: i}
		}
	}
	now, same := s.now(), true
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for i, e := range p.Entries {
			kept, err := enterPlace(ctx, tx, casefile.DeriveID(p.Key, fmt.Sprintf("places/%d", i)), e, p.By, now)
			if err != nil {
				return err
			}
			same = same && kept
		}
		if !same {
			return views.ErrOtherContent
		}
		return nil
	})
	if !same {
		return views.ErrOtherContent
	}
	return unavailable(err)
}

// enterPlace keeps an entry and tells whether what lies under its id is it.
func enterPlace(ctx context.Context, tx pgx.Tx, id string, e schools.Entry, by string, now time.Time) (bool, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return false, fmt.Errorf("store: entry: %w", err)
	}
	done, err := tx.Exec(ctx, `INSERT INTO school_places (entry_id, school_code, grade, on_day, entry, recorded_by, recorded_at)
		VALUES ($1, $2, $3, $4::text::date, $5, $6, $7) ON CONFLICT (entry_id) DO NOTHING`, id, e.SchoolCode, e.Grade, e.On.String(), string(raw), by, now)
	if err != nil || done.RowsAffected() == 1 {
		return true, err
	}
	var same bool
	err = tx.QueryRow(ctx, `SELECT entry::text = $2 FROM school_places WHERE entry_id = $1`, id, string(raw)).Scan(&same)
	return same, err
}

func (s *Store) knownCodes(ctx context.Context, entries []schools.Entry) ([]string, error) {
	codes := make([]string, len(entries))
	for i, e := range entries {
		codes[i] = e.SchoolCode
	}
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT school_code FROM schools WHERE school_code = ANY($1)`, codes)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Seats gives the schools that have the grades, with what is known of their
// places on the day. Wards, prisons and evening courses are left out.
func (s *Store) Seats(ctx context.Context, grades []views.GradeOf, on rules.Date) ([]placement.Seat, error) {
	var levels []string
	for _, g := range grades {
		levels = append(levels, g.Level)
	}
	rows, err := s.pool.Query(ctx, newestSchools+` AND level = ANY(@levels) AND NOT special ORDER BY school_code`,
		pgx.StrictNamedArgs{"year": casefile.SchoolYear(on) + 1, "levels": levels})
	if err != nil {
		return nil, unavailable(err)
	}
	found, err := pgx.CollectRows(rows, scanJSON[schools.School])
	if err != nil {
		return nil, unavailable(err)
	}
	figures, err := s.figures(ctx, codesOf(found), on)
	if err != nil {
		return nil, unavailable(err)
	}
	seats := []placement.Seat{}
	for _, school := range found {
		for _, g := range grades {
			if g.Level == school.Level {
				seats = append(seats, placement.SeatOf(school, g.Grade, figureOf(figures[school.Code], g.Grade), on, s.book))
			}
		}
	}
	return seats, nil
}

func figureOf(figures []schools.Figure, grade int) *schools.Figure {
	for i := range figures {
		if figures[i].Grade == grade {
			return &figures[i]
		}
	}
	return nil
}
