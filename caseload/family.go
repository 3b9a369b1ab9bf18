// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload

import (
	"encoding/json"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/internal/sheet"
	"ricongiungi/rules"
)

// Sender is the office in whose name running cases are handed over.
const Sender = "import"

// Family is one family of the files: the message that opens its case and what
// is told of it afterwards, in the order of the days.
type Family struct {
	Opening  handoff.Message // without its sequence number, which the sender gives
	Told     []Telling
	Problems []Problem

	decided  []rules.Date // of each member
	families []sheet.Row  // its rows, to be written again when refused
	events   []sheet.Row
}

// Telling is one command, with the row that says it.
type Telling struct {
	In    string // "families" or "events"
	Line  int    // of that file
	Field string // the column, or the command
	On    rules.Date
	Type  string          // wire name of the command
	Data  json.RawMessage // with names where ids will stand: see Resolve
	Label string          // by which later rows name what this one made
}

// Problem is what is wrong with one row, by file and line.
type Problem struct {
	In string `json:"in"` // "families" or "events"
	handoff.RowError
}

// Sound tells whether nothing was found wrong so far.
func (f *Family) Sound() bool { return len(f.Problems) == 0 }

// Line is where the family begins in the file of families.
func (f *Family) Line() int {
	if len(f.families) == 0 {
		return 0
	}
	return f.families[0].Line
}

// Reject adds what was found wrong with a row.
func (f *Family) Reject(in string, line int, field, reason string) {
	f.Problems = append(f.Problems, Problem{in, handoff.RowError{Line: line, Field: field, Reason: reason}})
}

// line is what the row of one member says, for writing.
func (f *Family) line(member int) *line {
	l := &line{family: f.Opening, decided: f.decided[member], member: f.Opening.Members[member]}
	if f.Opening.Sponsor != nil {
		l.sponsor = *f.Opening.Sponsor
	}
	if l.member.Person != nil {
		l.person = *l.member.Person
	}
	return l
}

// open makes the message that opens the case and the decisions told after it. A
// family whose filing nobody knows is opened by its decision.
func (f *Family) open(members []line) {
	m := &f.Opening
	m.Schema, m.Sender, m.Kind, m.On = "handoff.v1", Sender, handoff.Filed, m.FiledOn
	m.MessageID = casefile.DeriveID("import", m.SUIFile)
	for _, l := range members {
		member := l.member
		if l.person != (handoff.Person{}) {
			person := l.person
			member.Person = &person
		}
		m.Members, f.decided = append(m.Members, member), append(f.decided, l.decided)
	}
	if !m.FiledOn.IsZero() {
		f.decide()
		return
	}
	m.Kind, m.On = handoff.Decision, f.decided[0]
	for i, on := range f.decided {
		if on != m.On || on.IsZero() {
			f.Reject("families", f.families[i].Line, "filed", "the day of filing is missing: without it all relatives must have been decided on one day")
		}
	}
}

// decide moves the decisions out of the application into commands, one for each day.
func (f *Family) decide() {
	decisions := map[rules.Date]*casefile.DecideMembers{}
	var order []rules.Date
	first := map[rules.Date]int{}
	for i := range f.Opening.Members {
		m, on := &f.Opening.Members[i], f.decided[i]
		if (m.Decision == "") != on.IsZero() {
			f.Reject("families", f.families[i].Line, "outcome", "day and outcome of the decision belong together")
		}
		if on.IsZero() || m.Decision == "" {
			continue
		}
		if decisions[on] == nil {
			decisions[on], first[on] = &casefile.DecideMembers{On: on}, f.families[i].Line
			order = append(order, on)
		}
		decisions[on].Decisions = append(decisions[on].Decisions, casefile.MemberDecision{Ref: m.Ref, Outcome: m.Decision, Ground: m.Ground})
		m.Decision, m.Ground = "", ""
	}
	var told []Telling
	for _, on := range order {
		told = append(told, Telling{In: "families", Line: first[on], Field: "decided", On: on, Type: "decide_members", Data: encode(decisions[on])})
	}
	f.Told = append(told, f.Told...) // a decision comes before what else is told of its day
}

func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // commands and cells hold nothing that cannot be written
	}
	return raw
}
