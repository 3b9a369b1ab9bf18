// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// MakePlan records the family's personal plan with its goals.
type MakePlan struct {
	On    rules.Date `json:"on"`
	Goals []string   `json:"goals"`
}

func (c *MakePlan) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case s.PlanOn == c.On && slices.Equal(s.Goals, c.Goals):
		return nil, nil
	}
	return []Draft{{Event: &PlanMade{Goals: c.Goals}, On: c.On}}, nil
}

func (s *State) orSponsor(person string) string {
	if person == "" {
		return s.SponsorID
	}
	return person
}

// HoldCheckIn records one of the hub's check-ins after the first entry.
type HoldCheckIn struct {
	On     rules.Date     `json:"on"`
	Month  int            `json:"month"`            // 1, 3, 6 or 12
	Scores map[string]int `json:"scores,omitempty"` // pillar of well-being to 1…5
	Note   string         `json:"note,omitempty"`
}

func (c *HoldCheckIn) decide(s *State, r Request) ([]Draft, *Refusal) {
	entry := s.FirstEntry()
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case entry.IsZero():
		return nil, refusalOf("not_entered", "hub.check_in",
			"Nessun familiare è ancora entrato: il colloquio si conta dal primo ingresso.",
			"No member has entered yet: check-ins are counted from the first entry.")
	case c.On.Before(entry):
		return nil, outOfOrder("entered", entry)
	case s.CheckIns[c.Month] == c.On:
		return nil, nil
	case !s.CheckIns[c.Month].IsZero():
		return nil, alreadyRecorded("check_in_held", s.CheckIns[c.Month])
	}
	return []Draft{{Event: &CheckInHeld{Month: c.Month, Scores: c.Scores}, On: c.On, Private: aside(s.SponsorID, c.Note)}}, nil
}

// AddNote keeps a remark about a person, or about the family.
type AddNote struct {
	MemberID string `json:"member_id,omitempty"`
	Note     string `json:"note"`
}

func (c *AddNote) decide(s *State, _ Request) ([]Draft, *Refusal) {
	if c.MemberID != "" && s.Member(c.MemberID) == nil {
		return nil, unknownMember()
	}
	draft := Draft{Event: &NoteAdded{MemberID: c.MemberID}, Private: aside(s.orSponsor(c.MemberID), c.Note)}
	if s.said(draft) {
		return nil, nil
	}
	return []Draft{draft}, nil
}

// CloseCase ends the accompaniment once every member's path has ended and no
// service owes an answer.
type CloseCase struct {
	Reason string `json:"reason"`
}

func (c *CloseCase) decide(s *State, _ Request) ([]Draft, *Refusal) {
	switch {
	case !s.ClosedOn.IsZero():
		return nil, nil
	case !s.allEnded():
		return nil, refusalOf("members_not_settled", "case.closing",
			"Il percorso di almeno un familiare è ancora aperto: concludilo prima di chiudere.",
			"At least one member's path is still open: end it before closing.")
	case s.OpenReferrals() > 0:
		return nil, refusalOf("referrals_open", "case.closing",
			"Almeno un invio attende risposta: chiudilo prima di chiudere la pratica.",
			"At least one referral awaits its answer: close it before closing the case.")
	case s.reserved():
		return nil, notNow()
	}
	return []Draft{{Event: &CaseClosed{Reason: c.Reason}}}, nil
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

// PlanMade replaces the plan.
type PlanMade struct {
	Goals []string `json:"goals"`
}

func (e *PlanMade) apply(s *State, f Fact) { s.PlanOn, s.Goals = f.OccurredOn(), e.Goals }

// CheckInHeld is one of the hub's check-ins.
type CheckInHeld struct {
	Month  int            `json:"month"`
	Scores map[string]int `json:"scores,omitempty"`
}

func (e *CheckInHeld) apply(s *State, f Fact) {
	if s.CheckIns == nil {
		s.CheckIns = map[int]rules.Date{}
	}
	s.CheckIns[e.Month] = f.OccurredOn()
}

// NoteAdded keeps a remark; its text is with the person it is about.
type NoteAdded struct {
	MemberID string `json:"member_id,omitempty"`
}

func (e *NoteAdded) apply(*State, Fact) {}

// CaseClosed ends the accompaniment.
type CaseClosed struct {
	Reason string `json:"reason"`
}

func (e *CaseClosed) apply(s *State, f Fact) { s.ClosedOn = f.OccurredOn() }

// CaseReopened takes the case up again.
type CaseReopened struct {
	Reason string `json:"reason"`
}

func (e *CaseReopened) apply(s *State, _ Fact) { s.ClosedOn, s.TransferredTo = rules.Date{}, "" }
