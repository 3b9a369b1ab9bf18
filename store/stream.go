// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ricongiungi/casefile"
	"ricongiungi/ledger"
	"ricongiungi/vault"
)

// querier is what reading needs: a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

var (
	_ querier = (*pgxpool.Pool)(nil)
	_ querier = (pgx.Tx)(nil)
)

// record is a row of the log as it lies there.
type record struct {
	Position      int64
	CaseID        string
	Version       int64
	EventID       string
	CommandID     string
	Ordinal       int
	Type          string
	SchemaVersion int
	OccurredAt    time.Time
	RecordedAt    time.Time
	Actor         []byte
	Data          []byte
	Sealed        []byte
	PrevHash      []byte
	LeafHash      []byte
}

const recordColumns = `position, case_id::text, version, event_id::text, command_id::text, ordinal, type, schema_version,
	occurred_at, recorded_at, actor::text, data::text, sealed::text, prev_hash, leaf_hash`

func scanRecord(row pgx.CollectableRow) (record, error) {
	var r record
	var actor, data, sealed string
	err := row.Scan(&r.Position, &r.CaseID, &r.Version, &r.EventID, &r.CommandID, &r.Ordinal, &r.Type, &r.SchemaVersion,
		&r.OccurredAt, &r.RecordedAt, &actor, &data, &sealed, &r.PrevHash, &r.LeafHash)
	r.Actor, r.Data, r.Sealed = []byte(actor), []byte(data), []byte(sealed)
	r.OccurredAt, r.RecordedAt = r.OccurredAt.UTC(), r.RecordedAt.UTC()
	return r, err
}

const selectStream = `SELECT ` + recordColumns + ` FROM events WHERE case_id = $1 ORDER BY version`

// leaf is the row as the tree covers it.
func (r record) leaf() (ledger.Leaf, error) {
	boxes, err := r.boxes()
	if err != nil {
		return ledger.Leaf{}, err
	}
	return ledger.Leaf{Position: r.Position, CaseID: r.CaseID, Version: r.Version, EventID: r.EventID, CommandID: r.CommandID,
		Ordinal: r.Ordinal, Type: r.Type, SchemaVersion: r.SchemaVersion, OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt,
		Actor: r.Actor, Data: r.Data, Sealed: digests(boxes), PrevHash: r.PrevHash}, nil
}

func digests(boxes []vault.Sealed) []ledger.SealedDigest {
	covered := make([]ledger.SealedDigest, len(boxes))
	for i, b := range boxes {
		covered[i] = ledger.SealedDigest{PersonID: b.PersonID, KeyID: b.KeyID, Commitment: b.Commitment, CiphertextSHA256: b.Digest()}
	}
	return covered
}

func (r record) boxes() ([]vault.Sealed, error) {
	var boxes []vault.Sealed
	if err := json.Unmarshal(r.Sealed, &boxes); err != nil {
		return nil, fmt.Errorf("store: event %s: sealed part: %w", r.EventID, err)
	}
	return boxes, nil
}

// stream is one case's history, opened as far as keys still exist.
type stream struct {
	records []record
	facts   []casefile.Fact
	keys    map[string]vault.StoredKey // by person
}

// last is the hash that the next event of the case chains to.
func (st stream) last() []byte {
	if len(st.records) == 0 {
		return ledger.FirstPrevHash()
	}
	return st.records[len(st.records)-1].LeafHash
}

// erased lists the persons whose key was destroyed.
func (st stream) erased(person string) bool {
	key, ok := st.keys[person]
	return ok && len(key.Wrapped) == 0
}

func (s *Store) readStream(ctx context.Context, q querier, caseID string) (stream, error) {
	rows, err := q.Query(ctx, selectStream, caseID)
	if err != nil {
		return stream{}, fmt.Errorf("store: reading case %s: %w", caseID, err)
	}
	records, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return stream{}, fmt.Errorf("store: reading case %s: %w", caseID, err)
	}
	return s.openStream(ctx, q, records)
}

