// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"testing"
	"time"
)

func correction(event, kind string, c Command) Command {
	return &CorrectEvent{EventID: event, Reason: "typing_error", Type: kind, Body: body(c)}
}

func TestACorrectedEntryMovesWhatHangsOnItAndSaysSo(t *testing.T) {
	s := given(t, until("entered", wife)...).thenDue("presentation", wife, "2026-05-14")
	before := Agenda(s.state(), book)
	s.when("2026-05-06", correction(s.eventID("entered", wife), "record_entry", &RecordEntry{step(wife, "2026-04-22")})).record()
	s.thenDue("presentation", wife, "2026-05-05").thenDue("check_in", "3", "2026-07-22")
	changes := Changes(before, Agenda(s.state(), book))
	if want := (Change{Item: "presentation", Subject: wife, Was: "2026-05-14", Is: "2026-05-05"}); !slices.Contains(changes, want) {
		t.Errorf("the changes %+v do not name %+v", changes, want)
	}
	if s.state().Member(wife).EnteredOn != day("2026-04-22") {
		t.Errorf("entered on %s", s.state().Member(wife).EnteredOn)
	}
}

func TestChangesNameWhatIsNewAndWhatIsGone(t *testing.T) {
	s := given(t, until("visa_granted", wife)...)
	before := Agenda(s.state(), book)
	after := Agenda(s.when("2026-05-04", &RecordEntry{step(wife, "2026-05-04")}).record().state(), book)
	changes := Changes(before, after)
	for _, want := range []Change{{Item: "entry", Subject: wife, Was: "2026-10-05"}, {Item: "plan", Is: "2026-06-03"}} {
		if !slices.Contains(changes, want) {
			t.Errorf("the changes %+v do not name %+v", changes, want)
		}
	}
	if len(Changes(after, after)) != 0 {
		t.Error("an agenda differs from itself")
	}
}

func TestTheHistoryKeepsBothWhatWasSaidAndWhatIsRight(t *testing.T) {
	s := given(t, until("entered", wife)...)
	said := len(s.facts)
	s.when("2026-05-06", correction(s.eventID("entered", wife), "record_entry", &RecordEntry{step(wife, "2026-05-02")})).record()
	if len(s.facts) != said+1 || s.facts[said-1].OccurredOn() != day("2026-05-04") {
		t.Error("the correction replaced what was said")
	}
	if Superseded(s.facts)[s.eventID("entered", wife)] != "corrected" {
		t.Error("the entry is not marked as corrected")
	}
}

func TestACorrectionMayBeCorrected(t *testing.T) {
	s := given(t, until("entered", wife)...)
	entry := s.eventID("entered", wife)
	s.when("2026-05-06", correction(entry, "record_entry", &RecordEntry{step(wife, "2026-05-02")})).record()
	s.when("2026-05-07", correction(entry, "record_entry", &RecordEntry{step(wife, "2026-05-03")})).record()
	if got := s.state().Member(wife).EnteredOn; got != day("2026-05-03") {
		t.Errorf("entered on %s", got)
	}
}

func TestABirthDateIsCorrectedInTheApplicationItCameWith(t *testing.T) {
	s := given(t, until("authorised", wife)...)
	right := application("2025-11-03")
	right.Members[1].Who.BirthDate = day("2016-03-20")
	s.when("2026-03-02", correction(s.eventID("member_listed", child), "file_application", &FileApplication{Application: right})).record()
	if got := s.state().Member(child).Who; got.BirthDate != day("2016-03-20") || got.GivenName != "Karim" {
		t.Errorf("the child is now %+v", got)
	}
	if got := s.state().Member(girl).Who.GivenName; got != "Nour" {
		t.Errorf("the correction touched somebody else: %q", got)
	}
}

