// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"encoding/json"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/diary"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/schools/desk/desktest"
	"ricongiungi/services"
	"ricongiungi/views"
)

// fakes stands in for everything behind the ports. Set a function to change one
// answer; the zero value knows one case and says yes.
type fakes struct {
	accept   func(casefile.Order) (*casefile.Outcome, error)
	submit   func(ctx context.Context, commandID string) (casefile.Outcome, error)
	outcome  func() (*casefile.Outcome, error)
	handoffs func([]Received) ([]Acceptance, error)
	settle   func(handoff.Settlement) (handoff.Receipt, error)
	down     map[string]error
	panics   bool

	cells     []demand.Cell
	published map[demand.Key]json.RawMessage
	questions []demand.Question
	logsRead  int
	figureLog *demand.Log
	desk      *desktest.Store

	reads     []views.Read
	toldOf    []string // foreign cases that a search gives away
	elsewhere []string
	orders    []casefile.Order
	received  []Received
	rejected  []handoff.RowError
	asked     any // the last query
}

func (f *fakes) AcceptOrder(_ context.Context, o casefile.Order) (*casefile.Outcome, error) {
	f.orders = append(f.orders, o)
	if f.accept != nil {
		return f.accept(o)
	}
	return nil, nil
}

func (f *fakes) OrderOutcome(context.Context, string, string) (*casefile.Outcome, error) {
	if f.outcome != nil {
		return f.outcome()
	}
	return nil, nil
}

func (f *fakes) Submit(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	if f.submit != nil {
		return f.submit(ctx, commandID)
	}
	return sampleOutcome(caseID, commandID), nil
}

func (f *fakes) Standing(_ context.Context, caseID string) (views.Standing, error) {
	switch caseID {
	case caseA:
		return views.Standing{Version: 7, Office: "wemi-mi"}, nil
	case foreignCase:
		return views.Standing{Version: 3, Office: "wemi-to"}, nil
	}
	return views.Standing{}, ErrNotFound
}

func (f *fakes) Case(ctx context.Context, caseID string) (casefile.View, error) {
	if f.panics {
		panic("Maria Rossi")
	}
	if _, err := f.Standing(ctx, caseID); err != nil {
		return casefile.View{}, err
	}
	return sampleView(), nil
}

func (f *fakes) Rendered(ctx context.Context, caseID string, _ views.Standing) (Rendered, error) {
	view, err := f.Case(ctx, caseID)
	if err != nil {
		return Rendered{}, err
	}
	people := view.People
	view.People = nil
	raw, err := json.Marshal(view)
	return Rendered{Version: view.Version, View: raw, People: people}, err
}

func (f *fakes) CaseAsOf(ctx context.Context, caseID string, asOf, knownAt time.Time) (casefile.View, error) {
	f.asked = [2]time.Time{asOf, knownAt}
	return f.Case(ctx, caseID)
}

func (f *fakes) Handovers(ctx context.Context, caseID string) ([]casefile.Handover, error) {
	view, err := f.Case(ctx, caseID)
	to := casefile.HandedOver{On: day, Municipality: "016024", Recipient: "comune-bergamo", MemberID: memberA}
	return []casefile.Handover{{CaseID: caseID, From: view.Office, To: to, Review: view.Review, SponsorID: view.SponsorID, Language: "ar",
		Members: view.Members, Due: view.Agenda, Done: []casefile.StepView{{Step: "entered", On: day}}}}, err
}

func (f *fakes) Cases(_ context.Context, q CaseQuery) (Page[CaseRow], error) {
	f.asked = q
	if q.Cursor == "forged" {
		return Page[CaseRow]{}, ErrBadCursor
	}
	return Page[CaseRow]{Items: []CaseRow{{CaseID: caseA, Version: 7, Phase: casefile.PhaseArrival, Office: "wemi-mi", Members: 2,
		OpenedOn: day, NextDue: day, NextItem: "presentation", UpdatedAt: now}}, Next: "next-1"}, nil
}

