// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// TaxCode is what is known of a codice fiscale apart from the code itself, which
// is sealed with the person.
type TaxCode struct {
	Kind rules.TaxCodeKind
	On   rules.Date
	By   rules.Term // by when the definitive one is to be asked for; zero once it is there
}

// RecordTaxCode records the codice fiscale of the sponsor or a member: first,
// instead of a provisional one, or corrected. It is never compared with names.
type RecordTaxCode struct {
	On       rules.Date `json:"on"`
	PersonID string     `json:"person_id"`
	Code     string     `json:"tax_code"`
}

func (c *RecordTaxCode) decide(s *State, r Request) ([]Draft, *Refusal) {
	person, refusal := s.onCase(c.PersonID, c.On, r)
	if refusal != nil {
		return nil, refusal
	}
	code, kind, ok := rules.ParseTaxCode(c.Code)
	known := s.TaxCodes[person]
	switch {
	case !ok:
		return nil, invalidTaxCode(kind)
	case s.particulars(person).TaxCode == code:
		return nil, nil
	case kind == rules.ProvisionalTaxCode && known.Kind == rules.DefinitiveTaxCode:
		return nil, refusalOf("tax_code_definitive", "DM 23 dicembre 1976",
			"Risulta già un codice fiscale definitivo: uno provvisorio non lo sostituisce.",
			"A definitive tax code is recorded already: a provisional one does not replace it.").at("tax_code")
	}
	event := &TaxCodeRecorded{PersonID: person, Kind: kind, Corrects: known.Kind == kind}
	if kind == rules.ProvisionalTaxCode {
		event.Definitive = r.Book.Term(rules.TaxCodeDefinitive, c.On)
	}
	return []Draft{{Event: event, On: c.On, Private: Private{person: {TaxCode: code}}}}, nil
}

func invalidTaxCode(kind rules.TaxCodeKind) *Refusal {
	what := rules.Text{It: "il codice ha 16 caratteri, o 11 cifre se è provvisorio", En: "the code has 16 characters, or 11 digits when provisional"}
	switch kind {
	case rules.DefinitiveTaxCode:
		what = rules.Text{It: "il giorno o l'ultima lettera non torna", En: "the day or the last letter does not fit the rest"}
	case rules.ProvisionalTaxCode:
		what = rules.Text{It: "l'ultima cifra non torna", En: "the last digit does not fit the rest"}
	}
	return refusalOf("tax_code_invalid", "DM 23 dicembre 1976",
		"Il codice fiscale non è valido ("+what.It+"): ricopialo dal documento.",
		"The tax code is not valid ("+what.En+"): copy it again from the document.").at("tax_code")
}

// particulars is who the sponsor or a member is.
func (s *State) particulars(person string) Particulars {
	if person == s.SponsorID {
		return s.Sponsor
	}
	if m := s.Member(person); m != nil {
		return m.Who
	}
	return Particulars{}
}

// TaxCodeRecorded says which kind of code a person has; Corrects tells that it
// replaces one of the same kind.
type TaxCodeRecorded struct {
	PersonID   string            `json:"person_id"`
	Kind       rules.TaxCodeKind `json:"kind"`
	Corrects   bool              `json:"corrects,omitempty"`
	Definitive rules.Term        `json:"definitive_by,omitzero"`
}

func (e *TaxCodeRecorded) apply(s *State, f Fact) {
	person, said := s.canonical(e.PersonID), f.Private[e.PersonID]
	if person == s.SponsorID {
		s.Sponsor = s.Sponsor.merge(said)
	}
	s.with(person, func(m *Member) { m.Who = m.Who.merge(said) })
	if s.TaxCodes == nil {
		s.TaxCodes = map[string]TaxCode{}
	}
	s.TaxCodes[person] = TaxCode{Kind: e.Kind, On: f.OccurredOn(), By: e.Definitive}
}

func (e *TaxCodeRecorded) restate(s *State, _ Fact, _ *rules.Book) {
	e.Corrects = s.TaxCodes[s.canonical(e.PersonID)].Kind == e.Kind
}

// taxCodes asks for the definitive code of whoever has a provisional one.
func (a *agenda) taxCodes() {
	for _, person := range sortedKeys(a.state.TaxCodes) {
		code, m := a.state.TaxCodes[person], a.state.Member(person)
		gone := m != nil && m.Ending != "" && m.Ending != Settled || m == nil && !a.state.SponsorDiedOn.IsZero()
		if code.By.IsZero() || gone {
			continue
		}
		d := Due{Item: "tax_code_definitive", Part: Branches, Subject: person, By: Counsellor, Term: code.By}
		if m != nil {
			d.MemberID = m.ID
		}
		a.add(d)
	}
}
