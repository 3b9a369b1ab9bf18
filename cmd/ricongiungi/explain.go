// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"io"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// explanation is all that a case's dates and verdicts come from.
type explanation struct {
	CaseID     string                   `json:"case_id"`
	ToCome     []explained              `json:"to_come"`
	Set        []explained              `json:"set"` // by events, whether or not they are over
	Conditions []casefile.ConditionView `json:"conditions"`
}

// explained is one date with everything it comes from.
type explained struct {
	Item       string           `json:"item"`
	MemberID   string           `json:"member_id,omitempty"`
	DueOn      rules.Date       `json:"due_on"`
	Lapsed     bool             `json:"lapsed"`
	StartedBy  string           `json:"started_by,omitempty"` // event
	From       rules.Date       `json:"from"`
	Pauses     []casefile.Pause `json:"pauses"`
	Rule       *rules.Rule      `json:"rule,omitempty"`
	Why        rules.Text       `json:"why"`
	Arithmetic []rules.Text     `json:"arithmetic"`
}

func explainCase(cmd *cobra.Command, s *settings, id string, asJSON bool) error {
	c, err := s.client("auditor")
	if err != nil {
		return err
	}
	book, err := s.book()
	if err != nil {
		return err
	}
	var view casefile.View
	if err := c.get(cmd.Context(), "/v1/cases/"+url.PathEscape(id), &view); err != nil {
		return err
	}
	facts, err := factsOf(cmd, c, id)
	if err != nil {
		return err
	}
	e := explain(view, casefile.Standing(facts), book)
	if asJSON {
		return printJSON(cmd.OutOrStdout(), e)
	}
	e.write(cmd.OutOrStdout())
	return nil
}

// factsOf reads the history of a case; what it says of persons is left out.
func factsOf(cmd *cobra.Command, c *apiClient, id string) ([]casefile.Fact, error) {
	var facts []casefile.Fact
	err := pages(cmd, c, "/v1/cases/"+url.PathEscape(id)+"/history", url.Values{}, func(e views.Entry) error {
		event, err := casefile.DecodeEvent(e.Type, e.SchemaVersion, e.Data)
		facts = append(facts, casefile.Fact{EventID: e.EventID, OccurredAt: e.OccurredAt, Event: event})
		return err
	})
	return facts, err
}

func explain(view casefile.View, standing []casefile.Fact, book *rules.Book) explanation {
	e := explanation{CaseID: view.CaseID, ToCome: []explained{}, Set: []explained{}, Conditions: []casefile.ConditionView{}}
	for _, d := range slices.Concat(view.Agenda, view.Later) {
		date := explainTerm(d.Item, d.MemberID, d.Term, d.Suspended(), book)
		date.Lapsed, date.Why, date.Pauses = d.Lapsed, d.Why, append(date.Pauses, d.Pauses...)
		if start, found := d.StartedBy(standing); found {
			date.StartedBy = casefile.EventName(start.Event)
		}
		e.ToCome = append(e.ToCome, date)
	}
	for _, f := range standing {
		for _, t := range casefile.TermsOf(f.Event) {
			name := casefile.EventName(f.Event)
			date := explainTerm(name, casefile.MemberOf(f.Event), t, 0, book)
			date.StartedBy = name
			e.Set = append(e.Set, date)
		}
	}
	for _, m := range view.Members {
		e.Conditions = append(e.Conditions, m.Conditions...)
	}
	return e
}

func explainTerm(item, member string, t rules.Term, suspended int, book *rules.Book) explained {
	date := explained{Item: item, MemberID: member, DueOn: t.Due, From: t.From, Pauses: []casefile.Pause{},
		Why: book.Explain(t), Arithmetic: append([]rules.Text{}, book.Arithmetic(t, suspended)...)}
	if rule, ok := book.Row(t.Ref); ok {
		date.Rule = &rule
	}
	return date
}

func (e explanation) write(out io.Writer) {
	fmt.Fprintln(out, "DATES TO COME")
	for _, date := range e.ToCome {
		date.write(out)
	}
	fmt.Fprintln(out, "DATES AS THEY WERE SET")
	for _, date := range e.Set {
		date.write(out)
	}
	if len(e.Conditions) > 0 {
		fmt.Fprintln(out, "CONDITIONS")
	}
	for _, c := range e.Conditions {
		fmt.Fprintf(out, "%s  %s of member %s\n  it: %s\n  en: %s\n", c.Outcome, c.Condition, c.MemberID, c.Why.It, c.Why.En)
	}
}

func (d explained) write(out io.Writer) {
	of := ""
	if d.MemberID != "" {
		of = " of member " + d.MemberID
	}
	fmt.Fprintf(out, "%s%s  %s%s\n  it: %s\n  en: %s\n", d.DueOn, late(d.Lapsed), d.Item, of, d.Why.It, d.Why.En)
	fmt.Fprintf(out, "  counted from %s", d.From)
	if d.StartedBy != "" {
		fmt.Fprintf(out, " (%s)", d.StartedBy)
	}
	fmt.Fprintln(out)
	for _, step := range d.Arithmetic {
		fmt.Fprintf(out, "    it: %s\n    en: %s\n", step.It, step.En)
	}
	for _, p := range d.Pauses {
		fmt.Fprintf(out, "  suspended from %s until %s: %d days\n", p.From, p.To, p.Days())
	}
	if r := d.Rule; r != nil {
		fmt.Fprintf(out, "  rule %s = %s %s, in force from %s; %s; certainty: %s\n", r.ID, r.Value, r.Unit, r.From, r.Citation, r.Certainty)
	}
	fmt.Fprintln(out)
}
