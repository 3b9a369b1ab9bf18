// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/vault"
	"ricongiungi/views"
)

func fileContext(f views.File) vault.Context {
	return vault.Context{CaseID: f.CaseID, EventID: f.FileID, PersonID: f.PersonID}
}

// KeepFile seals a file under its person's key and keeps it. It returns the
// digest of what is kept, in hexadecimal, for the event that tells of it.
// Errors: views.ErrNotFound when the person is unknown or erased.
func (s *Store) KeepFile(ctx context.Context, f views.File) (string, error) {
	key, err := s.keyOf(ctx, f.PersonID)
	if err != nil {
		return "", err
	}
	sealed, err := s.vault.Seal(key, fileContext(f), f.Content)
	if err != nil {
		return "", fmt.Errorf("store: sealing a file: %w", err)
	}
	digest, box := hex.EncodeToString(sealed.Digest()), sealed.Box
	sealed.Box = nil
	envelope, err := json.Marshal(sealed)
	if err != nil {
		return "", fmt.Errorf("store: file: %w", err)
	}
	actor, err := json.Marshal(f.By)
	if err != nil {
		return "", fmt.Errorf("store: actor: %w", err)
	}
	return digest, s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`INSERT INTO files (file_id, case_id, person_id, media_type, sealed, box, by_actor, kept_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, f.FileID, f.CaseID, f.PersonID, f.MediaType, string(envelope), box, string(actor), f.At)
	})
}

func (s *Store) keyOf(ctx context.Context, person string) (vault.StoredKey, error) {
	key := vault.StoredKey{PersonID: person}
	err := s.pool.QueryRow(ctx, `SELECT key_id::text, wrapped, commitment FROM person_keys WHERE person_id = $1`, person).
		Scan(&key.KeyID, &key.Wrapped, &key.Commitment)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && len(key.Wrapped) == 0 {
		return key, views.ErrNotFound
	}
	return key, unavailable(err)
}

// File opens a file of the case and gives the digest of what is kept.
// Errors: views.ErrNotFound, also once its person was erased.
func (s *Store) File(ctx context.Context, caseID, fileID string) (views.File, string, error) {
	f := views.File{FileID: fileID, CaseID: caseID}
	var envelope string
	var box []byte
	err := s.pool.QueryRow(ctx, `SELECT person_id::text, media_type, sealed::text, box, kept_at FROM files WHERE file_id = $1 AND case_id = $2`,
		fileID, caseID).Scan(&f.PersonID, &f.MediaType, &envelope, &box, &f.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, "", views.ErrNotFound
	}
	if err != nil {
		return f, "", unavailable(err)
	}
	var sealed vault.Sealed
	if err := json.Unmarshal([]byte(envelope), &sealed); err != nil {
		return f, "", fmt.Errorf("store: file: %w", err)
	}
	sealed.Box = box
	key, err := s.keyOf(ctx, f.PersonID)
	if err != nil {
		return f, "", err
	}
	f.Content, err = s.vault.Open(key, fileContext(f), sealed)
	if err != nil {
		return f, "", fmt.Errorf("store: opening a file: %w", err)
	}
	return f, hex.EncodeToString(sealed.Digest()), nil
}

// DropFile throws away a file of which no event tells.
func (s *Store) DropFile(ctx context.Context, caseID, fileID string) error {
	return s.together(ctx, func(batch *pgx.Batch) {
		batch.Queue(`DELETE FROM files WHERE file_id = $1 AND case_id = $2`, fileID, caseID)
	})
}
