// SPDX-License-Identifier: AGPL-3.0-or-later

// Package family holds what one person of a case may be told about it: where
// each of the family is, what comes next and why on that day, which papers are
// needed. It names what is told one by one: what has no name here is not told.
package family

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Account is what a reader is told. Texts are codes; whoever shows the account
// says them in the reader's language.
type Account struct {
	Reader  string // name, empty when it may not be shown
	AsOf    rules.Date
	Version int64 // of the case
	People  []Relative
	Next    []Step // soonest first
	Waiting bool   // an office owes an answer whose day nobody knows
}

// Relative is somebody of the family and how far they are.
type Relative struct {
	Name   string // empty when it may not be shown
	Self   bool
	Stage  string // code of a stage; empty for the sponsor, who has none
	Since  rules.Date
	Papers []Paper
}

// Paper is one that is needed, and whether it is there.
type Paper struct {
	Code        string
	Name        rules.Text // as the office's list has it
	Status      string     // there, missing, rejected, expired or wanted
	Translation bool       // is missing
	Stamp       bool       // legalisation or apostille is missing
}

// Step is what comes next.
type Step struct {
	Code string // of an item
	Who  string // name of whom it is about; empty for the whole family
	Self bool
	Due  rules.Date
	At   time.Time // of an appointment; zero where only the day counts
	Late bool      // the day has passed and an office is not the one to act
	By   By
	Left int // days until then, at least 0
	Why  Reason
	// Place is the code of the place of an appointment with the hub.
	Place string
}

// By says whose it is to act.
type By string

// Who acts: the family, an office whose day the law sets, or the hub.
const (
	ByFamily By = "family"
	ByOffice By = "office"
	ByHub    By = "hub"
)

// told are the items of an agenda that a family is told of, and whose they are.
var told = map[string]By{
	"decision": ByOffice, "visa_decision": ByOffice, "permit": ByOffice,
	"documents": ByFamily, "observations": ByFamily, "consulate_request": ByFamily, "consulate_visit": ByFamily, "visa_request": ByFamily,
	"papers": ByFamily, "paper_renewal": ByFamily, "entry": ByFamily, "host_notice": ByFamily, "presentation": ByFamily,
	"permit_request": ByFamily, "fingerprints": ByFamily, "permit_renewal": ByFamily, "agreement": ByFamily, "civics": ByFamily,
	"residence": ByFamily, "health_enrolment": ByFamily, "health_cover": ByFamily, "school_answer": ByFamily, "school_start": ByFamily,
	"school_place": ByHub,
}

// Told lists the items that a family is told of.
func Told() []string {
	var items []string
	for item := range told {
		items = append(items, item)
	}
	slices.Sort(items)
	return append(items, "appointment")
}

// Stages lists the codes of the stages that an account may name.
func Stages() []string {
	stages := []string{string(casefile.Settled)}
	for _, s := range []casefile.Stage{casefile.StageListed, casefile.StageRefused, casefile.StageAuthorised, casefile.StageVisaRequested,
		casefile.StageVisaRefused, casefile.StageVisaGranted, casefile.StageRevoked, casefile.StagePresent, casefile.StageEntered,
		casefile.StagePresented, casefile.StagePermitRequested, casefile.StagePermitIssued, casefile.StageEnded} {
		stages = append(stages, string(s))
	}
	return stages
}

// Of draws up the account for one person of the case on a day; false when there
// is nobody to tell: the person is not of the case, or is kept away from it.
func Of(view casefile.View, people []casefile.Person, reader string, today rules.Date, book *rules.Book) (Account, bool) {
	w := &writer{view: view, people: map[string]casefile.Person{}, reader: reader, today: today, book: book}
	for _, p := range people {
		w.people[p.PersonID] = p
	}
	if _, known := w.people[reader]; !known || w.people[reader].Erased || slices.Contains(view.AccessCut, reader) {
		return Account{}, false
	}
	a := Account{Reader: w.name(reader), AsOf: today, Version: view.Version}
	if papers := papersOf(view.SponsorChecks); reader == view.SponsorID && len(papers) > 0 {
		a.People = append(a.People, Relative{Name: w.name(reader), Self: true, Papers: papers})
	}
	for _, m := range view.Members {
		if w.mayTell(m) {
			a.People = append(a.People, w.relative(m))
		}
	}
	a.Next = append(w.steps(), w.appointments()...)
	slices.SortStableFunc(a.Next, func(x, y Step) int {
		return cmp.Or(cmp.Compare(x.Due.String(), y.Due.String()), x.At.Compare(y.At))
	})
	a.Waiting = slices.ContainsFunc(a.Next, func(s Step) bool { return s.By == ByOffice })
	return a, true
}

