// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strconv"
	"time"

	"ricongiungi/rules"
)

// birthdays that change something on the way, with the rule that holds the age.
var birthdays = []struct {
	rule string
	text rules.Text
}{
	{rules.GuidanceFrom, rules.Text{It: "da allora ha diritto all'orientamento scolastico del servizio", En: "from then on the hub's school guidance is open to them"}},
	{rules.AgreementAge, rules.Text{It: "chi entra dopo firma l'accordo di integrazione e può iscriversi al CPIA", En: "who enters later signs the integration agreement and may enrol in a CPIA"}},
	{rules.MinorAge, rules.Text{It: "da allora serve un permesso da adulto e cambiano scuola e firme", En: "from then on an adult's permit is needed, and school and signatures change"}},
}

// ages notes the birthdays to come. The log and the agenda are readable by many
// and a birthday identifies: an item says only the quarter, and falls due a
// month before it begins.
func (a *agenda) ages(m *Member) {
	birth := m.Who.BirthDate
	if birth.IsZero() || m.AuthorisedOn.IsZero() {
		return
	}
	horizon := m.AuthorisedOn.AddMonths(a.book.At(rules.AgeNoteHorizon, m.AuthorisedOn).Number())
	for _, b := range birthdays {
		age := a.book.At(b.rule, m.AuthorisedOn).Number()
		on := birth.Birthday(age)
		if on.After(m.AuthorisedOn) && !on.After(horizon) && !slices.Contains(m.AgesNoted, age) {
			a.add(ageNote(m, age, quarterOf(on), a.book.Named(b.rule, m.AuthorisedOn, rules.Date{}), b.text))
		}
	}
}

func ageNote(m *Member, age int, quarter rules.Date, term rules.Term, means rules.Text) Due {
	term.Due = later(quarter.AddMonths(-1), m.AuthorisedOn)
	years, begins := strconv.Itoa(age), rules.Written(quarter)
	return Due{Item: "birthday", Part: Arrival, Subject: DeriveID(m.ID, "age/"+years), MemberID: m.ID, About: "age_" + years, By: Counsellor, Term: term,
		onLapse: &AgeNoted{OfMember: OfMember{m.ID}, Age: age, Quarter: quarter},
		say: &rules.Text{
			It: "Compie " + years + " anni nel trimestre che comincia il " + begins.It + ": " + means.It + ".",
			En: "Turns " + years + " in the quarter that begins on " + begins.En + ": " + means.En + ".",
		}}
}

// quarterOf is the first day of the quarter.
func quarterOf(d rules.Date) rules.Date { return rules.On(d.Year, d.Month-(d.Month-time.January)%3, 1) }

// AgeNoted says that the counsellor was told of a birthday that changes something.
type AgeNoted struct {
	OfMember
	Age     int        `json:"age"`     // completed years
	Quarter rules.Date `json:"quarter"` // first day of the quarter of the birthday
}

func (e *AgeNoted) apply(s *State, _ Fact) {
	s.with(e.MemberID, func(m *Member) { m.AgesNoted = append(m.AgesNoted, e.Age) })
}

// late tells whether the birthday lay behind when the note was made.
func (e *AgeNoted) late(f Fact) bool {
	return !rules.DateOf(f.RecordedAt).Before(e.Quarter.AddMonths(3))
}
