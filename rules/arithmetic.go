// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"fmt"
	"strings"
	"time"
)

// Arithmetic shows how a due date was counted, step by step, for whoever wants
// to count along: where the count ends, which days were left out and why, and
// where it moved to. The clock stood still for so many days.
func (b *Book) Arithmetic(t Term, suspended int) []Text {
	rule, ok := b.Row(t.Ref)
	if !ok || rule.Unit == Choice {
		return nil // nothing was counted, or nobody knows any more how
	}
	switch rule.Unit {
	case WorkingDays:
		return []Text{b.workingDays(t, rule)}
	case Months:
		end := t.From.AddMonths(rule.Number())
		return append([]Text{sum(t.From, rule.count(), end, end.Day != t.From.Day)}, b.moves(end)...)
	case Hours:
		return []Text{sum(t.From, rule.count(), t.From.AddDays(rule.Number()/24), false)}
	}
	end := t.From.AddDays(rule.Number())
	steps := []Text{sum(t.From, rule.count(), end, false)}
	if suspended > 0 {
		resumed := end.AddDays(suspended)
		steps = append(steps, sum(end, Text{It: plural(suspended, "giorno", "giorni") + " di sospensione", En: plural(suspended, "day", "days") + " of suspension"}, resumed, false))
		end = resumed
	}
	return append(steps, b.moves(end)...)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// sum writes one addition; short tells that the month has no such day.
func sum(from Date, what Text, end Date, short bool) Text {
	text := Text{It: italian(from) + " + " + what.It + " = " + italian(end), En: english(from) + " + " + what.En + " = " + english(end)}
	if short {
		text.It, text.En = text.It+" (ultimo giorno del mese)", text.En+" (last day of the month)"
	}
	return text
}

// moves says how the end of a term moves off Sundays and holidays.
func (b *Book) moves(end Date) []Text {
	var steps []Text
	for b.Holiday(end) {
		name, next := b.dayOff(end), end.AddDays(1)
		steps = append(steps, Text{
			It: italian(end) + " non vale (" + name.It + "): si passa al giorno dopo, " + italian(next),
			En: english(end) + " does not count (" + name.En + "): on to the next day, " + english(next),
		})
		end = next
	}
	return steps
}

// workingDays lists the days that were counted and those that were left out.
func (b *Book) workingDays(t Term, rule Rule) Text {
	var counted, out []Text
	for d := t.From.AddDays(1); !d.After(t.Due); d = d.AddDays(1) {
		if b.Working(d) {
			counted = append(counted, d.Text())
			continue
		}
		name := b.dayOff(d)
		out = append(out, Text{It: italian(d) + " (" + name.It + ")", En: english(d) + " (" + name.En + ")"})
	}
	count := rule.count()
	text := Text{It: count.It + ": " + joined(counted).It, En: count.En + ": " + joined(counted).En}
	if len(out) > 0 {
		text.It, text.En = text.It+"; esclusi "+joined(out).It, text.En+"; left out "+joined(out).En
	}
	return text
}

func joined(texts []Text) Text {
	var it, en []string
	for _, t := range texts {
		it, en = append(it, t.It), append(en, t.En)
	}
	return Text{It: strings.Join(it, ", "), En: strings.Join(en, ", ")}
}

// dayOff names why offices are closed on the day.
func (b *Book) dayOff(d Date) Text {
	if row, ok := inForce(b.holidays[d.MonthDay()], d); ok {
		return row.Text
	}
	switch {
	case d == easter(d.Year).AddDays(1):
		return Text{It: "Lunedì dell'Angelo", En: "Easter Monday"}
	case d.weekday() == time.Sunday:
		return Text{It: "domenica", En: "Sunday"}
	}
	return Text{It: "sabato", En: "Saturday"}
}
