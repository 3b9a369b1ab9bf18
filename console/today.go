// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"slices"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// todayPage is what a day's work begins with.
type todayPage struct {
	Mine   bool
	Groups []dueGroup // overdue, today, the coming week
	Today  rules.Date
}

type dueGroup struct {
	Label string // id of its text
	Class string
	Items []dueLine
	More  bool // there are more than are shown
}

// dueLine is one agenda item with the family it is about.
type dueLine struct {
	views.AgendaRow
	Family string
	Person *casefile.Person
}

// horizon is how far ahead the page looks, in days; longest is how many items
// it shows at once: more than anybody does in a day.
const (
	horizon = 7
	longest = 200
)

// showToday lists what is due, the operator's own unless all is asked for.
func (s *console) showToday(w http.ResponseWriter, r *http.Request) error {
	v, today := visitOf(r), s.today()
	mine := v.who.Role == casefile.Counsellor && r.FormValue("all") == ""
	asked := views.AgendaQuery{Offices: s.Rights.Offices(v.who.Actor), Before: today.AddDays(horizon), Limit: longest}
	switch {
	case mine:
		asked.Counsellor, asked.Role = v.who.ID, casefile.Counsellor
	case v.who.Role != casefile.Auditor:
		asked.Role = s.duties(v.who.Role)
	}
	found, err := s.Views.Agenda(r.Context(), asked)
	if err != nil {
		return err
	}
	lines, err := s.withFamilies(r, access.GuardedAgenda(found.Items, v.who.Actor))
	if err != nil {
		return err
	}
	page := todayPage{Mine: mine, Groups: groups(lines, today, found.Next != ""), Today: today}
	return s.show(w, r, http.StatusOK, "today", v.voice.say("today.title"), page)
}

// duties are the role whose items somebody looks after: a supervisor after the
// counsellors'.
func (s *console) duties(role casefile.Role) casefile.Role {
	if role == casefile.Supervisor {
		return casefile.Counsellor
	}
	return role
}

func (s *console) withFamilies(r *http.Request, rows []views.AgendaRow) ([]dueLine, error) {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.CaseID)
	}
	people, err := s.peopleOf(r, unique(ids))
	if err != nil {
		return nil, err
	}
	lines := make([]dueLine, len(rows))
	for i, row := range rows {
		lines[i] = dueLine{AgendaRow: row, Family: visitOf(r).voice.family(people[row.CaseID])}
		for _, p := range people[row.CaseID] {
			if p.PersonID == row.MemberID {
				lines[i].Person = &p
			}
		}
	}
	return lines, nil
}

func unique(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// family names a case by its sponsor.
func (v voice) family(people []casefile.Person) string {
	if len(people) == 0 {
		return v.say("person.unnamed")
	}
	return v.fullName(people[0])
}

// groups splits the items, which come soonest first.
func groups(lines []dueLine, today rules.Date, more bool) []dueGroup {
	all := []dueGroup{{Label: "today.overdue", Class: "late"}, {Label: "today.today", Class: "soon"}, {Label: "today.week"}}
	for _, line := range lines {
		at := 2
		switch {
		case line.DueOn.Before(today):
			at = 0
		case line.DueOn == today:
			at = 1
		}
		all[at].Items = append(all[at].Items, line)
	}
	all[2].More = more
	return all
}
