// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"slices"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/views"
)

const (
	marcoID = "a1a1a1a1-0000-4000-8000-000000000002"
	moveA   = "4a1b2c3d-0000-4000-8000-000000000001"
)

// bureau is an office with two counsellors, one of whom has far too much, and
// cases that could be given to the other. Empty has nothing at all.
type bureau struct {
	empty     bool
	selection views.Selection
	given     []oversight.Assignment
	moves     map[string]views.Reassignment
	endless   bool // reassignments never end
}

func (b *bureau) Workload(_ context.Context, _ []string, on rules.Date) (oversight.Workload, error) {
	if b.empty {
		return oversight.NewWorkload(on, nil), nil
	}
	return oversight.NewWorkload(on, []oversight.Load{{CounsellorID: counsID, Name: "Giulia Ferrario", OpenCases: 84, Members: 190, Overdue: 13, DueInWeek: 21, Languages: map[string]int{"ar": 50, "es": 24, "": 10}},
		{CounsellorID: marcoID, Name: "Marco Riva", OpenCases: 31, Members: 70, Overdue: 1, DueInWeek: 6, Languages: map[string]int{"es": 20, "zh": 11}},
		{CounsellorID: "a1a1a1a1-0000-4000-8000-000000000003", Name: "Ines Colombo", OpenCases: 40, Members: 88, DueInWeek: 9, Languages: map[string]int{"ar": 40}},
		{OpenCases: 7, Members: 12, Languages: map[string]int{"bn": 7}}}), nil
}

func (b *bureau) Backlog(_ context.Context, _ []string, on rules.Date) (oversight.Backlog, error) {
	if b.empty {
		return oversight.NewBacklog(on, nil), nil
	}
	old, young := day("2017-02-18"), day("2025-10-04")
	return oversight.NewBacklog(on, []oversight.Pending{{FiledOn: on.AddDays(-210), ValidFrom: old, Days: 90, Due: on.AddDays(-120), Count: 14},
		{FiledOn: on.AddDays(-100), ValidFrom: young, Days: 150, Due: on.AddDays(50), Count: 61}, {FiledOn: on.AddDays(-20), ValidFrom: young, Days: 150, Due: on.AddDays(130), Count: 38}}), nil
}

func (b *bureau) OverdueByStage(_ context.Context, _ []string, on rules.Date) (oversight.Overdue, error) {
	if b.empty {
		return oversight.NewOverdue(on, nil, nil), nil
	}
	return oversight.NewOverdue(on, []oversight.Stage{{Phase: "arrival", Item: "presentation", Responsible: "counsellor", Count: 9, Cases: 7, OldestOn: on.AddDays(-40)},
		{Phase: "arrival", Item: "host_notice", Responsible: "counsellor", Count: 3, Cases: 3, OldestOn: on.AddDays(-4)},
		{Phase: "under_review", Item: "decision", Responsible: "sui_officer", Count: 14, Cases: 14, OldestOn: on.AddDays(-120)}}, []string{"under_review", "arrival"}), nil
}

func (b *bureau) Times(_ context.Context, _ []string, on, since rules.Date) (oversight.Times, error) {
	var waits []oversight.Wait
	if !b.empty {
		for i := range 24 {
			waits = append(waits, oversight.Wait{Stage: "visa", Days: 11 * (i + 1), Over: i%4 != 3, Count: 30 - i}, oversight.Wait{Stage: "journey", Days: 9 * (i + 1), Over: i < 4, Count: 3})
		}
		waits = append(waits, oversight.Wait{Stage: "permit", Days: 0, Over: true, Count: 1})
	}
	return oversight.NewTimes(on, since, waits), nil
}

func (b *bureau) Approvals(context.Context, views.ApprovalQuery) (views.Page[views.ApprovalRow], error) {
	if b.empty {
		return views.Page[views.ApprovalRow]{}, nil
	}
	return views.Page[views.ApprovalRow]{Items: []views.ApprovalRow{
		{CaseID: caseA, Kind: casefile.ApproveErasure, Subject: wife, AskedOn: day("2026-03-02"), AskedBy: counsID},
		{CaseID: caseA, Kind: casefile.ApproveDoubt, Subject: wife, AskedOn: day("2026-03-03"), DueOn: day("2026-03-17")}}}, nil
}

func (b *bureau) Selected(_ context.Context, q views.Selection) ([]oversight.Assignment, error) {
	b.selection = q
	if b.empty {
		return nil, nil
	}
	all := []oversight.Assignment{{CaseID: caseA, Language: "ar", Was: counsID}, {CaseID: "6f2c1f0e-8a54-4d0f-9d27-3b1d6c5e0a12", Language: "es", Was: counsID}}
	if q.CaseIDs != nil {
		all = slices.DeleteFunc(all, func(a oversight.Assignment) bool { return !slices.Contains(q.CaseIDs, a.CaseID) })
	}
	return all[:min(len(all), q.Limit)], nil
}

func (b *bureau) Reassign(_ context.Context, r views.Reassignment, given []oversight.Assignment) error {
	if _, again := b.moves[r.ID]; again {
		return views.ErrOtherContent
	}
	r.Cases, r.Done = len(given), len(given)
	if b.endless {
		r.Done, r.Pending = 0, len(given)
	}
	if b.moves == nil {
		b.moves = map[string]views.Reassignment{}
	}
	b.moves[r.ID], b.given = r, given
	return nil
}

func (b *bureau) Undoing(context.Context, string) ([]oversight.Assignment, int, error) {
	return []oversight.Assignment{{CaseID: caseA, Was: marcoID, CounsellorID: counsID}}, 1, nil
}

func (b *bureau) Reassignment(_ context.Context, id string) (views.Reassignment, error) {
	if r, ok := b.moves[id]; ok {
		return r, nil
	}
	if id != moveA {
		return views.Reassignment{}, views.ErrNotFound
	}
	r := views.Reassignment{ID: moveA, By: casefile.Actor{ID: counsID, Role: casefile.Supervisor, Office: "wemi-mi"}, At: now, Reason: "absence", Cases: 40, Done: 21, Refused: 1, Unchanged: 1}
	if b.endless {
		r.Pending = 17
	} else {
		r.Done = 38
	}
	return r, nil
}

func (b *bureau) Reassignments(ctx context.Context, _ string, _ int) ([]views.Reassignment, error) {
	if b.empty {
		return nil, nil
	}
	r, err := b.Reassignment(ctx, moveA)
	return []views.Reassignment{r}, err
}

func (b *bureau) ReassignedCases(_ context.Context, q views.ReassignmentQuery) (views.Page[views.ReassignmentRow], error) {
	refusal := &casefile.Refusal{Code: "case_closed", Rule: "case.life", Text: rules.Text{It: "La pratica è chiusa.", En: "The case is closed."}}
	rows := []views.ReassignmentRow{{CaseID: caseA, Was: counsID, CounsellorID: marcoID, Status: views.ReassignRefused, Problem: refusal, SettledAt: now},
		{CaseID: caseA, Was: counsID, CounsellorID: marcoID, Status: views.ReassignDone, SettledAt: now}}
	return views.Page[views.ReassignmentRow]{Items: slices.DeleteFunc(rows, func(r views.ReassignmentRow) bool { return q.Status != "" && r.Status != q.Status })}, nil
}
