// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// Application is what the Prefecture knows of a family when it hands it over.
type Application struct {
	FiledOn         rules.Date  `json:"filed_on,omitzero"` // on the receipt of the portal; zero when not told
	Office          string      `json:"office"`
	ContactLanguage string      `json:"contact_language,omitempty"`
	Municipio       int         `json:"municipio,omitempty"`
	Sponsor         Particulars `json:"sponsor"`
	Members         []Applicant `json:"members"`
}

// Applicant is one relative named in the application.
type Applicant struct {
	Ref     string      `json:"ref"`
	Kinship Kinship     `json:"kinship"`
	Who     Particulars `json:"who"`
}

// FileApplication opens the case at the filing of the application, or adds the
// filing day to a case that a decision had opened before it was told.
type FileApplication struct {
	Application Application `json:"application"`
}

func (c *FileApplication) decide(s *State, r Request) ([]Draft, *Refusal) {
	if c.Application.FiledOn.After(r.Today()) {
		return nil, futureDay().at("application.filed_on")
	}
	if s.OpenedOn.IsZero() {
		return c.Application.open(r), nil
	}
	filed := s.Review.FiledOn
	switch {
	case filed == c.Application.FiledOn:
		return nil, nil
	case !filed.IsZero():
		return nil, alreadyRecorded("application_filed", filed)
	case !s.Review.DecidedOn.IsZero() && c.Application.FiledOn.After(s.Review.DecidedOn):
		return nil, outOfOrder("decision", s.Review.DecidedOn).at("application.filed_on")
	}
	return []Draft{c.Application.filing(r)}, nil
}

// open decides the events that begin a case.
func (a Application) open(r Request) []Draft {
	sponsor := DeriveID(r.CaseID, "sponsor")
	drafts := []Draft{{
		Event: &CaseOpened{Office: a.Office, SponsorID: sponsor, ContactLanguage: a.ContactLanguage, Municipio: a.Municipio},
		On:    a.FiledOn, Private: Private{sponsor: a.Sponsor},
	}}
	for _, applicant := range a.Members {
		id := DeriveID(r.CaseID, "member/"+applicant.Ref)
		drafts = append(drafts, Draft{
			Event: &MemberListed{MemberID: id, Ref: applicant.Ref, Kinship: applicant.Kinship},
			On:    a.FiledOn, Private: Private{id: applicant.Who},
		})
	}
	if a.FiledOn.IsZero() {
		return drafts
	}
	return append(drafts, a.filing(r))
}

func (a Application) filing(r Request) Draft {
	return Draft{Event: &ApplicationFiled{Term: r.Book.Term(rules.ReviewTerm, a.FiledOn)}, On: a.FiledOn}
}

// RequestDocuments records that the SUI asked for missing papers by a day it set.
type RequestDocuments struct {
	On rules.Date `json:"on"`
	By rules.Date `json:"by"`
}

func (c *RequestDocuments) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch refusal := s.reviewing(c.On, r); {
	case refusal != nil:
		return nil, refusal
	case c.By.Before(c.On):
		return nil, outOfOrder("documents_requested", c.On).at("by")
	case s.Review.DocumentsBy == c.By:
		return nil, nil
	}
	return []Draft{{Event: &DocumentsRequested{By: c.By}, On: c.On}}, nil
}

// RecordDocumentsSupplied records that the sponsor supplied what was missing.
type RecordDocumentsSupplied struct {
	On rules.Date `json:"on"`
}

func (c *RecordDocumentsSupplied) decide(s *State, r Request) ([]Draft, *Refusal) {
	if refusal := s.reviewing(c.On, r); refusal != nil {
		return nil, refusal
	}
	if s.Review.DocumentsBy.IsZero() {
		return nil, nil
	}
	return []Draft{{Event: &DocumentsSupplied{}, On: c.On}}, nil
}

// NotifyRefusal records a notice of intended refusal (art. 10-bis L. 241/1990).
type NotifyRefusal struct {
	On rules.Date `json:"on"`
}

func (c *NotifyRefusal) decide(s *State, r Request) ([]Draft, *Refusal) {
	if refusal := s.reviewing(c.On, r); refusal != nil {
		return nil, refusal
	}
	if slices.ContainsFunc(s.Review.Notices, func(n Notice) bool { return n.On == c.On }) {
		return nil, nil
	}
	return []Draft{{Event: &RefusalNotified{Reply: r.Book.Term(rules.RefusalReply, c.On)}, On: c.On}}, nil
}

