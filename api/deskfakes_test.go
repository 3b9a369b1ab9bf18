// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// moveA is a reassignment that has ended; giulia and marco are counsellors.
const (
	moveA  = "4a1b2c3d-0000-4000-8000-000000000001"
	giulia = "a1a1a1a1-0000-4000-8000-000000000001"
	marco  = "a1a1a1a1-0000-4000-8000-000000000002"
)

// fakeDesk is an office of two counsellors. The zero value knows one
// reassignment of two cases, one of which was refused.
type fakeDesk struct {
	offices   []string // of the last question
	since     rules.Date
	selection views.Selection
	cases     []oversight.Assignment // open, by anybody
	given     []oversight.Assignment
	kept      map[string]views.Reassignment
}

func (f *fakeDesk) Workload(_ context.Context, offices []string, on rules.Date) (oversight.Workload, error) {
	f.offices = offices
	return oversight.NewWorkload(on, []oversight.Load{{CounsellorID: giulia, Name: "Giulia Ferrario", OpenCases: 40, Members: 90, Overdue: 3, DueInWeek: 6, Languages: map[string]int{"ar": 30, "": 10}},
		{CounsellorID: marco, Name: "Marco Riva", OpenCases: 12, Members: 20, Languages: map[string]int{"es": 12}}, {OpenCases: 2, Members: 3, Languages: map[string]int{"ar": 2}}}), nil
}

func (f *fakeDesk) Backlog(_ context.Context, offices []string, on rules.Date) (oversight.Backlog, error) {
	f.offices = offices
	return oversight.NewBacklog(on, []oversight.Pending{{FiledOn: on.AddDays(-100), ValidFrom: on.AddDays(-300), Days: 90, Due: on.AddDays(-10), Count: 4}}), nil
}

func (f *fakeDesk) OverdueByStage(_ context.Context, offices []string, on rules.Date) (oversight.Overdue, error) {
	f.offices = offices
	return oversight.NewOverdue(on, []oversight.Stage{{Phase: "arrival", Item: "presentation", Responsible: "counsellor", Count: 3, Cases: 2, OldestOn: on.AddDays(-9)}}, []string{"arrival"}), nil
}

func (f *fakeDesk) Times(_ context.Context, offices []string, on, since rules.Date) (oversight.Times, error) {
	f.offices, f.since = offices, since
	return oversight.NewTimes(on, since, []oversight.Wait{{Stage: "visa", Days: 20, Over: true, Count: 5}, {Stage: "visa", Days: 40, Count: 2}}), nil
}

func (f *fakeDesk) Approvals(context.Context, views.ApprovalQuery) (Page[views.ApprovalRow], error) {
	return Page[views.ApprovalRow]{Items: []views.ApprovalRow{{CaseID: caseA, Kind: casefile.ApproveErasure, Subject: memberA, AskedOn: day, AskedBy: giulia}}, Next: "next-1"}, nil
}

func (f *fakeDesk) Selected(_ context.Context, q views.Selection) ([]oversight.Assignment, error) {
	f.selection = q
	return f.cases, nil
}

func (f *fakeDesk) Reassign(_ context.Context, r views.Reassignment, given []oversight.Assignment) error {
	if f.kept == nil {
		f.kept = map[string]views.Reassignment{}
	}
	r.Cases, r.Pending = len(given), len(given)
	f.kept[r.ID], f.given = r, given
	return nil
}

func (f *fakeDesk) Undoing(context.Context, string) ([]oversight.Assignment, int, error) {
	return []oversight.Assignment{{CaseID: caseA, Was: marco, CounsellorID: giulia}}, 1, nil
}

func (f *fakeDesk) Reassignment(_ context.Context, id string) (views.Reassignment, error) {
	if kept, ok := f.kept[id]; ok {
		return kept, nil
	}
	if id != moveA {
		return views.Reassignment{}, ErrNotFound
	}
	return views.Reassignment{ID: moveA, By: casefile.Actor{ID: giulia, Role: casefile.Supervisor, Office: "wemi-mi"}, At: now, Reason: "absence", Cases: 2, Done: 1, Refused: 1}, nil
}

func (f *fakeDesk) Reassignments(ctx context.Context, office string, _ int) ([]views.Reassignment, error) {
	kept, err := f.Reassignment(ctx, moveA)
	return []views.Reassignment{kept}, err
}

