// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ricongiungi/rules"
)

// refusal is one command that a case must answer with "no".
type refusal struct {
	why   string
	given []telling
	on    string
	tell  Command
	code  string
}

func reviewRefusals() []refusal {
	filed, decided := until("filed", wife), until("authorised", wife)
	return []refusal{
		{"no case yet", nil, "2026-01-01", &NotifyRefusal{On: day("2026-01-01")}, "case_unknown"},
		{"a decision that does not open the case", nil, "2026-01-01", authorise("2026-01-01"), "case_unknown"},
		{"filed tomorrow", nil, "2025-11-02", file("2025-11-03"), "day_in_future"},
		{"filed on two days", filed, "2025-11-05", file("2025-11-04"), "already_recorded"},
		{"filing told late and after the decision", []telling{told("2026-02-16", opening("2026-02-16"))}, "2026-03-01", file("2026-02-20"), "days_out_of_order"},
		{"papers asked for before the filing", filed, "2025-12-01", &RequestDocuments{On: day("2025-11-01"), By: day("2025-12-01")}, "days_out_of_order"},
		{"papers asked for by a day gone by", filed, "2025-12-01", &RequestDocuments{On: day("2025-12-01"), By: day("2025-11-30")}, "days_out_of_order"},
		{"papers supplied tomorrow", filed, "2025-12-01", &RecordDocumentsSupplied{On: day("2025-12-02")}, "day_in_future"},
		{"a notice after the decision", decided, "2026-03-01", &NotifyRefusal{On: day("2026-03-01")}, "days_out_of_order"},
		{"observations without a notice", filed, "2025-12-01", &FileObservations{On: day("2025-12-01")}, "no_refusal_notice"},
		{"observations before the notice", and(filed, told("2025-12-10", &NotifyRefusal{On: day("2025-12-10")})), "2025-12-12", &FileObservations{On: day("2025-12-09")}, "days_out_of_order"},
		{"observations on two days", and(filed, told("2025-12-10", &NotifyRefusal{On: day("2025-12-10")}), told("2025-12-12", &FileObservations{On: day("2025-12-12")})), "2025-12-13", &FileObservations{On: day("2025-12-13")}, "already_recorded"},
		{"decided tomorrow", filed, "2026-02-15", authorise("2026-02-16"), "day_in_future"},
		{"decided before the filing", filed, "2026-02-15", authorise("2025-11-02"), "days_out_of_order"},
		{"a decision on a stranger", filed, "2026-02-16", decide("2026-02-16", "authorised", "authorised", "authorised", "authorised"), "unknown_member"},
		{"a member decided twice at once", filed, "2026-02-16", &DecideMembers{On: day("2026-02-16"), Decisions: []MemberDecision{{Ref: "1", Outcome: "authorised"}, {MemberID: wife, Outcome: "refused"}}}, "decided_twice"},
		{"a decision without an outcome", filed, "2026-02-16", decide("2026-02-16", ""), "unknown_outcome"},
		{"authorised on two days", decided, "2026-02-20", decide("2026-02-18", "authorised"), "already_recorded"},
		{"refused after the nulla osta", decided, "2026-02-20", decide("2026-02-18", "refused"), "already_recorded"},
		{"a decision on one who withdrew", and(filed, told("2025-12-01", &Withdraw{On: day("2025-12-01"), Members: []string{wife}})), "2026-02-16", decide("2026-02-16", "authorised"), "member_ended"},
		{"revoked tomorrow", decided, "2026-03-01", &RevokeNullaOsta{On: day("2026-03-02")}, "day_in_future"},
		{"revoked before it was issued", decided, "2026-03-01", &RevokeNullaOsta{On: day("2026-02-15")}, "days_out_of_order"},
		{"revoked for a stranger", decided, "2026-03-01", &RevokeNullaOsta{On: day("2026-03-01"), Refs: []string{"9"}}, "unknown_member"},
		{"revoked for an unknown id", decided, "2026-03-01", &RevokeNullaOsta{On: day("2026-03-01"), Members: []string{"x"}}, "unknown_member"},
		{"revoked where nothing was issued", filed, "2026-03-01", &RevokeNullaOsta{On: day("2026-03-01"), Refs: []string{"1"}}, "not_authorised"},
	}
}

func opening(on string) Command {
	a := application("2025-11-03")
	a.FiledOn = day("")
	return &DecideMembers{On: day(on), Application: &a, Decisions: []MemberDecision{{Ref: "1", Outcome: "authorised"}}}
}

