// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"time"

	"ricongiungi/rules"
)

// SupportView is what the hub does for a member before departure, and how the
// member settles after the entry.
type SupportView struct {
	Checklist []CheckItem    `json:"checklist,omitempty"` // of the stages still open
	Plans     []ArrivalPlan  `json:"arrival_plans,omitempty"`
	Guidance  []Guidance     `json:"school_guidance,omitempty"`
	Consulate *ConsulateView `json:"consulate,omitempty"`
	Agreement *AgreementView `json:"agreement,omitempty"`
	Permit    *PermitView    `json:"permit,omitempty"`
	Settling  *SettlingView  `json:"settling,omitempty"`
}

// ConsulateView is the way to an appointment; At is in UTC.
type ConsulateView struct {
	AskedOn  rules.Date `json:"asked_on,omitzero"`
	Asked    int        `json:"asked"`
	At       time.Time  `json:"at,omitzero"`
	TooLate  bool       `json:"after_nulla_osta"` // the appointment lies after the last day to ask for the visa
	Moved    int        `json:"moved"`
	MissedOn rules.Date `json:"missed_on,omitzero"`
	Missed   int        `json:"missed"`
}

// AgreementView is the integration agreement.
type AgreementView struct {
	SignedOn   rules.Date `json:"signed_on,omitzero"`
	Minor      bool       `json:"minor"`
	CosignedOn rules.Date `json:"cosigned_on,omitzero"`
	Exempt     string     `json:"exempt,omitempty"`
	CivicsOn   rules.Date `json:"civics_on,omitzero"`
	Attended   bool       `json:"civics_attended"`
	Credits    int        `json:"credits"`
	AssessedOn rules.Date `json:"assessed_on,omitzero"`
	Outcome    string     `json:"outcome,omitempty"`
}

// PermitView is the way to the card and its renewal. RightsFrom is the day from
// which the postal receipt gives the permit's rights; times are in UTC.
type PermitView struct {
	ReceiptOn      rules.Date `json:"receipt_seen_on,omitzero"`
	RightsFrom     rules.Date `json:"rights_from,omitzero"`
	FingerprintsAt time.Time  `json:"fingerprints_at,omitzero"`
	FingerprintsOn rules.Date `json:"fingerprints_taken_on,omitzero"`
	RenewalOn      rules.Date `json:"renewal_requested_on,omitzero"`
}

// SettlingView is residence and health.
type SettlingView struct {
	ResidenceOn rules.Date `json:"residence_on,omitzero"`
	HealthOn    rules.Date `json:"health_service_on,omitzero"`
	CoverDue    bool       `json:"health_cover_due"`
	CoverOn     rules.Date `json:"health_cover_on,omitzero"`
	CoverKind   string     `json:"health_cover_kind,omitempty"`
}

// ForSchool keeps what concerns the education department: the papers a school
// asks for, the plans of arrival and the talks about school.
func (v SupportView) ForSchool() SupportView {
	papers := slices.DeleteFunc(slices.Clone(v.Checklist), func(c CheckItem) bool { return c.Stage != rules.AtSchool })
	return SupportView{Checklist: papers, Plans: v.Plans, Guidance: v.Guidance}
}

// support fills in what is sent to the family and the sponsor's own papers.
func (v *View) support(s *State, book *rules.Book) {
	v.ContactChannel, v.FamilyReminders = s.Contact.Channel, s.Contact.Reminders
	v.Packs, v.SponsorPapers, v.Scans = s.Contact.Packs, s.SponsorPapers, s.Scans
	if s.Review.FiledOn.IsZero() && s.Review.DecidedOn.IsZero() && !s.OpenedOn.IsZero() {
		v.SponsorChecks = SponsorChecklist(s, book)
	}
}

func withSupport(v MemberView, s *State, m *Member, book *rules.Book) MemberView {
	v.Checklist, v.Plans, v.Guidance = s.openChecklist(m, book), m.Plans, m.Guidance
	if c := m.Consulate; c != (Consulate{}) {
		late := !c.At.IsZero() && rules.DateOf(c.At).After(m.VisaBy.Due)
		v.Consulate = &ConsulateView{c.AskedOn, c.Asked, c.At, late, c.Moved, c.MissedOn, c.Missed}
	}
	if m.AgreementDue {
		a := m.Agreed
		v.Agreement = &AgreementView{m.AgreementSignedOn, a.Minor, a.CosignedOn, a.Exempt, a.CivicsOn, a.Attended, a.Credits, a.AssessedOn, a.Outcome}
	}
	if p := m.Permit; p != (Permit{}) {
		v.Permit = &PermitView{p.ReceiptOn, m.rightsFrom(), p.FingerprintsAt, p.FingerprintsOn, p.RenewalOn}
	}
	if m.here() {
		k := m.Settling
		v.Settling = &SettlingView{k.ResidenceOn, k.HealthOn, !k.CoverBy.IsZero(), k.CoverOn, k.CoverKind}
	}
	return v
}

// rightsFrom is the day of the request once its receipt was seen.
func (m *Member) rightsFrom() rules.Date {
	if m.Permit.ReceiptOn.IsZero() {
		return rules.Date{}
	}
	return m.PermitRequestedOn
}
