// SPDX-License-Identifier: AGPL-3.0-or-later

package letters

import (
	"html/template"

	"ricongiungi/casefile"
	"ricongiungi/family"
	"ricongiungi/rules"
	"ricongiungi/tongues"
)

// sheet is a letter as the template lays it out: lines in both languages.
type sheet struct {
	Title    string // of the document
	Own      tongues.Voice
	Lines    []line
	Contacts []family.Contact
	Call     line
	Style    template.CSS
}

// Alone tells whether the letter is in Italian only.
func (s sheet) Alone() bool { return s.Own.Italian() }

// line says the same twice.
type line struct {
	Kind    string // title, heading, item, point or text
	Italian string
	Own     string
}

// letter is one in the making.
type letter struct {
	account family.Account
	own     tongues.Voice
	italian tongues.Voice
	book    *rules.Book
	lines   []line
}

func (l *letter) both(kind string, say func(tongues.Voice) string) line {
	return line{kind, say(l.italian), say(l.own)}
}

func (l *letter) add(kind string, say func(tongues.Voice) string) {
	l.lines = append(l.lines, l.both(kind, say))
}

func (l *letter) say(kind, id string, pairs ...any) {
	l.add(kind, func(v tongues.Voice) string { return v.Say(id, pairs...) })
}

func (l *letter) written(kind string) sheet {
	l.say("title", "letter."+kind)
	l.add("text", func(v tongues.Voice) string {
		return v.Say("letter.for", "name", family.Call(v, l.account.Reader, false)) + ". " + v.Say("letter.drawn", "day", v.Day(l.account.AsOf)) + "."
	})
	switch kind {
	case casefile.LetterBeforeDeparture:
		l.departure()
	case casefile.LetterPapers:
		l.papers()
	case casefile.LetterAppointment:
		l.appointments()
	case casefile.LetterSummary:
		l.where()
		l.dates()
		l.papers()
	case casefile.LetterDates:
		l.dates()
	}
	l.say("text", "page.no_advice")
	return sheet{Title: l.italian.Say("letter." + kind), Own: l.own, Lines: l.lines,
		Call: l.both("heading", func(v tongues.Voice) string { return v.Say("page.call") })}
}

// departure says what to know before the journey; the numbers are those of the
// rules in force on the day of the letter.
func (l *letter) departure() {
	hours, days := l.book.At(rules.HostNotice, l.account.AsOf).Number(), l.book.At(rules.Presentation, l.account.AsOf).Number()
	l.say("point", "depart.check")
	l.say("point", "depart.bring")
	l.say("point", "depart.tell")
	l.say("point", "depart.host", "count", hours)
	l.say("point", "depart.presentation", "count", days)
	l.say("point", "depart.school")
}

func (l *letter) papers() {
	l.say("heading", "page.papers")
	none := true
	for _, person := range l.account.People {
		if len(person.Papers) == 0 {
			continue
		}
		none = false
		l.add("item", func(v tongues.Voice) string { return family.Call(v, person.Name, person.Self) })
		for _, paper := range person.Papers {
			l.add("point", func(v tongues.Voice) string {
				return paper.Say(v) + ": " + v.Say("paper."+paper.Status) + needs(v, paper)
			})
		}
	}
	if none {
		l.say("text", "page.no_papers")
	}
}

func needs(v tongues.Voice, p family.Paper) string {
	text := ""
	if p.Translation {
		text += ". " + v.Say("paper.translation")
	}
	if p.Stamp {
		text += ". " + v.Say("paper.legalisation")
	}
	return text
}

func (l *letter) where() {
	l.say("heading", "page.where")
	for _, person := range l.account.People {
		if person.Stage == "" {
			continue
		}
		l.add("item", func(v tongues.Voice) string { return family.Call(v, person.Name, person.Self) })
		l.say("text", "stage."+person.Stage)
	}
}

func (l *letter) dates() {
	l.say("heading", "page.next")
	for _, step := range l.account.Next {
		l.step(step)
		l.add("text", func(v tongues.Voice) string { return law(v, step) })
	}
	if len(l.account.Next) == 0 {
		l.say("text", "page.nothing")
	}
	if l.account.Waiting {
		l.say("text", "page.waiting")
	}
}

// step names the thing with the Italian term beside its translation.
func (l *letter) step(step family.Step) {
	l.add("item", func(v tongues.Voice) string {
		name := v.Say("item." + step.Code)
		if !v.Italian() {
			name += " (" + v.Apart(v.Official(step.Code)) + ")"
		}
		if step.Who != "" || step.Self {
			name += " – " + family.Call(v, step.Who, step.Self)
		}
		return name
	})
	l.add("text", func(v tongues.Voice) string {
		if step.Late {
			return step.When(v) + ". " + v.Say("due.late")
		}
		return step.When(v)
	})
}

func law(v tongues.Voice, step family.Step) string {
	text := step.Why.Say(v)
	if step.Why.Law != "" {
		text += " " + v.Say("why.law") + ": " + v.Apart(step.Why.Law) + "."
	}
	return text
}

// appointments are those at an hour; where the hub is stands under whom to call.
func (l *letter) appointments() {
	none := true
	for _, step := range l.account.Next {
		if step.At.IsZero() {
			continue
		}
		none = false
		l.step(step)
	}
	if none {
		l.say("text", "letter.no_appointment")
	}
}

// pair is one line as the template lays it out.
type pair struct {
	Line  line
	Own   tongues.Voice
	Alone bool
}

// side is one language of a line.
type side struct{ Kind, Text string }

// Left is the Italian side.
func (p pair) Left() side { return side{p.Line.Kind, p.Line.Italian} }

// Right is the side of the family.
func (p pair) Right() side { return side{p.Line.Kind, p.Line.Own} }

// With pairs a line with the language of the letter.
func (s sheet) With(l line) pair { return pair{l, s.Own, s.Alone()} }