func (f *fakes) History(_ context.Context, q HistoryQuery) (Page[Entry], error) {
	f.asked = q
	if q.CaseID != caseA {
		return Page[Entry]{}, ErrNotFound
	}
	return Page[Entry]{Items: []Entry{{Position: 3, Version: 1, EventID: eventA, CommandID: keyA, Type: "note_added", SchemaVersion: 1,
		OccurredAt: now, RecordedAt: now, Actor: casefile.Actor{ID: memberA, Role: casefile.Counsellor, Office: "wemi-mi"}, Data: []byte(`{}`),
		Private: casefile.Private{memberA: {Note: "a remark"}}, Superseded: "annulled"}}}, nil
}

func (f *fakes) Person(_ context.Context, personID string) (views.PersonRecord, error) {
	office := "wemi-mi"
	switch personID {
	case memberA:
	case foreignCase:
		office = "wemi-to"
	default:
		return views.PersonRecord{}, ErrNotFound
	}
	view := sampleView()
	return views.PersonRecord{CaseID: caseA, Office: office, Person: view.People[1], Role: "spouse", Member: &view.Members[0],
		Due: view.Agenda, Privacy: &casefile.Privacy{PersonID: memberA, RestrictedOn: day}, Entries: []Entry{}}, nil
}

func (f *fakes) Agenda(_ context.Context, q AgendaQuery) (Page[AgendaRow], error) {
	f.asked = q
	return Page[AgendaRow]{Items: []AgendaRow{{CaseID: caseA, DueView: sampleDue(casefile.Arrival)}}}, nil
}

func (f *fakes) Events(_ context.Context, after int64, limit int) (Page[FeedRow], error) {
	f.asked = [2]int64{after, int64(limit)}
	if after >= 3 {
		return Page[FeedRow]{}, nil
	}
	return Page[FeedRow]{Items: []FeedRow{{Position: 3, CaseID: caseA, Version: 1, EventID: eventA, Type: "note_added", OccurredAt: now, RecordedAt: now}}}, nil
}

func (f *fakes) RecordReads(_ context.Context, reads []views.Read) error {
	f.reads = append(f.reads, reads...)
	return f.down["reads"]
}

func (f *fakes) Reads(_ context.Context, q views.ReadQuery) (Page[views.Read], error) {
	f.asked = q
	return Page[views.Read]{Items: []views.Read{{Position: 4, At: now, Actor: casefile.Actor{ID: memberA, Role: casefile.Counsellor, Office: "wemi-mi"}, CaseID: caseA,
		PersonID: pupilA, ReadData: views.ReadData{Purpose: "request_of_the_person", Shown: "export", Through: "api", Grounds: eventA}}}}, nil
}

func (f *fakes) FindPeople(_ context.Context, q views.PeopleQuery) (views.PeopleFound, error) {
	f.asked = q
	return views.PeopleFound{Items: []views.FoundPerson{{CaseID: caseA, PersonID: pupilA, Office: "wemi-mi", Role: "minor_child", GivenName: "Nour", FamilyName: "Pupil", BirthDate: day}},
		Elsewhere: f.elsewhere, ToldOf: f.toldOf}, f.down["people"]
}

func (f *fakes) AcceptHandoffs(_ context.Context, messages []Received) ([]Acceptance, error) {
	f.received = append(f.received, messages...)
	if f.handoffs != nil {
		return f.handoffs(messages)
	}
	acceptances := make([]Acceptance, len(messages))
	for i, m := range messages {
		acceptances[i].Receipt = sampleReceipt(m.Message, handoff.Accepted)
	}
	return acceptances, nil
}

func (f *fakes) PreviewHandoffs(_ context.Context, messages []handoff.Message) ([]handoff.Forecast, error) {
	forecasts := make([]handoff.Forecast, len(messages))
	for i, m := range messages {
		forecasts[i] = handoff.Forecast{MessageID: m.MessageID, Sequence: m.Sequence, Status: handoff.Applied, NewCase: true}
	}
	return forecasts, nil
}