type writer struct {
	view   casefile.View
	people map[string]casefile.Person
	reader string
	today  rules.Date
	book   *rules.Book
}

// name is empty for those whose data are erased or restricted.
func (w *writer) name(id string) string {
	p := w.people[id]
	if p.Erased || p.Restricted {
		return ""
	}
	return strings.TrimSpace(p.GivenName + " " + p.FamilyName)
}

// apart tells whether a member's life is no longer the reader's business:
// separated, with a sealed address, on a permit of their own, in protection, or
// referred as unaccompanied. Nobody but themselves is told how they are.
func (w *writer) apart(m casefile.MemberView) bool {
	if !m.SeparatedOn.IsZero() || m.OwnPermit != nil || m.Unaccompanied != nil || slices.Contains(w.view.AccessCut, m.MemberID) {
		return true
	}
	if g := w.view.Guard; g != nil {
		return slices.Contains(g.Sealed, m.MemberID) ||
			slices.ContainsFunc(g.Protection, func(p casefile.ProtectionView) bool { return p.MemberID == m.MemberID })
	}
	return false
}

// guarded tells whether somebody of the case is hidden from others: then nobody
// is told where and when anybody else is expected.
func (w *writer) guarded() bool {
	return len(w.view.AccessCut) > 0 || w.view.Guard != nil
}

func (w *writer) mayTell(m casefile.MemberView) bool {
	if m.Ending == casefile.Deceased || m.Ending == casefile.LostContact {
		return false
	}
	return m.MemberID == w.reader || !w.apart(m)
}

// mayTellOf tells whether something about the person, or the whole family when
// the id is empty, may be told.
func (w *writer) mayTellOf(person string) bool {
	if person == "" {
		return true
	}
	return slices.ContainsFunc(w.view.Members, func(m casefile.MemberView) bool { return m.MemberID == person && w.mayTell(m) })
}

func (w *writer) relative(m casefile.MemberView) Relative {
	r := Relative{Name: w.name(m.MemberID), Self: m.MemberID == w.reader, Stage: string(m.Stage), Papers: papersOf(m.Checklist)}
	if m.Ending == casefile.Settled {
		r.Stage = string(casefile.Settled)
	}
	if n := len(m.Steps); n > 0 {
		r.Since = m.Steps[n-1].On
	}
	if !m.EndedOn.IsZero() {
		r.Since, r.Papers = m.EndedOn, nil
	}
	return r
}

// statusOf says of a paper what the family asks: is it there?
func statusOf(c casefile.CheckItem) string {
	switch c.Status {
	case "supplied", "verified":
		return "there"
	case "rejected", "expired":
		return c.Status
	}
	if c.Need != rules.Required {
		return "wanted"
	}
	return "missing"
}

// papersOf lists the papers of all stages still open, each once; a paper that
// is asked for only when an office wants it is left out until it is there.
func papersOf(list []casefile.CheckItem) []Paper {
	var papers []Paper
	for _, c := range list {
		status := statusOf(c)
		if c.Need == rules.OnRequest && status == "wanted" || slices.ContainsFunc(papers, func(p Paper) bool { return p.Code == c.Item }) {
			continue
		}
		there := status == "there"
		papers = append(papers, Paper{Code: c.Item, Name: c.Text, Status: status, Translation: there && c.TranslationMissing, Stamp: there && c.LegalisationMissing})
	}
	return papers
}
