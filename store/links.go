// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// LinkedCase finds the case for which a link with the digest of its secret was
// handed out, whether or not it still opens. Two cases that claim the same
// digest have neither. Errors: views.ErrNotFound.
func (s *Store) LinkedCase(ctx context.Context, digest []byte) (string, error) {
	rows, err := s.pool.Query(ctx, `SELECT case_id::text FROM personal_links WHERE digest = $1 LIMIT 2`, digest)
	if err != nil {
		return "", unavailable(fmt.Errorf("store: reading a link: %w", err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", unavailable(fmt.Errorf("store: reading a link: %w", err))
	}
	if len(ids) != 1 {
		return "", views.ErrNotFound
	}
	return ids[0], nil
}

// queueLinks writes which links lead to the case. Links are only ever added to a
// history, unless the event that gave one is annulled; a nil before writes all anew.
func queueLinks(batch *pgx.Batch, before, after *casefile.State) {
	if before != nil && len(before.PersonalLinks) == len(after.PersonalLinks) {
		return
	}
	batch.Queue(`DELETE FROM personal_links WHERE case_id = $1`, after.CaseID)
	for _, l := range after.PersonalLinks {
		batch.Queue(`INSERT INTO personal_links (digest, case_id) VALUES (decode($1, 'hex'), $2) ON CONFLICT DO NOTHING`, l.Digest, after.CaseID)
	}
}
