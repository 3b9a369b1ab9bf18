// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"strconv"

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

func (s *console) caseLines(r *http.Request, rows []views.CaseRow) ([]caseLine, error) {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.CaseID)
	}
	people, err := s.Views.People(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return nil, err
	}
	lines := make([]caseLine, len(rows))
	for i, row := range rows {
		lines[i] = caseLine{CaseRow: row, Family: visitOf(r).voice.family(people[row.CaseID]), Whose: operators[row.CounsellorID].Name}
	}
	return lines, nil
}
