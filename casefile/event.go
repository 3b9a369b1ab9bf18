// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"fmt"
	"time"

	"ricongiungi/rules"
)

// Event is something that happened to a case. Its fields are ids, days, codes
// and verdicts, readable for as long as the log exists; what identifies a
// person travels beside it, in Particulars.
type Event interface {
	apply(s *State, f Fact)
}

// Particulars are what identifies a person or is told in confidence. They are
// sealed with that person's key and are empty once the key is destroyed.
type Particulars struct {
	FamilyName  string     `json:"family_name,omitempty"`
	GivenName   string     `json:"given_name,omitempty"`
	BirthDate   rules.Date `json:"birth_date,omitzero"`
	Sex         string     `json:"sex,omitempty"`         // F, M or X
	Citizenship string     `json:"citizenship,omitempty"` // ISO 3166-1 alpha-3
	SUIFile     string     `json:"sui_file,omitempty"`    // the Prefecture's number, opaque
	Phone       string     `json:"phone,omitempty"`
	Email       string     `json:"email,omitempty"`
	Address     string     `json:"address,omitempty"`
	MayCollect  string     `json:"may_collect,omitempty"` // who may collect the child from school, one to a line
	TaxCode     string     `json:"tax_code,omitempty"`    // codice fiscale, provisional or definitive
	Step        string     `json:"step,omitempty"`        // of a child protection
	Note        string     `json:"note,omitempty"`
	Figures     string     `json:"figures,omitempty"`  // what a check of conditions was made from, as JSON; written by the engine only
	Service     string     `json:"service,omitempty"`  // code, of a confidential referral
	Document    string     `json:"document,omitempty"` // a letter as it was drawn up, gzip in base64
}

// merge keeps what was known and overlays what is said anew. A note, a step and
// the figures of a check belong to their own event and never become properties
// of the person.
func (p Particulars) merge(n Particulars) Particulars {
	for _, field := range []struct{ have, said *string }{
		{&p.FamilyName, &n.FamilyName}, {&p.GivenName, &n.GivenName}, {&p.Sex, &n.Sex},
		{&p.Citizenship, &n.Citizenship}, {&p.SUIFile, &n.SUIFile}, {&p.Phone, &n.Phone},
		{&p.Email, &n.Email}, {&p.Address, &n.Address}, {&p.MayCollect, &n.MayCollect},
		{&p.Email, &n.Email}, {&p.Address, &n.Address}, {&p.TaxCode, &n.TaxCode},
	} {
		if *field.said != "" {
			*field.have = *field.said
		}
	}
	if !n.BirthDate.IsZero() {
		p.BirthDate = n.BirthDate
	}
	return p
}

// Private holds particulars by the id of the person they are about.
type Private map[string]Particulars

// Draft is an event that a command decided on and that is not yet recorded.
type Draft struct {
	Event   Event
	On      rules.Date // the day it happened; zero means now
	Private Private
}

// Fact is a recorded event with its place in the history.
type Fact struct {
	CaseID        string
	Version       int64 // 1, 2, 3 … within the case
	EventID       string
	CommandID     string
	SchemaVersion int
	OccurredAt    time.Time // when it happened; may lie long before RecordedAt
	RecordedAt    time.Time // when we learnt of it
	Actor         Actor
	Event         Event
	Private       Private
}

// OccurredOn is the day in Rome on which it happened.
func (f Fact) OccurredOn() rules.Date { return rules.DateOf(f.OccurredAt) }

// eventType describes how one type of event is stored.
type eventType struct {
	version   int
	construct func() Event
}

