// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// RecordVisaRequested records the request at the consulate. Its day counts
// against the validity of the nulla osta, not the day of the visa nor of an
// appointment. Proof says what shows that it was made where the consulate gave
// no appointment. Consulate is the country of the consulate, where it is known:
// how long a visa takes hangs on it.
type RecordVisaRequested struct {
	Step
	Proof     string `json:"proof,omitempty"`     // receipt, written_request or none: a verdict, not the paper
	Consulate string `json:"consulate,omitempty"` // ISO 3166-1 alpha-3
}

func (c *RecordVisaRequested) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.MemberID)
	if m != nil && m.Ending == NullaOstaLapsed && !c.On.After(m.VisaBy.Due) {
		return c.requested(m, r) // the nulla osta only seemed to expire: the request was told late
	}
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !s.mayTravel(m):
		return nil, notAuthorised()
	case m.VisaRequestedOn == c.On && m.VisaProof == c.Proof && (c.Consulate == "" || c.Consulate == m.VisaCountry):
		return nil, nil
	case !m.VisaRequestedOn.IsZero() && !m.visaRefused():
		return nil, alreadyRecorded("visa_requested", m.VisaRequestedOn)
	case m.revoked() && !c.On.Before(m.RevokedOn):
		return nil, nullaOstaRevoked(m.RevokedOn)
	case s.expires(m) && c.On.After(m.VisaBy.Due):
		return nil, nullaOstaOver(m.VisaBy.Due)
	}
	return c.requested(m, r)
}

// expires tells whether the member must ask for the visa while the nulla osta is
// good. A court's order and a citizen's relative know no such day.
func (s *State) expires(m *Member) bool {
	return !m.VisaBy.IsZero() && m.VisaOrderedOn.IsZero() && s.procedure() != OfCitizen
}

func (c *RecordVisaRequested) requested(m *Member, r Request) ([]Draft, *Refusal) {
	if refusal := m.inOrder("visa_requested", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&VisaRequested{
		OfMember: OfMember{c.MemberID}, Decision: r.Book.Term(rules.VisaDecision, c.On), Proof: c.Proof, Consulate: c.Consulate,
	}, c.Step), nil
}

func nullaOstaRevoked(on rules.Date) *Refusal {
	return refusalOf("nulla_osta_revoked", "art. 21-quinquies L. 241/1990",
		"Il nulla osta è stato revocato il "+on.String()+": registra prima il ricorso accolto o la revoca della revoca.",
		"The nulla osta was revoked on "+on.String()+": record the appeal that was upheld or the lifting of the revocation first.").at("on")
}

func nullaOstaOver(due rules.Date) *Refusal {
	return refusalOf("nulla_osta_expired", "art. 6 c. 5 Reg (DPR 394/1999)",
		"Il nulla osta valeva per richieste fino al "+due.String()+": serve una nuova domanda.",
		"The nulla osta was good for requests until "+due.String()+": a new application is needed.").at("on")
}

// RecordVisaGranted records the visa and until when it may be used.
type RecordVisaGranted struct {
	Step
	Expires rules.Date `json:"expires"`
}

func (c *RecordVisaGranted) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !s.mayTravel(m):
		return nil, notAuthorised()
	case m.VisaGrantedOn == c.On && m.VisaExpires == c.Expires:
		return nil, nil
	case !m.VisaGrantedOn.IsZero():
		return nil, alreadyRecorded("visa_granted", m.VisaGrantedOn)
	case c.Expires.Before(c.On):
		return nil, outOfOrder("visa_granted", c.On).at("expires")
	}
	if refusal := m.inOrder("visa_granted", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&VisaGranted{OfMember: OfMember{m.ID}, Expires: c.Expires}, c.Step), nil
}

// RecordVisaRefused records the consulate's refusal; a new request stays possible.
type RecordVisaRefused struct{ Step }

func (c *RecordVisaRefused) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.VisaRequestedOn.IsZero():
		return nil, refusalOf("visa_not_requested", "art. 6 c. 5 Reg (DPR 394/1999)",
			"Non risulta una richiesta di visto: registrala prima dell'esito.",
			"No visa request is recorded: record it before its outcome.")
	case m.VisaRefusedOn == c.On:
		return nil, nil
	case m.visaRefused():
		return nil, alreadyRecorded("visa_refused", m.VisaRefusedOn)
	case !m.VisaGrantedOn.IsZero():
		return nil, alreadyRecorded("visa_granted", m.VisaGrantedOn)
	}
	if refusal := m.inOrder("visa_granted", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&VisaRefused{OfMember{m.ID}}, c.Step), nil
}

