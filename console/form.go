// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// input is one control of a form.
type input struct {
	Name, Label string
	Help        string // what is expected, where the label does not say it
	Control     string // day, instant, choice, yes_no, number, lines, text or note
	Required    bool
	Options     []option
	Value       string
	Problem     string // why the value cannot be taken
	Min, Max    string
	Longest     int
}

type option struct {
	Value, Label string
	Chosen       bool
}

// drawable tells whether a form can be made of the command: lists of things
// with fields of their own have pages of their own.
func drawable(command string) bool {
	fields := schemas.Fields(command)
	return fields != nil && command != "correct_event" && command != "wake" && !slices.Contains(ownPages, command) && !slices.ContainsFunc(fields, listOfThings)
}

// ownPages are commands that pages of their own give: what they need is drawn or
// drawn up by the program.
var ownPages = []string{"give_family_link", "give_reply_link", "issue_letter"}

func listOfThings(f schemas.Field) bool {
	return f.Item != nil && f.Item.Type == "object" || slices.ContainsFunc(f.Fields, listOfThings)
}

// sheet knows the case whose form is drawn: whom and what its ids may mean.
type sheet struct {
	voice     voice
	view      casefile.View
	family    string
	people    map[string]string
	operators map[string]views.Operator
	today     rules.Date
}

func (s *console) sheet(r *http.Request, view casefile.View) sheet {
	v := visitOf(r).voice
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		s.Log.Warn("operators not read", "error", err.Error()) // the form shows ids instead
	}
	return sheet{voice: v, view: view, family: s.glance(v, view).Family, people: v.names(view.People), operators: operators, today: s.today()}
}

// inputs are the controls for the fields, filled with what was typed or, on a
// new form, with what is most likely. Problems are JSON pointers.
func (s sheet) inputs(fields []schemas.Field, typed url.Values, problems []string) []input {
	return s.under("", fields, typed, problems)
}

func (s sheet) under(prefix string, fields []schemas.Field, typed url.Values, problems []string) []input {
	var inputs []input
	for _, f := range fields {
		name := prefix + f.Name
		if f.Type == "object" {
			inputs = append(inputs, s.under(name+".", f.Fields, typed, problems)...)
			continue
		}
		in := s.input(name, f)
		if values, again := typed[name]; again {
			in.fill(values)
		}
		if concerned(name, problems) {
			in.Problem = s.voice.complaint(f, typed.Get(name))
		}
		inputs = append(inputs, in)
	}
	return inputs
}

func (s sheet) input(name string, f schemas.Field) input {
	in := input{Name: name, Label: s.voice.known("field."+f.Name, f.Name), Help: s.voice.known("help."+f.Name, ""),
		Required: f.Required, Min: number(f.Min), Max: number(f.Max), Longest: f.Longest}
	in.Options = s.options(f)
	switch {
	case in.Options != nil:
		in.Control = "choice"
	case f.Kind == "day":
		in.Control = "day"
		if f.Name == "on" {
			in.Value = s.today.String()
		}
	case f.Kind == "instant":
		in.Control = "instant"
	case f.Kind == "note":
		in.Control = "note"
	case f.Type == "boolean":
		in.Control = "yes_no"
	case f.Type == "integer":
		in.Control = "number"
	case f.Type == "array":
		in.Control = "lines"
	default:
		in.Control = "text"
	}
	return in
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// options are what the field may be chosen from; nil where it is typed.
func (s sheet) options(f schemas.Field) []option {
	switch {
	case f.Name == "member_id" || f.Name == "person_id":
		return s.personOptions(f.Name == "person_id")
	case f.Name == "counsellor_id":
		return s.colleagues()
	case f.Name == "appointment_id":
		return s.appointments()
	case f.Name == "referral_id":
		return s.referrals()
	}
	var options []option
	for _, choice := range f.Choices {
		options = append(options, option{Value: choice, Label: s.voice.known("code."+choice, choice)})
	}
	return options
}

func (s sheet) personOptions(withSponsor bool) []option {
	options := []option{}
	if withSponsor {
		options = append(options, option{Value: s.view.SponsorID, Label: s.people[s.view.SponsorID]})
	}
	for _, m := range s.view.Members {
		options = append(options, option{Value: m.MemberID, Label: s.people[m.MemberID] + " · " + s.voice.say("kinship."+string(m.Kinship))})
	}
	return options
}

func (s sheet) colleagues() []option {
	options := []option{}
	for id, o := range s.operators {
		if o.Office == s.view.Office {
			options = append(options, option{Value: id, Label: o.Name})
		}
	}
	slices.SortFunc(options, func(a, b option) int { return compare(a.Label, b.Label) })
	return options
}

func (s sheet) appointments() []option {
	options := []option{}
	for _, a := range s.view.Appointments {
		if a.Outcome == "" {
			options = append(options, option{Value: a.AppointmentID, Label: s.voice.moment(a.At)})
		}
	}
	return options
}

func (s sheet) referrals() []option {
	options := []option{}
	for _, f := range s.view.Referrals {
		if f.ClosedOn.IsZero() {
			options = append(options, option{Value: f.ReferralID, Label: s.voice.known("service."+f.Service, f.Service) + " · " + s.voice.day(f.SentOn)})
		}
	}
	return options
}

// fill puts in what was typed or what the address asked for.
func (in *input) fill(values []string) {
	in.Value = strings.Join(values, "\n")
	for i, o := range in.Options {
		in.Options[i].Chosen = slices.Contains(values, o.Value)
	}
}

// compose makes the command's data of what was typed. What cannot be read as
// the field's type stays as typed, for the schema to complain of.
func compose(fields []schemas.Field, typed url.Values) map[string]any {
	return composeUnder("", fields, typed)
}

func composeUnder(prefix string, fields []schemas.Field, typed url.Values) map[string]any {
	data := map[string]any{}
	for _, f := range fields {
		name := prefix + f.Name
		if f.Type == "object" {
			if inner := composeUnder(name+".", f.Fields, typed); len(inner) > 0 {
				data[f.Name] = inner
			}
			continue
		}
		if value := read(f, strings.TrimSpace(typed.Get(name))); value != nil {
			data[f.Name] = value
		}
	}
	return data
}

// read gives the value of one field, nil when nothing was typed.
func read(f schemas.Field, text string) any {
	switch {
	case text == "":
		return nil
	case f.Type == "array":
		return lines(text)
	case f.Type == "boolean":
		return text == "true"
	case f.Kind == "instant":
		return instant(text)
	case f.Type == "integer":
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	}
	return text
}

// lines splits what was typed at line ends and commas.
func lines(text string) []string {
	parts := strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == ',' })
	var items []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			items = append(items, part)
		}
	}
	return items
}

// instant reads the day and hour of a browser's control, which are Rome's.
func instant(text string) string {
	at, err := time.ParseInLocation("2006-01-02T15:04", text, rules.Rome)
	if err != nil {
		return text
	}
	return at.UTC().Format(time.RFC3339)
}
