// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// history reads a case's stream for deciding. A case that is worked on has its
// events opened once: after that only what is new is read. Keys are read every
// time, so that nobody's data outlives their key.
func (s *Store) history(ctx context.Context, caseID string) (stream, error) {
	known, ok := s.streams.Get(caseID)
	if !ok {
		st, err := s.readStream(ctx, s.pool, caseID)
		if err == nil && len(st.records) > 0 {
			s.streams.Add(caseID, st)
		}
		return st, err
	}
	st, err := s.catchUp(ctx, caseID, known)
	if err != nil {
		return stream{}, err
	}
	s.streams.Add(caseID, st)
	return st, nil
}

// catchUp reads what was recorded since, and the keys, in one trip.
func (s *Store) catchUp(ctx context.Context, caseID string, known stream) (stream, error) {
	batch := &pgx.Batch{}
	batch.Queue(selectStream+` OFFSET $2`, caseID, len(known.records))
	batch.Queue(selectKeys, sortedKeys(known.keys))
	results := s.pool.SendBatch(ctx, batch)
	defer results.Close()
	rows, err := results.Query()
	if err != nil {
		return stream{}, fmt.Errorf("store: reading case %s: %w", caseID, err)
	}
	fresh, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return stream{}, fmt.Errorf("store: reading case %s: %w", caseID, err)
	}
	rows, err = results.Query()
	if err != nil {
		return stream{}, fmt.Errorf("store: reading keys: %w", err)
	}
	keys, err := collectKeys(rows)
	if err != nil {
		return stream{}, err
	}
	if err := results.Close(); err != nil {
		return stream{}, fmt.Errorf("store: reading case %s: %w", caseID, err)
	}
	for person, key := range keys {
		if len(key.Wrapped) == 0 && len(known.keys[person].Wrapped) > 0 {
			return s.readStream(ctx, s.pool, caseID) // somebody was erased meanwhile
		}
	}
	return s.extended(ctx, known, fresh)
}

func (s *Store) extended(ctx context.Context, known stream, fresh []record) (stream, error) {
	if len(fresh) == 0 {
		return known, nil
	}
	more, err := s.openStream(ctx, s.pool, fresh)
	if err != nil {
		return stream{}, err
	}
	return known.with(more), nil
}

// with is the stream continued by another; neither is changed.
func (st stream) with(more stream) stream {
	keys := maps.Clone(st.keys)
	maps.Copy(keys, more.keys)
	return stream{records: slices.Concat(st.records, more.records), facts: slices.Concat(st.facts, more.facts), keys: keys}
}
