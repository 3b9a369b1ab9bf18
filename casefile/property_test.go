// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ricongiungi/rules"
)

// filler draws any value of a type, with ids and days out of small pools so
// that they meet.
type filler struct {
	rt    *rapid.T
	ids   []string
	now   time.Time
	known bool // days are never missing, as the schemas of commands ask
}

func (f *filler) fill(v reflect.Value) {
	switch v.Interface().(type) {
	case rules.Date:
		v.Set(reflect.ValueOf(f.date()))
		return
	case rules.Term:
		v.Set(reflect.ValueOf(f.term()))
		return
	case time.Time:
		v.Set(reflect.ValueOf(f.now.Add(time.Duration(rapid.IntRange(-2000, 2000).Draw(f.rt, "hours")) * time.Hour).UTC()))
		return
	case json.RawMessage:
		v.SetBytes([]byte(f.pick("body", `{}`, `{"member_id":"`+f.id()+`","on":"2026-05-05"}`)))
		return
	}
	f.fillKind(v)
}

func (f *filler) fillKind(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.id())
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rapid.SampledFrom([]int{0, 1, 3, 6, 12}).Draw(f.rt, "number")))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(f.rt, "bool"))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "_" {
				f.fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(f.rt, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(f.rt, "length")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i))
		}
	}
}

func (f *filler) pick(label string, values ...string) string {
	return rapid.SampledFrom(values).Draw(f.rt, label)
}

func (f *filler) id() string { return rapid.SampledFrom(f.ids).Draw(f.rt, "id") }

func (f *filler) date() rules.Date {
	if !f.known && rapid.IntRange(0, 9).Draw(f.rt, "unknown") == 0 {
		return rules.Date{}
	}
	return f.someDay()
}

func (f *filler) someDay() rules.Date {
	return rules.DateOf(f.now).AddDays(rapid.IntRange(-200, 3).Draw(f.rt, "day"))
}

func (f *filler) term() rules.Term {
	id := f.pick("rule", rules.ReviewTerm, rules.RefusalReply, rules.Presentation, rules.NullaOstaValidity, rules.SchoolAnswer)
	return book.Term(id, f.someDay())
}

// anyHistory is what no case ever went through: all events, in any order.
func anyHistory(rt *rapid.T) []Fact {
	f := &filler{rt: rt, now: noon("2026-05-04"), ids: []string{father, wife, child, "e1", "e2", "e3", "e4", "1", "authorised", "spouse"}}
	names := EventNames()
	var facts []Fact
	for i := range rapid.IntRange(1, 30).Draw(rt, "events") {
		event := events[rapid.SampledFrom(names).Draw(rt, "type")].construct()
		f.fill(reflect.ValueOf(event).Elem())
		facts = append(facts, Fact{CaseID: caseID, Version: int64(i + 1), EventID: fmt.Sprintf("e%d", i), CommandID: fmt.Sprintf("c%d", i/2),
			SchemaVersion: 1, OccurredAt: f.date().Start(), RecordedAt: f.now, Event: event,
			Private: Private{f.id(): {GivenName: "N", BirthDate: f.date()}}})
	}
	return facts
}

func TestAnyHistoryHasAStateAViewAndAnAgenda(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		facts := anyHistory(rt)
		s := Fold(facts)
		view := ViewOf(s, book)
		PeopleOf(s)
		for _, f := range facts {
			Effects(s, f)
		}
		if open := view.Phase != PhaseUnopened && view.Phase != PhaseClosed; open == (len(view.Agenda) == 0) {
			rt.Errorf("in phase %s the agenda has %d items", view.Phase, len(view.Agenda))
		}
		if _, refusal := Decide(s, &Wake{}, Request{CommandID: "w", CaseID: caseID, Now: noon("2026-06-01"), Book: book}); refusal != nil {
			rt.Errorf("the wake is refused with %s", refusal.Code)
		}
		if again := ViewOf(Fold(facts), book); asJSON(again) != asJSON(view) {
			rt.Errorf("the same facts give\n%s\nand\n%s", asJSON(view), asJSON(again))
		}
	})
}

func TestPausesNeverOverlap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pauses := Fold(anyHistory(rt)).Review.Clock(book).Pauses
		for i := 1; i < len(pauses); i++ {
			if !pauses[i-1].To.Before(pauses[i].From) {
				rt.Errorf("pauses overlap or touch: %v", pauses)
			}
		}
	})
}