func (f *fakeDesk) ReassignedCases(context.Context, views.ReassignmentQuery) (Page[views.ReassignmentRow], error) {
	refusal := &casefile.Refusal{Code: "case_closed", Rule: "case.life", Text: rules.Text{It: "La pratica è chiusa.", En: "The case is closed."}}
	return Page[views.ReassignmentRow]{Items: []views.ReassignmentRow{{CaseID: caseA, Was: giulia, CounsellorID: marco, CommandID: keyA, Status: "done", SettledAt: now},
		{CaseID: caseB, CounsellorID: marco, CommandID: keyA, Status: "refused", Problem: refusal, SettledAt: now}}}, nil
}

// fakeLong is long work that has ended, and how the system is.
type fakeLong struct {
	err     error // of beginning
	begun   []byte
	search  views.LogQuery
	against []string // statements of the last verification
}

func (f *fakeLong) BeginTrial(_ string, file []byte) (string, error) {
	f.begun = file
	return moveA, f.err
}

func (f *fakeLong) Trial(id, _ string) (views.TrialState, error) {
	if id != moveA {
		return views.TrialState{}, ErrNotFound
	}
	var found oversight.Shifts
	found.Add([]casefile.Shift{{CaseID: caseA, MemberID: memberA, Kind: "date", Item: "presentation", Rule: rules.Presentation, Was: "2026-05-14", Is: "2026-05-07", Effect: casefile.BecomesLate}})
	trial := found.Trial(3)
	return views.TrialState{ID: id, Done: 3, Total: 3, Result: &trial}, nil
}

func (f *fakeLong) BeginVerification(_ casefile.Actor, against []string) (string, error) {
	f.against = against
	return moveA, f.err
}

func sampleVerification() views.Verification {
	return views.Verification{ID: moveA, At: now, By: casefile.Actor{ID: giulia, Role: casefile.Auditor, Office: "audit-mi"}, Events: 40, Seconds: 0.5,
		Fault: &views.LogFault{Position: 7, CaseID: caseA, What: "the event was altered"}}
}

func (f *fakeLong) Verification(id, _ string) (views.VerificationState, error) {
	if id != moveA {
		return views.VerificationState{}, ErrNotFound
	}
	end := sampleVerification()
	return views.VerificationState{ID: id, Done: 40, Total: 40, End: &end}, nil
}

func (f *fakeLong) Verifications(context.Context, int) ([]views.Verification, error) {
	return []views.Verification{sampleVerification()}, nil
}

func (f *fakeLong) SearchLog(_ context.Context, q views.LogQuery) (Page[views.LogRow], error) {
	f.search = q
	row := views.FeedRow{Position: 3, CaseID: caseA, Version: 1, EventID: eventA, Type: "note_added", OccurredAt: now, RecordedAt: now}
	return Page[views.LogRow]{Items: []views.LogRow{{FeedRow: row, CommandID: keyA, Actor: casefile.Actor{ID: giulia, Role: casefile.Counsellor}}}, Next: "next-1"}, nil
}

func (f *fakeLong) Health(context.Context) (views.Health, error) {
	last := sampleVerification()
	return views.Health{Version: "1.0", Started: now, Parts: []views.Part{{Name: "database", State: views.PartWorks}, {Name: "witness", State: views.PartUnknown, Detail: "not_configured"}},
		Pulse: views.Pulse{At: now, Queues: []views.Queue{{Name: "commands", Depth: 2, Seconds: 3.5}}, Events: 40, LastEvent: now, Verified: &last},
		Keys:  []views.KeyAge{{Name: "log.key", At: now}}}, nil
}

func (f *fakes) OriginalHandoff(context.Context, string) (views.HandoffOriginal, error) {
	return views.HandoffOriginal{Message: sampleQuarantined(), Proposals: []views.Proposal{{At: now, By: casefile.Actor{ID: giulia, Role: casefile.SUIOfficer, Office: "sui-mi"}, Settlement: handoff.Settlement{Action: "discard", Reason: "duplicate"}}}}, nil
}

func sampleQuarantined() handoff.Message {
	return handoff.Message{Schema: "handoff.v1", Sender: "sui-mi", MessageID: keyA, Sequence: 4, Kind: handoff.Revocation, SUIFile: "P-MI/F/N/2026/9", On: day, Ground: "false_papers"}
}

func (f *fakes) Propose(_ context.Context, _ string, s handoff.Settlement, _ casefile.Actor) error {
	f.proposed = s
	return nil
}
