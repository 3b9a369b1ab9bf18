// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// casePage is a case at a glance.
type casePage struct {
	casefile.View
	Family    string
	Sponsor   casefile.Person
	Relatives []relative
	Whose     string
	Due       []dueLine // the soonest
	Later     []dueLine
	Missing   []missing
	Meetings  []casefile.AppointmentView // still to come
	Open      []casefile.ReferralView    // referrals that are not closed
	Notes     []timelineEntry            // the latest remarks
	Today     rules.Date
	Done      *donePart // of what was recorded a moment ago
	Kept      string    // wire name of the command whose draft was kept
	Drafts    []views.Draft
	MayRecord bool
}

// relative is a member with who they are and how far they have come.
type relative struct {
	casefile.MemberView
	Who   casefile.Person
	Age   int // -1 when the birth date is not known
	Strip []stop
	Next  *dueLine // the soonest thing to do about them
}

// missing are the papers that somebody still has to bring.
type missing struct {
	Who    string
	ID     string
	Papers []casefile.CheckItem
}

// stop is one step on the strip of a member's way.
type stop struct {
	Step  string
	On    rules.Date // zero while it is not recorded
	Class string     // done, now for the last one recorded, or empty
}

func (s *console) showCase(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page := s.glance(v.voice, view)
	page.Whose = v.voice.whose(view.CounsellorID, operators)
	page.Due = s.dueOf(r, view)
	page.next()
	if len(page.Due) > atOnce+1 {
		page.Due, page.Later = page.Due[:atOnce], page.Due[atOnce:]
	}
	if page.Done, err = s.done(r, view); err != nil {
		return err
	}
	page.Kept = r.FormValue("kept")
	page.MayRecord = s.Rights.Route("POST", "/v1/cases/{case_id}/commands").Roles[v.who.Role]
	return s.show(w, r, http.StatusOK, "case", page.Family, page)
}

// view is the case as the operator may see it.
func (s *console) view(r *http.Request) (casefile.View, error) {
	view, err := s.wholeView(r)
	if err != nil {
		return view, err
	}
	return access.Masked(access.Guarded(view, view.Guard, visitOf(r).who.Actor), visitOf(r).who.Role)
}

// wholeView is the present case with nothing kept from it.
func (s *console) wholeView(r *http.Request) (casefile.View, error) {
	var view casefile.View
	v := visitOf(r)
	kept, err := s.Views.Rendered(r.Context(), chi.URLParam(r, "case_id"), v.standing)
	if err != nil {
		return view, err
	}
	if err := json.Unmarshal(kept.View, &view); err != nil {
		return view, fmt.Errorf("console: view of the case: %w", err)
	}
	view.People = kept.People
	return view, nil
}

// viewAt is the case as of a day or as known at an instant. What is sealed today
// is kept back, whatever was sealed then.
func (s *console) viewAt(r *http.Request, asOf, knownAt time.Time, guard *casefile.Guard) (casefile.View, error) {
	view, err := s.Views.CaseAsOf(r.Context(), chi.URLParam(r, "case_id"), asOf, knownAt)
	if err != nil {
		return view, err
	}
	return access.Masked(access.Guarded(view, guard, visitOf(r).who.Actor), visitOf(r).who.Role)
}

func (s *console) glance(v voice, view casefile.View) casePage {
	page := casePage{View: view, Today: s.today()}
	people := map[string]casefile.Person{}
	for _, p := range view.People {
		people[p.PersonID] = p
	}
	page.Sponsor, page.Family = people[view.SponsorID], v.family(view.People)
	for _, m := range view.Members {
		page.Relatives = append(page.Relatives, relativeOf(m, people[m.MemberID], page.Today))
		page.lacking(v.fullName(people[m.MemberID]), m.MemberID, m.Checklist)
	}
	page.lacking(page.Family, view.SponsorID, view.SponsorChecks)
	page.Meetings = slices.DeleteFunc(slices.Clone(view.Appointments), func(a casefile.AppointmentView) bool { return a.Outcome != "" })
	page.Open = slices.DeleteFunc(slices.Clone(view.Referrals), func(f casefile.ReferralView) bool { return !f.ClosedOn.IsZero() })
	return page
}

// next puts the soonest thing to do beside each member whom it concerns.
func (p *casePage) next() {
	for i := range p.Relatives {
		for at := range p.Due {
			about := func(who casefile.Person) bool { return who.PersonID == p.Relatives[i].MemberID }
			if slices.ContainsFunc(p.Due[at].People, about) {
				p.Relatives[i].Next = &p.Due[at]
				break
			}
		}
	}
}

// atOnce is how many things to do are seen without asking for more.
const atOnce = 6

// lacking adds the required papers of somebody that are not there or not good.
func (p *casePage) lacking(who, id string, checks []casefile.CheckItem) {
	m := missing{Who: who, ID: id}
	for _, c := range checks {
		if c.Need == rules.Required && c.Status != "supplied" && c.Status != "verified" {
			m.Papers = append(m.Papers, c)
		}
	}
	if m.Papers != nil {
		p.Missing = append(p.Missing, m)
	}
}

func relativeOf(m casefile.MemberView, who casefile.Person, today rules.Date) relative {
	known := relative{MemberView: m, Who: who, Age: -1, Strip: strip(m)}
	if !who.BirthDate.IsZero() {
		known.Age = who.BirthDate.AgeOn(today)
	}
	return known
}

// strip shows the main way with the days of what is recorded. Who was here
// already needs no visa; a court's order stands in place of the nulla osta.
func strip(m casefile.MemberView) []stop {
	recorded := map[string]rules.Date{}
	for _, step := range m.Steps {
		recorded[step.Step] = step.On
	}
	here := !recorded["present"].IsZero()
	var stops []stop
	last := -1
	for _, name := range casefile.WaySteps() {
		if name == "visa_ordered" && recorded[name].IsZero() {
			name = "nulla_osta_issued"
		}
		on := recorded[name]
		if on.IsZero() && (name == "present" || here && slices.Contains(abroad, name)) {
			continue
		}
		stops = append(stops, stop{Step: name, On: on})
		if !on.IsZero() {
			last = len(stops) - 1
			stops[last].Class = "done"
		}
	}
	if last >= 0 && m.Ending == "" {
		stops[last].Class = "now"
	}
	return stops
}

// abroad are the steps of those who are not here yet.
var abroad = []string{"nulla_osta_issued", "visa_requested", "visa_granted", "entered"}
