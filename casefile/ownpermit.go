// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// OwnPermit is a permit that no longer hangs on the sponsor.
type OwnPermit struct {
	Kind        string
	RequestedOn rules.Date
	By          rules.Term // indicative term of the Questura
	DecidedOn   rules.Date
	Outcome     string // granted, refused, or empty while open
	Expires     rules.Date
}

// RecordSeparation records that the couple separated or divorced.
type RecordSeparation struct {
	Step
	Kind string `json:"kind"` // separation, divorce or annulment
}

func (c *RecordSeparation) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Kinship != Spouse && m.Kinship != CivilPartner:
		return nil, refusalOf("not_a_spouse", "art. 29 c. 1 lett. a TUI",
			"Solo coniuge o unito civilmente può separarsi dal richiedente: controlla il familiare.",
			"Only a spouse or civil partner can separate from the sponsor: check the member.").at("member_id")
	case m.SeparatedOn == c.On:
		return nil, nil
	case !m.SeparatedOn.IsZero():
		return nil, alreadyRecorded("separated", m.SeparatedOn)
	}
	return one(&Separated{OfMember: OfMember{m.ID}, Kind: c.Kind}, c.Step), nil
}

// Separated says that the couple is one no longer.
type Separated struct {
	OfMember
	Kind string `json:"kind"`
}

func (e *Separated) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.SeparatedOn = f.OccurredOn() })
}

// RecordOwnPermitRequested records the request for a permit of one's own: after
// the sponsor's death or a separation (art. 30 c. 5 TUI), or for victims of
// domestic violence (art. 18-bis TUI).
type RecordOwnPermitRequested struct {
	Step
	Kind string `json:"kind"` // employed, self_employed, study or special_cases
}

func (c *RecordOwnPermitRequested) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.arrived(c.Step, r)
	switch p := m.ownPermit(); {
	case refusal != nil:
		return nil, refusal
	case p.RequestedOn == c.On && p.Kind == c.Kind:
		return nil, nil
	case !p.RequestedOn.IsZero() && p.Outcome != "refused":
		return nil, alreadyRecorded("own_permit_requested", p.RequestedOn)
	}
	return one(&OwnPermitRequested{OfMember: OfMember{m.ID}, Kind: c.Kind, Indication: r.Book.Term(rules.PermitIndication, c.On)}, c.Step), nil
}

// ownPermit is nothing for nobody.
func (m *Member) ownPermit() OwnPermit {
	if m == nil {
		return OwnPermit{}
	}
	return m.OwnPermit
}

// RecordOwnPermitDecided records what the Questura answered.
type RecordOwnPermitDecided struct {
	Step
	Outcome string     `json:"outcome"` // granted or refused
	Expires rules.Date `json:"expires,omitzero"`
}

func (c *RecordOwnPermitDecided) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.arrived(c.Step, r)
	switch p := m.ownPermit(); {
	case refusal != nil:
		return nil, refusal
	case p.RequestedOn.IsZero():
		return nil, refusalOf("own_permit_not_requested", "art. 30 c. 5 TUI",
			"Non risulta la richiesta di un permesso autonomo: registrala prima dell'esito.",
			"No request for a permit of one's own is recorded: record it before its outcome.")
	case p.Outcome == c.Outcome && p.DecidedOn == c.On && p.Expires == c.Expires:
		return nil, nil
	case p.Outcome != "":
		return nil, alreadyRecorded("own_permit_decided", p.DecidedOn)
	case c.On.Before(p.RequestedOn):
		return nil, outOfOrder("own_permit_requested", p.RequestedOn)
	}
	return one(&OwnPermitDecided{OfMember: OfMember{m.ID}, Outcome: c.Outcome, Expires: c.Expires}, c.Step), nil
}

// OwnPermitRequested starts the indicative term of the Questura.
type OwnPermitRequested struct {
	OfMember
	Kind       string     `json:"kind"`
	Indication rules.Term `json:"indication"`
}

func (e *OwnPermitRequested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.OwnPermit = OwnPermit{Kind: e.Kind, RequestedOn: f.OccurredOn(), By: e.Indication} })
}

// OwnPermitDecided is the Questura's answer.
type OwnPermitDecided struct {
	OfMember
	Outcome string     `json:"outcome"`
	Expires rules.Date `json:"expires,omitzero"`
}

func (e *OwnPermitDecided) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.OwnPermit.Outcome, m.OwnPermit.DecidedOn, m.OwnPermit.Expires = e.Outcome, f.OccurredOn(), e.Expires
	})
}

// needsOwnPermit is the day since which a member in Italy can no longer rest on
// the sponsor's permit: the sponsor died, the couple separated, or the member's
// address had to be sealed. Minors share the other parent's lot unless the
// sponsor died. Zero when none of it happened.
func (s *State) needsOwnPermit(m *Member) rules.Date {
	var since rules.Date
	for _, day := range []rules.Date{s.SponsorDiedOn, m.SeparatedOn, s.adultSealedOn(m)} {
		if !day.IsZero() && (since.IsZero() || day.Before(since)) {
			since = day
		}
	}
	inItaly := m.hereSince()
	if inItaly.IsZero() || since.IsZero() || since.Before(inItaly) {
		return rules.Date{}
	}
	return since
}

func (s *State) adultSealedOn(m *Member) rules.Date {
	if m.Kinship == MinorChild {
		return rules.Date{}
	}
	return s.Sealed[m.ID]
}

// ownPermits asks for the request and then for the answer.
func (a *agenda) ownPermits() {
	for _, m := range a.state.Members {
		since := a.state.needsOwnPermit(m)
		switch p := m.OwnPermit; {
		case m.Ending != "":
		case !p.RequestedOn.IsZero() && p.Outcome == "":
			a.member("own_permit_decision", Branches, m, Counsellor, p.By)
		case p.Outcome == "refused":
			a.policy("own_permit_refusal_follow_up", Branches, m, Counsellor, rules.FirstContact, p.DecidedOn)
		case p.Outcome == "" && !since.IsZero():
			a.policy("own_permit", Branches, m, Counsellor, rules.OwnPermitRequest, since)
		}
	}
}
