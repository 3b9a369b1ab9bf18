// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"fmt"
	"strings"
)

// Ref names one row of the law: the rule and the day its period begins.
type Ref struct {
	Rule      string `json:"rule"`
	ValidFrom Date   `json:"valid_from"`
}

// Term is a due date together with what it was computed from, as events keep
// it: applying a later book never changes a recorded term.
type Term struct {
	Ref
	// From is the day of the event that started the term; it is not counted.
	From Date `json:"from"`
	// Due is the last day on which the act is in time.
	Due Date `json:"due"`
}

// IsZero tells whether no term was applied.
func (t Term) IsZero() bool { return t == Term{} }

// Text is one sentence in the two languages of the office.
type Text struct {
	It string `json:"it"`
	En string `json:"en"`
}

// Term applies the row in force on the day the term starts.
func (b *Book) Term(id string, from Date) Term { return b.TermUnder(id, from, from) }

// TermUnder applies the row in force on ruleDay to a term that starts on from:
// a procedure keeps the term under which it was begun.
func (b *Book) TermUnder(id string, ruleDay, from Date) Term {
	rule := b.At(id, ruleDay)
	return Term{Ref: rule.Ref(), From: from, Due: b.due(rule, from)}
}

// due counts in the row's unit. Hours are counted as whole days because events
// carry days; only day and month terms move off holidays.
func (b *Book) due(rule Rule, from Date) Date {
	n := rule.Number()
	switch rule.Unit {
	case WorkingDays:
		return b.AddWorking(from, n)
	case Months:
		return b.rolled(from.AddMonths(n))
	case Hours:
		return from.AddDays(n / 24)
	default:
		return b.rolled(from.AddDays(n))
	}
}

// Named is a term whose last day an act sets: the row says under which rule.
func (b *Book) Named(id string, from, due Date) Term {
	return Term{Ref: b.At(id, from).Ref(), From: from, Due: due}
}

// Postponed is the due date of a term counted in days whose clock stood still
// for so many days.
func (b *Book) Postponed(t Term, suspended int) Date {
	rule, ok := b.Row(t.Ref)
	if !ok || rule.Unit != Days {
		return b.rolled(t.Due.AddDays(suspended))
	}
	return b.rolled(t.From.AddDays(rule.Number() + suspended))
}

// Explain says in one sentence what the term asks, from when it was counted,
// how, and by which law.
func (b *Book) Explain(t Term) Text {
	rule, ok := b.Row(t.Ref)
	if !ok {
		return Text{
			It: fmt.Sprintf("Regola %s in vigore dal %s, non più nel registro: scadenza %s.", t.Rule, t.ValidFrom, italian(t.Due)),
			En: fmt.Sprintf("Rule %s in force from %s, no longer in the book: due %s.", t.Rule, t.ValidFrom, english(t.Due)),
		}
	}
	if rule.Unit == Choice { // the act itself names the day: nothing was counted
		return Text{
			It: fmt.Sprintf("%s: scade %s, giorno indicato nell'atto (%s).", rule.Text.It, il(t.Due), rule.Citation),
			En: fmt.Sprintf("%s: due on %s, a day named in the act (%s).", rule.Text.En, english(t.Due), rule.Citation),
		}
	}
	count, counting := rule.count(), b.counting(rule, t.From)
	return Text{
		It: fmt.Sprintf("%s: %s %s%s, scade %s (%s).", rule.Text.It, count.It, dal(t.From), counting.It, il(t.Due), rule.Citation),
		En: fmt.Sprintf("%s: %s from %s%s, due on %s (%s).", rule.Text.En, count.En, english(t.From), counting.En, english(t.Due), rule.Citation),
	}
}

// counting states the assumption behind a count that a reader might dispute.
func (b *Book) counting(rule Rule, from Date) Text {
	if rule.Unit != WorkingDays {
		return Text{}
	}
	if b.At(SaturdayCounts, from).Value == "yes" {
		return Text{It: ", sabati compresi, domeniche e festivi esclusi", En: ", Saturdays counted, Sundays and holidays not"}
	}
	return Text{It: ", esclusi sabati, domeniche e festivi", En: ", Saturdays, Sundays and holidays not counted"}
}

var unitWords = map[Unit]Text{
	Days:        {It: "giorni", En: "days"},
	WorkingDays: {It: "giorni lavorativi", En: "working days"},
	Months:      {It: "mesi", En: "months"},
	Hours:       {It: "ore", En: "hours"},
}

func (r Rule) count() Text {
	words := unitWords[r.Unit]
	if r.Value == "1" {
		words = Text{It: strings.NewReplacer("giorni lavorativi", "giorno lavorativo", "giorni", "giorno", "mesi", "mese", "ore", "ora").Replace(words.It),
			En: strings.TrimSuffix(words.En, "s")}
	}
	return Text{It: r.Value + " " + words.It, En: r.Value + " " + words.En}
}

// Text writes the day in words as the two languages do.
func (d Date) Text() Text { return Text{It: italian(d), En: english(d)} }

func english(d Date) string { return d.Start().Format("2 January 2006") }

// italian writes the day as Italians do: 3/11/2026.
func italian(d Date) string { return d.Start().Format("2/1/2006") }

func il(d Date) string { return article(d, "il ", "l'") }

func dal(d Date) string { return article(d, "dal ", "dall'") }

// article elides before otto and undici.
func article(d Date, full, elided string) string {
	if d.Day == 8 || d.Day == 11 {
		return elided + italian(d)
	}
	return full + italian(d)
}
