// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"ricongiungi/casefile"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/views"
)

func TestADecisionOpensACaseWithItsPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	if view.Phase != casefile.PhasePreDeparture || len(view.Members) != 2 || len(view.People) != 3 {
		t.Fatalf("phase %s, %d members, %d people", view.Phase, len(view.Members), len(view.People))
	}
	if view.People[0].FamilyName != "Mansour" || view.People[1].GivenName != "Nadia" {
		t.Fatalf("people are %+v", view.People)
	}
}

func TestNoNameLiesInTheDatabaseInTheClear(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened()
	for _, table := range []string{"events", "case_views", "agenda_items", "handoffs", "orders", "effects"} {
		text := query[string](b, `SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` t`)
		for _, name := range []string{"Mansour", "Nadia", "Yara", "2016-07-30"} {
			if strings.Contains(text, name) {
				t.Errorf("%s holds %q", table, name)
			}
		}
	}
}

func TestTheSameCommandTwiceIsDecidedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	order := casefile.Order{CommandID: uuid.NewString(), CaseID: view.CaseID, Type: "record_contact", Body: []byte(`{"on":"2026-02-25","channel":"phone"}`), Actor: counsellor, At: b.now}
	_, err := b.AcceptOrder(t.Context(), order)
	must(t, err)
	var outcomes [8]casefile.Outcome
	var wait sync.WaitGroup
	for i := range outcomes {
		wait.Go(func() {
			outcome, err := b.Transact(context.Background(), view.CaseID, order.CommandID)
			if err != nil {
				t.Error(err)
			}
			outcomes[i] = outcome
		})
	}
	wait.Wait()
	for _, o := range outcomes {
		if o.Version != view.Version+1 || len(o.Events) != 1 || o.Events[0].EventID != outcomes[0].Events[0].EventID {
			t.Fatalf("outcomes differ: %+v and %+v", outcomes[0], o)
		}
	}
	again, err := b.AcceptOrder(t.Context(), order)
	must(t, err)
	if again == nil || again.Version != outcomes[0].Version {
		t.Fatalf("accepting it again gives %+v", again)
	}
	order.Body = []byte(`{"on":"2026-02-26","channel":"phone"}`)
	if _, err := b.AcceptOrder(t.Context(), order); !errors.Is(err, views.ErrOtherContent) {
		t.Fatalf("other content under the same id: %v", err)
	}
}

func TestManyWritersLeaveNoGapAndOneValidTree(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var cases []casefile.View
	for range 6 {
		cases = append(cases, b.opened())
	}
	var wait sync.WaitGroup
	for _, c := range cases {
		wait.Go(func() {
			for day := range 5 {
				b.order(c.CaseID, "record_contact", map[string]any{"on": rules.On(2026, time.February, 20+day), "channel": "phone"})
			}
		})
	}
	wait.Wait()
	head, err := b.Verify(t.Context(), store.Audit{})
	size := head.Size
	must(t, err)
	if want := query[int64](b, `SELECT count(*) FROM events`); size != want {
		t.Fatalf("verified %d of %d", size, want)
	}
	if high := query[int64](b, `SELECT max(position) FROM events`); high != size-1 {
		t.Fatalf("positions reach %d for %d events", high, size)
	}
}

func (b *bundle) checkpoint() ledger.Checkpoint {
	b.t.Helper()
	text, err := b.Checkpoint(b.t.Context())
	must(b.t, err)
	verifier, err := note.NewVerifier(b.signer.VerifierKey())
	must(b.t, err)
	c, err := ledger.OpenCheckpoint(text, verifier)
	must(b.t, err)
	return c
}

func TestATamperedEventIsFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened()
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `ALTER TABLE events DISABLE TRIGGER events_append_only`)
	must(t, err)
	_, err = conn.Exec(t.Context(), `UPDATE events SET occurred_at = occurred_at - interval '1 day' WHERE position = 3`)
	must(t, err)
	var tampered *ledger.Tampered
	if _, err := b.Verify(t.Context(), store.Audit{}); !errors.As(err, &tampered) || tampered.Position != 3 {
		t.Fatalf("the verdict is %v", err)
	}
}

func TestTheLogRefusesEveryChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened()
	b.recordReads(read(uuid.NewString(), "audit"))
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	statements := []string{`UPDATE events SET type = 'x'`, `DELETE FROM events`, `TRUNCATE events`, `DELETE FROM log_hashes`, `TRUNCATE log_hashes`,
		`UPDATE access_log SET kind = 'x'`, `DELETE FROM access_log`, `TRUNCATE access_log`, `DELETE FROM access_hashes`, `TRUNCATE access_hashes`}
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("the owner's %s: %v", statement, err)
		}
	}
	_, err = conn.Exec(t.Context(), `SET ROLE ricongiungi_app`)
	must(t, err)
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("the program's %s: %v", statement, err)
		}
	}
}

func TestRebuiltViewsEqualTheOnesWrittenWithTheEvents(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	b.order(view.CaseID, "record_contact", map[string]any{"on": "2026-02-25", "channel": "phone"})
	row := `SELECT (case_id, version, phase, office, counsellor, municipio, members, opened_on, next_due, next_item, overdue, updated_at, view::text)::text FROM case_views WHERE case_id = $1`
	before := query[string](b, row, view.CaseID)
	equal, err := b.RebuildView(t.Context(), view.CaseID)
	must(t, err)
	if after := query[string](b, row, view.CaseID); !equal || after != before {
		t.Fatalf("equal: %v\nbefore %s\nafter  %s", equal, before, after)
	}
	query[int](b, `WITH gone AS (DELETE FROM case_views RETURNING 1) SELECT count(*) FROM gone`)
	if equal, err = b.RebuildView(t.Context(), view.CaseID); err != nil || equal {
		t.Fatalf("a lost view counted as equal: %v, %v", equal, err)
	}
	if after := query[string](b, row, view.CaseID); after != before {
		t.Fatalf("rebuilt from nothing:\nbefore %s\nafter  %s", before, after)
	}
}

func TestACaseIsShownAsItWasKnown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	mother := view.Members[0].MemberID
	b.now = noon.AddDate(0, 0, 7)
	b.order(view.CaseID, "record_visa_requested", map[string]any{"member_id": mother, "on": "2026-02-24"})
	knownThen, err := b.CaseAsOf(t.Context(), view.CaseID, time.Time{}, noon.AddDate(0, 0, 1))
	must(t, err)
	happenedThen, err := b.CaseAsOf(t.Context(), view.CaseID, rules.On(2026, time.February, 24).End(), time.Time{})
	must(t, err)
	if knownThen.Members[0].Stage != casefile.StageAuthorised || happenedThen.Members[0].Stage != casefile.StageVisaRequested {
		t.Fatalf("known then %s, happened then %s", knownThen.Members[0].Stage, happenedThen.Members[0].Stage)
	}
}

func TestARefusedCommandNamesItsRuleAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	outcome := b.order(view.CaseID, "record_presentation", map[string]any{"member_id": view.Members[0].MemberID, "on": "2026-02-25"})
	if outcome.Refusal == nil || outcome.Refusal.Code != "not_entered" || outcome.Refusal.Rule != "art. 5 c. 2 TUI" {
		t.Fatalf("refusal is %+v", outcome.Refusal)
	}
	if after, err := b.Case(t.Context(), view.CaseID); err != nil || after.Version != view.Version {
		t.Fatalf("version %d became %d, %v", view.Version, after.Version, err)
	}
}

func TestAnEventIsProvenAgainstTheCheckpoint(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.opened()
	proof, err := b.EventProof(t.Context(), view.CaseID, 2)
	must(t, err)
	if proof.Position != 1 || !strings.HasPrefix(proof.Checkpoint, "ricongiungi.test/log\n") || len(proof.Hashes) == 0 {
		t.Fatalf("proof is %+v", proof)
	}
	if _, err := b.EventProof(t.Context(), view.CaseID, 99); !errors.Is(err, views.ErrNotFound) {
		t.Fatalf("a proof of nothing: %v", err)
	}
}

func TestNoOpenCaseIsWithoutANextStep(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened()
	b.opened()
	f, err := b.Figures(t.Context())
	must(t, err)
	if f.WithoutNextStep != 0 || f.CasesByPhase["pre_departure"] != 2 || f.HandoffsByStatus["applied"] != 2 || f.WithoutWorkflow != 2 || f.Events == 0 {
		t.Fatalf("figures are %+v", f)
	}
	if f.ViewsLag != 0 || f.Agenda["counsellor"] == 0 || f.CheckpointAge < 0 || f.OldestHandoff != 0 {
		t.Errorf("figures are %+v", f)
	}
	if pool := b.Pool(); pool.Max == 0 {
		t.Errorf("the pool is %+v", pool)
	}
}
