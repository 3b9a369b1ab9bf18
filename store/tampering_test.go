// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/internal/testservers"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/vault"
)

// office is what all copies of the prepared log were written with.
type office struct {
	keys   *vault.Vault
	signer *ledger.Signer
}

var oneOffice = sync.OnceValues(func() (office, error) {
	dir, err := os.MkdirTemp("", "tampering")
	if err != nil {
		return office{}, err
	}
	defer os.RemoveAll(dir)
	var o office
	o.keys, err = vault.Open(filepath.Join(dir, "keys.json"))
	if err != nil {
		return o, err
	}
	o.signer, err = ledger.LoadOrCreateSigner(filepath.Join(dir, "log.key"), "ricongiungi.test/log")
	return o, err
})

// written is a log of the test's own with three families in it: a copy of one
// that was prepared once.
func written(t *testing.T) *bundle {
	t.Helper()
	o, err := oneOffice()
	must(t, err)
	fill := func(url string) error {
		if err := store.Migrate(context.Background(), url); err != nil {
			return err
		}
		b := openOffice(t, url, o)
		defer b.Close()
		for range 3 {
			b.opened()
		}
		return nil
	}
	b := openOffice(t, testservers.Database(t, fill, "tampering"), o)
	t.Cleanup(b.Close)
	b.seq = 3
	return b
}

func openOffice(t *testing.T, url string, o office) *bundle {
	t.Helper()
	b := &bundle{t: t, url: url, keys: o.keys, signer: o.signer, now: noon}
	var err error
	b.Store, err = store.Open(t.Context(), store.Config{URL: url, Vault: o.keys, Signer: o.signer, Book: rules.Default(), Clock: func() time.Time { return b.now }})
	must(t, err)
	return b
}

// tamper changes the log as somebody can who owns the database server.
func (b *bundle) tamper(statements ...string) {
	b.t.Helper()
	conn, err := pgx.Connect(b.t.Context(), b.url)
	must(b.t, err)
	defer conn.Close(context.Background())
	for _, statement := range append([]string{`SET session_replication_role = replica`}, statements...) {
		_, err := conn.Exec(b.t.Context(), statement)
		must(b.t, err)
	}
}

// sealedText changes the sealed part of the event at position 0, as text.
func sealedText(path, value string) string {
	return `UPDATE events SET sealed = jsonb_set(sealed::jsonb, '` + path + `', ` + value + `)::json WHERE position = 0`
}

