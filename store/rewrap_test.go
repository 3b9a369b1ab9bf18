// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/vault"
)

func TestKeysAreRotatedWhileCasesAreOpen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	path := filepath.Join(t.TempDir(), "keys.json")
	keys, err := vault.Open(path)
	must(t, err)
	b.useKeys(keys)
	view := b.opened()
	mother, child := view.Members[0].MemberID, view.Members[1].MemberID
	b.erase(view.CaseID, child)
	// A command is accepted before the rotation and decided after it.
	waiting := casefile.Order{CommandID: uuid.NewString(), CaseID: view.CaseID, Type: "add_note", Actor: counsellor, At: b.now,
		Body: []byte(`{"member_id":"` + mother + `","note":"Nadia arriva lunedì"}`)}
	_, err = b.AcceptOrder(t.Context(), waiting)
	must(t, err)
	before := query[[]byte](b, `SELECT wrapped FROM person_keys WHERE person_id = $1`, mother)

	must(t, vault.Rotate(path))
	keys, err = vault.Open(path)
	must(t, err)
	b.useKeys(keys)
	moved, err := b.RewrapKeys(t.Context())
	must(t, err)
	if moved != 2 { // the sponsor and the mother; the child is erased
		t.Errorf("%d keys moved", moved)
	}
	after := query[[]byte](b, `SELECT wrapped FROM person_keys WHERE person_id = $1`, mother)
	if string(before[:5]) == string(after[:5]) {
		t.Error("the key is still under the old master key")
	}
	outcome, err := b.Transact(t.Context(), view.CaseID, waiting.CommandID)
	if err != nil || outcome.Refusal != nil {
		t.Fatalf("the command accepted before: %+v, %v", outcome, err)
	}
	now, err := b.Case(t.Context(), view.CaseID)
	must(t, err)
	for _, p := range now.People {
		if p.Erased != (p.PersonID == child) {
			t.Errorf("after the rotation: %+v", p)
		}
	}
	_, err = b.Verify(t.Context(), store.Audit{})
	must(t, err)
	if again, err := b.RewrapKeys(t.Context()); err != nil || again != 2 {
		t.Errorf("moved again: %d, %v", again, err)
	}
}

// useKeys opens the database again with other keys.
func (b *bundle) useKeys(keys *vault.Vault) {
	b.t.Helper()
	b.tamper(`DELETE FROM key_proof WHERE NOT EXISTS (SELECT 1 FROM events)`)
	again, err := store.Open(b.t.Context(), store.Config{URL: b.url, Vault: keys, Signer: b.signer, Book: rules.Default(), Clock: func() time.Time { return b.now }})
	must(b.t, err)
	b.t.Cleanup(again.Close)
	b.Store, b.keys = again, keys
}
