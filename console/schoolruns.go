// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools/desk"
	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

// runsPage lists the sharings-out made so far, with the form for another one.
type runsPage struct {
	Parts []tab
	schoolFilter
	Rows      []runLine
	Next      string
	May       bool
	Key, Seed string
	Mistake   string // id of the text
}

type runLine struct {
	views.RunRow
	Whose string
}

const runsPerPage = 50

func (s *console) listRuns(w http.ResponseWriter, r *http.Request) error {
	return s.showRuns(w, r, http.StatusOK, "")
}

func (s *console) showRuns(w http.ResponseWriter, r *http.Request, status int, mistake string) error {
	v := visitOf(r)
	page := runsPage{Parts: s.schoolTabs(r), schoolFilter: filterOf(r), Key: uuid.NewString(), Seed: cmp.Or(r.PostFormValue("seed"), s.today().String()), Mistake: mistake,
		May: s.Rights.Route("POST", "/v1/school-placements").Roles[v.who.Role]}
	found, err := s.Department.Runs(r.Context(), s.Rights.Offices(v.who.Actor), r.FormValue("cursor"), runsPerPage)
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	for _, row := range found.Items {
		page.Rows = append(page.Rows, runLine{row, operators[row.ComputedBy].Name})
	}
	page.Next = found.Next
	return s.show(w, r, status, "schoolruns", v.voice.say("schools.placements"), page)
}

// longestSeed is as long as the API takes.
const longestSeed = 100

