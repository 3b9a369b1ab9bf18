// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"strconv"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// casesPage is one page of the list of cases.
type casesPage struct {
	Phase     casefile.Phase
	Municipio int
	Mine      bool
	Phases    []casefile.Phase
	Municipi  []int
	Rows      []caseLine
	Next      string // cursor of the next page, empty on the last
	Today     rules.Date
}

type caseLine struct {
	views.CaseRow
	Family string
	Whose  string // name of the counsellor, empty while nobody is responsible
}

const casesPerPage = 50

func (s *console) listCases(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	page := casesPage{Phase: casefile.Phase(r.FormValue("phase")), Mine: r.FormValue("mine") != "",
		Phases: casefile.Phases(), Municipi: []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, Today: s.today()}
	page.Municipio, _ = strconv.Atoi(r.FormValue("municipio"))
	asked := views.CaseQuery{Offices: s.Rights.Offices(v.who.Actor), Phase: string(page.Phase), Municipio: page.Municipio,
		Cursor: r.FormValue("cursor"), Limit: casesPerPage}
	if page.Mine {
		asked.Counsellor = v.who.ID
	}
	found, err := s.Views.Cases(r.Context(), asked)
	if err != nil {
		return err
	}
	page.Next = found.Next
	if page.Rows, err = s.caseLines(r, found.Items); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "cases", v.voice.say("cases.title"), page)
}

// peopleOf gives who the cases are about, as far as the visitor may see it.
func (s *console) peopleOf(r *http.Request, caseIDs []string) (map[string][]casefile.Person, error) {
	people, err := s.Views.People(r.Context(), caseIDs)
	for id := range people {
		people[id] = access.Unrestricted(people[id], visitOf(r).who.Role)
	}
	return people, err
}

func (s *console) caseLines(r *http.Request, rows []views.CaseRow) ([]caseLine, error) {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.CaseID)
	}
	people, err := s.peopleOf(r, ids)
	if err != nil {
		return nil, err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return nil, err
	}
	lines := make([]caseLine, len(rows))
	for i, row := range rows {
		lines[i] = caseLine{CaseRow: row, Family: visitOf(r).voice.family(people[row.CaseID]), Whose: visitOf(r).voice.whose(row.CounsellorID, operators)}
	}
	return lines, nil
}

// whose is the name of the responsible counsellor; empty while there is none.
func (v voice) whose(id string, operators map[string]views.Operator) string {
	if id == "" {
		return ""
	}
	if name := operators[id].Name; name != "" {
		return name
	}
	return v.say("case.colleague") // who has not signed in yet
}
