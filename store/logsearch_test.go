// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/store"
	"ricongiungi/views"
)

func (b *bundle) found(q views.LogQuery) []views.LogRow {
	b.t.Helper()
	q.Limit = 500
	page, err := b.SearchLog(b.t.Context(), q)
	must(b.t, err)
	return page.Items
}

func TestEventsAreFoundByTypeActorCaseAndTimeNewestFirst(t *testing.T) {
	b := setup(t)
	first := b.opened()
	b.now = noon.AddDate(0, 0, 3)
	second := b.opened()
	b.given(second.CaseID, giulia)
	all := b.found(views.LogQuery{})
	if len(all) < 5 || all[0].Type != "counsellor_assigned" || all[0].Position <= all[1].Position {
		t.Fatalf("%d events, %+v", len(all), all[0])
	}
	if got := b.found(views.LogQuery{Type: "counsellor_assigned"}); len(got) != 1 || got[0].CaseID != second.CaseID || got[0].Actor.ID != counsellor.ID {
		t.Errorf("by type: %+v", got)
	}
	if got := b.found(views.LogQuery{ActorID: counsellor.ID}); len(got) != 1 {
		t.Errorf("by actor: %+v", got)
	}
	ofFirst := b.found(views.LogQuery{CaseID: first.CaseID})
	early := b.found(views.LogQuery{To: noon.AddDate(0, 0, 1)})
	late := b.found(views.LogQuery{From: noon.AddDate(0, 0, 1)})
	if len(early) != len(ofFirst) || len(early)+len(late) != len(all) {
		t.Errorf("%d early, %d of the first case, %d late, %d in all", len(early), len(ofFirst), len(late), len(all))
	}
	if got := b.found(views.LogQuery{From: noon, To: noon}); len(got) != len(ofFirst) {
		t.Errorf("both ends are included: %d", len(got))
	}
	if got := b.found(views.LogQuery{From: noon.AddDate(1, 0, 0)}); len(got) != 0 {
		t.Errorf("in the future: %+v", got)
	}
}

func TestASearchGoesOnWhereThePageBeforeEnded(t *testing.T) {
	b := setup(t)
	b.opened()
	all := b.found(views.LogQuery{})
	var seen []int64
	q := views.LogQuery{Limit: 2}
	for {
		page, err := b.SearchLog(t.Context(), q)
		must(t, err)
		for _, row := range page.Items {
			seen = append(seen, row.Position)
		}
		if q.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	if len(seen) != len(all) {
		t.Errorf("%d of %d events", len(seen), len(all))
	}
	if _, err := b.SearchLog(t.Context(), views.LogQuery{Cursor: "forged", Limit: 2}); !errors.Is(err, views.ErrBadCursor) {
		t.Errorf("a forged cursor: %v", err)
	}
}

func TestAQuarantinedMessageIsReadWithWhatIsProposed(t *testing.T) {
	b := setup(t)
	m := b.decision("P-MI/F/N/2026/404")
	m.Kind, m.Members, m.Sponsor, m.Ground = handoff.Revocation, nil, nil, "false_papers"
	receipt := b.accept(m)[0]
	if receipt.Status != handoff.Quarantined {
		t.Fatalf("it is %s", receipt.Status)
	}
	must(t, b.Propose(t.Context(), receipt.HandoffID, handoff.Settlement{Action: "discard", Reason: "wrong_file"}, officer))
	original, err := b.OriginalHandoff(t.Context(), receipt.HandoffID)
	must(t, err)
	if original.Message.SUIFile != "P-MI/F/N/2026/404" || len(original.Proposals) != 1 || original.Proposals[0].By != officer || original.Proposals[0].Reason != "wrong_file" {
		t.Errorf("%+v", original)
	}
	_, err = b.Settle(t.Context(), receipt.HandoffID, handoff.Settlement{Action: "discard", Reason: "wrong_file"}, counsellor)
	must(t, err)
	if _, err := b.OriginalHandoff(t.Context(), receipt.HandoffID); !errors.Is(err, handoff.ErrUnknown) {
		t.Errorf("what is settled is still read: %v", err)
	}
	if err := b.Propose(t.Context(), receipt.HandoffID, handoff.Settlement{Action: "retry", Reason: "duplicate"}, officer); !errors.Is(err, handoff.ErrNotSettleable) {
		t.Errorf("what is settled is proposed about: %v", err)
	}
	if err := b.Propose(t.Context(), uuid.NewString(), handoff.Settlement{Action: "retry", Reason: "duplicate"}, officer); !errors.Is(err, handoff.ErrUnknown) {
		t.Errorf("what does not exist: %v", err)
	}
}

func TestThePulseTellsWhatWaitsAndSinceWhen(t *testing.T) {
	b := setup(t)
	view := b.opened()
	_, err := b.AcceptOrder(t.Context(), casefile.Order{CommandID: uuid.NewString(), CaseID: view.CaseID, Type: "add_note", Body: []byte(`{"note":"x"}`), Actor: counsellor, At: b.now})
	must(t, err)
	b.now = b.now.Add(90 * time.Second)
	pulse, err := b.Pulse(t.Context())
	must(t, err)
	depth := map[string]views.Queue{}
	for _, q := range pulse.Queues {
		depth[q.Name] = q
	}
	if q := depth["commands"]; q.Depth != 1 || q.Seconds != 90 {
		t.Errorf("%+v", q)
	}
	if q := depth["handoffs"]; q.Depth != 0 || q.Seconds != 0 {
		t.Errorf("%+v", q)
	}
	if pulse.Events == 0 || pulse.LastEvent.IsZero() || pulse.Verified != nil {
		t.Errorf("%+v", pulse)
	}
}

func TestAnswersOfVerificationsAreKept(t *testing.T) {
	b := setup(t)
	b.opened()
	head, err := b.Verify(t.Context(), store.Audit{})
	must(t, err)
	must(t, b.RecordVerification(t.Context(), views.Verification{ID: uuid.NewString(), At: b.now, By: counsellor, Intact: true, Events: head.Size}))
	must(t, b.RecordVerification(t.Context(), views.Verification{ID: uuid.NewString(), At: b.now.Add(time.Minute), By: counsellor, Fault: &views.LogFault{Position: 3, What: "altered"}}))
	last, err := b.Verifications(t.Context(), 10)
	must(t, err)
	if len(last) != 2 || last[0].Intact || last[0].Fault == nil || last[0].Fault.Position != 3 || !last[1].Intact || last[1].Events != head.Size {
		t.Errorf("%+v", last)
	}
	if root, err := b.RootAt(t.Context(), head.Size); err != nil || root != head.Root {
		t.Errorf("%v, %v", root, err)
	}
	if _, err := b.RootAt(t.Context(), head.Size+1); err == nil {
		t.Error("a root of the future")
	}
}
