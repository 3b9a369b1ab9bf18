// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// The acts, and the silences, that can be taken to the ordinary court (art. 30
// c. 6 TUI, art. 20 D.Lgs. 150/2011). No term to do so is laid down.
const (
	SUIRefusal    = "sui_refusal" // also an improcedibilità
	SUISilence    = "sui_silence"
	Revocation    = "revocation"
	VisaRefusal   = "visa_refusal"
	VisaSilence   = "visa_silence" // also where no appointment is given
	PermitRefusal = "permit_refusal"
	PermitSilence = "permit_silence"
)

// The outcomes of an appeal.
const (
	Upheld        = "upheld"       // the act is annulled, or the office is told to act
	Dismissed     = "dismissed"    // the act stands
	VisaOrdered   = "visa_ordered" // a visa is to be issued, even without any nulla osta
	AppealDropped = "dropped"      // given up, or no longer of use
)

// Appeal is one appeal to the court about one member.
type Appeal struct {
	ID        string     `json:"appeal_id"`
	Against   string     `json:"against"`
	FiledOn   rules.Date `json:"filed_on"`
	DecidedOn rules.Date `json:"decided_on,omitzero"`
	Outcome   string     `json:"outcome,omitempty"`

	comply rules.Term // by when the office is to act on it
}

func (a *Appeal) open() bool { return a.DecidedOn.IsZero() }

func (a *Appeal) won() bool { return a.Outcome == Upheld || a.Outcome == VisaOrdered }

// appealing tells whether a court still looks at the member's matter.
func (m *Member) appealing() bool { return slices.ContainsFunc(m.Appeals, (*Appeal).open) }

// contested gives the day of the act, or of the request that met with silence,
// and whether there still is something to appeal against.
func (s *State) contested(m *Member, against string) (since rules.Date, stands bool) {
	switch against {
	case SUIRefusal:
		return m.RefusedOn, m.refused()
	case SUISilence:
		return s.Review.FiledOn, m.AuthorisedOn.IsZero() && m.RefusedOn.IsZero() && s.suiAnswers()
	case Revocation:
		return m.RevokedOn, m.revoked()
	case VisaRefusal:
		return m.VisaRefusedOn, m.visaRefused()
	case VisaSilence:
		return m.VisaRequestedOn, !m.VisaRequestedOn.IsZero() && m.VisaGrantedOn.IsZero() && !m.visaRefused()
	case PermitRefusal:
		return m.PermitRefusedOn, m.permitRefused()
	case PermitSilence:
		return m.PermitRequestedOn, !m.PermitRequestedOn.IsZero() && m.PermitIssuedOn.IsZero() && !m.permitRefused()
	}
	return rules.Date{}, false
}

// RecordAppeal records that an appeal was filed for a member. While the court
// looks at it the member's path is not over.
type RecordAppeal struct {
	Step
	Against string `json:"against"`
}

func (c *RecordAppeal) decide(s *State, r Request) ([]Draft, *Refusal) {
	m := s.Member(c.MemberID)
	switch {
	case m == nil:
		return nil, unknownMember()
	case c.On.After(r.Today()):
		return nil, futureDay()
	}
	for _, a := range m.Appeals {
		switch {
		case a.Against == c.Against && a.FiledOn == c.On:
			return nil, nil
		case a.Against == c.Against && a.open():
			return nil, alreadyRecorded("appeal_filed", a.FiledOn)
		}
	}
	if refusal := c.admissible(s, m); refusal != nil {
		return nil, refusal
	}
	return one(&AppealFiled{OfMember: OfMember{m.ID}, AppealID: DeriveID(r.CommandID, "appeal"), Against: c.Against}, c.Step), nil
}

func (c *RecordAppeal) admissible(s *State, m *Member) *Refusal {
	since, stands := s.contested(m, c.Against)
	switch {
	case m.Ending != "" && !m.endedByAct() && !m.toldLate(c.On):
		return memberEnded(m.Ending)
	case !stands:
		return refusalOf("nothing_to_appeal", "art. 30 c. 6 TUI",
			"Non risulta l'atto o il silenzio contro cui si ricorre: registralo prima del ricorso.",
			"The act or the silence that is appealed against is not recorded: record it before the appeal.").at("against")
	case c.On.Before(since):
		return outOfOrder(c.Against, since)
	}
	return nil
}

// endedByAct tells whether the path ended by an act that a court may undo.
func (m *Member) endedByAct() bool {
	return slices.Contains([]Ending{RefusedFinal, Improcedibile, VisaRefusedFinal, Revoked, NoLongerEligible}, m.Ending)
}

