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
	SchoolNextYear      = "school.next_year_from"  // day from which a search is for the coming school year
	SchoolBothYears     = "school.both_years_from" // day from which both school years are weighed, until 31 August
	SchoolInfanzia      = "school.infanzia.from"
	SchoolEarlyStart    = "school.early_start.by" // birthday that lets a child begin a year early
	SchoolCPIARegular   = "school.cpia.regular_from"
	LessonsFrom         = "school.lessons.from"
	LessonsTo           = "school.lessons.to"
	ChristmasFrom       = "school.christmas.from"
	ChristmasTo         = "school.christmas.to"
	Attendance1         = "school.attendance.1"
	Attendance3         = "school.attendance.3"
	Attendance6         = "school.attendance.6"
	SuppressUpTo        = "publication.suppress_up_to" // counts up to this are not published
	RoundTo             = "publication.round_to"       // published counts are multiples of this
	LongWait            = "indicator.long_wait"
	EarlyLeaving        = "indicator.early_leaving"
	SchoolPlacesStale   = "school.places_stale"        // how long a figure of free places counts
	SchoolShareForeign  = "school.share.non_italian"   // indicator, never a ground to refuse
	SchoolShareNew      = "school.share.newly_arrived" // indicator, never a ground to refuse
	SchoolNear          = "school.near"                // width of the zones in which distances are compared
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

	// Support before departure, arrival and settling, reminders.
	InformationPack      = "hub.information_pack"
	PackLanguages        = "hub.pack_languages" // "ar/arz" is an Arabic pack that also serves readers of arz
	NeedsProfileDue      = "hub.needs_profile"
	PapersReady          = "hub.papers_ready"
	PapersRenewal        = "hub.papers_renewal" // counted back from the last day of use
	ConsulateRequest     = "hub.consulate.request"
	ConsulateAnswer      = "hub.consulate.answer"
	ConsulateRebook      = "hub.consulate.rebook"
	ConsulateWarning     = "hub.consulate.warning"
	ConsulateAppointment = "consulate.appointment"
	GuidanceDue          = "hub.guidance"
	GuidanceFrom         = "hub.guidance.from"
	GuidanceTo           = "hub.guidance.to"
	AgeNoteHorizon       = "hub.age_note.horizon"
	ParentCover          = "entry.parent_cover"
	ParentCoverAge       = "entry.parent_cover.age"
	AgreementCosign      = "agreement.cosignature"
	AgreementRequired    = "agreement.credits.required"
	AgreementCivicsLoss  = "agreement.credits.civics_missed"
	AgreementExtension   = "agreement.extension"
	PermitReceipt        = "permit.receipt"
	Fingerprints         = "permit.fingerprints"
	PermitRenewal        = "permit.renewal" // counted back from the permit's last day
	ResidenceDue         = "residence.registration"
	HealthEnrolment      = "health.enrolment"
	ReminderStale        = "reminder.stale"
	ReminderEscalation   = "reminder.escalation"
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

