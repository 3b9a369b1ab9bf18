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
	"ricongiungi/rules"
	"ricongiungi/views"
)

func (b *bundle) followUp(file string, kind handoff.Kind, on rules.Date) handoff.Message {
	b.seq++
	return handoff.Message{Schema: "handoff.v1", Sender: "sui-mi", MessageID: uuid.NewString(), Sequence: b.seq, Kind: kind, SUIFile: file, On: on}
}

func (b *bundle) acceptOnly(messages ...handoff.Message) []views.Acceptance {
	b.t.Helper()
	answers, err := b.AcceptHandoffs(b.t.Context(), received(messages...))
	must(b.t, err)
	return answers
}

func (b *bundle) statusOf(a views.Acceptance) handoff.Status {
	b.t.Helper()
	receipt, err := b.Handoff(b.t.Context(), a.Receipt.HandoffID)
	must(b.t, err)
	return receipt.Status
}

func TestTheSameMessageAgainGivesTheSameReceipt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	message := b.decision("P-MI/F/N/2026/000001")
	first := b.accept(message)[0]
	again := b.accept(message)[0]
	if first != again || query[int](b, `SELECT count(*) FROM case_views`) != 1 {
		t.Fatalf("first %+v\nagain %+v", first, again)
	}
}

func TestAMessageIdWithOtherContentIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	message := b.decision("P-MI/F/N/2026/000001")
	b.accept(message)
	message.Municipio = 3
	if answer := b.acceptOnly(message)[0]; !errors.Is(answer.Err, handoff.ErrOtherContent) {
		t.Fatalf("the answer is %v", answer.Err)
	}
	other := b.decision("P-MI/F/N/2026/000002")
	other.Sequence = 1
	if answer := b.acceptOnly(other)[0]; !errors.Is(answer.Err, handoff.ErrSequenceTaken) {
		t.Fatalf("the answer to a used number is %v", answer.Err)
	}
}

func TestMessagesOutOfOrderAreHeldAndAppliedInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	file := "P-MI/F/N/2026/000001"
	opening := b.decision(file)
	revocation := b.followUp(file, handoff.Revocation, rules.On(2026, time.February, 25))
	held := b.acceptOnly(revocation)[0]
	b.deliver()
	if held.Receipt.Status != handoff.Held || b.statusOf(held) != handoff.Held {
		t.Fatalf("the second message alone is %s", held.Receipt.Status)
	}
	gaps, err := b.Gaps(t.Context(), "sui-mi")
	must(t, err)
	if len(gaps) != 1 || gaps[0].From != 1 || gaps[0].To != 1 {
		t.Fatalf("gaps are %+v", gaps)
	}
	b.acceptOnly(opening)
	b.deliver()
	if got := b.statusOf(held); got != handoff.Applied {
		t.Fatalf("after the first came, the second is %s", got)
	}
	if gaps, err = b.Gaps(t.Context(), ""); err != nil || len(gaps) != 0 {
		t.Fatalf("gaps are %+v, %v", gaps, err)
	}
}

func TestAMissingMessageHoldsTheOthersForADayAtMost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seq = 4
	held := b.acceptOnly(b.decision("P-MI/F/N/2026/000005"))[0]
	must(t, b.PassGaps(t.Context(), b.now.Add(-24*time.Hour)))
	b.deliver()
	if got := b.statusOf(held); got != handoff.Held {
		t.Fatalf("within the day it is %s", got)
	}
	must(t, b.PassGaps(t.Context(), b.now.Add(time.Second)))
	b.deliver()
	if got := b.statusOf(held); got != handoff.Applied {
		t.Fatalf("after the day it is %s", got)
	}
	gaps, err := b.Gaps(t.Context(), "sui-mi")
	must(t, err)
	if len(gaps) != 1 || gaps[0].From != 1 || gaps[0].To != 4 {
		t.Fatalf("the gap must stay on record: %+v", gaps)
	}
	b.seq = 0
	if late := b.accept(b.decision("P-MI/F/N/2026/000001"))[0]; late.Status != handoff.Applied {
		t.Fatalf("the missing message, come late, is %s", late.Status)
	}
}

