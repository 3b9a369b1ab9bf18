// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"ricongiungi/rules"
)

var book = rules.Default()

// The family of most tests: a father in Milan who asks for his wife, a child of
// eleven and a girl who is fifteen and turns sixteen on 4 May 2026.
const caseID = "6f2c1f0e-8a54-4d0f-9d27-3b1d6c5e0a11"

var (
	father = DeriveID(caseID, "sponsor")
	wife   = DeriveID(caseID, "member/1")
	child  = DeriveID(caseID, "member/2")
	girl   = DeriveID(caseID, "member/3")
)

func day(text string) rules.Date {
	if text == "" {
		return rules.Date{}
	}
	d, err := rules.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func noon(text string) time.Time { return day(text).Start().Add(12 * time.Hour) }

func step(member, on string) Step { return Step{MemberID: member, On: day(on)} }

func application(filed string) Application {
	return Application{
		FiledOn: day(filed), Office: "wemi-mi", ContactLanguage: "ar", Municipio: 7,
		Sponsor: Particulars{FamilyName: "Mansour", GivenName: "Adel", SUIFile: "P-MI/F/N/2025/100001"},
		Members: []Applicant{
			{Ref: "1", Kinship: Spouse, Who: Particulars{GivenName: "Salma", BirthDate: day("1990-05-10")}},
			{Ref: "2", Kinship: MinorChild, Who: Particulars{GivenName: "Karim", BirthDate: day("2015-03-20")}},
			{Ref: "3", Kinship: MinorChild, Who: Particulars{GivenName: "Nour", BirthDate: day("2010-05-04")}},
		},
	}
}

func file(on string) Command { return &FileApplication{Application: application(on)} }

func decide(on string, outcomes ...string) Command {
	c := &DecideMembers{On: day(on)}
	for i, outcome := range outcomes {
		c.Decisions = append(c.Decisions, MemberDecision{Ref: fmt.Sprint(i + 1), Outcome: outcome})
	}
	return c
}

func authorise(on string) Command { return decide(on, "authorised", "authorised", "authorised") }

// telling is a command and the day on which the office learns of it.
type telling struct {
	day     string
	command Command
	by      Actor // who tells; the counsellor where nobody is named
}

func told(day string, c Command) telling { return telling{day: day, command: c} }

// story is a case in the making: commands that were accepted, then the one
// under test.
type story struct {
	t        *testing.T
	book     *rules.Book
	services Services
	facts    []Fact
	given    int   // number of commands so far, for their ids
	actor    Actor // who gives the next command
	now      time.Time
	drafts   []Draft
	refusal  *Refusal
}

func given(t *testing.T, history ...telling) *story {
	t.Helper()
	s := &story{t: t, book: book, actor: Actor{ID: "c0", Role: Counsellor}}
	for _, h := range history {
		usual := s.actor
		if h.by.Role != "" {
			s.actor = h.by
		}
		s.when(h.day, h.command)
		if s.refusal != nil {
			t.Fatalf("the given %s on %s is refused: %s", CommandName(h.command), h.day, s.refusal.Text.En)
		}
		s.record()
		s.actor = usual
	}
	return s
}

func (s *story) state() *State { return Fold(s.facts) }

func (s *story) request() Request {
	return Request{CommandID: fmt.Sprintf("00000000-0000-4000-8000-%012d", s.given), CaseID: caseID,
		Actor: s.actor, Now: s.now, Book: s.book, Services: s.services}
}

// when gives the command at noon of the day.
func (s *story) when(on string, c Command) *story { return s.whenAt(noon(on), c) }

func (s *story) whenAt(now time.Time, c Command) *story {
	s.given++
	s.now = now
	request := s.request()
	if _, second := c.(*ConfirmErasure); second {
		request.Actor.ID = "c1" // an erasure takes two
	}
	s.drafts, s.refusal = Decide(s.state(), c, request)
	return s
}

// by lets somebody else give the next command.
func (s *story) by(actor string) *story {
	s.actor.ID = actor
	return s
}

// record adds what was decided to the history, as the store does.
func (s *story) record() *story {
	for _, d := range s.drafts {
		s.facts = append(s.facts, d.Recorded(s.request(), int64(len(s.facts)+1)))
	}
	s.drafts = nil
	s.onlyKnownItems()
	return s
}

// onlyKnownItems holds the agenda to the table of what may stand on it.
func (s *story) onlyKnownItems() {
	s.t.Helper()
	agenda := agendaOf(s.state(), s.book)
	for _, d := range slices.Concat(agenda.items, agenda.later) {
		if !slices.Contains(AgendaItems(), d.Item) {
			s.t.Errorf("%s stands on the agenda and not in the table of items", d.Item)
		}
	}
}

func (s *story) then(want ...Event) *story {
	s.t.Helper()
	if s.refusal != nil {
		s.t.Fatalf("refused with %s: %s", s.refusal.Code, s.refusal.Text.En)
	}
	var have []Event
	for _, d := range s.drafts {
		have = append(have, d.Event)
	}
	if got, expected := lines(have), lines(want); got != expected {
		s.t.Fatalf("decided\n%s\nand not\n%s", got, expected)
	}
	return s.record()
}

func (s *story) thenRefused(code string) {
	s.t.Helper()
	switch {
	case s.refusal == nil:
		s.t.Fatalf("not refused with %s but decided\n%s", code, s.names())
	case s.refusal.Code != code:
		s.t.Fatalf("refused with %s (%s) and not with %s", s.refusal.Code, s.refusal.Text.En, code)
	case s.refusal.Rule == "" || s.refusal.Text.It == "" || s.refusal.Text.En == "":
		s.t.Fatalf("refusal %s does not say why in both languages: %+v", code, s.refusal)
	case len(s.drafts) > 0:
		s.t.Fatalf("refused with %s, and yet decided\n%s", code, s.names())
	}
}

func (s *story) thenNothing() *story {
	s.t.Helper()
	return s.then()
}

// thenDue checks the day of one item, which subject narrows down, whether it is
// on the agenda or waits for something on it.
func (s *story) thenDue(item, subject, due string) *story {
	s.t.Helper()
	d, ok := s.due(item, subject)
	if !ok || d.Term.Due != day(due) {
		s.t.Fatalf("%s is due on %q, not on %s; the agenda is\n%s", item, d.Term.Due, due, s.agenda())
	}
	return s
}

func (s *story) thenNotDue(item, subject string) *story {
	s.t.Helper()
	if d, ok := s.due(item, subject); ok {
		s.t.Fatalf("%s is due on %s and should not be", item, d.Term.Due)
	}
	return s
}

func (s *story) due(item, subject string) (Due, bool) {
	agenda := agendaOf(s.state(), s.book)
	items := slices.Concat(agenda.items, agenda.later)
	at := slices.IndexFunc(items, func(d Due) bool { return d.Item == item && (subject == "" || d.Subject == subject) })
	if at < 0 {
		return Due{}, false
	}
	return items[at], true
}

func (s *story) agenda() string {
	text := ""
	agenda := agendaOf(s.state(), s.book)
	for _, d := range slices.Concat(agenda.items, agenda.later) {
		text += fmt.Sprintf("%s %s %s\n", d.Term.Due, d.Item, d.Subject)
	}
	return text
}

func (s *story) names() string { return fmt.Sprint(draftNames(s.drafts)) }

// eventID finds the last recorded event of that name about that member.
func (s *story) eventID(name, member string) string {
	s.t.Helper()
	for _, f := range slices.Backward(s.facts) {
		if EventName(f.Event) == name && (member == "" || memberOf(f.Event) == member) {
			return f.EventID
		}
	}
	s.t.Fatalf("no %s is recorded", name)
	return ""
}

func draftNames(drafts []Draft) []string {
	var names []string
	for _, d := range drafts {
		names = append(names, EventName(d.Event))
	}
	return names
}

func lines(events []Event) string {
	text := ""
	for _, e := range events {
		text += EventName(e) + " " + asJSON(e) + "\n"
	}
	return text
}

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func body(v any) json.RawMessage { return json.RawMessage(asJSON(v)) }

// term is a term under the rule in force on its first day.
func term(id, from, due string) rules.Term {
	return rules.Term{Ref: book.At(id, day(from)).Ref(), From: day(from), Due: day(due)}
}

func of(member string) OfMember { return OfMember{MemberID: member} }

// milestones is the whole way of one member, each command on its own day.
func milestones(member string) []struct {
	name string
	told telling
} {
	return []struct {
		name string
		told telling
	}{
		{"filed", told("2025-11-03", file("2025-11-03"))},
		{"authorised", told("2026-02-16", authorise("2026-02-16"))},
		{"visa_requested", told("2026-03-10", &RecordVisaRequested{Step: step(member, "2026-03-10")})},
		{"visa_granted", told("2026-04-08", &RecordVisaGranted{step(member, "2026-04-08"), day("2026-10-05")})},
		{"entered", told("2026-05-04", &RecordEntry{step(member, "2026-05-04")})},
		{"presented", told("2026-05-08", &RecordPresentation{step(member, "2026-05-08")})},
		{"permit_requested", told("2026-05-11", &RecordPermitRequested{step(member, "2026-05-11")})},
		{"school_requested", told("2026-05-12", &RequestSchool{Step: step(member, "2026-05-12")})},
		{"place_proposed", told("2026-05-18", &ProposePlace{step(member, "2026-05-18"), "MIIC8AA00X"})},
		{"place_accepted", told("2026-05-20", &AcceptPlace{step(member, "2026-05-20")})},
		{"school_started", told("2026-05-25", &RecordSchoolStarted{Step: step(member, "2026-05-25")})},
		{"permit_issued", told("2026-07-20", &RecordPermitIssued{step(member, "2026-07-20"), day("2028-07-19")})},
		{"settled", told("2026-08-31", &SettleMember{step(member, "2026-08-31")})},
	}
}

// until is the way of one member up to and including the milestone.
func until(name, member string) []telling {
	var history []telling
	for _, m := range milestones(member) {
		history = append(history, m.told)
		if m.name == name {
			return history
		}
	}
	panic("no milestone " + name)
}

// and leaves history as it was: many examples share its beginning.
func and(history []telling, more ...telling) []telling { return slices.Concat(history, more) }
