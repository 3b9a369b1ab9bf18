// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Agreement is a member's integration agreement (accordo di integrazione, DPR
// 179/2011) after its signing. Credits are points.
type Agreement struct {
	Minor      bool // sixteen or seventeen at signing: the parents sign too
	CosignedOn rules.Date
	Exempt     string // code of the reason; empty when not exempt
	ExemptOn   rules.Date
	CivicsOn   rules.Date // last day on which the civic session was held or missed
	Attended   bool
	Credits    int // as last assessed, or at signing less what was lost since
	AssessedOn rules.Date
	Outcome    string // fulfilled, extended or not_fulfilled
}

// agreementDue is the verdict of DPR 179/2011 art. 2: first entry at the age of
// sixteen or more, once there is such an agreement. Exemptions are a matter for
// the SUI.
func (m *Member) agreementDue(on rules.Date, book *rules.Book) bool {
	birth := m.Who.BirthDate
	age, exists := book.Find(rules.AgreementAge, on)
	return exists && !birth.IsZero() && birth.AgeOn(on) >= age.Number()
}

// signsWithParents is the verdict that a minor's parents sign too (DPR 179/2011 art. 2).
func (m *Member) signsWithParents(on rules.Date, book *rules.Book) bool {
	birth := m.Who.BirthDate
	return !birth.IsZero() && birth.AgeOn(on) < book.At(rules.AgreementCosigned, on).Number()
}

// RecordAgreementSigned records the integration agreement (DPR 179/2011). That
// the parents of a minor signed with them is recorded apart, also for the same day.
type RecordAgreementSigned struct{ Step }

func (c *RecordAgreementSigned) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.arrived(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.AgreementSignedOn == c.On:
		return nil, nil
	case !m.AgreementSignedOn.IsZero():
		return nil, alreadyRecorded("agreement_signed", m.AgreementSignedOn)
	case !m.AgreementDue:
		return nil, agreementNotDue()
	case m.Agreed.Exempt != "":
		return nil, refusalOf("agreement_exempt", "DPR 179/2011 art. 2",
			"Il familiare è esente dall'accordo ("+m.Agreed.Exempt+"): annulla l'esenzione, se è sbagliata.",
			"The member is exempt from the agreement ("+m.Agreed.Exempt+"): annul the exemption if it is wrong.")
	}
	return one(&AgreementSigned{
		OfMember: OfMember{m.ID},
		Credits:  r.Book.At(rules.AgreementCredits, c.On).Number(),
		Civics:   r.Book.Term(rules.AgreementCivics, c.On),
		Term:     r.Book.Term(rules.AgreementTerm, c.On),
		Minor:    m.signsWithParents(c.On, r.Book),
	}, c.Step), nil
}

func agreementNotDue() *Refusal {
	return refusalOf("agreement_not_due", "DPR 179/2011 art. 2",
		"L'accordo di integrazione è dovuto solo da chi è entrato a sedici anni compiuti.",
		"The integration agreement is due only from those who entered at sixteen or older.")
}

// ExemptFromAgreement records that the SUI exempts a member (DPR 179/2011 art. 2).
// The reason is coarse on purpose, for the log is read by many: health stands for
// certified illness or disability, protected_person for an unaccompanied minor or
// a victim of trafficking.
type ExemptFromAgreement struct {
	Step
	Reason string `json:"reason"`
}

func (c *ExemptFromAgreement) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.resident(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Agreed.Exempt == c.Reason && m.Agreed.ExemptOn == c.On:
		return nil, nil
	case m.Agreed.Exempt != "":
		return nil, alreadyRecorded("agreement_exempted", m.Agreed.ExemptOn)
	case !m.AgreementDue:
		return nil, agreementNotDue()
	}
	return one(&AgreementExempted{OfMember: OfMember{m.ID}, Reason: c.Reason}, c.Step), nil
}

// RecordAgreementCosigned records that the parents of a minor have signed too.
type RecordAgreementCosigned struct{ Step }

func (c *RecordAgreementCosigned) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.agreed(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Agreed.CosignedOn == c.On:
		return nil, nil
	case !m.Agreed.CosignedOn.IsZero():
		return nil, alreadyRecorded("agreement_cosigned", m.Agreed.CosignedOn)
	case !m.Agreed.Minor:
		return nil, refusalOf("cosignature_not_due", "DPR 179/2011 art. 2",
			"Chi ha firmato da maggiorenne firma da solo.",
			"Whoever signed as an adult signs alone.")
	}
	return one(&AgreementCosigned{OfMember{m.ID}}, c.Step), nil
}

// RecordCivicsSession records whether the member was at the civic session.
type RecordCivicsSession struct {
	Step
	Attended bool `json:"attended"`
}

func (c *RecordCivicsSession) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.agreed(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Agreed.CivicsOn == c.On && m.Agreed.Attended == c.Attended:
		return nil, nil
	case m.Agreed.Attended || !m.Agreed.CivicsOn.IsZero() && !c.Attended:
		return nil, alreadyRecorded("civics_session", m.Agreed.CivicsOn)
	}
	event := &CivicsSessionRecorded{OfMember: OfMember{m.ID}, Attended: c.Attended}
	event.judge(m, c.On, r.Book)
	return one(event, c.Step), nil
}

// AssessAgreement records the credits that the SUI counted at the end of the
// agreement; what follows from them is a rule (DPR 179/2011 art. 6).
type AssessAgreement struct {
	Step
	Credits int `json:"credits"`
}

