// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/views"
)

var here = []string{"wemi-mi"}

const (
	giulia = "10000000-0000-4000-8000-00000000000a"
	marco  = "10000000-0000-4000-8000-00000000000b"
)

// filed is a hand-off of an application that is still to be decided.
func (b *bundle) filed(file string, on rules.Date) handoff.Message {
	m := b.decision(file)
	m.Kind, m.On, m.FiledOn, m.ContactLanguage = handoff.Filed, on, rules.Date{}, "es"
	for i := range m.Members {
		m.Members[i].Decision = ""
	}
	return m
}

func (b *bundle) given(caseID, counsellor string) {
	b.t.Helper()
	if o := b.order(caseID, "assign_counsellor", casefile.AssignCounsellor{CounsellorID: counsellor}); o.Refusal != nil {
		b.t.Fatal(o.Refusal.Text.En)
	}
}

func (b *bundle) caseloadOf(counsellors ...string) []string {
	var ids []string
	for _, c := range counsellors {
		id := b.opened().CaseID
		b.given(id, c)
		ids = append(ids, id)
	}
	return ids
}

const allDesk = `SELECT coalesce((SELECT string_agg(c::text, E'\n' ORDER BY case_id) FROM desk_cases c), '')
	|| coalesce((SELECT string_agg(w::text, E'\n' ORDER BY case_id, member_id) FROM desk_ways w), '')
	|| coalesce((SELECT string_agg(a::text, E'\n' ORDER BY case_id, kind, subject) FROM desk_approvals a), '')`

func TestTheDeskIsRebuiltAsItWas(t *testing.T) {
	b := setup(t)
	b.town()
	b.accept(b.filed("P-MI/F/N/2026/777777", rules.On(2025, time.December, 1)))
	view := b.opened()
	b.order(view.CaseID, "request_erasure", casefile.RequestErasure{PersonID: view.SponsorID, Reason: "objection"})
	before := query[string](b, allDesk)
	ids, err := b.CaseIDs(t.Context())
	must(t, err)
	for _, id := range ids {
		_, err := b.RebuildView(t.Context(), id)
		must(t, err)
	}
	if after := query[string](b, allDesk); after != before || before == "" {
		t.Errorf("rebuilt as\n%s\nand not\n%s", after, before)
	}
}

func TestTheDeskNamesNobody(t *testing.T) {
	b := setup(t)
	if columns := query[[]string](b, `SELECT coalesce(array_agg(column_name::text), '{}') FROM information_schema.columns
		WHERE table_name LIKE 'desk%' AND column_name ~ 'name|birth|sex|citizen|phone|mail|address|note'`); len(columns) > 0 {
		t.Errorf("columns %v", columns)
	}
}

func TestTheWorkloadCountsOpenCasesAndWhatIsDue(t *testing.T) {
	b := setup(t)
	b.caseloadOf(giulia, giulia, marco)
	b.opened()
	later := rules.DateOf(b.now).AddDays(60)
	w, err := b.Workload(t.Context(), here, later)
	must(t, err)
	agenda, err := b.Agenda(t.Context(), views.AgendaQuery{Offices: here, Role: casefile.Counsellor, Before: later.AddDays(6), Limit: 500})
	must(t, err)
	if w.Total.OpenCases != 4 || w.Total.Members != 8 || w.Total.Due() != len(agenda.Items) || len(agenda.Items) == 0 {
		t.Errorf("%+v; the agenda has %d items", w.Total, len(agenda.Items))
	}
	at := slices.IndexFunc(w.Rows, func(l oversight.Load) bool { return l.CounsellorID == giulia })
	if at < 0 || w.Rows[at].OpenCases != 2 || w.Rows[at].Languages["ar"] != 2 {
		t.Errorf("%+v", w.Rows)
	}
	if w, err := b.Workload(t.Context(), []string{"wemi-to"}, rules.DateOf(b.now)); err != nil || w.Total.OpenCases != 0 {
		t.Errorf("another hub sees %+v, %v", w.Total, err)
	}
}

