// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strconv"

	"ricongiungi/rules"
)

// Shift is one date or verdict of a case that a changed rule moves. It names
// ids, rules, codes and days only.
type Shift struct {
	CaseID   string `json:"case_id"`
	MemberID string `json:"member_id,omitempty"`
	Kind     string `json:"kind"`              // date, condition, eligibility, agreement, school or ending
	Item     string `json:"item"`              // agenda item or condition
	Subject  string `json:"subject,omitempty"` // of the agenda item
	Rule     string `json:"rule,omitempty"`    // that gives the date or verdict
	Was      string `json:"was,omitempty"`     // day or verdict; empty when there was none
	Is       string `json:"is,omitempty"`      // day or verdict; empty when there is none
	Effect   string `json:"effect"`
}

// The effects of a shift. A date moves, and whoever acts by it may become late
// or be late no more; what is judged is gained, lost or otherwise changed.
const (
	Moved        = "moved"
	BecomesLate  = "becomes_late"
	NoLongerLate = "no_longer_late"
	Appears      = "appears"
	Disappears   = "disappears"
	Gained       = "gained"
	Lost         = "lost"
	Changed      = "changed"
)

// WhatIf says what would be otherwise in a case, past or open, if the changed
// book had applied instead of the present one. Nothing is recorded; a case that
// the change does not touch gives nothing. Facts whose personal data were erased
// keep the verdicts that were given on them.
func WhatIf(facts []Fact, present, changed *rules.Book, today rules.Date) []Shift {
	before := findings(Fold(restater{present: present, book: present, today: today}.history(facts)), present, today)
	after := findings(Fold(restater{present: present, book: changed, today: today}.history(facts)), changed, today)
	is := map[place]finding{}
	for _, f := range after {
		is[f.place] = f
	}
	var shifts []Shift
	for _, was := range before {
		now := is[was.place]
		delete(is, was.place)
		if now.value != was.value || now.late != was.late {
			shifts = append(shifts, shiftOf(facts[0].CaseID, was, now))
		}
	}
	for _, now := range after {
		if _, fresh := is[now.place]; fresh {
			shifts = append(shifts, shiftOf(facts[0].CaseID, finding{}, now))
		}
	}
	return shifts
}

// place is where in a case something is found.
type place struct{ kind, item, subject, member string }

// finding is one date or verdict of a case.
type finding struct {
	place
	rule  string
	value string // day or verdict
	late  bool
}

func shiftOf(caseID string, was, is finding) Shift {
	where, rule := is.place, is.rule
	if is.value == "" {
		where, rule = was.place, was.rule
	}
	return Shift{CaseID: caseID, MemberID: where.member, Kind: where.kind, Item: where.item, Subject: where.subject,
		Rule: rule, Was: was.value, Is: is.value, Effect: effectOf(where.kind, was, is)}
}

func effectOf(kind string, was, is finding) string {
	if kind != "date" {
		return effectOnVerdict(was.value, is.value)
	}
	switch {
	case is.late && !was.late:
		return BecomesLate
	case was.late && !is.late:
		return NoLongerLate
	case was.value == "":
		return Appears
	case is.value == "":
		return Disappears
	}
	return Moved
}

func effectOnVerdict(was, is string) string {
	switch {
	case is == "yes", was == NotMet:
		return Gained
	case is == "no", is == NotMet:
		return Lost
	}
	return Changed
}

// findings lists every date and verdict of a case, past and to come. A step that
// is to be taken again, such as a visa request after a refusal, is found once,
// as it stands on the agenda.
func findings(s *State, book *rules.Book, today rules.Date) []finding {
	var all []finding
	agenda := agendaOf(s, book)
	for _, d := range slices.Concat(agenda.items, agenda.later) {
		all = append(all, dated(d.Item, d.Subject, d.MemberID, d.Term, rules.Date{}, today)...)
	}
	all = append(all, reviewKept(s, book, today)...)
	for _, m := range s.Members {
		all = append(all, m.kept(today)...)
		all = append(all, m.judged()...)
	}
	return firstOfEach(append(all, conditionsFound(s, book)...))
}

func firstOfEach(all []finding) []finding {
	seen := map[place]bool{}
	return slices.DeleteFunc(all, func(f finding) bool {
		known := seen[f.place]
		seen[f.place] = true
		return known
	})
}

