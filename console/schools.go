// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/views"
)

// schoolRoutes are the pages of the education department.
func (s *console) schoolRoutes() []route {
	const child = "/schools/children/{case_id}/{member_id}"
	return []route{
		{method: "GET", pattern: "/schools", handle: s.listWaiting, api: "GET /v1/school-searches"},
		{method: "GET", pattern: child, handle: s.showChild, api: "GET /v1/school-searches"},
		{method: "POST", pattern: child, handle: s.showChild, api: "POST /v1/school-placements"},
		{method: "POST", pattern: child + "/propose", handle: s.proposePlace, api: "POST /v1/school-placements"},
		{method: "GET", pattern: "/schools/placements", handle: s.listRuns, api: "GET /v1/school-placements"},
		{method: "POST", pattern: "/schools/placements", handle: s.makeRun, api: "POST /v1/school-placements"},
		{method: "GET", pattern: "/schools/placements/{run_id}", handle: s.showRun, api: "GET /v1/school-placements/{run_id}"},
		{method: "GET", pattern: "/schools/placements/{run_id}/certificate", handle: s.downloadRun, api: "GET /v1/school-placements/{run_id}"},
		{method: "POST", pattern: "/schools/placements/{run_id}", handle: s.decideLine, api: "POST /v1/school-placements/{run_id}/decisions"},
		{method: "GET", pattern: "/schools/list", handle: s.listSchools, api: "GET /v1/schools"},
		{method: "GET", pattern: "/schools/list/{school_code}", handle: s.showSchool, api: "GET /v1/schools"},
		{method: "POST", pattern: "/schools/list/{school_code}", handle: s.enterPlaces, api: "POST /v1/school-places"},
		{method: "GET", pattern: "/schools/places.csv", handle: s.downloadPlaces, api: "GET /v1/school-places"},
		{method: "GET", pattern: "/schools/places", handle: s.showUpload, api: "POST /v1/school-places"},
		{method: "POST", pattern: "/schools/places", handle: s.takeUpload, api: "POST /v1/school-places", limit: sheetLimit + formLimit},
		{method: "GET", pattern: "/schools/demand", handle: s.showDemand, api: "GET /v1/school-demand"},
		{method: "GET", pattern: "/schools/demand.csv", handle: s.showDemand, api: "GET /v1/school-demand"},
		{method: "GET", pattern: "/schools/forecast", handle: s.showForecast, api: "GET /v1/school-demand/forecast"},
		{method: "GET", pattern: "/schools/forecast.csv", handle: s.showForecast, api: "GET /v1/school-demand/forecast"},
		{method: "GET", pattern: "/schools/indicators", handle: s.showIndicators, api: "GET /v1/indicators"},
		{method: "GET", pattern: "/schools/indicators.csv", handle: s.showIndicators, api: "GET /v1/indicators"},
	}
}

// schoolFunctions are what the templates of these pages need beside the others.
func (v voice) schoolFunctions() template.FuncMap {
	return template.FuncMap{
		"amount":  amount,
		"grade":   v.grade,
		"bucket":  v.bucket,
		"add":     func(a, b int) int { return a + b },
		"fields":  func(names ...string) []string { return names },
		"share":   shareOf,
		"percent": func(share float64) string { return amount(100 * share) },
		"charted": func(c chart, title string) titled { return titled{c, title} },
		"named":   func(id string) string { name, _, _ := strings.Cut(id, "/"); return name },
	}
}

// schoolTabs are the parts of the department's pages that the role may see.
func (s *console) schoolTabs(r *http.Request) []tab {
	v := visitOf(r)
	var tabs []tab
	for _, part := range []struct{ path, label, api string }{
		{"/schools", "schools.waiting", "GET /v1/school-searches"},
		{"/schools/placements", "schools.placements", "GET /v1/school-placements"},
		{"/schools/list", "schools.list", "GET /v1/schools"},
		{"/schools/demand", "schools.demand", "GET /v1/school-demand"},
		{"/schools/forecast", "schools.forecast", "GET /v1/school-demand/forecast"},
		{"/schools/indicators", "schools.indicators", "GET /v1/indicators"},
	} {
		if s.Rights.Routes[part.api].Roles[v.who.Role] {
			tabs = append(tabs, tab{Path: part.path, Label: v.voice.say(part.label), Current: r.URL.Path == part.path})
		}
	}
	return tabs
}

