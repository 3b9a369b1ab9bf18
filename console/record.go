// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// choicePage lists what may be recorded on a case.
type choicePage struct {
	CaseID, Family string
	Likely         []likely // what comes next on the agenda, soonest first
	Groups         []commandGroup
}

// likely is a command for an item of the agenda, about the members whom it concerns.
type likely struct {
	Command string
	Members []string
	Names   string
}

// mostLikely is how many of them stand on top: as many as are seen at once.
const mostLikely = 6

// commandGroup holds the commands under one heading.
type commandGroup struct {
	Label    string // id of its text
	Commands []string
}

// add puts a command under its heading.
func (p *choicePage) add(row groupRow) {
	label := "group." + row.group
	at := slices.IndexFunc(p.Groups, func(g commandGroup) bool { return g.Label == label })
	if at < 0 {
		p.Groups = append(p.Groups, commandGroup{Label: label})
		at = len(p.Groups) - 1
	}
	p.Groups[at].Commands = append(p.Groups[at].Commands, row.command)
}

// compare orders texts for readers.
func compare(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

func (s *console) chooseCommand(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	page := choicePage{CaseID: view.CaseID, Family: s.glance(v.voice, view).Family}
	may := func(command string) bool { return s.Rights.Commands[command].Roles[v.who.Role] && drawable(command) }
	for _, row := range groupsOfCommands {
		if may(row.command) {
			page.add(row)
		}
	}
	page.Likely = likelyNext(view, v.voice.names(view.People), may)
	return s.show(w, r, http.StatusOK, "choose", v.voice.say("choose.title", "family", page.Family), page)
}

// likelyNext gathers what the agenda asks for, soonest first; what is the same
// for several members stands there once.
func likelyNext(view casefile.View, names map[string]string, may func(string) bool) []likely {
	var found []likely
	for _, due := range view.Agenda {
		command := commandsNext[due.Item]
		if command == "" || !may(command) {
			continue
		}
		at := slices.IndexFunc(found, func(l likely) bool { return l.Command == command })
		if at < 0 && len(found) < mostLikely {
			found, at = append(found, likely{Command: command}), len(found)
		}
		if at >= 0 && due.MemberID != "" && !slices.Contains(found[at].Members, due.MemberID) {
			found[at].Members = append(found[at].Members, due.MemberID)
			found[at].Names = strings.TrimPrefix(found[at].Names+", "+names[due.MemberID], ", ")
		}
	}
	return found
}

// formPage is the form of one command.
type formPage struct {
	CaseID, Family, Command string
	Key                     string // idempotency key: the same form sent twice acts once
	Version                 int64  // of the case as the operator saw it
	Fields                  []input
	Mistaken                bool // something typed cannot be taken
	Refusal                 *casefile.Refusal
	Results                 []given         // of each member, where the form went to several
	Conflict                bool            // the case has changed since the form was opened
	Meanwhile               []timelineEntry // what was recorded since
	Draft                   *views.Draft    // with which the form was filled
	Drafts                  bool            // what is typed is kept as a draft
	Reasons                 []option        // of a correction
	Was                     *timelineEntry  // the event that is corrected
}

// page is the form as it stands.
func (s sheet) page(typed url.Values, problems []string) formPage {
	return formPage{CaseID: s.view.CaseID, Family: s.family, Command: s.command, Version: s.view.Version, Drafts: true,
		Fields: s.inputs(schemas.Fields(s.command), typed, problems)}
}

func (s *console) showFormPage(w http.ResponseWriter, r *http.Request, status int, page formPage) error {
	return s.show(w, r, status, "form", visitOf(r).voice.say("command."+page.Command), page)
}

// showForm opens a form: with the draft the operator left, or with what the
// address says.
func (s *console) showForm(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	name, err := s.commandOf(r)
	if err != nil {
		return err
	}
	sheet, err := s.sheet(r, view, name)
	if err != nil {
		return err
	}
	draft, err := s.draftOf(r, view.CaseID, name)
	if err != nil {
		return err
	}
	typed := r.Form
	if draft != nil {
		typed = draft.Typed
	}
	page := sheet.page(typed, nil)
	page.Key, page.Draft = uuid.NewString(), draft
	return s.showFormPage(w, r, http.StatusOK, page)
}

// commandOf is the command that the address names, if the operator may give it.
func (s *console) commandOf(r *http.Request) (string, error) {
	name := chi.URLParam(r, "command")
	if schemas.Fields(name) == nil || !drawable(name) {
		return "", views.ErrNotFound
	}
	if !s.Rights.Commands[name].Roles[visitOf(r).who.Role] {
		return "", errForbidden
	}
	return name, nil
}

// since is what was recorded after the version that was typed.
func (s *console) since(r *http.Request, sheet sheet, typed string) ([]timelineEntry, error) {
	known, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		return nil, views.ErrNotFound
	}
	entries, err := s.entries(r, sheet.view.CaseID)
	if err != nil {
		return nil, err
	}
	var lines []timelineEntry
	for _, entry := range entries {
		if entry.Version > known && !notedByEngine(entry.Type) {
			lines = append(lines, describe(sheet.voice, entry, sheet.people, sheet.operators))
		}
	}
	return lines, nil
}
