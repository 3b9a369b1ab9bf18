// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/views"
)

// moveReasons are why cases may go to other people.
var moveReasons = []string{"absence", "workload", "language", "leaving"}

// movePlan is a reassignment that is being thought about: nothing is recorded
// until it is sent.
type movePlan struct {
	area
	From      string // id, "none" for cases that nobody has, or empty for all
	Language  string
	Phase     string
	Number    int // at most so many, the most urgent first; 0 for all
	Reason    string
	People    []loadLine // who may have or take cases
	Languages []option
	Phases    []casefile.Phase
	Reasons   []string
	Problem   string // id of the text that says what is missing
	Key       string
	Cases     []oversight.Assignment
	Families  []string // of the first cases, to know them by
	Effects   []effect // on each person concerned
	To        []string
}

// Takes tells whether the person was chosen to take cases.
func (p movePlan) Takes(id string) bool { return slices.Contains(p.To, id) }

// effect is one person's load before and after.
type effect struct {
	Name          string
	Before, After oversight.Load
}

func (s *console) planMove(w http.ResponseWriter, r *http.Request) error {
	plan, err := s.plan(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "desk-plan", visitOf(r).voice.say("desk.plan"), plan)
}

// wholeNumber is 0 for what is none.
func wholeNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// plan reads what was chosen and foresees what it would do.
func (s *console) plan(r *http.Request) (movePlan, error) {
	v := visitOf(r)
	offices := s.Rights.Offices(v.who.Actor)
	load, err := s.Office.Workload(r.Context(), offices, s.today())
	if err != nil {
		return movePlan{}, err
	}
	plan := movePlan{area: s.areaOf(r, deskPages), From: r.FormValue("from"), Language: r.FormValue("language"), Phase: r.FormValue("phase"),
		Number: wholeNumber(r.FormValue("number")), Reason: r.FormValue("reason"), To: r.Form["to"], Reasons: moveReasons, Phases: casefile.Phases(), Key: uuid.NewString()}
	for _, l := range load.Rows {
		plan.People = append(plan.People, v.voice.loadLine(l, load.Languages))
	}
	for _, code := range load.Languages {
		plan.Languages = append(plan.Languages, option{Value: code, Label: v.voice.languageName(code), Chosen: code == plan.Language})
	}
	if r.FormValue("look") == "" {
		return plan, nil
	}
	return plan, s.foreseeMove(r, offices, load, &plan)
}

func (s *console) foreseeMove(r *http.Request, offices []string, load oversight.Workload, plan *movePlan) error {
	plan.To = slices.DeleteFunc(plan.To, func(id string) bool { return !load.Knows(id) || id == plan.From })
	limit := oversight.MostMoved
	if plan.Number > 0 {
		limit = min(plan.Number, limit)
	}
	asked := views.Selection{Offices: offices, Unassigned: plan.From == "none", Language: plan.Language, Phase: plan.Phase, Limit: limit}
	if !asked.Unassigned {
		asked.Counsellor = plan.From
	}
	var err error
	if plan.Cases, err = s.Office.Selected(r.Context(), asked); err != nil {
		return err
	}
	switch {
	case len(plan.To) == 0:
		plan.Problem = "desk.plan.nobody"
	case len(plan.Cases) == 0:
		plan.Problem = "desk.plan.no_cases"
	case !slices.Contains(moveReasons, plan.Reason):
		plan.Problem = "desk.plan.no_reason"
	default:
		plan.Effects = effects(visitOf(r).voice, load, oversight.Spread(load.Rows, plan.Cases, plan.To))
		plan.Families, err = s.firstFamilies(r, plan.Cases)
	}
	return err
}

