// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	_ "github.com/jackc/pgx/v5/stdlib" // goose speaks database/sql
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the database to the newest schema, under a lock, forward only.
// The login must own the tables; the program itself works under a lesser role.
func Migrate(ctx context.Context, url string) error {
	return migrate(ctx, url, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// migrateTo stops at the migration of that number, which this release must know.
func migrateTo(ctx context.Context, url string, version int64) error {
	return migrate(ctx, url, func(p *goose.Provider) error {
		sources := p.ListSources()
		if len(sources) == 0 || sources[len(sources)-1].Version < version {
			return ErrNewerSchema
		}
		_, err := p.UpTo(ctx, version)
		return err
	})
}

func migrate(ctx context.Context, url string, do func(*goose.Provider) error) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("store: database address: %w", err)
	}
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("store: migration lock: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker),
		// Branches of the program number their migrations apart; each works without the others.
		goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if err := do(provider); err != nil {
		return fmt.Errorf("store: migrating: %w", err)
	}
	return nil
}
