// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// TransferCase hands the family over to another municipality; the history stays.
type TransferCase struct {
	On           rules.Date `json:"on"`
	Municipality string     `json:"municipality"`        // ISTAT code, six digits
	Recipient    string     `json:"recipient,omitempty"` // code of the office that receives the package
	Reason       string     `json:"reason,omitempty"`
}

func (c *TransferCase) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case s.TransferredTo == c.Municipality:
		return nil, nil
	case s.OpenReferrals() > 0:
		return nil, refusalOf("referrals_open", "case.closing",
			"Almeno un invio attende risposta: chiudilo prima di trasferire la pratica.",
			"At least one referral awaits its answer: close it before transferring the case.")
	case s.reserved():
		return nil, notNow()
	}
	return []Draft{{Event: &CaseTransferred{Municipality: c.Municipality, Recipient: c.Recipient, Reason: c.Reason}, On: c.On}}, nil
}

// TransferMember hands one member over who moves alone. ResumeMember takes them
// back when they return.
type TransferMember struct {
	Step
	Municipality string `json:"municipality"`
	Recipient    string `json:"recipient,omitempty"`
	Reason       string `json:"reason,omitempty"`
}

func (c *TransferMember) decide(s *State, r Request) ([]Draft, *Refusal) {
	if m := s.Member(c.MemberID); m != nil && m.Ending == TransferredOut && m.EndedOn == c.On && m.MovedTo == c.Municipality {
		return nil, nil
	}
	m, refusal := s.arrived(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.Protection.open():
		return nil, notNow()
	}
	return one(&MemberTransferred{OfMember: OfMember{m.ID}, Municipality: c.Municipality, Recipient: c.Recipient, Reason: c.Reason}, c.Step), nil
}

// CaseTransferred ends this office's part.
type CaseTransferred struct {
	Municipality string `json:"municipality"`
	Recipient    string `json:"recipient,omitempty"`
	Reason       string `json:"reason,omitempty"`
}

func (e *CaseTransferred) apply(s *State, f Fact) {
	s.TransferredTo, s.ClosedOn = e.Municipality, f.OccurredOn()
	s.HandedOver = append(s.HandedOver, HandedOver{On: f.OccurredOn(), Municipality: e.Municipality, Recipient: e.Recipient})
}

// MemberTransferred ends one member's path here.
type MemberTransferred struct {
	OfMember
	Municipality string `json:"municipality"`
	Recipient    string `json:"recipient,omitempty"`
	Reason       string `json:"reason,omitempty"`
}

func (e *MemberTransferred) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.end(TransferredOut, f.OccurredOn())
		m.MovedTo = e.Municipality
		s.HandedOver = append(s.HandedOver, HandedOver{On: f.OccurredOn(), Municipality: e.Municipality, Recipient: e.Recipient, MemberID: m.ID})
	})
}

// HandedOver is one hand-over, of the whole case or of one member.
type HandedOver struct {
	On           rules.Date `json:"on"`
	Municipality string     `json:"municipality"`
	Recipient    string     `json:"recipient,omitempty"`
	MemberID     string     `json:"member_id,omitempty"`
}

// Handover is what the office that takes a family over needs to go on: where
// each member stands, what is due and why, and what was done when. It holds
// verdicts and days; names travel apart, and nothing that is confidential here
// travels with it.
type Handover struct {
	CaseID    string       `json:"case_id"`
	From      string       `json:"from"` // code of the office that hands over
	To        HandedOver   `json:"to"`
	Review    ReviewView   `json:"review"`
	SponsorID string       `json:"sponsor_id"`
	Language  string       `json:"contact_language,omitempty"`
	Members   []MemberView `json:"members"`
	Due       []DueView    `json:"due"`
	Done      []StepView   `json:"done"`
}

// HandoverPackage draws up the package for a hand-over, as the case stands. For
// a member who moves alone it speaks of that member only.
func HandoverPackage(s *State, to HandedOver, book *rules.Book) Handover {
	h := Handover{CaseID: s.CaseID, From: s.Office, To: to, Review: reviewView(s.Review, book), SponsorID: s.SponsorID,
		Language: s.ContactLanguage, Members: []MemberView{}, Due: []DueView{}, Done: []StepView{}}
	for _, m := range s.Members {
		if to.concerns(m.ID) {
			h.Members = append(h.Members, s.branchesOf(m, s.memberView(m, book)).handedOver())
		}
	}
	open := s.beforeHandover(to)
	for _, d := range Agenda(open, book) {
		if d.Class() == Ordinary && (d.MemberID == "" && to.MemberID == "" || d.MemberID != "" && to.concerns(d.MemberID)) {
			h.Due = append(h.Due, DueView{Due: d, DueOn: d.Term.Due, Why: d.Explain(book)})
		}
	}
	h.Done = append(h.Done, s.done(to)...)
	return h
}

func (h HandedOver) concerns(member string) bool { return h.MemberID == "" || h.MemberID == member }

// handedOver leaves out of a member's view what is confidential here.
func (v MemberView) handedOver() MemberView {
	v.OwnPermit, v.Unaccompanied, v.SeparatedOn = nil, nil, rules.Date{}
	if v.Doubt != nil && v.Doubt.Cause == SpouseSeparated {
		v.Doubt = nil
	}
	return v
}

// beforeHandover is the state with the hand-over itself left out: closing a case
// clears its agenda, which is what the other office asks for.
func (s *State) beforeHandover(to HandedOver) *State {
	var facts []Fact
	for _, f := range s.facts {
		if !to.isIn(f) {
			facts = append(facts, f)
		}
	}
	return Fold(facts)
}

func (h HandedOver) isIn(f Fact) bool {
	switch e := f.Event.(type) {
	case *CaseTransferred:
		return h.MemberID == "" && e.Municipality == h.Municipality && f.OccurredOn() == h.On
	case *MemberTransferred:
		return e.MemberID == h.MemberID && e.Municipality == h.Municipality && f.OccurredOn() == h.On
	}
	return false
}

// done lists the ordinary events that stand, by name and day.
func (s *State) done(to HandedOver) []StepView {
	var steps []StepView
	amendments, markings := amendmentsIn(s.facts), Markings(s.facts)
	for _, f := range s.facts {
		amended, stands := amendments.amend(f)
		if !stands || amends(f.Event) || noticedByEngine(f.Event) || markings[f.EventID].Class != "" || !s.isAbout(amended, to) {
			continue
		}
		steps = append(steps, StepView{EventName(amended.Event), amended.OccurredOn()})
	}
	return steps
}

// isAbout keeps what concerns other members out of one member's package.
func (s *State) isAbout(f Fact, to HandedOver) bool {
	member := memberOf(f.Event)
	return member == "" || to.concerns(s.canonical(member))
}
