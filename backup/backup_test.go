// SPDX-License-Identifier: AGPL-3.0-or-later

package backup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"ricongiungi/backup"
	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/internal/testservers"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/samples"
	"ricongiungi/store"
	"ricongiungi/vault"
	"ricongiungi/views"
)

func TestMain(m *testing.M) { testservers.Main(m) }

// office is a database with cases, its keys, and a key for its copies.
type office struct {
	t        *testing.T
	url, dir string
	log      *store.Store
	identity *age.X25519Identity
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, dir: t.TempDir(), url: testservers.Database(t, func(url string) error { return store.Migrate(context.Background(), url) }, "store")}
	var err error
	o.identity, err = age.GenerateX25519Identity()
	must(t, err)
	o.log = o.opened(o.url, o.dir)
	o.handOver(samples.Messages(8, 3, rules.DateOf(time.Now())))
	return o
}

// opened opens the log in a database with the keys of a folder.
func (o *office) opened(url, dir string) *store.Store {
	o.t.Helper()
	keys, err := vault.Open(filepath.Join(dir, "vault.json"))
	must(o.t, err)
	signer, err := ledger.LoadOrCreateSigner(filepath.Join(dir, "log.key"), "ricongiungi.test/log")
	must(o.t, err)
	log, err := store.Open(o.t.Context(), store.Config{URL: url, Vault: keys, Signer: signer, Book: rules.Default()})
	must(o.t, err)
	o.t.Cleanup(log.Close)
	return log
}

func (o *office) handOver(messages []handoff.Message) {
	o.t.Helper()
	for _, m := range messages {
		raw, err := json.Marshal(m)
		must(o.t, err)
		_, err = o.log.AcceptHandoffs(o.t.Context(), []views.Received{{Message: m, Raw: raw, By: casefile.Actor{ID: uuid.NewString(), Role: casefile.SUIOfficer}}})
		must(o.t, err)
	}
	waiting, err := o.log.Deliverable(o.t.Context(), 100)
	must(o.t, err)
	for _, d := range waiting {
		_, err := o.log.Transact(o.t.Context(), d.CaseID, d.CommandID)
		must(o.t, err)
	}
}

func (o *office) copy() backup.Pair {
	o.t.Helper()
	pair, err := backup.Create(o.t.Context(), backup.Plan{DatabaseURL: o.url, LogDir: filepath.Join(o.dir, "log"), KeyDir: filepath.Join(o.dir, "keys"),
		KeyFiles:   map[string]string{"vault.json": filepath.Join(o.dir, "vault.json"), "log.key": filepath.Join(o.dir, "log.key")},
		Recipients: []age.Recipient{o.identity.Recipient()}})
	must(o.t, err)
	return pair
}

// restored restores a copy into a fresh database and gives its address and the
// folder of its keys.
func (o *office) restored(from backup.Pair) (url, dir string, snapshot store.Snapshot, err error) {
	o.t.Helper()
	url, dir = testservers.Database(o.t, nil, "empty"), o.t.TempDir()
	snapshot, err = backup.Restore(o.t.Context(), backup.Restoring{DatabaseURL: url, From: from, Identities: []age.Identity{o.identity},
		Keys: func(files map[string][]byte) error {
			for name, content := range files {
				must(o.t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
			}
			return nil
		}})
	return url, dir, snapshot, err
}

func (o *office) query(url, sql string, into any) {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), url)
	must(o.t, err)
	defer conn.Close(context.Background())
	must(o.t, conn.QueryRow(o.t.Context(), sql).Scan(into))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestACopyComesBackWithTheSameRootAndTheSameViews(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	url, dir, snapshot, err := o.restored(o.copy())
	must(t, err)
	back := o.opened(url, dir)
	must(t, back.Compare(t.Context(), snapshot, func(int64) {}))

	var cases []string
	o.query(o.url, `SELECT array_agg(case_id::text ORDER BY case_id) FROM case_views`, &cases)
	for _, id := range cases {
		was, err := o.log.Case(t.Context(), id)
		must(t, err)
		is, err := back.Case(t.Context(), id)
		must(t, err)
		before, _ := json.Marshal(was)
		after, _ := json.Marshal(is)
		if !bytes.Equal(before, after) {
			t.Errorf("case %s came back as\n%s\nand was\n%s", id, after, before)
		}
	}
	// Work goes on: the next worker starts the open cases, and the log grows.
	var open, unstarted int
	o.query(url, `SELECT count(*) FROM case_views WHERE phase <> 'closed'`, &open)
	o.query(url, `SELECT count(*) FROM unstarted_cases`, &unstarted)
	if unstarted < open || open == 0 {
		t.Errorf("%d cases are open and %d will be started", open, unstarted)
	}
	note := casefile.Order{CommandID: uuid.NewString(), CaseID: cases[0], Type: "add_note", Body: []byte(`{"note":"dopo"}`), At: time.Now(),
		Actor: casefile.Actor{ID: uuid.NewString(), Role: casefile.Counsellor}}
	_, err = back.AcceptOrder(t.Context(), note)
	must(t, err)
	outcome, err := back.Transact(t.Context(), note.CaseID, note.CommandID)
	if err != nil || len(outcome.Events) != 1 {
		t.Errorf("after the restore a note leads to %+v, %v", outcome, err)
	}
}

func TestWhatWasAlteredInACopyIsFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pair := o.copy()
	url, dir, snapshot, err := o.restored(pair)
	must(t, err)
	back := o.opened(url, dir)
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `UPDATE case_views SET overdue = overdue + 1 WHERE case_id = (SELECT min(case_id::text)::uuid FROM case_views)`)
	must(t, err)
	if err := back.Compare(t.Context(), snapshot, func(int64) {}); err == nil {
		t.Error("an altered view is taken for what was copied")
	}
	_, err = conn.Exec(t.Context(), `ALTER TABLE events DISABLE TRIGGER ALL; UPDATE events SET type = 'note_added' WHERE position = 3`)
	must(t, err)
	var tampered *ledger.Tampered
	if err := back.Compare(t.Context(), snapshot, func(int64) {}); !errors.As(err, &tampered) {
		t.Errorf("an altered event leads to %v", err)
	}
	whole, err := os.ReadFile(pair.Log)
	must(t, err)
	for what, content := range map[string][]byte{"flipped": flipped(whole), "cut short": whole[:len(whole)*9/10]} {
		bad := backup.Pair{Log: filepath.Join(t.TempDir(), "bad"), Keys: pair.Keys}
		must(t, os.WriteFile(bad.Log, content, 0o600))
		url, _, _, err := o.restored(bad)
		if err == nil {
			t.Errorf("an archive that is %s is restored", what)
		}
		var tables int
		o.query(url, `SELECT coalesce((SELECT count(*) FROM pg_class WHERE relname = 'events' AND relkind = 'r'), 0)`, &tables)
		if tables > 0 {
			var events int
			if o.query(url, `SELECT count(*) FROM events`, &events); events > 0 {
				t.Errorf("an archive that is %s leaves %d events behind", what, events)
			}
		}
	}
}

func flipped(content []byte) []byte {
	changed := slices.Clone(content)
	changed[len(changed)/2] ^= 1
	return changed
}

func TestTheLogsArchiveOpensNobodysName(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pair := o.copy()
	for _, path := range []string{pair.Log, pair.Keys} {
		raw, err := os.ReadFile(path)
		must(t, err)
		if bytes.Contains(raw, []byte("person_keys")) || bytes.Contains(raw, []byte("manifest")) {
			t.Errorf("%s can be read without a key", path)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v, %v", path, info.Mode(), err)
		}
	}
	stranger, err := age.GenerateX25519Identity()
	must(t, err)
	right := o.identity
	o.identity = stranger
	if _, _, _, err := o.restored(pair); err == nil {
		t.Error("a stranger's key opens the copy")
	}
	o.identity = right
	if _, _, _, err := o.restored(backup.Pair{Log: pair.Log, Keys: pair.Log}); err == nil || !strings.Contains(err.Error(), "holds log") {
		t.Errorf("the log's archive is taken for that of the keys: %v", err)
	}
}

func TestWhoWasErasedAfterTheCopyStaysErasedWithLaterKeys(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	old := o.copy()
	var caseID string
	o.query(o.url, `SELECT min(case_id::text) FROM case_views`, &caseID)
	view, err := o.log.Case(t.Context(), caseID)
	must(t, err)
	conn, err := pgx.Connect(t.Context(), o.url)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `UPDATE person_keys SET wrapped = '', destroyed_at = now() WHERE person_id = $1`, view.SponsorID)
	must(t, err)
	later := o.copy()

	url, dir, _, err := o.restored(backup.Pair{Log: old.Log, Keys: later.Keys})
	must(t, err)
	is, err := o.opened(url, dir).Case(t.Context(), caseID)
	must(t, err)
	if !is.People[0].Erased {
		t.Errorf("the person is back: %+v", is.People[0])
	}
	if _, _, _, err := o.restored(backup.Pair{Log: later.Log, Keys: old.Keys}); !errors.Is(err, backup.ErrOlderKeys) {
		t.Errorf("keys older than the log lead to %v", err)
	}
}

func TestOnlyAnEmptyDatabaseIsFilled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := backup.Restore(t.Context(), backup.Restoring{DatabaseURL: o.url, From: o.copy(), Identities: []age.Identity{o.identity},
		Keys: func(map[string][]byte) error { return nil }})
	if !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("a database in use leads to %v", err)
	}
}

func TestKeysAreKeptForAShorterTimeThanTheLogAndTheNewestForGood(t *testing.T) {
	t.Parallel()
	logs, keys := t.TempDir(), t.TempDir()
	now := time.Date(2026, time.March, 2, 3, 0, 0, 0, time.UTC)
	for _, age := range []int{500, 40, 2} {
		name := now.AddDate(0, 0, -age).Format("20060102T150405.000Z") + ".tar.gz.age"
		must(t, os.WriteFile(filepath.Join(logs, "log-"+name), nil, 0o600))
		must(t, os.WriteFile(filepath.Join(keys, "keys-"+name), nil, 0o600))
	}
	must(t, os.WriteFile(filepath.Join(keys, "somebody's notes"), nil, 0o600))
	day := 24 * time.Hour
	gone, err := backup.Prune(logs, keys, now, 400*day, 30*day)
	if err != nil || len(gone) != 3 {
		t.Errorf("gone are %v, %v", gone, err)
	}
	if gone, err = backup.Prune(logs, keys, now.AddDate(5, 0, 0), day, day); err != nil || len(gone) != 1 {
		t.Errorf("years later %v are gone, %v", gone, err)
	}
	left, err := backup.Newest(logs, keys)
	if err != nil || !strings.Contains(left.Log, "20260228") || !strings.Contains(left.Keys, "20260228") {
		t.Errorf("the newest are %v, %v", left, err)
	}
	if _, err := backup.Newest(t.TempDir(), keys); err == nil {
		t.Error("a copy is found where there is none")
	}
}
