// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// Office answers those who look after many cases, and moves cases between people.
type Office interface {
	Workload(ctx context.Context, offices []string, on rules.Date) (oversight.Workload, error)
	Backlog(ctx context.Context, offices []string, on rules.Date) (oversight.Backlog, error)
	OverdueByStage(ctx context.Context, offices []string, on rules.Date) (oversight.Overdue, error)
	Times(ctx context.Context, offices []string, on, since rules.Date) (oversight.Times, error)
	Approvals(ctx context.Context, q views.ApprovalQuery) (views.Page[views.ApprovalRow], error)
	Selected(ctx context.Context, q views.Selection) ([]oversight.Assignment, error)
	Reassign(ctx context.Context, r views.Reassignment, given []oversight.Assignment) error
	Undoing(ctx context.Context, id string) (back []oversight.Assignment, left int, err error)
	Reassignment(ctx context.Context, id string) (views.Reassignment, error)
	Reassignments(ctx context.Context, office string, limit int) ([]views.Reassignment, error)
	ReassignedCases(ctx context.Context, q views.ReassignmentQuery) (views.Page[views.ReassignmentRow], error)
}

// tabEntry is one page of the navigation, for whom the API's route is open.
type tabEntry struct {
	path, label, api string
	key              string // of the keyboard that leads there
}

// officeEntries are the areas of those who look after many cases.
var officeEntries = []tabEntry{
	{"/desk", "nav.desk", "GET /v1/desk/workload", "f"},
	{"/health", "nav.health", "GET /v1/health", "m"},
	{"/handoffs", "nav.handoffs", "GET /v1/handoffs", "t"},
	{"/log", "nav.log", "GET /v1/log/entries", "l"},
}

// deskPages are the pages within the area of the desk.
var deskPages = []tabEntry{
	{"/desk", "desk.workload", "GET /v1/desk/workload", ""},
	{"/desk/overdue", "desk.overdue", "GET /v1/desk/overdue", ""},
	{"/desk/backlog", "desk.backlog", "GET /v1/desk/backlog", ""},
	{"/desk/times", "desk.times", "GET /v1/desk/times", ""},
	{"/desk/approvals", "desk.approvals", "GET /v1/approvals", ""},
	{"/desk/moves", "desk.moves", "GET /v1/reassignments", ""},
	{"/desk/rules", "desk.rules", "POST /v1/rule-trials", ""},
}

// deskRoutes are the pages of the desk.
func (s *console) deskRoutes() []route {
	const (
		readMoves = "GET /v1/reassignments"
		giveMoves = "POST /v1/reassignments"
	)
	return []route{
		{method: "GET", pattern: "/desk", handle: s.showWorkload, api: "GET /v1/desk/workload"},
		{method: "GET", pattern: "/desk/overdue", handle: s.showOverdue, api: "GET /v1/desk/overdue"},
		{method: "GET", pattern: "/desk/overdue/items", handle: s.listOverdue, api: "GET /v1/desk/overdue"},
		{method: "GET", pattern: "/desk/idle", handle: s.listIdle, api: "GET /v1/desk/overdue"},
		{method: "GET", pattern: "/desk/backlog", handle: s.showBacklog, api: "GET /v1/desk/backlog"},
		{method: "GET", pattern: "/desk/times", handle: s.showTimes, api: "GET /v1/desk/times"},
		{method: "GET", pattern: "/desk/approvals", handle: s.listApprovals, api: "GET /v1/approvals"},
		{method: "GET", pattern: "/desk/moves", handle: s.listMoves, api: readMoves},
		{method: "GET", pattern: "/desk/moves/new", handle: s.planMove, api: giveMoves},
		{method: "POST", pattern: "/desk/moves", handle: s.takeMove, api: giveMoves},
		{method: "GET", pattern: "/desk/moves/{id}", handle: s.showMove, api: readMoves},
		{method: "POST", pattern: "/desk/moves/{id}/undo", handle: s.undoMove, api: giveMoves},
	}
}

// area is what the pages of one area share: the way to each other.
type area struct {
	Pages []tab
}

// areaOf lists the area's pages that the visitor's role may see; the one whose
// address is the longest beginning of the present one is current.
func (s *console) areaOf(r *http.Request, pages []tabEntry) area {
	v := visitOf(r)
	var a area
	at, longest := -1, 0
	for _, p := range pages {
		if !s.Rights.Routes[p.api].Roles[v.who.Role] {
			continue
		}
		if strings.HasPrefix(r.URL.Path, p.path) && len(p.path) > longest {
			at, longest = len(a.Pages), len(p.path)
		}
		a.Pages = append(a.Pages, tab{Path: p.path, Label: v.voice.say(p.label)})
	}
	if at >= 0 {
		a.Pages[at].Current = true
	}
	return a
}

// firstPage is where somebody begins who has no page of today.
func (s *console) firstPage(r *http.Request) (string, bool) {
	for _, t := range s.tabs(r) {
		if t.Path != "/" {
			return t.Path, true
		}
	}
	return "", false
}

// showFigure shows a figure as a page or, where that is asked for, hands it out
// as a file: both from the same value.
func (s *console) showFigure(w http.ResponseWriter, r *http.Request, template string, figure oversight.Tabular, contents any) error {
	if r.FormValue("csv") == "" {
		return s.show(w, r, http.StatusOK, template, visitOf(r).voice.say(strings.ReplaceAll(template, "-", ".")), contents)
	}
	return s.sendFile(w, strings.TrimPrefix(template, "desk-")+"-"+s.today().String()+".csv", "text/csv; charset=utf-8", oversight.CSV(figure))
}

// sendFile hands out a file to be saved.
func (s *console) sendFile(w http.ResponseWriter, name, mediaType string, content []byte) error {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(content) // who hung up needs no answer
	return nil
}

// languageName says a language in the reader's own.
func (v voice) languageName(code string) string {
	if code == "" {
		return v.say("desk.language_unknown")
	}
	return v.tongue(code)
}

// percent writes a share as people do, with one decimal.
func (v voice) percent(share float64) string {
	return v.comma(strconv.FormatFloat(share*100, 'f', 1, 64)) + "%"
}

// decimal writes a number with as many decimals as it has.
func (v voice) decimal(n float64) string { return v.comma(strconv.FormatFloat(n, 'f', -1, 64)) }

// tenths writes a number with one decimal.
func (v voice) tenths(n float64) string { return v.comma(strconv.FormatFloat(n, 'f', 1, 64)) }

// comma sets the decimal sign of the language.
func (v voice) comma(number string) string {
	if v.Lang == "it" {
		return strings.Replace(number, ".", ",", 1)
	}
	return number
}