func (s *Store) openStream(ctx context.Context, q querier, records []record) (stream, error) {
	st := stream{records: records}
	sealed := make([][]vault.Sealed, len(records))
	var persons []string
	for i, r := range records {
		boxes, err := r.boxes()
		if err != nil {
			return stream{}, err
		}
		sealed[i] = boxes
		for _, b := range boxes {
			persons = append(persons, b.PersonID)
		}
	}
	var err error
	if st.keys, err = readKeys(ctx, q, persons); err != nil {
		return stream{}, err
	}
	for i, r := range records {
		fact, err := s.openRecord(r, sealed[i], st.keys)
		if err != nil {
			return stream{}, err
		}
		st.facts = append(st.facts, fact)
	}
	return st, nil
}

func (s *Store) openRecord(r record, boxes []vault.Sealed, keys map[string]vault.StoredKey) (casefile.Fact, error) {
	event, err := casefile.DecodeEvent(r.Type, r.SchemaVersion, r.Data)
	if err != nil {
		return casefile.Fact{}, fmt.Errorf("store: event at position %d: %w", r.Position, err)
	}
	fact := casefile.Fact{CaseID: r.CaseID, Version: r.Version, EventID: r.EventID, CommandID: r.CommandID,
		SchemaVersion: r.SchemaVersion, OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt, Event: event}
	if err := json.Unmarshal(r.Actor, &fact.Actor); err != nil {
		return casefile.Fact{}, fmt.Errorf("store: event at position %d: actor: %w", r.Position, err)
	}
	fact.Private, err = s.openPrivate(r.CaseID, r.EventID, boxes, keys)
	return fact, err
}

// openPrivate opens what is sealed for each person; an erased person's part is left out.
func (s *Store) openPrivate(caseID, place string, boxes []vault.Sealed, keys map[string]vault.StoredKey) (casefile.Private, error) {
	if len(boxes) == 0 {
		return nil, nil
	}
	private := make(casefile.Private, len(boxes))
	for _, box := range boxes {
		plain, err := s.vault.Open(keys[box.PersonID], vault.Context{CaseID: caseID, EventID: place, PersonID: box.PersonID}, box)
		if errors.Is(err, vault.ErrForgotten) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("store: opening the sealed part of %s: %w", place, err)
		}
		var particulars casefile.Particulars
		if err := json.Unmarshal(plain, &particulars); err != nil {
			return nil, fmt.Errorf("store: the sealed part of %s: %w", place, err)
		}
		private[box.PersonID] = particulars
	}
	return private, nil
}

// sealPrivate seals each person's particulars for one place, in the order of ids.
func (s *Store) sealPrivate(caseID, place string, private casefile.Private, keys map[string]vault.StoredKey) ([]vault.Sealed, error) {
	boxes := []vault.Sealed{}
	for _, person := range sortedKeys(private) {
		plain, err := json.Marshal(private[person])
		if err != nil {
			return nil, fmt.Errorf("store: particulars: %w", err)
		}
		box, err := s.vault.Seal(keys[person], vault.Context{CaseID: caseID, EventID: place, PersonID: person}, plain)
		if errors.Is(err, vault.ErrForgotten) {
			continue // nothing more is kept about somebody who was erased
		}
		if err != nil {
			return nil, fmt.Errorf("store: sealing for %s: %w", place, err)
		}
		boxes = append(boxes, box)
	}
	return boxes, nil
}

func readKeys(ctx context.Context, q querier, persons []string) (map[string]vault.StoredKey, error) {
	if len(persons) == 0 {
		return map[string]vault.StoredKey{}, nil
	}
	rows, err := q.Query(ctx, selectKeys, persons)
	if err != nil {
		return nil, fmt.Errorf("store: reading keys: %w", err)
	}
	return collectKeys(rows)
}

const selectKeys = `SELECT person_id::text, key_id::text, wrapped, commitment FROM person_keys WHERE person_id = ANY($1::uuid[])`

func collectKeys(rows pgx.Rows) (map[string]vault.StoredKey, error) {
	keys := map[string]vault.StoredKey{}
	var k vault.StoredKey
	_, err := pgx.ForEachRow(rows, []any{&k.PersonID, &k.KeyID, &k.Wrapped, &k.Commitment}, func() error {
		keys[k.PersonID] = k
		k = vault.StoredKey{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: reading keys: %w", err)
	}
	return keys, nil
}