func consulateRefusals() []refusal {
	filed, decided := until("filed", wife), until("authorised", wife)
	requested, granted := until("visa_requested", wife), until("visa_granted", wife)
	return []refusal{
		{"contact tomorrow", decided, "2026-02-18", &RecordContact{On: day("2026-02-19"), Channel: "phone"}, "day_in_future"},
		{"a step of a stranger", decided, "2026-03-10", &RecordVisaRequested{Step: step("x", "2026-03-10")}, "unknown_member"},
		{"a step tomorrow", decided, "2026-03-10", &RecordVisaRequested{Step: step(wife, "2026-03-11")}, "day_in_future"},
		{"a visa asked for without a nulla osta", filed, "2026-03-10", &RecordVisaRequested{Step: step(wife, "2026-03-10")}, "not_authorised"},
		{"a visa granted without a nulla osta", filed, "2026-03-10", &RecordVisaGranted{step(wife, "2026-03-10"), day("2026-10-01")}, "not_authorised"},
		{"an entry without a nulla osta", filed, "2026-03-10", &RecordEntry{step(wife, "2026-03-10")}, "not_authorised"},
		{"a visa asked for before the nulla osta", decided, "2026-03-10", &RecordVisaRequested{Step: step(wife, "2026-02-15")}, "days_out_of_order"},
		{"a visa asked for after six months", decided, "2026-08-18", &RecordVisaRequested{Step: step(wife, "2026-08-18")}, "nulla_osta_expired"},
		{"a visa asked for on two days", requested, "2026-03-12", &RecordVisaRequested{Step: step(wife, "2026-03-12")}, "already_recorded"},
		{"a visa refused that nobody asked for", decided, "2026-03-12", &RecordVisaRefused{step(wife, "2026-03-12")}, "visa_not_requested"},
		{"a visa refused before it was asked for", requested, "2026-03-12", &RecordVisaRefused{step(wife, "2026-03-09")}, "days_out_of_order"},
		{"a visa refused on two days", and(requested, told("2026-03-20", &RecordVisaRefused{step(wife, "2026-03-20")})), "2026-03-24", &RecordVisaRefused{step(wife, "2026-03-24")}, "already_recorded"},
		{"a visa refused after it was granted", granted, "2026-04-10", &RecordVisaRefused{step(wife, "2026-04-10")}, "already_recorded"},
		{"a visa granted on two days", granted, "2026-04-10", &RecordVisaGranted{step(wife, "2026-04-10"), day("2026-10-05")}, "already_recorded"},
		{"a visa that expired before it was granted", requested, "2026-04-10", &RecordVisaGranted{step(wife, "2026-04-10"), day("2026-04-09")}, "days_out_of_order"},
		{"a visa granted before it was asked for", requested, "2026-04-10", &RecordVisaGranted{step(wife, "2026-03-09"), day("2026-10-05")}, "days_out_of_order"},
		{"a visa granted after the entry", and(requested, told("2026-05-04", &RecordEntry{step(wife, "2026-05-04")})), "2026-05-10", &RecordVisaGranted{step(wife, "2026-05-05"), day("2026-10-05")}, "days_out_of_order"},
	}
}