func TestTheBacklogHoldsWhatIsNotDecided(t *testing.T) {
	b := setup(t)
	b.accept(b.filed("P-MI/F/N/2026/1", rules.On(2025, time.October, 3)), b.filed("P-MI/F/N/2026/2", rules.On(2025, time.October, 6)))
	b.opened() // decided
	backlog, err := b.Backlog(t.Context(), here, rules.On(2026, time.March, 2))
	must(t, err)
	if backlog.Pending != 2 || backlog.Late != 1 || len(backlog.Terms) != 2 || backlog.Terms[0].Days != 90 || backlog.Terms[0].Late != 1 || backlog.Terms[1].Days != 150 {
		t.Errorf("%+v", backlog)
	}
}

func TestOverdueItemsAreThoseOfTheAgenda(t *testing.T) {
	b := setup(t)
	b.town()
	later := rules.DateOf(b.now).AddDays(60)
	overdue, err := b.OverdueByStage(t.Context(), here, later)
	must(t, err)
	agenda, err := b.Agenda(t.Context(), views.AgendaQuery{Offices: here, Before: later.AddDays(-1), Limit: 500})
	must(t, err)
	if overdue.Total != len(agenda.Items) || overdue.Total == 0 {
		t.Errorf("%d overdue, %d on the agenda", overdue.Total, len(agenda.Items))
	}
	for _, stage := range overdue.Rows {
		listed, err := b.Agenda(t.Context(), views.AgendaQuery{Offices: here, Before: later.AddDays(-1), Item: stage.Item, Phase: stage.Phase, Role: casefile.Role(stage.Responsible), Limit: 500})
		must(t, err)
		if len(listed.Items) != stage.Count {
			t.Errorf("%+v lists %d", stage, len(listed.Items))
		}
	}
}

func TestTimesAreTakenFromTheWays(t *testing.T) {
	b := setup(t)
	view := b.opened() // filed on 10 October, decided on 20 February
	b.order(view.CaseID, "record_entry", casefile.RecordEntry{Step: casefile.Step{MemberID: view.Members[1].MemberID, On: rules.On(2026, time.February, 23)}})
	times, err := b.Times(t.Context(), here, rules.DateOf(b.now), rules.On(2025, time.January, 1))
	must(t, err)
	decision := times.Curves[0]
	if decision.Stays != 2 || decision.Completed != 2 || *decision.Median.Days != 133 {
		t.Errorf("%+v", decision)
	}
	if request := times.Curves[5]; request.Stage != "permit_request" || request.Stays != 1 || request.Censored != 1 || request.Longest != 7 {
		t.Errorf("%+v", request)
	}
	if none, err := b.Times(t.Context(), here, rules.DateOf(b.now), rules.On(2026, time.March, 1)); err != nil || none.Curves[0].Stays != 0 {
		t.Errorf("%+v, %v", none.Curves[0], err)
	}
}

func TestWhatWaitsForASecondPersonIsListedUntilItIsDecided(t *testing.T) {
	b := setup(t)
	view := b.opened()
	b.order(view.CaseID, "request_erasure", casefile.RequestErasure{PersonID: view.SponsorID, Reason: "objection"})
	b.order(view.CaseID, "record_death", casefile.RecordDeath{On: rules.On(2026, time.February, 25), PersonID: view.SponsorID})
	waiting, err := b.Approvals(t.Context(), views.ApprovalQuery{Offices: here, Limit: 1})
	must(t, err)
	if len(waiting.Items) != 1 || waiting.Next == "" {
		t.Fatalf("%+v", waiting)
	}
	rest, err := b.Approvals(t.Context(), views.ApprovalQuery{Offices: here, Limit: 10, Cursor: waiting.Next})
	must(t, err)
	kinds := map[string]int{}
	for _, r := range append(waiting.Items, rest.Items...) {
		kinds[r.Kind]++
		if r.Kind == casefile.ApproveErasure && r.AskedBy != counsellor.ID {
			t.Errorf("asked by %s", r.AskedBy)
		}
	}
	if kinds[casefile.ApproveErasure] != 1 || kinds[casefile.ApproveDoubt] != 2 {
		t.Errorf("%v", kinds)
	}
}

// decideAll has every command decided that waits, as the courier would.
func (b *bundle) decideAll() {
	b.t.Helper()
	waiting, err := b.WaitingOrders(b.t.Context(), b.now.Add(-time.Hour), 500)
	must(b.t, err)
	for _, w := range waiting {
		_, err := b.Transact(b.t.Context(), w.CaseID, w.CommandID)
		must(b.t, err)
	}
}