// FileObservations records the sponsor's answer to the last notice.
type FileObservations struct {
	On rules.Date `json:"on"`
}

func (c *FileObservations) decide(s *State, r Request) ([]Draft, *Refusal) {
	if refusal := s.reviewing(c.On, r); refusal != nil {
		return nil, refusal
	}
	if len(s.Review.Notices) == 0 {
		return nil, refusalOf("no_refusal_notice", "art. 10-bis L. 241/1990",
			"Non risulta alcun preavviso di rigetto: registralo prima delle osservazioni.",
			"No notice of intended refusal is recorded: record it before the observations.")
	}
	last := s.Review.Notices[len(s.Review.Notices)-1]
	switch {
	case last.ObservationsOn == c.On:
		return nil, nil
	case !last.ObservationsOn.IsZero():
		return nil, alreadyRecorded("observations_filed", last.ObservationsOn)
	case c.On.Before(last.On):
		return nil, outOfOrder("refusal_notified", last.On)
	}
	return []Draft{{Event: &ObservationsFiled{InTime: !c.On.After(last.Reply.Due)}, On: c.On}}, nil
}

// reviewing refuses steps of the review that lie in the future or after a decision.
func (s *State) reviewing(on rules.Date, r Request) *Refusal {
	switch {
	case on.After(r.Today()):
		return futureDay()
	case !s.Review.DecidedOn.IsZero() && !s.undecided() && on.After(s.Review.DecidedOn):
		return outOfOrder("decision", s.Review.DecidedOn)
	case !s.Review.FiledOn.IsZero() && on.Before(s.Review.FiledOn):
		return outOfOrder("application_filed", s.Review.FiledOn)
	}
	return nil
}

// CaseOpened begins the history of a case.
type CaseOpened struct {
	Office          string `json:"office"`
	SponsorID       string `json:"sponsor_id"`
	ContactLanguage string `json:"contact_language,omitempty"`
	Municipio       int    `json:"municipio,omitempty"`
}

func (e *CaseOpened) apply(s *State, f Fact) {
	s.OpenedOn = f.OccurredOn()
	s.Office, s.SponsorID, s.ContactLanguage, s.Municipio = e.Office, e.SponsorID, e.ContactLanguage, e.Municipio
	s.Sponsor = s.Sponsor.merge(f.Private[e.SponsorID])
}

// MemberListed names one relative in the application.
type MemberListed struct {
	MemberID string  `json:"member_id"`
	Ref      string  `json:"ref"`
	Kinship  Kinship `json:"kinship"`
}

func (e *MemberListed) member() string { return e.MemberID }

func (e *MemberListed) apply(s *State, f Fact) {
	s.list(e.MemberID, e.Ref, e.Kinship, f.Private[e.MemberID])
}

// ApplicationFiled starts the Prefecture's clock.
type ApplicationFiled struct {
	Term rules.Term `json:"term"`
}

func (e *ApplicationFiled) apply(s *State, f Fact) {
	s.Review.FiledOn, s.Review.Term = f.OccurredOn(), e.Term
}

// DocumentsRequested says until when missing papers are awaited.
type DocumentsRequested struct {
	By rules.Date `json:"by"`
}

func (e *DocumentsRequested) apply(s *State, f Fact) {
	s.Review.DocumentsBy, s.Review.DocumentsOn = e.By, f.OccurredOn()
}

// DocumentsSupplied says that nothing is missing any more.
type DocumentsSupplied struct{}

func (e *DocumentsSupplied) apply(s *State, _ Fact) {
	s.Review.DocumentsBy, s.Review.DocumentsOn = rules.Date{}, rules.Date{}
}

// RefusalNotified stops the clock until the sponsor has answered or may no longer.
type RefusalNotified struct {
	Reply rules.Term `json:"reply"`
}

func (e *RefusalNotified) apply(s *State, f Fact) {
	s.Review.Notices = append(s.Review.Notices, Notice{On: f.OccurredOn(), Reply: e.Reply})
}

// ObservationsFiled answers the last notice; late ones do not move the clock.
type ObservationsFiled struct {
	InTime bool `json:"in_time"`
}

func (e *ObservationsFiled) apply(s *State, f Fact) {
	if n := len(s.Review.Notices); n > 0 {
		s.Review.Notices[n-1].ObservationsOn = f.OccurredOn()
	}
}
