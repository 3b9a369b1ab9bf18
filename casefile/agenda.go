// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"cmp"
	"slices"

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
	Item     string       `json:"item"`              // what, such as "presentation"
	Part     Part         `json:"part"`              // of the story
	Subject  string       `json:"subject,omitempty"` // id of the member, appointment or referral
	MemberID string       `json:"member_id,omitempty"`
	By       Role         `json:"responsible"`
	Term     rules.Term   `json:"term"`
	Pauses   []Pause      `json:"pauses,omitempty"`
	Settled  []Settlement `json:"law_changes,omitempty"` // that found the application pending
	Lapsed   bool         `json:"lapsed"`                // the log holds that it was not done in time
	About    string       `json:"about,omitempty"`       // code of what is meant where the item alone does not say, such as a paper
	Family   bool         `json:"family,omitempty"`      // the family's own to do
	Policy   bool         `json:"policy,omitempty"`      // counted by a rule of the office and not by law

	remind   rules.Date
	escalate rules.Date
	onLapse  Event       // what it means in law that nothing happened; nil when it only is late
	say      *rules.Text // why on that day, where nothing was counted forward
}

// key identifies the item together with its day: a term that moves is a new term.
func (d Due) key() string { return d.Item + "/" + d.Subject + "/" + d.Term.Due.String() }

// Agenda lists what is to happen next, soonest first, and on one day what the law
// counts before what the hub asks of itself. It depends on the facts and the book
// only: computing it again gives the same days.
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
			a.underway(m)
		}
		if m.Ending == "" || m.Ending == Settled {
			a.school(m)
			a.kinship(m)
		}
		if m.Ending == Settled {
			a.support(m)
		}
		a.appeals(m)
		a.afterwards(m)
	}
	a.contact()
	a.followUp()
	a.branches()
	if !slices.ContainsFunc(a.items, Due.step) {
		a.add(Due{Item: "periodic_review", Part: FollowUp, By: Counsellor, Term: book.Term(rules.PeriodicReview, s.LastOn)})
	}
	a.protections()
	slices.SortStableFunc(a.items, Due.compare)
	a.setAside()
	slices.SortStableFunc(a.later, Due.compare)
	return a
}

// underway lists what is to come on the way of a member whose path is open.
func (a *agenda) underway(m *Member) {
	from := len(a.items)
	a.preDeparture(m)
	a.arrival(m)
	a.added(m)
	a.support(m)
	a.standStill(m, from)
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

func (d Due) compare(e Due) int {
	x, y := d.Term.Due, e.Term.Due
	return cmp.Or(cmp.Compare(x.Year, y.Year), cmp.Compare(x.Month, y.Month), cmp.Compare(x.Day, y.Day),
		cmp.Compare(d.own(), e.own()), cmp.Compare(d.Item, e.Item), cmp.Compare(d.Subject, e.Subject))
}

// own is 1 for what the office's own rules count and 0 for what the law does.
func (d Due) own() int {
	if d.Policy {
		return 1
	}
	return 0
}

type agenda struct {
	state *State
	book  *rules.Book
	items []Due
	still []Due // what stands still while children are referred as unaccompanied
	later []Due // what waits for something on the agenda
}

func (a *agenda) add(d Due) {
	key := d.key()
	d.Lapsed = a.state.lapsed[key]
	d.Family = itemsOfTheFamily[d.Item]
	row, _ := a.book.Row(d.Term.Ref)
	d.Policy = row.Certainty == rules.Policy
	d.remind, d.escalate = a.reminder(d, key), a.escalation(d, key)
	a.items = append(a.items, d)
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
	a.add(Due{Item: "decision", Part: Authorisation, By: SUIOfficer, Term: clock.Term, Pauses: clock.Pauses, Settled: review.changes()})
	for _, asked := range review.Papers {
		if asked.open() {
			a.add(Due{Item: "documents", Part: Authorisation, Subject: asked.On.String(), By: Counsellor,
				Term: a.book.Named(rules.DocumentsDay, asked.On, asked.By)})
		}
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
	if !a.state.mayTravel(m) || m.here() || m.revoked() {
		return
	}
	switch {
	case m.VisaRequestedOn.IsZero() && m.VisaGrantedOn.IsZero():
		a.visaRequest(m)
	case m.visaRefused() && m.VisaGrantedOn.IsZero():
		a.afterVisaRefusal(m)
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
	switch {
	case !m.here(), m.bornHere():
		return
	case m.EnteredOn.IsZero() || a.state.procedure() == OfCitizen:
		a.stay(m)
		return
	}
	if m.HostNoticeOn.IsZero() {
		a.member("host_notice", Arrival, m, Counsellor, m.HostNotice)
	}
	if m.PresentedOn.IsZero() && m.PermitRequestedOn.IsZero() {
		a.member("presentation", Arrival, m, Counsellor, m.Presentation)
	}
	if m.PermitRequestedOn.IsZero() {
		a.member("permit_request", Arrival, m, Counsellor, m.Presentation)
	}
	a.agreement(m)
	a.permit(m)
}

// permit lists what follows the permit request.
func (a *agenda) permit(m *Member) {
	a.permitSteps(m)
	switch {
	case m.PermitRequestedOn.IsZero(), !m.PermitIssuedOn.IsZero():
	case m.permitRefused():
		a.policy("permit_refusal_follow_up", Arrival, m, Counsellor, rules.FollowUp, m.PermitRefusedOn)
	default:
		a.member("permit", Arrival, m, Counsellor, m.PermitBy)
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
	if entry := s.FirstEntry(); !entry.IsZero() && s.accompanied() {
		a.afterEntry(entry)
	}
	a.plan()
	a.appointments()
	a.referrals()
	a.replies()
	a.concerns()
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
	if d.say != nil {
		return *d.say
	}
	text := book.Explain(d.Term)
	for _, settled := range d.Settled {
		why := settled.Explain(book)
		text = rules.Text{It: text.It + " " + why.It, En: text.En + " " + why.En}
	}
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