// forgeries are changes made past the program, each with what must be found.
var forgeries = []struct {
	name       string
	statements []string
	what       string
}{
	{"flipped byte in an event", []string{`UPDATE events SET data = replace(data::text, 'wemi-mi', 'wemi-mj')::json WHERE position = 0`}, ledger.Altered},
	{"changed day of an event", []string{`UPDATE events SET occurred_at = occurred_at - interval '1 day' WHERE position = 2`}, ledger.Altered},
	{"changed instant of recording", []string{`UPDATE events SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 2`}, ledger.Altered},
	{"changed actor", []string{`UPDATE events SET actor = replace(actor::text, 'sui_officer', 'supervisor')::json WHERE position = 1`}, ledger.Altered},
	{"changed command id", []string{`UPDATE events SET command_id = gen_random_uuid() WHERE position = 1`}, ledger.Altered},
	{"changed event id", []string{`UPDATE events SET event_id = gen_random_uuid() WHERE position = 1`}, ledger.Altered},
	{"changed place within the command", []string{`UPDATE events SET ordinal = 77 WHERE position = 1`}, ledger.Altered},
	{"changed type", []string{`UPDATE events SET type = 'member_refused' WHERE type = 'nulla_osta_issued'`}, ledger.Altered},
	{"changed schema version", []string{`UPDATE events SET schema_version = 2 WHERE position = 1`}, ledger.Altered},
	{"event moved to another case", []string{`UPDATE events SET case_id = gen_random_uuid() WHERE position = 3`}, ledger.Altered},
	{"respelt event of the same meaning", []string{`UPDATE events SET data = (data::text || ' ')::json WHERE position = 1`}, ledger.Altered},
	{"ciphertexts of two persons swapped", []string{`UPDATE events a SET sealed = b.sealed FROM events b WHERE a.position = 1 AND b.position = 2`}, ledger.Altered},
	{"ciphertexts of two events swapped", []string{`UPDATE events a SET sealed = b.sealed FROM events b
		WHERE (a.position, b.position) IN (SELECT 0, min(position) FROM events WHERE version = 1 AND position > 0)`}, ledger.Altered},
	{"flipped bit in a ciphertext", []string{sealedText(`{0,box}`, `to_jsonb(replace(sealed->0->>'box', left(sealed->0->>'box', 1), CASE left(sealed->0->>'box', 1) WHEN 'A' THEN 'B' ELSE 'A' END))`)}, ledger.Altered},
	{"changed key id", []string{sealedText(`{0,key}`, `to_jsonb(gen_random_uuid()::text)`)}, ledger.Altered},
	{"changed commitment to the key", []string{sealedText(`{0,commitment}`, `to_jsonb(encode(sha256('other'), 'base64'))`)}, ledger.Altered},
	{"sealed part of another person", []string{sealedText(`{0,person}`, `to_jsonb(gen_random_uuid()::text)`)}, ledger.Altered},
	{"sealed part removed", []string{`UPDATE events SET sealed = '[]' WHERE position = 0`}, ledger.Altered},
	{"sealed part made unreadable", []string{`UPDATE events SET sealed = '{"a":1}' WHERE position = 0`}, ledger.Altered},
	{"changed stored hash of an event", []string{`UPDATE events SET leaf_hash = sha256('x') WHERE position = 4`}, ledger.Altered},
	{"changed link to the event before", []string{`UPDATE events SET prev_hash = sha256('x') WHERE position = 4`}, ledger.Altered},
	{"event deleted in the middle", []string{`DELETE FROM events WHERE position = 3`}, ledger.Missing},
	{"last event deleted", []string{`DELETE FROM events WHERE position = (SELECT max(position) FROM events)`}, ledger.CutShort},
	{"two events swapped", []string{`UPDATE events SET position = 100000 WHERE position = 3`, `UPDATE events SET position = 3 WHERE position = 4`, `UPDATE events SET position = 4 WHERE position = 100000`}, ledger.Altered},
	{"versions of a case reordered", []string{`UPDATE events SET version = 100 WHERE position = 1`, `UPDATE events SET version = 2 WHERE position = 2`, `UPDATE events SET version = 3 WHERE position = 1`}, ledger.Altered},
	{"event repeated in place", []string{`ALTER TABLE events DROP CONSTRAINT events_pkey, DROP CONSTRAINT events_once, DROP CONSTRAINT events_in_order, DROP CONSTRAINT events_of_command`,
		`INSERT INTO events SELECT * FROM events WHERE position = 5`}, ledger.Misplaced},
	{"event inserted", []string{`ALTER TABLE events DROP CONSTRAINT events_pkey`, `UPDATE events SET position = position + 1 WHERE position >= 3`,
		`INSERT INTO events SELECT 3, case_id, 50, gen_random_uuid(), gen_random_uuid(), 0, type, schema_version, occurred_at, recorded_at, actor, data, sealed, prev_hash, leaf_hash FROM events WHERE position = 2`}, ledger.Unsigned},
	{"event slipped in at the end", []string{`INSERT INTO events SELECT max(position) + 1, gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), 0, 'note_added', 1, now(), now(), '{}', '{}', '[]', sha256('a'), sha256('b') FROM events`}, ledger.Unsigned},
	{"changed hash in the tree", []string{`UPDATE log_hashes SET hash = sha256('x') WHERE idx = 2`}, ledger.BadTree},
	{"hash of the tree deleted", []string{`DELETE FROM log_hashes WHERE idx = 6`}, ledger.BadTree},
	{"head set back without its signature", []string{`UPDATE log_head SET size = size - 1`}, ledger.BadHead},
	{"head set forward", []string{`UPDATE log_head SET size = size + 1`}, ledger.BadHead},
	{"edge of the tree replaced", []string{`UPDATE log_head SET frontier = overlay(frontier placing '\x00' from 20)`}, ledger.BadHead},
	{"head removed", []string{`DELETE FROM log_head`}, ledger.BadHead},
}

