// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/views"
)

// read is somebody's look at a case.
func read(caseID, purpose string) views.Read {
	return views.Read{Actor: counsellor, CaseID: caseID, ReadData: views.ReadData{Purpose: purpose, Shown: "case", Through: "api"}}
}

func (b *bundle) recordReads(reads ...views.Read) {
	b.t.Helper()
	must(b.t, b.RecordReads(b.t.Context(), reads))
}

func (b *bundle) readsOf(caseID string) []views.Read {
	b.t.Helper()
	page, err := b.Reads(b.t.Context(), views.ReadQuery{CaseID: caseID, Limit: 100})
	must(b.t, err)
	return page.Items
}

func TestWhoSawACaseIsListedNewestFirst(t *testing.T) {
	t.Parallel()
	b, one, other := setup(t), uuid.NewString(), uuid.NewString()
	b.recordReads(read(one, "accompaniment"), read(other, "accompaniment"))
	b.now = b.now.Add(time.Minute)
	about := read(one, "request_of_the_person")
	about.PersonID, about.Shown, about.Grounds = uuid.NewString(), "export", uuid.NewString()
	b.recordReads(about)
	got := b.readsOf(one)
	if len(got) != 2 || got[0].PersonID != about.PersonID || got[0].ReadData != about.ReadData || got[1].Actor != counsellor || !got[1].At.Equal(noon) {
		t.Errorf("listed %+v", got)
	}
	late, err := b.Reads(t.Context(), views.ReadQuery{CaseID: one, Until: noon, Limit: 1})
	must(t, err)
	if len(late.Items) != 1 || late.Items[0].Shown != "case" {
		t.Errorf("until noon: %+v", late)
	}
	first, err := b.Reads(t.Context(), views.ReadQuery{Limit: 1})
	must(t, err)
	rest, err := b.Reads(t.Context(), views.ReadQuery{Limit: 5, Cursor: first.Next})
	must(t, err)
	if len(first.Items) != 1 || len(rest.Items) != 2 || rest.Next != "" {
		t.Errorf("paged %+v and %+v", first, rest)
	}
}

func TestRepeatsWithinTheSpanAreOneRecordAndWhatDiffersIsNot(t *testing.T) {
	t.Parallel()
	b, one := setup(t), uuid.NewString()
	again := read(one, "accompaniment")
	b.recordReads(again)
	b.now = noon.Add(views.ReadSpan - time.Second)
	b.recordReads(again)
	if got := b.readsOf(one); len(got) != 1 {
		t.Fatalf("a repeat is recorded: %+v", got)
	}
	elsewhere, byOther, history := again, again, again
	elsewhere.Through, byOther.Actor, history.Shown = "console", supervisor, "history"
	b.recordReads(elsewhere, byOther, history, read(one, "audit"))
	if got := b.readsOf(one); len(got) != 5 {
		t.Fatalf("what differs is not recorded: %+v", got)
	}
	b.now = noon.Add(views.ReadSpan)
	b.recordReads(again)
	if got := b.readsOf(one); len(got) != 6 || !got[0].At.Equal(b.now) {
		t.Errorf("after the span: %+v", got)
	}
}

// Several processes record and command at once: nothing is lost, nothing waits
// for ever, and both trees hold.
func TestReadersAndWritersOfSeveralProcessesLeaveTwoWholeTrees(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other, err := store.Open(t.Context(), store.Config{URL: b.url, Vault: b.keys, Signer: b.signer, Book: rules.Default()})
	must(t, err)
	defer other.Close()
	caseID := b.opened().CaseID
	var wait sync.WaitGroup
	for i := range 40 {
		wait.Go(func() {
			process := []*store.Store{b.Store, other}[i%2]
			if err := process.RecordReads(context.Background(), []views.Read{read(caseID, fmt.Sprintf("purpose_%d", i))}); err != nil {
				t.Error(err)
			}
		})
		wait.Go(func() {
			b.order(caseID, "add_note", map[string]any{"note": "n"})
		})
	}
	wait.Wait()
	if got := b.readsOf(caseID); len(got) != 40 {
		t.Errorf("%d reads recorded", len(got))
	}
	b.opened()
	head, err := b.Verify(t.Context(), store.Audit{})
	must(t, err)
	if head.Access.Size != 40 {
		t.Errorf("the checkpoint names %d entries of access", head.Access.Size)
	}
}

func TestAReadThatCannotBeRecordedIsAnError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	closed, err := store.Open(t.Context(), store.Config{URL: b.url, Vault: b.keys, Signer: b.signer, Book: rules.Default()})
	must(t, err)
	closed.Close()
	if err := closed.RecordReads(t.Context(), []views.Read{read(uuid.NewString(), "audit")}); err == nil {
		t.Error("nobody noticed")
	}
}

