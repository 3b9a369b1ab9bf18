// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/views"
)

// overduePage is what is late, by the phase of its case.
type overduePage struct {
	area
	oversight.Overdue
	Phases []overduePhase
}

type overduePhase struct {
	Phase string
	Count int
	Rows  []oversight.Stage
}

func (s *console) showOverdue(w http.ResponseWriter, r *http.Request) error {
	overdue, err := s.Office.OverdueByStage(r.Context(), s.Rights.Offices(visitOf(r).who.Actor), s.today())
	if err != nil {
		return err
	}
	page := overduePage{area: s.areaOf(r, deskPages), Overdue: overdue}
	for _, row := range overdue.Rows {
		if n := len(page.Phases); n == 0 || page.Phases[n-1].Phase != row.Phase {
			page.Phases = append(page.Phases, overduePhase{Phase: row.Phase})
		}
		last := &page.Phases[len(page.Phases)-1]
		last.Rows = append(last.Rows, row)
		last.Count += row.Count
	}
	return s.showFigure(w, r, "desk-overdue", overdue, page)
}

// dueList is agenda items of many cases, with the way to the next ones.
type dueList struct {
	area
	Heading string
	Items   []overdueLine
	Next    string // address of the next ones
}

// overdueLine is one item with its family and whose it is.
type overdueLine struct {
	views.AgendaRow
	Family string
	Person *casefile.Person
	Whose  string
}

// listOverdue lists the items behind one figure of the page before.
func (s *console) listOverdue(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	asked := views.AgendaQuery{Offices: s.Rights.Offices(v.who.Actor), Before: s.today().AddDays(-1), Item: r.FormValue("item"), Phase: r.FormValue("phase"),
		Role: casefile.Role(r.FormValue("responsible")), Cursor: r.FormValue("cursor"), Limit: aPage}
	found, err := s.Views.Agenda(r.Context(), asked)
	if err != nil {
		return err
	}
	page := dueList{area: s.areaOf(r, deskPages), Heading: v.voice.known("item."+asked.Item, v.voice.say("desk.overdue"))}
	if page.Items, err = s.overdueLines(r, access.GuardedAgenda(found.Items, v.who.Actor)); err != nil {
		return err
	}
	if found.Next != "" {
		page.Next = r.URL.Path + "?" + url.Values{"item": {asked.Item}, "phase": {asked.Phase}, "responsible": {string(asked.Role)}, "cursor": {found.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, "desk-items", page.Heading, page)
}

func (s *console) overdueLines(r *http.Request, rows []views.AgendaRow) ([]overdueLine, error) {
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.CaseID)
	}
	people, err := s.peopleOf(r, unique(ids))
	if err != nil {
		return nil, err
	}
	items := make([]overdueLine, len(rows))
	for i, row := range rows {
		items[i] = overdueLine{AgendaRow: row, Family: visitOf(r).voice.family(people[row.CaseID]), Whose: operators[row.CounsellorID].Name}
		for _, p := range people[row.CaseID] {
			if p.PersonID == row.MemberID {
				items[i].Person = &p
			}
		}
	}
	return items, nil
}

// idlePage is open cases without a next step. There should be none.
type idlePage struct {
	area
	Rows []caseLine
	Next string
}

func (s *console) listIdle(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	found, err := s.Views.Cases(r.Context(), views.CaseQuery{Offices: s.Rights.Offices(v.who.Actor), WithoutNextStep: true, Cursor: r.FormValue("cursor"), Limit: aPage})
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page := idlePage{area: s.areaOf(r, deskPages)}
	if page.Rows, err = s.caseLines(r, found.Items, operators); err != nil {
		return err
	}
	if found.Next != "" {
		page.Next = r.URL.Path + "?" + url.Values{"cursor": {found.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, "desk-idle", v.voice.say("desk.idle"), page)
}

// approvalsPage is what waits for a second person.
type approvalsPage struct {
	area
	Rows []approvalLine
	Next string
}

// approvalLine is one thing to decide, with the form that decides it.
type approvalLine struct {
	views.ApprovalRow
	Family string
	Asker  string
	Own    bool   // the visitor asked: somebody else must decide
	Form   string // address; empty where the visitor may not decide
}

// deciding are the commands that decide each kind, and the field that takes the subject.
var deciding = map[string]struct{ command, field string }{
	casefile.ApproveErasure:   {"confirm_erasure", "person_id"},
	casefile.ApproveUnsealing: {"answer_unsealing", "request_id"},
	casefile.ApproveDoubt:     {"resolve_doubt", "member_id"},
}

func (s *console) listApprovals(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	found, err := s.Office.Approvals(r.Context(), views.ApprovalQuery{Offices: s.Rights.Offices(v.who.Actor), Cursor: r.FormValue("cursor"), Limit: aPage})
	if err != nil {
		return err
	}
	page := approvalsPage{area: s.areaOf(r, deskPages)}
	if page.Rows, err = s.approvalLines(r, found.Items); err != nil {
		return err
	}
	if found.Next != "" {
		page.Next = r.URL.Path + "?" + url.Values{"cursor": {found.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, "desk-approvals", v.voice.say("desk.approvals"), page)
}

func (s *console) approvalLines(r *http.Request, rows []views.ApprovalRow) ([]approvalLine, error) {
	v := visitOf(r)
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.CaseID)
	}
	people, err := s.peopleOf(r, unique(ids))
	if err != nil {
		return nil, err
	}
	lines := make([]approvalLine, len(rows))
	for i, row := range rows {
		by := deciding[row.Kind]
		lines[i] = approvalLine{ApprovalRow: row, Family: v.voice.family(people[row.CaseID]), Asker: operators[row.AskedBy].Name, Own: row.AskedBy == v.who.ID}
		if !lines[i].Own && s.Rights.Commands[by.command].Roles[v.who.Role] {
			lines[i].Form = "/cases/" + row.CaseID + "/record/" + by.command + "?" + url.Values{by.field: {row.Subject}}.Encode()
		}
	}
	return lines, nil
}
