// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// PaperOrigin says where a paper comes from and in which form it is.
type PaperOrigin struct {
	IssuedOn     rules.Date `json:"issued_on,omitzero"`
	Language     string     `json:"language,omitempty"`     // BCP 47, of the original
	Translation  string     `json:"translation,omitempty"`  // not_needed, missing, plain or sworn
	Legalisation string     `json:"legalisation,omitempty"` // none, legalised or apostille
	HolderID     string     `json:"holder_id,omitempty"`    // whom it is about, where that is somebody else
}

// Document is one paper somebody has handed in.
type Document struct {
	Item       string     `json:"item"`
	SuppliedOn rules.Date `json:"supplied_on"`
	Expires    rules.Date `json:"expires,omitzero"` // last day on which it is good
	PaperOrigin
	Verdict    string     `json:"verdict,omitempty"` // accepted or rejected once looked at
	VerifiedOn rules.Date `json:"verified_on,omitzero"`
	Authority  string     `json:"authority,omitempty"` // who looked at it
	Reason     string     `json:"reason,omitempty"`    // code, of a rejection
}

// unverified is the document as it was handed in.
func (d Document) unverified() Document {
	d.Verdict, d.VerifiedOn, d.Authority, d.Reason = "", rules.Date{}, "", ""
	return d
}

func documentIn(papers []*Document, item string) *Document {
	for _, d := range papers {
		if d.Item == item {
			return d
		}
	}
	return nil
}

// papersOf finds the papers of a member or of the sponsor.
func (s *State) papersOf(person string) *[]*Document {
	if m := s.Member(person); m != nil {
		return &m.Documents
	}
	if person == s.SponsorID && person != "" {
		return &s.SponsorPapers
	}
	return nil
}

// paperStep refuses what no step about a paper may do.
func (s *State) paperStep(step Step, r Request) ([]*Document, *Refusal) {
	if step.MemberID != s.SponsorID {
		m, refusal := s.about(step, r)
		if refusal != nil {
			return nil, refusal
		}
		return m.Documents, nil
	}
	if step.On.After(r.Today()) {
		return nil, futureDay()
	}
	return s.SponsorPapers, nil
}

// SupplyDocument records that a paper of the checklist is there: a member's, or
// the sponsor's own. A paper handed in anew replaces the one before.
type SupplyDocument struct {
	Step
	Item    string     `json:"item"`
	Expires rules.Date `json:"expires,omitzero"` // last day on which it is good
	PaperOrigin
}

func (c *SupplyDocument) decide(s *State, r Request) ([]Draft, *Refusal) {
	papers, refusal := s.paperStep(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case c.IssuedOn.After(c.On):
		return nil, outOfOrder("document_supplied", c.On).at("issued_on")
	case !c.Expires.IsZero() && c.Expires.Before(c.IssuedOn):
		return nil, outOfOrder("issued_on", c.IssuedOn).at("expires")
	case c.HolderID != "" && s.papersOf(c.HolderID) == nil:
		return nil, unknownMember().at("holder_id")
	}
	supplied := &DocumentSupplied{OfMember: OfMember{c.MemberID}, Item: c.Item, Expires: c.Expires, PaperOrigin: c.PaperOrigin}
	if d := documentIn(papers, c.Item); d != nil && d.unverified() == supplied.document(c.On) {
		return nil, nil
	}
	return one(supplied, c.Step), nil
}

// VerifyDocument records what came of looking at a paper.
type VerifyDocument struct {
	Step
	Item      string `json:"item"`
	Verdict   string `json:"verdict"`             // accepted or rejected
	Authority string `json:"authority,omitempty"` // code of who looked, such as consulate
	Reason    string `json:"reason,omitempty"`    // code, of a rejection
}

func (c *VerifyDocument) decide(s *State, r Request) ([]Draft, *Refusal) {
	papers, refusal := s.paperStep(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	switch d := documentIn(papers, c.Item); {
	case d == nil:
		return nil, refusalOf("document_not_supplied", "case.checklist",
			"Il documento non risulta consegnato: registra prima la consegna.",
			"The document is not recorded as supplied: record that first.").at("item")
	case c.On.Before(d.SuppliedOn):
		return nil, outOfOrder("document_supplied", d.SuppliedOn)
	case d.Verdict == c.Verdict && d.Authority == c.Authority && d.Reason == c.Reason:
		return nil, nil
	}
	return one(&DocumentVerified{OfMember: OfMember{c.MemberID}, Item: c.Item, Verdict: c.Verdict, Authority: c.Authority, Reason: c.Reason}, c.Step), nil
}

// DocumentSupplied says that a paper is there; looking at it comes after.
type DocumentSupplied struct {
	OfMember            // or the sponsor
	Item     string     `json:"item"`
	Expires  rules.Date `json:"expires,omitzero"`
	PaperOrigin
}

func (e *DocumentSupplied) document(on rules.Date) Document {
	return Document{Item: e.Item, SuppliedOn: on, Expires: e.Expires, PaperOrigin: e.PaperOrigin}
}

func (e *DocumentSupplied) apply(s *State, f Fact) {
	papers := s.papersOf(e.MemberID)
	if papers == nil {
		return
	}
	supplied := e.document(f.OccurredOn())
	if d := documentIn(*papers, e.Item); d != nil {
		*d = supplied
		return
	}
	*papers = append(*papers, &supplied)
}

// DocumentVerified says what came of looking at a paper.
type DocumentVerified struct {
	OfMember         // or the sponsor
	Item      string `json:"item"`
	Verdict   string `json:"verdict"`
	Authority string `json:"authority,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

func (e *DocumentVerified) apply(s *State, f Fact) {
	papers := s.papersOf(e.MemberID)
	if papers == nil {
		return
	}
	if d := documentIn(*papers, e.Item); d != nil {
		d.Verdict, d.VerifiedOn, d.Authority, d.Reason = e.Verdict, f.OccurredOn(), e.Authority, e.Reason
	}
}