var forgeriesOfAccess = []struct {
	name       string
	statements []string
	what       string
}{
	{"another reader", []string{`UPDATE access_log SET actor = replace(actor::text, 'counsellor', 'auditor')::json WHERE position = 1`}, ledger.AccessAltered},
	{"another purpose", []string{`UPDATE access_log SET data = replace(data::text, 'p1', 'p9')::json WHERE position = 1`}, ledger.AccessAltered},
	{"another case", []string{`UPDATE access_log SET case_id = gen_random_uuid() WHERE position = 1`}, ledger.AccessAltered},
	{"another instant", []string{`UPDATE access_log SET at = at - interval '1 hour' WHERE position = 1`}, ledger.AccessAltered},
	{"changed stored hash", []string{`UPDATE access_log SET leaf_hash = sha256('x') WHERE position = 1`}, ledger.AccessAltered},
	{"entry deleted", []string{`DELETE FROM access_log WHERE position = 1`}, ledger.AccessMissing},
	{"last entry deleted", []string{`DELETE FROM access_log WHERE position = 3`}, ledger.AccessCutShort},
	{"entry slipped in", []string{`INSERT INTO access_log SELECT 4, at, kind, case_id, person_id, actor, data, leaf_hash FROM access_log WHERE position = 3`}, ledger.AccessUnsigned},
	{"changed hash in the tree", []string{`UPDATE access_hashes SET hash = sha256('x') WHERE idx = 1`}, ledger.AccessBadTree},
	{"hash of the tree deleted", []string{`DELETE FROM access_hashes WHERE idx = 1`}, ledger.AccessBadTree},
	{"head set back without its signature", []string{`UPDATE access_head SET size = 3`}, ledger.AccessBadHead},
	{"edge of the tree replaced", []string{`UPDATE access_head SET frontier = overlay(frontier placing '\x00' from 20)`}, ledger.AccessBadHead},
	{"head removed", []string{`DELETE FROM access_head`}, ledger.AccessBadHead},
	{"all of it set back to nothing", []string{`DELETE FROM access_log`, `DELETE FROM access_hashes`, `UPDATE access_head SET size = 0, frontier = '', signed = ''`}, ledger.AccessCutShort},
}

func TestEveryForgeryOfTheLogOfAccessIsFound(t *testing.T) {
	t.Parallel()
	for _, f := range forgeriesOfAccess {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			b := written(t)
			caseID := uuid.NewString()
			b.recordReads(read(caseID, "p0"), read(caseID, "p1"))
			b.recordReads(read(caseID, "p2"), read(caseID, "p3"))
			b.opened() // its checkpoint fixes the four
			_, err := b.Verify(t.Context(), store.Audit{})
			must(t, err)
			b.tamper(f.statements...)
			b.finds(f.what, store.Audit{})
		})
	}
}

// Whoever can write tables and sign can set both logs back together: what a
// witness has kept of the log of events shows that reads were taken away.
func TestReadsThatWereTakenAwayAreFoundByACheckpointKeptElsewhere(t *testing.T) {
	t.Parallel()
	honest, forged := written(t), written(t)
	caseID := uuid.NewString()
	honest.recordReads(read(caseID, "p0"), read(caseID, "p1"))
	forged.recordReads(read(caseID, "p0"))
	honest.opened()
	kept := store.Audit{Known: []ledger.Checkpoint{honest.checkpoint()}}
	_, err := honest.Verify(t.Context(), kept)
	must(t, err)
	forged.finds(ledger.AccessCutShort, kept)
	forged.recordReads(read(caseID, "p9"))
	forged.finds(ledger.AccessRewritten, kept)
}

// BenchmarkRead measures what recording a read costs beside a bare SELECT of the
// same row: once, and when it is a repeat.
func BenchmarkRead(b *testing.B) {
	office := setup(b)
	caseID := office.opened().CaseID
	bare := func(b *testing.B) {
		for b.Loop() {
			_, err := office.Standing(b.Context(), caseID)
			must(b, err)
		}
	}
	b.Run("select", bare)
	b.Run("repeat", func(b *testing.B) {
		for b.Loop() {
			office.recordReads(read(caseID, "again"))
		}
	})
	b.Run("recorded", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			office.recordReads(read(caseID, fmt.Sprint(i)))
		}
	})
	b.Run("recorded_by_16", func(b *testing.B) {
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := office.RecordReads(context.Background(), []views.Read{read(caseID, uuid.NewString())}); err != nil && !errors.Is(err, context.Canceled) {
					b.Error(err)
				}
			}
		})
	})
}