// Who may ask for whom, on what conditions (art. 28 and 29 TUI).
const (
	SponsorPermit       = "sponsor.permit.duration"
	SponsorSeasonal     = "sponsor.seasonal"
	SpouseAge           = "eligibility.spouse_age"
	ParentAge           = "eligibility.parent_age"
	MinorDay            = "eligibility.minor_day"          // the day on which a child's age counts
	UnderFourteenDay    = "eligibility.under_fourteen_day" // the same for income and housing
	OtherParent         = "eligibility.other_parent"
	OtherRelatives      = "eligibility.other_relative"
	SeparatedSpouse     = "eligibility.separated_spouse"
	SecondSpouse        = "eligibility.second_spouse"
	MarriedChild        = "eligibility.married_child"
	AdultChild          = "eligibility.adult_child"
	DependentParent     = "eligibility.parent"
	Residence           = "residence.minimum"
	ResidenceMinors     = "residence.minor_children"
	ResidenceProtection = "residence.protection"
	ResidenceBlueCard   = "residence.blue_card"
	ResidenceICT        = "residence.ict"
	RefugeeSponsor      = "protection.refugee"
	SubsidiarySponsor   = "protection.subsidiary"

	SocialAllowance    = "income.social_allowance" // assegno sociale, one month
	Instalments        = "income.instalments"      // months that make its year
	IncomeBase         = "income.base"
	IncomePerMember    = "income.per_member"
	IncomeTwoChildren  = "income.two_under_fourteen"
	IncomeChildAge     = "income.under_fourteen"
	IncomeReunited     = "income.reunited_count" // whether relatives reunited before count
	IncomeCohabitants  = "income.cohabitants_count"
	IncomeYear         = "income.year" // whose year's allowance is the measure
	HousingCheck       = "housing.check"
	HousingFirst       = "housing.persons.first"
	HousingAreaFirst   = "housing.area.first"
	HousingAreaFurther = "housing.area.further"
	HousingStudioOne   = "housing.studio.one"
	HousingStudioTwo   = "housing.studio.two"
	HousingBedroomOne  = "housing.bedroom.one"
	HousingBedroomTwo  = "housing.bedroom.two"
	HousingLivingRoom  = "housing.living_room"
	HousingHeight      = "housing.height"
	HousingConsentAge  = "housing.consent_age" // the owner's consent replaces the certificate
	HousingConsentOnly = "housing.consent_no_other"
	HealthCover        = "parent.health_cover"
	HealthContribution = "parent.health_contribution"
)

// What the law sets beside the terms: durations, credits, amounts.
const (
	ReviewSilence      = "review.silence"
	VisaLongest        = "visa.validity.longest"
	AgreementPermit    = "agreement.permit.duration"
	AgreementCosigned  = "agreement.cosigned_until"
	AgreementLanguage  = "agreement.language"
	PermitLongest      = "permit.duration.longest"
	PermitMinor        = "permit.minor_until"
	CostStamp          = "cost.stamp"
	CostCard           = "cost.card"
	CostPermitOneYear  = "cost.permit.one_year"
	CostPermitTwoYears = "cost.permit.two_years"
	CostPost           = "cost.post"
	Vaccines           = "vaccination.count"
	VaccinesTo         = "vaccination.age_to"
	VaccineFineLeast   = "vaccination.fine.least"
	VaccineFineMost    = "vaccination.fine.most"
)

