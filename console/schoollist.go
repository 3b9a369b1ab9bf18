// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/views"
)

// schoolsPage lists schools with what is known of their places.
type schoolsPage struct {
	Parts []tab
	schoolFilter
	Rows []schoolLine
	Next string
	May  bool // enter places
}

type schoolLine struct {
	views.SchoolRow
	Places []desk.PlacesOf
}

const schoolsPerPage = 50

func (s *console) listSchools(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	page := schoolsPage{Parts: s.schoolTabs(r), schoolFilter: filterOf(r), May: s.mayEnter(r)}
	found, err := s.Department.Schools(r.Context(), views.SchoolQuery{Level: page.Level, Municipio: page.Municipio, Cursor: r.FormValue("cursor"), Limit: schoolsPerPage})
	if err != nil {
		return err
	}
	for _, row := range found.Items {
		page.Rows = append(page.Rows, schoolLine{row, desk.Places([]views.SchoolRow{row}, page.Grade)})
	}
	page.Next = found.Next
	return s.show(w, r, http.StatusOK, "schoollist", v.voice.say("schools.list"), page)
}

func (s *console) mayEnter(r *http.Request) bool {
	return s.Rights.Route("POST", "/v1/school-places").Roles[visitOf(r).who.Role]
}

// schoolPage is one school with everything ever said of its places.
type schoolPage struct {
	Parts   []tab
	School  views.SchoolRow
	Places  []desk.PlacesOf
	History []figureLine
	Grades  []int
	May     bool
	Key     string
	Today   rules.Date
	Form    map[string]string // as it was typed
	Wrong   string            // field
	Done    bool
}

type figureLine struct {
	schools.Figure
	Whose string
}

// told is a part of the pupils of a grade, where it was told.
type told struct {
	Known   bool
	Percent int
}

func shareOf(pupils, part *int) told {
	f := schools.Figure{Entry: schools.Entry{Pupils: pupils}}
	percent, known := f.Share(part)
	return told{known, percent}
}

const figuresShown = 100

func (s *console) showSchool(w http.ResponseWriter, r *http.Request) error {
	return s.showSchoolPage(w, r, http.StatusOK, schoolPage{Done: r.FormValue("done") != "", Form: map[string]string{"on": s.today().String(), "said_by": "school"}})
}

func (s *console) showSchoolPage(w http.ResponseWriter, r *http.Request, status int, page schoolPage) error {
	code := chi.URLParam(r, "school_code")
	found, err := s.Department.Schools(r.Context(), views.SchoolQuery{Code: code, Limit: 1})
	if err != nil {
		return err
	}
	if !schools.IsCode(code) || len(found.Items) == 0 {
		return views.ErrNotFound
	}
	history, err := s.Department.PlaceHistory(r.Context(), views.PlaceQuery{Code: code, Limit: figuresShown})
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	for _, f := range history.Items {
		page.History = append(page.History, figureLine{f, operators[f.RecordedBy].Name})
	}
	page.Parts, page.School, page.Places, page.Grades = s.schoolTabs(r), found.Items[0], desk.Places(found.Items, nil), desk.GradesOf(found.Items[0].Level)
	page.May, page.Key, page.Today = s.mayEnter(r), uuid.NewString(), s.today()
	return s.show(w, r, status, "school", page.School.Name, page)
}

func (s *console) enterPlaces(w http.ResponseWriter, r *http.Request) error {
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, field := range []string{"grade", "on", "places", "said_by", "pupils", "non_italian", "newly_arrived", "language_help"} {
		typed[field] = r.PostFormValue(field)
	}
	entry, wrong := entryOf(chi.URLParam(r, "school_code"), typed)
	if wrong == "" {
		err := s.Department.Enter(r.Context(), visitOf(r).who.Actor, []schools.Entry{entry}, key)
		var field *desk.Wrong
		if errors.As(err, &field) {
			wrong = field.Field
		} else if err != nil {
			return err
		}
	}
	if wrong != "" {
		return s.showSchoolPage(w, r, http.StatusUnprocessableEntity, schoolPage{Form: typed, Wrong: wrong})
	}
	http.Redirect(w, r, "/schools/list/"+entry.SchoolCode+"?done=1", http.StatusSeeOther)
	return nil
}

// entryOf reads what was typed; wrong names the first field that is no number or day.
func entryOf(code string, typed map[string]string) (e schools.Entry, wrong string) {
	e = schools.Entry{SchoolCode: code, SaidBy: typed["said_by"]}
	var err error
	if e.On, err = rules.ParseDate(typed["on"]); err != nil {
		return e, "on"
	}
	for field, into := range map[string]*int{"grade": &e.Grade, "places": &e.Places} {
		if *into, err = strconv.Atoi(typed[field]); err != nil {
			return e, field
		}
	}
	for field, into := range map[string]**int{"pupils": &e.Pupils, "non_italian": &e.NonItalian, "newly_arrived": &e.NewlyArrived} {
		if typed[field] == "" {
			continue
		}
		n, err := strconv.Atoi(typed[field])
		if *into = &n; err != nil {
			return e, field
		}
	}
	if help := typed["language_help"]; help != "" {
		yes := help == "true"
		e.LanguageHelp = &yes
	}
	return e, ""
}

func (s *console) downloadPlaces(w http.ResponseWriter, r *http.Request) error {
	f := filterOf(r)
	sheet, err := s.Department.Sheet(r.Context(), views.SchoolQuery{Level: f.Level, Municipio: f.Municipio, Grade: f.Grade})
	if err != nil {
		return err
	}
	return download(w, "places-"+s.today().String()+".csv", "text/csv; charset=utf-8", sheet)
}

// uploadPage takes a filled-in table in and says what became of its rows.
type uploadPage struct {
	Parts     []tab
	Key       string
	Mistake   string // id of the text
	Taken     *desk.Taken
	Rehearsal bool
}

func (s *console) showUpload(w http.ResponseWriter, r *http.Request) error {
	return s.showUploadPage(w, r, http.StatusOK, uploadPage{})
}

func (s *console) showUploadPage(w http.ResponseWriter, r *http.Request, status int, page uploadPage) error {
	page.Parts, page.Key = s.schoolTabs(r), uuid.NewString()
	return s.show(w, r, status, "schoolupload", visitOf(r).voice.say("upload.title"), page)
}

const sheetLimit = 16 << 20

func (s *console) takeUpload(w http.ResponseWriter, r *http.Request) error {
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	file, _, err := r.FormFile("file")
	if err != nil {
		return s.showUploadPage(w, r, http.StatusUnprocessableEntity, uploadPage{Mistake: "upload.no_file"})
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	if err != nil {
		return s.showUploadPage(w, r, http.StatusUnprocessableEntity, uploadPage{Mistake: "upload.unreadable"})
	}
	rehearsal := r.PostFormValue("rehearsal") != ""
	taken, err := s.Department.TakeSheet(r.Context(), visitOf(r).who.Actor, raw, key, rehearsal)
	var unreadable *desk.Unreadable
	switch {
	case errors.As(err, &unreadable):
		return s.showUploadPage(w, r, http.StatusUnprocessableEntity, uploadPage{Mistake: "upload.unreadable"})
	case err != nil:
		return err
	}
	return s.showUploadPage(w, r, http.StatusOK, uploadPage{Taken: &taken, Rehearsal: rehearsal})
}
