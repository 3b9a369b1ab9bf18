// SPDX-License-Identifier: AGPL-3.0-or-later

// Package capsule packs one case into one file that proves itself: the events,
// their place in the signed log, and the law they were decided under. Anybody
// can replay it on a machine that has never seen the system, today or in twenty
// years, to the same state and the same dates.
package capsule

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/casefile"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/vault"
)

// format is the first line of what the log signs over a capsule.
const format = "ricongiungi capsule v1"

// The files of a capsule, in their order. Schemas follow under schemas/.
const (
	readmeFile      = "README.txt"
	manifestFile    = "manifest.txt" // signed by the log: the digests of all other files
	keyFile         = "log.key"
	checkpointFile  = "checkpoint.txt"
	eventsFile      = "events.ndjson"
	keysFile        = "persons.ndjson"     // keys of persons; with personal data only
	particularsFile = "particulars.ndjson" // what the keys open, to be read; with personal data only
	viewFile        = "state.json"
	rulesFile       = "rules.csv"
)

// Contents is what a capsule is made of.
type Contents struct {
	Events     []Event
	Checkpoint []byte               // signed; the proofs of the events lead to it
	Book       *rules.Book          // as the office applies it
	Keys       []vault.DisclosedKey // of persons whose data goes along; none for a capsule without personal data
	Schemas    map[string][]byte    // by file name
}

// Event is one event with its place in the log and the way from there to the
// checkpoint. Actor and Data are the bytes that the leaf covers.
type Event struct {
	Position      int64           `json:"position"`
	CaseID        string          `json:"case_id"`
	Version       int64           `json:"version"`
	EventID       string          `json:"event_id"`
	CommandID     string          `json:"command_id"`
	Ordinal       int             `json:"ordinal"`
	Type          string          `json:"type"`
	SchemaVersion int             `json:"schema_version"`
	OccurredAt    time.Time       `json:"occurred_at"`
	RecordedAt    time.Time       `json:"recorded_at"`
	Actor         json.RawMessage `json:"actor"`
	Data          json.RawMessage `json:"data"`
	Sealed        []Sealed        `json:"sealed"`
	PrevHash      []byte          `json:"prev_hash"`
	Proof         []string        `json:"proof"` // Base64, from the leaf to the root
}

// Sealed stands for personal data of one person: its digest always, the sealed
// bytes only in a capsule with personal data.
type Sealed struct {
	PersonID   string `json:"person"`
	KeyID      string `json:"key"`
	Commitment []byte `json:"commitment"`
	Digest     []byte `json:"ciphertext_sha256"`
	Box        []byte `json:"box,omitempty"`
}

// opened is what one box says, for people to read.
type opened struct {
	EventID     string               `json:"event_id"`
	PersonID    string               `json:"person"`
	Particulars casefile.Particulars `json:"particulars"`
}

// leaf is the event as the tree covers it.
func (e Event) leaf() ledger.Leaf {
	leaf := ledger.Leaf{Position: e.Position, CaseID: e.CaseID, Version: e.Version, EventID: e.EventID, CommandID: e.CommandID,
		Ordinal: e.Ordinal, Type: e.Type, SchemaVersion: e.SchemaVersion, OccurredAt: e.OccurredAt, RecordedAt: e.RecordedAt,
		Actor: e.Actor, Data: e.Data, PrevHash: e.PrevHash, Sealed: make([]ledger.SealedDigest, len(e.Sealed))}
	for i, s := range e.Sealed {
		leaf.Sealed[i] = ledger.SealedDigest{PersonID: s.PersonID, KeyID: s.KeyID, Commitment: s.Commitment, CiphertextSHA256: s.Digest}
	}
	return leaf
}

// fact is the event as the case folds it, with what the keys open.
func (e Event) fact(keys map[string]vault.DisclosedKey) (casefile.Fact, error) {
	event, err := casefile.DecodeEvent(e.Type, e.SchemaVersion, e.Data)
	if err != nil {
		return casefile.Fact{}, fmt.Errorf("event %d: %w", e.Version, err)
	}
	fact := casefile.Fact{CaseID: e.CaseID, Version: e.Version, EventID: e.EventID, CommandID: e.CommandID,
		SchemaVersion: e.SchemaVersion, OccurredAt: e.OccurredAt, RecordedAt: e.RecordedAt, Event: event}
	if err := json.Unmarshal(e.Actor, &fact.Actor); err != nil {
		return casefile.Fact{}, fmt.Errorf("event %d: actor: %w", e.Version, err)
	}
	fact.Private, err = e.open(keys)
	return fact, err
}

// open gives what is sealed in the event for persons whose key is there.
func (e Event) open(keys map[string]vault.DisclosedKey) (casefile.Private, error) {
	var private casefile.Private
	for _, s := range e.Sealed {
		key, disclosed := keys[s.PersonID]
		if !disclosed {
			continue
		}
		at := vault.Context{CaseID: e.CaseID, EventID: e.EventID, PersonID: s.PersonID}
		plain, err := vault.OpenDisclosed(key, at, vault.Sealed{PersonID: s.PersonID, KeyID: s.KeyID, Commitment: s.Commitment, Box: s.Box})
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", e.Version, err)
		}
		var particulars casefile.Particulars
		if err := json.Unmarshal(plain, &particulars); err != nil {
			return nil, fmt.Errorf("event %d: particulars: %w", e.Version, err)
		}
		if private == nil {
			private = casefile.Private{}
		}
		private[s.PersonID] = particulars
	}
	return private, nil
}

func (e Event) proof() (tlog.RecordProof, error) {
	proof := make(tlog.RecordProof, len(e.Proof))
	for i, text := range e.Proof {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != tlog.HashSize {
			return nil, fmt.Errorf("event %d: proof is malformed", e.Version)
		}
		proof[i] = tlog.Hash(raw)
	}
	return proof, nil
}

// replay folds the events to the state that they lead to under the book.
func replay(events []Event, keys map[string]vault.DisclosedKey, book *rules.Book) (casefile.View, []casefile.Fact, error) {
	facts := make([]casefile.Fact, len(events))
	for i, e := range events {
		fact, err := e.fact(keys)
		if err != nil {
			return casefile.View{}, nil, err
		}
		facts[i] = fact
	}
	state := casefile.Fold(facts)
	view := casefile.ViewOf(state, book)
	if len(keys) == 0 {
		return view, facts, nil
	}
	view.People = casefile.PeopleOf(state)
	for i, p := range view.People {
		_, readable := keys[p.PersonID]
		view.People[i].Erased = !readable
	}
	return view, facts, nil
}

func byPerson(keys []vault.DisclosedKey) map[string]vault.DisclosedKey {
	all := make(map[string]vault.DisclosedKey, len(keys))
	for _, key := range keys {
		all[key.PersonID] = key
	}
	return all
}
