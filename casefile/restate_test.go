// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ricongiungi/rules"
)

// bornOn corrects the birth date of one member in the application of the tests.
func bornOn(member int, birth string) Command {
	right := application("2025-11-03")
	right.Members[member].Who.BirthDate = day(birth)
	return &FileApplication{Application: right}
}

func (s *story) correct(on, event, kind string, c Command) *story {
	s.t.Helper()
	if s.when(on, correction(event, kind, c)); s.refusal != nil {
		s.t.Fatalf("the correction is refused with %s: %s", s.refusal.Code, s.refusal.Text.En)
	}
	return s
}

// amended lists the events that the drafts correct or annul.
func (s *story) amended() []string {
	s.t.Helper()
	var names []string
	for _, d := range s.drafts {
		at := slices.IndexFunc(s.facts, func(f Fact) bool { return f.EventID == d.amended() })
		if at < 0 {
			s.t.Fatalf("%s is about no event", EventName(d.Event))
		}
		names = append(names, EventName(d.Event)+":"+EventName(s.facts[at].Event))
	}
	return names
}

func (s *story) thenAmended(want ...string) *story {
	s.t.Helper()
	if got := s.amended(); !slices.Equal(got, want) {
		s.t.Fatalf("amended %v, not %v", got, want)
	}
	return s.record()
}

func TestACorrectedBirthDateMovesTheVerdictsThatHangOnIt(t *testing.T) {
	s := given(t, and(until("filed", girl), told("2025-11-10", soundConditions("2025-11-10")))...)
	for _, h := range until("school_requested", girl)[1:] {
		s.when(h.day, h.command).record()
	}
	if !s.state().Member(girl).AgreementDue {
		t.Fatal("who enters on her sixteenth birthday owes the agreement")
	}
	before := Agenda(s.state(), book)
	s.correct("2026-05-14", s.eventID("member_listed", girl), "file_application", bornOn(2, "2011-05-05"))
	s.thenAmended("event_corrected:member_listed", "event_corrected:entered", "event_corrected:school_requested")
	m := s.state().Member(girl)
	if m.AgreementDue || !m.SchoolDue || m.School.Request.Grade != 9 {
		t.Errorf("agreement due: %v, school due: %v, need %+v", m.AgreementDue, m.SchoolDue, m.School.Request)
	}
	gone := Change{Item: "agreement", Subject: girl, Was: "2026-05-14"}
	if changes := Changes(before, Agenda(s.state(), book)); !slices.Contains(changes, gone) {
		t.Errorf("the changes %+v do not say that the agreement is not due any more", changes)
	}
}

func TestHardCase03WhoTurnsSixteenBetweenVisaAndEntryOwesTheAgreement(t *testing.T) {
	for entry, due := range map[string]bool{"2026-05-03": false, "2026-05-04": true} {
		s := given(t, until("visa_granted", girl)...).when(entry, &RecordEntry{step(girl, entry)}).record()
		if s.state().Member(girl).AgreementDue != due {
			t.Errorf("who enters on %s owes the agreement: %v", entry, !due)
		}
	}
}

func TestNobodyOwedAnAgreementBeforeThereWasOne(t *testing.T) {
	for entry, due := range map[string]bool{"2012-03-09": false, "2012-03-10": true} {
		s := given(t, told("2011-06-01", file("2011-06-01")), told("2011-11-02", authorise("2011-11-02")))
		s.when(entry, &RecordEntry{step(wife, entry)}).record()
		if s.state().Member(wife).AgreementDue != due {
			t.Errorf("who enters on %s owes the agreement: %v", entry, !due)
		}
	}
}

func TestTheReasonOfACorrectionIsKeptWithAllThatFollows(t *testing.T) {
	s := given(t, until("entered", girl)...)
	s.correct("2026-05-14", s.eventID("member_listed", girl), "file_application", bornOn(2, "2011-05-05"))
	for _, d := range s.drafts {
		if e, ok := d.Event.(*EventCorrected); !ok || e.Reason != "typing_error" {
			t.Errorf("%s does not keep the reason", asJSON(d.Event))
		}
	}
	if len(s.drafts) != 2 {
		t.Errorf("decided %v", s.amended())
	}
}