func courtRefusals(t *testing.T) []refusal {
	filed, decided := until("filed", wife), until("authorised", wife)
	refused := and(filed, told("2026-02-16", decide("2026-02-16", "refused", "authorised", "authorised")))
	appealed := and(refused, told("2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUIRefusal}))
	appealID := given(t, appealed...).state().Member(wife).Appeals[0].ID
	dismissed := and(appealed, told("2026-06-01", &RecordJudgment{appealID, day("2026-06-01"), Dismissed}))
	revoked := and(decided, told("2026-03-01", &RevokeNullaOsta{On: day("2026-03-01")}), told("2026-03-02", &RecordAppeal{step(wife, "2026-03-02"), Revocation}))
	revocationAppeal := given(t, revoked...).state().Member(wife).Appeals[0].ID
	coesione := []telling{told("2025-11-03", fileAs(Coesione, "2025-11-03"))}
	citizen := and(filed, told("2026-01-10", &RecordNaturalisation{On: day("2026-01-10")}))
	linked := and(filed, told("2025-11-04", &LinkApplication{otherCase, Supersedes}))
	tested := and(decided, told("2026-03-02", &RecordDNAResult{step(child, "2026-03-02"), KinshipConfirmed}))
	return []refusal{
		{"an appeal of a stranger", refused, "2026-03-10", &RecordAppeal{step("x", "2026-03-10"), SUIRefusal}, "unknown_member"},
		{"an appeal tomorrow", refused, "2026-03-10", &RecordAppeal{step(wife, "2026-03-11"), SUIRefusal}, "day_in_future"},
		{"an appeal before the refusal", refused, "2026-03-10", &RecordAppeal{step(wife, "2026-02-15"), SUIRefusal}, "days_out_of_order"},
		{"an appeal against a refusal that is not there", decided, "2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUIRefusal}, "nothing_to_appeal"},
		{"two appeals at once", appealed, "2026-03-12", &RecordAppeal{step(wife, "2026-03-12"), SUIRefusal}, "already_recorded"},
		{"an appeal of one who withdrew", and(filed, told("2025-12-01", &Withdraw{On: day("2025-12-01"), Members: []string{wife}})), "2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUISilence}, "member_ended"},
		{"a judgment on no appeal", refused, "2026-06-01", &RecordJudgment{"x", day("2026-06-01"), Upheld}, "unknown_appeal"},
		{"a judgment tomorrow", appealed, "2026-06-01", &RecordJudgment{appealID, day("2026-06-02"), Upheld}, "day_in_future"},
		{"a judgment before the appeal", appealed, "2026-06-01", &RecordJudgment{appealID, day("2026-03-09"), Upheld}, "days_out_of_order"},
		{"two judgments on one appeal", dismissed, "2026-06-03", &RecordJudgment{appealID, day("2026-06-03"), Upheld}, "already_recorded"},
		{"a visa ordered against a revocation", revoked, "2026-06-01", &RecordJudgment{revocationAppeal, day("2026-06-01"), VisaOrdered}, "outcome_not_possible"},
		{"a visa asked for under a revoked nulla osta", revoked, "2026-03-10", &RecordVisaRequested{Step: step(wife, "2026-03-10")}, "nulla_osta_revoked"},
		{"a revocation lifted that nobody made", decided, "2026-03-10", &WithdrawRevocation{On: day("2026-03-10"), Refs: []string{"1"}}, "not_revoked"},
		{"a revocation lifted before it was made", revoked, "2026-03-10", &WithdrawRevocation{On: day("2026-02-28")}, "days_out_of_order"},
		{"a revocation lifted tomorrow", revoked, "2026-03-10", &WithdrawRevocation{On: day("2026-03-11")}, "day_in_future"},
		{"a revocation lifted for a stranger", revoked, "2026-03-10", &WithdrawRevocation{On: day("2026-03-10"), Members: []string{"x"}}, "unknown_member"},
		{"an improcedibilità tomorrow", filed, "2026-02-16", &DeclareImprocedibile{On: day("2026-02-17")}, "day_in_future"},
		{"an improcedibilità before the filing", filed, "2026-02-16", &DeclareImprocedibile{On: day("2025-11-02")}, "days_out_of_order"},
		{"an improcedibilità of a stranger", filed, "2026-02-16", &DeclareImprocedibile{On: day("2026-02-16"), Refs: []string{"9"}}, "unknown_member"},
		{"an improcedibilità after the nulla osta", decided, "2026-03-02", &DeclareImprocedibile{On: day("2026-03-02"), Refs: []string{"1"}}, "already_recorded"},
		{"a decision of the SUI on a coesione", coesione, "2026-02-16", authorise("2026-02-16"), "no_sui_procedure"},
		{"a notice of the SUI to a citizen's family", citizen, "2026-02-16", &NotifyRefusal{On: day("2026-02-16")}, "no_sui_procedure"},
		{"a presence where the way begins abroad", filed, "2025-11-10", &RecordPresence{Step: step(wife, "2025-11-10")}, "way_begins_abroad"},
		{"a naturalisation tomorrow", filed, "2026-01-10", &RecordNaturalisation{On: day("2026-01-11")}, "day_in_future"},
		{"a naturalisation on two days", citizen, "2026-01-12", &RecordNaturalisation{On: day("2026-01-11")}, "already_recorded"},
		{"a DNA test of a stranger", decided, "2026-03-02", &RecordDNAResult{step("x", "2026-03-02"), KinshipConfirmed}, "unknown_member"},
		{"a DNA test tomorrow", decided, "2026-03-02", &RecordDNAResult{step(child, "2026-03-03"), KinshipConfirmed}, "day_in_future"},
		{"two verdicts of one day", tested, "2026-03-04", &RecordDNAResult{step(child, "2026-03-02"), KinshipDisproved}, "already_recorded"},
		{"a case that supersedes itself", filed, "2025-11-04", &LinkApplication{caseID, Supersedes}, "same_case"},
		{"a link the other way round", linked, "2025-11-05", &LinkApplication{otherCase, SupersededBy}, "link_contradicts"},
		{"papers asked for twice on one day", and(filed, told("2025-12-01", &RequestDocuments{On: day("2025-12-01"), By: day("2025-12-31")})), "2025-12-02", &RequestDocuments{On: day("2025-12-01"), By: day("2026-01-15")}, "already_recorded"},
	}
}

func arrivalRefusals() []refusal {
	decided, granted := until("authorised", wife), until("visa_granted", wife)
	entered, asked := until("entered", wife), until("permit_requested", wife)
	issued := until("permit_issued", child)
	return []refusal{
		{"an arrival expected of one who is here", entered, "2026-05-05", &ExpectArrival{MemberID: wife, Expected: day("2026-06-01"), Confidence: "ticket"}, "already_recorded"},
		{"a file attached with other content", and(decided, told("2026-03-10", scan(wife, "2026-03-10", "aa"))), "2026-03-11", scan(wife, "2026-03-11", "bb"), "file_known"},
		{"a paper looked at before it was there", decided, "2026-03-10", &VerifyDocument{Step: step(wife, "2026-03-10"), Item: "passport", Verdict: "accepted"}, "document_not_supplied"},
		{"an entry before the visa", granted, "2026-05-04", &RecordEntry{step(wife, "2026-04-07")}, "days_out_of_order"},
		{"an entry under a visa that was over", granted, "2026-10-06", &RecordEntry{step(wife, "2026-10-06")}, "visa_expired"},
		{"an entry on two days", entered, "2026-05-06", &RecordEntry{step(wife, "2026-05-05")}, "already_recorded"},
		{"a host's notice before the entry", granted, "2026-05-04", &RecordHostNotice{step(wife, "2026-05-04")}, "not_entered"},
		{"a host's notice that precedes the entry", entered, "2026-05-06", &RecordHostNotice{step(wife, "2026-05-03")}, "days_out_of_order"},
		{"a host's notice on two days", and(entered, told("2026-05-05", &RecordHostNotice{step(wife, "2026-05-05")})), "2026-05-06", &RecordHostNotice{step(wife, "2026-05-06")}, "already_recorded"},
		{"a presentation on two days", until("presented", wife), "2026-05-12", &RecordPresentation{step(wife, "2026-05-12")}, "already_recorded"},
		{"a presentation after the permit request", and(entered, told("2026-05-06", &RecordPermitRequested{step(wife, "2026-05-06")})), "2026-05-12", &RecordPresentation{step(wife, "2026-05-12")}, "days_out_of_order"},
		{"an agreement that a child does not sign", until("entered", child), "2026-05-06", &RecordAgreementSigned{step(child, "2026-05-06")}, "agreement_not_due"},
		{"an agreement on two days", and(entered, told("2026-05-06", &RecordAgreementSigned{step(wife, "2026-05-06")})), "2026-05-07", &RecordAgreementSigned{step(wife, "2026-05-07")}, "already_recorded"},
		{"a permit asked for on two days", asked, "2026-05-13", &RecordPermitRequested{step(wife, "2026-05-13")}, "already_recorded"},
		{"a permit asked for before the presentation", until("presented", wife), "2026-05-13", &RecordPermitRequested{step(wife, "2026-05-07")}, "days_out_of_order"},
		{"a permit that nobody asked for", entered, "2026-07-20", &RecordPermitIssued{step(wife, "2026-07-20"), day("2028-07-19")}, "permit_not_requested"},
		{"a permit issued before it was asked for", asked, "2026-07-20", &RecordPermitIssued{step(wife, "2026-05-10"), day("2028-07-19")}, "days_out_of_order"},
		{"a permit that ended before it began", asked, "2026-07-20", &RecordPermitIssued{step(wife, "2026-07-20"), day("2026-07-19")}, "days_out_of_order"},
		{"a permit issued on two days", issued, "2026-07-22", &RecordPermitIssued{step(child, "2026-07-22"), day("2028-07-19")}, "already_recorded"},
		{"a permit refused after it was issued", issued, "2026-07-22", &RecordPermitRefused{step(child, "2026-07-22")}, "already_recorded"},
		{"a permit refused on two days", and(asked, told("2026-07-20", &RecordPermitRefused{step(wife, "2026-07-20")})), "2026-07-22", &RecordPermitRefused{step(wife, "2026-07-22")}, "already_recorded"},
		{"settled without a permit", asked, "2026-07-22", &SettleMember{step(wife, "2026-07-22")}, "permit_not_issued"},
		{"settled before the permit", issued, "2026-07-22", &SettleMember{step(child, "2026-07-19")}, "days_out_of_order"},
		{"a child settled who is not at school", and(until("permit_requested", child), told("2026-07-20", &RecordPermitIssued{step(child, "2026-07-20"), day("2028-07-19")})), "2026-07-22", &SettleMember{step(child, "2026-07-22")}, "school_not_started"},
		{"a child settled who has left school", and(until("permit_issued", child), told("2026-07-25", &RecordSchoolLeft{Step: step(child, "2026-07-25"), Reason: "moved"})), "2026-07-26", &SettleMember{step(child, "2026-07-26")}, "school_not_started"},
		{"a step of one who has settled", until("settled", child), "2026-09-01", &RecordHostNotice{step(child, "2026-09-01")}, "member_ended"},
	}
}

func supportRefusals() []refusal {
	filed, decided, requested := until("filed", wife), until("authorised", wife), until("visa_requested", wife)
	booked := and(decided, told("2026-03-11", &RecordConsulateAppointment{step(wife, "2026-03-11"), noon("2026-04-09")}))
	return []refusal{
		{"a pack sent tomorrow", decided, "2026-03-02", &SendInformationPack{On: day("2026-03-03")}, "day_in_future"},
		{"preferences told tomorrow", decided, "2026-03-02", &SetContactPreferences{On: day("2026-03-03"), Language: "ar", Channel: "phone"}, "day_in_future"},
		{"an appointment asked for without a nulla osta", filed, "2026-03-02", &RequestConsulateAppointment{step(wife, "2026-03-02")}, "not_authorised"},
		{"an appointment asked for before the nulla osta", decided, "2026-03-02", &RequestConsulateAppointment{step(wife, "2026-02-15")}, "days_out_of_order"},
		{"an appointment asked for after the visa request", requested, "2026-03-12", &RequestConsulateAppointment{step(wife, "2026-03-12")}, "already_recorded"},
		{"an appointment asked for after the visa", []telling{told("2025-11-03", file("2025-11-03")), told("2026-02-16", authorise("2026-02-16")), told("2026-04-08", &RecordVisaGranted{step(wife, "2026-04-08"), day("2026-10-05")})}, "2026-04-10", &RequestConsulateAppointment{step(wife, "2026-04-10")}, "already_recorded"},
		{"an appointment before it was told", decided, "2026-03-11", &RecordConsulateAppointment{step(wife, "2026-03-11"), noon("2026-03-10")}, "days_out_of_order"},
		{"an appointment missed that nobody gave", decided, "2026-03-11", &RecordConsulateAppointmentMissed{Step: step(wife, "2026-03-11")}, "no_consulate_appointment"},
		{"an appointment missed before its day", booked, "2026-04-08", &RecordConsulateAppointmentMissed{Step: step(wife, "2026-04-08")}, "appointment_to_come"},
		{"guidance before departure for one who is here", until("entered", girl), "2026-05-20", &RecordSchoolGuidance{step(girl, "2026-05-20"), "mentor"}, "guidance_after_entry"},
		{"a paper issued after it was handed in", decided, "2026-03-10", &SupplyDocument{Step: step(wife, "2026-03-10"), Item: "passport", PaperOrigin: PaperOrigin{IssuedOn: day("2026-03-11")}}, "days_out_of_order"},
		{"a paper that expired before it was issued", decided, "2026-03-10", &SupplyDocument{Step: step(wife, "2026-03-10"), Item: "passport", Expires: day("2026-03-01"), PaperOrigin: PaperOrigin{IssuedOn: day("2026-03-02")}}, "days_out_of_order"},
		{"a paper about a stranger", decided, "2026-03-10", &SupplyDocument{Step: step(wife, "2026-03-10"), Item: "passport", PaperOrigin: PaperOrigin{HolderID: "x"}}, "unknown_member"},
		{"a paper of the sponsor from tomorrow", decided, "2026-03-10", &SupplyDocument{Step: step(father, "2026-03-11"), Item: "permit"}, "day_in_future"},
		{"a paper looked at before it came", and(decided, told("2026-03-10", &SupplyDocument{Step: step(wife, "2026-03-10"), Item: "passport"})), "2026-03-11", &VerifyDocument{Step: step(wife, "2026-03-09"), Item: "passport", Verdict: "accepted"}, "days_out_of_order"},
	}
}

func settlingRefusals() []refusal {
	entered, asked, issued := until("entered", wife), until("permit_requested", wife), until("permit_issued", child)
	signed := and(until("presented", wife), told("2026-05-08", &RecordAgreementSigned{step(wife, "2026-05-08")}))
	signedByGirl := and(until("presented", girl), told("2026-05-08", &RecordAgreementSigned{step(girl, "2026-05-08")}))
	exempt := and(entered, told("2026-05-06", &ExemptFromAgreement{step(wife, "2026-05-06"), "health"}))
	assessed := and(signed, told("2028-05-10", &AssessAgreement{step(wife, "2028-05-10"), 31}))
	here := and(withGrandmother(), told("2026-05-04", &RecordEntry{step(grandmother, "2026-05-04")}))
	renewing := and(until("settled", child), told("2028-05-15", &RecordPermitRenewalRequested{step(child, "2028-05-15")}))
	return []refusal{
		{"an agreement signed by one who is exempt", exempt, "2026-05-08", &RecordAgreementSigned{step(wife, "2026-05-08")}, "agreement_exempt"},
		{"exempt for two reasons", exempt, "2026-05-08", &ExemptFromAgreement{step(wife, "2026-05-08"), "protected_person"}, "already_recorded"},
		{"a child exempt from what it does not owe", until("entered", child), "2026-05-08", &ExemptFromAgreement{step(child, "2026-05-08"), "health"}, "agreement_not_due"},
		{"parents who sign what nobody signed", entered, "2026-05-08", &RecordAgreementCosigned{step(wife, "2026-05-08")}, "agreement_not_signed"},
		{"parents who sign for a grown-up", signed, "2026-05-09", &RecordAgreementCosigned{step(wife, "2026-05-09")}, "cosignature_not_due"},
		{"parents who sign before the child", signedByGirl, "2026-05-09", &RecordAgreementCosigned{step(girl, "2026-05-07")}, "days_out_of_order"},
		{"parents who sign twice", and(signedByGirl, told("2026-05-11", &RecordAgreementCosigned{step(girl, "2026-05-11")})), "2026-05-12", &RecordAgreementCosigned{step(girl, "2026-05-12")}, "already_recorded"},
		{"two civic sessions", and(signed, told("2026-06-08", &RecordCivicsSession{step(wife, "2026-06-08"), true})), "2026-06-09", &RecordCivicsSession{step(wife, "2026-06-09"), true}, "already_recorded"},
		{"a second assessment", assessed, "2028-06-10", &AssessAgreement{step(wife, "2028-06-10"), 12}, "already_recorded"},
		{"a receipt before the request", entered, "2026-05-06", &RecordPermitReceipt{step(wife, "2026-05-06")}, "permit_not_requested"},
		{"two receipts", and(asked, told("2026-05-12", &RecordPermitReceipt{step(wife, "2026-05-12")})), "2026-05-13", &RecordPermitReceipt{step(wife, "2026-05-13")}, "already_recorded"},
		{"fingerprints before the permit was asked for", asked, "2026-05-12", &BookFingerprints{step(wife, "2026-05-12"), noon("2026-05-10")}, "days_out_of_order"},
		{"an appointment for fingerprints already taken", and(asked, told("2026-06-23", &RecordFingerprintsTaken{step(wife, "2026-06-23")})), "2026-06-24", &BookFingerprints{step(wife, "2026-06-24"), noon("2026-07-10")}, "already_recorded"},
		{"fingerprints taken twice", and(asked, told("2026-06-23", &RecordFingerprintsTaken{step(wife, "2026-06-23")})), "2026-06-24", &RecordFingerprintsTaken{step(wife, "2026-06-24")}, "already_recorded"},
		{"a renewal of what was not issued", asked, "2026-06-24", &RecordPermitRenewalRequested{step(wife, "2026-06-24")}, "permit_not_issued"},
		{"a renewal before the permit", issued, "2026-07-22", &RecordPermitRenewalRequested{step(child, "2026-07-19")}, "days_out_of_order"},
		{"two renewals at once", renewing, "2028-05-20", &RecordPermitRenewalRequested{step(child, "2028-05-20")}, "already_recorded"},
		{"a new permit before its renewal was asked for", renewing, "2028-08-01", &RecordPermitIssued{step(child, "2028-05-14"), day("2030-05-13")}, "already_recorded"},
		{"a renewal tomorrow", until("settled", child), "2028-05-15", &RecordPermitRenewalRequested{step(child, "2028-05-16")}, "day_in_future"},
		{"residence before the entry", until("settled", child), "2028-05-15", &RecordResidenceRegistered{step(child, "2026-05-03")}, "days_out_of_order"},
		{"residence of one who is abroad", until("visa_granted", wife), "2026-04-10", &RecordResidenceRegistered{step(wife, "2026-04-10")}, "not_entered"},
		{"residence on two days", and(entered, told("2026-05-06", &RecordResidenceRegistered{step(wife, "2026-05-06")})), "2026-05-07", &RecordResidenceRegistered{step(wife, "2026-05-07")}, "already_recorded"},
		{"the health service on two days", and(asked, told("2026-05-20", &RecordHealthEnrolled{step(wife, "2026-05-20")})), "2026-05-21", &RecordHealthEnrolled{step(wife, "2026-05-21")}, "already_recorded"},
		{"health cover of one who owes none", entered, "2026-05-06", &RecordHealthCover{step(wife, "2026-05-06"), "insurance"}, "health_cover_not_due"},
		{"health cover on two days", and(here, told("2026-05-08", &RecordHealthCover{step(grandmother, "2026-05-08"), "insurance"})), "2026-05-09", &RecordHealthCover{step(grandmother, "2026-05-09"), "insurance"}, "already_recorded"},
	}
}

func schoolRefusals() []refusal {
	searching, proposed := until("school_requested", child), until("place_proposed", child)
	atSchool := until("school_started", child)
	left := and(atSchool, told("2026-06-03", &RecordSchoolLeft{step(child, "2026-06-03"), "moved"}))
	return []refusal{
		{"a search for one whose birth date is not known", []telling{told("2025-11-03", nameless())}, "2025-12-01", &RequestSchool{Step: step(child, "2025-12-01")}, "birth_date_unknown"},
		{"a class for a grown-up", until("entered", wife), "2026-05-05", &RequestSchool{Step: step(wife, "2026-05-05")}, "not_school_age"},
		{"a CPIA for a child of eleven", until("entered", child), "2026-05-05", &RequestSchool{Step: step(child, "2026-05-05"), Level: "cpia"}, "too_young_for_cpia"},
		{"two searches at once", searching, "2026-05-14", &RequestSchool{Step: step(child, "2026-05-14")}, "already_recorded"},
		{"a CPIA at fifteen without the exception", born("2011-05-12", "2026-05-04"), "2026-05-12", &RequestSchool{Step: step(child, "2026-05-12"), Level: CPIA}, "cpia_exception_needed"},
		{"a school year that is over", until("entered", child), "2026-09-01", &RequestSchool{Step: step(child, "2026-09-01"), Year: 2025}, "school_year_not_open"},
		{"an early start for a child of eleven", until("entered", child), "2026-05-05", &RequestSchool{Step: step(child, "2026-05-05"), EarlyStart: true}, "no_early_start"},
		{"a transfer to where the child is", atSchool, "2026-06-03", &RecordSchoolTransferred{Step: step(child, "2026-06-03"), SchoolCode: "MIIC8AA00X"}, "same_school"},
		{"a transfer before the first day", atSchool, "2026-05-24", &RecordSchoolTransferred{Step: step(child, "2026-05-24"), SchoolCode: "MIIC8BB00X"}, "days_out_of_order"},
		{"attendance of one who never began", proposed, "2026-05-26", &RecordAttendanceConfirmed{step(child, "2026-05-26")}, "school_not_started"},
		{"another enrolment elsewhere", and(proposed, told("2026-05-19", &RecordEnrolled{Step: step(child, "2026-05-19")})), "2026-05-20", &RecordEnrolled{Step: step(child, "2026-05-20"), SchoolCode: "MIIC8BB00X"}, "already_recorded"},
		{"a school's refusal after the first day", atSchool, "2026-05-26", &RecordPlaceRefused{Step: step(child, "2026-05-26"), Reason: "class_full"}, "already_recorded"},
		{"a place nobody looked for", until("entered", child), "2026-05-14", &ProposePlace{step(child, "2026-05-14"), "MIIC8AA00X"}, "school_not_requested"},
		{"a place proposed before the search", searching, "2026-05-14", &ProposePlace{step(child, "2026-05-11"), "MIIC8AA00X"}, "days_out_of_order"},
		{"two places at once", proposed, "2026-05-19", &ProposePlace{step(child, "2026-05-19"), "MIIC8BB00X"}, "already_recorded"},
		{"a place proposed to a pupil", and(searching, told("2026-05-15", &RecordSchoolStarted{step(child, "2026-05-15"), "MIIC8AA00X"})), "2026-05-19", &ProposePlace{step(child, "2026-05-19"), "MIIC8BB00X"}, "already_recorded"},
		{"a yes to nothing", searching, "2026-05-14", &AcceptPlace{step(child, "2026-05-14")}, "no_place_proposed"},
		{"a yes before the proposal", proposed, "2026-05-19", &AcceptPlace{step(child, "2026-05-17")}, "days_out_of_order"},
		{"two yeses", until("place_accepted", child), "2026-05-22", &AcceptPlace{step(child, "2026-05-22")}, "already_recorded"},
		{"a no from a pupil", atSchool, "2026-05-26", &DeclinePlace{step(child, "2026-05-26"), "too_far"}, "already_recorded"},
		{"a first day at no school", searching, "2026-05-26", &RecordSchoolStarted{Step: step(child, "2026-05-26")}, "school_unknown"},
		{"two first days", atSchool, "2026-05-26", &RecordSchoolStarted{Step: step(child, "2026-05-26")}, "already_recorded"},
		{"leaving a school never begun", proposed, "2026-05-26", &RecordSchoolLeft{step(child, "2026-05-26"), "moved"}, "school_not_started"},
		{"leaving before the first day", atSchool, "2026-05-26", &RecordSchoolLeft{step(child, "2026-05-24"), "moved"}, "days_out_of_order"},
		{"leaving twice", left, "2026-06-05", &RecordSchoolLeft{step(child, "2026-06-05"), "moved"}, "already_recorded"},
	}
}

func nameless() Command {
	a := application("2025-11-03")
	a.Members[1].Who.BirthDate = day("")
	return &FileApplication{Application: a}
}

func hubRefusals(t *testing.T) []refusal {
	entered := until("entered", wife)
	booked := and(entered, appointment)
	appointmentID := given(t, booked...).state().Appointments[0].ID
	kept := and(booked, told("2026-05-08", &RecordAppointmentKept{AppointmentID: appointmentID}))
	referred := and(entered, told("2026-05-05", &SendReferral{On: day("2026-05-05"), Service: "celav"}))
	referralID := given(t, referred...).state().Referrals[0].ID
	answered := and(referred, told("2026-05-20", &CloseReferral{On: day("2026-05-20"), ReferralID: referralID, Outcome: "accepted"}))
	checked := and(entered, told("2026-06-04", &HoldCheckIn{On: day("2026-06-04"), Month: 1}))
	return []refusal{
		{"a plan made tomorrow", entered, "2026-05-05", &MakePlan{On: day("2026-05-06")}, "day_in_future"},
		{"an appointment with a stranger", entered, "2026-05-05", &BookAppointment{MemberID: "x", At: noon("2026-05-07")}, "unknown_member"},
		{"an appointment nobody booked", entered, "2026-05-05", &RecordAppointmentKept{AppointmentID: "x"}, "unknown_appointment"},
		{"an appointment kept before its hour", booked, "2026-05-06", &RecordAppointmentKept{AppointmentID: appointmentID}, "appointment_to_come"},
		{"an appointment kept and missed", kept, "2026-05-09", &RecordAppointmentMissed{AppointmentID: appointmentID}, "already_recorded"},
		{"a referral sent tomorrow", entered, "2026-05-05", &SendReferral{On: day("2026-05-06"), Service: "celav"}, "day_in_future"},
		{"a referral of a stranger", entered, "2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: "x", Service: "celav"}, "unknown_member"},
		{"a referral nobody sent", entered, "2026-05-05", &CloseReferral{On: day("2026-05-05"), ReferralID: "x"}, "unknown_referral"},
		{"an answer before the referral", referred, "2026-05-20", &CloseReferral{On: day("2026-05-04"), ReferralID: referralID}, "days_out_of_order"},
		{"an answer tomorrow", referred, "2026-05-20", &CloseReferral{On: day("2026-05-21"), ReferralID: referralID}, "day_in_future"},
		{"two answers", answered, "2026-05-22", &CloseReferral{On: day("2026-05-22"), ReferralID: referralID, Outcome: "declined"}, "already_recorded"},
		{"a check-in with all abroad", until("visa_granted", wife), "2026-05-05", &HoldCheckIn{On: day("2026-05-05"), Month: 1}, "not_entered"},
		{"a check-in before the entry", entered, "2026-05-05", &HoldCheckIn{On: day("2026-05-03"), Month: 1}, "days_out_of_order"},
		{"a check-in tomorrow", entered, "2026-05-05", &HoldCheckIn{On: day("2026-05-06"), Month: 1}, "day_in_future"},
		{"a check-in on two days", checked, "2026-06-08", &HoldCheckIn{On: day("2026-06-08"), Month: 1}, "already_recorded"},
		{"a note about a stranger", entered, "2026-05-05", &AddNote{MemberID: "x", Note: "n"}, "unknown_member"},
	}
}

func endingRefusals() []refusal {
	entered := until("entered", wife)
	referred := and(entered, told("2026-05-05", &SendReferral{On: day("2026-05-05"), Service: "celav"}))
	allGone := told("2026-05-06", &Withdraw{On: day("2026-05-06"), Reason: "family_wish"})
	closed := and(entered, allGone, told("2026-05-07", &CloseCase{Reason: "all_done"}))
	return []refusal{
		{"closing with somebody still on the way", entered, "2026-05-05", &CloseCase{Reason: "done"}, "members_not_settled"},
		{"closing with a referral unanswered", and(referred, allGone), "2026-05-08", &CloseCase{Reason: "done"}, "referrals_open"},
		{"transferring with a referral unanswered", referred, "2026-05-08", &TransferCase{On: day("2026-05-08"), Municipality: "015209"}, "referrals_open"},
		{"transferred tomorrow", entered, "2026-05-08", &TransferCase{On: day("2026-05-09"), Municipality: "015209"}, "day_in_future"},
		{"a step on a closed case", closed, "2026-05-08", &RecordHostNotice{step(wife, "2026-05-08")}, "case_closed"},
		{"a plan on a closed case", closed, "2026-05-08", &MakePlan{On: day("2026-05-08")}, "case_closed"},
		{"withdrawn tomorrow", entered, "2026-05-05", &Withdraw{On: day("2026-05-06")}, "day_in_future"},
		{"a stranger withdraws", entered, "2026-05-05", &Withdraw{On: day("2026-05-05"), Members: []string{"x"}}, "unknown_member"},
		{"the death of a stranger", entered, "2026-05-05", &RecordDeath{On: day("2026-05-05"), PersonID: "x"}, "unknown_member"},
		{"a death tomorrow", entered, "2026-05-05", &RecordDeath{On: day("2026-05-06"), PersonID: wife}, "day_in_future"},
		{"two deaths of the sponsor", and(entered, told("2026-05-05", &RecordDeath{On: day("2026-05-05"), PersonID: father})), "2026-05-07", &RecordDeath{On: day("2026-05-06"), PersonID: father}, "already_recorded"},
		{"two deaths of a member", and(entered, told("2026-05-05", &RecordDeath{On: day("2026-05-05"), PersonID: wife})), "2026-05-07", &RecordDeath{On: day("2026-05-06"), PersonID: wife}, "already_recorded"},
	}
}

func amendmentRefusals(t *testing.T) []refusal {
	entered := until("entered", wife)
	s := given(t, entered...)
	entry, opened, listed := s.eventID("entered", wife), s.eventID("case_opened", ""), s.eventID("member_listed", wife)
	annulled := and(entered, told("2026-05-05", &AnnulEvent{EventID: entry}))
	annulment := given(t, annulled...).eventID("event_annulled", "")
	right := body(&RecordEntry{step(wife, "2026-05-03")})
	return []refusal{
		{"a correction of nothing", entered, "2026-05-05", &CorrectEvent{EventID: "x", Type: "record_entry", Body: right}, "unknown_event"},
		{"a correction by a command nobody knows", entered, "2026-05-05", &CorrectEvent{EventID: entry, Type: "record_miracle", Body: json.RawMessage(`{}`)}, "not_correctable"},
		{"a correction into something else", entered, "2026-05-05", &CorrectEvent{EventID: entry, Type: "record_host_notice", Body: right}, "not_entered"},
		{"a correction that does not repeat the event", entered, "2026-05-05", &CorrectEvent{EventID: entry, Type: "make_plan", Body: body(&MakePlan{On: day("2026-05-03")})}, "not_correctable"},
		{"a correction about somebody else", entered, "2026-05-05", &CorrectEvent{EventID: entry, Type: "record_entry", Body: body(&RecordEntry{step(girl, "2026-05-03")})}, "not_correctable"},
		{"a correction to tomorrow", entered, "2026-05-05", &CorrectEvent{EventID: entry, Type: "record_entry", Body: body(&RecordEntry{step(wife, "2026-05-06")})}, "day_in_future"},
		{"a correction of what is annulled", annulled, "2026-05-06", &CorrectEvent{EventID: entry, Type: "record_entry", Body: right}, "unknown_event"},
		{"an annulment annulled", annulled, "2026-05-06", &AnnulEvent{EventID: annulment}, "not_correctable"},
		{"the opening annulled", entered, "2026-05-05", &AnnulEvent{EventID: opened}, "event_founds_case"},
		{"a member annulled", entered, "2026-05-05", &AnnulEvent{EventID: listed}, "event_founds_case"},
	}
}

func allRefusals(t *testing.T) []refusal {
	return slices.Concat(reviewRefusals(), consulateRefusals(), supportRefusals(), courtRefusals(t), arrivalRefusals(), settlingRefusals(), schoolRefusals(),
		hubRefusals(t), planRefusals(t), slotRefusals(t), referralRefusals(t), celavRefusals(t), checkInRefusals(t), absenceRefusals(),
		endingRefusals(), amendmentRefusals(t), privacyRefusals(), lifeRefusals(t), linkRefusals(t))
}

func privacyRefusals() []refusal {
	known := until("authorised", wife)
	held := and(known, told("2026-03-01", &PlaceLegalHold{Ground: "court_case"}))
	return []refusal{
		{"an erasure that nobody asked for", known, "2026-03-02", &ConfirmErasure{PersonID: girl}, "erasure_not_asked"},
		{"an erasure under a legal hold", held, "2026-03-02", &RequestErasure{PersonID: girl, Reason: "retention"}, "legal_hold"},
		{"the erasure of a stranger", known, "2026-03-02", &RequestErasure{PersonID: caseID, Reason: "retention"}, "unknown_person"},
	}
}

func TestRefusals(t *testing.T) {
	for _, r := range allRefusals(t) {
		t.Run(strings.ReplaceAll(r.why, " ", "_"), func(t *testing.T) {
			given(t, r.given...).when(r.on, r.tell).thenRefused(r.code)
		})
	}
}

func TestEveryRefusalCodeIsTestedOnce(t *testing.T) {
	tested := map[string]bool{StaleVersion(1, 2).Code: true, SlotTaken(nil).Code: true, NotInDiary(rules.Text{}).Code: true, "service_not_open": true, samePerson().Code: true}
	for _, r := range allRefusals(t) {
		tested[r.code] = true
	}
	for code, where := range codesInSource(t) {
		if !tested[code] {
			t.Errorf("no test refuses with %s (%s)", code, where)
		}
	}
}

// codesInSource reads the codes out of the package's own source, so that a new
// refusal cannot go without a test.
func codesInSource(t *testing.T) map[string]string {
	files := token.NewFileSet()
	codes := map[string]string{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if code, ok := refusalCode(n); ok {
				codes[code] = files.Position(n.Pos()).String()
			}
			return true
		})
	}
	return codes
}

func refusalCode(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 4 {
		return "", false
	}
	name, ok := call.Fun.(*ast.Ident)
	if !ok || name.Name != "refusalOf" {
		return "", false
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	code, err := strconv.Unquote(literal.Value)
	return code, err == nil
}