// events holds every event under its name in the log, with the schema version
// that is written today. Older versions are upcast on reading.
var events = map[string]eventType{
	"case_opened":                     current[CaseOpened](1),
	"member_listed":                   current[MemberListed](1),
	"application_filed":               current[ApplicationFiled](1),
	"documents_requested":             current[DocumentsRequested](1),
	"documents_supplied":              current[DocumentsSupplied](1),
	"refusal_notified":                current[RefusalNotified](1),
	"observations_filed":              current[ObservationsFiled](1),
	"nulla_osta_issued":               current[NullaOstaIssued](1),
	"member_refused":                  current[MemberRefused](1),
	"nulla_osta_revoked":              current[NullaOstaRevoked](1),
	"nulla_osta_expired":              current[NullaOstaExpired](1),
	"pending_term_settled":            current[PendingTermSettled](1),
	"improcedibile_declared":          current[ImprocedibileDeclared](1),
	"revocation_withdrawn":            current[RevocationWithdrawn](1),
	"sponsor_naturalised":             current[SponsorNaturalised](1),
	"presence_recorded":               current[PresenceRecorded](1),
	"appeal_filed":                    current[AppealFiled](1),
	"judgment_given":                  current[JudgmentGiven](1),
	"kinship_tested":                  current[KinshipTested](1),
	"application_linked":              current[ApplicationLinked](1),
	"counsellor_assigned":             current[CounsellorAssigned](1),
	"contact_made":                    current[ContactMade](1),
	"needs_profile_recorded":          current[NeedsProfileRecorded](1),
	"document_supplied":               current[DocumentSupplied](1),
	"document_attached":               current[DocumentAttached](1),
	"document_verified":               current[DocumentVerified](1),
	"visa_requested":                  current[VisaRequested](1),
	"visa_granted":                    current[VisaGranted](1),
	"visa_refused":                    current[VisaRefused](1),
	"visa_expired":                    current[VisaExpired](1),
	"visa_refusal_final":              current[VisaRefusalFinal](1),
	"arrival_expected":                current[ArrivalExpected](1),
	"entered":                         current[Entered](1),
	"host_notice_given":               current[HostNoticeGiven](1),
	"presented_at_sui":                current[PresentedAtSUI](1),
	"agreement_signed":                current[AgreementSigned](1),
	"permit_requested":                current[PermitRequested](1),
	"permit_issued":                   current[PermitIssued](1),
	"permit_refused":                  current[PermitRefused](1),
	"member_settled":                  current[MemberSettled](1),
	"school_requested":                current[SchoolRequested](1),
	"place_proposed":                  current[PlaceProposed](1),
	"place_accepted":                  current[PlaceAccepted](1),
	"place_declined":                  current[PlaceDeclined](1),
	"place_refused":                   current[PlaceRefused](1),
	"school_enrolled":                 current[SchoolEnrolled](1),
	"school_started":                  current[SchoolStarted](1),
	"attendance_confirmed":            current[AttendanceConfirmed](1),
	"school_transferred":              current[SchoolTransferred](1),
	"school_left":                     current[SchoolLeft](1),
	"absences_reported":               current[AbsencesReported](1),
	"plan_made":                       current[PlanMade](1),
	"goal_set":                        current[GoalSet](1),
	"goal_closed":                     current[GoalClosed](1),
	"plan_reviewed":                   current[PlanReviewed](1),
	"appointment_booked":              current[AppointmentBooked](1),
	"appointment_cancelled":           current[AppointmentCancelled](1),
	"appointment_kept":                current[AppointmentKept](1),
	"appointment_missed":              current[AppointmentMissed](1),
	"referral_drafted":                current[ReferralPrepared](1),
	"referral_sent":                   current[ReferralSent](1),
	"referral_moved":                  current[ReferralMoved](1),
	"celav_moved":                     current[CELAVMoved](1),
	"referral_closed":                 current[ReferralClosed](1),
	"check_in_held":                   current[CheckInHeld](1),
	"concern_resolved":                current[ConcernResolved](1),
	"note_added":                      current[NoteAdded](1),
	"case_closed":                     current[CaseClosed](1),
	"case_reopened":                   current[CaseReopened](1),
	"member_withdrawn":                current[MemberWithdrawn](1),
	"person_died":                     current[PersonDied](1),
	"case_transferred":                current[CaseTransferred](1),
	"member_added":                    current[MemberAdded](1),
	"member_resumed":                  current[MemberResumed](1),
	"member_transferred":              current[MemberTransferred](1),
	"member_lapsed":                   current[MemberLapsed](1),
	"member_upheld":                   current[MemberUpheld](1),
	"contact_attempted":               current[ContactAttempted](1),
	"contact_lost":                    current[ContactLost](1),
	"separated":                       current[Separated](1),
	"own_permit_requested":            current[OwnPermitRequested](1),
	"own_permit_decided":              current[OwnPermitDecided](1),
	"address_sealed":                  current[AddressSealed](1),
	"family_link_given":               current[FamilyLinkGiven](1),
	"reply_link_given":                current[ReplyLinkGiven](1),
	"link_revoked":                    current[LinkRevoked](1),
	"reply_acknowledged":              current[ReplyAcknowledged](1),
	"letter_issued":                   current[LetterIssued](1),
	"access_cut":                      current[AccessCut](1),
	"unsealing_asked":                 current[UnsealingAsked](1),
	"unsealing_answered":              current[UnsealingAnswered](1),
	"person_linked":                   current[PersonLinked](1),
	"person_unlinked":                 current[PersonUnlinked](1),
	"members_merged":                  current[MembersMerged](1),
	"members_unmerged":                current[MembersUnmerged](1),
	"tax_code_recorded":               current[TaxCodeRecorded](1),
	"unaccompanied_minor_referred":    current[UnaccompaniedMinorReferred](1),
	"unaccompanied_step_recorded":     current[UnaccompaniedStepRecorded](1),
	"reunification_resumed":           current[ReunificationResumed](1),
	"protection_recorded":             current[ProtectionRecorded](1),
	"conditions_checked":              current[ConditionsChecked](1),
	"event_corrected":                 current[EventCorrected](1),
	"event_annulled":                  current[EventAnnulled](1),
	"erasure_requested":               current[ErasureRequested](1),
	"person_erased":                   current[PersonErased](1),
	"legal_hold_placed":               current[LegalHoldPlaced](1),
	"legal_hold_lifted":               current[LegalHoldLifted](1),
	"processing_restricted":           current[ProcessingRestricted](1),
	"restriction_lifted":              current[RestrictionLifted](1),
	"term_lapsed":                     current[TermLapsed](1),
	"reminder_raised":                 current[ReminderRaised](1),
	"contact_preferences_set":         current[ContactPreferencesSet](1),
	"information_pack_sent":           current[InformationPackSent](1),
	"consulate_appointment_requested": current[ConsulateAppointmentRequested](1),
	"consulate_appointment_given":     current[ConsulateAppointmentGiven](1),
	"consulate_appointment_missed":    current[ConsulateAppointmentMissed](1),
	"school_guidance_held":            current[SchoolGuidanceHeld](1),
	"agreement_exempted":              current[AgreementExempted](1),
	"agreement_cosigned":              current[AgreementCosigned](1),
	"civics_session_recorded":         current[CivicsSessionRecorded](1),
	"agreement_assessed":              current[AgreementAssessed](1),
	"permit_receipt_seen":             current[PermitReceiptSeen](1),
	"fingerprints_booked":             current[FingerprintsBooked](1),
	"fingerprints_taken":              current[FingerprintsTaken](1),
	"permit_renewal_requested":        current[PermitRenewalRequested](1),
	"residence_registered":            current[ResidenceRegistered](1),
	"health_service_enrolled":         current[HealthServiceEnrolled](1),
	"health_cover_shown":              current[HealthCoverShown](1),
	"age_noted":                       current[AgeNoted](1),
	"term_escalated":                  current[TermEscalated](1),
}

