// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Application is what the Prefecture knows of a family when it hands it over.
type Application struct {
	FiledOn         rules.Date  `json:"filed_on,omitzero"`    // on the receipt of the portal; zero when not told
	Procedure       Procedure   `json:"procedure,omitempty"`  // empty for art. 29 TUI
	Supersedes      string      `json:"supersedes,omitempty"` // id of the family's earlier case
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
		return c.Application.open(s, r), nil
	}
	filed := s.Review.FiledOn
	switch {
	case filed == c.Application.FiledOn, !s.Procedure.viaSUI() && s.Procedure == c.Application.Procedure:
		return nil, nil
	case !filed.IsZero():
		return nil, alreadyRecorded("application_filed", filed)
	case !s.Review.DecidedOn.IsZero() && c.Application.FiledOn.After(s.Review.DecidedOn):
		return nil, outOfOrder("decision", s.Review.DecidedOn).at("application.filed_on")
	case s.suiRouteEnded(c.Application.FiledOn):
		return nil, s.noSUI()
	}
	return s.filing(c.Application.FiledOn, r), nil
}

// open decides the events that begin a case.
func (a Application) open(s *State, r Request) []Draft {
	sponsor := DeriveID(r.CaseID, "sponsor")
	drafts := []Draft{{
		Event: &CaseOpened{Office: a.Office, SponsorID: sponsor, ContactLanguage: a.ContactLanguage, Municipio: a.Municipio, Procedure: a.Procedure},
		On:    a.FiledOn, Private: Private{sponsor: a.Sponsor},
	}}
	for _, applicant := range a.Members {
		id := DeriveID(r.CaseID, "member/"+applicant.Ref)
		drafts = append(drafts, Draft{
			Event: &MemberListed{MemberID: id, Ref: applicant.Ref, Kinship: applicant.Kinship},
			On:    a.FiledOn, Private: Private{id: applicant.Who},
		})
	}
	if a.Supersedes != "" {
		drafts = append(drafts, Draft{Event: &ApplicationLinked{OtherCase: a.Supersedes, Relation: Supersedes}, On: a.FiledOn})
	}
	return append(drafts, a.begin(s.after(drafts, r), r)...)
}

// begin starts the clock of the procedure, if it has one: the SUI's at filing,
// none where the SUI has no part.
func (a Application) begin(s *State, r Request) []Draft {
	switch {
	case a.Procedure == Coesione:
		return s.presences(a.FiledOn, r)
	case a.FiledOn.IsZero() || !a.Procedure.viaSUI():
		return nil
	}
	return s.filing(a.FiledOn, r)
}

// filing starts the Prefecture's clock. Told late, the filing may have been
// overtaken by a change of the law, which is settled with it.
func (s *State) filing(on rules.Date, r Request) []Draft {
	drafts := []Draft{{Event: &ApplicationFiled{Term: r.Book.Term(rules.ReviewTerm, on)}, On: on}}
	return append(drafts, s.after(drafts, r).settlePending(r)...)
}

// CaseOpened begins the history of a case.
type CaseOpened struct {
	Office          string    `json:"office"`
	SponsorID       string    `json:"sponsor_id"`
	ContactLanguage string    `json:"contact_language,omitempty"`
	Municipio       int       `json:"municipio,omitempty"`
	Procedure       Procedure `json:"procedure,omitempty"` // empty for art. 29 TUI
}

func (e *CaseOpened) apply(s *State, f Fact) {
	s.OpenedOn = f.OccurredOn()
	s.Procedure = e.Procedure
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
