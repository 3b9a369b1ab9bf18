// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/services"
)

// Services gives the directory of services: the office's own or, until one is
// imported, the sample. It is read again after five seconds.
func (s *Store) Services(ctx context.Context) (services.Directory, error) {
	if known, ok := s.directory.Get(directoryKey); ok {
		return known, nil
	}
	rows, err := s.pool.Query(ctx, `SELECT service_row FROM services`)
	if err != nil {
		return services.Directory{}, unavailable(fmt.Errorf("store: reading services: %w", err))
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[services.Service])
	if err != nil {
		return services.Directory{}, unavailable(fmt.Errorf("store: reading services: %w", err))
	}
	directory := services.Of(kept, s.book)
	if len(kept) == 0 {
		directory = services.Sample(s.book)
	}
	s.directory.Add(directoryKey, directory)
	return directory, nil
}

const directoryKey = "all"

// ImportServices replaces the directory: a service that the new one leaves out
// takes no more referrals. Referrals made before keep their service.
func (s *Store) ImportServices(ctx context.Context, directory services.Directory) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`DELETE FROM services`)
		for _, row := range directory.All() {
			text, err := json.Marshal(row)
			if err != nil {
				return fmt.Errorf("store: service %s: %w", row.Code, err)
			}
			batch.Queue(`INSERT INTO services (service, valid_from, service_row) VALUES ($1, $2, $3)`, row.Code, row.From.String(), string(text))
		}
		return send(ctx, tx, batch)
	})
	s.directory.Purge()
	return unavailable(err)
}
