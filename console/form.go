// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schemas"
	"ricongiungi/services"
	"ricongiungi/views"
)

// input is one control of a form.
type input struct {
	Name, Label string
	Help        string // what is expected, where the label does not say it
	Control     string // day, instant, choice, some, slots, yes_no, number, money, lines, text or note
	Required    bool
	Options     []option
	Slots       [][]option // of slots: the same options, once for each place
	Value       string
	Problem     string // why the value cannot be taken
	Min, Max    string
	Longest     int
	Quick       string // of the day it happened: the days before this one are a click away
}

type option struct {
	Value, Label string
	Hint         string // what tells it from others of the same label
	Chosen       bool
}

// drawable tells whether a form can be made of the command: files and lists of
// things with fields of their own have pages of their own.
func drawable(command string) bool {
	fields := schemas.Fields(command)
	return fields != nil && command != "correct_event" && command != "attach_document" && command != "wake" && !slices.Contains(ownPages, command) && !slices.ContainsFunc(fields, listOfThings)
}

// ownPages are commands that pages of their own give: what they need is drawn or
// drawn up by the program.
var ownPages = []string{"give_family_link", "give_reply_link", "issue_letter"}

func listOfThings(f schemas.Field) bool {
	return f.Item != nil && f.Item.Type == "object" || slices.ContainsFunc(f.Fields, listOfThings)
}

// sheet knows the case whose form is drawn: whom and what its ids may mean.
type sheet struct {
	command   string
	voice     voice
	view      casefile.View
	family    string
	people    map[string]string
	operators map[string]views.Operator
	services  []option
	events    []option
	book      *rules.Book
	today     rules.Date
}

func (s *console) sheet(r *http.Request, view casefile.View, command string) (sheet, error) {
	v := visitOf(r).voice
	sh := sheet{command: command, voice: v, view: view, family: s.glance(v, view).Family, people: v.names(view.People), book: s.Book, today: s.today()}
	var err error
	if sh.operators, err = s.Views.Operators(r.Context()); err != nil {
		return sh, err
	}
	if sh.services, err = s.servicesOffered(r, view); err != nil {
		return sh, err
	}
	if command == "annul_event" {
		sh.events, err = s.eventOptions(r, view)
	}
	return sh, err
}

// servicesOffered are those that take referrals today.
func (s *console) servicesOffered(r *http.Request, view casefile.View) ([]option, error) {
	directory, err := s.Views.Services(r.Context())
	if err != nil {
		return nil, err
	}
	options := []option{}
	for _, row := range directory.Find(services.Query{Municipio: view.Municipio, On: s.today()}) {
		options = append(options, option{Value: row.Code, Label: visitOf(r).voice.of(row.Name)})
	}
	return byLabel(options), nil
}

// toSeveral tells whether the command may be given for several members at once:
// it says of each the same, and names nothing that only one of them has.
func toSeveral(command string) bool {
	fields := schemas.Fields(command)
	one := func(f schemas.Field) bool {
		_, names := choosers[f.Name]
		return names && strings.HasSuffix(f.Name, "_id") && f.Name != "member_id" && f.Name != "holder_id"
	}
	return slices.ContainsFunc(fields, func(f schemas.Field) bool { return f.Name == "member_id" }) && !slices.ContainsFunc(fields, one)
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
		switch {
		case f.Type == "object":
			inputs = append(inputs, s.under(name+".", partsOf(f), typed, problems)...)
			continue
		case f.Name == "refs" && slices.ContainsFunc(fields, func(f schemas.Field) bool { return f.Name == "member_ids" }):
			continue // says the same in the Prefecture's numbers
		}
		in := s.input(name, f)
		in.fill(typed[name])
		if concerned(name, problems) {
			in.Problem = s.voice.complaint(f, typed.Get(name))
		}
		inputs = append(inputs, in)
	}
	return inputs
}

// partsOf are the fields of an object; the scores of well-being are one for each pillar.
func partsOf(f schemas.Field) []schemas.Field {
	if f.Kind != "scores" {
		return f.Fields
	}
	var parts []schemas.Field
	lowest, highest := 1, 5
	for _, p := range casefile.Pillars() {
		parts = append(parts, schemas.Field{Name: p.Code, Kind: "score", Type: "integer", Min: &lowest, Max: &highest})
	}
	return parts
}

func (s sheet) input(name string, f schemas.Field) input {
	in := input{Name: name, Label: s.voice.known("field."+f.Name, f.Name), Help: s.voice.known("help."+f.Name, ""),
		Required: f.Required, Min: number(f.Min), Max: number(f.Max), Longest: f.Longest}
	in.Options = s.options(f)
	in.Control = s.control(f, in.Options != nil)
	switch {
	case f.Kind == "score":
		in.Label = s.voice.pillar(f.Name)
	case in.Options != nil:
		in.Help = ""
	case f.Kind == "day" && f.Name == "on":
		in.Value, in.Quick = s.today.String(), s.today.String()
	}
	if in.Control == "some" && s.familyToo(f) {
		in.Help = s.voice.say("help.family_too")
	}
	return in
}

// familyToo tells whether nobody chosen means the whole family.
func (s sheet) familyToo(f schemas.Field) bool { return f.Name == "member_id" && !f.Required }

// control is how the field is asked for.
func (s sheet) control(f schemas.Field, chosen bool) string {
	switch {
	case chosen && f.Kind == "languages":
		return "slots"
	case chosen && (f.Type == "array" || f.Name == "member_id" && toSeveral(s.command)):
		return "some"
	case chosen:
		return "choice"
	case f.Kind == "day" || f.Kind == "instant" || f.Kind == "note":
		return f.Kind
	case f.Kind == "cents":
		return "money"
	case f.Type == "boolean":
		return "yes_no"
	case f.Type == "integer":
		return "number"
	case f.Type == "array":
		return "lines"
	}
	return "text"
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// slots is how many of several things can be named at once.
const slots = 3

// fill puts in what was typed, what the address asked for, or the one thing
// there is to choose. A code that the list does not know stays choosable.
func (in *input) fill(values []string) {
	if values != nil {
		in.Value = strings.Join(values, "\n")
	}
	for _, value := range values {
		if in.Options != nil && value != "" && !slices.ContainsFunc(in.Options, func(o option) bool { return o.Value == value }) {
			in.Options = append(in.Options, option{Value: value, Label: value})
		}
	}
	for i, o := range in.Options {
		in.Options[i].Chosen = slices.Contains(values, o.Value)
	}
	if values == nil && len(in.Options) == 1 && in.Required {
		in.Options[0].Chosen = true
	}
	if in.Control == "slots" {
		in.fillSlots(values)
	}
}

func (in *input) fillSlots(values []string) {
	for i := range max(slots, len(values)) {
		slot := slices.Clone(in.Options)
		for at := range slot {
			slot[at].Chosen = i < len(values) && slot[at].Value == values[i]
		}
		in.Slots = append(in.Slots, slot)
	}
}