// VisaRequested stops the validity of the nulla osta and starts the consulate's clock.
type VisaRequested struct {
	OfMember
	Decision  rules.Term `json:"decision"`
	Proof     string     `json:"proof,omitempty"`
	Consulate string     `json:"consulate,omitempty"`
}

func (e *VisaRequested) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.VisaRequestedOn, m.VisaDecision, m.VisaProof = f.OccurredOn(), e.Decision, e.Proof
		m.VisaRefusedOn, m.VisaRefusalUndone = rules.Date{}, false
		m.VisaCountry = e.Consulate
		m.revive()
	})
}

// VisaGranted opens the way to entry until the visa expires.
type VisaGranted struct {
	OfMember
	Expires rules.Date `json:"expires"`
}

func (e *VisaGranted) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.VisaGrantedOn, m.VisaExpires = f.OccurredOn(), e.Expires
		m.revive() // a visa was granted, so it was requested in time
	})
}

// VisaRefused says that the consulate refused. The nulla osta goes on: while it
// is good the family may ask again, and at any time it may appeal.
type VisaRefused struct{ OfMember }

func (e *VisaRefused) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.VisaRefusedOn, m.VisaRefusalUndone = f.OccurredOn(), false })
}

// visaRefused tells whether a refusal of the consulate stands.
func (m *Member) visaRefused() bool { return !m.VisaRefusedOn.IsZero() && !m.VisaRefusalUndone }

// VisaRefusalFinal ends one member's path after a refused visa: the nulla osta is
// no longer good for a new request, and nobody appealed. An appeal filed later
// takes the path up again, since the law sets no term for it.
type VisaRefusalFinal struct{ OfMember }

func (e *VisaRefusalFinal) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(VisaRefusedFinal, f.OccurredOn()) })
}

// visaRequest lists the request of the visa, under the rule by which the member
// may ask for one.
func (a *agenda) visaRequest(m *Member) {
	item := Due{Item: "visa_request", Part: PreDeparture, Subject: m.ID, MemberID: m.ID, By: Counsellor, Term: m.VisaBy}
	switch {
	case a.state.procedure() == OfCitizen:
		item.Term = a.book.Term(rules.CitizenVisa, later(a.state.NaturalisedOn, a.state.OpenedOn))
	case !m.VisaOrderedOn.IsZero():
		item.Term = a.book.Term(rules.JudgmentCompliance, m.VisaOrderedOn)
	default:
		item.onLapse = &NullaOstaExpired{OfMember{m.ID}}
	}
	a.add(item)
}

// afterVisaRefusal lists what a family can do: be advised, appeal, and ask again
// while the nulla osta is good. The path ends when the later of the two days to
// choose has passed and no court was asked.
func (a *agenda) afterVisaRefusal(m *Member) {
	a.policy("visa_refusal_follow_up", PreDeparture, m, Counsellor, rules.FollowUp, m.VisaRefusedOn)
	again := Due{Item: "visa_request", Part: PreDeparture, Subject: m.ID, MemberID: m.ID, By: Counsellor, Term: m.VisaBy}
	advice := Due{Item: "appeal", Part: PreDeparture, Subject: m.ID, MemberID: m.ID, By: Counsellor,
		Term: a.book.Term(rules.AppealAdvice, m.VisaRefusedOn)}
	appealed := m.appealedSince(VisaRefusal, m.VisaRefusedOn)
	if final := (&VisaRefusalFinal{OfMember{m.ID}}); a.state.expires(m) && !m.appealing() {
		if appealed || !again.Term.Due.Before(advice.Term.Due) {
			again.onLapse = final
		} else {
			advice.onLapse = final
		}
	}
	if a.state.expires(m) {
		a.once(again)
	}
	if !appealed {
		a.once(advice)
	}
}

// VisaExpired ends one member's path because the visa was not used.
type VisaExpired struct{ OfMember }

func (e *VisaExpired) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(VisaLapsed, f.OccurredOn()) })
}