func TestACorrectionWithConsequencesGivenTwiceChangesNothing(t *testing.T) {
	s := given(t, until("school_requested", girl)...)
	event, right := s.eventID("member_listed", girl), bornOn(2, "2011-05-05")
	s.correct("2026-05-14", event, "file_application", right).record()
	s.correct("2026-05-15", event, "file_application", right).thenNothing()
}

func TestACorrectionOfACorrectionBringsBackTheVerdicts(t *testing.T) {
	s := given(t, until("school_requested", girl)...)
	event, was := s.eventID("member_listed", girl), asJSON(s.state().Member(girl))
	s.correct("2026-05-14", event, "file_application", bornOn(2, "2011-05-05")).record()
	s.correct("2026-05-15", event, "file_application", bornOn(2, "2010-05-04")).record()
	if is := asJSON(s.state().Member(girl)); is != was {
		t.Errorf("was\n%s\nand is\n%s", was, is)
	}
}

func TestALaterEntryMakesALatePresentationTimely(t *testing.T) {
	history := and(until("visa_granted", wife), told("2026-04-20", &RecordEntry{step(wife, "2026-04-20")}),
		told("2026-05-12", &RecordPresentation{step(wife, "2026-05-12")}))
	s := given(t, history...)
	s.correct("2026-05-13", s.eventID("entered", wife), "record_entry", &RecordEntry{step(wife, "2026-05-04")})
	s.thenAmended("event_corrected:entered", "event_corrected:presented_at_sui")
}

func TestACorrectedNoticeDecidesAnewWhetherTheAnswerWasInTime(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2026-01-12", &NotifyRefusal{On: day("2026-01-12")}),
		told("2026-01-26", &FileObservations{On: day("2026-01-26")}))...)
	s.correct("2026-01-27", s.eventID("refusal_notified", ""), "notify_refusal", &NotifyRefusal{On: day("2026-01-16")})
	s.thenAmended("event_corrected:refusal_notified", "event_corrected:observations_filed")
}

func TestACorrectedFilingDayTestsTheConditionsAnew(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2025-11-10", soundConditions("2025-11-10")))...)
	s.correct("2025-11-12", s.eventID("application_filed", ""), "file_application", file("2025-11-04"))
	s.thenAmended("event_corrected:application_filed", "event_corrected:conditions_checked")
	if s.state().check.TestedOn != day("2025-11-04") {
		t.Errorf("tested on %s", s.state().check.TestedOn)
	}
}

func TestAFilingDayToldLateTestsTheConditionsAnew(t *testing.T) {
	unfiled := application("2025-11-03")
	unfiled.FiledOn = rules.Date{}
	opening := authorise("2026-02-16").(*DecideMembers)
	opening.Application = &unfiled
	s := given(t, told("2026-02-16", opening), told("2026-02-20", soundConditions("2026-02-20")))
	if s.state().check.TestedOn != day("2026-02-20") {
		t.Fatalf("without a filing day tested on %s", s.state().check.TestedOn)
	}
	s.when("2026-03-02", file("2025-11-03"))
	if got := strings.Join(draftNames(s.drafts), " "); got != "application_filed event_corrected" {
		t.Fatalf("decided %s", got)
	}
	if s.record().state().check.TestedOn != day("2025-11-03") {
		t.Errorf("tested on %s", s.state().check.TestedOn)
	}
	s.when("2026-03-03", file("2025-11-03")).thenNothing()
}