// RecordJudgment records what came of an appeal.
type RecordJudgment struct {
	AppealID string     `json:"appeal_id"`
	On       rules.Date `json:"on"`
	Outcome  string     `json:"outcome"`
}

func (c *RecordJudgment) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, a := s.appeal(c.AppealID)
	switch {
	case a == nil:
		return nil, refusalOf("unknown_appeal", "case.appeals",
			"Il ricorso non risulta in questa pratica: registralo prima della pronuncia.",
			"There is no such appeal on the case: record it before its outcome.").at("appeal_id")
	case c.On.After(r.Today()):
		return nil, futureDay()
	case a.DecidedOn == c.On && a.Outcome == c.Outcome:
		return nil, nil
	case !a.open():
		return nil, alreadyRecorded("judgment_given", a.DecidedOn)
	case c.On.Before(a.FiledOn):
		return nil, outOfOrder("appeal_filed", a.FiledOn)
	case !possible(a.Against, c.Outcome):
		return nil, refusalOf("outcome_not_possible", "art. 30 c. 6 TUI",
			"Questo esito non è possibile per questo ricorso: il visto si ordina solo contro il diniego o il silenzio sull'ingresso.",
			"This outcome is not possible for this appeal: a visa is ordered only against a refusal or silence about the entry.").at("outcome")
	}
	drafts := []Draft{{Event: c.judgment(m, a, r.Book), On: c.On}}
	if a.won() || c.Outcome == Upheld || c.Outcome == VisaOrdered {
		return s.takenUpAgain(drafts, "judgment"), nil
	}
	return drafts, nil
}

// possible tells whether the court can decide so about the act.
func possible(against, outcome string) bool {
	switch outcome {
	case Upheld, Dismissed, AppealDropped:
		return true
	case VisaOrdered:
		return slices.Contains([]string{SUIRefusal, SUISilence, VisaRefusal, VisaSilence}, against)
	}
	return false
}

func (c *RecordJudgment) judgment(m *Member, a *Appeal, book *rules.Book) *JudgmentGiven {
	event := &JudgmentGiven{OfMember: OfMember{m.ID}, AppealID: a.ID, Outcome: c.Outcome}
	if c.Outcome == Dismissed || c.Outcome == AppealDropped {
		return event
	}
	comply := book.Term(rules.JudgmentCompliance, c.On)
	event.Comply = &comply
	if a.Against == Revocation && m.revoked() {
		visaBy := m.restored(c.On, book)
		event.VisaBy = &visaBy
	}
	return event
}

// appeal finds an appeal with its member, or nils.
func (s *State) appeal(id string) (*Member, *Appeal) {
	for _, m := range s.Members {
		if a := m.appeal(id); a != nil {
			return m, a
		}
	}
	return nil, nil
}

func (m *Member) appeal(id string) *Appeal {
	for _, a := range m.Appeals {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// AppealFiled puts the end of the path off until the court has decided.
type AppealFiled struct {
	OfMember
	AppealID string `json:"appeal_id"`
	Against  string `json:"against"`
}

func (e *AppealFiled) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		if m.appeal(e.AppealID) != nil {
			return
		}
		m.Appeals = append(m.Appeals, &Appeal{ID: e.AppealID, Against: e.Against, FiledOn: f.OccurredOn()})
		if m.endedByAct() {
			m.end("", rules.Date{})
		}
	})
}

// JudgmentGiven is what came of an appeal. Comply is by when the office is to
// act on it; VisaBy the term of a nulla osta whose revocation fell.
type JudgmentGiven struct {
	OfMember
	AppealID string      `json:"appeal_id"`
	Outcome  string      `json:"outcome"`
	Comply   *rules.Term `json:"comply,omitempty"`
	VisaBy   *rules.Term `json:"visa_by,omitempty"`
}

func (e *JudgmentGiven) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		a := m.appeal(e.AppealID)
		if a == nil {
			return
		}
		a.DecidedOn, a.Outcome = f.OccurredOn(), e.Outcome
		if e.Comply != nil {
			a.comply = *e.Comply
		}
		if a.won() {
			m.win(a, e)
		} else if m.Ending == "" && !m.appealing() {
			m.lose(a.DecidedOn)
		}
	})
}

// win undoes the act and takes the path up again, unless it had ended otherwise:
// a family that has withdrawn meanwhile is asked, not carried along.
func (m *Member) win(a *Appeal, e *JudgmentGiven) {
	switch a.Against {
	case SUIRefusal:
		m.RefusalUndone = true
		m.overturn(RefusedFinal, Improcedibile)
	case Revocation:
		m.RevocationUndone = true
		if e.VisaBy != nil {
			m.VisaBy = *e.VisaBy
		}
		m.overturn(Revoked)
	case VisaRefusal, VisaSilence:
		m.VisaRefusalUndone = !m.VisaRefusedOn.IsZero()
		m.VisaDecision = a.comply
		m.overturn(VisaRefusedFinal, NoLongerEligible)
	case PermitRefusal, PermitSilence:
		m.PermitRefusalUndone = !m.PermitRefusedOn.IsZero()
		m.PermitBy = a.comply
		m.overturn(RefusedFinal)
	}
	if a.Outcome == VisaOrdered {
		m.VisaOrderedOn = a.DecidedOn
	}
}

