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

	RevocationEffect   = "nulla_osta.revocation_effect" // what a lifted revocation does to the months that ran
	AppealAdvice       = "appeal.advice"
	AppealCheck        = "appeal.check"
	JudgmentCompliance = "judgment.compliance"
	CoesioneRequest    = "coesione.request" // counted from the end of the old permit
	CoesioneStart      = "coesione.start"
	CitizenVisa        = "citizen.visa_request"
	CitizenCard        = "citizen.card_request"
	FollowUp           = "hub.follow_up"
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
	RevocationEffect: Choice, AppealAdvice: Days, AppealCheck: Days, JudgmentCompliance: Days,
	CoesioneRequest: Months, CoesioneStart: WorkingDays, CitizenVisa: WorkingDays, CitizenCard: Months, FollowUp: WorkingDays,
}

// choices holds the values a choice may take.
var choices = map[string][]string{
	RefusalEffect:  {"restart", "suspend"},
	PendingTerm:    {"at_filing", "at_decision"},
	SaturdayCounts: {"yes", "no"},
	DocumentsDay:   {"as_set"},
	VisaValidity:   {"as_set"},

	RevocationEffect: {"suspends", "runs"},
}