func (c *AssessAgreement) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.agreed(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Agreed.AssessedOn == c.On && m.Agreed.Credits == c.Credits:
		return nil, nil
	case m.Agreed.Outcome != "" && m.Agreed.Outcome != "extended":
		return nil, alreadyRecorded("agreement_assessed", m.Agreed.AssessedOn)
	}
	event := &AgreementAssessed{OfMember: OfMember{m.ID}, Credits: c.Credits}
	event.judge(m, c.On, r.Book)
	return one(event, c.Step), nil
}

// agreed finds a member who has signed the agreement.
func (s *State) agreed(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.resident(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.AgreementSignedOn.IsZero():
		return nil, refusalOf("agreement_not_signed", "DPR 179/2011 art. 2",
			"La firma dell'accordo non risulta: registrala prima.",
			"No signing of the agreement is recorded: record it first.")
	case step.On.Before(m.AgreementSignedOn):
		return nil, outOfOrder("agreement_signed", m.AgreementSignedOn)
	}
	return m, nil
}

// AgreementSigned starts the two years of the integration agreement.
type AgreementSigned struct {
	OfMember
	Credits int        `json:"credits"`
	Civics  rules.Term `json:"civics"`
	Term    rules.Term `json:"term"`
	Minor   bool       `json:"minor,omitempty"` // verdict: sixteen or seventeen at signing
}

func (e *AgreementSigned) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.AgreementSignedOn, m.Civics, m.Agreement = f.OccurredOn(), e.Civics, e.Term
		m.Agreed.Minor, m.Agreed.Credits = e.Minor, e.Credits
	})
}

// AgreementExempted says that no agreement is due, or no longer.
type AgreementExempted struct {
	OfMember
	Reason string `json:"reason"`
}

func (e *AgreementExempted) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Agreed.Exempt, m.Agreed.ExemptOn = e.Reason, f.OccurredOn() })
}

// AgreementCosigned says that the parents of a minor have signed too.
type AgreementCosigned struct{ OfMember }

func (e *AgreementCosigned) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Agreed.CosignedOn = f.OccurredOn() })
}

// CivicsSessionRecorded says whether the member was there, and the credits lost.
type CivicsSessionRecorded struct {
	OfMember
	Attended    bool `json:"attended"`
	Late        bool `json:"late,omitempty"`
	CreditsLost int  `json:"credits_lost,omitempty"`
}

func (e *CivicsSessionRecorded) judge(m *Member, on rules.Date, book *rules.Book) {
	e.Late, e.CreditsLost = on.After(m.Civics.Due), 0
	if !e.Attended {
		e.CreditsLost = book.At(rules.AgreementCivicsLoss, on).Number()
	}
}

func (e *CivicsSessionRecorded) restate(s *State, f Fact, book *rules.Book) {
	s.with(e.MemberID, func(m *Member) { e.judge(m, f.OccurredOn(), book) })
}

func (e *CivicsSessionRecorded) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.Agreed.CivicsOn, m.Agreed.Attended = f.OccurredOn(), e.Attended
		m.Agreed.Credits -= e.CreditsLost
	})
}

// AgreementAssessed is the SUI's count, with what follows from it. For family
// permits a failed agreement alone leads to no expulsion (art. 4-bis c. 2 TUI).
type AgreementAssessed struct {
	OfMember
	Credits  int        `json:"credits"`
	Required int        `json:"required"`
	Outcome  string     `json:"outcome"` // fulfilled, extended or not_fulfilled
	Extended rules.Term `json:"extended,omitzero"`
}

func (e *AgreementAssessed) judge(m *Member, on rules.Date, book *rules.Book) {
	e.Required, e.Extended = book.At(rules.AgreementRequired, on).Number(), rules.Term{}
	switch {
	case e.Credits >= e.Required:
		e.Outcome = "fulfilled"
	case e.Credits > 0 && m.Agreed.Outcome == "": // extended once
		e.Outcome, e.Extended = "extended", book.TermUnder(rules.AgreementExtension, on, m.Agreement.Due)
	default:
		e.Outcome = "not_fulfilled"
	}
}

func (e *AgreementAssessed) restate(s *State, f Fact, book *rules.Book) {
	s.with(e.MemberID, func(m *Member) { e.judge(m, f.OccurredOn(), book) })
}

func (e *AgreementAssessed) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.Agreed.AssessedOn, m.Agreed.Credits, m.Agreed.Outcome = f.OccurredOn(), e.Credits, e.Outcome
		if !e.Extended.IsZero() {
			m.Agreement = e.Extended
		}
	})
}

// agreement has the first steps of the agreement, while the hub accompanies.
func (a *agenda) agreement(m *Member) {
	if !m.here() || m.Agreed.Exempt != "" {
		return
	}
	if m.AgreementDue && m.AgreementSignedOn.IsZero() {
		a.member("agreement", Arrival, m, Counsellor, m.Presentation)
	}
	if m.AgreementSignedOn.IsZero() {
		return
	}
	if m.Agreed.Minor && m.Agreed.CosignedOn.IsZero() {
		a.policy("agreement_cosignature", Arrival, m, Counsellor, rules.AgreementCosign, m.AgreementSignedOn)
	}
	if m.Agreed.CivicsOn.IsZero() {
		a.member("civics", Arrival, m, Counsellor, m.Civics)
	}
}

// assessment stays on the agenda of an open case also once the member has settled.
func (a *agenda) assessment(m *Member) {
	done := m.Agreed.Outcome != "" && m.Agreed.Outcome != "extended"
	if !m.AgreementSignedOn.IsZero() && m.Agreed.Exempt == "" && !done {
		a.member("agreement_assessment", FollowUp, m, Counsellor, m.Agreement)
	}
}