func TestAnExpiryThatDidNotHappenIsAnnulledAndOneOnAnotherDayIsMoved(t *testing.T) {
	authorised := and(until("filed", wife), told("2026-02-16", authorise("2026-02-16")))
	expired := given(t, authorised...).when("2026-08-20", &Wake{}).record()
	if expired.state().Member(wife).Ending != NullaOstaLapsed {
		t.Fatal("the nulla osta has not expired")
	}
	for _, c := range []struct {
		issued, amendment string
		ending            Ending
		ended             string
	}{
		{"2026-02-19", "event_corrected:nulla_osta_expired", NullaOstaLapsed, "2026-08-20"},
		{"2026-03-02", "event_annulled:nulla_osta_expired", "", ""},
	} {
		s := &story{t: t, book: book, facts: slices.Clone(expired.facts), given: expired.given}
		s.correct("2026-08-24", s.eventID("nulla_osta_issued", wife), "decide_members", authorise(c.issued))
		s.thenAmended("event_corrected:nulla_osta_issued", c.amendment)
		if m := s.state().Member(wife); m.Ending != c.ending || m.EndedOn != day(c.ended) {
			t.Errorf("issued on %s, the path ended as %q on %s", c.issued, m.Ending, m.EndedOn)
		}
	}
}

func TestAVisaThatNeverWasCannotHaveExpired(t *testing.T) {
	s := given(t, until("visa_granted", wife)...).when("2026-10-20", &Wake{}).record()
	if s.state().Member(wife).Ending != VisaLapsed {
		t.Fatal("the visa has not expired")
	}
	s.when("2026-10-21", &AnnulEvent{EventID: s.eventID("visa_granted", wife), Reason: "other_family"})
	s.thenAmended("event_annulled:visa_granted", "event_annulled:visa_expired")
	if m := s.state().Member(wife); m.Ending != "" || m.Stage() != StageVisaRequested {
		t.Errorf("the member is %s, ended as %q", m.Stage(), m.Ending)
	}
}

func TestACorrectionThatWouldPutStepsOutOfOrderIsRefusedAndNamesTheStep(t *testing.T) {
	s := given(t, until("permit_requested", wife)...)
	s.when("2026-05-14", correction(s.eventID("entered", wife), "record_entry", &RecordEntry{step(wife, "2026-05-09")}))
	s.thenRefused("days_out_of_order")
	if text := s.refusal.Text; !strings.Contains(text.It, "presented_at_sui (2026-05-08)") || !strings.Contains(text.En, "entered (2026-05-09)") {
		t.Errorf("the refusal says %+v", text)
	}
	s.correct("2026-05-14", s.eventID("entered", wife), "record_entry", &RecordEntry{step(wife, "2026-05-08")})
}

func TestASchoolPlaceCannotBeAcceptedBeforeItIsProposedEvenByCorrection(t *testing.T) {
	s := given(t, until("place_accepted", child)...)
	s.when("2026-05-29", correction(s.eventID("place_proposed", child), "propose_place", &ProposePlace{step(child, "2026-05-21"), "MIIC8AA00X"}))
	s.thenRefused("days_out_of_order")
}

// The book changed between the entry and the correction of something else: what
// was recorded keeps the row that was applied.
func TestACorrectionDoesNotBringANewBookToOldTerms(t *testing.T) {
	s := given(t, until("entered", girl)...)
	s.book = overridden(t, "entry.presentation,5,working_days,1998-03-27,,circolare,policy,a,b")
	s.correct("2026-05-14", s.eventID("visa_granted", girl), "record_visa_granted", &RecordVisaGranted{step(girl, "2026-04-09"), day("2026-10-05")})
	s.thenAmended("event_corrected:visa_granted").thenDue("presentation", girl, "2026-05-14")
}

func TestVerdictsOutliveTheErasureOfTheBirthDate(t *testing.T) {
	s := given(t, until("entered", girl)...)
	for i := range s.facts {
		delete(s.facts[i].Private, girl)
	}
	s.correct("2026-05-14", s.eventID("entered", girl), "record_entry", &RecordEntry{step(girl, "2026-05-04")})
	restated := Fold(restater{present: book, book: book, today: day("2026-05-14")}.history(s.facts)).Member(girl)
	if !restated.AgreementDue || !restated.SchoolDue {
		t.Errorf("without the birth date the verdicts are %+v", restated)
	}
}