// The rules of the hub's follow-up.
const (
	PlanReview          = "hub.plan_review"
	GoalDay             = "hub.goal" // the day set for a goal
	AppointmentMinutes  = "hub.appointment_minutes"
	FamilyLink          = "hub.family_link"          // how long a link to the family's page is good
	ReplyLink           = "hub.reply_link"           // how long a link to answer a referral is good
	ReferralAnswer      = "hub.referral_answer"      // reading an answer by link
	ReferralDraft       = "hub.referral_draft"       // sending a prepared referral
	ReferralExpiry      = "hub.referral_expiry"      // end of a referral nobody answers, after its reply was due
	ReferralInformation = "hub.referral_information" // sending what the service asked for
	ReferralRecontact   = "hub.referral_recontact"   // the day named with a place on a waiting list
	ReferralProgress    = "hub.referral_progress"    // asking how a referral goes
	CapacityStale       = "hub.capacity_stale"       // age at which a count of free places is no longer trusted
	ConcernFollowUp     = "hub.concern"              // talking to a family that scored badly
	CheckInFall         = "hub.check_in.fall"
	CheckInLow          = "hub.check_in.low"
	CELAVAge            = "celav.age"
	Traineeship         = "celav.traineeship"
	TraineeshipRenewals = "celav.traineeship.renewals"
	AbsenceDays         = "school.absence.days"
	AbsenceWindow       = "school.absence.window"
	AbsenceFollowUp     = "school.absence.follow_up"
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
	SchoolBothYears: MonthDay, SchoolInfanzia: Years, SchoolEarlyStart: MonthDay, SchoolCPIARegular: Years,
	LessonsFrom: MonthDay, LessonsTo: MonthDay, ChristmasFrom: MonthDay, ChristmasTo: MonthDay,
	Attendance1: Months, Attendance3: Months, Attendance6: Months,
	SuppressUpTo: Count, RoundTo: Count, LongWait: Days, EarlyLeaving: Months,
	SchoolPlacesStale: Days, SchoolShareForeign: Percent, SchoolShareNew: Percent, SchoolNear: Metres,
	ReminderShort: Days, ReminderLong: Days, HandoffGapHold: Hours,
	RevocationEffect: Choice, AppealAdvice: Days, AppealCheck: Days, JudgmentCompliance: Days,
	CoesioneRequest: Months, CoesioneStart: WorkingDays, CitizenVisa: WorkingDays, CitizenCard: Months, FollowUp: WorkingDays,
	BirthPermit: Days, MemberSupplement: WorkingDays, MemberDoubt: Days, OwnPermitRequest: Days,
	ContactRetry: Days, ContactLostAttempts: Count, ContactLostSpan: Days, UnsealingAnswer: WorkingDays, TaxCodeDefinitive: Months,
	MSNAIdentification: Days, MSNAReception: Days, MSNACourtReport: WorkingDays, MSNAGuardian: Days, MSNAIntakeCap: Count,
	MSNAPause: Choice, MSNAPauseReview: Days, ProtectionStep1: Hours, ProtectionStep2: Hours, ProtectionReview: Days,

	SponsorPermit: Months, SponsorSeasonal: Choice, SpouseAge: Years, ParentAge: Years, MinorDay: Choice, UnderFourteenDay: Choice,
	OtherParent: Choice, OtherRelatives: Choice, SeparatedSpouse: Choice, SecondSpouse: Choice, MarriedChild: Choice,
	AdultChild: Choice, DependentParent: Choice, Residence: Months, ResidenceMinors: Choice, ResidenceProtection: Choice, ResidenceBlueCard: Choice,
	ResidenceICT: Choice, RefugeeSponsor: Choice, SubsidiarySponsor: Choice,
	SocialAllowance: Cents, Instalments: Count, IncomeBase: Percent, IncomePerMember: Percent, IncomeTwoChildren: Percent,
	IncomeChildAge: Years, IncomeReunited: Choice, IncomeCohabitants: Choice, IncomeYear: Choice,
	HousingCheck: Choice, HousingFirst: Count, HousingAreaFirst: SquareMetres, HousingAreaFurther: SquareMetres,
	HousingStudioOne: SquareMetres, HousingStudioTwo: SquareMetres, HousingBedroomOne: SquareMetres, HousingBedroomTwo: SquareMetres,
	HousingLivingRoom: SquareMetres, HousingHeight: Centimetres, HousingConsentAge: Years, HousingConsentOnly: Choice,
	HealthCover: Choice, HealthContribution: Cents,

	ReviewSilence: Choice, VisaLongest: Days, AgreementPermit: Months, AgreementCosigned: Years,
	AgreementLanguage: Choice, PermitLongest: Months, PermitMinor: Years,
	CostStamp: Cents, CostCard: Cents, CostPermitOneYear: Cents, CostPermitTwoYears: Cents, CostPost: Cents,
	Vaccines: Count, VaccinesTo: Years, VaccineFineLeast: Cents, VaccineFineMost: Cents,

	InformationPack: WorkingDays, PackLanguages: Languages, NeedsProfileDue: Days,
	PapersReady: Days, PapersRenewal: Days, ConsulateRequest: Days, ConsulateAnswer: Days, ConsulateRebook: WorkingDays, ConsulateWarning: Days,
	ConsulateAppointment: Choice, GuidanceDue: Days, GuidanceFrom: Years, GuidanceTo: Years, AgeNoteHorizon: Months,
	ParentCover: Days, ParentCoverAge: Years,
	AgreementCosign: WorkingDays, AgreementRequired: Count, AgreementCivicsLoss: Count, AgreementExtension: Months,
	PermitReceipt: WorkingDays, Fingerprints: Choice, PermitRenewal: Days, ResidenceDue: Days, HealthEnrolment: Days,
	ReminderStale: Days, ReminderEscalation: WorkingDays,

	PlanReview: Months, GoalDay: Choice, AppointmentMinutes: Count,
	FamilyLink: Days, ReplyLink: Days, ReferralAnswer: WorkingDays,
	ReferralDraft: WorkingDays, ReferralExpiry: Days, ReferralInformation: WorkingDays, ReferralRecontact: Choice, ReferralProgress: Days,
	CapacityStale: Days, ConcernFollowUp: WorkingDays, CheckInFall: Count, CheckInLow: Count,
	CELAVAge: Years, Traineeship: Months, TraineeshipRenewals: Count,
	AbsenceDays: Count, AbsenceWindow: Months, AbsenceFollowUp: WorkingDays,
}

