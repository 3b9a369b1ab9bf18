// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// undoPage asks why an event is undone.
type undoPage struct {
	CaseID, Family string
	Entry          timelineEntry
	Key            string
	Version        int64
	Reasons        []option
	Mistaken       bool
	Refusal        *casefile.Refusal
}

// eventOf is the event that the address names, as the operator may know of it,
// in words; not found when nothing of the kind wanted may be done about it.
func (s *console) eventOf(r *http.Request, view casefile.View, wanted func(timelineEntry) bool) (timelineEntry, error) {
	v := visitOf(r)
	entries, err := s.entries(r, view.CaseID)
	if err != nil {
		return timelineEntry{}, err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return timelineEntry{}, err
	}
	lines := s.story(v, entries, v.voice.names(view.People), operators, true)
	at := slices.IndexFunc(lines, func(l timelineEntry) bool { return l.EventID == chi.URLParam(r, "event_id") && wanted(l) })
	if at < 0 {
		return timelineEntry{}, views.ErrNotFound
	}
	return lines[at], nil
}

func (s *console) showUndo(w http.ResponseWriter, r *http.Request) error {
	page, err := s.undoPage(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "undo", visitOf(r).voice.say("undo.title"), page)
}

func (s *console) undoPage(r *http.Request) (undoPage, error) {
	view, err := s.view(r)
	if err != nil {
		return undoPage{}, err
	}
	entry, err := s.eventOf(r, view, func(l timelineEntry) bool { return l.Undo })
	v := visitOf(r).voice
	return undoPage{CaseID: view.CaseID, Family: v.family(view.People), Entry: entry, Key: uuid.NewString(), Version: view.Version,
		Reasons: v.codes(offeredCodes[[2]string{"annul_event", "reason"}])}, err
}

// takeUndo annuls the event, for the reason chosen.
func (s *console) takeUndo(w http.ResponseWriter, r *http.Request) error {
	page, err := s.undoPage(r)
	if err != nil {
		return err
	}
	outcome, id, err := s.amendWith(r, page.CaseID, "annul_event", map[string]any{"event_id": page.Entry.EventID, "reason": r.PostFormValue("reason")})
	switch {
	case err != nil:
		return err
	case id == "":
		page.Mistaken = true
	case outcome != nil && outcome.Refusal != nil:
		page.Refusal = outcome.Refusal
	default:
		http.Redirect(w, r, doneAt(page.CaseID, "annul_event", []given{{OrderID: id}}), http.StatusSeeOther)
		return nil
	}
	return s.show(w, r, http.StatusUnprocessableEntity, "undo", visitOf(r).voice.say("undo.title"), page)
}

// amendWith gives a command about an event; its id is empty when the schema
// cannot take what was typed.
func (s *console) amendWith(r *http.Request, caseID, command string, data map[string]any) (*casefile.Outcome, string, error) {
	key, err := uuid.Parse(r.PostFormValue("key"))
	if err != nil {
		return nil, "", views.ErrNotFound
	}
	var version int64
	if err := json.Unmarshal([]byte(r.PostFormValue("version")), &version); err != nil {
		return nil, "", views.ErrNotFound
	}
	body, err := json.Marshal(data)
	if err != nil {
		return nil, "", err
	}
	if schemas.Command(command, body) != nil {
		return nil, "", nil
	}
	outcome, err := s.order(r, caseID, key.String(), command, body, version)
	return outcome, key.String(), err
}

// showCorrection opens the form of the command that the event came from, filled
// with what it says now.
func (s *console) showCorrection(w http.ResponseWriter, r *http.Request) error {
	sheet, page, err := s.correction(r)
	if err != nil {
		return err
	}
	page.Fields = sheet.inputs(schemas.Fields(sheet.command), page.Was.asTyped(schemas.Fields(sheet.command)), nil)
	return s.showFormPage(w, r, http.StatusOK, page)
}

// correction is the sheet of the command by which the event is said anew.
func (s *console) correction(r *http.Request) (sheet, formPage, error) {
	view, err := s.view(r)
	if err != nil {
		return sheet{}, formPage{}, err
	}
	was, err := s.eventOf(r, view, func(l timelineEntry) bool { return l.Correct })
	if err != nil {
		return sheet{}, formPage{}, err
	}
	of, err := s.sheet(r, view, commandOfEvent[was.Type])
	page := of.page(nil, nil)
	page.Was, page.Key, page.Drafts = &was, uuid.NewString(), false
	page.Reasons = of.voice.codes(offeredCodes[[2]string{"correct_event", "reason"}])
	return of, page, err
}

