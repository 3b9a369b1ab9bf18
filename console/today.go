// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	_ "embed"
	"net/http"
	"net/url"
	"slices"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// todayPage is what a day's work begins with.
type todayPage struct {
	Whose        string // mine, team or colleague
	Of           string // id of the colleague whose work is shown
	Colleagues   []option
	Topics       []topic
	Groups       []dueGroup // overdue, today, the coming week, and later what is soon to be known
	New          []dueLine  // families that nobody is responsible for
	Appointments []meeting
	Drafts       []draftLine
	Today        rules.Date
	Me           string
	MayRecord    bool
}

// topic is one kind of work, with how much of it there is.
type topic struct {
	ID      string
	Count   int
	Address string
	Current bool
}

// meeting is an appointment with the family it is for.
type meeting struct {
	views.Meeting
	Family, Who string
}

// draftLine is a form that was begun.
type draftLine struct {
	views.Draft
	Family string
}

// horizon is how far ahead the page looks, in days; longest is how many items
// it shows at once: more than anybody does in a day.
const (
	horizon = 7
	longest = 300
)

//go:embed topics.csv
var topicTable string

// topicOf says what kind of work an item is; topicsInOrder lists the kinds.
var topicOf = readPairs("topics", topicTable)
var topicsInOrder = func() []string {
	var order []string
	for _, row := range readTable("topics", topicTable, 2) {
		if !slices.Contains(order, row[1]) {
			order = append(order, row[1])
		}
	}
	return append(order, "other")
}()

// showToday lists what is due: the operator's own, the office's, or that of a
// colleague whom the operator stands in for.
func (s *console) showToday(w http.ResponseWriter, r *http.Request) error {
	v, today := visitOf(r), s.today()
	asked, page := s.work(r)
	found, err := s.Views.Agenda(r.Context(), asked)
	if err != nil {
		return err
	}
	lines, err := s.withFamilies(r, access.GuardedAgenda(found.Items, v.who.Actor))
	if err != nil {
		return err
	}
	lines = merged(lines)
	page.Topics = topics(lines, r.URL.Query())
	lines = slices.DeleteFunc(lines, func(l dueLine) bool { return !within(l, r.FormValue("topic")) })
	page.Groups = groups(lines, today, found.Next != "")
	if err := s.besides(r, &page, asked); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "today", v.voice.say("today.title"), page)
}

// work is whose agenda is asked for.
func (s *console) work(r *http.Request) (views.AgendaQuery, todayPage) {
	v, today := visitOf(r), s.today()
	page := todayPage{Whose: "team", Today: today, Me: v.who.ID, MayRecord: s.Rights.Route("POST", "/v1/cases/{case_id}/commands").Roles[v.who.Role]}
	asked := views.AgendaQuery{Offices: s.Rights.Offices(v.who.Actor), Before: today.AddDays(horizon), Limit: longest}
	if v.who.Role != casefile.Auditor {
		asked.Role = s.duties(v.who.Role)
	}
	switch of := r.FormValue("of"); {
	case of != "":
		page.Whose, page.Of, asked.Counsellor = "colleague", of, of
	case v.who.Role == casefile.Counsellor && r.FormValue("all") == "":
		page.Whose, asked.Counsellor = "mine", v.who.ID
	}
	return asked, page
}

// besides adds what is not on the agenda of the same people: meetings by the
// hour, families that nobody looks after yet, forms begun and not sent.
func (s *console) besides(r *http.Request, page *todayPage, asked views.AgendaQuery) error {
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page.Colleagues = s.colleagues(r, operators, page.Of)
	if page.Appointments, err = s.meetings(r, asked); err != nil {
		return err
	}
	if page.Whose == "mine" {
		asked.Counsellor, asked.Unassigned = "", true
		found, err := s.Views.Agenda(r.Context(), asked)
		if err != nil {
			return err
		}
		first := slices.DeleteFunc(found.Items, func(row views.AgendaRow) bool { return row.Item != "first_contact" })
		if page.New, err = s.withFamilies(r, first); err != nil {
			return err
		}
	}
	page.Drafts, err = s.begun(r)
	return err
}

// colleagues are those whose work the operator may look after.
func (s *console) colleagues(r *http.Request, operators map[string]views.Operator, of string) []option {
	v := visitOf(r)
	var options []option
	for id, o := range operators {
		if o.Role == casefile.Counsellor && id != v.who.ID && s.Rights.Sees(v.who.Actor, o.Office) {
			options = append(options, option{Value: id, Label: o.Name, Chosen: id == of})
		}
	}
	return byLabel(options)
}

// meetings are the appointments of the coming days, by the hour.
func (s *console) meetings(r *http.Request, asked views.AgendaQuery) ([]meeting, error) {
	found, err := s.Views.Meetings(r.Context(), asked, s.today().Start(), s.today().AddDays(horizon).End())
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range found {
		ids = append(ids, m.CaseID)
	}
	people, err := s.peopleOf(r, unique(ids))
	if err != nil {
		return nil, err
	}
	v := visitOf(r).voice
	meetings := make([]meeting, len(found))
	for i, m := range found {
		meetings[i] = meeting{Meeting: m, Family: v.family(people[m.CaseID]), Who: v.names(people[m.CaseID])[m.MemberID]}
	}
	return meetings, nil
}

// begun are the operator's drafts.
func (s *console) begun(r *http.Request) ([]draftLine, error) {
	drafts, err := s.Desk.Drafts(r.Context(), visitOf(r).who.ID)
	if err != nil || len(drafts) == 0 {
		return nil, err
	}
	var ids []string
	for _, d := range drafts {
		ids = append(ids, d.CaseID)
	}
	people, err := s.peopleOf(r, unique(ids))
	if err != nil {
		return nil, err
	}
	var lines []draftLine
	for _, d := range drafts {
		lines = append(lines, draftLine{d, visitOf(r).voice.family(people[d.CaseID])})
	}
	return lines, nil
}

// duties are the role whose items somebody looks after: a supervisor after the
// counsellors'.
func (s *console) duties(role casefile.Role) casefile.Role {
	if role == casefile.Supervisor {
		return casefile.Counsellor
	}
	return role
}

// topics counts the lines by what they are about; those without any are left out.
func topics(lines []dueLine, query url.Values) []topic {
	chosen := query.Get("topic")
	list := []topic{{ID: "all", Count: len(lines), Current: chosen == ""}}
	for _, id := range topicsInOrder {
		t := topic{ID: id, Current: id == chosen}
		for _, line := range lines {
			if within(line, id) {
				t.Count++
			}
		}
		if t.Count > 0 || t.Current {
			list = append(list, t)
		}
	}
	for i := range list {
		query.Del("topic")
		if list[i].ID != "all" {
			query.Set("topic", list[i].ID)
		}
		list[i].Address = "/?" + query.Encode()
	}
	return list
}

// within tells whether the line is about the topic; every line is about none.
func within(line dueLine, topic string) bool {
	of := topicOf[line.Item]
	return topic == "" || of == topic || of == "" && topic == "other"
}
