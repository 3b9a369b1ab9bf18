// SPDX-License-Identifier: AGPL-3.0-or-later

package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/schools/desk/desktest"
	"ricongiungi/views"
)

const (
	caseA  = "1c0ffee0-0000-4000-8000-00000000000a"
	amir   = "0b6a1c1e-5a61-5d5a-9f0e-6a1f0c2d3e01"
	bianca = "0b6a1c1e-5a61-5d5a-9f0e-6a1f0c2d3e02"
	runID  = "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c01"
	keyA   = "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c02"
)

var (
	now     = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	today   = rules.DateOf(now)
	officer = casefile.Actor{ID: "10000000-0000-4000-8000-000000000009", Role: casefile.EducationOfficer, Office: "edu-mi"}
	hubs    = []string{"wemi-mi"}
)

// bench is a desk on invented schools, with a case that says yes unless told otherwise.
type bench struct {
	*desk.Desk
	t       *testing.T
	kept    *desktest.Store
	orders  []casefile.Order
	refusal *casefile.Refusal
	slow    bool
}

func sit(t *testing.T) *bench {
	b := &bench{t: t, kept: desktest.New(now)}
	b.Desk = &desk.Desk{Store: b.kept, Orders: b, Engine: b, Clock: func() time.Time { return now }, Book: rules.Default()}
	for i, id := range []string{amir, bianca} {
		b.kept.Children = append(b.kept.Children, views.WaitingChild{MemberID: id, CaseID: caseA, Office: "wemi-mi", Phase: casefile.SchoolSearching,
			Level: schools.Primaria, Grade: 4, Municipio: 2, Since: today.AddDays(-30 + i)})
	}
	return b
}

func (b *bench) AcceptOrder(_ context.Context, o casefile.Order) (*casefile.Outcome, error) {
	b.orders = append(b.orders, o)
	return nil, nil
}

func (b *bench) Submit(_ context.Context, caseID, commandID string) (casefile.Outcome, error) {
	if b.slow {
		return casefile.Outcome{}, views.ErrUnavailable
	}
	return casefile.Outcome{CommandID: commandID, CaseID: caseID, Refusal: b.refusal}, nil
}

func (b *bench) shareOut() views.Run {
	b.t.Helper()
	run, err := b.ShareOut(b.t.Context(), officer, hubs, desk.Selection{Points: []desk.Where{{MemberID: amir, Point: schools.Point{Lat: 45.50012, Lon: 9.21034}}}}, runID)
	if err != nil {
		b.t.Fatal(err)
	}
	return run
}

func (b *bench) decide(c desk.Choice, key string) (desk.Decided, error) {
	return b.Decide(b.t.Context(), officer, hubs, runID, c, key)
}

func TestASharingOutIsKeptWithACertificateThatAnybodyCanCheck(t *testing.T) {
	t.Parallel()
	b := sit(t)
	run := b.shareOut()
	if run.Children != 2 || run.Placed != 1 || run.Seed != today.String() || run.Problem.Children[0].Salt == "" || run.Problem.Children[0].Salt == run.Problem.Children[1].Salt {
		t.Errorf("%+v", run.RunRow)
	}
	if at := run.Problem.Children[0].Point; at == nil || *at != (schools.Point{Lat: 45.5, Lon: 9.21}) {
		t.Errorf("the point is kept as %v", at)
	}
	raw, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	var certificate desk.Certificate
	if err := json.Unmarshal(raw, &certificate); err != nil {
		t.Fatal(err)
	}
	if found := certificate.Check(); len(found) != 0 {
		t.Errorf("an honest certificate, read back from its file: %+v", found)
	}
	for name, spoil := range map[string]func(*desk.Certificate){
		"a sentence":   func(c *desk.Certificate) { c.Result.Lines[0].Why.En = "because" },
		"a wish":       func(c *desk.Certificate) { c.Problem.Children[1].Wishes = []string{desktest.Near} },
		"a digest":     func(c *desk.Certificate) { c.ResultDigest = strings.Repeat("0", 64) },
		"other places": func(c *desk.Certificate) { c.Problem.Seats[0].Free = 2 },
	} {
		var spoilt desk.Certificate
		if err := json.Unmarshal(raw, &spoilt); err != nil {
			t.Fatal(err)
		}
		if spoil(&spoilt); len(spoilt.Check()) == 0 {
			t.Errorf("%s was changed and nobody noticed", name)
		}
	}
}

