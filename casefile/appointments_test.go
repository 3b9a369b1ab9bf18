// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"strings"
	"testing"
	"time"
)

// withMediator is a meeting in a room, with a mediator.
func withMediator(on string) *BookAppointment {
	return &BookAppointment{MemberID: wife, At: noon(on), Place: "hub", Purpose: "plan", Room: "colloqui-1", Mediator: "med-ar-1", Language: "ar"}
}

func slotRefusals(t *testing.T) []refusal {
	booked := and(until("entered", wife), appointment)
	id := given(t, booked...).state().Appointments[0].ID
	kept := and(booked, told("2026-05-08", &RecordAppointmentKept{AppointmentID: id}))
	return []refusal{
		{"an appointment in the place of nothing", booked, "2026-05-06", &BookAppointment{At: noon("2026-05-12"), Place: "hub", Replaces: "x"}, "unknown_appointment"},
		{"an appointment in the place of an open one", booked, "2026-05-06", &BookAppointment{At: noon("2026-05-12"), Place: "hub", Replaces: id}, "appointment_open"},
		{"an appointment in the place of one that was kept", kept, "2026-05-09", &BookAppointment{At: noon("2026-05-12"), Place: "hub", Replaces: id}, "already_recorded"},
		{"moving what nobody booked", booked, "2026-05-06", &MoveAppointment{AppointmentID: "x", At: noon("2026-05-12")}, "unknown_appointment"},
		{"moving a meeting that took place", kept, "2026-05-09", &MoveAppointment{AppointmentID: id, At: noon("2026-05-12")}, "already_recorded"},
		{"cancelling what nobody booked", booked, "2026-05-06", &CancelAppointment{AppointmentID: "x", Reason: "ill"}, "unknown_appointment"},
		{"cancelling a meeting that took place", kept, "2026-05-09", &CancelAppointment{AppointmentID: id, Reason: "ill"}, "already_recorded"},
	}
}

func TestAMeetingHoldsItsRoomAndMediatorForItsLength(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-05-05", withMediator("2026-05-12")))...)
	claims := s.state().Claims()
	if len(claims) != 2 || claims[0].Resource != "room:colloqui-1" || claims[1].Resource != "mediator:med-ar-1" {
		t.Fatalf("it holds %+v", claims)
	}
	for _, c := range claims {
		if !c.From.Equal(noon("2026-05-12")) || c.To.Sub(c.From) != 45*time.Minute {
			t.Errorf("it holds %s from %s to %s", c.Resource, c.From, c.To)
		}
	}
	if v := ViewOf(s.state(), book).Appointments[0]; v.Minutes != 45 || v.Language != "ar" || v.Purpose != "plan" {
		t.Errorf("it is seen as %+v", v)
	}
}

func TestWhatIsOverHoldsNothing(t *testing.T) {
	booked := and(until("entered", wife), told("2026-05-05", withMediator("2026-05-12")))
	id := given(t, booked...).state().Appointments[0].ID
	for name, end := range map[string][]telling{
		"kept":        {told("2026-05-13", &RecordAppointmentKept{AppointmentID: id})},
		"missed":      {told("2026-05-13", &RecordAppointmentMissed{AppointmentID: id})},
		"cancelled":   {told("2026-05-06", &CancelAppointment{AppointmentID: id, Reason: "ill"})},
		"case closed": {told("2026-05-06", &Withdraw{On: day("2026-05-06"), Reason: "went_home"}), told("2026-05-07", &CloseCase{Reason: "withdrawn"})},
	} {
		if claims := given(t, and(booked, end...)...).state().Claims(); len(claims) != 0 {
			t.Errorf("after %s it still holds %+v", name, claims)
		}
	}
}

func TestMovingFreesTheOldSlotAndLinksTheNewOne(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-05-05", withMediator("2026-05-12")))...)
	old, before := s.state().Appointments[0].ID, s.state()
	s.when("2026-05-06", &MoveAppointment{AppointmentID: old, At: noon("2026-05-13")}).record()
	moved := s.state().Appointments[1]
	if moved.Replaces != old || moved.Mediator != "med-ar-1" || moved.Minutes != 45 || moved.Purpose != "plan" {
		t.Errorf("the new appointment is %+v", moved)
	}
	if fresh := NewClaims(before, s.state()); len(fresh) != 2 || !fresh[0].From.Equal(noon("2026-05-13")) {
		t.Errorf("it claims %+v", fresh)
	}
	if claims := s.state().Claims(); len(claims) != 2 {
		t.Errorf("it holds %+v", claims)
	}
}

func TestAMeetingMovedToWhereItIsStays(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-05-05", withMediator("2026-05-12")))...)
	s.when("2026-05-06", &MoveAppointment{AppointmentID: s.state().Appointments[0].ID, At: noon("2026-05-12")}).thenNothing()
}

func TestNoShowsAreCountedAndMayBeRebooked(t *testing.T) {
	s := given(t, and(until("entered", wife), told("2026-05-05", withMediator("2026-05-12")))...)
	missed := s.state().Appointments[0].ID
	s.when("2026-05-13", &RecordAppointmentMissed{AppointmentID: missed}).record()
	again := withMediator("2026-05-19")
	again.Replaces = missed
	s.when("2026-05-13", again).record()
	v := ViewOf(s.state(), book)
	if v.NoShows != 1 || v.Appointments[1].Replaces != missed {
		t.Errorf("%d no-shows, then %+v", v.NoShows, v.Appointments[1])
	}
}

func TestTheFamilyIsToldOfACancelledMeetingButNotTwiceOfAMovedOne(t *testing.T) {
	booked := and(until("entered", wife), told("2026-05-05", withMediator("2026-05-12")))
	id := given(t, booked...).state().Appointments[0].ID
	for reason, command := range map[string]Command{"moved": &MoveAppointment{AppointmentID: id, At: noon("2026-05-13")}, "cancelled": &CancelAppointment{AppointmentID: id, Reason: "ill"}} {
		s := given(t, booked...).when("2026-05-06", command)
		fresh := len(s.drafts)
		s.record()
		messages := 0
		for _, f := range s.facts[len(s.facts)-fresh:] {
			for _, e := range Effects(s.state(), f) {
				if e.To == "family" {
					messages++
				}
			}
		}
		if messages != 1 {
			t.Errorf("%s: the family gets %d messages", reason, messages)
		}
	}
}

func TestARefusedSlotNamesFreeOnesAndNobody(t *testing.T) {
	refusal := SlotTaken([]string{"2026-05-12 14:30 colloqui-2"})
	if !strings.Contains(refusal.Text.It, "14:30 colloqui-2") || !strings.Contains(refusal.Text.En, "14:30 colloqui-2") {
		t.Errorf("the refusal says %+v", refusal.Text)
	}
	if refusal := SlotTaken(nil); !strings.Contains(refusal.Text.En, "/v1/appointment-slots") {
		t.Errorf("the refusal says %+v", refusal.Text)
	}
}

func TestAReopenedCaseDoesNotTakeItsRoomsBack(t *testing.T) {
	booked := and(until("entered", wife), told("2026-05-05", withMediator("2026-05-12")), told("2026-05-06", &TransferCase{On: day("2026-05-06"), Municipality: "015209"}))
	s := given(t, booked...).when("2026-05-07", &ReopenCase{Reason: "came_back"}).record()
	if claims := s.state().Claims(); len(claims) != 0 {
		t.Errorf("it holds %+v", claims)
	}
	s.thenDue("appointment", s.state().Appointments[0].ID, "2026-05-13")
}
