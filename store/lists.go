// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/views"
)

func listBox(actorID string) string { return "list/" + actorID }

// KeepList keeps a selection under its name, in place of one of the same name.
func (s *Store) KeepList(ctx context.Context, l views.SavedList) error {
	content, err := json.Marshal([2]string{l.Name, l.Query})
	if err != nil {
		return fmt.Errorf("store: list: %w", err)
	}
	box, err := s.vault.SealBox(listBox(l.ActorID), content)
	if err != nil {
		return fmt.Errorf("store: sealing the list: %w", err)
	}
	return s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`INSERT INTO saved_lists (actor_id, name_index, box) VALUES ($1, $2, $3)
			ON CONFLICT (actor_id, name_index) DO UPDATE SET box = $3`, l.ActorID, s.vault.BlindIndex(listBox(l.ActorID), l.Name), box)
	})
}

// Lists gives somebody's selections, in no particular order.
func (s *Store) Lists(ctx context.Context, actorID string) ([]views.SavedList, error) {
	rows, err := s.pool.Query(ctx, `SELECT box FROM saved_lists WHERE actor_id = $1`, actorID)
	if err != nil {
		return nil, unavailable(err)
	}
	boxes, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, unavailable(err)
	}
	var lists []views.SavedList
	for _, box := range boxes {
		content, err := s.vault.OpenBox(listBox(actorID), box)
		if err != nil {
			return nil, fmt.Errorf("store: opening a list: %w", err)
		}
		var parts [2]string
		if err := json.Unmarshal(content, &parts); err != nil {
			return nil, fmt.Errorf("store: list: %w", err)
		}
		lists = append(lists, views.SavedList{ActorID: actorID, Name: parts[0], Query: parts[1]})
	}
	return lists, nil
}

// DropList forgets a selection; nothing happens when there is none.
func (s *Store) DropList(ctx context.Context, actorID, name string) error {
	return s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`DELETE FROM saved_lists WHERE actor_id = $1 AND name_index = $2`, actorID, s.vault.BlindIndex(listBox(actorID), name))
	})
}
