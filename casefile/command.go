// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"ricongiungi/rules"
)

// Command asks something of a case. The answer is events, nothing (it was so
// already) or a refusal.
type Command interface {
	decide(s *State, r Request) ([]Draft, *Refusal)
}

// Request is what surrounds a command: who asks, when, and under which law.
type Request struct {
	CommandID string
	CaseID    string
	Actor     Actor
	Now       time.Time
	Book      *rules.Book
	Services  Services // the directory of services; nil where none is kept
}

// Today is the day of the request in Rome.
func (r Request) Today() rules.Date { return rules.DateOf(r.Now) }

// Actor is who did something, in ids only.
type Actor struct {
	ID     string `json:"id"`               // UUID of the person or machine
	Role   Role   `json:"role"`             // in which capacity
	Office string `json:"office,omitempty"` // code of the body, such as "wemi-mi"
}

// Role is the capacity in which somebody acts.
type Role string

// The roles of the access matrix, and System for what the engine does itself.
const (
	SUIOfficer       Role = "sui_officer"
	Counsellor       Role = "counsellor"
	EducationOfficer Role = "education_officer"
	Supervisor       Role = "supervisor"
	Auditor          Role = "auditor"
	Operator         Role = "operator"
	System           Role = "system"
	ByLink           Role = "by_link" // whoever holds a personal link; the id is the link's
)

// OperatorRoles are the roles that a person or machine may have.
func OperatorRoles() []Role {
	return []Role{SUIOfficer, Counsellor, EducationOfficer, Supervisor, Auditor, Operator}
}