func TestEveryEventSurvivesTheLog(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(EventNames()).Draw(rt, "type")
		event := events[name].construct()
		(&filler{rt: rt, now: noon("2026-05-04"), ids: []string{wife, child}}).fill(reflect.ValueOf(event).Elem())
		read, err := DecodeEvent(EventName(event), EventVersion(name), body(event))
		if err != nil {
			rt.Fatal(err)
		}
		if asJSON(read) != asJSON(event) {
			rt.Errorf("%s was written and %s read", asJSON(event), asJSON(read))
		}
	})
}

func TestAnEventOfAnUnknownTypeOrVersionIsAnError(t *testing.T) {
	for _, version := range []int{0, EventVersion("entered") + 1} {
		if _, err := DecodeEvent("entered", version, []byte(`{}`)); err == nil {
			t.Errorf("version %d was read", version)
		}
	}
	if _, err := DecodeEvent("miracle", 1, []byte(`{}`)); err == nil {
		t.Error("an unknown type was read")
	}
}

// walk leads a case through commands as they may come: mostly the next steps of
// the way, now and then anything at all, with time going by.
type walk struct {
	*story
	fill *filler
}

func newWalk(t *testing.T, rt *rapid.T) *walk {
	w := &walk{story: given(t, told("2025-11-03", file("2025-11-03")))}
	w.fill = &filler{rt: rt, now: w.now, known: true}
	return w
}

// next advances the clock and draws a command.
func (w *walk) next() Command {
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(w.fill.rt, "hours later")) * time.Hour)
	w.fill.now = w.now
	w.fill.ids = []string{wife, child, girl, "1", "2", father, "celav", "authorised", "refused", w.facts[len(w.facts)-1].EventID}
	for _, a := range w.state().Appointments {
		w.fill.ids = append(w.fill.ids, a.ID)
	}
	for _, r := range w.state().Referrals {
		w.fill.ids = append(w.fill.ids, r.ID, "accepted", "appointment", "orientation", "first_meeting")
	}
	for _, g := range w.state().Plan {
		w.fill.ids = append(w.fill.ids, g.ID, "reached")
	}
	for _, c := range w.state().Concerns {
		w.fill.ids = append(w.fill.ids, c.ID)
	}
	switch rapid.IntRange(0, 5).Draw(w.fill.rt, "branch") {
	case 0:
		return w.branch()
	case 1, 2:
		command := commands[rapid.SampledFrom(CommandNames()).Draw(w.fill.rt, "command")]()
		w.fill.fill(reflect.ValueOf(command).Elem())
		return command
	}
	return w.stepAhead()
}

// branch is something that happens to people on the way.
func (w *walk) branch() Command {
	today := rules.DateOf(w.now)
	persons := []string{wife, child, girl}
	who := rapid.SampledFrom(persons).Draw(w.fill.rt, "who")
	at := Step{MemberID: who, On: today}
	return rapid.SampledFrom([]Command{
		&Withdraw{On: today, Members: []string{who}, Reason: "x"}, &ResumeMember{at, "x"}, &AddMember{On: today, Origin: BornInItaly, Kinship: MinorChild},
		&RecordDeath{On: today, PersonID: father}, &ResolveDoubt{at, "continues"}, &ResolveDoubt{at, "lapses"}, &RecordContactAttempt{On: today, Channel: "phone"},
		&RecordContactLost{On: today}, &TransferMember{Step: at, Municipality: "016024"}, &RecordSeparation{at, "divorce"}, &RecordOwnPermitRequested{at, "study"},
		&RecordOwnPermitDecided{Step: at, Outcome: "refused"}, &SealAddress{On: today, PersonID: who}, &CutAccess{On: today, PersonID: father}, &AskUnsealing{PersonID: who, What: "address"},
		&MergeMembers{KeepID: rapid.SampledFrom(persons).Draw(w.fill.rt, "keep"), DuplicateID: who}, &UnmergeMembers{DuplicateID: who}, &RecordTaxCode{On: today, PersonID: who, Code: provisional},
		&ReferUnaccompaniedMinor{Step: at, Trigger: "sponsor_absent", Adult: "none"}, &ReferUnaccompaniedMinor{Step: at, Trigger: "arrived_before_authorisation", Adult: "none"},
		&RecordUnaccompaniedStep{Step: at, What: MinorIdentified}, &ResumeReunification{at, "found"}, &OpenProtection{Step: at}, &RecordProtectionStep{Step: at, What: ProsecutorAsked}, &CloseProtection{Step: at},
	}).Draw(w.fill.rt, "branch step")
}

