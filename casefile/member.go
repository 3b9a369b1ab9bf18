// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Ending is why a member's path is over.
type Ending string

// The endings of domain terms; Settled is the one everybody hopes for.
const (
	Settled          Ending = "settled"
	RefusedFinal     Ending = "refused_final"
	Withdrawn        Ending = "withdrawn"
	NullaOstaLapsed  Ending = "nulla_osta_expired"
	VisaRefusedFinal Ending = "visa_refused_final"
	VisaLapsed       Ending = "visa_expired_unused"
	Deceased         Ending = "deceased"
	Revoked          Ending = "revoked"
	TransferredOut   Ending = "transferred_out"
	Improcedibile    Ending = "improcedibile" // file closed by the SUI for missing papers
	LostContact      Ending = "lost_contact"
	NoLongerEligible Ending = "no_longer_eligible" // a requirement of art. 29 TUI is gone before entry
)

// Kinship is how a member is related to the sponsor (art. 29 c. 1 TUI).
type Kinship string

// The kinships that may be reunited.
const (
	Spouse         Kinship = "spouse"
	CivilPartner   Kinship = "civil_partner"
	MinorChild     Kinship = "minor_child"
	AdultDependent Kinship = "adult_dependent_child"
	Parent         Kinship = "parent"
	OtherRelative  Kinship = "other"
)

// Stage is how far along the way a member is.
type Stage string

// The stages of the way, in order.
const (
	StageListed          Stage = "listed"
	StageRefused         Stage = "refused"
	StageAuthorised      Stage = "authorised"
	StageVisaRequested   Stage = "visa_requested"
	StageVisaRefused     Stage = "visa_refused"
	StageVisaGranted     Stage = "visa_granted"
	StageRevoked         Stage = "revoked" // still abroad, and a court is asked
	StagePresent         Stage = "present" // in Italy already, where the way begins here
	StageEntered         Stage = "entered"
	StagePresented       Stage = "presented"
	StagePermitRequested Stage = "permit_requested"
	StagePermitIssued    Stage = "permit_issued"
	StageEnded           Stage = "ended"
)

// Member is one relative's own way from the application to a settled life.
// Days are zero while the step is not recorded.
type Member struct {
	ID      string
	Ref     string // how the Prefecture numbers the member within its file
	Kinship Kinship
	Who     Particulars

	RefusedOn        rules.Date
	RefusalGround    string
	RefusalUndone    bool // by a court, or of no weight on the present procedure
	Improcedibile    bool // refused for missing papers, not on the merits
	AuthorisedOn     rules.Date
	VisaBy           rules.Term
	RevokedOn        rules.Date
	RevocationGround string
	RevocationUndone bool // by the SUI itself or by a court
	Appeals          []*Appeal
	KinshipOn        rules.Date // of the latest DNA test
	KinshipVerdict   string

	VisaRequestedOn   rules.Date
	VisaProof         string     // what shows that it was asked for
	VisaOrderedOn     rules.Date // by a court, with or without a nulla osta
	VisaDecision      rules.Term
	VisaCountry       string // country of the consulate, where it was told
	VisaRefusedOn     rules.Date
	VisaRefusalUndone bool
	VisaGrantedOn     rules.Date
	VisaExpires       rules.Date
	ExpectedOn        rules.Date
	Confidence        string
	Plans             []ArrivalPlan // of arrival, as they were told
	Consulate         Consulate
	Guidance          []Guidance
	AgesNoted         []int // birthdays that were noted, in completed years

	PresentOn           rules.Date // in Italy already, where the way begins here
	RequestBy           rules.Term // of the permit, by the end of the old one
	EnteredOn           rules.Date
	Presentation        rules.Term
	HostNotice          rules.Term
	HostNoticeOn        rules.Date
	PresentedOn         rules.Date
	AgreementDue        bool // verdict at entry, DPR 179/2011
	AgreementSignedOn   rules.Date
	Civics              rules.Term
	Agreement           rules.Term
	PermitRequestedOn   rules.Date
	PermitBy            rules.Term
	PermitRefusedOn     rules.Date
	PermitRefusalUndone bool
	PermitIssuedOn      rules.Date
	PermitExpires       rules.Date
	Agreed              Agreement
	Permit              Permit
	Settling            Settling

	Needs     *NeedsProfile
	Documents []*Document
	SchoolDue bool // verdict at entry: of the age to be taught
	School    School
	Absences  []Absence

	Origin        Origin     // how the member came to a case that had begun
	AddedOn       rules.Date // zero for those named in the application
	Next          rules.Term // what the addition started
	OtherRefs     []string   // of entries merged into this one
	SeparatedOn   rules.Date
	Upheld        []Cause // doubts decided in the member's favour
	UpheldOn      rules.Date
	OwnPermit     OwnPermit
	Unaccompanied *Unaccompanied
	Pauses        []Pause // of the reunification, over by now
	Protection    *Protection
	MovedTo       string // ISTAT code of the municipality, when moved alone
	ResumedOn     rules.Date

	Ending  Ending
	EndedOn rules.Date

	Conditions []Verdict // of the last check
}

