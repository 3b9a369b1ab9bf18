// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/views"
)

const handoffA = "7c0ffee0-0000-4000-8000-000000000001"

// back is what stands behind the pages of officers, auditors and operators: one
// quarantined hand-off, long work that goes on or has ended, parts that work or not.
type back struct {
	going    bool
	bad      error // of beginning long work
	altered  bool
	nothing  bool
	kept     []views.Received
	rejected []handoff.RowError
	settled  handoff.Settlement
	proposed handoff.Settlement
	search   views.LogQuery
	against  []string
	sender   string
}

func (b *back) receipt(status handoff.Status) handoff.Receipt {
	r := handoff.Receipt{HandoffID: handoffA, Sender: "sui-mi", MessageID: moveA, Sequence: 12, Kind: handoff.Revocation, Digest: "0a0b", ReceivedAt: now, Status: status, CaseID: caseA}
	if status == handoff.Quarantined {
		r.Problem = &casefile.Refusal{Code: "not_authorised", Text: rules.Text{It: "Nessun nulla osta da revocare.", En: "There is no nulla osta to revoke."}}
	}
	return r
}

func (b *back) AcceptHandoffs(_ context.Context, messages []views.Received) ([]views.Acceptance, error) {
	b.kept = append(b.kept, messages...)
	answers := make([]views.Acceptance, len(messages))
	for i, m := range messages {
		answers[i].Receipt = handoff.Receipt{HandoffID: handoffA, Sequence: m.Message.Sequence, Status: handoff.Accepted}
	}
	return answers, nil
}

func (b *back) PreviewHandoffs(_ context.Context, messages []handoff.Message) ([]handoff.Forecast, error) {
	forecasts := make([]handoff.Forecast, len(messages))
	for i := range messages {
		forecasts[i] = handoff.Forecast{Status: handoff.Applied, NewCase: i == 0, Events: []string{"case_opened"}}
	}
	if n := len(forecasts); n > 1 {
		forecasts[n-1] = handoff.Forecast{Status: handoff.Quarantined, Problem: b.receipt(handoff.Quarantined).Problem}
	}
	return forecasts, nil
}

func (b *back) KeepRejected(_ context.Context, _ casefile.Actor, rows []handoff.RowError) error {
	b.rejected = append(b.rejected, rows...)
	return nil
}

func (b *back) Handoff(_ context.Context, id string) (handoff.Receipt, error) {
	if id != handoffA {
		return handoff.Receipt{}, handoff.ErrUnknown
	}
	return b.receipt(handoff.Quarantined), nil
}

func (b *back) Handoffs(_ context.Context, q views.HandoffQuery) (views.Page[handoff.Receipt], error) {
	b.sender = q.Sender
	if b.nothing {
		return views.Page[handoff.Receipt]{}, nil
	}
	return views.Page[handoff.Receipt]{Items: []handoff.Receipt{b.receipt(handoff.Quarantined), b.receipt(handoff.Applied)}, Next: "more"}, nil
}

func (b *back) Gaps(context.Context, string) ([]handoff.Gap, error) {
	if b.nothing {
		return nil, nil
	}
	return []handoff.Gap{{Sender: "sui-mi", From: 4, To: 6, Since: now}, {Sender: "sui-mi", From: 9, To: 9, Since: now}}, nil
}

func (b *back) Settle(_ context.Context, _ string, s handoff.Settlement, _ casefile.Actor) (handoff.Receipt, error) {
	b.settled = s
	return b.receipt(handoff.Discarded), nil
}

func (b *back) OriginalHandoff(context.Context, string) (views.HandoffOriginal, error) {
	return views.HandoffOriginal{Message: handoff.Message{Sender: "sui-mi", Sequence: 12, Kind: handoff.Revocation, SUIFile: "P-MI/F/N/2026/9", On: day("2026-03-01"), Ground: "false_papers",
		Sponsor: &handoff.Person{GivenName: "Adel", FamilyName: "Mansour"}, Members: []handoff.Member{{Ref: "1", Kinship: casefile.Spouse, Decision: "authorised"}}},
		Proposals: []views.Proposal{{At: now, By: casefile.Actor{ID: marcoID, Role: casefile.SUIOfficer}, Settlement: handoff.Settlement{Action: "discard", Reason: "duplicate"}}}}, nil
}

func (b *back) Propose(_ context.Context, _ string, s handoff.Settlement, _ casefile.Actor) error {
	b.proposed = s
	return nil
}

func (b *back) BeginTrial(string, []byte) (string, error) { return moveA, b.bad }

