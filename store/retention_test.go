// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/views"
)

// terms keep everything for a year but rejected rows, for which there is no term.
func terms(t testing.TB) rules.Retention {
	t.Helper()
	rows := "class,months,valid_from,valid_to,citation,certainty,it,en\n"
	for _, class := range []string{rules.CasePersons, rules.SignIns, rules.MachineCalls, rules.DemandQueries} {
		rows += class + ",12,2000-01-01,,source,policy,testo,text\n"
	}
	r, err := rules.ReadRetention("test", strings.NewReader(rows))
	must(t, err)
	return r
}

func (b *bundle) due(on rules.Date, class string) views.Due {
	b.t.Helper()
	all, err := b.RetentionDue(b.t.Context(), terms(b.t), on)
	must(b.t, err)
	for _, d := range all {
		if d.Rule.Class == class {
			return d
		}
	}
	return views.Due{}
}

// closed is a case whose members withdrew and which was closed.
func (b *bundle) closed() casefile.View {
	b.t.Helper()
	view := b.opened()
	b.order(view.CaseID, "withdraw", map[string]any{"on": "2026-03-02", "reason": "changed_plans"})
	if o := b.order(view.CaseID, "close_case", map[string]any{"reason": "withdrawn"}); o.Refusal != nil {
		b.t.Fatal(o.Refusal.Text.En)
	}
	view, err := b.Case(b.t.Context(), view.CaseID)
	must(b.t, err)
	return view
}

func TestPeopleOfAClosedCaseHaveHadTheirTimeOnTheDayAndNotBefore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened()
	view := b.closed()
	end := view.ClosedOn.AddMonths(12)
	if d := b.due(end.AddDays(-1), rules.CasePersons); d.Count != 0 {
		t.Errorf("the day before, %d persons are due", d.Count)
	}
	d := b.due(end, rules.CasePersons)
	if d.Count != 3 || len(d.Persons) != 3 || d.Held != 0 || d.Persons[0].CaseID != view.CaseID {
		t.Errorf("on the day: %+v", d)
	}
	if query[int](b, `SELECT count(*) FROM person_keys WHERE destroyed_at IS NOT NULL`) != 0 {
		t.Error("counting erased somebody")
	}
}

func TestALegalHoldKeepsThePeopleAndAnErasedOneIsDueNoMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.closed()
	end := view.ClosedOn.AddMonths(12)
	first := b.due(end, rules.CasePersons).Persons[0]
	b.order(view.CaseID, "request_erasure", map[string]any{"person_id": first.PersonID, "reason": "retention"})
	if d := b.due(end, rules.CasePersons); d.Persons[0].AskedBy != counsellor.ID {
		t.Errorf("who asked is not known: %+v", d.Persons[0])
	}
	if o := b.order(view.CaseID, "confirm_erasure", map[string]any{"person_id": first.PersonID}); o.Refusal == nil || o.Refusal.Code != "same_person" {
		t.Errorf("whoever asked confirmed: %+v", o)
	}
	b.orderBy(supervisor, view.CaseID, "confirm_erasure", map[string]any{"person_id": first.PersonID})
	if d := b.due(end, rules.CasePersons); d.Count != 2 {
		t.Errorf("after one erasure: %+v", d)
	}
	b.orderBy(supervisor, view.CaseID, "place_legal_hold", map[string]any{"ground": "court_case"})
	if d := b.due(end, rules.CasePersons); d.Count != 0 || d.Held != 2 {
		t.Errorf("under a hold: %+v", d)
	}
}

func TestLogsLoseWhatHasHadItsTimeAndNothingElseAndSayOnWhoseWord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.OpenSession(t.Context(), b.session(1)))
	must(t, b.NoteMachineCall(t.Context(), b.call()))
	b.now = b.now.AddDate(0, 6, 0)
	must(t, b.OpenSession(t.Context(), b.session(2)))
	must(t, b.NoteMachineCall(t.Context(), b.call()))
	on := rules.DateOf(noon).AddMonths(12).AddDays(1)
	for _, class := range []string{rules.SignIns, rules.MachineCalls} {
		if d := b.due(on, class); d.Count != 1 || !d.Oldest.Equal(noon) {
			t.Errorf("%s: %+v", class, d)
		}
		rule, _ := terms(t).Of(class, on)
		removal, err := store.RemoveExpired(t.Context(), b.url, rule, on, supervisor.ID, "yearly_review")
		must(t, err)
		if removal.Removed != 1 || b.due(on, class).Count != 0 || query[int](b, `SELECT count(*) FROM `+class) != 1 {
			t.Errorf("%s: removed %d", class, removal.Removed)
		}
	}
	told, err := b.Removals(t.Context())
	must(t, err)
	if len(told) != 2 || told[0].ApprovedBy != supervisor.ID || told[0].Rule.Months != 12 || told[0].Class != rules.SignIns {
		t.Errorf("told %+v", told)
	}
}

func TestNobodyRemovesFromALogInAnotherWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.OpenSession(t.Context(), b.session(1)))
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	for _, attempt := range []string{`DELETE FROM sign_ins`, `SET ricongiungi.retention = 'machine_calls'; DELETE FROM sign_ins`,
		`SET ricongiungi.retention = 'sign_ins'; UPDATE sign_ins SET level = 'x'`, `SET ricongiungi.retention = 'sign_ins'; TRUNCATE sign_ins`,
		`SET ROLE ricongiungi_app; SET ricongiungi.retention = 'sign_ins'; DELETE FROM sign_ins`, `RESET ROLE; DELETE FROM retention_removals; DELETE FROM sign_ins`} {
		if _, err := conn.Exec(t.Context(), attempt); err == nil {
			t.Errorf("%s was let pass", attempt)
		}
	}
	rule := rules.Keep{Class: "events", Months: 1}
	if _, err := store.RemoveExpired(t.Context(), b.url, rule, rules.DateOf(time.Now()), uuid.NewString(), "x"); !errors.Is(err, store.ErrNotALog) {
		t.Errorf("the log of cases: %v", err)
	}
}
