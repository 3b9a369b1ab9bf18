// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// View is the case as its readers see it: one fold, written beside the events
// in the same transaction. Who a person is stands apart, under People, because
// it is sealed apart.
type View struct {
	CaseID          string            `json:"case_id"`
	Version         int64             `json:"version"`
	Phase           Phase             `json:"phase"`
	Office          string            `json:"office"`
	CounsellorID    string            `json:"counsellor_id,omitempty"`
	ContactLanguage string            `json:"contact_language,omitempty"`
	Municipio       int               `json:"municipio,omitempty"`
	OpenedOn        rules.Date        `json:"opened_on"`
	ClosedOn        rules.Date        `json:"closed_on,omitzero"`
	Transferred     string            `json:"transferred_to,omitempty"`
	Procedure       Procedure         `json:"procedure,omitempty"` // that governs now
	NaturalisedOn   rules.Date        `json:"sponsor_naturalised_on,omitzero"`
	Links           []Link            `json:"links,omitempty"`
	Review          ReviewView        `json:"review"`
	SponsorID       string            `json:"sponsor_id"`
	SponsorDiedOn   rules.Date        `json:"sponsor_died_on,omitzero"`
	ContactOn       rules.Date        `json:"first_contact_on,omitzero"`
	ConditionsOn    rules.Date        `json:"conditions_checked_on,omitzero"`
	ContactChannel  string            `json:"contact_channel,omitempty"`
	FamilyReminders bool              `json:"family_reminders,omitempty"`
	Packs           []Pack            `json:"information_packs,omitempty"`
	SponsorPapers   []*Document       `json:"sponsor_documents,omitempty"`
	SponsorChecks   []CheckItem       `json:"sponsor_checklist,omitempty"`
	Scans           []Scan            `json:"document_files,omitempty"`
	PlanOn          rules.Date        `json:"plan_on,omitzero"`
	Goals           []string          `json:"goals"`
	Plan            []GoalView        `json:"plan,omitempty"`
	PlanReviewedOn  rules.Date        `json:"plan_reviewed_on,omitzero"`
	Members         []MemberView      `json:"members"`
	Appointments    []AppointmentView `json:"appointments"`
	Referrals       []ReferralView    `json:"referrals"`
	CheckIns        []CheckInView     `json:"check_ins"`
	NoShows         int               `json:"no_shows,omitempty"` // appointments to which nobody came
	Concerns        []ConcernView     `json:"concerns,omitempty"`
	Agenda          []DueView         `json:"agenda"`
	Holds           []Hold            `json:"legal_holds,omitempty"`
	Privacy         []Privacy         `json:"privacy,omitempty"`
	SponsorTaxCode  rules.TaxCodeKind `json:"sponsor_tax_code,omitempty"`
	Attempts        []rules.Date      `json:"contact_attempts,omitempty"` // in vain, since the last contact
	AccessCut       []string          `json:"access_cut,omitempty"`       // persons kept from the family page and from messages
	Unsealings      []UnsealingView   `json:"unsealings,omitempty"`       // still to be answered
	PersonLinks     []PersonLink      `json:"person_links,omitempty"`
	HandedOver      []HandedOver      `json:"handed_over,omitempty"`
	PersonalLinks   []*PersonalLink   `json:"personal_links,omitempty"`
	Letters         []Letter          `json:"letters,omitempty"`
	Paused          []DueView         `json:"paused,omitempty"` // what stands still, not due
	Later           []DueView         `json:"later,omitempty"`  // what waits for something on the agenda
	Guard           *Guard            `json:"guard,omitempty"`
	People          []Person          `json:"people,omitempty"`
}

// ReviewView is the Prefecture's procedure with its term as it stands.
type ReviewView struct {
	FiledOn     rules.Date      `json:"filed_on,omitzero"`
	DecidedOn   rules.Date      `json:"decided_on,omitzero"`
	DocumentsBy rules.Date      `json:"documents_by,omitzero"` // of the latest request still open
	Papers      []PapersRequest `json:"documents_requests,omitempty"`
	Notices     []NoticeView    `json:"refusal_notices,omitempty"`
	Term        *rules.Term     `json:"term,omitempty"`
	Changes     []Settlement    `json:"law_changes,omitempty"` // that found the application pending
	Pauses      []Pause         `json:"pauses"`
	Late        bool            `json:"decided_late"` // the first decision; each member says so too
}

