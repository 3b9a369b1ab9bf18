// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// State is what is known of a case, folded from its facts.
type State struct {
	CaseID          string
	Version         int64
	OpenedOn        rules.Date
	Office          string // code of the hub that accompanies the family
	SponsorID       string
	Sponsor         Particulars
	SponsorDiedOn   rules.Date
	ContactLanguage string    // BCP 47
	Municipio       int       // 1 to 9 in Milan, 0 when unknown or elsewhere
	Counsellor      string    // id of the person responsible, empty while nobody is
	Procedure       Procedure // as at the opening; see procedure()
	NaturalisedOn   rules.Date
	Links           []Link
	Review          Review
	Members         []*Member
	ContactOn       rules.Date
	Contact         Contact
	SponsorPapers   []*Document
	Scans           []Scan // in the order in which they were attached
	PlanOn          rules.Date
	Goals           []string
	Plan            []*Goal
	PlanReview      rules.Term // by when the plan is to be looked through
	PlanReviewedOn  rules.Date
	Appointments    []*Appointment
	Referrals       []*Referral
	CheckIns        map[int]rules.Date // with the family, by month after the first entry
	Held            []*CheckIn         // with the family and with single members
	Concerns        []*Concern
	ClosedOn        rules.Date
	TransferredTo   string // ISTAT code of the municipality that took over
	LastOn          rules.Date
	ConditionsOn    rules.Date // of the last check of the conditions
	Holds           []Hold     // legal holds that stand, oldest first
	Privacy         []Privacy  // of persons about whose data something was decided

	Attempts      []rules.Date // to reach the family, in vain
	LastContactOn rules.Date
	Sealed        map[string]rules.Date // whose address is sealed, since when
	Cut           map[string]rules.Date // whose access is cut, since when
	LetIn         []string              // actors who sealed an address
	Unsealings    []*Unsealing
	PersonLinks   []PersonLink
	TaxCodes      map[string]TaxCode // by person
	HandedOver    []HandedOver
	PersonalLinks []*PersonalLink // in the order in which they were given
	Letters       []Letter        // likewise

	merged   map[string]string // entries read as another one
	check    *ConditionsChecked
	figures  Private         // what the check was made from
	lapsed   map[string]bool // agenda items whose lapse is recorded
	reminded map[string]bool // agenda items that were reminded of
	lateness map[string]lateness
	facts    []Fact // as recorded, corrections not yet applied
}

// Review is the Prefecture's procedure up to its decision.
type Review struct {
	FiledOn   rules.Date
	Term      rules.Term      // as applied at filing, before any suspension
	Settled   []Settlement    // changes of the law that found the application pending
	Papers    []PapersRequest // by day
	Notices   []Notice        // by day
	DecidedOn rules.Date      // of the first decision; some members may still await theirs
}

// Phase is where the case as a whole stands.
type Phase string

// The phases of a case. Several members may stand in different stages within one.
const (
	PhaseUnopened         Phase = "unopened"
	PhasePreparing        Phase = "preparing"
	PhaseUnderReview      Phase = "under_review"
	PhaseAwaitingDocument Phase = "awaiting_documents"
	PhaseRefusalNotified  Phase = "refusal_notified"
	PhaseAppeal           Phase = "appeal" // refused, and a court is looking at it
	PhasePreDeparture     Phase = "pre_departure"
	PhaseArrival          Phase = "arrival"
	PhaseFollowUp         Phase = "follow_up"
	PhaseClosed           Phase = "closed"
)

// Phases lists the phases in the order in which a case goes through them.
func Phases() []Phase {
	return []Phase{PhaseUnopened, PhasePreparing, PhaseUnderReview, PhaseAwaitingDocument, PhaseRefusalNotified,
		PhaseAppeal, PhasePreDeparture, PhaseArrival, PhaseFollowUp, PhaseClosed}
}

// Phase derives the phase from what is recorded.
func (s *State) Phase() Phase {
	switch {
	case s.OpenedOn.IsZero():
		return PhaseUnopened
	case !s.ClosedOn.IsZero():
		return PhaseClosed
	case s.Review.DecidedOn.IsZero() && s.suiAnswers() && !s.anyTravelling():
		return s.reviewPhase()
	case s.onlyAppealing():
		return PhaseAppeal
	case s.FirstEntry().IsZero() && !s.allEnded():
		return PhasePreDeparture
	case s.anyInArrival():
		return PhaseArrival
	}
	return PhaseFollowUp
}

func (s *State) reviewPhase() Phase {
	switch {
	case s.Review.FiledOn.IsZero():
		return PhasePreparing
	case s.answerAwaited():
		return PhaseRefusalNotified
	case s.Review.papersOpen():
		return PhaseAwaitingDocument
	}
	return PhaseUnderReview
}

// answerAwaited tells whether the last notice may still be answered, as far as
// anybody has looked.
func (s *State) answerAwaited() bool {
	notices := s.Review.Notices
	if len(notices) == 0 {
		return false
	}
	last := notices[len(notices)-1]
	return last.ObservationsOn.IsZero() && !s.lapsed[last.answer().key()]
}

// anyTravelling tells whether a member is on the way or here without a decision
// of the SUI.
func (s *State) anyTravelling() bool {
	return slices.ContainsFunc(s.Members, func(m *Member) bool { return m.Ending == "" && (s.mayTravel(m) || m.here()) })
}

// onlyAppealing tells whether nothing goes on but an appeal.
func (s *State) onlyAppealing() bool {
	appealing := false
	for _, m := range s.Members {
		switch {
		case m.Ending != "":
		case m.here() || !m.appealing() || s.mayTravel(m) && !m.revoked() && !m.visaRefused():
			return false
		default:
			appealing = true
		}
	}
	return appealing && s.FirstEntry().IsZero()
}

// anyInArrival tells whether a member has entered and has not yet asked for the permit.
func (s *State) anyInArrival() bool {
	for _, m := range s.Members {
		if m.Ending == "" && m.here() && m.PermitRequestedOn.IsZero() {
			return true
		}
	}
	return false
}

func (s *State) allEnded() bool {
	for _, m := range s.Members {
		if m.Ending == "" {
			return false
		}
	}
	return len(s.Members) > 0
}

// undecided tells whether the Prefecture still owes its first decision on somebody.
func (s *State) undecided() bool {
	return s.suiAnswers() && slices.ContainsFunc(s.Members, func(m *Member) bool { return m.awaitsSUI() && m.inReview() })
}

// FirstEntry is the day from which the first member is here; zero while all are
// abroad.
func (s *State) FirstEntry() rules.Date {
	var first rules.Date
	for _, m := range s.Members {
		if since := m.hereSince(); m.here() && !m.bornHere() && (first.IsZero() || since.Before(first)) {
			first = since
		}
	}
	return first
}

// Member finds a member by id, also by that of a merged entry, or nil.
func (s *State) Member(id string) *Member {
	id = s.canonical(id)
	for _, m := range s.Members {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// with changes a member if the case has it: folding never fails.
func (s *State) with(id string, change func(*Member)) {
	if m := s.Member(id); m != nil {
		change(m)
	}
}

// about finds the member a command speaks of and refuses what no step about a
// member may do: unknown person, ended path, a day in the future.
func (s *State) about(step Step, r Request) (*Member, *Refusal) {
	m := s.Member(step.MemberID)
	switch {
	case m == nil:
		return nil, unknownMember()
	case m.Ending != "" && !m.toldLate(step.On):
		return nil, memberEnded(m.Ending)
	case step.On.After(r.Today()):
		return nil, futureDay()
	}
	return m, nil
}
