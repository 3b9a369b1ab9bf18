// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"

	"ricongiungi/oversight"
	"ricongiungi/views"
)

// workloadPage is what a supervisor's day begins with: what needs a hand first,
// then who has how much.
type workloadPage struct {
	area
	oversight.Workload
	Rows       []loadLine
	Nobody     int // cases without a counsellor
	Idle       int // open cases without a next step, as far as looked for
	Waiting    int // for a second person, as far as looked for
	More       bool
	Overloaded []string
	MayMove    bool
}

// loadLine is one person's load with the languages in words.
type loadLine struct {
	oversight.Load
	Name   string
	Spoken []spoken
}

// spoken is how many families speak a language.
type spoken struct {
	Name  string
	Cases int
}

// aPage is how many rows the lists of the desk show at once.
const aPage = 50

func (s *console) showWorkload(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	offices := s.Rights.Offices(v.who.Actor)
	load, err := s.Office.Workload(r.Context(), offices, s.today())
	if err != nil {
		return err
	}
	idle, err := s.Views.Cases(r.Context(), views.CaseQuery{Offices: offices, WithoutNextStep: true, Limit: aPage})
	if err != nil {
		return err
	}
	waiting, err := s.Office.Approvals(r.Context(), views.ApprovalQuery{Offices: offices, Limit: aPage})
	if err != nil {
		return err
	}
	page := workloadPage{area: s.areaOf(r, deskPages), Workload: load, Idle: len(idle.Items), Waiting: len(waiting.Items), More: waiting.Next != "",
		MayMove: s.Rights.Routes["POST /v1/reassignments"].Roles[v.who.Role]}
	for _, l := range load.Rows {
		line := v.voice.loadLine(l, load.Languages)
		page.Rows = append(page.Rows, line)
		switch {
		case l.CounsellorID == "":
			page.Nobody = l.OpenCases
		case l.Overloaded:
			page.Overloaded = append(page.Overloaded, line.Name)
		}
	}
	return s.showFigure(w, r, "desk-workload", load, page)
}

// loadLine puts the languages in the order of the whole office.
func (v voice) loadLine(l oversight.Load, order []string) loadLine {
	line := loadLine{Load: l, Name: v.personName(l)}
	for _, code := range order {
		if n := l.Languages[code]; n > 0 {
			line.Spoken = append(line.Spoken, spoken{v.languageName(code), n})
		}
	}
	return line
}

// personName is how colleagues call somebody who has cases.
func (v voice) personName(l oversight.Load) string {
	switch {
	case l.CounsellorID == "":
		return v.say("cases.nobody")
	case l.Name == "":
		return v.say("desk.unnamed") + " " + l.CounsellorID[:min(8, len(l.CounsellorID))]
	}
	return l.Name
}