// younger holds the rules that do not go back to the Testo Unico: their first
// row says since when there is such a rule.
var younger = map[string]bool{
	AgreementAge: true, AgreementCredits: true, AgreementCivics: true, AgreementTerm: true,
	AgreementPermit: true, AgreementCosigned: true, AgreementLanguage: true,
	AgreementCosign: true, AgreementRequired: true, AgreementCivicsLoss: true, AgreementExtension: true, ParentCover: true, ParentCoverAge: true,
	Residence: true, ResidenceMinors: true, ResidenceProtection: true, ResidenceBlueCard: true, ResidenceICT: true,
	SubsidiarySponsor: true, SocialAllowance: true, IncomeBase: true, IncomePerMember: true, IncomeTwoChildren: true, IncomeChildAge: true, HealthCover: true, HealthContribution: true,
	PermitMinor: true, CostStamp: true, CostCard: true, CostPermitOneYear: true, CostPermitTwoYears: true, CostPost: true,
	Vaccines: true, VaccinesTo: true, VaccineFineLeast: true, VaccineFineMost: true,
}

// yearly holds the amounts that are published for one year at a time: nobody
// knows them beyond the last row.
var yearly = map[string]bool{SocialAllowance: true}

// choices holds the values a choice may take.
var choices = map[string][]string{
	RefusalEffect:  {"restart", "suspend"},
	PendingTerm:    {"at_filing", "at_decision"},
	SaturdayCounts: {"yes", "no"},
	DocumentsDay:   {"as_set"},
	VisaValidity:   {"as_set"},
	MSNAPause:      {"suspend", "stand"},

	RevocationEffect: {"suspends", "runs"},

	SponsorSeasonal: {"excluded", "admitted"},
	MinorDay:        {"at_filing", "at_check"}, UnderFourteenDay: {"at_filing", "at_check"},
	OtherParent:    {"required", "not_required"},
	OtherRelatives: {"excluded", "admitted"}, SeparatedSpouse: {"excluded", "admitted"},
	SecondSpouse: {"excluded", "admitted"}, MarriedChild: {"excluded", "admitted"},
	AdultChild: {"total_disability", "dependent"}, DependentParent: {"dependent"},
	ResidenceMinors: {"exempt", "required"}, ResidenceProtection: {"exempt", "required"},
	ResidenceBlueCard: {"exempt", "required"}, ResidenceICT: {"exempt", "required"},
	RefugeeSponsor: {"exempt", "required"}, SubsidiarySponsor: {"exempt", "required"},
	IncomeReunited: {"yes", "no"}, IncomeCohabitants: {"yes", "no"}, IncomeYear: {"filing_year", "income_year"},
	HousingCheck:       {"certificate", "certificate_and_measures"},
	HousingConsentOnly: {"yes", "no"},
	HealthCover:        {"required", "not_required"},
	ReviewSilence:      {"direct_visa", "no_effect"},
	AgreementLanguage:  {"A2"},

	ConsulateAppointment: {"as_set"}, Fingerprints: {"as_set"},

	GoalDay: {"as_set"}, ReferralRecontact: {"as_set"},
}