// Stage is the furthest step recorded.
func (m *Member) Stage() Stage {
	switch {
	case m.Ending != "":
		return StageEnded
	case !m.PermitIssuedOn.IsZero():
		return StagePermitIssued
	case !m.PermitRequestedOn.IsZero():
		return StagePermitRequested
	case !m.PresentedOn.IsZero():
		return StagePresented
	case !m.EnteredOn.IsZero(), m.bornHere():
		return StageEntered
	case !m.PresentOn.IsZero():
		return StagePresent
	case m.revoked():
		return StageRevoked
	case !m.VisaGrantedOn.IsZero():
		return StageVisaGranted
	case m.visaRefused():
		return StageVisaRefused
	case !m.VisaRequestedOn.IsZero():
		return StageVisaRequested
	case !m.AuthorisedOn.IsZero():
		return StageAuthorised
	case m.refused():
		return StageRefused
	}
	return StageListed
}

// milestone is one dated step of the main way.
type milestone struct {
	name string
	on   rules.Date
}

// way lists the steps of the main way in the order in which they must lie.
func (m *Member) way() []milestone {
	leave := milestone{"nulla_osta_issued", m.AuthorisedOn}
	if m.AuthorisedOn.IsZero() {
		leave = milestone{"visa_ordered", m.VisaOrderedOn}
	}
	return []milestone{
		leave, {"visa_requested", m.VisaRequestedOn},
		{"visa_granted", m.VisaGrantedOn}, {"present", m.PresentOn}, {"entered", m.EnteredOn},
		{"presented_at_sui", m.PresentedOn}, {"permit_requested", m.PermitRequestedOn},
		{"permit_issued", m.PermitIssuedOn},
	}
}

// WaySteps names the steps of a member's main way, in order.
func WaySteps() []string {
	var names []string
	for _, mile := range (&Member{}).way() {
		names = append(names, mile.name)
	}
	return names
}

// inOrder refuses a day on which the named step would come before one that must
// precede it, or after one that must follow it.
func (m *Member) inOrder(step string, on rules.Date) *Refusal {
	past := true
	for _, mile := range m.way() {
		switch {
		case mile.name == step:
			past = false
		case mile.on.IsZero():
		case past && on.Before(mile.on), !past && on.After(mile.on):
			return outOfOrder(mile.name, mile.on)
		}
	}
	return nil
}

func (m *Member) end(why Ending, on rules.Date) {
	m.Ending, m.EndedOn = why, on
}

// Step is the common part of most commands: which member, on which day.
type Step struct {
	MemberID string     `json:"member_id"`
	On       rules.Date `json:"on"`
}

// OfMember is the common part of most events; the day is the fact's own.
type OfMember struct {
	MemberID string `json:"member_id"`
}

func (o OfMember) member() string { return o.MemberID }

// endedByClock tells whether the path ended only because nothing was told.
func (m *Member) endedByClock() bool {
	return m.Ending == NullaOstaLapsed || m.Ending == VisaLapsed || m.Ending == VisaRefusedFinal
}

// toldLate tells whether a step lies before the day on which the clock or a
// revocation ended the path: it was taken in time and is recorded late.
func (m *Member) toldLate(on rules.Date) bool {
	return (m.endedByClock() || m.Ending == Revoked) && !on.IsZero() && on.Before(m.EndedOn)
}

// revive takes the path up again after a step that shows it had not ended.
func (m *Member) revive() {
	if m.endedByClock() {
		m.end("", rules.Date{})
	}
}
