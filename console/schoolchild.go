// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/views"
)

// childPage is one child's need, the life of its search, and the schools in order.
type childPage struct {
	Parts   []tab
	CaseID  string
	Child   casefile.MemberView
	Who     casefile.Person
	Age     int // -1 when the birth date is not known
	Life    []lifeStep
	Days    int  // of lessons without school, up to today or the first day
	Open    bool // a place may be proposed now
	Ranking *desk.Ranking
	Most    int
	Further int // schools that are not shown
	Where   string
	Mistake string // id of the text
	Refusal *casefile.Refusal
	Key     string
	Version int64
	Steps   []string // commands that may be recorded next
	Today   rules.Date
}

// lifeStep is one step of the search, with its day once it is recorded.
type lifeStep struct {
	Step  string
	On    rules.Date
	Class string
	Note  string // id of a text
}

// nextSteps are the commands by where a child stands.
var nextSteps = map[casefile.SchoolPhase][]string{
	casefile.SchoolNeeded:    {"request_school"},
	casefile.SchoolProposed:  {"accept_place", "decline_place", "record_place_refused", "record_enrolled"},
	casefile.SchoolAccepted:  {"record_enrolled", "record_school_started", "decline_place", "record_place_refused"},
	casefile.SchoolEnrolment: {"record_school_started", "record_enrolled"},
	casefile.SchoolAttending: {"record_attendance_confirmed", "record_school_transferred", "record_school_left"},
}

// rankedFirst is how many schools are shown at first.
const rankedFirst = 15

// showChild shows a child's page. Sent by POST it holds where the family lives,
// which is used for this one page and kept nowhere, not even in an address.
func (s *console) showChild(w http.ResponseWriter, r *http.Request) error {
	page, err := s.childPage(r)
	if err != nil {
		return err
	}
	var at *schools.Point
	if page.Where = strings.TrimSpace(r.PostFormValue("where")); page.Where != "" {
		point, err := schools.ParsePoint(page.Where)
		if at = &point; err != nil {
			at, page.Mistake = nil, "child.where_wrong"
		}
	}
	if err := s.rank(r, &page, at); err != nil {
		return err
	}
	return s.showChildPage(w, r, http.StatusOK, page)
}

func (s *console) showChildPage(w http.ResponseWriter, r *http.Request, status int, page childPage) error {
	voice := visitOf(r).voice
	return s.show(w, r, status, "schoolchild", voice.say("child.title", "name", voice.fullName(page.Who)), page)
}

func (s *console) childPage(r *http.Request) (childPage, error) {
	view, err := s.view(r)
	if err != nil {
		return childPage{}, err
	}
	page := childPage{Parts: s.schoolTabs(r), CaseID: view.CaseID, Age: -1, Key: uuid.NewString(), Version: view.Version, Today: s.today(), Most: rankedFirst}
	at := slices.IndexFunc(view.Members, func(m casefile.MemberView) bool { return m.MemberID == chi.URLParam(r, "member_id") })
	if at < 0 || !view.Members[at].SchoolDue && view.Members[at].School == nil {
		return page, views.ErrNotFound
	}
	page.Child = view.Members[at]
	for _, p := range view.People {
		if p.PersonID == page.Child.MemberID {
			page.Who = p
		}
	}
	if !page.Who.BirthDate.IsZero() {
		page.Age = page.Who.BirthDate.AgeOn(page.Today)
	}
	page.Life, page.Days = lifeOf(page.Child), s.daysWithout(page.Child)
	return page, nil
}

// daysWithout counts the days of lessons without school: up to today while it lasts.
func (s *console) daysWithout(m casefile.MemberView) int {
	switch a := m.WithoutSchool; {
	case a == nil:
		return 0
	case a.To.IsZero():
		return casefile.LessonDays(a.From, s.today(), s.Book)
	default:
		return a.Days
	}
}

// rank adds the schools in order, as long as the child is on the way to one.
func (s *console) rank(r *http.Request, page *childPage, at *schools.Point) error {
	ranking, err := s.Department.Rank(r.Context(), s.Rights.Offices(visitOf(r).who.Actor), page.Child.MemberID, at)
	phase := casefile.SchoolAttending
	switch {
	case errors.Is(err, views.ErrNotFound) && (page.Child.School == nil || page.Child.School.StartedOn.IsZero() || !page.Child.School.LeftOn.IsZero()):
		phase = casefile.SchoolOver
	case errors.Is(err, views.ErrNotFound):
	case err != nil:
		return err
	default:
		phase, page.Ranking = ranking.Child.Phase, &ranking
	}
	may := s.Rights.Route("POST", "/v1/cases/{case_id}/commands").Roles[visitOf(r).who.Role]
	page.Open = may && phase == casefile.SchoolSearching
	for _, command := range nextSteps[phase] {
		if may && s.Rights.Commands[command].Roles[visitOf(r).who.Role] {
			page.Steps = append(page.Steps, command)
		}
	}
	if page.Ranking != nil && r.FormValue("all") == "" && len(ranking.Schools) > page.Most {
		page.Further = len(ranking.Schools) - page.Most
		page.Ranking.Schools = ranking.Schools[:page.Most]
	}
	return nil
}

// lifeOf is the search from the need to the last time the child was seen at school.
func lifeOf(m casefile.MemberView) []lifeStep {
	var k casefile.SchoolView
	if m.School != nil {
		k = *m.School
	}
	life := []lifeStep{{Step: "searching", On: k.RequestedOn}, {Step: "proposed", On: k.ProposedOn}, {Step: "accepted", On: k.AcceptedOn},
		{Step: "enrolled", On: k.EnrolledOn}, {Step: "attending", On: k.StartedOn}, {Step: "confirmed", On: k.ConfirmedOn}}
	if m.WithoutSchool != nil {
		life = append([]lifeStep{{Step: "needed", On: m.WithoutSchool.From}}, life...)
	}
	if !k.LeftOn.IsZero() {
		life = append(life, lifeStep{Step: "left", On: k.LeftOn})
	}
	last := -1
	for i := range life {
		if !life[i].On.IsZero() {
			life[i].Class, last = "done", i
		}
		if life[i].Step == "enrolled" && k.Reserve {
			life[i].Note = "child.reserve"
		}
	}
	if last >= 0 {
		life[last].Class = "now"
	}
	return life
}

// proposePlace gives the case its command, as its own form would.
func (s *console) proposePlace(w http.ResponseWriter, r *http.Request) error {
	page, err := s.childPage(r)
	if err != nil {
		return err
	}
	if !s.Rights.Commands["propose_place"].Roles[visitOf(r).who.Role] {
		return errForbidden
	}
	code := r.PostFormValue("school_code")
	if !schools.IsCode(code) {
		return views.ErrNotFound
	}
	body, err := json.Marshal(casefile.ProposePlace{Step: casefile.Step{MemberID: page.Child.MemberID, On: s.today()}, SchoolCode: code})
	if err != nil {
		return err
	}
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return views.ErrNotFound
	}
	outcome, err := s.order(r, page.CaseID, key, "propose_place", body, version)
	if err != nil {
		return err
	}
	if outcome != nil && outcome.Refusal != nil {
		page.Refusal = outcome.Refusal
		if err := s.rank(r, &page, nil); err != nil {
			return err
		}
		return s.showChildPage(w, r, http.StatusUnprocessableEntity, page)
	}
	http.Redirect(w, r, "/schools/children/"+page.CaseID+"/"+page.Child.MemberID, http.StatusSeeOther)
	return nil
}