// NoticeView is one notice of intended refusal and its answer.
type NoticeView struct {
	On             rules.Date `json:"on"`
	Ground         string     `json:"ground,omitempty"`
	ReplyBy        rules.Date `json:"reply_by"`
	ObservationsOn rules.Date `json:"observations_on,omitzero"`
	InTime         bool       `json:"in_time"`
}

// MemberView is one member's way so far.
type MemberView struct {
	MemberID      string        `json:"member_id"`
	Ref           string        `json:"ref"`
	Kinship       Kinship       `json:"kinship"`
	Stage         Stage         `json:"stage"`
	Ending        Ending        `json:"ending,omitempty"`
	EndedOn       rules.Date    `json:"ended_on,omitzero"`
	Steps         []StepView    `json:"steps"`
	RefusedOn     rules.Date    `json:"refused_on,omitzero"` // also of a refusal undone since
	RefusalGround string        `json:"refusal_ground,omitempty"`
	DecidedLate   bool          `json:"decided_late,omitempty"`
	RevokedOn     rules.Date    `json:"revoked_on,omitzero"` // while the revocation stands
	RevokedGround string        `json:"revocation_ground,omitempty"`
	Appeals       []*Appeal     `json:"appeals,omitempty"`
	Verdict       string        `json:"kinship_verdict,omitempty"`
	VisaProof     string        `json:"visa_request_proof,omitempty"`
	VisaOrdered   rules.Date    `json:"visa_ordered_on,omitzero"`
	VisaRefused   rules.Date    `json:"visa_refused_on,omitzero"`
	VisaExpires   rules.Date    `json:"visa_expires,omitzero"`
	Expected      rules.Date    `json:"expected_on,omitzero"`
	Confidence    string        `json:"expected_confidence,omitempty"`
	PermitRefused rules.Date    `json:"permit_refused_on,omitzero"`
	PermitEnds    rules.Date    `json:"permit_expires,omitzero"`
	AgreementDue  bool          `json:"agreement_due"`
	SchoolDue     bool          `json:"school_due"`
	Needs         *NeedsProfile `json:"needs,omitempty"`
	School        *SchoolView   `json:"school,omitempty"`
	WithoutSchool *OutOfSchool  `json:"without_school,omitempty"`
	Documents     []*Document   `json:"documents"`

	Origin        Origin             `json:"origin,omitempty"`
	OtherRefs     []string           `json:"other_refs,omitempty"`
	TaxCode       rules.TaxCodeKind  `json:"tax_code,omitempty"`
	Doubt         *Doubt             `json:"doubt,omitempty"`
	Upheld        []Cause            `json:"upheld,omitempty"`
	SeparatedOn   rules.Date         `json:"separated_on,omitzero"`
	OwnPermit     *OwnPermitView     `json:"own_permit,omitempty"`
	Unaccompanied *UnaccompaniedView `json:"unaccompanied,omitempty"`
	MovedTo       string             `json:"moved_to,omitempty"`
	ResumedOn     rules.Date         `json:"resumed_on,omitzero"`

	Conditions []ConditionView `json:"conditions,omitempty"`
	SupportView
	Absences []Absence `json:"absences,omitempty"`
}

// OwnPermitView is the request for a permit that does not hang on the sponsor.
type OwnPermitView struct {
	Kind        string     `json:"kind"`
	RequestedOn rules.Date `json:"requested_on"`
	DecidedOn   rules.Date `json:"decided_on,omitzero"`
	Outcome     string     `json:"outcome,omitempty"`
	Expires     rules.Date `json:"expires,omitzero"`
}

// UnaccompaniedView is the referral of a child as unaccompanied.
type UnaccompaniedView struct {
	Trigger      string     `json:"trigger"`
	ReferredOn   rules.Date `json:"referred_on"`
	ResumedOn    rules.Date `json:"resumed_on,omitzero"`
	OverCapacity bool       `json:"over_capacity,omitempty"`
	GuardianID   string     `json:"guardian_id,omitempty"`
	Steps        []StepView `json:"steps"`
}

