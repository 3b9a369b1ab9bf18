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
	People          []Person          `json:"people,omitempty"`
}

// ReviewView is the Prefecture's procedure with its term as it stands.
type ReviewView struct {
	FiledOn     rules.Date  `json:"filed_on,omitzero"`
	DecidedOn   rules.Date  `json:"decided_on,omitzero"`
	DocumentsBy rules.Date  `json:"documents_by,omitzero"`
	Term        *rules.Term `json:"term,omitempty"`
	Pauses      []Pause     `json:"pauses"`
	Late        bool        `json:"decided_late"`
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

	Conditions []ConditionView `json:"conditions,omitempty"`
	SupportView
	Absences []Absence `json:"absences,omitempty"`
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
	Particulars
}

// ViewOf renders the state and its agenda.
func ViewOf(s *State, book *rules.Book) View {
	v := View{
		CaseID: s.CaseID, Version: s.Version, Phase: s.Phase(), Office: s.Office, CounsellorID: s.Counsellor,
		ContactLanguage: s.ContactLanguage, Municipio: s.Municipio, OpenedOn: s.OpenedOn, ClosedOn: s.ClosedOn,
		Transferred: s.TransferredTo, SponsorID: s.SponsorID, SponsorDiedOn: s.SponsorDiedOn, ContactOn: s.ContactOn, PlanOn: s.PlanOn,
		Goals: append([]string{}, s.Goals...), Review: reviewView(s.Review, book),
		Members: []MemberView{}, Appointments: []AppointmentView{}, Referrals: []ReferralView{},
		CheckIns: checkInViews(s), Agenda: []DueView{}, Holds: s.Holds, Privacy: s.Privacy,
		Plan: goalViews(s.Plan), PlanReviewedOn: s.PlanReviewedOn, NoShows: s.noShows(), Concerns: concernViews(s.Concerns),
	}
	v.ConditionsOn = s.ConditionsOn
	v.support(s, book)
	for _, m := range s.Members {
		v.Members = append(v.Members, withSupport(s.memberView(m, book), s, m, book))
	}
	for _, a := range s.Appointments {
		v.Appointments = append(v.Appointments, appointmentView(a))
	}
	for _, r := range s.Referrals {
		v.Referrals = append(v.Referrals, referralView(r))
	}
	for _, d := range Agenda(s, book) {
		v.Agenda = append(v.Agenda, DueView{Due: d, DueOn: d.Term.Due, Why: d.Explain(book)})
	}
	return v
}

func reviewView(r Review, book *rules.Book) ReviewView {
	view := ReviewView{FiledOn: r.FiledOn, DecidedOn: r.DecidedOn, DocumentsBy: r.DocumentsBy, Pauses: []Pause{}}
	if r.Term.IsZero() {
		return view
	}
	clock := r.Clock(book)
	view.Term, view.Pauses = &clock.Term, append(view.Pauses, clock.Pauses...)
	view.Late = !r.DecidedOn.IsZero() && r.DecidedOn.After(clock.Term.Due)
	return view
}

func (s *State) memberView(m *Member, book *rules.Book) MemberView {
	v := MemberView{MemberID: m.ID, Ref: m.Ref, Kinship: m.Kinship, Stage: m.Stage(), Ending: m.Ending, EndedOn: m.EndedOn,
		Steps: []StepView{}, VisaRefused: m.VisaRefusedOn, VisaExpires: m.VisaExpires, Expected: m.ExpectedOn, Confidence: m.Confidence,
		PermitRefused: m.PermitRefusedOn, PermitEnds: m.PermitExpires,
		AgreementDue: m.AgreementDue, SchoolDue: m.SchoolDue, Needs: m.Needs, Documents: append([]*Document{}, m.Documents...), Absences: m.Absences,
		School: schoolView(s, m), WithoutSchool: m.absence(book), Conditions: s.conditionViews(m, book)}
	for _, step := range m.way() {
		if !step.on.IsZero() {
			v.Steps = append(v.Steps, StepView{step.name, step.on})
		}
	}
	return v
}

// PeopleOf lists who the sponsor and the members are, sponsor first.
func PeopleOf(s *State) []Person {
	people := []Person{{PersonID: s.SponsorID, Restricted: s.Restricted(s.SponsorID), Particulars: s.Sponsor}}
	for _, m := range s.Members {
		people = append(people, Person{PersonID: m.ID, Restricted: s.Restricted(m.ID), Particulars: m.Who})
	}
	return people
}