func (f *fakes) Handoff(_ context.Context, id string) (handoff.Receipt, error) {
	if id != caseA {
		return handoff.Receipt{}, handoff.ErrUnknown
	}
	return sampleReceipt(handoff.Message{Sender: "sui-mi", MessageID: keyA, Sequence: 1, Kind: handoff.Filed}, handoff.Applied), nil
}

func (f *fakes) Handoffs(_ context.Context, q HandoffQuery) (Page[handoff.Receipt], error) {
	f.asked = q
	return Page[handoff.Receipt]{}, nil
}

func (f *fakes) Gaps(_ context.Context, sender string) ([]handoff.Gap, error) {
	f.asked = sender
	return []handoff.Gap{{Sender: "sui-mi", From: 4, To: 6, Since: now}}, nil
}

func (f *fakes) Settle(_ context.Context, id string, s handoff.Settlement, _ casefile.Actor) (handoff.Receipt, error) {
	if f.settle != nil {
		return f.settle(s)
	}
	return f.Handoff(context.Background(), id)
}

func (f *fakes) KeepRejected(_ context.Context, _ casefile.Actor, rows []handoff.RowError) error {
	f.rejected = append(f.rejected, rows...)
	return nil
}

func (f *fakes) Checkpoint(context.Context) ([]byte, error) {
	return []byte("ricongiungi.example\n3\nAAAA=\n\n— key sig\n"), nil
}

func (f *fakes) Tile(_ context.Context, path string) ([]byte, error) {
	if path != "8/0/000.p/3" {
		return nil, ErrNotFound
	}
	return make([]byte, 96), nil
}

func (f *fakes) Capsule(_ context.Context, caseID string, personal bool) ([]byte, error) {
	f.asked = personal
	if caseID != caseA {
		return nil, ErrNotFound
	}
	return []byte("PK"), nil
}

func (f *fakes) Inclusion(_ context.Context, position, size int64) (Proof, error) {
	return Proof{Position: position, Size: size}, nil
}

func (f *fakes) Consistency(_ context.Context, from, to int64) (Proof, error) {
	return Proof{From: from, Size: to, Hashes: []string{"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}}, nil
}

func (f *fakes) EventProof(context.Context, string, int64) (EventProof, error) {
	return EventProof{Position: 3, Leaf: "e30=", Hashes: []string{}, Checkpoint: "x"}, nil
}

func (f *fakes) SchoolDemand(_ context.Context, q demand.Query, on rules.Date) ([]demand.Cell, int64, error) {
	f.asked = q
	return f.cells, 42, nil
}

func (f *fakes) FigureLog(_ context.Context, on rules.Date) (*demand.Log, error) {
	f.logsRead++
	if f.figureLog != nil {
		return f.figureLog, nil
	}
	return &demand.Log{Position: 42, Book: rules.Default()}, nil
}

func (f *fakes) Published(_ context.Context, key demand.Key) (json.RawMessage, error) {
	if kept, ok := f.published[key]; ok {
		return kept, nil
	}
	return nil, ErrNotFound
}

func (f *fakes) Publish(_ context.Context, key demand.Key, figures json.RawMessage) (json.RawMessage, error) {
	if f.published == nil {
		f.published = map[demand.Key]json.RawMessage{}
	}
	f.published[key] = figures
	return figures, nil
}

func (f *fakes) RecordQuestion(_ context.Context, q demand.Question, _ []byte) error {
	f.questions = append(f.questions, q)
	return nil
}

func (f *fakes) Services(context.Context) (services.Directory, error) {
	return services.Sample(rules.Default()), f.down["database"]
}

func (f *fakes) FreeSlots(_ context.Context, q diary.Query) ([]diary.Slot, error) {
	f.asked = q
	return []diary.Slot{{At: now, Minutes: q.Minutes, Place: "hub", Room: "colloqui-1", Mediator: "med-ar-1", Language: "ar"}}, nil
}

func (f *fakes) Check(context.Context) map[string]error {
	if f.down != nil {
		return f.down
	}
	return map[string]error{"database": nil, "temporal": nil}
}