func (s *console) makeRun(w http.ResponseWriter, r *http.Request) error {
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	f, v := filterOf(r), visitOf(r)
	selection := desk.Selection{Level: f.Level, Grade: f.Grade, Municipio: f.Municipio, Seed: r.PostFormValue("seed")}
	if len(selection.Seed) > longestSeed {
		return s.showRuns(w, r, http.StatusUnprocessableEntity, "runs.seed_long")
	}
	run, err := s.Department.ShareOut(r.Context(), v.who.Actor, s.Rights.Offices(v.who.Actor), selection, key)
	if said := deskSays(err); said != "" {
		return s.showRuns(w, r, http.StatusUnprocessableEntity, said)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/schools/placements/"+run.RunID, http.StatusSeeOther)
	return nil
}

// runPage is one sharing-out with what is proposed for each child.
type runPage struct {
	Parts []tab
	views.Run
	Lines      []runChild
	Violations int
	Withheld   int
	Open       int // proposals that nobody has decided on
	May        bool
	Reasons    []string
	Said       string // id of a text about what was just done
	Bad        bool   // it was refused
	Refusal    *casefile.Refusal
	Page       int
	Pages      []int
	Today      rules.Date
}

// runChild is one line with the child it is about.
type runChild struct {
	placement.Line
	Child    placement.Child
	Who      casefile.Person
	Proposed string // name of the school that the run proposes
	Chosen   string // name of the one decided on, if any
	Decided  *views.LineDecision
	Choices  []placement.Seat
	Key      string
}

// linesPerPage is how many children a page shows.
const linesPerPage = 50

// changeReasons are why an officer proposes another school than the run does.
var changeReasons = []string{"family_wish", "sibling", "distance", "language_help", "school_word", "other"}

func (s *console) showRun(w http.ResponseWriter, r *http.Request) error {
	return s.showRunPage(w, r, http.StatusOK, runPage{Said: map[string]string{"yes": "run.done", "pending": "record.pending"}[r.FormValue("done")]})
}

func (s *console) runOf(r *http.Request) (views.Run, error) {
	id := chi.URLParam(r, "run_id")
	if _, err := uuid.Parse(id); err != nil {
		return views.Run{}, views.ErrNotFound
	}
	return s.Department.RunFor(r.Context(), s.Rights.Offices(visitOf(r).who.Actor), id)
}

func (s *console) showRunPage(w http.ResponseWriter, r *http.Request, status int, page runPage) error {
	run, err := s.runOf(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	page.Parts, page.Run, page.Reasons, page.Today = s.schoolTabs(r), run, changeReasons, s.today()
	page.May = s.Rights.Route("POST", "/v1/school-placements/{run_id}/decisions").Roles[v.who.Role]
	page.Violations, page.Withheld = len(desk.CertificateOf(run).Check()), run.Problem.Withheld()
	page.Open = len(openLines(run))
	page.Page, _ = strconv.Atoi(r.FormValue("page"))
	for i := range (len(run.Result.Lines) + linesPerPage - 1) / linesPerPage {
		page.Pages = append(page.Pages, i)
	}
	page.Page = min(max(page.Page, 0), max(len(page.Pages)-1, 0))
	first := page.Page * linesPerPage
	if page.Lines, err = s.runChildren(r, run, first, min(first+linesPerPage, len(run.Result.Lines))); err != nil {
		return err
	}
	return s.show(w, r, status, "schoolrun", v.voice.say("run.title", "day", v.voice.day(run.On)), page)
}

func (s *console) runChildren(r *http.Request, run views.Run, first, last int) ([]runChild, error) {
	var ids []string
	var grades []views.GradeOf
	for i := first; i < last; i++ {
		c := run.Problem.Children[i]
		ids = append(ids, c.CaseID)
		if g := (views.GradeOf{Level: c.Level, Grade: c.Grade}); c.Withheld == "" && !slices.Contains(grades, g) {
			grades = append(grades, g)
		}
	}
	who, err := s.children(r, unique(ids))
	if err != nil {
		return nil, err
	}
	seats, err := s.Department.Seats(r.Context(), grades, s.today())
	if err != nil {
		return nil, err
	}
	lines := []runChild{}
	for i := first; i < last; i++ {
		lines = append(lines, runChildOf(run, i, who, seats))
	}
	return lines, nil
}

func runChildOf(run views.Run, i int, who map[string]casefile.Person, seats []placement.Seat) runChild {
	line := runChild{Line: run.Result.Lines[i], Child: run.Problem.Children[i], Key: uuid.NewString(), Decided: lastDecision(run, run.Result.Lines[i].ChildID)}
	line.Who = who[line.ChildID]
	for _, seat := range seats {
		if seat.Level != line.Child.Level || seat.Grade != line.Child.Grade {
			continue
		}
		line.Choices = append(line.Choices, seat)
		if seat.SchoolCode == line.SchoolCode {
			line.Proposed = seat.Name
		}
		if line.Decided != nil && seat.SchoolCode == line.Decided.SchoolCode {
			line.Chosen = seat.Name
		}
	}
	slices.SortFunc(line.Choices, func(a, b placement.Seat) int { return compare(a.Name, b.Name) })
	return line
}

func lastDecision(run views.Run, child string) *views.LineDecision {
	for i, d := range slices.Backward(run.Decisions) {
		if d.MemberID == child {
			return &run.Decisions[i]
		}
	}
	return nil
}

// openLines are the proposals that nobody has decided on.
func openLines(run views.Run) []string {
	var open []string
	for _, line := range run.Result.Lines {
		if line.SchoolCode != "" && lastDecision(run, line.ChildID) == nil {
			open = append(open, line.ChildID)
		}
	}
	return open
}

func (s *console) downloadRun(w http.ResponseWriter, r *http.Request) error {
	run, err := s.runOf(r)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(run)
	if err != nil {
		return fmt.Errorf("console: run: %w", err)
	}
	return download(w, "run-"+run.RunID+".json", "application/json", raw)
}

// decideLine takes what the officer makes of one child's proposal, or confirms
// all that are open.
func (s *console) decideLine(w http.ResponseWriter, r *http.Request) error {
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("action") == "confirm_all" {
		return s.confirmAll(w, r, key)
	}
	choice := desk.Choice{MemberID: r.PostFormValue("member_id"), Action: r.PostFormValue("action")}
	if choice.Action == "change" {
		choice.SchoolCode, choice.Reason = r.PostFormValue("school_code"), r.PostFormValue("reason")
	}
	if !slices.Contains([]string{"confirm", "change", "leave"}, choice.Action) || choice.Reason != "" && !slices.Contains(changeReasons, choice.Reason) {
		return views.ErrNotFound
	}
	decided, err := s.decide(r, choice, key)
	switch said := deskSays(err); {
	case said != "":
		return s.showRunPage(w, r, http.StatusUnprocessableEntity, runPage{Said: said, Bad: true})
	case err != nil:
		return err
	case decided.Outcome != nil && decided.Outcome.Refusal != nil:
		return s.showRunPage(w, r, http.StatusUnprocessableEntity, runPage{Bad: true, Refusal: decided.Outcome.Refusal})
	}
	return s.backToRun(w, r, decided.Pending)
}

func (s *console) decide(r *http.Request, choice desk.Choice, key string) (desk.Decided, error) {
	by := visitOf(r).who.Actor
	return s.Department.Decide(r.Context(), by, s.Rights.Offices(by), chi.URLParam(r, "run_id"), choice, key)
}

// confirmAll confirms what is open, each under a key of its own that follows from
// the form's: sent twice it acts once. What cannot be confirmed stays open.
func (s *console) confirmAll(w http.ResponseWriter, r *http.Request, key string) error {
	run, err := s.runOf(r)
	if err != nil {
		return err
	}
	pending, refused := false, false
	for _, member := range openLines(run) {
		decided, err := s.decide(r, desk.Choice{MemberID: member, Action: "confirm"}, casefile.DeriveID(key, member))
		switch {
		case errors.Is(err, desk.ErrPlaceGone), err == nil && decided.Outcome != nil && decided.Outcome.Refusal != nil:
			refused = true
		case err != nil:
			return err
		}
		pending = pending || decided.Pending
	}
	if refused {
		return s.showRunPage(w, r, http.StatusUnprocessableEntity, runPage{Said: "run.some_refused", Bad: true})
	}
	return s.backToRun(w, r, pending)
}

func (s *console) backToRun(w http.ResponseWriter, r *http.Request, pending bool) error {
	done := "yes"
	if pending {
		done = "pending"
	}
	page, _ := strconv.Atoi(r.PostFormValue("page"))
	http.Redirect(w, r, fmt.Sprintf("/schools/placements/%s?done=%s&page=%d", chi.URLParam(r, "run_id"), done, page), http.StatusSeeOther)
	return nil
}
