// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

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

// likely is a command for an item of the agenda, about its member.
type likely struct {
	Command, MemberID, Name string
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

func likelyNext(view casefile.View, names map[string]string, may func(string) bool) []likely {
	var found []likely
	for _, due := range view.Agenda {
		next := likely{commandsNext[due.Item], due.MemberID, names[due.MemberID]}
		if next.Command != "" && may(next.Command) && !slices.Contains(found, next) && len(found) < mostLikely {
			found = append(found, next)
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
	Conflict                bool // the case has changed since the form was opened
}

func (s *console) showForm(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	name, err := s.commandOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return views.ErrNotFound
	}
	sheet := s.sheet(r, view)
	page := formPage{CaseID: view.CaseID, Family: sheet.family, Command: name, Key: uuid.NewString(), Version: view.Version,
		Fields: sheet.inputs(schemas.Fields(name), r.Form, nil)}
	return s.show(w, r, http.StatusOK, "form", visitOf(r).voice.say("command."+name), page)
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

// takeForm gives the command. What was typed is shown again, with the reason,
// when it cannot be recorded.
func (s *console) takeForm(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	name, err := s.commandOf(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	if err := r.ParseForm(); err != nil {
		return views.ErrNotFound
	}
	page, outcome, err := s.give(r, view, name)
	switch {
	case err != nil:
		return err
	case page != nil:
		return s.show(w, r, http.StatusUnprocessableEntity, "form", visitOf(r).voice.say("command."+name), *page)
	case outcome == nil:
		http.Redirect(w, r, "/cases/"+view.CaseID+"?done=pending", http.StatusSeeOther)
	default:
		http.Redirect(w, r, "/cases/"+view.CaseID+"?done="+name, http.StatusSeeOther)
	}
	return nil
}

const formLimit = 256 << 10

// patience is how long a command may take before the page says that it is kept
// and will be decided.
const patience = 10 * time.Second

// give gives the command: a page to show again when something is wrong with it,
// or the outcome; neither when it is kept and not decided yet.
func (s *console) give(r *http.Request, view casefile.View, name string) (*formPage, *casefile.Outcome, error) {
	sheet := s.sheet(r, view)
	fields := schemas.Fields(name)
	page := &formPage{CaseID: view.CaseID, Family: sheet.family, Command: name, Key: r.PostFormValue("key"), Version: view.Version}
	body, err := json.Marshal(compose(fields, r.PostForm))
	if err != nil {
		return nil, nil, err
	}
	if problems := pathsOf(schemas.Command(name, body)); problems != nil {
		page.Fields, page.Mistaken = sheet.inputs(fields, r.PostForm, problems), true
		return page, nil, nil
	}
	order, err := s.order(r, name, body)
	if err != nil {
		return nil, nil, err
	}
	outcome, err := s.submit(r.Context(), order)
	if err != nil || outcome == nil || outcome.Refusal == nil {
		return nil, outcome, err
	}
	page.Refusal, page.Key = outcome.Refusal, uuid.NewString()
	page.Conflict = outcome.Refusal.Code == "version_changed"
	page.Fields = sheet.inputs(fields, r.PostForm, nil)
	return page, nil, nil
}

func (s *console) order(r *http.Request, name string, body []byte) (casefile.Order, error) {
	key, err := uuid.Parse(r.PostFormValue("key"))
	if err != nil {
		return casefile.Order{}, views.ErrNotFound
	}
	canonical, err := schemas.Canonical(body)
	if err != nil {
		return casefile.Order{}, err
	}
	var version int64
	if err := json.Unmarshal([]byte(r.PostFormValue("version")), &version); err != nil {
		return casefile.Order{}, views.ErrNotFound
	}
	return casefile.Order{CommandID: key.String(), CaseID: chi.URLParam(r, "case_id"), Type: name, Body: canonical,
		Actor: visitOf(r).who.Actor, At: s.Clock().UTC(), IfVersion: version}, nil
}

// submit keeps the order and waits for what its case decides; nil without an
// error when that takes too long.
func (s *console) submit(ctx context.Context, order casefile.Order) (*casefile.Outcome, error) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		v.command = order.CommandID
	}
	settled, err := s.Orders.AcceptOrder(ctx, order)
	if err != nil || settled != nil {
		return settled, err
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	outcome, err := s.Engine.Submit(waiting, order.CaseID, order.CommandID)
	if err != nil {
		s.Log.InfoContext(ctx, "command not decided yet", "case_id", order.CaseID, "command_id", order.CommandID, "reason", err.Error())
		return nil, nil // it is kept and will be decided
	}
	return &outcome, nil
}
