// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Withdraw ends the path of the members named, or of all, at the family's wish.
type Withdraw struct {
	On      rules.Date `json:"on"`
	Members []string   `json:"member_ids,omitempty"`
	Reason  string     `json:"reason"`
}

func (c *Withdraw) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	for _, id := range c.Members {
		if s.Member(id) == nil {
			return nil, unknownMember().at("member_ids")
		}
	}
	var drafts []Draft
	for _, m := range s.Members {
		if m.Ending == "" && (len(c.Members) == 0 || slices.Contains(c.Members, m.ID)) {
			drafts = append(drafts, Draft{Event: &MemberWithdrawn{OfMember: OfMember{m.ID}, Reason: c.Reason}, On: c.On})
		}
	}
	return drafts, nil
}

// RecordDeath records the death of the sponsor or of a member. What follows in
// law (art. 30 c. 5 TUI) is for a person to decide.
type RecordDeath struct {
	On       rules.Date `json:"on"`
	PersonID string     `json:"person_id"`
}

func (c *RecordDeath) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.PersonID)
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case m == nil && c.PersonID != s.SponsorID:
		return nil, unknownMember().at("person_id")
	case m == nil && s.SponsorDiedOn == c.On, m != nil && m.Ending == Deceased && m.EndedOn == c.On:
		return nil, nil
	case m == nil && !s.SponsorDiedOn.IsZero():
		return nil, alreadyRecorded("person_died", s.SponsorDiedOn)
	case m != nil && m.Ending == Deceased:
		return nil, alreadyRecorded("person_died", m.EndedOn)
	}
	return []Draft{{Event: &PersonDied{PersonID: c.PersonID}, On: c.On}}, nil
}

// TransferCase hands the family over to another municipality; the history stays.
type TransferCase struct {
	On           rules.Date `json:"on"`
	Municipality string     `json:"municipality"` // ISTAT code, six digits
	Reason       string     `json:"reason,omitempty"`
}

func (c *TransferCase) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case s.TransferredTo == c.Municipality:
		return nil, nil
	case s.OpenReferrals() > 0:
		return nil, refusalOf("referrals_open", "case.closing",
			"Almeno un invio attende risposta: chiudilo prima di trasferire la pratica.",
			"At least one referral awaits its answer: close it before transferring the case.")
	}
	return []Draft{{Event: &CaseTransferred{Municipality: c.Municipality, Reason: c.Reason}, On: c.On}}, nil
}

// MemberWithdrawn ends a member's path at the family's wish.
type MemberWithdrawn struct {
	OfMember
	Reason string `json:"reason"`
}

func (e *MemberWithdrawn) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(Withdrawn, f.OccurredOn()) })
}

// PersonDied says that the sponsor or a member has died.
type PersonDied struct {
	PersonID string `json:"person_id"`
}

func (e *PersonDied) apply(s *State, f Fact) {
	if e.PersonID == s.SponsorID {
		s.SponsorDiedOn = f.OccurredOn()
	}
	s.with(e.PersonID, func(m *Member) { m.end(Deceased, f.OccurredOn()) })
}

// CaseTransferred ends this office's part.
type CaseTransferred struct {
	Municipality string `json:"municipality"`
	Reason       string `json:"reason,omitempty"`
}

func (e *CaseTransferred) apply(s *State, f Fact) {
	s.TransferredTo, s.ClosedOn = e.Municipality, f.OccurredOn()
}

// Fold applies it where the event stands

// Fold leaves the event out