func TestWhatTheCaseRefusesGoesToQuarantineAndIsSettledByAPerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	file := "P-MI/F/N/2026/000001"
	b.accept(b.decision(file))
	unknown := b.followUp(file, handoff.Decision, rules.On(2026, time.February, 25))
	unknown.Members = []handoff.Member{{Ref: "9", Decision: "authorised"}}
	homeless := b.followUp("P-MI/F/N/2026/777777", handoff.RefusalNotice, rules.On(2026, time.February, 25))
	receipts := b.accept(unknown, homeless)
	if receipts[0].Status != handoff.Quarantined || receipts[0].Problem.Code != "unknown_member" {
		t.Fatalf("an unknown member: %+v", receipts[0])
	}
	if receipts[1].Status != handoff.Quarantined || receipts[1].Problem.Code != "file_unknown" {
		t.Fatalf("an unknown file: %+v", receipts[1])
	}
	b.accept(func() handoff.Message { m := b.decision("P-MI/F/N/2026/777777"); m.Kind = handoff.Filed; return m }())
	retried, err := b.Settle(t.Context(), receipts[1].HandoffID, handoff.Settlement{Action: "retry", Reason: "opened"}, counsellor)
	must(t, err)
	b.deliver()
	if got := b.statusOf(views.Acceptance{Receipt: retried}); got != handoff.Applied {
		t.Fatalf("retried after the file was opened it is %s", got)
	}
	discarded, err := b.Settle(t.Context(), receipts[0].HandoffID, handoff.Settlement{Action: "discard", Reason: "mistake"}, counsellor)
	must(t, err)
	if discarded.Status != handoff.Discarded {
		t.Fatalf("discarded it is %s", discarded.Status)
	}
	if _, err := b.Settle(t.Context(), discarded.HandoffID, handoff.Settlement{Action: "retry"}, counsellor); !errors.Is(err, handoff.ErrNotSettleable) {
		t.Fatalf("settling twice: %v", err)
	}
}

func TestANoticeOnAClosedCaseGoesToQuarantine(t *testing.T) {
	t.Parallel()
	b := setup(t)
	file := "P-MI/F/N/2026/000001"
	receipt := b.accept(b.decision(file))[0]
	b.order(receipt.CaseID, "withdraw", map[string]any{"on": "2026-02-26", "reason": "changed_plans"})
	b.order(receipt.CaseID, "close_case", map[string]any{"reason": "withdrawn"})
	late := b.followUp(file, handoff.RefusalNotice, rules.On(2026, time.February, 27))
	if got := b.accept(late)[0]; got.Status != handoff.Quarantined || got.Problem.Code != "case_closed" {
		t.Fatalf("it is %+v", got)
	}
}

func TestADryRunForeseesWhatEachMessageDoesAndRecordsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	file := "P-MI/F/N/2026/000001"
	forecasts, err := b.PreviewHandoffs(t.Context(), []handoff.Message{
		b.decision(file), b.followUp(file, handoff.Revocation, rules.On(2026, time.February, 25)),
		b.followUp("P-MI/F/N/2026/000002", handoff.RefusalNotice, rules.On(2026, time.February, 25)),
	})
	must(t, err)
	if !forecasts[0].NewCase || !slices.Contains(forecasts[0].Events, "nulla_osta_issued") {
		t.Errorf("the first: %+v", forecasts[0])
	}
	if forecasts[1].NewCase || len(forecasts[1].Events) != 2 {
		t.Errorf("the second: %+v", forecasts[1])
	}
	if forecasts[2].Status != handoff.Quarantined {
		t.Errorf("the third: %+v", forecasts[2])
	}
	if n := query[int](b, `SELECT (SELECT count(*) FROM handoffs) + (SELECT count(*) FROM events) + (SELECT count(*) FROM case_files)`); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestAnotherKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.reopenWithOtherKeys(); err == nil {
		t.Fatal("the store opened with keys that open nothing")
	}
}

func TestListsFollowTheirCursorToTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 5 {
		b.opened()
	}
	seen := map[string]bool{}
	q := views.CaseQuery{Offices: []string{"wemi-mi"}, Limit: 2}
	for pages := 0; ; pages++ {
		page, err := b.Cases(t.Context(), q)
		must(t, err)
		for _, row := range page.Items {
			seen[row.CaseID] = true
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			if pages != 2 {
				t.Fatalf("%d pages", pages+1)
			}
			break
		}
	}
	if len(seen) != 5 {
		t.Fatalf("saw %d of 5 cases", len(seen))
	}
	if _, err := b.Cases(t.Context(), views.CaseQuery{Offices: []string{"wemi-mi"}, Limit: 2, Cursor: "forged"}); !errors.Is(err, views.ErrBadCursor) {
		t.Fatalf("a forged cursor: %v", err)
	}
}

func TestTheAgendaOverAllCasesIsInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 3 {
		b.opened()
	}
	page, err := b.Agenda(t.Context(), views.AgendaQuery{Offices: []string{"wemi-mi"}, Limit: 100, Role: casefile.Counsellor})
	must(t, err)
	if len(page.Items) == 0 || !slices.IsSortedFunc(page.Items, func(x, y views.AgendaRow) int { return y.DueOn.DaysUntil(x.DueOn) }) {
		t.Fatalf("%d items, in order: no", len(page.Items))
	}
	before := views.AgendaQuery{Offices: []string{"wemi-mi"}, Limit: 100, Before: page.Items[0].DueOn}
	if soon, err := b.Agenda(t.Context(), before); err != nil || len(soon.Items) == 0 || len(soon.Items) >= len(page.Items) {
		t.Fatalf("%d due on or before the first day, %v", len(soon.Items), err)
	}
}
