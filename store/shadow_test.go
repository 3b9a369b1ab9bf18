// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"ricongiungi/store"
)

// change changes the database as its owner, past the program.
func (b *bundle) change(sql string, args ...any) {
	b.t.Helper()
	conn, err := pgx.Connect(b.t.Context(), b.url)
	must(b.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(b.t.Context(), sql, args...)
	must(b.t, err)
}

func (b *bundle) rebuild(r store.Rebuild) store.Rebuilt {
	b.t.Helper()
	done, err := b.RebuildViews(b.t.Context(), r)
	must(b.t, err)
	return done
}

func TestViewsThatAreRightAreFoundEqualRowByRow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 3 {
		view := b.opened()
		b.order(view.CaseID, "record_visa_requested", map[string]any{"member_id": view.Members[0].MemberID, "on": "2026-02-25"})
	}
	var total, seen atomic.Int64
	done := b.rebuild(store.Rebuild{OnCases: total.Store, OnCase: func() { seen.Add(1) }})
	if done.Cases != 3 || len(done.Differ) != 0 || !done.Equal() {
		t.Errorf("the rebuild says %+v", done)
	}
	if total.Load() != 3 || seen.Load() != 3 {
		t.Errorf("the progress says %d of %d", seen.Load(), total.Load())
	}
	if again := b.rebuild(store.Rebuild{CheckOnly: true}); again.InUse != done.InUse {
		t.Errorf("the digest of the same views is %s and then %s", done.InUse, again.InUse)
	}
}

func TestACheckFindsWhatIsWrongAndARebuildMendsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	right, wrong, lost := b.opened(), b.opened(), b.opened()
	b.change(`UPDATE case_views SET overdue = 7 WHERE case_id = $1`, wrong.CaseID)
	b.change(`DELETE FROM agenda_items WHERE case_id = $1`, lost.CaseID)
	stray := "20000000-0000-4000-8000-000000000001"
	b.change(`INSERT INTO agenda_items SELECT $1, item, subject, responsible, office, counsellor, due_on, lapsed, view FROM agenda_items WHERE case_id = $2`, stray, right.CaseID)
	want := []string{wrong.CaseID, lost.CaseID, stray}
	slices.Sort(want)

	found := b.rebuild(store.Rebuild{CheckOnly: true})
	if !slices.Equal(found.Differ, want) || found.Equal() {
		t.Errorf("the check finds %v, not %v", found.Differ, want)
	}
	if n := query[int](b, `SELECT overdue FROM case_views WHERE case_id = $1`, wrong.CaseID); n != 7 {
		t.Errorf("the check has written %d", n)
	}
	mended := b.rebuild(store.Rebuild{})
	if !slices.Equal(mended.Differ, want) || !mended.Equal() {
		t.Errorf("the rebuild says %+v", mended)
	}
	if mended.FromLog != found.FromLog {
		t.Error("the log gives other views the second time")
	}
	if again := b.rebuild(store.Rebuild{CheckOnly: true}); len(again.Differ) != 0 || !again.Equal() {
		t.Errorf("after mending the check says %+v", again)
	}
}

func TestViewsAreRebuiltWhileCommandsAreRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := []string{b.opened().CaseID, b.opened().CaseID, b.opened().CaseID}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				b.order(cases[i%3], "add_note", map[string]any{"note": "ha chiamato"})
			}
		}
	}()
	for range 5 {
		b.change(`UPDATE case_views SET overdue = 7 WHERE case_id = $1`, cases[0])
		if done := b.rebuild(store.Rebuild{}); !done.Equal() {
			t.Errorf("under load the views are %+v", done)
		}
	}
	close(stop)
	<-stopped
	if done := b.rebuild(store.Rebuild{CheckOnly: true}); !done.Equal() || len(done.Differ) != 0 {
		t.Errorf("afterwards the views are %+v", done)
	}
}

func TestOneRebuildAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened()
	var second error
	b.rebuild(store.Rebuild{OnCase: func() { _, second = b.RebuildViews(t.Context(), store.Rebuild{}) }})
	if !errors.Is(second, store.ErrRebuilding) {
		t.Errorf("a second rebuild ends with %v", second)
	}
	if done := b.rebuild(store.Rebuild{}); !done.Equal() {
		t.Errorf("a later one says %+v", done)
	}
}
