// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"testing"

	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/search"
	"ricongiungi/store"
	"ricongiungi/views"
)

// directory is the search index of one process, up to date.
func (b *bundle) directory(of *store.Store) *search.Directory {
	b.t.Helper()
	d := search.NewDirectory(of)
	must(b.t, d.CatchUp(b.t.Context()))
	return d
}

// finds lists the ids of whom a search in the hub of Milan finds.
func (b *bundle) findsPeople(d *search.Directory, q views.PeopleQuery) []string {
	b.t.Helper()
	q.Limit = 10
	if q.Offices == nil {
		q.Offices = []string{"wemi-mi"}
	}
	found, err := d.FindPeople(b.t.Context(), q)
	must(b.t, err)
	ids := []string{}
	for _, p := range found.Items {
		ids = append(ids, p.PersonID)
	}
	return ids
}

func TestPeopleAreFoundInEveryProcessFromTheMomentTheyAreRecordedToTheirErasure(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other, err := store.Open(t.Context(), store.Config{URL: b.url, Vault: b.keys, Signer: b.signer, Book: rules.Default()})
	must(t, err)
	defer other.Close()
	mine, theirs := b.directory(b.Store), b.directory(other)
	if got := b.findsPeople(theirs, views.PeopleQuery{Text: "Nadia"}); len(got) != 0 {
		t.Fatalf("found %v in an empty log", got)
	}
	view := b.opened()
	mother, child := view.Members[0].MemberID, view.Members[1].MemberID
	for _, d := range []*search.Directory{mine, theirs} {
		must(t, d.CatchUp(t.Context()))
		for text, want := range map[string]string{"نادية فتحي": mother, "Nadia Fathi": mother, "Yara Mansur": child} {
			if got := b.findsPeople(d, views.PeopleQuery{Text: text}); len(got) == 0 || got[0] != want {
				t.Errorf("%q finds %v", text, got)
			}
		}
	}
	b.erase(view.CaseID, mother)
	// The other process's index is a second late; what it shows is not.
	if got := b.findsPeople(theirs, views.PeopleQuery{Text: "Nadia Fathy"}); len(got) != 0 {
		t.Errorf("an erased person is shown: %v", got)
	}
	must(t, theirs.CatchUp(t.Context()))
	if got := b.findsPeople(theirs, views.PeopleQuery{Text: "Yara Mansour"}); len(got) != 1 {
		t.Errorf("the child is found as %v", got)
	}
}

func TestASearchObeysAccess(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	mother, child := view.Members[0].MemberID, view.Members[1].MemberID
	if entered := b.order(view.CaseID, "record_entry", map[string]any{"member_id": child, "on": "2026-03-01"}); entered.Refusal != nil {
		t.Fatalf("entry: %+v", entered.Refusal)
	}
	b.orderBy(supervisor, view.CaseID, "restrict_processing", map[string]any{"person_id": mother, "ground": "accuracy_contested"})
	d := b.directory(b.Store)
	for _, c := range []struct {
		name  string
		query views.PeopleQuery
		want  []string
	}{
		{"a restricted person, by somebody else", views.PeopleQuery{Text: "Nadia"}, []string{}},
		{"a restricted person, by who answers for the office", views.PeopleQuery{Text: "Nadia", WithRestricted: true}, []string{mother}},
		{"an adult, by education", views.PeopleQuery{Text: "Nadia", WithRestricted: true, PupilsOnly: true}, []string{}},
		{"a pupil, by education", views.PeopleQuery{Text: "Yara", PupilsOnly: true}, []string{child}},
		{"by another hub", views.PeopleQuery{Text: "Yara", Offices: []string{"wemi-to"}}, []string{}},
	} {
		if got := b.findsPeople(d, c.query); len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestAnotherOfficeLearnsThatItMayAskOnlyWhenItNamesSomebodyExactly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	message := b.decision("P-MI/F/N/2026/0042")
	caseID := b.accept(message)[0].CaseID
	d := b.directory(b.Store)
	born := message.Members[1].Person.BirthDate
	asks := func(text string, on rules.Date) views.PeopleFound {
		t.Helper()
		found, err := d.FindPeople(t.Context(), views.PeopleQuery{Text: text, Born: on, Offices: []string{"wemi-to"}, Limit: 5})
		must(t, err)
		if len(found.Items) != 0 {
			t.Errorf("%q shows %+v", text, found.Items)
		}
		return found
	}
	for _, text := range []string{"Yara Mansour", "Yara", "P-MI/F/N/2026/00"} {
		if found := asks(text, rules.Date{}); len(found.Elsewhere) != 0 {
			t.Errorf("%q gives away %v", text, found.Elsewhere)
		}
	}
	if found := asks("Yara Mansour", born); len(found.Elsewhere) != 1 || found.Elsewhere[0] != "wemi-mi" || found.ToldOf[0] != caseID {
		t.Errorf("exactly named: %+v", found)
	}
	if found := asks("p-mi f n 2026 0042", rules.Date{}); len(found.Elsewhere) != 1 {
		t.Errorf("by number: %+v", found)
	}
	view, err := b.Case(t.Context(), caseID)
	must(t, err)
	b.orderBy(supervisor, caseID, "assign_counsellor", map[string]any{"counsellor_id": counsellor.ID})
	if sealed := b.order(caseID, "seal_address", map[string]any{"person_id": view.Members[0].MemberID}); sealed.Refusal != nil {
		t.Fatalf("sealing: %+v", sealed.Refusal)
	}
	must(t, d.CatchUp(t.Context()))
	if found := asks("p-mi f n 2026 0042", rules.Date{}); len(found.Elsewhere) != 0 {
		t.Errorf("a hidden family is given away: %+v", found)
	}
}

// The index holds nothing that a log or a checkpoint would give away.
func TestASearchLeavesNothingInTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened()
	d := b.directory(b.Store)
	before := b.checkpoint()
	b.findsPeople(d, views.PeopleQuery{Text: "Nadia"})
	if after := b.checkpoint(); after != before || after.Access != (ledger.Edge{}) {
		t.Error("searching wrote something")
	}
}