func TestOneMembersDecisionIsCorrectedAmongSeveral(t *testing.T) {
	s := given(t, until("authorised", wife)...)
	s.when("2026-03-02", correction(s.eventID("nulla_osta_issued", child), "decide_members", authorise("2026-02-17"))).record()
	s.thenDue("visa_request", child, "2026-08-17").thenDue("visa_request", wife, "2026-08-17")
	if got := s.state().Member(child).AuthorisedOn; got != day("2026-02-17") {
		t.Errorf("authorised on %s", got)
	}
	if got := s.state().Member(wife).AuthorisedOn; got != day("2026-02-16") {
		t.Errorf("the wife was authorised on %s", got)
	}
}

func TestACorrectedAppointmentKeepsItsID(t *testing.T) {
	s := given(t, and(until("entered", wife), appointment)...)
	id := s.state().Appointments[0].ID
	s.when("2026-05-06", correction(s.eventID("appointment_booked", ""), "book_appointment", &BookAppointment{MemberID: wife, At: noon("2026-05-08"), Place: "hub"})).record()
	s.when("2026-05-11", &RecordAppointmentKept{AppointmentID: id}).then(&AppointmentKept{AppointmentID: id})
	if got := s.state().Appointments[0]; !got.At.Equal(noon("2026-05-08")) || got.Outcome != "kept" {
		t.Errorf("the appointment is %+v", got)
	}
}

func TestACorrectionThatConcernsNoDayKeepsTheHour(t *testing.T) {
	s := given(t, and(until("filed", wife), told("2025-11-04", &AssignCounsellor{CounsellorID: "c1"}))...)
	event := s.eventID("counsellor_assigned", "")
	s.when("2026-01-10", correction(event, "assign_counsellor", &AssignCounsellor{CounsellorID: "c2"})).record()
	corrected, _ := amendmentsIn(s.facts).amend(s.facts[len(s.facts)-2])
	if !corrected.OccurredAt.Equal(noon("2025-11-04")) || s.state().Counsellor != "c2" {
		t.Errorf("assigned %s at %s", s.state().Counsellor, corrected.OccurredAt)
	}
}

func TestAnAnnulledEventNeverHappened(t *testing.T) {
	s := given(t, until("entered", wife)...)
	s.when("2026-05-06", &AnnulEvent{EventID: s.eventID("entered", wife), Reason: "other_family"}).record()
	s.thenNotDue("presentation", wife).thenDue("entry", wife, "2026-10-05")
	s.when("2026-05-07", &RecordEntry{step(wife, "2026-05-07")}).record().thenDue("presentation", wife, "2026-05-19")
}

// What had happened by a day and what was known on a day are two questions.
func TestTheCaseIsReadAsOfOneDayAndAsKnownOnAnother(t *testing.T) {
	s := given(t, until("visa_granted", wife)...)
	s.when("2026-07-01", &RecordEntry{step(wife, "2026-05-04")}).record()
	s.when("2026-08-03", correction(s.eventID("entered", wife), "record_entry", &RecordEntry{step(wife, "2026-06-08")})).record()
	s.when("2026-09-01", &AnnulEvent{EventID: s.eventID("visa_requested", wife)}).record()
	for _, c := range []struct {
		why         string
		asOf, known string
		entered     string
		requested   string
	}{
		{"known before it was told", "", "2026-06-30", "", "2026-03-10"},
		{"known once told", "", "2026-07-02", "2026-05-04", "2026-03-10"},
		{"known since corrected", "", "2026-08-04", "2026-06-08", "2026-03-10"},
		{"today's knowledge of May", "2026-05-20", "", "", ""},
		{"today's knowledge of late June", "2026-06-30", "", "2026-06-08", ""},
		{"July's knowledge of May", "2026-05-20", "2026-07-02", "2026-05-04", "2026-03-10"},
		{"no limit", "", "", "2026-06-08", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			m := Fold(AsOf(s.facts, instant(c.asOf), instant(c.known))).Member(wife)
			if m.EnteredOn != day(c.entered) || m.VisaRequestedOn != day(c.requested) {
				t.Errorf("entered on %q, visa requested on %q", m.EnteredOn, m.VisaRequestedOn)
			}
		})
	}
}

func instant(on string) time.Time {
	if on == "" {
		return time.Time{}
	}
	return noon(on)
}
