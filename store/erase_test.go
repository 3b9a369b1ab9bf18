// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"ricongiungi/capsule"
	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/views"
)

var supervisor = casefile.Actor{ID: "10000000-0000-4000-8000-000000000003", Role: casefile.Supervisor, Office: "wemi-mi"}

// orderBy has a command accepted and decided for somebody.
func (b *bundle) orderBy(who casefile.Actor, caseID, name string, body any) casefile.Outcome {
	b.t.Helper()
	raw, err := json.Marshal(body)
	must(b.t, err)
	id := uuid.NewString()
	_, err = b.AcceptOrder(b.t.Context(), casefile.Order{CommandID: id, CaseID: caseID, Type: name, Body: raw, Actor: who, At: b.now})
	must(b.t, err)
	outcome, err := b.Transact(b.t.Context(), caseID, id)
	must(b.t, err)
	return outcome
}

// erase has one person ask and another confirm.
func (b *bundle) erase(caseID, person string) {
	b.t.Helper()
	about := map[string]any{"person_id": person}
	asked := b.orderBy(counsellor, caseID, "request_erasure", map[string]any{"person_id": person, "reason": "request_of_the_person"})
	alone := b.orderBy(counsellor, caseID, "confirm_erasure", about)
	done := b.orderBy(supervisor, caseID, "confirm_erasure", about)
	if asked.Refusal != nil || alone.Refusal == nil || alone.Refusal.Code != "same_person" || done.Refusal != nil || done.Events[0].Type != "person_erased" {
		b.t.Fatalf("asked %+v, alone %+v, confirmed %+v", asked, alone, done)
	}
}

func TestAPersonIsErasedAndTheOthersStayAndTheCaseGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	mother, child := view.Members[0].MemberID, view.Members[1].MemberID
	b.order(view.CaseID, "add_note", map[string]any{"member_id": mother, "note": "Nadia parla arabo"})
	wrapped := query[[]byte](b, `SELECT wrapped FROM person_keys WHERE person_id = $1`, mother)
	b.tamper(`CHECKPOINT`)
	if !b.onDisk(wrapped) {
		t.Fatal("the key is not where it is looked for")
	}
	b.erase(view.CaseID, mother)

	after, err := b.Case(t.Context(), view.CaseID)
	must(t, err)
	if after.Version != view.Version+3 {
		t.Errorf("the version went from %d to %d: whoever keeps a copy does not learn of it", view.Version, after.Version)
	}
	for _, p := range after.People {
		if p.Erased != (p.PersonID == mother) || (p.FamilyName == "") != p.Erased {
			t.Errorf("after the erasure: %+v", p)
		}
	}
	for _, at := range []time.Time{{}, noon} {
		past, err := b.CaseAsOf(t.Context(), view.CaseID, at, time.Time{})
		must(t, err)
		if text := toJSON(t, past); strings.Contains(text, "Nadia") || !strings.Contains(text, "Yara") {
			t.Errorf("as of %s: %s", at, text)
		}
	}
	history, err := b.History(t.Context(), views.HistoryQuery{CaseID: view.CaseID, Limit: 100, WithRestricted: true})
	must(t, err)
	if text := toJSON(t, history); strings.Contains(text, "Nadia") || !strings.Contains(text, "Yara") {
		t.Errorf("the history is %s", text)
	}
	// The case goes on, for her and for the child.
	for _, member := range []string{mother, child} {
		if o := b.order(view.CaseID, "record_visa_requested", map[string]any{"member_id": member, "on": "2026-02-24"}); o.Refusal != nil {
			t.Errorf("the case does not go on: %+v", o.Refusal)
		}
	}
	b.order(view.CaseID, "add_note", map[string]any{"member_id": mother, "note": "Nadia ha chiamato"})
	if left := query[int](b, `SELECT count(*) FROM events, json_array_elements(sealed) box WHERE case_id = $1 AND version > $2 AND box->>'person' = $3`, view.CaseID, after.Version, mother); left != 0 {
		t.Error("something was sealed about her after the erasure")
	}
	// The proofs still hold, the views equal the log, and the key is gone for good.
	_, err = b.Verify(t.Context(), store.Audit{})
	must(t, err)
	if equal, err := b.RebuildView(t.Context(), view.CaseID); err != nil || !equal {
		t.Errorf("the view equals the log: %v, %v", equal, err)
	}
	must(t, store.Scrub(t.Context(), b.url))
	if b.onDisk(wrapped) {
		t.Error("the destroyed key still lies in a table")
	}
	key, err := note.NewVerifier(b.signer.VerifierKey())
	must(t, err)
	packed := b.packed(view.CaseID, true)
	if _, err := capsule.Verify(packed, key); err != nil || bytes.Contains(packed, []byte("Nadia")) || !bytes.Contains(packed, []byte("Yara")) {
		t.Errorf("a capsule made after the erasure: %v", err)
	}
}

