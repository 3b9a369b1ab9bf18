// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// patience is how long a command may take before the page says that it is kept
// and will be decided.
const patience = 10 * time.Second

// formLimit is the most that a form may hold, in bytes.
const formLimit = 256 << 10

// given is what became of one form for one member or, with MemberID empty, for
// the family.
type given struct {
	MemberID, Name string
	OrderID        string
	Outcome        *casefile.Outcome // nil while it is kept and not decided
}

// Refusal is why it was not recorded; nil when it was, or will be decided.
func (g given) Refusal() *casefile.Refusal {
	if g.Outcome == nil {
		return nil
	}
	return g.Outcome.Refusal
}

// takeForm gives the command, once for each member named. What was typed is
// shown again, with the reason, when it cannot be recorded.
func (s *console) takeForm(w http.ResponseWriter, r *http.Request) error {
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
	if r.PostForm.Has("draft") {
		return s.keepTyped(w, r, view.CaseID, name)
	}
	if page := s.mistaken(r, sheet); page != nil {
		return s.showFormPage(w, r, http.StatusUnprocessableEntity, *page)
	}
	results, err := s.giveEach(r, sheet)
	if err != nil {
		return err
	}
	if page, err := s.notAll(r, sheet, results); page != nil || err != nil {
		if err != nil {
			return err
		}
		return s.showFormPage(w, r, http.StatusUnprocessableEntity, *page)
	}
	if err := s.Desk.DropDraft(r.Context(), visitOf(r).who.ID, view.CaseID, name); err != nil {
		s.Log.Warn("draft not dropped", "error", err.Error()) // what it holds is recorded
	}
	http.Redirect(w, r, doneAt(view.CaseID, name, results), http.StatusSeeOther)
	return nil
}

// doneAt is the page that says what was recorded and what it moved.
func doneAt(caseID, name string, results []given) string {
	query := url.Values{"done": {name}}
	for _, g := range results {
		query.Add("order", g.OrderID)
	}
	return "/cases/" + caseID + "?" + query.Encode()
}

// mistaken is the form again when the schema finds something wrong with it.
func (s *console) mistaken(r *http.Request, sheet sheet) *formPage {
	fields := schemas.Fields(sheet.command)
	for _, member := range addressees(sheet.command, r.PostForm) {
		body, err := json.Marshal(compose(fields, forMember(r.PostForm, sheet.command, member)))
		if err != nil {
			continue // texts and numbers always marshal
		}
		if problems := pathsOf(schemas.Command(sheet.command, body)); problems != nil {
			page := sheet.page(r.PostForm, problems)
			page.Key, page.Mistaken = r.PostFormValue("key"), true
			return &page
		}
	}
	return nil
}

// addressees are the members to whom the form goes; one empty one where it does
// not name several.
func addressees(command string, typed url.Values) []string {
	if members := typed["member_id"]; toSeveral(command) && len(members) > 0 {
		return members
	}
	return []string{""}
}

// forMember is the form for one of its members.
func forMember(typed url.Values, command, member string) url.Values {
	if member == "" || !toSeveral(command) {
		return typed
	}
	one := url.Values{}
	for name, values := range typed {
		one[name] = values
	}
	one["member_id"] = []string{member}
	return one
}

// giveEach gives the form member by member. Only the first meets the version
// that the page showed; the others follow on what it became. Somebody else's
// change stops them all, so that whoever records looks at it first.
func (s *console) giveEach(r *http.Request, sheet sheet) ([]given, error) {
	key, err := uuid.Parse(r.PostFormValue("key"))
	if err != nil {
		return nil, views.ErrNotFound
	}
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return nil, views.ErrNotFound
	}
	var results []given
	for _, member := range addressees(sheet.command, r.PostForm) {
		body, err := json.Marshal(compose(schemas.Fields(sheet.command), forMember(r.PostForm, sheet.command, member)))
		if err != nil {
			return nil, err
		}
		g := given{MemberID: member, Name: sheet.people[member], OrderID: casefile.DeriveID(key.String(), member)}
		if g.Outcome, err = s.order(r, sheet.view.CaseID, g.OrderID, sheet.command, body, version); err != nil {
			return nil, err
		}
		results = append(results, g)
		if g.Outcome == nil {
			version = 0
			continue
		}
		if g.Outcome.Refusal != nil && g.Outcome.Refusal.Code == versionChanged {
			break
		}
		version = g.Outcome.Version
	}
	return results, nil
}

// versionChanged is the code of the refusal of what was typed on an older state.
const versionChanged = "version_changed"

// order gives one command and waits for its outcome; nil without an error when
// that takes too long.
func (s *console) order(r *http.Request, caseID, id, name string, body []byte, version int64) (*casefile.Outcome, error) {
	canonical, err := schemas.Canonical(body)
	if err != nil {
		return nil, err
	}
	return s.submit(r.Context(), casefile.Order{CommandID: id, CaseID: caseID, Type: name, Body: canonical,
		Actor: visitOf(r).who.Actor, At: s.Clock().UTC(), IfVersion: version})
}

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

// notAll is the form again, for those members for whom it was refused, with
// what became of each; nil when all is recorded.
func (s *console) notAll(r *http.Request, sheet sheet, results []given) (*formPage, error) {
	again := url.Values{}
	for name, values := range r.PostForm {
		again[name] = values
	}
	var left []string
	var refusal *casefile.Refusal
	for _, g := range results {
		if g.Refusal() != nil {
			left, refusal = append(left, g.MemberID), g.Refusal()
		}
	}
	if refusal == nil {
		return nil, nil
	}
	if refusal.Code == versionChanged {
		left = append(left, addressees(sheet.command, r.PostForm)[len(results):]...)
	}
	again["member_id"] = left
	if !toSeveral(sheet.command) {
		again["member_id"] = r.PostForm["member_id"]
	}
	page := sheet.page(again, nil)
	page.Refusal, page.Results, page.Key = refusal, results, uuid.NewString()
	at, err := s.Views.Standing(r.Context(), sheet.view.CaseID)
	if err != nil {
		return nil, err
	}
	page.Version = at.Version
	if page.Conflict = refusal.Code == versionChanged; page.Conflict {
		page.Meanwhile, err = s.since(r, sheet, r.PostFormValue("version"))
	}
	return &page, err
}
