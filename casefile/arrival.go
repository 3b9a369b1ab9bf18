// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// RecordEntry records that a member entered Italy, on the day of the stamp. It
// may be told months late: what hangs on it is then computed from that day.
type RecordEntry struct{ Step }

func (c *RecordEntry) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.MemberID)
	if m != nil && m.Ending == VisaLapsed && !c.On.After(m.VisaExpires) {
		return c.entered(m, r) // the visa only seemed unused: the entry was told late
	}
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.AuthorisedOn.IsZero():
		return nil, notAuthorised()
	case m.EnteredOn == c.On:
		return nil, nil
	case !m.EnteredOn.IsZero():
		return nil, alreadyRecorded("entered", m.EnteredOn)
	case !m.VisaExpires.IsZero() && c.On.After(m.VisaExpires):
		return nil, visaOver(m.VisaExpires)
	}
	return c.entered(m, r)
}

// entered fixes, on the day of entry, the terms and the verdicts that depend on
// age, so that they stay readable without the birth date.
func (c *RecordEntry) entered(m *Member, r Request) ([]Draft, *Refusal) {
	if refusal := m.inOrder("entered", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&Entered{
		OfMember:     OfMember{m.ID},
		Presentation: r.Book.Term(rules.Presentation, c.On),
		HostNotice:   r.Book.Term(rules.HostNotice, c.On),
		AgreementDue: m.agreementDue(c.On, r.Book),
		SchoolDue:    m.schoolDue(c.On, r.Book),
	}, c.Step), nil
}

func visaOver(expired rules.Date) *Refusal {
	return refusalOf("visa_expired", "art. 4 TUI",
		"Il visto valeva fino al "+expired.String()+": correggi prima la scadenza del visto, se è sbagliata.",
		"The visa was good until "+expired.String()+": correct its last day first if that is wrong.").at("on")
}

// agreementDue is the verdict of DPR 179/2011 art. 2: first entry at the age of
// sixteen or more, once there is such an agreement. Exemptions are a matter for
// the SUI.
func (m *Member) agreementDue(on rules.Date, book *rules.Book) bool {
	birth := m.Who.BirthDate
	age, exists := book.Find(rules.AgreementAge, on)
	return exists && !birth.IsZero() && birth.AgeOn(on) >= age.Number()
}

// RecordHostNotice records the notice of whoever hosts the person (art. 7 TUI).
type RecordHostNotice struct{ Step }

func (c *RecordHostNotice) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.arrived(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.HostNoticeOn == c.On:
		return nil, nil
	case !m.HostNoticeOn.IsZero():
		return nil, alreadyRecorded("host_notice_given", m.HostNoticeOn)
	}
	return one(&HostNoticeGiven{OfMember{m.ID}}, c.Step), nil
}

// RecordPresentation records the visit to the SUI after entry (art. 5 c. 2 TUI).
type RecordPresentation struct{ Step }

func (c *RecordPresentation) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.arrived(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.PresentedOn == c.On:
		return nil, nil
	case !m.PresentedOn.IsZero():
		return nil, alreadyRecorded("presented_at_sui", m.PresentedOn)
	}
	if refusal := m.inOrder("presented_at_sui", c.On); refusal != nil {
		return nil, refusal
	}
	return one(&PresentedAtSUI{OfMember: OfMember{m.ID}, Late: c.On.After(m.Presentation.Due)}, c.Step), nil
}

// RecordAgreementSigned records the integration agreement (DPR 179/2011).
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
		return nil, refusalOf("agreement_not_due", "DPR 179/2011 art. 2",
			"L'accordo di integrazione è dovuto solo da chi è entrato a sedici anni compiuti.",
			"The integration agreement is due only from those who entered at sixteen or older.")
	}
	return one(&AgreementSigned{
		OfMember: OfMember{m.ID},
		Credits:  r.Book.At(rules.AgreementCredits, c.On).Number(),
		Civics:   r.Book.Term(rules.AgreementCivics, c.On),
		Term:     r.Book.Term(rules.AgreementTerm, c.On),
	}, c.Step), nil
}

// SettleMember ends a member's path well: permit in hand and, where due, at school.
type SettleMember struct{ Step }

func (c *SettleMember) decide(s *State, r Request) ([]Draft, *Refusal) {
	if m := s.Member(c.MemberID); m != nil && m.Ending == Settled && m.EndedOn == c.On {
		return nil, nil
	}
	m, refusal := s.arrived(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.PermitIssuedOn.IsZero():
		return nil, refusalOf("permit_not_issued", "art. 30 TUI",
			"Il permesso di soggiorno non risulta rilasciato: registralo prima di concludere il percorso.",
			"No residence permit is recorded as issued: record it before settling the member.")
	case c.On.Before(m.PermitIssuedOn):
		return nil, outOfOrder("permit_issued", m.PermitIssuedOn)
	case m.SchoolDue && !m.School.attended():
		return nil, refusalOf("school_not_started", "art. 38 TUI",
			"Il minore non risulta ancora a scuola: registra il primo giorno prima di concludere.",
			"The child is not recorded as being at school: record the first day first.")
	}
	return one(&MemberSettled{OfMember{m.ID}}, c.Step), nil
}

// arrived finds a member who has entered; steps after entry need one.
func (s *State) arrived(step Step, r Request) (*Member, *Refusal) {
	m, refusal := s.about(step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.inItalySince().IsZero():
		return nil, refusalOf("not_entered", "art. 5 c. 2 TUI",
			"L'ingresso in Italia non risulta: registralo prima dei passi successivi.",
			"No entry into Italy is recorded: record it before the steps that follow it.")
	case step.On.Before(m.inItalySince()):
		return nil, outOfOrder("entered", m.inItalySince())
	}
	return m, nil
}

// Entered starts every clock of the arrival and records the verdicts on age.
type Entered struct {
	OfMember
	Presentation rules.Term `json:"presentation"`
	HostNotice   rules.Term `json:"host_notice"`
	AgreementDue bool       `json:"agreement_due"`
	SchoolDue    bool       `json:"school_due"`
}

func (e *Entered) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.EnteredOn, m.Presentation, m.HostNotice = f.OccurredOn(), e.Presentation, e.HostNotice
		m.AgreementDue, m.SchoolDue = e.AgreementDue, e.SchoolDue
		m.revive()
	})
}

// HostNoticeGiven says that the host told the police.
type HostNoticeGiven struct{ OfMember }

func (e *HostNoticeGiven) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.HostNoticeOn = f.OccurredOn() })
}

// PresentedAtSUI says that the member was at the SUI; Late flags, it never blocks.
type PresentedAtSUI struct {
	OfMember
	Late bool `json:"late,omitempty"`
}

func (e *PresentedAtSUI) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.PresentedOn = f.OccurredOn() })
}

// AgreementSigned starts the two years of the integration agreement.
type AgreementSigned struct {
	OfMember
	Credits int        `json:"credits"`
	Civics  rules.Term `json:"civics"`
	Term    rules.Term `json:"term"`
}

func (e *AgreementSigned) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.AgreementSignedOn, m.Civics, m.Agreement = f.OccurredOn(), e.Civics, e.Term })
}

// MemberSettled is the good end of a member's path.
type MemberSettled struct{ OfMember }

func (e *MemberSettled) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.end(Settled, f.OccurredOn()) })
}
