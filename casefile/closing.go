// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"maps"
	"slices"
	"strings"

	"ricongiungi/rules"
)

// CloseCase ends the accompaniment once every member's path has ended and no
// service owes an answer. Meetings that were still to come are cancelled.
type CloseCase struct {
	Reason string `json:"reason"`
}

func (c *CloseCase) decide(s *State, _ Request) ([]Draft, *Refusal) {
	switch {
	case !s.ClosedOn.IsZero():
		return nil, nil
	case !s.allEnded():
		return nil, refusalOf("members_not_settled", "case.closing",
			"Il percorso di almeno un familiare è ancora aperto: concludilo prima di chiudere. Ancora aperti: "+s.stillOpen()+".",
			"At least one member's path is still open: end it before closing. Still open: "+s.stillOpen()+".")
	case s.OpenReferrals() > 0:
		return nil, refusalOf("referrals_open", "case.closing",
			"Almeno un invio attende risposta: chiudilo prima di chiudere la pratica. Ancora aperti: "+s.stillOpen()+".",
			"At least one referral awaits its answer: close it before closing the case. Still open: "+s.stillOpen()+".")
	case s.reserved():
		return nil, notNow()
	}
	var drafts []Draft
	for _, a := range s.Appointments {
		if a.Outcome == "" && a.Minutes > 0 {
			drafts = append(drafts, Draft{Event: &AppointmentCancelled{AppointmentID: a.ID, Reason: "case_closed"}})
		}
	}
	return append(drafts, Draft{Event: &CaseClosed{Reason: c.Reason}}), nil
}

// stillOpen counts, by code, what is open: members by stage, referrals by status,
// and what does not keep the case open but should be known.
func (s *State) stillOpen() string {
	counts := map[string]int{}
	for _, m := range s.Members {
		if m.Ending == "" {
			counts["member "+string(m.Stage())]++
		}
	}
	for _, f := range s.Referrals {
		if f.open() {
			counts["referral "+f.Service+" "+string(f.Status)]++
		}
	}
	for _, g := range s.Plan {
		if g.ClosedOn.IsZero() {
			counts["goal"]++
		}
	}
	for _, c := range s.Concerns {
		if c.ResolvedOn.IsZero() {
			counts["concern "+c.Kind]++
		}
	}
	var list []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, what+" × "+itoa(int64(counts[what])))
	}
	return strings.Join(list, ", ")
}

// ReopenCase takes up a closed case again, with the clocks it had.
type ReopenCase struct {
	Reason string `json:"reason"`
}

func (c *ReopenCase) decide(s *State, _ Request) ([]Draft, *Refusal) {
	if s.ClosedOn.IsZero() {
		return nil, nil
	}
	return []Draft{{Event: &CaseReopened{Reason: c.Reason}}}, nil
}

// CaseClosed ends the accompaniment.
type CaseClosed struct {
	Reason string `json:"reason"`
}

func (e *CaseClosed) apply(s *State, f Fact) { s.ClosedOn = f.OccurredOn() }

// CaseReopened takes the case up again. Rooms and mediators that it held were
// free in the meantime and are not taken back.
type CaseReopened struct {
	Reason string `json:"reason"`
}

func (e *CaseReopened) apply(s *State, _ Fact) {
	s.ClosedOn, s.TransferredTo = rules.Date{}, ""
	for _, a := range s.Appointments {
		if a.Outcome == "" {
			a.Room, a.Mediator, a.Minutes = "", "", 0
		}
	}
}