// lose ends the path on whatever act still stands, once no court is looking at
// it any more. After a refused visa the nulla osta may still be good for a new
// request; then only its own end closes the path.
func (m *Member) lose(on rules.Date) {
	switch {
	case m.refused():
		m.end(m.refusalEnding(), on)
	case m.revoked():
		m.end(Revoked, on)
	case m.visaRefused() && m.VisaGrantedOn.IsZero() && !m.VisaBy.IsZero() && m.VisaBy.Due.Before(on):
		m.end(VisaRefusedFinal, on)
	case m.permitRefused() && m.PermitIssuedOn.IsZero():
		m.end(RefusedFinal, on)
	case m.disproved() && !m.here():
		m.end(NoLongerEligible, on)
	}
}

// appeals lists what is to be done about appeals of a member: whether to file
// one, how a pending one stands, and what a judgment asks for.
func (a *agenda) appeals(m *Member) {
	switch {
	case m.Ending == RefusedFinal && m.refused(), m.Ending == Improcedibile:
		a.advise(m, SUIRefusal, m.RefusedOn)
	case m.Ending == Revoked:
		a.advise(m, Revocation, m.RevokedOn)
	case m.Ending == Withdrawn:
		a.afterWithdrawal(m)
	}
	if m.Ending != "" {
		return
	}
	if m.revoked() {
		a.defence(m)
	}
	for _, appeal := range m.Appeals {
		item := Due{Item: "appeal_outcome", Part: Authorisation, Subject: appeal.ID, MemberID: m.ID, By: Counsellor}
		switch {
		case appeal.open():
			item.Term = a.book.Term(rules.AppealCheck, later(appeal.FiledOn, a.state.LastOn))
		case appeal.comply.IsZero() || !m.awaitsSUIAgain(appeal):
			continue
		default:
			item.Item, item.By, item.Term = "judgment_compliance", SUIOfficer, appeal.comply
		}
		a.add(item)
	}
}

// awaitsSUIAgain tells whether a judgment that sent the matter back to the SUI
// still has no new decision.
func (m *Member) awaitsSUIAgain(a *Appeal) bool {
	return a.Outcome == Upheld && (a.Against == SUIRefusal || a.Against == SUISilence) &&
		m.AuthorisedOn.IsZero() && m.RefusedOn.Before(a.DecidedOn) && m.VisaOrderedOn.IsZero()
}

func (m *Member) appealedSince(against string, day rules.Date) bool {
	return slices.ContainsFunc(m.Appeals, func(a *Appeal) bool { return a.Against == against && !a.FiledOn.Before(day) })
}

// advise asks the hub to speak with the family about an appeal. The advice is
// offered once: it is gone when its day has passed, or the family has appealed.
func (a *agenda) advise(m *Member, against string, act rules.Date) {
	if !m.appealedSince(against, act) {
		a.once(Due{Item: "appeal", Part: Authorisation, Subject: m.ID, MemberID: m.ID, By: Counsellor, Term: a.book.Term(rules.AppealAdvice, act)})
	}
}

// defence stands by who lost the nulla osta after the arrival.
func (a *agenda) defence(m *Member) {
	if m.here() {
		a.once(Due{Item: "revocation_follow_up", Part: Authorisation, Subject: m.ID, MemberID: m.ID, By: Counsellor, Term: a.book.Term(rules.FollowUp, m.RevokedOn)})
		a.advise(m, Revocation, m.RevokedOn)
	}
}

// afterWithdrawal asks the family what it wants when a court finds for it after
// it had given up.
func (a *agenda) afterWithdrawal(m *Member) {
	for _, appeal := range m.Appeals {
		if appeal.won() && !appeal.DecidedOn.Before(m.EndedOn) {
			a.once(Due{Item: "judgment_after_withdrawal", Part: Authorisation, Subject: appeal.ID, MemberID: m.ID, By: Counsellor,
				Term: a.book.Term(rules.FollowUp, appeal.DecidedOn)})
		}
	}
}

// once adds an item that does not stay once its day has passed.
func (a *agenda) once(d Due) {
	if !a.state.lapsed[d.key()] {
		a.add(d)
	}
}