func (b *back) Trial(id, _ string) (views.TrialState, error) {
	switch {
	case id != moveA:
		return views.TrialState{}, views.ErrNotFound
	case b.going:
		return views.TrialState{ID: id, Going: true, Done: 30, Total: 100}, nil
	}
	var found oversight.Shifts
	found.Add([]casefile.Shift{{CaseID: caseA, Kind: "date", Item: "presentation", Was: "2026-05-14", Is: "2026-05-07", Effect: casefile.BecomesLate}, {CaseID: caseA, Kind: "eligibility", Item: "income", Effect: casefile.Lost}})
	trial := found.Trial(100)
	return views.TrialState{ID: id, Done: 100, Total: 100, Result: &trial}, nil
}

func (b *back) BeginVerification(_ casefile.Actor, against []string) (string, error) {
	b.against = against
	return moveA, b.bad
}

func (b *back) answer() views.Verification {
	v := views.Verification{ID: moveA, At: now, By: casefile.Actor{ID: counsID, Role: casefile.Auditor}, Intact: !b.altered, Events: 41200, Seconds: 3.2}
	if b.altered {
		v.Fault = &views.LogFault{Position: 7, CaseID: caseA, What: "the event was altered"}
	}
	return v
}

func (b *back) Verification(id, _ string) (views.VerificationState, error) {
	switch {
	case id != moveA:
		return views.VerificationState{}, views.ErrNotFound
	case b.going:
		return views.VerificationState{ID: id, Going: true, Done: 20000, Total: 41200}, nil
	}
	end := b.answer()
	return views.VerificationState{ID: id, Done: 41200, Total: 41200, End: &end}, nil
}

func (b *back) Verifications(context.Context, int) ([]views.Verification, error) {
	if b.nothing {
		return nil, nil
	}
	return []views.Verification{b.answer(), b.answer()}, nil
}

func (b *back) SearchLog(_ context.Context, q views.LogQuery) (views.Page[views.LogRow], error) {
	b.search = q
	if b.nothing {
		return views.Page[views.LogRow]{}, nil
	}
	return views.Page[views.LogRow]{Items: []views.LogRow{{FeedRow: views.FeedRow{Position: 41, CaseID: caseA, Version: 1, EventID: moveA, Type: "case_opened", OccurredAt: now, RecordedAt: now}, Actor: casefile.Actor{ID: counsID, Role: casefile.Counsellor}}}, Next: "more"}, nil
}

func (b *back) Checkpoint(context.Context) ([]byte, error) {
	return []byte("ricongiungi.example/log\n41200\nJtqU1uFq0nTO6EJdxM3RIBb7xjHBPVe+jZ0mKmG8yGg=\n\n— ricongiungi.example/log Zm9v\n"), nil
}

func (b *back) EventProof(context.Context, string, int64) (views.EventProof, error) {
	return views.EventProof{Position: 1, Leaf: "e30=", Hashes: []string{}, Checkpoint: "x"}, nil
}

func (b *back) Capsule(context.Context, string, bool) ([]byte, error) { return []byte("PK"), nil }

func (b *back) Health(context.Context) (views.Health, error) {
	h := views.Health{Version: "1.0", Built: "0a1b2c3d", Started: now, Parts: []views.Part{{Name: "database", State: views.PartWorks}, {Name: "temporal", State: views.PartWorks}, {Name: "worker", State: views.PartWorks}, {Name: "courier", State: views.PartWorks},
		{Name: "mailbox", State: views.PartWorks, Detail: "simulated"}, {Name: "witness", State: views.PartUnknown, Detail: "not_configured"}},
		Pulse: views.Pulse{At: now, Events: 41200, LastEvent: now, Queues: []views.Queue{{Name: "commands"}, {Name: "handoffs", Depth: 3, Seconds: 40}, {Name: "quarantine", Depth: 2, Seconds: 4e5}, {Name: "effects"}, {Name: "held"}, {Name: "unstarted"}}},
		Keys:  []views.KeyAge{{Name: "log.key", At: now.Add(-90 * 24 * time.Hour)}}}
	if b.altered {
		verdict := b.answer()
		h.Verified, h.Backup = &verdict, now
		h.Parts[2].State, h.Parts[3].State, h.Parts[3].Detail, h.Parts[5].State, h.Parts[5].Detail = views.PartDown, views.PartDown, "held_up", views.PartDown, "another_history"
		h.Queues[0] = views.Queue{Name: "commands", Depth: 40, Seconds: 7200}
	}
	return h, nil
}