// effects are the loads that change.
func effects(v voice, before oversight.Workload, given []oversight.Assignment) []effect {
	after := before.After(given)
	var changed []effect
	for _, l := range after.Rows {
		at := slices.IndexFunc(before.Rows, func(b oversight.Load) bool { return b.CounsellorID == l.CounsellorID })
		was := oversight.Load{CounsellorID: l.CounsellorID}
		if at >= 0 {
			was = before.Rows[at]
		}
		if was.OpenCases != l.OpenCases || was.Overloaded != l.Overloaded {
			l.Name = was.Name
			changed = append(changed, effect{Name: v.personName(l), Before: was, After: l})
		}
	}
	return changed
}

// shownFamilies is how many names a plan shows, so that one knows which cases are meant.
const shownFamilies = 12

func (s *console) firstFamilies(r *http.Request, cases []oversight.Assignment) ([]string, error) {
	var ids, names []string
	for _, c := range cases[:min(len(cases), shownFamilies)] {
		ids = append(ids, c.CaseID)
	}
	people, err := s.peopleOf(r, slices.Clone(ids))
	for _, id := range ids {
		names = append(names, visitOf(r).voice.family(people[id]))
	}
	return names, err
}

// takeMove records what was looked at: the cases shown, not those that match by now.
func (s *console) takeMove(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	plan, err := s.plan(r)
	if err != nil {
		return err
	}
	if _, err := uuid.Parse(r.FormValue("key")); err != nil || plan.Problem != "" {
		return s.show(w, r, http.StatusUnprocessableEntity, "desk-plan", v.voice.say("desk.plan"), plan)
	}
	offices := s.Rights.Offices(v.who.Actor)
	cases, err := s.Office.Selected(r.Context(), views.Selection{Offices: offices, CaseIDs: r.Form["case"], Limit: oversight.MostMoved})
	if err != nil {
		return err
	}
	load, err := s.Office.Workload(r.Context(), offices, s.today())
	if err != nil {
		return err
	}
	move := views.Reassignment{ID: r.FormValue("key"), By: v.who.Actor, At: s.Clock().UTC(), Reason: plan.Reason}
	err = s.Office.Reassign(r.Context(), move, oversight.Spread(load.Rows, cases, plan.To))
	if err != nil && !errors.Is(err, views.ErrOtherContent) { // sent twice: the first one stands
		return err
	}
	http.Redirect(w, r, "/desk/moves/"+move.ID, http.StatusSeeOther)
	return nil
}

// movesPage lists the last reassignments of the office.
type movesPage struct {
	area
	Rows    []moveLine
	MayMove bool
}

type moveLine struct {
	views.Reassignment
	Who string
}

func (s *console) listMoves(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	all, err := s.Office.Reassignments(r.Context(), v.who.Office, aPage)
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page := movesPage{area: s.areaOf(r, deskPages), MayMove: s.Rights.Routes["POST /v1/reassignments"].Roles[v.who.Role]}
	for _, m := range all {
		page.Rows = append(page.Rows, moveLine{m, operators[m.By.ID].Name})
	}
	return s.show(w, r, http.StatusOK, "desk-moves", v.voice.say("desk.moves"), page)
}

// movePage is how far a reassignment is and what became of each case.
type movePage struct {
	area
	moveLine
	Status  string
	Rows    []movedLine
	Next    string
	MayUndo bool
}

// Settled is how many cases have their outcome.
func (p movePage) Settled() int { return p.Cases - p.Pending }

// Statuses are what a case may have come to.
func (p movePage) Statuses() []string {
	return []string{views.ReassignRefused, views.ReassignDone, views.ReassignUnchanged, views.ReassignPending}
}

type movedLine struct {
	views.ReassignmentRow
	Family, From, To string
}

// ownMove finds a reassignment of the visitor's office.
func (s *console) ownMove(r *http.Request) (views.Reassignment, error) {
	id := chi.URLParam(r, "id")
	if _, err := uuid.Parse(id); err != nil {
		return views.Reassignment{}, views.ErrNotFound
	}
	move, err := s.Office.Reassignment(r.Context(), id)
	if err == nil && move.By.Office != visitOf(r).who.Office {
		err = views.ErrNotFound
	}
	return move, err
}

