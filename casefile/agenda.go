// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"

	"ricongiungi/rules"
)

// Part is the part of the story that an agenda item or effect belongs to.
type Part string

// The parts of the story, as the workflow tells it.
const (
	Authorisation Part = "authorisation"
	PreDeparture  Part = "pre_departure"
	Arrival       Part = "arrival"
	Schooling     Part = "school"
	FollowUp      Part = "follow_up"
	Branches      Part = "branches"
)

// Due is one thing that is to happen next, by when, and why by then.
type Due struct {
	Item     string     `json:"item"`              // what, such as "presentation"
	Part     Part       `json:"part"`              // of the story
	Subject  string     `json:"subject,omitempty"` // id of the member, appointment or referral
	MemberID string     `json:"member_id,omitempty"`
	By       Role       `json:"responsible"`
	Term     rules.Term `json:"term"`
	Pauses   []Pause    `json:"pauses,omitempty"`
	Lapsed   bool       `json:"lapsed"` // the log holds that it was not done in time

	remind  rules.Date
	onLapse Event // what it means in law that nothing happened; nil when it only is late
}

// key identifies the item together with its day: a term that moves is a new term.
func (d Due) key() string { return d.Item + "/" + d.Subject + "/" + d.Term.Due.String() }

// Agenda lists what is to happen next, soonest first. It depends on the facts
// and the book only: computing it again gives the same days.
func Agenda(s *State, book *rules.Book) []Due {
	return agendaOf(s, book).items
}

func agendaOf(s *State, book *rules.Book) *agenda {
	a := &agenda{state: s, book: book}
	if s.OpenedOn.IsZero() || !s.ClosedOn.IsZero() {
		return a
	}
	a.authorisation()
	for _, m := range s.Members {
		if m.Ending == "" {
			from := len(a.items)
			a.preDeparture(m)
			a.arrival(m)
			a.added(m)
			a.standStill(m, from)
		}
		if m.Ending == "" || m.Ending == Settled {
			a.school(m)
		}
	}
	a.followUp()
	a.branches()
	if len(a.items) == 0 {
		a.add(Due{Item: "periodic_review", Part: FollowUp, By: Counsellor, Term: book.Term(rules.PeriodicReview, s.LastOn)})
	}
	a.protections()
	slices.SortStableFunc(a.items, func(x, y Due) int { return strings.Compare(x.sortKey(), y.sortKey()) })
	return a
}

// branches adds what follows from what happens to people on the way.
func (a *agenda) branches() {
	a.doubts()
	a.ownPermits()
	a.contactRetry()
	a.unsealings()
	a.taxCodes()
	a.unaccompanied()
}

func (d Due) sortKey() string { return d.Term.Due.String() + d.Item + d.Subject }

type agenda struct {
	state *State
	book  *rules.Book
	items []Due
	still []Due // what stands still while children are referred as unaccompanied
}

func (a *agenda) add(d Due) {
	d.Lapsed = a.state.lapsed[d.key()]
	d.remind = a.reminder(d)
	a.items = append(a.items, d)
}

// reminder is the working day on which the responsible person is reminded; zero
// when there is no sensible one between the start and the end of the term.
func (a *agenda) reminder(d Due) rules.Date {
	lead := rules.ReminderShort
	if d.Term.From.DaysUntil(d.Term.Due) > 40 {
		lead = rules.ReminderLong
	}
	days := a.book.At(lead, d.Term.From).Number()
	day := a.book.WorkingOnOrBefore(d.Term.Due.AddDays(-days))
	if a.state.reminded[d.key()] || !d.Term.From.Before(day) {
		return rules.Date{}
	}
	return day
}

// policy adds an item counted by one of the hub's own rules.
func (a *agenda) policy(item string, part Part, m *Member, by Role, rule string, from rules.Date) {
	a.member(item, part, m, by, a.book.Term(rule, from))
}

func (a *agenda) member(item string, part Part, m *Member, by Role, term rules.Term) {
	a.add(Due{Item: item, Part: part, Subject: m.ID, MemberID: m.ID, By: by, Term: term})
}

func (a *agenda) authorisation() {
	review := a.state.Review
	if review.FiledOn.IsZero() || !a.state.undecided() {
		return
	}
	clock := review.Clock(a.book)
	a.add(Due{Item: "decision", Part: Authorisation, By: SUIOfficer, Term: clock.Term, Pauses: clock.Pauses})
	if !review.DocumentsBy.IsZero() {
		a.add(Due{Item: "documents", Part: Authorisation, By: Counsellor,
			Term: a.book.Named(rules.DocumentsDay, review.DocumentsOn, review.DocumentsBy)})
	}
	for _, notice := range review.Notices {
		if notice.ObservationsOn.IsZero() {
			a.add(notice.answer())
		}
	}
}

func (n Notice) answer() Due {
	return Due{Item: "observations", Part: Authorisation, Subject: n.On.String(), By: Counsellor, Term: n.Reply}
}

