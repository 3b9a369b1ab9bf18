// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/capsule"
	"ricongiungi/ledger"
	"ricongiungi/schemas"
	"ricongiungi/vault"
	"ricongiungi/views"
)

// Capsule packs one case with its proofs into one file. With personal data it
// holds the keys of the persons who were not erased: only they show that what is
// opened is what was sealed. Errors: views.ErrNotFound.
func (s *Store) Capsule(ctx context.Context, caseID string, personal bool) ([]byte, error) {
	contents := capsule.Contents{Book: s.book, Schemas: publishedSchemas()}
	err := pgx.BeginTxFunc(ctx, s.pool, auditTx, func(tx pgx.Tx) error {
		return s.fillCapsule(ctx, tx, caseID, personal, &contents)
	})
	if err != nil {
		return nil, unavailable(err)
	}
	if len(contents.Events) == 0 {
		return nil, views.ErrNotFound
	}
	return capsule.Make(contents, s.signer)
}

func publishedSchemas() map[string][]byte {
	all := map[string][]byte{}
	for _, name := range []string{"events.json", "common.json"} {
		all[name], _ = schemas.File(name)
	}
	return all
}

func (s *Store) fillCapsule(ctx context.Context, tx pgx.Tx, caseID string, personal bool, c *capsule.Contents) error {
	rows, err := tx.Query(ctx, selectStream, caseID)
	if err != nil {
		return err
	}
	records, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return err
	}
	var size int64
	if err := tx.QueryRow(ctx, `SELECT size, checkpoint FROM log_head`).Scan(&size, &c.Checkpoint); err != nil {
		return err
	}
	var persons []string
	for _, r := range records {
		event, err := packRecord(ctx, tx, r, size, personal)
		if err != nil {
			return err
		}
		c.Events = append(c.Events, event)
		for _, sealed := range event.Sealed {
			persons = append(persons, sealed.PersonID)
		}
	}
	if personal {
		c.Keys, err = s.discloseKeys(ctx, tx, persons)
	}
	return err
}

func packRecord(ctx context.Context, tx pgx.Tx, r record, size int64, personal bool) (capsule.Event, error) {
	boxes, err := r.boxes()
	if err != nil {
		return capsule.Event{}, err
	}
	proof, err := ledger.ProveInclusion(hashReader(ctx, tx), size, r.Position)
	if err != nil {
		return capsule.Event{}, err
	}
	event := capsule.Event{Position: r.Position, CaseID: r.CaseID, Version: r.Version, EventID: r.EventID, CommandID: r.CommandID,
		Ordinal: r.Ordinal, Type: r.Type, SchemaVersion: r.SchemaVersion, OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt,
		Actor: json.RawMessage(r.Actor), Data: json.RawMessage(r.Data), Sealed: []capsule.Sealed{}, PrevHash: r.PrevHash, Proof: base64Hashes(proof)}
	for _, b := range boxes {
		sealed := capsule.Sealed{PersonID: b.PersonID, KeyID: b.KeyID, Commitment: b.Commitment, Digest: b.Digest()}
		if personal {
			sealed.Box = b.Box
		}
		event.Sealed = append(event.Sealed, sealed)
	}
	return event, nil
}

// discloseKeys gives the keys of those who were not erased, in the order of ids.
func (s *Store) discloseKeys(ctx context.Context, q querier, persons []string) ([]vault.DisclosedKey, error) {
	stored, err := readKeys(ctx, q, persons)
	if err != nil {
		return nil, err
	}
	var keys []vault.DisclosedKey
	for _, person := range sortedKeys(stored) {
		key, err := s.vault.Disclose(stored[person])
		if errors.Is(err, vault.ErrForgotten) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("store: key of a person for a capsule: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
