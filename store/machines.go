// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/views"
)

// NoteMachineCall keeps what a machine asks for and uses up the ids it may use
// once, both or neither. Errors: views.ErrReplayed, views.ErrUnavailable.
func (s *Store) NoteMachineCall(ctx context.Context, call views.MachineCall) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := useUp(ctx, tx, call.Once, call.At); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO machine_calls (request_id, at, client_id, purpose_id, user_id, user_location, level, token_id, operation, allowed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, call.RequestID, call.At, call.ClientID, call.PurposeID, call.UserID, call.UserLocation,
			call.Level, call.TokenID, call.Operation, call.Allowed)
		return err
	})
	if errors.Is(err, views.ErrReplayed) {
		return err
	}
	return unavailable(err)
}

// useUp notes ids, and fails when one of them was noted before. Of two that come
// at once the database lets one pass. Ids past their end are swept meanwhile.
func useUp(ctx context.Context, tx pgx.Tx, ids []views.OnceID, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	var digests [][]byte
	var ends []time.Time
	for _, id := range ids {
		sum := sha256.Sum256([]byte(id.Kind + "\x00" + id.Issuer + "\x00" + id.ID))
		digests, ends = append(digests, sum[:]), append(ends, id.Until)
	}
	// In one order, so that two calls with the same ids cannot wait for each other.
	tag, err := tx.Exec(ctx, `INSERT INTO machine_used_ids (digest, expires)
		SELECT * FROM unnest($1::bytea[], $2::timestamptz[]) AS used (digest, expires) ORDER BY digest ON CONFLICT DO NOTHING`, digests, ends)
	if err != nil {
		return err
	}
	if tag.RowsAffected() != int64(len(ids)) {
		return views.ErrReplayed
	}
	_, err = tx.Exec(ctx, `DELETE FROM machine_used_ids WHERE digest IN (
		SELECT digest FROM machine_used_ids WHERE expires < $1 LIMIT 100 FOR UPDATE SKIP LOCKED)`, now)
	return err
}

// MachineCalls lists what machines asked for, oldest first, from an instant until
// before another.
func (s *Store) MachineCalls(ctx context.Context, from, until time.Time) ([]views.MachineCall, error) {
	rows, err := s.pool.Query(ctx, `SELECT request_id::text, at, client_id, purpose_id, user_id, user_location, level, token_id, operation, allowed
		FROM machine_calls WHERE at >= $1 AND at < $2 ORDER BY at, call_id`, from, until)
	if err != nil {
		return nil, unavailable(err)
	}
	calls, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (views.MachineCall, error) {
		var c views.MachineCall
		err := row.Scan(&c.RequestID, &c.At, &c.ClientID, &c.PurposeID, &c.UserID, &c.UserLocation, &c.Level, &c.TokenID, &c.Operation, &c.Allowed)
		c.At = c.At.UTC()
		return c, err
	})
	return calls, unavailable(err)
}