func (a *agenda) preDeparture(m *Member) {
	if m.AuthorisedOn.IsZero() || !m.EnteredOn.IsZero() {
		return
	}
	switch {
	case m.VisaRequestedOn.IsZero() && m.VisaGrantedOn.IsZero():
		a.add(Due{Item: "visa_request", Part: PreDeparture, Subject: m.ID, MemberID: m.ID, By: Counsellor, Term: m.VisaBy,
			onLapse: &NullaOstaExpired{OfMember{m.ID}}})
	case !m.VisaRefusedOn.IsZero() && m.VisaGrantedOn.IsZero():
		a.policy("visa_refusal_follow_up", PreDeparture, m, Counsellor, rules.FirstContact, m.VisaRefusedOn)
	case m.VisaGrantedOn.IsZero():
		a.member("visa_decision", PreDeparture, m, Counsellor, m.VisaDecision)
	default:
		a.add(Due{Item: "entry", Part: PreDeparture, Subject: m.ID, MemberID: m.ID, By: Counsellor,
			Term:    a.book.Named(rules.VisaValidity, m.VisaGrantedOn, m.VisaExpires),
			onLapse: &VisaExpired{OfMember{m.ID}}})
	}
	if !m.ExpectedOn.IsZero() {
		a.policy("arrival_check", PreDeparture, m, Counsellor, rules.ArrivalCheck, m.ExpectedOn)
	}
}

func (a *agenda) arrival(m *Member) {
	if m.EnteredOn.IsZero() {
		return
	}
	if m.HostNoticeOn.IsZero() {
		a.member("host_notice", Arrival, m, Counsellor, m.HostNotice)
	}
	if m.PresentedOn.IsZero() && m.PermitRequestedOn.IsZero() {
		a.member("presentation", Arrival, m, Counsellor, m.Presentation)
	}
	switch {
	case m.PermitRequestedOn.IsZero():
		a.member("permit_request", Arrival, m, Counsellor, m.Presentation)
	case !m.PermitIssuedOn.IsZero():
	case !m.PermitRefusedOn.IsZero():
		a.policy("permit_refusal_follow_up", Arrival, m, Counsellor, rules.FirstContact, m.PermitRefusedOn)
	default:
		a.member("permit", Arrival, m, Counsellor, m.PermitBy)
	}
	if m.AgreementDue && m.AgreementSignedOn.IsZero() {
		a.member("agreement", Arrival, m, Counsellor, m.Presentation)
	}
	if !m.AgreementSignedOn.IsZero() {
		a.member("civics", Arrival, m, Counsellor, m.Civics)
	}
	if !m.PermitIssuedOn.IsZero() && (!m.SchoolDue || !m.School.StartedOn.IsZero()) {
		a.policy("settle", FollowUp, m, Counsellor, rules.ClosingDue, later(m.PermitIssuedOn, m.School.StartedOn))
	}
}

// checkIns pairs the months after the first entry with their rules.
var checkIns = []struct {
	month int
	rule  string
}{{1, rules.CheckIn1}, {3, rules.CheckIn3}, {6, rules.CheckIn6}, {12, rules.CheckIn12}}

func (a *agenda) followUp() {
	s := a.state
	if !s.Review.DecidedOn.IsZero() && s.ContactOn.IsZero() && !s.allEnded() {
		a.add(Due{Item: "first_contact", Part: PreDeparture, By: Counsellor, Term: a.book.Term(rules.FirstContact, s.Review.DecidedOn)})
	}
	if entry := s.FirstEntry(); !entry.IsZero() && s.accompanied() {
		a.afterEntry(entry)
	}
	for _, p := range s.Appointments {
		if p.Outcome == "" {
			a.add(Due{Item: "appointment", Part: FollowUp, Subject: p.ID, MemberID: p.MemberID, By: Counsellor, Term: p.Due})
		}
	}
	for _, r := range s.Referrals {
		if r.ClosedOn.IsZero() {
			a.add(Due{Item: "referral_reply", Part: FollowUp, Subject: r.ID, MemberID: r.MemberID, By: Counsellor, Term: r.Reply})
		}
	}
	if s.allEnded() && s.OpenReferrals() == 0 {
		a.add(Due{Item: "closing", Part: FollowUp, By: Counsellor, Term: a.book.Term(rules.ClosingDue, s.lastEnding())})
	}
}

func (a *agenda) afterEntry(entry rules.Date) {
	if a.state.PlanOn.IsZero() {
		a.add(Due{Item: "plan", Part: FollowUp, By: Counsellor, Term: a.book.Term(rules.PlanDue, entry)})
	}
	for _, c := range checkIns {
		if a.state.CheckIns[c.month].IsZero() {
			a.add(Due{Item: "check_in", Part: FollowUp, Subject: itoa(int64(c.month)), By: Counsellor, Term: a.book.Term(c.rule, entry)})
		}
	}
}

// accompanied tells whether somebody is there whom the hub goes on seeing: a
// family that withdrew or was lost is not called to its check-ins.
func (s *State) accompanied() bool {
	return slices.ContainsFunc(s.Members, func(m *Member) bool { return m.Ending == "" || m.Ending == Settled })
}

func (s *State) lastEnding() rules.Date {
	var last rules.Date
	for _, m := range s.Members {
		last = later(last, m.EndedOn)
	}
	return last
}

// Explain says in one sentence why the item is due on its day.
func (d Due) Explain(book *rules.Book) rules.Text {
	text := book.Explain(d.Term)
	if len(d.Pauses) == 0 {
		return text
	}
	days := itoa(int64(ReviewClock{Pauses: d.Pauses}.suspended()))
	why := rules.Text{It: "art. 10-bis L. 241/1990", En: "art. 10-bis L. 241/1990"}
	if d.Part != Authorisation {
		rule := book.At(rules.MSNAPause, d.Term.From)
		why = rules.Text{It: "presa in carico come minore non accompagnato; " + rule.Citation, En: "referral as an unaccompanied minor; " + rule.Citation}
	}
	return rules.Text{
		It: text.It + " Sospeso per " + days + " giorni (" + why.It + ").",
		En: text.En + " Suspended for " + days + " days (" + why.En + ").",
	}
}
