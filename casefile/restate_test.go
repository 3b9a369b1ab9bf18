// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"maps"
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

// keptAsRecorded are fields that no command tells and that a correction of
// something else leaves alone, each with the reason. What the engine notes of
// the passing of time, and amendments, stay as they are as a whole.
var keptAsRecorded = map[string]string{
	"case_opened.sponsor_id":                     "an id",
	"check_in_held.concerns":                     "follow from its own scores",
	"information_pack_sent.asked":                "the language in which it was sent was so",
	"information_pack_sent.fallback":             "the language in which it was sent was so",
	"letter_issued.letter_id":                    "an id",
	"member_lapsed.cause":                        "what a person decided on",
	"member_upheld.cause":                        "what a person decided on",
	"place_refused.contestable":                  "told to the schools, who acted on it",
	"protection_recorded.code":                   "a constant",
	"protection_recorded.over_on":                "its own day",
	"referral_closed.status":                     "follows from its own outcome",
	"unaccompanied_minor_referred.over_capacity": "judged by a figure that is not kept",
}

// fieldsOf are the fields of a shape on the wire, embedded ones among them; a
// term or a day is one field.
func fieldsOf(shape reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range shape.NumField() {
		field := shape.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" && field.Anonymous {
			maps.Copy(fields, fieldsOf(field.Type))
			continue
		}
		fields[name] = field.Type
	}
	return fields
}

// tellable are the names of what commands tell, at any depth.
func tellable(shape reflect.Type, into map[string]bool) {
	for shape.Kind() == reflect.Pointer || shape.Kind() == reflect.Slice {
		shape = shape.Elem()
	}
	if shape.Kind() != reflect.Struct || shape == reflect.TypeFor[rules.Date]() {
		return
	}
	for name, field := range fieldsOf(shape) {
		into[name] = true
		tellable(field, into)
	}
}

// Whoever adds an event that holds more than it was told has to say how it is
// restated, or why it is not.
func TestEveryEventThatHoldsMoreThanItWasToldIsRestated(t *testing.T) {
	told := map[string]bool{}
	for _, name := range CommandNames() {
		tellable(reflect.TypeOf(commands[name]()).Elem(), told)
	}
	unused := maps.Clone(keptAsRecorded)
	for _, name := range EventNames() {
		event := events[name].construct()
		if noticedByEngine(event) || amends(event) {
			continue
		}
		_, restated := event.(restatable)
		for field, shape := range fieldsOf(reflect.TypeOf(event).Elem()) {
			delete(unused, name+"."+field)
			term := shape == termType || shape == reflect.PointerTo(termType) // counted anew wherever it stands
			if !term && !told[field] && !restated && keptAsRecorded[name+"."+field] == "" {
				t.Errorf("%s.%s is worked out, and nothing says how it is restated", name, field)
			}
		}
	}
	for name := range unused {
		t.Errorf("%s does not exist", name)
	}
}

func TestWhatHangsOnAnAnnulledStepIsRestated(t *testing.T) {
	atSchool := until("school_started", child)
	absent := func(from, to string, days int) Command {
		return &ReportAbsences{MemberID: child, From: day(from), To: day(to), Days: days}
	}
	for name, c := range map[string]struct {
		given  []telling
		annuls string
		of     string
	}{
		"an alert that an earlier report had led to": {and(atSchool, told("2026-09-30", absent("2026-09-14", "2026-09-29", 10)), told("2026-10-30", absent("2026-10-05", "2026-10-28", 10))),
			"absences_reported", child},
		"an appointment that replaced none": {and(until("authorised", wife), told("2026-03-02", &RecordConsulateAppointment{step(wife, "2026-03-02"), noon("2026-04-01")}),
			told("2026-03-09", &RecordConsulateAppointment{step(wife, "2026-03-09"), noon("2026-04-08")})), "consulate_appointment_given", wife},
		"a code that corrects none": {and(until("entered", wife), told("2026-05-12", &RecordTaxCode{On: day("2026-05-12"), PersonID: wife, Code: provisional}),
			told("2026-05-13", &RecordTaxCode{On: day("2026-05-13"), PersonID: wife, Code: "07643520567"})), "tax_code_recorded", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := given(t, c.given...)
			first := slices.IndexFunc(s.facts, func(f Fact) bool { return EventName(f.Event) == c.annuls && memberOf(f.Event) == c.of })
			s.when("2026-11-02", &AnnulEvent{EventID: s.facts[first].EventID, Reason: "other_family"})
			s.thenAmended("event_annulled:"+c.annuls, "event_corrected:"+c.annuls)
		})
	}
}

func TestAnIdentificationIsLateByTheCorrectedReferral(t *testing.T) {
	s := given(t, and(referredChild(), told("2026-05-18", &RecordUnaccompaniedStep{Step: step(child, "2026-05-18"), What: MinorIdentified}))...)
	was := s.state().Member(child).Unaccompanied.Identification.Due
	s.correct("2026-05-20", s.eventID("unaccompanied_minor_referred", child), "refer_unaccompanied_minor", referral("2026-05-18"))
	s.thenAmended("event_corrected:unaccompanied_minor_referred", "event_corrected:unaccompanied_step_recorded")
	if is := s.state().Member(child).Unaccompanied.Identification.Due; is == was {
		t.Errorf("the term is still %s", is)
	}
}
