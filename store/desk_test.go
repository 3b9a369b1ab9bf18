// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/views"
)

func TestADraftIsItsOwnersAloneAndSealedAndSweptAfterAMonth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	caseID := uuid.NewString()
	draft := views.Draft{ActorID: counsellor.ID, CaseID: caseID, Command: "add_note", Typed: map[string][]string{"note": {"Nadia piange"}}, SavedAt: noon}
	must(t, b.KeepDraft(t.Context(), draft))
	draft.Typed = map[string][]string{"note": {"Nadia sorride"}}
	must(t, b.KeepDraft(t.Context(), draft))
	kept, err := b.Draft(t.Context(), counsellor.ID, caseID, "add_note")
	must(t, err)
	if kept.Typed["note"][0] != "Nadia sorride" || !kept.SavedAt.Equal(noon) {
		t.Errorf("kept %+v", kept)
	}
	if _, err := b.Draft(t.Context(), supervisor.ID, caseID, "add_note"); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("somebody else reads it: %v", err)
	}
	if box := query[[]byte](b, `SELECT box FROM drafts`); bytes.Contains(box, []byte("Nadia")) {
		t.Error("it is not sealed")
	}
	must(t, b.KeepDraft(t.Context(), views.Draft{ActorID: supervisor.ID, CaseID: caseID, Command: "add_note", SavedAt: noon.AddDate(0, 2, 0)}))
	if left, err := b.Drafts(t.Context(), counsellor.ID); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
	must(t, b.DropDraft(t.Context(), supervisor.ID, caseID, "add_note"))
	if left, err := b.Drafts(t.Context(), supervisor.ID); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
}

func TestListsAreKeptByNameForTheirOwner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := views.SavedList{ActorID: counsellor.ID, Name: "Famiglia di Nadia", Query: "municipio=2"}
	must(t, b.KeepList(t.Context(), mine))
	mine.Query = "municipio=3"
	must(t, b.KeepList(t.Context(), mine))
	lists, err := b.Lists(t.Context(), counsellor.ID)
	must(t, err)
	if len(lists) != 1 || lists[0] != mine {
		t.Errorf("%+v", lists)
	}
	if box := query[[]byte](b, `SELECT box FROM saved_lists`); bytes.Contains(box, []byte("Nadia")) {
		t.Error("the name is not sealed")
	}
	if others, err := b.Lists(t.Context(), supervisor.ID); err != nil || len(others) != 0 {
		t.Errorf("%v %v", others, err)
	}
	must(t, b.DropList(t.Context(), counsellor.ID, mine.Name))
	if lists, err := b.Lists(t.Context(), counsellor.ID); err != nil || len(lists) != 0 {
		t.Errorf("%v %v", lists, err)
	}
}

func TestAFileIsSealedWithItsPersonAndGoesWithThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	mother, child := view.Members[0].MemberID, view.Members[1].MemberID
	scan := func(person string) views.File {
		return views.File{FileID: uuid.NewString(), CaseID: view.CaseID, PersonID: person, MediaType: "application/pdf", Content: []byte("%PDF-1.7 Nadia"), By: counsellor, At: noon}
	}
	hers, theirs := scan(mother), scan(child)
	digest, err := b.KeepFile(t.Context(), hers)
	must(t, err)
	_, err = b.KeepFile(t.Context(), theirs)
	must(t, err)
	outcome := b.order(view.CaseID, "attach_document", map[string]any{"member_id": mother, "on": "2026-03-02", "item": "passport",
		"file_id": hers.FileID, "media_type": hers.MediaType, "bytes": len(hers.Content), "digest": digest})
	if outcome.Refusal != nil {
		t.Fatal(outcome.Refusal.Text.En)
	}
	read, kept, err := b.File(t.Context(), view.CaseID, hers.FileID)
	must(t, err)
	if !bytes.Equal(read.Content, hers.Content) || kept != digest || read.MediaType != hers.MediaType {
		t.Errorf("%+v %s", read, kept)
	}
	if box := query[[]byte](b, `SELECT box FROM files WHERE file_id = $1`, hers.FileID); bytes.Contains(box, []byte("Nadia")) {
		t.Error("it is not sealed")
	}
	if _, _, err := b.File(t.Context(), uuid.NewString(), hers.FileID); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("it is read through another case: %v", err)
	}
	must(t, b.KeepDraft(t.Context(), views.Draft{ActorID: counsellor.ID, CaseID: view.CaseID, Command: "add_note", SavedAt: noon}))
	b.erase(view.CaseID, mother)
	if _, _, err := b.File(t.Context(), view.CaseID, hers.FileID); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("the file outlives the person: %v", err)
	}
	if _, err := b.KeepFile(t.Context(), scan(mother)); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("something is kept about an erased person: %v", err)
	}
	if _, _, err := b.File(t.Context(), view.CaseID, theirs.FileID); err != nil {
		t.Errorf("the other's file is gone: %v", err)
	}
	if drafts, err := b.Drafts(t.Context(), counsellor.ID); err != nil || len(drafts) != 0 {
		t.Errorf("a draft that may name the person stays: %v %v", drafts, err)
	}
	must(t, b.DropFile(t.Context(), view.CaseID, theirs.FileID))
	if _, _, err := b.File(t.Context(), view.CaseID, theirs.FileID); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("what was dropped is there: %v", err)
	}
}

func TestMeetingsOfTheComingDaysAreListedByTheHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	b.order(view.CaseID, "assign_counsellor", map[string]any{"counsellor_id": counsellor.ID})
	for _, at := range []time.Time{noon.Add(30 * time.Hour), noon.Add(4 * time.Hour), noon.Add(40 * 24 * time.Hour)} {
		if outcome := b.order(view.CaseID, "book_appointment", map[string]any{"at": at, "place": "hub", "purpose": "plan"}); outcome.Refusal != nil {
			t.Fatal(outcome.Refusal.Text.En)
		}
	}
	asked := views.AgendaQuery{Offices: []string{view.Office}, Counsellor: counsellor.ID, Limit: 10}
	found, err := b.Meetings(t.Context(), asked, noon, noon.Add(7*24*time.Hour))
	must(t, err)
	if len(found) != 2 || !found[0].At.Before(found[1].At) || found[0].CaseID != view.CaseID {
		t.Errorf("%+v", found)
	}
	asked.Offices = []string{"wemi-to"}
	if found, err := b.Meetings(t.Context(), asked, noon, noon.Add(7*24*time.Hour)); err != nil || len(found) != 0 {
		t.Errorf("another office sees them: %v %v", found, err)
	}
}
