// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

type dueGroup struct {
	Label    string // id of its text
	Class    string
	Families []familyDue
	Count    int
	More     bool // there are more than are shown
}

// familyDue is what is due for one family, the soonest first.
type familyDue struct {
	CaseID, Family string
	Unassigned     bool
	Items          []dueLine
}

// dueLine is one thing to do with whom it is about: all members for whom the
// same is due on the same day.
type dueLine struct {
	views.AgendaRow
	Family  string
	People  []casefile.Person
	What    string // what is meant, where the item alone does not say it
	Days    int    // until it is due; negative when it is over
	Command string // that most likely records it, if the operator may give it
}

// Address is the form that records the thing for everybody it is about.
func (l dueLine) Address() string {
	members := url.Values{}
	for _, p := range l.People {
		members.Add("member_id", p.PersonID)
	}
	if id := subjectField[l.Command]; id != "" {
		members = url.Values{id: {l.Subject}}
	}
	address := "/cases/" + l.CaseID + "/record/" + l.Command
	if len(members) > 0 {
		address += "?" + members.Encode()
	}
	return address
}

// subjectField is the field that names what an item is about, where that is no member.
var subjectField = map[string]string{
	"record_appointment_kept": "appointment_id",
	"record_referral_step":    "referral_id",
	"close_referral":          "referral_id",
	"record_celav_step":       "referral_id",
	"record_judgment":         "appeal_id",
	"answer_unsealing":        "request_id",
	"close_goal":              "goal_id",
	"resolve_concern":         "concern_id",
}

// namesOf lists people by name.
func (v voice) namesOf(people []casefile.Person) string {
	var names []string
	for _, p := range people {
		names = append(names, v.fullName(p))
	}
	return strings.Join(names, ", ")
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
		lines[i] = s.dueLine(r, row, people[row.CaseID])
	}
	return lines, nil
}

func (s *console) dueLine(r *http.Request, row views.AgendaRow, people []casefile.Person) dueLine {
	v := visitOf(r)
	line := dueLine{AgendaRow: row, Family: v.voice.family(people), Days: s.today().DaysUntil(row.DueOn)}
	for _, p := range people {
		if p.PersonID == row.MemberID {
			line.People = []casefile.Person{p}
		}
	}
	if row.About != "" {
		line.What = v.voice.paperName(s.Book, row.About)
	}
	if command := commandsNext[row.Item]; s.mayGive(v.who.Role, command) {
		line.Command = command
	}
	return line
}

// mayGive tells whether the role may give the command on a form.
func (s *console) mayGive(role casefile.Role, command string) bool {
	return command != "" && s.Rights.Commands[command].Roles[role] && s.Rights.Routes[giveCommand].Roles[role] && drawable(command)
}

// merged makes one line of what is the same for several members of a family.
func merged(lines []dueLine) []dueLine {
	var list []dueLine
	for _, line := range lines {
		at := slices.IndexFunc(list, line.sameAs)
		if at < 0 {
			list = append(list, line)
			continue
		}
		list[at].People = append(list[at].People, line.People...)
	}
	return list
}

func (l dueLine) sameAs(m dueLine) bool {
	return l.CaseID == m.CaseID && l.Item == m.Item && l.DueOn == m.DueOn && l.About == m.About && l.Lapsed == m.Lapsed &&
		len(l.People) > 0 && len(m.People) > 0 && subjectField[l.Command] == ""
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

// groups splits the lines, which come soonest first, by day and family.
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
		all[at].add(line)
	}
	all[2].More = more
	return all
}

func (g *dueGroup) add(line dueLine) {
	g.Count++
	at := slices.IndexFunc(g.Families, func(f familyDue) bool { return f.CaseID == line.CaseID })
	if at < 0 {
		g.Families, at = append(g.Families, familyDue{CaseID: line.CaseID, Family: line.Family, Unassigned: line.CounsellorID == ""}), len(g.Families)
	}
	g.Families[at].Items = append(g.Families[at].Items, line)
}

// dueOf lists what is due on one case.
func (s *console) dueOf(r *http.Request, view casefile.View) []dueLine {
	var lines []dueLine
	for _, item := range view.Agenda {
		lines = append(lines, s.dueLine(r, views.AgendaRow{CaseID: view.CaseID, CounsellorID: view.CounsellorID, DueView: item}, view.People))
	}
	return merged(lines)
}
