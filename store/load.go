// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
)

// Errors of a restore that a person can do something about.
var (
	// ErrNotEmpty says that the database to restore into holds something already.
	ErrNotEmpty = errors.New("store: the database is not empty; restore into a new one")
	// ErrNewerSchema says that the copy was made by a later release than this one.
	ErrNewerSchema = errors.New("store: the copy was made by a later release; restore it with that one")
)

// Load fills an empty database with a copy, in one transaction: all of it or
// nothing. from is called until it gives io.EOF and must give every table of the
// snapshot once, those first that others refer to. Every open case is marked as
// in need of its workflow, so that the next worker starts it.
func Load(ctx context.Context, url string, s Snapshot, from func() (table string, rows io.Reader, err error)) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("store: restoring: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := ensureEmpty(ctx, conn); err != nil {
		return err
	}
	if err := migrateTo(ctx, url, s.Schema); err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := loadTables(ctx, conn, s, from); err != nil {
			return err
		}
		return afterLoad(ctx, tx, s)
	})
	if err != nil {
		return fmt.Errorf("store: restoring: %w", err)
	}
	return Migrate(ctx, url)
}

func ensureEmpty(ctx context.Context, conn *pgx.Conn) error {
	var tables int
	err := conn.QueryRow(ctx, `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`).Scan(&tables)
	if err == nil && tables > 0 {
		err = ErrNotEmpty
	}
	return err
}

func loadTables(ctx context.Context, conn *pgx.Conn, s Snapshot, from func() (string, io.Reader, error)) error {
	missing := map[string]Table{}
	for _, t := range s.Tables {
		missing[t.Name] = t
	}
	for {
		name, rows, err := from()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		t, known := missing[name]
		if !known {
			return fmt.Errorf("the copy holds the table %s twice, or does not list it", name)
		}
		delete(missing, name)
		// What migrations put there is in the copy as well.
		if _, err := conn.Exec(ctx, `DELETE FROM public.`+pgx.Identifier{name}.Sanitize()); err != nil {
			return err
		}
		if _, err := conn.PgConn().CopyFrom(ctx, rows, t.copy("FROM STDIN")); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the copy lacks the tables %v", sortedKeys(missing))
	}
	return nil
}

// afterLoad has numbers go on after those that were loaded, and open cases start.
func afterLoad(ctx context.Context, tx pgx.Tx, s Snapshot) error {
	rows, err := tx.Query(ctx, `SELECT attrelid::regclass::text, quote_ident(attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'goose_db_version' AND attidentity <> ''`)
	if err != nil {
		return err
	}
	type numbered struct{ Table, Column string }
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[numbered])
	if err != nil {
		return err
	}
	for _, n := range columns {
		_, err := tx.Exec(ctx, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%[1]s', '%[2]s'), coalesce((SELECT max(%[2]s) FROM %[1]s), 0) + 1, false)`, n.Table, n.Column))
		if err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO unstarted_cases SELECT case_id FROM case_views WHERE phase <> 'closed'
		UNION SELECT case_id FROM effects WHERE done_at IS NULL ON CONFLICT DO NOTHING`)
	return err
}

// Compare holds a restored database against what was copied: every leaf of the
// log, the root of its tree, the digest of its views, and the views against the
// log. The first difference is the error.
func (s *Store) Compare(ctx context.Context, want Snapshot, onEvent func(int64)) error {
	head, err := s.Verify(ctx, Audit{OnEvent: onEvent})
	if err != nil {
		return err
	}
	if head.Size != want.Events {
		return fmt.Errorf("store: the log has %d events and should have %d", head.Size, want.Events)
	}
	if want.Events > 0 {
		if signed, err := s.openHead(want.Events, []byte(want.Checkpoint), nil); err != nil || signed.Root != head.Root {
			return fmt.Errorf("store: the log's root is %s, and the copy was signed over another (%w)", head.Root, err)
		}
	}
	views, err := s.RebuildViews(ctx, Rebuild{CheckOnly: true})
	if err != nil {
		return err
	}
	if views.InUse != want.Views || !views.Equal() {
		return fmt.Errorf("store: the views have the digest %s, from the log %s, and were copied with %s", views.InUse, views.FromLog, want.Views)
	}
	return nil
}