// commands holds every command under its name on the wire.
var commands = map[string]func() Command{
	"file_application":          newCommand[FileApplication],
	"request_documents":         newCommand[RequestDocuments],
	"record_documents_supplied": newCommand[RecordDocumentsSupplied],
	"notify_refusal":            newCommand[NotifyRefusal],
	"file_observations":         newCommand[FileObservations],
	"decide_members":            newCommand[DecideMembers],
	"revoke_nulla_osta":         newCommand[RevokeNullaOsta],
	"declare_improcedibile":     newCommand[DeclareImprocedibile],
	"withdraw_revocation":       newCommand[WithdrawRevocation],
	"record_naturalisation":     newCommand[RecordNaturalisation],
	"record_presence":           newCommand[RecordPresence],
	"record_appeal":             newCommand[RecordAppeal],
	"record_judgment":           newCommand[RecordJudgment],
	"record_dna_result":         newCommand[RecordDNAResult],
	"link_application":          newCommand[LinkApplication],

	"assign_counsellor":     newCommand[AssignCounsellor],
	"record_contact":        newCommand[RecordContact],
	"record_needs_profile":  newCommand[RecordNeedsProfile],
	"attach_document":       newCommand[AttachDocument],
	"supply_document":       newCommand[SupplyDocument],
	"verify_document":       newCommand[VerifyDocument],
	"record_visa_requested": newCommand[RecordVisaRequested],
	"record_visa_granted":   newCommand[RecordVisaGranted],
	"record_visa_refused":   newCommand[RecordVisaRefused],
	"expect_arrival":        newCommand[ExpectArrival],
	"record_entry":          newCommand[RecordEntry],

	"set_contact_preferences":             newCommand[SetContactPreferences],
	"send_information_pack":               newCommand[SendInformationPack],
	"request_consulate_appointment":       newCommand[RequestConsulateAppointment],
	"record_consulate_appointment":        newCommand[RecordConsulateAppointment],
	"record_consulate_appointment_missed": newCommand[RecordConsulateAppointmentMissed],
	"record_school_guidance":              newCommand[RecordSchoolGuidance],
	"exempt_from_agreement":               newCommand[ExemptFromAgreement],
	"record_agreement_cosigned":           newCommand[RecordAgreementCosigned],
	"record_civics_session":               newCommand[RecordCivicsSession],
	"assess_agreement":                    newCommand[AssessAgreement],
	"record_permit_receipt":               newCommand[RecordPermitReceipt],
	"book_fingerprints":                   newCommand[BookFingerprints],
	"record_fingerprints_taken":           newCommand[RecordFingerprintsTaken],
	"record_permit_renewal_requested":     newCommand[RecordPermitRenewalRequested],
	"record_residence_registered":         newCommand[RecordResidenceRegistered],
	"record_health_enrolled":              newCommand[RecordHealthEnrolled],
	"record_health_cover":                 newCommand[RecordHealthCover],

	"record_host_notice":        newCommand[RecordHostNotice],
	"record_presentation":       newCommand[RecordPresentation],
	"record_agreement_signed":   newCommand[RecordAgreementSigned],
	"record_permit_requested":   newCommand[RecordPermitRequested],
	"record_permit_issued":      newCommand[RecordPermitIssued],
	"record_permit_refused":     newCommand[RecordPermitRefused],
	"settle_member":             newCommand[SettleMember],
	"request_school":            newCommand[RequestSchool],
	"propose_place":             newCommand[ProposePlace],
	"accept_place":              newCommand[AcceptPlace],
	"decline_place":             newCommand[DeclinePlace],
	"record_school_started":     newCommand[RecordSchoolStarted],
	"record_school_left":        newCommand[RecordSchoolLeft],
	"report_absences":           newCommand[ReportAbsences],
	"make_plan":                 newCommand[MakePlan],
	"set_goal":                  newCommand[SetGoal],
	"close_goal":                newCommand[CloseGoal],
	"review_plan":               newCommand[ReviewPlan],
	"book_appointment":          newCommand[BookAppointment],
	"move_appointment":          newCommand[MoveAppointment],
	"cancel_appointment":        newCommand[CancelAppointment],
	"record_appointment_kept":   newCommand[RecordAppointmentKept],
	"record_appointment_missed": newCommand[RecordAppointmentMissed],
	"draft_referral":            newCommand[DraftReferral],
	"send_referral":             newCommand[SendReferral],
	"record_referral_step":      newCommand[RecordReferralStep],
	"record_celav_step":         newCommand[RecordCELAVStep],
	"close_referral":            newCommand[CloseReferral],
	"hold_check_in":             newCommand[HoldCheckIn],
	"resolve_concern":           newCommand[ResolveConcern],
	"add_note":                  newCommand[AddNote],
	"close_case":                newCommand[CloseCase],
	"reopen_case":               newCommand[ReopenCase],

	"record_place_refused":        newCommand[RecordPlaceRefused],
	"record_enrolled":             newCommand[RecordEnrolled],
	"record_attendance_confirmed": newCommand[RecordAttendanceConfirmed],
	"record_school_transferred":   newCommand[RecordSchoolTransferred],

	"withdraw":      newCommand[Withdraw],
	"record_death":  newCommand[RecordDeath],
	"transfer_case": newCommand[TransferCase],

	"add_member":                  newCommand[AddMember],
	"resume_member":               newCommand[ResumeMember],
	"transfer_member":             newCommand[TransferMember],
	"resolve_doubt":               newCommand[ResolveDoubt],
	"record_contact_attempt":      newCommand[RecordContactAttempt],
	"record_contact_lost":         newCommand[RecordContactLost],
	"record_separation":           newCommand[RecordSeparation],
	"record_own_permit_requested": newCommand[RecordOwnPermitRequested],
	"record_own_permit_decided":   newCommand[RecordOwnPermitDecided],
	"seal_address":                newCommand[SealAddress],
	"cut_access":                  newCommand[CutAccess],
	"ask_unsealing":               newCommand[AskUnsealing],
	"answer_unsealing":            newCommand[AnswerUnsealing],
	"link_person":                 newCommand[LinkPerson],
	"unlink_person":               newCommand[UnlinkPerson],
	"merge_members":               newCommand[MergeMembers],
	"unmerge_members":             newCommand[UnmergeMembers],
	"record_tax_code":             newCommand[RecordTaxCode],
	"refer_unaccompanied_minor":   newCommand[ReferUnaccompaniedMinor],
	"record_unaccompanied_step":   newCommand[RecordUnaccompaniedStep],
	"resume_reunification":        newCommand[ResumeReunification],
	"open_protection":             newCommand[OpenProtection],
	"record_protection_step":      newCommand[RecordProtectionStep],
	"close_protection":            newCommand[CloseProtection],

	"correct_event": newCommand[CorrectEvent],
	"annul_event":   newCommand[AnnulEvent],
	"wake":          newCommand[Wake],

	"record_conditions": newCommand[RecordConditions],

	"give_family_link":  newCommand[GiveFamilyLink],
	"give_reply_link":   newCommand[GiveReplyLink],
	"revoke_link":       newCommand[RevokeLink],
	"acknowledge_reply": newCommand[AcknowledgeReply],
	"issue_letter":      newCommand[IssueLetter],

	"request_erasure":     newCommand[RequestErasure],
	"confirm_erasure":     newCommand[ConfirmErasure],
	"place_legal_hold":    newCommand[PlaceLegalHold],
	"lift_legal_hold":     newCommand[LiftLegalHold],
	"restrict_processing": newCommand[RestrictProcessing],
	"lift_restriction":    newCommand[LiftRestriction],
}

func newCommand[C any, P interface {
	*C
	Command
}]() Command {
	return P(new(C))
}

var commandNames = namesByType(commands)

func namesByType[T any](registry map[string]func() T) map[reflect.Type]string {
	names := make(map[reflect.Type]string, len(registry))
	for name, make := range registry {
		names[reflect.TypeOf(make()).Elem()] = name
	}
	return names
}

// CommandNames lists the wire names of all commands, in order.
func CommandNames() []string { return sortedKeys(commands) }

// CommandName is the wire name of a command, given as pointer or value.
func CommandName(c any) string { return commandNames[structType(c)] }

// DecodeCommand reads the body of a command. Unknown fields are refused: a
// misspelt field would otherwise be lost in silence.
func DecodeCommand(name string, body []byte) (Command, error) {
	construct, ok := commands[name]
	if !ok {
		return nil, fmt.Errorf("casefile: unknown command %q", name)
	}
	command := construct()
	return command, decodeStrict(body, command)
}

func decodeStrict(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("casefile: %T: %w", into, err)
	}
	return nil
}

func structType(v any) reflect.Type {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
