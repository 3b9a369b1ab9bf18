// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"ricongiungi/views"
)

func (b *bundle) call(ids ...string) views.MachineCall {
	c := views.MachineCall{RequestID: uuid.NewString(), At: b.now, ClientID: "prefect", PurposeID: "purpose", UserID: "operatore-12", UserLocation: "postazione-7",
		Level: "LoA3", TokenID: "t1", Operation: "POST /v1/handoffs", Allowed: true}
	for _, id := range ids {
		c.Once = append(c.Once, views.OnceID{Kind: "evidence", Issuer: "prefect", ID: id, Until: b.now.Add(time.Minute)})
	}
	return c
}

func TestAnIdIsUsedOnceAlsoByFiftyAtTheSameTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var passed, replayed atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			switch err := b.NoteMachineCall(context.Background(), b.call("one", "two")); {
			case err == nil:
				passed.Add(1)
			case errors.Is(err, views.ErrReplayed):
				replayed.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if passed.Load() != 1 || replayed.Load() != 49 {
		t.Errorf("%d passed and %d were replays", passed.Load(), replayed.Load())
	}
	if n := query[int](b, `SELECT count(*) FROM machine_calls`); n != 1 {
		t.Errorf("%d calls are on record", n)
	}
}

func TestACallWithOneUsedIdUsesUpNoOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.NoteMachineCall(t.Context(), b.call("one")))
	if err := b.NoteMachineCall(t.Context(), b.call("one", "two")); !errors.Is(err, views.ErrReplayed) {
		t.Fatalf("the replay is %v", err)
	}
	must(t, b.NoteMachineCall(t.Context(), b.call("two")))
}

func TestUsedIdsAreSweptPastTheirEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.NoteMachineCall(t.Context(), b.call("one", "two")))
	b.now = b.now.Add(2 * time.Minute)
	must(t, b.NoteMachineCall(t.Context(), b.call("three")))
	if n := query[int](b, `SELECT count(*) FROM machine_used_ids`); n != 1 {
		t.Errorf("%d ids are kept", n)
	}
}

func TestACallOnRecordCannotBeTakenBackAndIsFoundByItsTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	call := b.call()
	must(t, b.NoteMachineCall(t.Context(), call))
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	for _, change := range []string{`DELETE FROM machine_calls`, `UPDATE machine_calls SET user_id = 'x'`, `TRUNCATE machine_calls`} {
		if _, err := conn.Exec(t.Context(), change); err == nil {
			t.Errorf("%s was let pass", change)
		}
	}
	found, err := b.MachineCalls(t.Context(), b.now, b.now.Add(time.Second))
	must(t, err)
	if len(found) != 1 || found[0].UserID != "operatore-12" || found[0].RequestID != call.RequestID {
		t.Errorf("found %+v", found)
	}
	none, err := b.MachineCalls(t.Context(), b.now.Add(time.Second), b.now.Add(time.Hour))
	must(t, err)
	if len(none) != 0 {
		t.Errorf("found %+v outside the time asked for", none)
	}
}
