// SPDX-License-Identifier: AGPL-3.0-or-later

package family

import (
	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Reason says why something is due on its day, by kinds that can be said in
// every language.
type Reason struct {
	Kind  string // days, working_days, months, hours, set, counted or hub
	Count int    // of the unit, for the first four
	From  rules.Date
	Law   string // citation, in Italian; empty for the hub's own dates
}

// ReasonKinds lists the kinds of reasons.
func ReasonKinds() []string {
	return []string{"days", "working_days", "months", "hours", "set", "counted", "hub"}
}

// reason never says of a count more than what holds: where the day is not the
// plain count from its start, because it was put off or rolled over a holiday,
// the count alone would not lead to it.
func (w *writer) reason(d casefile.DueView) Reason {
	row, known := w.book.Row(d.Term.Ref)
	switch {
	case !known || d.Suspended() > 0 || len(d.Settled) > 0:
		return Reason{Kind: "counted", Law: row.Citation}
	case row.Certainty == rules.Policy:
		return Reason{Kind: "hub"}
	case row.Unit == rules.Choice:
		return Reason{Kind: "set", Law: row.Citation}
	}
	kinds := map[rules.Unit]string{rules.Days: "days", rules.WorkingDays: "working_days", rules.Months: "months", rules.Hours: "hours"}
	kind, countable := kinds[row.Unit]
	if row.Unit == rules.WorkingDays && w.book.At(rules.SaturdayCounts, d.Term.From).Value == "yes" {
		countable = false // the sentence says that Saturdays do not count
	}
	if !countable || w.lastDay(row, d.Term.From) != d.DueOn {
		return Reason{Kind: "counted", Law: row.Citation}
	}
	return Reason{Kind: kind, Count: row.Number(), From: d.Term.From, Law: row.Citation}
}

// lastDay is where the count alone leads.
func (w *writer) lastDay(row rules.Rule, from rules.Date) rules.Date {
	switch row.Unit {
	case rules.WorkingDays:
		return w.book.AddWorking(from, row.Number())
	case rules.Months:
		return from.AddMonths(row.Number())
	case rules.Hours:
		return from.AddDays(row.Number() / 24)
	}
	return from.AddDays(row.Number())
}

// whereabouts are the items that tell where somebody will be on a day.
var whereabouts = map[string]bool{"consulate_visit": true, "fingerprints": true, "school_answer": true, "school_start": true, "civics": true}

func (w *writer) steps() []Step {
	var steps []Step
	for _, d := range w.view.Agenda {
		by, may := told[d.Item]
		if !may || d.Class() != casefile.Ordinary || !w.mayTellOf(d.MemberID) || w.guarded() && d.MemberID != w.reader && whereabouts[d.Item] {
			continue
		}
		steps = append(steps, w.step(d, by))
	}
	return steps
}

func (w *writer) step(d casefile.DueView, by By) Step {
	s := Step{Code: d.Item, Due: d.DueOn, By: by, Left: max(0, w.today.DaysUntil(d.DueOn)), Why: w.reason(d),
		Late: by == ByFamily && d.DueOn.Before(w.today), Self: d.MemberID == w.reader}
	if d.MemberID != "" {
		s.Who = w.name(d.MemberID)
	}
	for _, m := range w.view.Members {
		switch {
		case m.MemberID != d.MemberID:
		case d.Item == "consulate_visit" && m.Consulate != nil:
			s.At = m.Consulate.At
		case d.Item == "fingerprints" && m.Permit != nil:
			s.At = m.Permit.FingerprintsAt
		}
	}
	return s
}

// appointments are those with the hub that are still to come.
func (w *writer) appointments() []Step {
	var steps []Step
	for _, a := range w.view.Appointments {
		day := rules.DateOf(a.At)
		mine := a.MemberID == w.reader
		if a.Outcome != "" || day.Before(w.today) || !w.mayTellOf(a.MemberID) && !mine || w.guarded() && !mine {
			continue
		}
		steps = append(steps, Step{Code: "appointment", Who: w.name(a.MemberID), Self: mine, Due: day, At: a.At, By: ByFamily,
			Left: max(0, w.today.DaysUntil(day)), Why: Reason{Kind: "set"}, Place: a.Place})
	}
	return steps
}
