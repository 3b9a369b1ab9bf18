// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

// The rules the domain asks for. Values, periods and citations are in law.csv.
const (
	ReviewTerm          = "review.term"                 // decision on the application
	DocumentsDay        = "review.documents"            // missing papers, by the day the SUI sets
	RefusalReply        = "review.refusal_notice.reply" // observations after a notice of intended refusal
	RefusalEffect       = "review.refusal_notice.effect"
	PendingTerm         = "review.pending" // which term governs applications filed before a change
	NullaOstaValidity   = "nulla_osta.validity"
	VisaDecision        = "visa.decision"
	VisaValidity        = "visa.validity"
	HostNotice          = "entry.host_notice"
	Presentation        = "entry.presentation"
	SaturdayCounts      = "calendar.saturday_counts"
	AgreementAge        = "agreement.age"
	AgreementCredits    = "agreement.credits.at_signing"
	AgreementCivics     = "agreement.civics"
	AgreementTerm       = "agreement.term"
	PermitIndication    = "permit.indication"
	MinorAge            = "eligibility.minor_age"
	SchoolCompulsory    = "school.compulsory.from"
	SchoolCompulsoryEnd = "school.compulsory.to"
	SchoolRight         = "school.right.to"
	SchoolCPIA          = "school.cpia.from"
	FirstContact        = "hub.first_contact"
	ArrivalCheck        = "hub.arrival_check"
	PlanDue             = "hub.plan"
	AppointmentOutcome  = "hub.appointment_outcome"
	ReferralReply       = "hub.referral_reply"
	CheckIn1            = "hub.check_in.1"
	CheckIn3            = "hub.check_in.3"
	CheckIn6            = "hub.check_in.6"
	CheckIn12           = "hub.check_in.12"
	ClosingDue          = "hub.closing"
	PeriodicReview      = "hub.periodic_review"
	SchoolRequest       = "school.request"
	SchoolProposal      = "school.proposal"
	SchoolAnswer        = "school.answer"
	SchoolStart         = "school.start"
	SchoolNextYear      = "school.next_year_from" // day from which a search is for the coming school year
	ReminderShort       = "reminder.short"
	ReminderLong        = "reminder.long"
	HandoffGapHold      = "handoff.gap_hold"
)

// The rules of the branches: what happens to people on the way.
const (
	BirthPermit         = "birth.permit"
	MemberSupplement    = "member.supplement"
	MemberDoubt         = "member.doubt"
	OwnPermitRequest    = "own_permit.request"
	ContactRetry        = "contact.retry"
	ContactLostAttempts = "contact.lost.attempts"
	ContactLostSpan     = "contact.lost.span"
	UnsealingAnswer     = "unsealing.answer"
	TaxCodeDefinitive   = "tax_code.definitive"
	MSNAIdentification  = "msna.identification"
	MSNAReception       = "msna.reception" // first reception, before a place in the second
	MSNACourtReport     = "msna.court_report"
	MSNAGuardian        = "msna.guardian"
	MSNAIntakeCap       = "msna.intake_cap"
	MSNAPause           = "msna.pause" // whether the terms after entry stand still during the referral
	MSNAPauseReview     = "msna.pause_review"
	ProtectionStep1     = "protection.step_1"
	ProtectionStep2     = "protection.step_2"
	ProtectionReview    = "protection.review"
)

const holidayPrefix = "holiday."

// units holds every known rule and the unit its rows must have.
var units = map[string]Unit{
	ReviewTerm: Days, DocumentsDay: Choice, RefusalReply: Days, RefusalEffect: Choice, PendingTerm: Choice,
	NullaOstaValidity: Months, VisaDecision: Days, VisaValidity: Choice,
	HostNotice: Hours, Presentation: WorkingDays, SaturdayCounts: Choice,
	AgreementAge: Years, AgreementCredits: Count, AgreementCivics: Months, AgreementTerm: Months,
	PermitIndication: Days, MinorAge: Years,
	SchoolCompulsory: Years, SchoolCompulsoryEnd: Years, SchoolRight: Years, SchoolCPIA: Years,
	FirstContact: WorkingDays, ArrivalCheck: WorkingDays, PlanDue: Days, AppointmentOutcome: WorkingDays,
	ReferralReply: Days, CheckIn1: Months, CheckIn3: Months, CheckIn6: Months, CheckIn12: Months,
	ClosingDue: Days, PeriodicReview: Days,
	SchoolRequest: WorkingDays, SchoolProposal: WorkingDays, SchoolAnswer: WorkingDays, SchoolStart: WorkingDays, SchoolNextYear: MonthDay,
	ReminderShort: Days, ReminderLong: Days, HandoffGapHold: Hours,
	BirthPermit: Days, MemberSupplement: WorkingDays, MemberDoubt: Days, OwnPermitRequest: Days,
	ContactRetry: Days, ContactLostAttempts: Count, ContactLostSpan: Days, UnsealingAnswer: WorkingDays, TaxCodeDefinitive: Months,
	MSNAIdentification: Days, MSNAReception: Days, MSNACourtReport: WorkingDays, MSNAGuardian: Days, MSNAIntakeCap: Count,
	MSNAPause: Choice, MSNAPauseReview: Days, ProtectionStep1: Hours, ProtectionStep2: Hours, ProtectionReview: Days,
}

// choices holds the values a choice may take.
var choices = map[string][]string{
	RefusalEffect:  {"restart", "suspend"},
	PendingTerm:    {"at_filing", "at_decision"},
	SaturdayCounts: {"yes", "no"},
	DocumentsDay:   {"as_set"},
	VisaValidity:   {"as_set"},
	MSNAPause:      {"suspend", "stand"},
}
