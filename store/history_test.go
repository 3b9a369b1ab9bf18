// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/rules"
	"ricongiungi/store"
)

func TestTwoProcessesDecideOnTheSameCaseInTurn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := *b
	var err error
	other.Store, err = store.Open(t.Context(), store.Config{URL: b.url, Vault: b.keys, Signer: b.signer, Book: rules.Default(), Clock: func() time.Time { return b.now }})
	must(t, err)
	defer other.Close()
	view := b.opened()
	for day := range 6 {
		who := []*bundle{b, &other}[day%2]
		outcome := who.order(view.CaseID, "record_contact", map[string]any{"on": rules.On(2026, time.February, 20+day), "channel": "phone"})
		if outcome.Refusal != nil || outcome.Version != view.Version+int64(day)+1 {
			t.Fatalf("contact %d led to %+v", day, outcome)
		}
	}
	if head, err := b.Verify(t.Context(), store.Audit{}); err != nil || head.Size != view.Version+6 {
		t.Fatalf("verified %d, %v", head.Size, err)
	}
}

func TestSomebodyWhoseKeyIsGoneIsShownAsErasedAndTheOthersStay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	mother := view.Members[0].MemberID
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `UPDATE person_keys SET wrapped = '', destroyed_at = now() WHERE person_id = $1`, mother)
	must(t, err)
	b.order(view.CaseID, "record_contact", map[string]any{"on": "2026-02-25", "channel": "phone"})
	after, err := b.Case(t.Context(), view.CaseID)
	must(t, err)
	for _, p := range after.People {
		if p.Erased != (p.PersonID == mother) || p.Erased && p.FamilyName != "" || !p.Erased && p.FamilyName == "" {
			t.Errorf("after the key is gone: %+v", p)
		}
	}
	if _, err := b.Verify(t.Context(), store.Audit{}); err != nil {
		t.Errorf("the log no longer verifies: %v", err)
	}
}