// takeCorrection gives the correction. Like every form it comes back with what
// was typed when it cannot be recorded.
func (s *console) takeCorrection(w http.ResponseWriter, r *http.Request) error {
	of, page, err := s.correction(r)
	if err != nil {
		return err
	}
	fields := schemas.Fields(of.command)
	body := compose(fields, r.PostForm)
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	problems := pathsOf(schemas.Command(of.command, raw))
	page.Fields = of.inputs(fields, r.PostForm, problems)
	outcome, id, err := s.amendWith(r, page.CaseID, "correct_event",
		map[string]any{"event_id": page.Was.EventID, "reason": r.PostFormValue("correction_reason"), "type": of.command, "body": body})
	switch {
	case err != nil:
		return err
	case id == "" || problems != nil:
		page.Mistaken = true
	case outcome != nil && outcome.Refusal != nil:
		page.Refusal, page.Conflict = outcome.Refusal, outcome.Refusal.Code == versionChanged
	default:
		http.Redirect(w, r, doneAt(page.CaseID, "correct_event", []given{{OrderID: id}}), http.StatusSeeOther)
		return nil
	}
	for i := range page.Reasons {
		page.Reasons[i].Chosen = page.Reasons[i].Value == r.PostFormValue("correction_reason")
	}
	return s.showFormPage(w, r, http.StatusUnprocessableEntity, page)
}

// asTyped is the event as somebody would have typed it, with its last correction.
func (e *timelineEntry) asTyped(fields []schemas.Field) url.Values {
	data, at, private := map[string]any{}, e.OccurredAt, e.Private
	_ = json.Unmarshal(e.Data, &data) // the log holds JSON only
	if e.Amended != nil && e.Amended.Type == "event_corrected" {
		var said amending
		_ = json.Unmarshal(e.Amended.Data, &said)
		data, at = said.Data, said.OccurredAt
		if len(e.Amended.Private) > 0 {
			private = e.Amended.Private
		}
	}
	data["on"] = rules.DateOf(at).String()
	for _, of := range private {
		for name, value := range fieldsOf(of) {
			data[name] = value
		}
	}
	typed := url.Values{}
	typeIn(typed, "", fields, data)
	return typed
}

// typeIn puts the values of the fields into the form. A day that an event keeps
// as a term is typed as the day.
func typeIn(typed url.Values, prefix string, fields []schemas.Field, data map[string]any) {
	for _, f := range fields {
		value, there := data[f.Name]
		if term, ok := data[strings.TrimSuffix(f.Name, "_on")].(map[string]any); !there && ok {
			value = term["due"]
		}
		switch value := value.(type) {
		case nil:
		case map[string]any:
			typeIn(typed, prefix+f.Name+".", partsOf(f), value)
		case []any:
			for _, one := range value {
				typed.Add(prefix+f.Name, text(f, one))
			}
		default:
			typed.Set(prefix+f.Name, text(f, value))
		}
	}
}

// text writes a value as the field's control holds it; instants in Rome's time.
func text(f schemas.Field, value any) string {
	written, ok := value.(string)
	if !ok {
		raw, _ := json.Marshal(value)
		return string(raw)
	}
	if at, err := time.Parse(time.RFC3339, written); err == nil && f.Kind == "instant" {
		return at.In(rules.Rome).Format("2006-01-02T15:04")
	}
	return written
}

// eventOptions are the events that may be undone, the latest first.
func (s *console) eventOptions(r *http.Request, view casefile.View) ([]option, error) {
	v := visitOf(r)
	entries, err := s.entries(r, view.CaseID)
	if err != nil {
		return nil, err
	}
	options := []option{}
	for _, line := range s.story(v, entries, v.voice.names(view.People), nil, false) {
		if line.Undo {
			options = append(options, option{Value: line.EventID, Label: v.voice.say("event."+line.Type) + ", " + v.voice.day(line.On), Hint: line.About})
		}
	}
	return options, nil
}