func TestTheSameKeyGivesTheSameRun(t *testing.T) {
	t.Parallel()
	b := sit(t)
	first := b.shareOut()
	b.kept.Children = b.kept.Children[:1]
	if again := b.shareOut(); again.ResultDigest != first.ResultDigest || len(b.kept.Kept) != 1 {
		t.Errorf("asked again: %+v", again.RunRow)
	}
	if _, err := b.ShareOut(t.Context(), officer, hubs, desk.Selection{Municipio: 3}, runID); !errors.Is(err, views.ErrOtherContent) {
		t.Errorf("another selection under the key: %v", err)
	}
	if _, err := b.ShareOut(t.Context(), officer, hubs, desk.Selection{Municipio: 3}, keyA); !errors.Is(err, desk.ErrNobodyWaits) {
		t.Errorf("nobody in Municipio 3: %v", err)
	}
	if _, err := b.RunFor(t.Context(), []string{"wemi-to"}, runID); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("seen from another hub: %v", err)
	}
}

func TestConfirmingProposesThePlaceToTheChild(t *testing.T) {
	t.Parallel()
	b := sit(t)
	line := b.shareOut().Result.Lines[0]
	decided, err := b.decide(desk.Choice{MemberID: line.ChildID, Action: "confirm"}, keyA)
	if err != nil || decided.Pending || decided.SchoolCode != desktest.Near || len(b.kept.Decisions) != 1 {
		t.Fatalf("%+v, %v", decided, err)
	}
	if len(b.orders) != 1 || b.orders[0].CommandID != keyA || b.orders[0].Type != "propose_place" || b.orders[0].CaseID != caseA ||
		string(b.orders[0].Body) != `{"member_id":"`+amir+`","on":"2026-03-10","school_code":"`+desktest.Near+`"}` {
		t.Errorf("the case is given %+v", b.orders)
	}
	b.kept.Figures[0].Promised = 1 // the place is given now
	if again, err := b.decide(desk.Choice{MemberID: line.ChildID, Action: "confirm"}, keyA); err != nil || again.DecisionID != decided.DecisionID || len(b.kept.Decisions) != 1 {
		t.Errorf("confirmed again under the same key: %+v, %v", again, err)
	}
}

func TestAnOfficerChangesWithAReasonOrLeaves(t *testing.T) {
	t.Parallel()
	b := sit(t)
	b.shareOut()
	for _, c := range []struct {
		choice desk.Choice
		want   error
	}{
		{desk.Choice{MemberID: bianca, Action: "confirm"}, desk.ErrNoProposal},
		{desk.Choice{MemberID: bianca, Action: "change", SchoolCode: desktest.Far}, desk.ErrReasonMissing},
		{desk.Choice{MemberID: bianca, Action: "change", SchoolCode: desktest.Lower, Reason: "near_work"}, desk.ErrUnsuitable},
		{desk.Choice{MemberID: caseA, Action: "leave"}, views.ErrNotFound},
		{desk.Choice{MemberID: bianca, Action: "change", SchoolCode: desktest.Far, Reason: "near_work"}, nil}, // its places are not known: the officer knows more
	} {
		if _, err := b.decide(c.choice, keyA); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.choice, err)
		}
	}
	if _, err := b.decide(desk.Choice{MemberID: amir, Action: "leave"}, runID); err != nil || len(b.orders) != 1 || len(b.kept.Decisions) != 2 {
		t.Errorf("left: %v; orders %+v; decisions %+v", err, b.orders, b.kept.Decisions)
	}
}

func TestAPlaceThatIsGoneIsNotConfirmed(t *testing.T) {
	t.Parallel()
	b := sit(t)
	b.shareOut()
	b.kept.Figures[0].Promised = 1
	if _, err := b.decide(desk.Choice{MemberID: amir, Action: "confirm"}, keyA); !errors.Is(err, desk.ErrPlaceGone) || len(b.orders) != 0 {
		t.Errorf("%v, %+v", err, b.orders)
	}
}

func TestWhatTheCaseRefusesIsNotDecidedAndWhatIsSlowIsNotLost(t *testing.T) {
	t.Parallel()
	b := sit(t)
	b.shareOut()
	b.refusal = &casefile.Refusal{Code: "already_recorded"}
	decided, err := b.decide(desk.Choice{MemberID: amir, Action: "confirm"}, keyA)
	if err != nil || decided.Outcome.Refusal == nil || len(b.kept.Decisions) != 0 {
		t.Errorf("refused: %+v, %v", decided, err)
	}
	b.refusal, b.slow = nil, true
	if decided, err = b.decide(desk.Choice{MemberID: amir, Action: "confirm"}, caseA); err != nil || !decided.Pending || len(b.kept.Decisions) != 1 {
		t.Errorf("slow: %+v, %v", decided, err)
	}
}

