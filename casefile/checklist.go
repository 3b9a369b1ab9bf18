// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// CheckItem is one line of a checklist: a paper, how firmly it is asked for, and
// where it stands. UseOn is the day of the step for which it is judged; while
// that is not known, it is judged on the last day anything was recorded for.
type CheckItem struct {
	Item                string          `json:"item"`
	Stage               string          `json:"stage"`
	Need                rules.Need      `json:"need"`
	Status              string          `json:"status"` // missing, supplied, verified, rejected or expired
	UseOn               rules.Date      `json:"use_on,omitzero"`
	LastUse             rules.Date      `json:"last_use_on,omitzero"` // from its expiry and from how long such a paper is good
	SuppliedOn          rules.Date      `json:"supplied_on,omitzero"`
	VerifiedOn          rules.Date      `json:"verified_on,omitzero"`
	TranslationMissing  bool            `json:"translation_missing,omitempty"`
	LegalisationMissing bool            `json:"legalisation_missing,omitempty"`
	Certainty           rules.Certainty `json:"certainty"`
	Citation            string          `json:"citation"`
	Text                rules.Text      `json:"text"`
}

// Checklist lists the papers that a member needs at a stage, by the rows in
// force on the day of use. Lists differ by office: certainty says how far each
// row may be relied on. No paper holds up a step.
func Checklist(s *State, m *Member, stage string, book *rules.Book) []CheckItem {
	who := rules.Bearer{Kinship: string(m.Kinship), Procedure: string(s.procedure()), Birth: m.Who.BirthDate, Filed: s.Review.FiledOn, Entered: m.hereSince()}
	return s.checked(stage, who, m.useOn(s, stage), m.Documents, book)
}

// SponsorChecklist lists the papers that the sponsor needs for the application.
func SponsorChecklist(s *State, book *rules.Book) []CheckItem {
	who := rules.Bearer{Kinship: "sponsor", Procedure: string(s.procedure()), Birth: s.Sponsor.BirthDate, Filed: s.Review.FiledOn}
	return s.checked(rules.AtApplication, who, s.Review.FiledOn, s.SponsorPapers, book)
}

func (s *State) checked(stage string, who rules.Bearer, use rules.Date, papers []*Document, book *rules.Book) []CheckItem {
	on := use
	if on.IsZero() {
		on = s.LastOn
	}
	var items []CheckItem
	for _, row := range book.Papers(stage, who, on) {
		item := checkItem(row, documentIn(papers, row.ID), on)
		item.UseOn = use
		items = append(items, item)
	}
	return items
}

func checkItem(row rules.PaperRule, d *Document, on rules.Date) CheckItem {
	item := CheckItem{Item: row.ID, Stage: row.Stage, Need: row.Need, Status: "missing",
		Certainty: row.Certainty, Citation: row.Citation, Text: row.Text}
	if d == nil {
		return item
	}
	item.SuppliedOn, item.VerifiedOn, item.LastUse = d.SuppliedOn, d.VerifiedOn, row.LastUse(d.IssuedOn, d.Expires)
	foreign := d.Language != "it"
	item.TranslationMissing = row.Translation && foreign && (d.Translation == "" || d.Translation == "missing")
	item.LegalisationMissing = row.Legalisation && foreign && (d.Legalisation == "" || d.Legalisation == "none")
	switch {
	case d.Verdict == "rejected":
		item.Status = "rejected"
	case !item.LastUse.IsZero() && item.LastUse.Before(on):
		item.Status = "expired"
	case d.Verdict == "accepted":
		item.Status = "verified"
	default:
		item.Status = "supplied"
	}
	return item
}

// settled tells whether nobody need do anything about the paper.
func (c CheckItem) settled() bool {
	there := c.Status == "supplied" || c.Status == "verified"
	return c.Need != rules.Required || there && !c.TranslationMissing && !c.LegalisationMissing
}

// useOn is the day of a stage's step, done or agreed; zero while it is not known.
func (m *Member) useOn(s *State, stage string) rules.Date {
	var on rules.Date
	switch stage {
	case rules.AtApplication:
		on = s.Review.FiledOn
	case rules.AtConsulate:
		if on = m.VisaRequestedOn; on.IsZero() && !m.Consulate.At.IsZero() {
			on = rules.DateOf(m.Consulate.At)
		}
	case rules.AtArrival:
		on = m.PresentedOn
	case rules.AtKit:
		on = m.PermitRequestedOn
	case rules.AtSchool:
		on = m.School.RequestedOn
	case rules.AtResidence:
		on = m.Settling.ResidenceOn
	}
	return on
}

