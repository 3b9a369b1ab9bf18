// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// AssignCounsellor makes somebody responsible for the case.
type AssignCounsellor struct {
	CounsellorID string `json:"counsellor_id"`
}

func (c *AssignCounsellor) decide(s *State, _ Request) ([]Draft, *Refusal) {
	if s.Counsellor == c.CounsellorID {
		return nil, nil
	}
	return []Draft{{Event: &CounsellorAssigned{CounsellorID: c.CounsellorID}}}, nil
}

// RecordContact records that the hub spoke with the family before departure.
type RecordContact struct {
	On      rules.Date `json:"on"`
	Channel string     `json:"channel"`
	Note    string     `json:"note,omitempty"`
}

func (c *RecordContact) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.On.After(r.Today()) {
		return nil, futureDay()
	}
	draft := Draft{Event: &ContactMade{Channel: c.Channel}, On: c.On, Private: aside(s.SponsorID, c.Note)}
	if s.said(draft) {
		return nil, nil
	}
	return []Draft{draft}, nil
}

// aside keeps free text with the person it is about.
func aside(person, note string) Private {
	if note == "" {
		return nil
	}
	return Private{person: {Note: note}}
}

// NeedsProfile is what a member will need, in codes and verdicts only.
type NeedsProfile struct {
	Languages      []string `json:"languages"`                  // BCP 47, best first
	YearsOfSchool  int      `json:"years_of_school"`            // completed
	ItalianLevel   string   `json:"italian_level,omitempty"`    // CEFR, A0 when none
	LanguageHelp   bool     `json:"language_help,omitempty"`    // needs first support in Italian
	SpecialSupport bool     `json:"special_support,omitempty"`  // verdict, no diagnosis
	Vaccination    string   `json:"vaccination,omitempty"`      // compliant, pending or unknown
	WishMunicipio  int      `json:"wish_municipio,omitempty"`   // 1 to 9
	WishSchool     string   `json:"wish_school_code,omitempty"` // ministerial code
}

// RecordNeedsProfile records what a member will need on arrival.
type RecordNeedsProfile struct {
	Step
	NeedsProfile
}

func (c *RecordNeedsProfile) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	if m.Needs != nil && m.Needs.equal(c.NeedsProfile) {
		return nil, nil
	}
	return one(&NeedsProfileRecorded{OfMember: OfMember{m.ID}, NeedsProfile: c.NeedsProfile}, c.Step), nil
}

func (p NeedsProfile) equal(q NeedsProfile) bool {
	return slices.Equal(p.Languages, q.Languages) && p.YearsOfSchool == q.YearsOfSchool && p.ItalianLevel == q.ItalianLevel &&
		p.LanguageHelp == q.LanguageHelp && p.SpecialSupport == q.SpecialSupport &&
		p.Vaccination == q.Vaccination && p.WishMunicipio == q.WishMunicipio && p.WishSchool == q.WishSchool
}

// Document is one paper of a member's checklist.
type Document struct {
	Item       string     `json:"item"`
	SuppliedOn rules.Date `json:"supplied_on"`
	Expires    rules.Date `json:"expires,omitzero"`
	Verdict    string     `json:"verdict,omitempty"` // accepted or rejected once looked at
}

func (m *Member) document(item string) *Document {
	for _, d := range m.Documents {
		if d.Item == item {
			return d
		}
	}
	return nil
}

// SupplyDocument records that a paper of the checklist is there.
type SupplyDocument struct {
	Step
	Item    string     `json:"item"`
	Expires rules.Date `json:"expires,omitzero"`
}

func (c *SupplyDocument) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	if d := m.document(c.Item); d != nil && d.SuppliedOn == c.On && d.Expires == c.Expires {
		return nil, nil
	}
	return one(&DocumentSupplied{OfMember: OfMember{m.ID}, Item: c.Item, Expires: c.Expires}, c.Step), nil
}

// VerifyDocument records what came of looking at a paper.
type VerifyDocument struct {
	Step
	Item    string `json:"item"`
	Verdict string `json:"verdict"`
}

func (c *VerifyDocument) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	switch d := m.document(c.Item); {
	case d == nil:
		return nil, refusalOf("document_not_supplied", "case.checklist",
			"Il documento non risulta consegnato: registra prima la consegna.",
			"The document is not recorded as supplied: record that first.").at("item")
	case d.Verdict == c.Verdict:
		return nil, nil
	}
	return one(&DocumentVerified{OfMember: OfMember{m.ID}, Item: c.Item, Verdict: c.Verdict}, c.Step), nil
}

// ExpectArrival sets or changes the day on which a member means to arrive.
type ExpectArrival struct {
	MemberID   string     `json:"member_id"`
	Expected   rules.Date `json:"expected_on"`
	Confidence string     `json:"confidence"` // ticket, planned or guess
}

func (c *ExpectArrival) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(Step{MemberID: c.MemberID}, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !m.EnteredOn.IsZero():
		return nil, alreadyRecorded("entered", m.EnteredOn)
	case m.ExpectedOn == c.Expected && m.Confidence == c.Confidence:
		return nil, nil
	}
	return []Draft{{Event: &ArrivalExpected{OfMember: OfMember{m.ID}, Expected: c.Expected, Confidence: c.Confidence}}}, nil
}

// CounsellorAssigned names who is responsible.
type CounsellorAssigned struct {
	CounsellorID string `json:"counsellor_id"`
}

func (e *CounsellorAssigned) apply(s *State, _ Fact) { s.Counsellor = e.CounsellorID }

// ContactMade says that the family was reached.
type ContactMade struct {
	Channel string `json:"channel"`
}

func (e *ContactMade) apply(s *State, f Fact) {
	s.reached(f.OccurredOn())
	if s.ContactOn.IsZero() || f.OccurredOn().Before(s.ContactOn) {
		s.ContactOn = f.OccurredOn()
	}
}

// NeedsProfileRecorded replaces what was known of a member's needs.
type NeedsProfileRecorded struct {
	OfMember
	NeedsProfile
}

func (e *NeedsProfileRecorded) apply(s *State, _ Fact) {
	s.with(e.MemberID, func(m *Member) { profile := e.NeedsProfile; m.Needs = &profile })
}

// DocumentSupplied says that a paper is there; looking at it comes after.
type DocumentSupplied struct {
	OfMember
	Item    string     `json:"item"`
	Expires rules.Date `json:"expires,omitzero"`
}

func (e *DocumentSupplied) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		supplied := Document{Item: e.Item, SuppliedOn: f.OccurredOn(), Expires: e.Expires}
		if d := m.document(e.Item); d != nil {
			*d = supplied
			return
		}
		m.Documents = append(m.Documents, &supplied)
	})
}

// DocumentVerified says what came of looking at a paper.
type DocumentVerified struct {
	OfMember
	Item    string `json:"item"`
	Verdict string `json:"verdict"`
}

func (e *DocumentVerified) apply(s *State, _ Fact) {
	s.with(e.MemberID, func(m *Member) {
		if d := m.document(e.Item); d != nil {
			d.Verdict = e.Verdict
		}
	})
}

// ArrivalExpected is the present plan; earlier plans stay in the history.
type ArrivalExpected struct {
	OfMember
	Expected   rules.Date `json:"expected_on"`
	Confidence string     `json:"confidence"`
}

func (e *ArrivalExpected) apply(s *State, _ Fact) {
	s.with(e.MemberID, func(m *Member) { m.ExpectedOn, m.Confidence = e.Expected, e.Confidence })
}