func TestFiguresThatWereErasedLeaveTheVerdictsAsTheyAre(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2025-11-10", soundConditions("2025-11-10")))...)
	was := asJSON(s.state().check)
	for i := range s.facts {
		delete(s.facts[i].Private, father)
	}
	strict := overridden(t, "income.per_member,90,percent,1998-03-27,,progetto di legge,unverified,a,b")
	if is := asJSON(Fold(restater{present: book, book: strict, today: day("2026-01-01")}.history(s.facts)).check); is != was {
		t.Errorf("was\n%s\nand is\n%s", was, is)
	}
}

func sameHistory(a, b []Fact) bool {
	return slices.EqualFunc(a, b, func(f, g Fact) bool {
		return f.EventID == g.EventID && f.OccurredAt.Equal(g.OccurredAt) && reflect.DeepEqual(f.Event, g.Event)
	})
}

func TestWhatWasDecidedIsWhatRestatingGives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalk(t, rt)
		for range 40 {
			w.whenAt(w.now, w.next()).record()
		}
		if len(w.state().merged) > 0 {
			return // read as one person, two members are judged once: that is what a merge is for
		}
		restated := restater{present: book, book: book, today: rules.DateOf(w.now)}.history(w.facts)
		if told := Standing(w.facts); !sameHistory(told, restated) {
			for i := range told {
				if i < len(restated) && !reflect.DeepEqual(told[i].Event, restated[i].Event) {
					rt.Errorf("%s\n%s\nis restated as\n%s", EventName(told[i].Event), asJSON(told[i].Event), asJSON(restated[i].Event))
				}
			}
			rt.Errorf("%d events stand, %d restated", len(told), len(restated))
		}
	})
}

// Whatever day of the way is corrected, nothing is left that hangs on the old one.
func TestAfterACorrectionNothingHangsOnWhatWasWrong(t *testing.T) {
	way := until("settled", girl)
	facts, accepted := given(t, way...).facts, 0
	var last []string // the last event of each step
	for i := range way {
		told := given(t, way[:i+1]...).facts
		last = append(last, told[len(told)-1].EventID)
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := &story{t: t, book: book, facts: slices.Clone(facts), given: len(way)}
		for range 3 {
			at := rapid.IntRange(1, len(way)-1).Draw(rt, "step")
			command := shifted(way[at].command, rapid.IntRange(-30, 30).Draw(rt, "days"))
			s.when("2026-09-10", correction(last[at], CommandName(command), command)).record()
			accepted += min(1, len(s.facts)-len(facts))
		}
		restated := restater{present: book, book: book, today: day("2026-09-10")}.history(s.facts)
		if !sameHistory(Standing(s.facts), restated) {
			rt.Errorf("the history\n%s\nis restated as\n%s", asJSON(Standing(s.facts)), asJSON(restated))
		}
		if broken := s.state().disorders(); len(broken) > 0 {
			rt.Errorf("out of order: %v", broken)
		}
	})
	if accepted == 0 {
		t.Error("no correction was accepted")
	}
}

// shifted is the same command with its days so many days later.
func shifted(c Command, days int) Command {
	fresh := reflect.New(structType(c))
	fresh.Elem().Set(reflect.ValueOf(c).Elem())
	shiftDays(fresh.Elem(), days)
	return fresh.Interface().(Command)
}

func shiftDays(v reflect.Value, days int) {
	for i := range v.NumField() {
		switch field := v.Field(i); {
		case field.Type() == reflect.TypeFor[rules.Date]():
			if d := field.Interface().(rules.Date); !d.IsZero() {
				field.Set(reflect.ValueOf(d.AddDays(days)))
			}
		case field.Kind() == reflect.Struct && v.Type().Field(i).Anonymous:
			shiftDays(field, days)
		}
	}
}