// openStages lists the stages whose papers a member still has to bring together.
func (s *State) openStages(m *Member) []string {
	var stages []string
	add := func(stage string, open bool) {
		if open {
			stages = append(stages, stage)
		}
	}
	abroad, here := !m.here(), m.here()
	authorised := !m.AuthorisedOn.IsZero()
	add(rules.AtApplication, s.Review.FiledOn.IsZero() && s.Review.DecidedOn.IsZero())
	add(rules.AtConsulate, authorised && abroad && m.VisaRequestedOn.IsZero() && m.VisaGrantedOn.IsZero())
	add(rules.AtArrival, m.PresentedOn.IsZero() && (here || !m.VisaRequestedOn.IsZero()))
	add(rules.AtKit, here && m.PermitRequestedOn.IsZero())
	add(rules.AtResidence, here && m.Settling.ResidenceOn.IsZero())
	add(rules.AtSchool, m.School.searching() && !m.School.attended() || m.SchoolDue && !m.School.attended())
	return stages
}

// openChecklist joins the lists of the open stages.
func (s *State) openChecklist(m *Member, book *rules.Book) []CheckItem {
	if m.Ending != "" {
		return nil
	}
	var items []CheckItem
	for _, stage := range s.openStages(m) {
		items = append(items, Checklist(s, m, stage, book)...)
	}
	return items
}

// papers has what is missing for the consulate, and every paper that will no
// longer be good when its step comes, renewed before it fails.
func (a *agenda) papers(m *Member) {
	s := a.state
	if m.preparing() && s.lacksPapers(m, a.book) {
		a.policy("papers", PreDeparture, m, Counsellor, rules.PapersReady, m.AuthorisedOn)
	}
	if len(m.Documents) == 0 {
		return
	}
	renewed := map[string]bool{}
	for _, stage := range s.openStages(m) {
		a.renewals(m, stage, renewed)
	}
}

// lacksPapers tells whether the consulate would still miss a paper.
func (s *State) lacksPapers(m *Member, book *rules.Book) bool {
	return len(m.Documents) == 0 ||
		slices.ContainsFunc(Checklist(s, m, rules.AtConsulate, book), func(item CheckItem) bool { return !item.settled() })
}

func (a *agenda) renewals(m *Member, stage string, renewed map[string]bool) {
	last := m.lastDay(stage)
	if last.IsZero() {
		return
	}
	for _, item := range Checklist(a.state, m, stage, a.book) {
		if item.LastUse.IsZero() || !item.LastUse.Before(last) || item.Status == "rejected" || renewed[item.Item] {
			continue
		}
		renewed[item.Item] = true
		a.add(freshPaper(m, item, a.book))
	}
}

// freshPaper asks for a fresh paper some days before the last day of use, or at
// once when it came in later than that.
func freshPaper(m *Member, item CheckItem, book *rules.Book) Due {
	lead := book.At(rules.PapersRenewal, item.SuppliedOn)
	day := later(item.LastUse.AddDays(-lead.Number()), item.SuppliedOn)
	until, by := rules.Until(item.LastUse), rules.By(day)
	part := PreDeparture
	if m.here() {
		part = Arrival
	}
	return Due{Item: "paper_renewal", Part: part, Subject: DeriveID(m.ID, "paper/"+item.Item), MemberID: m.ID, About: item.Item,
		By: Counsellor, Term: book.Named(rules.PapersRenewal, item.SuppliedOn, day),
		say: &rules.Text{
			It: item.Text.It + ": si può usare " + until.It + ", e potrebbe servire dopo; da rinnovare " + by.It + " (" + lead.Citation + ").",
			En: item.Text.En + ": can be used " + until.En + " and may be needed later; to be renewed " + by.En + " (" + lead.Citation + ").",
		}}
}

// lastDay is the last day on which a stage's papers may be needed; zero while
// nothing says so.
func (m *Member) lastDay(stage string) rules.Date {
	switch stage {
	case rules.AtConsulate:
		if !m.Consulate.At.IsZero() {
			return rules.DateOf(m.Consulate.At)
		}
		return m.VisaBy.Due
	case rules.AtArrival, rules.AtKit:
		return m.Presentation.Due
	}
	return rules.Date{}
}