// UnsealingView is a request to unseal that waits for a second person.
type UnsealingView struct {
	RequestID string `json:"request_id"`
	PersonID  string `json:"person_id"`
	What      string `json:"what"`
	AskedBy   string `json:"asked_by"`
}

// StepView is one dated step of a member's way.
type StepView struct {
	Step string     `json:"step"`
	On   rules.Date `json:"on"`
}

// DueView is one agenda item with the sentence that explains its day.
type DueView struct {
	Due
	DueOn rules.Date `json:"due_on"`
	Why   rules.Text `json:"why"`
}

// Person is who somebody is; Erased when the key to it was destroyed, and
// Restricted while it may be shown to the supervisor only.
type Person struct {
	PersonID   string `json:"person_id"`
	Erased     bool   `json:"erased,omitempty"`
	Restricted bool   `json:"restricted,omitempty"`
	// AddressSealed tells that there may be an address, for those on the case only.
	AddressSealed bool `json:"address_sealed,omitempty"`
	Particulars
}

// ViewOf renders the state and its agenda.
func ViewOf(s *State, book *rules.Book) View {
	v := View{
		CaseID: s.CaseID, Version: s.Version, Phase: s.Phase(), Office: s.Office, CounsellorID: s.Counsellor,
		ContactLanguage: s.ContactLanguage, Municipio: s.Municipio, OpenedOn: s.OpenedOn, ClosedOn: s.ClosedOn,
		Transferred: s.TransferredTo, SponsorID: s.SponsorID, SponsorDiedOn: s.SponsorDiedOn, ContactOn: s.ContactOn, PlanOn: s.PlanOn,
		Goals: append([]string{}, s.Goals...), Review: reviewView(s.Review, book),
		Procedure: s.procedure(), NaturalisedOn: s.NaturalisedOn, Links: s.Links,
		Members: []MemberView{}, Appointments: []AppointmentView{}, Referrals: []ReferralView{},
		CheckIns: checkInViews(s), Agenda: []DueView{}, Holds: s.Holds, Privacy: s.Privacy,
		Plan: goalViews(s.Plan), PlanReviewedOn: s.PlanReviewedOn, NoShows: s.noShows(), Concerns: concernViews(s.Concerns),
	}
	v.ConditionsOn = s.ConditionsOn
	v.support(s, book)
	for _, m := range s.Members {
		v.Members = append(v.Members, withSupport(s.branchesOf(m, s.memberView(m, book)), s, m, book))
	}
	s.viewBranches(&v)
	for _, a := range s.Appointments {
		v.Appointments = append(v.Appointments, appointmentView(a))
	}
	for _, r := range s.Referrals {
		v.Referrals = append(v.Referrals, referralView(r))
	}
	agenda := agendaOf(s, book)
	v.Agenda, v.Later, v.Paused = append(v.Agenda, dueViews(agenda.items, book)...), dueViews(agenda.later, book), dueViews(agenda.still, book)
	return v
}

func dueViews(items []Due, book *rules.Book) []DueView {
	var all []DueView
	for _, d := range items {
		all = append(all, DueView{Due: d, DueOn: d.Term.Due, Why: d.Explain(book)})
	}
	return all
}

// WithoutReview leaves out what the SUI, the consulate and the courts decided
// against the member, and why.
func (v MemberView) WithoutReview() MemberView {
	v.RefusedOn, v.RefusalGround, v.DecidedLate, v.Appeals, v.Verdict = rules.Date{}, "", false, nil, ""
	v.RevokedOn, v.RevokedGround, v.VisaProof, v.VisaOrdered = rules.Date{}, "", "", rules.Date{}
	return v
}

func reviewView(r Review, book *rules.Book) ReviewView {
	view := ReviewView{FiledOn: r.FiledOn, DecidedOn: r.DecidedOn, Papers: r.Papers, Changes: r.changes(), Pauses: []Pause{}}
	for _, asked := range r.Papers {
		if asked.open() {
			view.DocumentsBy = asked.By
		}
	}
	for _, n := range r.Notices {
		view.Notices = append(view.Notices, NoticeView{On: n.On, Ground: n.Ground, ReplyBy: n.Reply.Due, ObservationsOn: n.ObservationsOn, InTime: n.inTime()})
	}
	if r.Term.IsZero() {
		return view
	}
	clock := r.Clock(book)
	view.Term, view.Pauses = &clock.Term, append(view.Pauses, clock.Pauses...)
	view.Late = r.late(r.DecidedOn, book)
	return view
}