func (b *bundle) reassign(id string, given []oversight.Assignment) views.Reassignment {
	b.t.Helper()
	must(b.t, b.Reassign(b.t.Context(), views.Reassignment{ID: id, By: counsellor, At: b.now, Reason: "absence"}, given))
	r, err := b.Reassignment(b.t.Context(), id)
	must(b.t, err)
	return r
}

func TestAReassignmentComesToItsEndAndSaysWhatBecameOfEachCase(t *testing.T) {
	b := setup(t)
	b.caseloadOf(giulia, giulia, giulia, marco)
	cases, err := b.Selected(t.Context(), views.Selection{Offices: here, Counsellor: giulia, Limit: 100})
	must(t, err)
	w, err := b.Workload(t.Context(), here, rules.DateOf(b.now))
	must(t, err)
	id := uuid.NewString()
	given := oversight.Spread(w.Rows, cases, []string{marco})
	if r := b.reassign(id, given); r.Cases != 3 || r.Pending != 3 || r.Finished() {
		t.Errorf("at first %+v", r)
	}
	b.given(cases[0].CaseID, marco) // somebody was faster
	b.decideAll()
	r := b.reassign(id, given) // asked again
	if r.Done != 2 || r.Unchanged != 1 || r.Refused != 0 || !r.Finished() {
		t.Errorf("in the end %+v", r)
	}
	rows, err := b.ReassignedCases(t.Context(), views.ReassignmentQuery{ID: id, Limit: 2})
	must(t, err)
	if len(rows.Items) != 2 || rows.Next == "" || rows.Items[0].Was != giulia || rows.Items[0].SettledAt.IsZero() {
		t.Errorf("%+v", rows)
	}
	if left, err := b.Selected(t.Context(), views.Selection{Offices: here, Counsellor: giulia, Limit: 100}); err != nil || len(left) != 0 {
		t.Errorf("%d cases are left, %v", len(left), err)
	}
}

func TestTheSameReassignmentWithOtherCasesIsRefused(t *testing.T) {
	b := setup(t)
	ids := b.caseloadOf(giulia, giulia)
	id := uuid.NewString()
	b.reassign(id, []oversight.Assignment{{CaseID: ids[0], Was: giulia, CounsellorID: marco}})
	err := b.Reassign(t.Context(), views.Reassignment{ID: id, By: counsellor, At: b.now, Reason: "absence"}, []oversight.Assignment{{CaseID: ids[1], Was: giulia, CounsellorID: marco}})
	if !errors.Is(err, views.ErrOtherContent) {
		t.Errorf("answered %v", err)
	}
	if _, err := b.Reassignment(t.Context(), uuid.NewString()); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("an unknown one is answered with %v", err)
	}
}

func TestUndoingGivesBackWhatIsStillWhereItWasPut(t *testing.T) {
	b := setup(t)
	ids := b.caseloadOf(giulia, giulia, giulia)
	var given []oversight.Assignment
	for _, id := range ids {
		given = append(given, oversight.Assignment{CaseID: id, Was: giulia, CounsellorID: marco})
	}
	id := uuid.NewString()
	b.reassign(id, given)
	b.decideAll()
	b.given(ids[0], counsellor.ID) // went on to a third person
	back, left, err := b.Undoing(t.Context(), id)
	must(t, err)
	if len(back) != 2 || left != 1 || back[0].CounsellorID != giulia || back[0].Was != marco {
		t.Fatalf("%+v, %d left", back, left)
	}
	undo := casefile.DeriveID(id, "undo")
	must(t, b.Reassign(t.Context(), views.Reassignment{ID: undo, By: counsellor, At: b.now.Add(time.Minute), Reason: "undo", Undoes: id, Left: left}, back))
	b.decideAll()
	list, err := b.Reassignments(t.Context(), counsellor.Office, 10)
	must(t, err)
	if len(list) != 2 || list[0].Undoes != id || list[0].Done != 2 || list[0].Left != 1 || list[1].UndoneBy != undo {
		t.Errorf("%+v", list)
	}
}