// stepAhead is a step of the way on the day it is told.
func (w *walk) stepAhead() Command {
	today := rules.DateOf(w.now)
	at := Step{MemberID: rapid.SampledFrom([]string{wife, child, girl}).Draw(w.fill.rt, "member"), On: today}
	return rapid.SampledFrom([]Command{
		&NotifyRefusal{On: today}, &FileObservations{On: today}, authorise(today.String()), &RecordContact{On: today, Channel: "phone"},
		&RecordVisaRequested{Step: at}, &RecordVisaGranted{at, today.AddDays(180)}, &RecordVisaRefused{at}, &RecordEntry{at}, &RecordPresentation{at},
		&RecordPermitRequested{at}, &RecordPermitIssued{at, today.AddDays(700)}, &RequestSchool{Step: at}, &ProposePlace{at, "MIIC8AA00X"},
		&AcceptPlace{at}, &DeclinePlace{at, "too_far"}, &RecordSchoolStarted{Step: at}, &RecordSchoolLeft{at, "moved"}, &SettleMember{at},
		&RecordPlaceRefused{at, "class_full"}, &RecordEnrolled{Step: at, SchoolCode: "MIIC8AA00X", Reserve: true}, &RecordEnrolled{Step: at},
		&RecordAttendanceConfirmed{at}, &RecordSchoolTransferred{Step: at, SchoolCode: "MIIC8BB00X"},
		&BookAppointment{At: w.now.Add(time.Hour), Place: "hub"}, &SendReferral{On: today, Service: "celav"}, &MakePlan{On: today, Goals: []string{"work"}},
		&SetGoal{On: today, Goal: "work", Owner: OwnerFamily, Target: today.AddDays(90)}, &HoldCheckIn{On: today, Month: 1, Scores: map[string]int{"work": 1}},
		&ReportAbsences{MemberID: at.MemberID, From: today.AddDays(-20), To: today.AddDays(-1), Days: 17}, &Wake{}, &CloseCase{Reason: "done"}, &ReopenCase{Reason: "again"},
	}).Draw(w.fill.rt, "step")
}

func TestDecidingChangesNothingAndRepeatingACommandNeitherDoes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalk(t, rt)
		for range 40 {
			command, state := w.next(), w.state()
			before := asJSON(ViewOf(state, book))
			w.given++
			w.drafts, w.refusal = Decide(state, command, w.request())
			if after := asJSON(ViewOf(state, book)); after != before {
				rt.Fatalf("deciding %s turned\n%s\ninto\n%s", CommandName(command), before, after)
			}
			accepted := w.refusal == nil
			w.record()
			if again, _ := Decide(w.state(), command, w.request()); accepted && len(again) > 0 {
				rt.Fatalf("%s %s given again decides %s", CommandName(command), asJSON(command), draftNames(again))
			}
			if items := Agenda(w.state(), book); w.state().ClosedOn.IsZero() && len(items) == 0 {
				rt.Fatal("an open case has an empty agenda")
			}
		}
	})
}

func TestNoCaseEverSpins(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalk(t, rt)
		for range 25 {
			w.whenAt(w.now, w.next()).record()
		}
		w.sleepThrough("2031-01-01")
	})
}

// afterTheEnd are the events that may still happen to somebody whose path has
// ended, with the reason. Who has settled lives here, and life goes on.
var afterTheEnd = map[string]string{
	"member_resumed":       "the family's own ending is undone",
	"member_withdrawn":     "a refused family gives up too, so that nothing brings it on the way again",
	"protection_recorded":  "danger does not ask how a path ended",
	"nulla_osta_issued":    "a refusal was annulled, or the court ordered it",
	"revocation_withdrawn": "the Prefecture takes its act back",
	"appeal_filed":         "a refusal is final until a court is asked",
	"judgment_given":       "a court has the last word",
	"kinship_tested":       "a later test may say otherwise",
	"visa_refusal_final":   "a court had the last word",
}

func TestNothingFollowsTheEndOfAPathButWhatMay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalk(t, rt)
		for range 40 {
			command := w.next()
			ended := w.ended()
			w.whenAt(w.now, command)
			for _, d := range w.drafts {
				end, over := ended[memberOf(d.Event)]
				name := EventName(d.Event)
				if over && d.On.After(end) && afterTheEnd[name] == "" && !noticedByEngine(d.Event) && !amends(d.Event) {
					rt.Errorf("%s of %s follows the end of the path on %s", name, d.On, end)
				}
			}
			w.record()
		}
	})
}

// ended are the members whose path is over, other than well, with the day.
func (w *walk) ended() map[string]rules.Date {
	ended := map[string]rules.Date{}
	for _, m := range w.state().Members {
		if m.Ending != "" && m.Ending != Settled {
			ended[m.ID] = m.EndedOn
		}
	}
	return ended
}