func (s *State) memberView(m *Member, book *rules.Book) MemberView {
	v := MemberView{MemberID: m.ID, Ref: m.Ref, Kinship: m.Kinship, Stage: m.Stage(), Ending: m.Ending, EndedOn: m.EndedOn,
		Steps: []StepView{}, VisaRefused: m.VisaRefusedOn, VisaExpires: m.VisaExpires, Expected: m.ExpectedOn, Confidence: m.Confidence,
		PermitRefused: m.PermitRefusedOn, PermitEnds: m.PermitExpires,
		AgreementDue: m.AgreementDue, SchoolDue: m.SchoolDue, Needs: m.Needs, Documents: append([]*Document{}, m.Documents...), Absences: m.Absences,
		School: schoolView(s, m), WithoutSchool: m.absence(book), Conditions: s.conditionViews(m, book)}
	v.review(s, m, book)
	for _, step := range m.way() {
		if !step.on.IsZero() {
			v.Steps = append(v.Steps, StepView{step.name, step.on})
		}
	}
	return v
}

// review adds what the Prefecture, the consulate and the courts have said.
func (v *MemberView) review(s *State, m *Member, book *rules.Book) {
	v.RefusedOn, v.RefusalGround, v.Appeals, v.Verdict = m.RefusedOn, m.RefusalGround, m.Appeals, m.KinshipVerdict
	v.VisaProof, v.VisaOrdered = m.VisaProof, m.VisaOrderedOn
	v.DecidedLate = s.Review.late(m.RefusedOn, book) || m.RefusedOn.IsZero() && s.Review.late(m.AuthorisedOn, book)
	if m.revoked() {
		v.RevokedOn, v.RevokedGround = m.RevokedOn, m.RevocationGround
	}
}

// PeopleOf lists who the sponsor and the members are, sponsor first.
func PeopleOf(s *State) []Person {
	people := []Person{{PersonID: s.SponsorID, Restricted: s.Restricted(s.SponsorID), Particulars: s.Sponsor}}
	for _, m := range s.Members {
		people = append(people, Person{PersonID: m.ID, Restricted: s.Restricted(m.ID), Particulars: m.Who})
	}
	return people
}

// viewBranches shows what happened to the people of the case on the way.
func (s *State) viewBranches(v *View) {
	v.SponsorTaxCode, v.Attempts, v.PersonLinks, v.HandedOver = s.TaxCodes[s.SponsorID].Kind, s.vain(), s.PersonLinks, s.HandedOver
	v.PersonalLinks, v.Letters = s.PersonalLinks, s.Letters
	v.AccessCut, v.Guard = sortedKeys(s.Cut), guardOf(s)
	for _, u := range s.Unsealings {
		if u.Outcome == "" {
			v.Unsealings = append(v.Unsealings, UnsealingView{u.ID, u.PersonID, u.What, u.AskedBy})
		}
	}
}

func (s *State) branchesOf(m *Member, v MemberView) MemberView {
	v.Origin, v.OtherRefs, v.TaxCode, v.Upheld = m.Origin, m.OtherRefs, s.TaxCodes[m.ID].Kind, m.Upheld
	v.SeparatedOn, v.MovedTo, v.ResumedOn = m.SeparatedOn, m.MovedTo, m.ResumedOn
	if d, ok := s.doubt(m); ok {
		v.Doubt = &d
	}
	if p := m.OwnPermit; !p.RequestedOn.IsZero() {
		v.OwnPermit = &OwnPermitView{p.Kind, p.RequestedOn, p.DecidedOn, p.Outcome, p.Expires}
	}
	if u := m.Unaccompanied; u != nil {
		v.Unaccompanied = &UnaccompaniedView{u.Trigger, u.ReferredOn, u.ResumedOn, u.OverCapacity, u.GuardianID, u.steps()}
	}
	return v
}

func (u *Unaccompanied) steps() []StepView {
	steps := []StepView{}
	for _, step := range unaccompaniedSteps {
		if on := u.Steps[step]; !on.IsZero() {
			steps = append(steps, StepView{step, on})
		}
	}
	return steps
}