// schoolFilter is what a list of children or schools is narrowed down to; what
// cannot be read restricts nothing.
type schoolFilter struct {
	Phase, Level, Language string
	Grade                  *int
	Municipio              int
	Levels                 []string
	Phases                 []string
	Municipi               []int
	Grades                 []int
}

func filterOf(r *http.Request) schoolFilter {
	f := schoolFilter{Phase: r.FormValue("phase"), Level: r.FormValue("level"), Language: r.FormValue("language"), Levels: schools.Levels(),
		Municipi: []int{1, 2, 3, 4, 5, 6, 7, 8, 9}}
	for grade := -2; grade <= casefile.LastGrade; grade++ {
		f.Grades = append(f.Grades, grade)
	}
	for _, phase := range []casefile.SchoolPhase{casefile.SchoolNeeded, casefile.SchoolSearching, casefile.SchoolProposed, casefile.SchoolAccepted, casefile.SchoolEnrolment} {
		f.Phases = append(f.Phases, string(phase))
	}
	if grade, err := strconv.Atoi(r.FormValue("grade")); err == nil {
		f.Grade = &grade
	}
	f.Municipio, _ = strconv.Atoi(r.FormValue("municipio"))
	return f
}

// IsGrade tells the template which grade is chosen.
func (f schoolFilter) IsGrade(grade int) bool { return f.Grade != nil && *f.Grade == grade }

// waitingPage lists the children on the way to a first day at school.
type waitingPage struct {
	Parts []tab
	schoolFilter
	Rows  []waitingLine
	Days  int // of lessons without school, of all who are listed
	Next  string
	Today rules.Date
}

type waitingLine struct {
	views.WaitingChild
	Who casefile.Person
}

const childrenPerPage = 100

func (s *console) listWaiting(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	page := waitingPage{Parts: s.schoolTabs(r), schoolFilter: filterOf(r), Today: s.today()}
	found, err := s.Department.Waiting(r.Context(), views.WaitingQuery{Offices: s.Rights.Offices(v.who.Actor), Phase: casefile.SchoolPhase(page.Phase), Level: page.Level,
		Grade: page.Grade, Municipio: page.Municipio, Language: page.Language, Cursor: r.FormValue("cursor"), Limit: childrenPerPage})
	if err != nil {
		return err
	}
	page.Next = found.Next
	var ids []string
	for _, c := range found.Items {
		ids = append(ids, c.CaseID)
		page.Days += c.Days
	}
	who, err := s.children(r, unique(ids))
	if err != nil {
		return err
	}
	for _, c := range found.Items {
		page.Rows = append(page.Rows, waitingLine{c, who[c.MemberID]})
	}
	return s.show(w, r, http.StatusOK, "schoolwaiting", v.voice.say("schools.waiting"), page)
}

// children gives the people of cases by their ids.
func (s *console) children(r *http.Request, caseIDs []string) (map[string]casefile.Person, error) {
	people, err := s.peopleOf(r, caseIDs)
	who := map[string]casefile.Person{}
	for _, of := range people {
		for _, p := range of {
			who[p.PersonID] = p
		}
	}
	return who, err
}

// deskSays is the id of the text of what the desk says no to; empty for all else.
func deskSays(err error) string {
	for _, k := range []struct {
		err error
		id  string
	}{{desk.ErrNobodyWaits, "desk.nobody"}, {desk.ErrNoProposal, "desk.no_proposal"}, {desk.ErrPlaceGone, "desk.place_gone"},
		{desk.ErrUnsuitable, "desk.unsuitable"}, {desk.ErrReasonMissing, "desk.no_reason"}} {
		if errors.Is(err, k.err) {
			return k.id
		}
	}
	return ""
}

// keyOf is the form's own key, under which it acts once.
func keyOf(r *http.Request) (string, error) {
	key, err := uuid.Parse(r.PostFormValue("key"))
	if err != nil {
		return "", views.ErrNotFound
	}
	return key.String(), nil
}

// download sends a file that is kept nowhere on the way.
func download(w http.ResponseWriter, name, mediaType string, content []byte) error {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(content) // the reader has gone: there is nobody to tell
	return nil
}
