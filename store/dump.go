// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// Snapshot says what a database held at one instant, so that a copy can be held
// against it.
type Snapshot struct {
	At         time.Time `json:"at"`
	Schema     int64     `json:"schema"` // number of the newest migration
	Events     int64     `json:"events"`
	Checkpoint string    `json:"checkpoint"` // the signed head of the log; empty while there is none
	Views      string    `json:"views"`      // digest of the views
	Bytes      int64     `json:"bytes"`      // about as many as the tables take
	Tables     []Table   `json:"tables"`     // each after those that it refers to
}

// Table is one table of a copy.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// KeyTable holds the persons' keys. A copy of it must not outlive an erasure for
// long, so it is kept apart from the rest.
const KeyTable = "person_keys"

// Dump copies every table as of one instant, while everything goes on working.
// The login must own the tables. begin is told what is coming; into says where a
// table goes.
func Dump(ctx context.Context, url string, begin func(Snapshot) error, into func(table string) (io.WriteCloser, error)) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("store: dumping: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return pgx.BeginTxFunc(ctx, conn, auditTx, func(tx pgx.Tx) error {
		snapshot, err := readSnapshot(ctx, tx)
		if err != nil {
			return fmt.Errorf("store: dumping: %w", err)
		}
		if err := begin(snapshot); err != nil {
			return err
		}
		for _, t := range snapshot.Tables {
			if err := dumpTable(ctx, conn, t, into); err != nil {
				return fmt.Errorf("store: dumping %s: %w", t.Name, err)
			}
		}
		return nil
	})
}

func dumpTable(ctx context.Context, conn *pgx.Conn, t Table, into func(table string) (io.WriteCloser, error)) error {
	to, err := into(t.Name)
	if err != nil {
		return err
	}
	if _, err := conn.PgConn().CopyTo(ctx, to, t.copy("TO STDOUT")); err != nil {
		return err
	}
	return to.Close()
}

// copy is the statement that moves the table's rows; the text form is read by
// later versions of PostgreSQL too.
func (t Table) copy(direction string) string {
	columns := make([]string, len(t.Columns))
	for i, name := range t.Columns {
		columns[i] = pgx.Identifier{name}.Sanitize()
	}
	return fmt.Sprintf("COPY public.%s (%s) %s", pgx.Identifier{t.Name}.Sanitize(), strings.Join(columns, ", "), direction)
}

func readSnapshot(ctx context.Context, tx pgx.Tx) (Snapshot, error) {
	var s Snapshot
	err := tx.QueryRow(ctx, `SELECT now(), (SELECT max(version_id) FROM goose_db_version WHERE is_applied), size, convert_from(checkpoint, 'UTF8') FROM log_head`).
		Scan(&s.At, &s.Schema, &s.Events, &s.Checkpoint)
	if err != nil {
		return s, err
	}
	s.At = s.At.UTC()
	if s.Views, err = viewsDigest(ctx, tx, "public"); err != nil {
		return s, err
	}
	s.Tables, s.Bytes, err = readTables(ctx, tx)
	return s, err
}

// readTables lists the tables of the program, each after those it refers to.
func readTables(ctx context.Context, tx pgx.Tx) ([]Table, int64, error) {
	rows, err := tx.Query(ctx, `SELECT c.relname, pg_table_size(c.oid),
			(SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
			(SELECT coalesce(array_agg(f.confrelid::regclass::text), '{}') FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid)
		FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'goose_db_version' ORDER BY c.relname`)
	if err != nil {
		return nil, 0, err
	}
	type found struct {
		Table
		refersTo []string
	}
	var left []found
	var total, size int64
	var f found
	_, err = pgx.ForEachRow(rows, []any{&f.Name, &size, (*pgtype.FlatArray[string])(&f.Columns), (*pgtype.FlatArray[string])(&f.refersTo)}, func() error {
		left, total, f = append(left, f), total+size, found{}
		return nil
	})
	var ordered []Table
	for len(left) > 0 && err == nil {
		first := slices.IndexFunc(left, func(f found) bool {
			return !slices.ContainsFunc(left, func(other found) bool { return slices.Contains(f.refersTo, other.Name) })
		})
		if first < 0 {
			return nil, 0, fmt.Errorf("tables refer to each other in a circle: %v", left)
		}
		ordered, left = append(ordered, left[first].Table), slices.Delete(left, first, first+1)
	}
	return ordered, total, err
}
