// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/internal/testservers"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/vault"
	"ricongiungi/views"
)

func TestMain(m *testing.M) { testservers.Main(m) }

// bundle is a store over a database of its own, with a clock that tests set.
type bundle struct {
	*store.Store
	t      *testing.T
	url    string
	signer *ledger.Signer
	keys   *vault.Vault
	now    time.Time
	seq    int64
}

var noon = time.Date(2026, time.March, 2, 11, 0, 0, 0, time.UTC)

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{t: t, now: noon}
	b.url = testservers.Database(t, func(url string) error { return store.Migrate(context.Background(), url) }, "store")
	dir := t.TempDir()
	var err error
	b.keys, err = vault.Open(filepath.Join(dir, "keys.json"))
	must(t, err)
	b.signer, err = ledger.LoadOrCreateSigner(filepath.Join(dir, "log.key"), "ricongiungi.test/log")
	must(t, err)
	b.Store, err = store.Open(t.Context(), store.Config{URL: b.url, Vault: b.keys, Signer: b.signer, Book: rules.Default(), Clock: func() time.Time { return b.now }})
	must(t, err)
	t.Cleanup(b.Close)
	return b
}

// query reads one value as the owner of the tables, past the program.
func query[T any](b *bundle, sql string, args ...any) T {
	b.t.Helper()
	conn, err := pgx.Connect(b.t.Context(), b.url)
	must(b.t, err)
	defer conn.Close(context.Background())
	var value T
	must(b.t, conn.QueryRow(b.t.Context(), sql, args...).Scan(&value))
	return value
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var officer = casefile.Actor{ID: "10000000-0000-4000-8000-000000000001", Role: casefile.SUIOfficer, Office: "sui-mi"}
var counsellor = casefile.Actor{ID: "10000000-0000-4000-8000-000000000002", Role: casefile.Counsellor, Office: "wemi-mi"}

// decision is a hand-off that opens a case with a mother and a child of nine.
func (b *bundle) decision(file string) handoff.Message {
	b.seq++
	return handoff.Message{Schema: "handoff.v1", Sender: "sui-mi", MessageID: uuid.NewString(), Sequence: b.seq, Kind: handoff.Decision,
		SUIFile: file, On: rules.On(2026, time.February, 20), FiledOn: rules.On(2025, time.October, 10), ContactLanguage: "ar", Municipio: 9,
		Sponsor: &handoff.Person{FamilyName: "Mansour", GivenName: "Karim", BirthDate: rules.On(1985, time.May, 4)},
		Members: []handoff.Member{
			{Ref: "1", Kinship: casefile.Spouse, Decision: "authorised", Person: &handoff.Person{FamilyName: "Fathy", GivenName: "Nadia", BirthDate: rules.On(1990, time.January, 9)}},
			{Ref: "2", Kinship: casefile.MinorChild, Decision: "authorised", Person: &handoff.Person{FamilyName: "Mansour", GivenName: "Yara", BirthDate: rules.On(2016, time.July, 30)}},
		}}
}

func received(messages ...handoff.Message) []views.Received {
	var out []views.Received
	for _, m := range messages {
		raw, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		out = append(out, views.Received{Message: m, Raw: raw, By: officer})
	}
	return out
}

// accept takes messages in and delivers what is due, as the courier would.
func (b *bundle) accept(messages ...handoff.Message) []handoff.Receipt {
	b.t.Helper()
	answers, err := b.AcceptHandoffs(b.t.Context(), received(messages...))
	must(b.t, err)
	b.deliver()
	receipts := make([]handoff.Receipt, len(answers))
	for i, a := range answers {
		must(b.t, a.Err)
		receipts[i], err = b.Handoff(b.t.Context(), a.Receipt.HandoffID)
		must(b.t, err)
	}
	return receipts
}

func (b *bundle) deliver() {
	b.t.Helper()
	deliveries, err := b.Deliverable(b.t.Context(), 100)
	must(b.t, err)
	for _, d := range deliveries {
		if d.CaseID == "" {
			must(b.t, b.QuarantineHomeless(b.t.Context(), d))
			continue
		}
		_, err := b.Transact(b.t.Context(), d.CaseID, d.CommandID)
		must(b.t, err)
	}
}

// order has a command accepted and decided.
func (b *bundle) order(caseID, name string, body any) casefile.Outcome {
	b.t.Helper()
	raw, err := json.Marshal(body)
	must(b.t, err)
	id := uuid.NewString()
	_, err = b.AcceptOrder(b.t.Context(), casefile.Order{CommandID: id, CaseID: caseID, Type: name, Body: raw, Actor: counsellor, At: b.now})
	must(b.t, err)
	outcome, err := b.Transact(b.t.Context(), caseID, id)
	must(b.t, err)
	return outcome
}

// opened is a case made by one decision.
func (b *bundle) opened() casefile.View {
	b.t.Helper()
	receipt := b.accept(b.decision("P-MI/F/N/2026/" + uuid.NewString()[:6]))[0]
	if receipt.Status != handoff.Applied {
		b.t.Fatalf("the decision is %s: %+v", receipt.Status, receipt.Problem)
	}
	view, err := b.Case(b.t.Context(), receipt.CaseID)
	must(b.t, err)
	return view
}

func (b *bundle) reopenWithOtherKeys() error {
	keys, err := vault.Open(filepath.Join(b.t.TempDir(), "keys.json"))
	must(b.t, err)
	other, err := store.Open(b.t.Context(), store.Config{URL: b.url, Vault: keys, Signer: b.signer, Book: rules.Default()})
	if err == nil {
		other.Close()
	}
	return err
}

// benchStore is a store whose table of needs holds invented children, so many
// per cent of whom wait for a school.
func benchStore(b *testing.B, children, waiting int) *store.Store {
	b.Helper()
	url := testservers.Database(b, func(url string) error { return store.Migrate(context.Background(), url) }, "store")
	conn, err := pgx.Connect(b.Context(), url)
	must(b, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(b.Context(), `INSERT INTO school_needs (member_id, case_id, phase, cohort, level, grade, school_year, municipio, wish_municipio, language,
			language_help, vaccination, due, school_code, entered_on, month)
		SELECT gen_random_uuid(), gen_random_uuid(), CASE WHEN n % 100 < $2 THEN 'needed' ELSE 'attending' END, 2014 + n % 12, '', 0, 0, 1 + n % 9, 0,
			(ARRAY['ar', 'es', 'fil', 'zh', 'si', 'bn', 'uk'])[1 + n % 7], true, '', true, '', date '2024-01-01' + n % 700, to_char(date '2024-01-01' + n % 700, 'YYYY-MM')
		FROM generate_series(1, $1::integer) n`, children, waiting)
	must(b, err)
	_, err = conn.Exec(b.Context(), `VACUUM ANALYZE school_needs`)
	must(b, err)
	dir := b.TempDir()
	keys, err := vault.Open(filepath.Join(dir, "keys.json"))
	must(b, err)
	signer, err := ledger.LoadOrCreateSigner(filepath.Join(dir, "log.key"), "ricongiungi.test/log")
	must(b, err)
	log, err := store.Open(b.Context(), store.Config{URL: url, Vault: keys, Signer: signer, Book: rules.Default()})
	must(b, err)
	b.Cleanup(log.Close)
	return log
}