// dated is the finding of one term: late when the step came after it, or has not
// come and the term is over.
func dated(item, subject, member string, t rules.Term, done, today rules.Date) []finding {
	if t.IsZero() {
		return nil
	}
	late := done.After(t.Due)
	if done.IsZero() {
		late = today.After(t.Due)
	}
	return []finding{{place{"date", item, subject, member}, t.Rule, t.Due.String(), late}}
}

// kept are the terms of steps that were taken; the agenda holds the others.
func (m *Member) kept(today rules.Date) []finding {
	var all []finding
	for _, step := range []struct {
		item string
		term rules.Term
		done rules.Date
	}{
		{"visa_request", m.VisaBy, m.VisaRequestedOn},
		{"visa_decision", m.VisaDecision, later(m.VisaGrantedOn, m.VisaRefusedOn)},
		{"host_notice", m.HostNotice, m.HostNoticeOn},
		{"presentation", m.Presentation, m.PresentedOn},
		{"permit_request", m.permitTerm(), m.PermitRequestedOn},
		{"agreement", m.Presentation, m.AgreementSignedOn},
		{"permit", m.PermitBy, m.PermitIssuedOn},
		{"school_place", m.School.ProposalBy, m.School.ProposedOn},
		{"school_answer", m.School.AnswerBy, m.School.AcceptedOn},
		{"school_start", m.School.StartBy, m.School.StartedOn},
	} {
		if !step.done.IsZero() {
			all = append(all, dated(step.item, m.ID, m.ID, step.term, step.done, today)...)
		}
	}
	return all
}

// reviewKept are the terms of the review and of the hub that were met or missed.
func reviewKept(s *State, book *rules.Book, today rules.Date) []finding {
	var all []finding
	if !s.Review.FiledOn.IsZero() && !s.undecided() && !s.Review.DecidedOn.IsZero() {
		all = dated("decision", "", "", s.Review.Clock(book).Term, s.Review.DecidedOn, today)
	}
	for _, n := range s.Review.Notices {
		if !n.ObservationsOn.IsZero() {
			all = append(all, dated("observations", n.On.String(), "", n.Reply, n.ObservationsOn, today)...)
		}
	}
	if !s.Review.DecidedOn.IsZero() && !s.ContactOn.IsZero() {
		all = append(all, dated("first_contact", "", "", book.Term(rules.FirstContact, s.Review.DecidedOn), s.ContactOn, today)...)
	}
	entry := s.FirstEntry()
	if !entry.IsZero() && !s.PlanOn.IsZero() {
		all = append(all, dated("plan", "", "", book.Term(rules.PlanDue, entry), s.PlanOn, today)...)
	}
	for _, c := range checkIns {
		if held := s.CheckIns[c.month]; !entry.IsZero() && !held.IsZero() {
			all = append(all, dated("check_in", itoa(int64(c.month)), "", book.Term(c.rule, entry), held, today)...)
		}
	}
	return all
}

// judged are the verdicts that events hold about a member.
func (m *Member) judged() []finding {
	found := func(kind, item, rule, value string) finding {
		return finding{place: place{kind, item, "", m.ID}, rule: rule, value: value}
	}
	var all []finding
	if !m.EnteredOn.IsZero() {
		all = append(all, found("agreement", "agreement_due", rules.AgreementAge, yesNo(m.AgreementDue)),
			found("school", "school_due", rules.SchoolRight, yesNo(m.SchoolDue)))
	}
	if !m.School.RequestedOn.IsZero() {
		need := m.School.Request
		all = append(all, found("school", "grade", rules.SchoolNextYear, strconv.Itoa(need.Year)+" "+need.Level+" "+strconv.Itoa(need.Grade)))
	}
	if m.Ending != "" {
		all = append(all, found("ending", "ending", "", string(m.Ending)+" "+m.EndedOn.String()))
	}
	return all
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// conditionsFound judges the conditions, also of a case in which nobody checked
// them: the ages are known even so.
func conditionsFound(s *State, book *rules.Book) []finding {
	var all []finding
	unchecked := []Verdict{}
	if s.check == nil {
		unchecked = (&RecordConditions{On: s.OpenedOn}).checked(s, book).Verdicts
	}
	for _, m := range s.Members {
		overall := Met
		for _, v := range append(m.Conditions, about(unchecked, m.ID)...) {
			all = append(all, finding{place: place{"condition", v.Condition, "", m.ID}, rule: v.Rule, value: v.Outcome})
			if v.Outcome != NotNeeded {
				overall = both(overall, v.Outcome)
			}
		}
		all = append(all, finding{place: place{"eligibility", "eligibility", "", m.ID}, value: overall})
	}
	return all
}
