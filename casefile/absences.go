// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// ReportAbsences records how many days a pupil was absent without a reason from
// one day to another, both included. Reports about the same days are refused:
// they would count twice.
type ReportAbsences struct {
	MemberID string     `json:"member_id"`
	From     rules.Date `json:"from"`
	To       rules.Date `json:"to"`
	Days     int        `json:"days"`
}

func (c *ReportAbsences) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.MemberID)
	switch {
	case m == nil:
		return nil, unknownMember()
	case slices.Contains(m.Absences, Absence{c.From, c.To, c.Days}):
		return nil, nil
	case s.gone(m.ID):
		return nil, memberEnded(m.Ending)
	case c.To.After(r.Today()):
		return nil, futureDay().at("to")
	}
	if refusal := c.check(m); refusal != nil {
		return nil, refusal
	}
	reported := &AbsencesReported{OfMember: OfMember{m.ID}, From: c.From, To: c.To, Days: c.Days}
	reported.count(s, m, r.Book)
	return []Draft{{Event: reported, On: c.To}}, nil
}

// count adds the report to those before it and raises the alert where they are
// too many and none stands open.
func (e *AbsencesReported) count(s *State, m *Member, book *rules.Book) {
	window := book.At(rules.AbsenceWindow, e.To).Number()
	e.Total = e.Days + m.absentSince(e.To.AddMonths(-window), e.To)
	switch alarming := e.Total > book.At(rules.AbsenceDays, e.To).Number() && !s.absenceOpen(m.ID); {
	case !alarming:
		e.Alert = rules.Term{}
	case e.Alert.IsZero():
		e.Alert = book.Term(rules.AbsenceFollowUp, e.To)
	}
}

func (e *AbsencesReported) restate(s *State, _ Fact, book *rules.Book) {
	s.with(e.MemberID, func(m *Member) { e.count(s, m, book) })
}

func (c *ReportAbsences) check(m *Member) *Refusal {
	k := m.School
	switch {
	case c.To.Before(c.From):
		return outOfOrder("from", c.From).at("to")
	case k.StartedOn.IsZero():
		return refusalOf("school_not_started", "art. 45 DPR 394/1999",
			"Il primo giorno di scuola non risulta: registralo prima delle assenze.",
			"No first school day is recorded: record it before absences.")
	case c.From.Before(k.StartedOn):
		return outOfOrder("school_started", k.StartedOn).at("from")
	case !k.LeftOn.IsZero() && c.To.After(k.LeftOn):
		return outOfOrder("school_left", k.LeftOn).at("to")
	case c.Days > c.From.DaysUntil(c.To)+1:
		return refusalOf("more_days_than_period", "school.absence",
			"I giorni di assenza sono più di quelli del periodo: correggi il numero o le date.",
			"There are more days of absence than the period has: correct the number or the days.").at("days")
	case slices.ContainsFunc(m.Absences, func(a Absence) bool { return !a.To.Before(c.From) && !c.To.Before(a.From) }):
		return refusalOf("absences_overlap", "school.absence",
			"Alcuni di questi giorni sono già stati segnalati: correggi la segnalazione precedente o scegli un altro periodo.",
			"Some of these days were reported already: correct the earlier report or choose another period.").at("from")
	}
	return nil
}

// Absence is one report of unjustified absences, both days included.
type Absence struct {
	From rules.Date `json:"from"`
	To   rules.Date `json:"to"`
	Days int        `json:"days"`
}

// absentSince adds up the reports that lie wholly after one day and before
// another. A report that begins earlier is left out: which of its days fall
// within is not known.
func (m *Member) absentSince(after, before rules.Date) int {
	total := 0
	for _, a := range m.Absences {
		if a.From.After(after) && a.To.Before(before) {
			total += a.Days
		}
	}
	return total
}

func (s *State) absenceOpen(member string) bool {
	return slices.ContainsFunc(s.Concerns, func(c *Concern) bool {
		return c.Kind == ConcernAbsences && c.MemberID == member && c.ResolvedOn.IsZero()
	})
}

// AbsencesReported tells of unjustified absences. Total counts those of the
// period that the law looks at; Alert is set when they are too many.
type AbsencesReported struct {
	OfMember
	From  rules.Date `json:"from"`
	To    rules.Date `json:"to"`
	Days  int        `json:"days"`
	Total int        `json:"total"`
	Alert rules.Term `json:"alert,omitzero"`
}

func (e *AbsencesReported) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) { m.Absences = append(m.Absences, Absence{e.From, e.To, e.Days}) })
	if !e.Alert.IsZero() {
		s.Concerns = append(s.Concerns, &Concern{ID: DeriveID(f.EventID, "concern/absences"), Kind: ConcernAbsences,
			MemberID: e.MemberID, RaisedOn: f.OccurredOn(), FollowUp: e.Alert})
	}
}
