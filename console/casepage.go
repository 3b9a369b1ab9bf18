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
)

// casePage is a case at a glance.
type casePage struct {
	casefile.View
	Family    string
	Sponsor   casefile.Person
	Relatives []relative
	Whose     string
	Due       []dueLine
	Today     rules.Date
	Done      string // wire name of the command just recorded
	MayRecord bool
}

// relative is a member with who they are and how far they have come.
type relative struct {
	casefile.MemberView
	Who   casefile.Person
	Age   int // -1 when the birth date is not known
	Strip []stop
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
	page.Whose = operators[view.CounsellorID].Name
	page.Done = r.FormValue("done")
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
	}
	for _, item := range view.Agenda {
		line := dueLine{}
		line.CaseID, line.DueView = view.CaseID, item
		if p, known := people[item.MemberID]; known {
			line.Person = &p
		}
		page.Due = append(page.Due, line)
	}
	return page
}

func relativeOf(m casefile.MemberView, who casefile.Person, today rules.Date) relative {
	known := relative{MemberView: m, Who: who, Age: -1, Strip: strip(m)}
	if !who.BirthDate.IsZero() {
		known.Age = who.BirthDate.AgeOn(today)
	}
	return known
}

// strip shows the main way with the days of what is recorded.
func strip(m casefile.MemberView) []stop {
	var stops []stop
	last := -1
	for i, name := range casefile.WaySteps() {
		at := slices.IndexFunc(m.Steps, func(step casefile.StepView) bool { return step.Step == name })
		if at < 0 {
			stops = append(stops, stop{Step: name})
			continue
		}
		stops, last = append(stops, stop{Step: name, On: m.Steps[at].On, Class: "done"}), i
	}
	if last >= 0 && m.Ending == "" {
		stops[last].Class = "now"
	}
	return stops
}
