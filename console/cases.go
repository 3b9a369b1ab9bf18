// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// casesPage is one page of the list of cases.
type casesPage struct {
	Filter   caseFilter
	Phases   []casefile.Phase
	Municipi []int
	Whose    []option
	Rows     []caseLine
	Next     string // address of the next page, empty on the last
	CSV      string // address of the same list as a file
	Today    rules.Date
	Lists    []listLine
	MayGive  bool
}

// caseFilter is what the list is restricted to, as its address says it.
type caseFilter struct {
	Phase     casefile.Phase
	Municipio int
	Whose     string // mine, nobody, the id of a colleague, or empty for everybody's
	Late      bool
	Cursor    string
}

type caseLine struct {
	views.CaseRow
	Family string
	Whose  string // name of the counsellor, empty while nobody is responsible
}

// listLine is a saved list with its address.
type listLine struct{ Name, Address string }

const casesPerPage = 50

func caseFilterOf(r *http.Request) caseFilter {
	f := caseFilter{Phase: casefile.Phase(r.FormValue("phase")), Whose: r.FormValue("whose"), Late: r.FormValue("late") != "", Cursor: r.FormValue("cursor")}
	f.Municipio, _ = strconv.Atoi(r.FormValue("municipio"))
	return f
}

// query is the filter as an address holds it, without the place in the list.
func (f caseFilter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"phase": string(f.Phase), "whose": f.Whose} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Municipio > 0 {
		q.Set("municipio", strconv.Itoa(f.Municipio))
	}
	if f.Late {
		q.Set("late", "1")
	}
	return q
}

// question is what the filter asks of the views.
func (s *console) question(r *http.Request, f caseFilter) views.CaseQuery {
	v := visitOf(r)
	asked := views.CaseQuery{Offices: s.Rights.Offices(v.who.Actor), Phase: string(f.Phase), Municipio: f.Municipio, Late: f.Late, Cursor: f.Cursor, Limit: casesPerPage}
	switch f.Whose {
	case "":
	case "mine":
		asked.Counsellor = v.who.ID
	case "nobody":
		asked.Unassigned = true
	default:
		asked.Counsellor = f.Whose
	}
	return asked
}

func (s *console) listCases(w http.ResponseWriter, r *http.Request) error {
	v, f := visitOf(r), caseFilterOf(r)
	page := casesPage{Filter: f, Phases: casefile.Phases(), Municipi: []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, Today: s.today(),
		CSV: "/cases.csv?" + f.query().Encode(), MayGive: s.Rights.Routes[giveCommand].Roles[v.who.Role] && access.SeesAll(v.who.Role)}
	found, err := s.Views.Cases(r.Context(), s.question(r, f))
	if err != nil {
		return err
	}
	if found.Next != "" {
		next := f.query()
		next.Set("cursor", found.Next)
		page.Next = "/cases?" + next.Encode()
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page.Whose = s.colleagues(r, operators, f.Whose)
	if page.Rows, err = s.caseLines(r, found.Items, operators); err != nil {
		return err
	}
	if page.Lists, err = s.lists(r); err != nil {
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

func (s *console) caseLines(r *http.Request, rows []views.CaseRow, operators map[string]views.Operator) ([]caseLine, error) {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.CaseID)
	}
	people, err := s.peopleOf(r, ids)
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

// lists are the operator's own, by name.
func (s *console) lists(r *http.Request) ([]listLine, error) {
	saved, err := s.Desk.Lists(r.Context(), visitOf(r).who.ID)
	if err != nil {
		return nil, err
	}
	var lines []listLine
	for _, l := range saved {
		lines = append(lines, listLine{l.Name, "/cases?" + l.Query})
	}
	slices.SortFunc(lines, func(a, b listLine) int { return compare(a.Name, b.Name) })
	return lines, nil
}

// longestName is that of a list, in bytes.
const longestName = 80

// keepList keeps the selection shown under a name.
func (s *console) keepList(w http.ResponseWriter, r *http.Request) error {
	f, name := caseFilterOf(r), r.PostFormValue("name")
	if name == "" || len(name) > longestName {
		return views.ErrNotFound
	}
	list := views.SavedList{ActorID: visitOf(r).who.ID, Name: name, Query: f.query().Encode()}
	if err := s.Desk.KeepList(r.Context(), list); err != nil {
		return err
	}
	http.Redirect(w, r, "/cases?"+list.Query, http.StatusSeeOther)
	return nil
}

func (s *console) dropList(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.DropList(r.Context(), visitOf(r).who.ID, r.PostFormValue("name")); err != nil {
		return err
	}
	http.Redirect(w, r, "/cases", http.StatusSeeOther)
	return nil
}