func (s *console) showMove(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	move, err := s.ownMove(r)
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page := movePage{area: s.areaOf(r, deskPages), moveLine: moveLine{move, operators[move.By.ID].Name}, Status: r.FormValue("status"),
		MayUndo: move.Finished() && move.Done > 0 && move.UndoneBy == "" && move.Undoes == "" && s.Rights.Routes["POST /v1/reassignments"].Roles[v.who.Role]}
	if r.FormValue("csv") != "" {
		return s.sendMove(w, r, move)
	}
	found, err := s.Office.ReassignedCases(r.Context(), views.ReassignmentQuery{ID: move.ID, Status: page.Status, Cursor: r.FormValue("cursor"), Limit: aPage})
	if err != nil {
		return err
	}
	if page.Rows, err = s.movedLines(r, found.Items, operators); err != nil {
		return err
	}
	if found.Next != "" {
		page.Next = r.URL.Path + "?" + url.Values{"status": {page.Status}, "cursor": {found.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, "desk-move", v.voice.say("desk.move"), page)
}

func (s *console) movedLines(r *http.Request, rows []views.ReassignmentRow, operators map[string]views.Operator) ([]movedLine, error) {
	v := visitOf(r).voice
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.CaseID)
	}
	people, err := s.peopleOf(r, ids)
	lines := make([]movedLine, len(rows))
	for i, row := range rows {
		lines[i] = movedLine{row, v.family(people[row.CaseID]), v.personName(oversight.Load{CounsellorID: row.Was, Name: operators[row.Was].Name}),
			v.personName(oversight.Load{CounsellorID: row.CounsellorID, Name: operators[row.CounsellorID].Name})}
	}
	return lines, err
}

// sendMove hands out what became of every case as a file, without names of families.
func (s *console) sendMove(w http.ResponseWriter, r *http.Request, move views.Reassignment) error {
	report := moveReport{{"case_id", "was", "counsellor_id", "status", "problem", "settled_at"}}
	q := views.ReassignmentQuery{ID: move.ID, Limit: 500}
	for {
		found, err := s.Office.ReassignedCases(r.Context(), q)
		if err != nil {
			return err
		}
		for _, row := range found.Items {
			problem, settled := "", ""
			if row.Problem != nil {
				problem = row.Problem.Code
			}
			if !row.SettledAt.IsZero() {
				settled = row.SettledAt.Format("2006-01-02T15:04:05Z")
			}
			report = append(report, []string{row.CaseID, row.Was, row.CounsellorID, row.Status, problem, settled})
		}
		if q.Cursor = found.Next; found.Next == "" {
			return s.sendFile(w, "reassignment-"+move.At.Format("2006-01-02")+".csv", "text/csv; charset=utf-8", oversight.CSV(report))
		}
	}
}

// moveReport is the report of a reassignment as rows.
type moveReport [][]string

// Table gives the rows.
func (m moveReport) Table() [][]string { return m }

func (s *console) undoMove(w http.ResponseWriter, r *http.Request) error {
	move, err := s.ownMove(r)
	if err != nil {
		return err
	}
	to := move.UndoneBy
	switch {
	case !move.Finished():
		to = move.ID // undone when it has ended
	case to == "":
		if to, err = s.moveBack(r, move); err != nil {
			return err
		}
	}
	http.Redirect(w, r, "/desk/moves/"+to, http.StatusSeeOther)
	return nil
}

// moveBack gives the cases that are still where they were put back to who had them.
func (s *console) moveBack(r *http.Request, move views.Reassignment) (string, error) {
	back, left, err := s.Office.Undoing(r.Context(), move.ID)
	if err != nil {
		return "", err
	}
	undo := views.Reassignment{ID: casefile.DeriveID(move.ID, "undo"), By: visitOf(r).who.Actor, At: s.Clock().UTC(), Reason: "undo", Undoes: move.ID, Left: left}
	return undo.ID, s.Office.Reassign(r.Context(), undo, back)
}