func TestEveryForgeryIsFound(t *testing.T) {
	t.Parallel()
	for _, f := range forgeries {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			b := written(t)
			_, err := b.Verify(t.Context(), store.Audit{})
			must(t, err)
			b.tamper(f.statements...)
			b.finds(f.what, store.Audit{})
		})
	}
}

// finds insists that verifying fails with what is said.
func (b *bundle) finds(what string, a store.Audit) {
	b.t.Helper()
	var tampered *ledger.Tampered
	switch _, err := b.Verify(b.t.Context(), a); {
	case !errors.As(err, &tampered):
		b.t.Fatalf("the verdict is %v", err)
	case tampered.What != what:
		b.t.Fatalf("found %q, not %q", tampered.What, what)
	}
}

func TestAHeadSignedByAForeignKeyIsFound(t *testing.T) {
	t.Parallel()
	b := written(t)
	foreign, err := ledger.LoadOrCreateSigner(filepath.Join(t.TempDir(), "log.key"), b.signer.Origin())
	must(t, err)
	head := b.checkpoint()
	signed, err := foreign.Sign(head.Size, head.Root, head.Access)
	must(t, err)
	b.tamper(`UPDATE log_head SET checkpoint = '` + string(signed) + `'::text::bytea`)
	b.finds(ledger.BadHead, store.Audit{})
	// Whoever replaces the key of the log too is found by the key that was published.
	thief := openOffice(t, b.url, office{b.keys, foreign})
	defer thief.Close()
	_, err = thief.Verify(t.Context(), store.Audit{})
	must(t, err)
	published, err := note.NewVerifier(b.signer.VerifierKey())
	must(t, err)
	thief.finds(ledger.BadHead, store.Audit{Key: published})
}

func TestARestoredBackupIsFoundByACheckpointKeptElsewhere(t *testing.T) {
	t.Parallel()
	honest, restored := written(t), written(t)
	honest.opened()
	kept := store.Audit{Known: []ledger.Checkpoint{honest.checkpoint()}}
	_, err := honest.Verify(t.Context(), kept)
	must(t, err)
	_, err = restored.Verify(t.Context(), store.Audit{})
	must(t, err) // by itself it is whole
	restored.finds(ledger.CutShort, kept)
	restored.opened()
	restored.opened()
	restored.finds(ledger.Rewritten, kept) // forked: it went on differently
}

func TestACutTailWithAnOldHeadIsFoundByACheckpointKeptElsewhere(t *testing.T) {
	t.Parallel()
	b := written(t)
	before := b.checkpoint()
	old := query[[]byte](b, `SELECT checkpoint FROM log_head`)
	edge := query[[]byte](b, `SELECT frontier FROM log_head`)
	b.opened()
	kept := store.Audit{Known: []ledger.Checkpoint{b.checkpoint()}}
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	b.tamper(fmt.Sprintf(`DELETE FROM events WHERE position >= %d`, before.Size))
	_, err = conn.Exec(t.Context(), `UPDATE log_head SET size = $1, checkpoint = $2, frontier = $3`, before.Size, old, edge)
	must(t, err)
	b.finds(ledger.BadTree, kept) // the hashes of what was cut are still there
	b.tamper(fmt.Sprintf(`DELETE FROM log_hashes WHERE idx >= %d`, tlog.StoredHashCount(before.Size)))
	_, err = b.Verify(t.Context(), store.Audit{})
	must(t, err) // a perfect rewinding: only a witness can tell
	b.finds(ledger.CutShort, kept)
}
