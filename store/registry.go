// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/schools"
	"ricongiungi/schools/registry"
)

// schoolLock is held while registries are read: two imports at once would join
// schools from half of each other.
const schoolLock = 20_260_020

// ImportSchools keeps published files, those of the same list and school year
// replaced, joins all schools anew and says how well that went.
func (s *Store) ImportSchools(ctx context.Context, files []registry.File) (registry.Report, error) {
	var report registry.Report
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, schoolLock); err != nil {
			return err
		}
		for _, f := range files {
			if err := s.keepFile(ctx, tx, f); err != nil {
				return fmt.Errorf("store: keeping %s: %w", f.Name, err)
			}
		}
		published, err := readPublished(ctx, tx)
		if err != nil {
			return err
		}
		joined, r := registry.Join(published)
		report = r
		return writeSchools(ctx, tx, joined)
	})
	return report, unavailable(err)
}

// publishedRow is a row of a file with the list and year that it belongs to.
type publishedRow struct {
	part       string
	year, line int
	entry      any
}

func publishedRows(f registry.File) []publishedRow {
	var rows []publishedRow
	for _, e := range f.Schools {
		rows = append(rows, publishedRow{"", e.Year, e.Line, e})
	}
	for _, n := range f.Pupils {
		rows = append(rows, publishedRow{"", n.Year, n.Line, n})
	}
	for _, c := range f.City {
		rows = append(rows, publishedRow{c.Level, c.Year, c.Line, c})
	}
	return rows
}

func (s *Store) keepFile(ctx context.Context, tx pgx.Tx, f registry.File) error {
	rows := publishedRows(f)
	var values [][]any
	replaced := map[string]bool{}
	for _, r := range rows {
		if key := fmt.Sprint(r.part, r.year); !replaced[key] {
			replaced[key] = true
			_, err := tx.Exec(ctx, `DELETE FROM school_published WHERE format = $1 AND part = $2 AND year = $3`, string(f.Format), r.part, r.year)
			if err != nil {
				return err
			}
		}
		entry, err := json.Marshal(r.entry)
		if err != nil {
			return err
		}
		values = append(values, []any{string(f.Format), r.part, r.year, r.line, string(entry)})
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"school_published"}, []string{"format", "part", "year", "line", "entry"}, pgx.CopyFromRows(values))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO school_imports (imported_at, name, digest, format, taken, rejected) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.now(), f.Name, f.Digest, string(f.Format), len(rows), len(f.Rejected))
	return err
}

func readPublished(ctx context.Context, tx pgx.Tx) (registry.Published, error) {
	var p registry.Published
	rows, err := tx.Query(ctx, `SELECT format, entry FROM school_published ORDER BY format, part, year, line`)
	if err != nil {
		return p, err
	}
	var format string
	var entry []byte
	_, err = pgx.ForEachRow(rows, []any{&format, &entry}, func() error {
		switch registry.Format(format) {
		case registry.PupilCounts:
			return appendEntry(&p.Pupils, entry)
		case registry.CityList:
			return appendEntry(&p.City, entry)
		}
		return appendEntry(&p.Schools, entry)
	})
	return p, err
}

func appendEntry[T any](list *[]T, raw []byte) error {
	var entry T
	if err := json.Unmarshal(raw, &entry); err != nil {
		return fmt.Errorf("store: published row: %w", err)
	}
	*list = append(*list, entry)
	return nil
}

func writeSchools(ctx context.Context, tx pgx.Tx, joined []schools.School) error {
	if _, err := tx.Exec(ctx, `DELETE FROM schools`); err != nil {
		return err
	}
	values := make([][]any, len(joined))
	for i, school := range joined {
		raw, err := json.Marshal(school)
		if err != nil {
			return fmt.Errorf("store: school: %w", err)
		}
		values[i] = []any{school.Code, school.Year, string(school.Kind), school.Level, school.Municipio, school.Special, string(raw)}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"schools"}, []string{"school_code", "year", "kind", "level", "municipio", "special", "school"}, pgx.CopyFromRows(values))
	return err
}
