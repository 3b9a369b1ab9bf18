// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"time"

	"ricongiungi/rules"
)

// Claim holds a room or a mediator of the hub for the length of an appointment.
// Cases know nothing of each other: whoever keeps them sees to it that no two
// claims on one resource overlap.
type Claim struct {
	AppointmentID string
	Resource      string // "room:" or "mediator:" and its code in the hub's diary
	From, To      time.Time
}

// Claims are what the open appointments of the case hold, in a fixed order. An
// outcome, also that of being cancelled, and closing the case free it.
func (s *State) Claims() []Claim {
	if !s.ClosedOn.IsZero() {
		return nil
	}
	var claims []Claim
	for _, a := range s.Appointments {
		if a.Outcome == "" && a.Minutes > 0 {
			claims = append(claims, a.claims()...)
		}
	}
	return claims
}

func (a *Appointment) claims() []Claim {
	var claims []Claim
	to := a.At.Add(time.Duration(a.Minutes) * time.Minute)
	if a.Room != "" {
		claims = append(claims, Claim{a.ID, "room:" + a.Room, a.At, to})
	}
	if a.Mediator != "" {
		claims = append(claims, Claim{a.ID, "mediator:" + a.Mediator, a.At, to})
	}
	return claims
}

// NewClaims are those that a case has after a command and had not before.
func NewClaims(before, after *State) []Claim {
	held := before.Claims()
	return slices.DeleteFunc(after.Claims(), func(c Claim) bool {
		return slices.ContainsFunc(held, c.equal)
	})
}

func (c Claim) equal(d Claim) bool {
	return c.AppointmentID == d.AppointmentID && c.Resource == d.Resource && c.From.Equal(d.From) && c.To.Equal(d.To)
}

// SlotTaken refuses a claim on what another appointment holds. Near names free
// slots; it says nothing of whoever holds the one that was asked for.
func SlotTaken(near []string) *Refusal {
	it, en := "Cerca un altro orario in GET /v1/appointment-slots.", "Look for another time in GET /v1/appointment-slots."
	if len(near) > 0 {
		list := strings.Join(near, "; ")
		it, en = "Liberi vicino: "+list+".", "Free nearby: "+list+"."
	}
	return refusalOf("slot_taken", "hub.diary",
		"La stanza o il mediatore è già impegnato in quell'orario. "+it,
		"The room or the mediator is taken at that time. "+en).at("at")
}

// NotInDiary refuses a claim that the hub's diary does not offer: an unknown
// room or mediator, another language, or an hour outside its opening hours.
func NotInDiary(why rules.Text) *Refusal {
	return refusalOf("slot_not_offered", "hub.diary", why.It, why.En).at("at")
}