func TestAnErasedChildIsCountedWithoutAnAge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	child := view.Members[1].MemberID
	b.order(view.CaseID, "record_entry", map[string]any{"member_id": child, "on": "2026-02-23"})
	grades := func() (found []string) {
		cells, _, err := b.SchoolDemand(t.Context(), demand.Query{GroupBy: []string{"grade"}}, rules.DateOf(b.now))
		must(t, err)
		for _, c := range cells {
			found = append(found, c.Values...)
		}
		return found
	}
	if before := grades(); len(before) != 1 || before[0] == "unknown" {
		t.Fatalf("before the erasure the child is counted in %v", before)
	}
	b.erase(view.CaseID, child)
	if after := grades(); !slices.Equal(after, []string{"unknown"}) {
		t.Errorf("after the erasure the child is counted in %v", after)
	}
	log, err := b.FigureLog(t.Context(), rules.DateOf(b.now).AddDays(1))
	must(t, err)
	for _, track := range log.All() {
		if track.MemberID == child && track.Cohort != 0 {
			t.Errorf("the figures still know the school year %d", track.Cohort)
		}
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return string(text)
}

// onDisk looks for bytes in the files of the database's tables.
func (b *bundle) onDisk(secret []byte) bool {
	b.t.Helper()
	dir := filepath.Join(query[string](b, `SHOW data_directory`), "base", query[string](b, `SELECT oid::text FROM pg_database WHERE datname = current_database()`))
	found, files := false, 0
	must(b.t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // files come and go while the server works
		}
		content, err := os.ReadFile(path)
		files++
		found = found || err == nil && bytes.Contains(content, secret)
		return nil
	}))
	if files == 0 {
		b.t.Skip("the files of the database server cannot be read from here")
	}
	return found
}

func TestALegalHoldKeepsTheKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	mother := view.Members[0].MemberID
	b.orderBy(supervisor, view.CaseID, "place_legal_hold", map[string]any{"ground": "court_case"})
	if o := b.order(view.CaseID, "request_erasure", map[string]any{"person_id": mother, "reason": "retention"}); o.Refusal == nil || !strings.Contains(o.Refusal.Text.En, "court_case") {
		t.Fatalf("under a hold: %+v", o)
	}
	b.orderBy(supervisor, view.CaseID, "lift_legal_hold", map[string]any{"ground": "court_case"})
	b.erase(view.CaseID, mother)
}

func TestARestrictedPersonIsNotShownInTheHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	mother := view.Members[0].MemberID
	b.orderBy(supervisor, view.CaseID, "restrict_processing", map[string]any{"person_id": mother, "ground": "accuracy_contested"})
	for _, all := range []bool{true, false} {
		history, err := b.History(t.Context(), views.HistoryQuery{CaseID: view.CaseID, Limit: 100, WithRestricted: all})
		must(t, err)
		if shown := strings.Contains(toJSON(t, history), "Nadia"); shown != all {
			t.Errorf("asked for restricted persons: %v, shown: %v", all, shown)
		}
	}
	now, err := b.Case(t.Context(), view.CaseID)
	must(t, err)
	past, err := b.CaseAsOf(t.Context(), view.CaseID, time.Time{}, noon)
	must(t, err)
	for _, v := range []casefile.View{now, past} {
		for _, p := range v.People {
			if p.Restricted != (p.PersonID == mother) {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestAPersonsRecordSaysNothingOfTheOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	mother := view.Members[0].MemberID
	b.order(view.CaseID, "add_note", map[string]any{"member_id": mother, "note": "preferisce la mattina"})
	b.order(view.CaseID, "record_visa_requested", map[string]any{"member_id": mother, "on": "2026-02-24"})
	record, err := b.Person(t.Context(), mother)
	must(t, err)
	text := toJSON(t, record)
	for _, said := range []string{"Nadia", "1990-01-09", "preferisce la mattina", "visa_requested", "spouse"} {
		if !strings.Contains(text, said) {
			t.Errorf("%q is missing", said)
		}
	}
	for _, other := range []string{"Mansour", "Karim", "Yara", "2016-07-30", view.Members[1].MemberID} {
		if strings.Contains(text, other) {
			t.Errorf("it says %q", other)
		}
	}
	b.erase(view.CaseID, mother)
	record, err = b.Person(t.Context(), mother)
	must(t, err)
	if text := toJSON(t, record); !record.Person.Erased || strings.Contains(text, "Nadia") || strings.Contains(text, "mattina") {
		t.Errorf("after the erasure: %s", text)
	}
	if _, err := b.Person(t.Context(), uuid.NewString()); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("a stranger: %v", err)
	}
}