func TestOneChildIsShownEverySchoolOfItsGradeWithReasons(t *testing.T) {
	t.Parallel()
	b := sit(t)
	ranking, err := b.Rank(t.Context(), hubs, amir, nil)
	if err != nil || len(ranking.Schools) != 2 || ranking.Schools[0].SchoolCode != desktest.Near || len(ranking.Schools[1].Reasons) == 0 {
		t.Errorf("%+v, %v", ranking, err)
	}
	if _, err := b.Rank(t.Context(), []string{"wemi-to"}, amir, nil); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("a child of another hub: %v", err)
	}
	b.kept.Children[0].Level, b.kept.Children[0].Grade = schools.CPIA, 0
	if ranking, err = b.Rank(t.Context(), hubs, amir, nil); err != nil || len(ranking.Schools) != 1 || ranking.Schools[0].SchoolCode != desktest.CPIA {
		t.Errorf("a course of the CPIA: %+v, %v", ranking, err)
	}
}

func TestTheSheetOfPlacesGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	b := sit(t)
	sheet, err := b.Sheet(t.Context(), views.SchoolQuery{})
	if err != nil || strings.Count(string(sheet), "\n") != 1+5+5+3+1 || !strings.Contains(string(sheet), desktest.Near+",Scuola Vicina,2,primaria,4,2026-03-09,1,school,,,,,fresh\n") {
		t.Fatalf("%v\n%s", err, sheet)
	}
	back, err := b.TakeSheet(t.Context(), officer, sheet, keyA, false)
	if err != nil || back.Entered != 0 || back.Unchanged != 14 || len(back.Rejected) != 0 {
		t.Errorf("sent back as it was: %+v, %v", back, err)
	}
	filled := "school_code;grade;on;places;said_by;pupils;non_italian;language_help\n" +
		desktest.Near + ";4;2026-03-10;3;school;100;31;sì\n" + desktest.CPIA + ";0;;12;;;;\n" +
		desktest.Near + ";9;;1;;;;\n" + desktest.Near + ";1;2026-03-11;1;;;;\n" + desktest.Near + ";1;;many;;;;\n" + "MIEE999999;1;;1;;;;\n" + desktest.Near + ";1;;1;neighbour;;;\n" +
		desktest.Near + ";2;;1;;10;11;\n" + desktest.Near + ";2;;1;;;;perhaps\n"
	for _, rehearsal := range []bool{true, false} {
		taken, err := b.TakeSheet(t.Context(), officer, []byte(filled), keyA, rehearsal)
		var fields []string
		for _, r := range taken.Rejected {
			fields = append(fields, r.Field)
		}
		if err != nil || taken.Entered != 2 || strings.Join(fields, " ") != "grade on places school_code said_by non_italian language_help" {
			t.Errorf("%+v, %v", taken, err)
		}
		if want := map[bool]int{true: 1, false: 3}[rehearsal]; len(b.kept.Figures) != want {
			t.Errorf("rehearsal %v: %d figures", rehearsal, len(b.kept.Figures))
		}
	}
	if f := b.kept.Figures[1]; f.Places != 3 || *f.NonItalian != 31 || !*f.LanguageHelp || f.RecordedBy != officer.ID || b.kept.Figures[2].SaidBy != "department" || b.kept.Figures[2].On != today {
		t.Errorf("%+v", b.kept.Figures)
	}
	for _, bad := range []string{"", "name,age\nx,1\n"} {
		var unreadable *desk.Unreadable
		if _, err := b.TakeSheet(t.Context(), officer, []byte(bad), keyA, false); !errors.As(err, &unreadable) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAFigureThatIsTypedInIsChecked(t *testing.T) {
	t.Parallel()
	b := sit(t)
	ok := schools.Entry{SchoolCode: desktest.Near, Grade: 4, On: today, Places: 2, SaidBy: "department"}
	for field, change := range map[string]func(*schools.Entry){
		"": func(*schools.Entry) {}, "grade": func(e *schools.Entry) { e.Grade = 7 }, "on": func(e *schools.Entry) { e.On = today.AddDays(1) },
		"school_code": func(e *schools.Entry) { e.SchoolCode = "MIEE999999" }, "places": func(e *schools.Entry) { e.Places = -1 },
	} {
		e := ok
		change(&e)
		err := b.Enter(t.Context(), officer, []schools.Entry{e}, keyA)
		var wrong *desk.Wrong
		if errors.As(err, &wrong) != (field != "") || wrong != nil && wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if len(b.kept.Figures) != 2 {
		t.Errorf("%d figures are kept", len(b.kept.Figures))
	}
}
