// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"

	"ricongiungi/vault"
)

// RewrapKeys moves every person's key to the newest master key and returns how
// many moved. A key that is destroyed meanwhile stays destroyed. Cases may be
// worked on at the same time, by processes that know the newest master key.
func (s *Store) RewrapKeys(ctx context.Context) (int, error) {
	rows, err := s.pool.Query(ctx, `SELECT person_id::text, key_id::text, wrapped, commitment FROM person_keys WHERE wrapped <> ''`)
	if err != nil {
		return 0, unavailable(err)
	}
	keys, err := collectKeys(rows)
	if err != nil {
		return 0, unavailable(err)
	}
	moved := 0
	for _, person := range sortedKeys(keys) {
		done, err := s.rewrap(ctx, keys[person])
		if err != nil {
			return moved, err
		}
		if done {
			moved++
		}
	}
	return moved, nil
}

func (s *Store) rewrap(ctx context.Context, key vault.StoredKey) (bool, error) {
	fresh, err := s.vault.Rewrap(key)
	if err != nil {
		return false, fmt.Errorf("store: key %s: %w", key.KeyID, err)
	}
	tag, err := s.pool.Exec(ctx, `UPDATE person_keys SET wrapped = $3 WHERE person_id = $1 AND wrapped = $2`, key.PersonID, key.Wrapped, fresh.Wrapped)
	if err != nil {
		return false, unavailable(err)
	}
	return tag.RowsAffected() == 1, nil
}