func current[E any, P interface {
	*E
	Event
}](version int) eventType {
	return eventType{version: version, construct: func() Event { return P(new(E)) }}
}

var eventNames = namesByType(eventConstructors())

func eventConstructors() map[string]func() Event {
	constructors := make(map[string]func() Event, len(events))
	for name, t := range events {
		constructors[name] = t.construct
	}
	return constructors
}

// EventNames lists the names of all event types, in order.
func EventNames() []string { return sortedKeys(events) }

// EventName is the name of an event in the log.
func EventName(e Event) string { return eventNames[structType(e)] }

// EventVersion is the schema version in which events of that name are written.
func EventVersion(name string) int { return events[name].version }

// DecodeEvent reads an event of any released version in its present shape. A
// type or version nobody knows is an error: silence would falsify the state.
func DecodeEvent(name string, version int, data []byte) (Event, error) {
	t, ok := events[name]
	if !ok || version < 1 || version > t.version {
		return nil, fmt.Errorf("casefile: no event %q of version %d is known", name, version)
	}
	event := t.construct()
	if err := json.Unmarshal(data, event); err != nil {
		return nil, fmt.Errorf("casefile: event %s: %w", name, err)
	}
	return event, nil
}

// Recorded is the draft as a fact of the given version.
func (d Draft) Recorded(r Request, version int64) Fact {
	occurred := r.Now
	if !d.On.IsZero() && d.On != r.Today() {
		occurred = d.On.Start()
	}
	return Fact{CaseID: r.CaseID, Version: version, EventID: DeriveID(r.CommandID, EventName(d.Event)+"/"+itoa(version)), CommandID: r.CommandID,
		SchemaVersion: EventVersion(EventName(d.Event)), OccurredAt: occurred.UTC(), RecordedAt: r.Now.UTC(),
		Actor: r.Actor, Event: d.Event, Private: d.Private}
}
