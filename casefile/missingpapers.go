// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// PapersRequest is one request of the SUI for missing papers (art. 6 c. 1
// lett. b L. 241/1990). There may be several in one procedure.
type PapersRequest struct {
	On         rules.Date `json:"on"`
	By         rules.Date `json:"by"`
	SuppliedOn rules.Date `json:"supplied_on,omitzero"`
}

func (p PapersRequest) open() bool { return p.SuppliedOn.IsZero() }

// papersOpen tells whether the SUI still waits for papers.
func (r Review) papersOpen() bool { return slices.ContainsFunc(r.Papers, PapersRequest.open) }

// papersAskedOn finds the request of that day.
func (r Review) papersAskedOn(on rules.Date) *PapersRequest {
	for i := range r.Papers {
		if r.Papers[i].On == on {
			return &r.Papers[i]
		}
	}
	return nil
}

// RequestDocuments records that the SUI asked for missing papers by a day it set.
type RequestDocuments struct {
	On rules.Date `json:"on"`
	By rules.Date `json:"by"`
}

func (c *RequestDocuments) decide(s *State, r Request) ([]Draft, *Refusal) {
	asked := s.Review.papersAskedOn(c.On)
	if asked != nil && asked.By == c.By {
		return nil, nil
	}
	switch refusal := s.reviewing(c.On, r); {
	case refusal != nil:
		return nil, refusal
	case asked != nil:
		return nil, alreadyRecorded("documents_requested", c.On)
	case c.By.Before(c.On):
		return nil, outOfOrder("documents_requested", c.On).at("by")
	}
	return []Draft{{Event: &DocumentsRequested{By: c.By}, On: c.On}}, nil
}

// RecordDocumentsSupplied records that the sponsor supplied what the SUI had
// asked for up to that day.
type RecordDocumentsSupplied struct {
	On rules.Date `json:"on"`
}

func (c *RecordDocumentsSupplied) decide(s *State, r Request) ([]Draft, *Refusal) {
	answers := func(p PapersRequest) bool { return p.SuppliedOn == c.On }
	if slices.ContainsFunc(s.Review.Papers, answers) {
		return nil, nil
	}
	if refusal := s.reviewing(c.On, r); refusal != nil || !s.Review.papersOpen() {
		return nil, refusal
	}
	if !slices.ContainsFunc(s.Review.Papers, func(p PapersRequest) bool { return p.open() && !c.On.Before(p.On) }) {
		first := s.Review.Papers[slices.IndexFunc(s.Review.Papers, PapersRequest.open)]
		return nil, outOfOrder("documents_requested", first.On)
	}
	return []Draft{{Event: &DocumentsSupplied{}, On: c.On}}, nil
}

// DeclareImprocedibile records the improcedibilità: the SUI closes the file
// because papers are missing, without a word on the merits (Prefectures' practice
// on art. 6 c. 1 lett. b and art. 2 c. 1 L. 241/1990). It concerns the members
// named by ref, or all on whom the SUI had not decided.
type DeclareImprocedibile struct {
	On     rules.Date `json:"on"`
	Refs   []string   `json:"refs,omitempty"`
	Ground string     `json:"ground,omitempty"`
}

func (c *DeclareImprocedibile) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch filed := s.Review.FiledOn; {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case !filed.IsZero() && c.On.Before(filed):
		return nil, outOfOrder("application_filed", filed)
	case s.suiRouteEnded(c.On):
		return nil, s.noSUI()
	}
	if refusal := c.undecided(s); refusal != nil {
		return nil, refusal.at("refs")
	}
	var drafts []Draft
	for _, m := range s.Members {
		if (len(c.Refs) == 0 || slices.ContainsFunc(c.Refs, m.hasRef)) && m.awaitsSUI() && m.RefusedOn != c.On {
			drafts = append(drafts, Draft{Event: &ImprocedibileDeclared{OfMember: OfMember{m.ID}, Ground: c.Ground}, On: c.On})
		}
	}
	return drafts, nil
}

// undecided refuses refs of strangers and of members whose path has taken
// another turn.
func (c *DeclareImprocedibile) undecided(s *State) *Refusal {
	for _, ref := range c.Refs {
		m := s.named("", ref)
		switch {
		case m == nil:
			return unknownMember()
		case m.RefusedOn == c.On && m.Improcedibile:
		case !m.AuthorisedOn.IsZero():
			return alreadyRecorded("nulla_osta_issued", m.AuthorisedOn)
		case m.refused():
			return alreadyRecorded("member_refused", m.RefusedOn)
		case m.Ending != "":
			return memberEnded(m.Ending)
		}
	}
	return nil
}

// DocumentsRequested says until when missing papers are awaited.
type DocumentsRequested struct {
	By rules.Date `json:"by"`
}

func (e *DocumentsRequested) apply(s *State, f Fact) {
	if asked := s.Review.papersAskedOn(f.OccurredOn()); asked != nil {
		asked.By = e.By // a corrected day may fall on that of another request
		return
	}
	s.Review.Papers = append(s.Review.Papers, PapersRequest{On: f.OccurredOn(), By: e.By})
	slices.SortStableFunc(s.Review.Papers, func(p, q PapersRequest) int { return q.On.DaysUntil(p.On) })
}

// DocumentsSupplied says that nothing asked for up to that day is missing any more.
type DocumentsSupplied struct{}

func (e *DocumentsSupplied) apply(s *State, f Fact) {
	for i, asked := range s.Review.Papers {
		if asked.open() && !f.OccurredOn().Before(asked.On) {
			s.Review.Papers[i].SuppliedOn = f.OccurredOn()
		}
	}
}

// ImprocedibileDeclared closes the file of one member for missing papers.
type ImprocedibileDeclared struct {
	OfMember
	Ground string `json:"ground,omitempty"`
}

func (e *ImprocedibileDeclared) apply(s *State, f Fact) {
	s.decided(f.OccurredOn())
	s.with(e.MemberID, func(m *Member) { m.refuse(f.OccurredOn(), e.Ground, true) })
}
