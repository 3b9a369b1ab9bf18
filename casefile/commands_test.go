// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// example is one command that is accepted, in a history where it makes sense.
type example struct {
	given []telling
	on    string
	tell  Command
	want  string // names of the events it leads to
}

const counsellorID = "7d1b7f9a-33a0-4a53-8f8e-2c4a5b6c7d8e"

var appointment = told("2026-05-05", &BookAppointment{MemberID: wife, At: noon("2026-05-07"), Place: "hub"})

// examples has every command of the wire once.
func examples(t *testing.T) map[string]example {
	all := reviewExamples()
	for _, more := range []map[string]example{courtExamples(t), departureExamples(), supportExamples(), arrivalExamples(), settlingExamples(), hubExamples(t), followUpExamples(t), branchExamples(t), privacyExamples(), lifeExamples(t), linkExamples(t)} {
		maps.Copy(all, more)
	}
	return all
}

func reviewExamples() map[string]example {
	notice := told("2026-01-12", &NotifyRefusal{On: day("2026-01-12")})
	return map[string]example{
		"file_application":          {nil, "2025-11-03", file("2025-11-03"), "case_opened member_listed member_listed member_listed application_filed"},
		"request_documents":         {until("filed", wife), "2025-12-01", &RequestDocuments{On: day("2025-12-01"), By: day("2025-12-31")}, "documents_requested"},
		"record_documents_supplied": {and(until("filed", wife), told("2025-12-01", &RequestDocuments{On: day("2025-12-01"), By: day("2025-12-31")})), "2025-12-20", &RecordDocumentsSupplied{On: day("2025-12-20")}, "documents_supplied"},
		"notify_refusal":            {until("filed", wife), "2026-01-12", notice.command, "refusal_notified"},
		"file_observations":         {and(until("filed", wife), notice), "2026-01-20", &FileObservations{On: day("2026-01-20")}, "observations_filed"},
		"decide_members":            {until("filed", wife), "2026-02-16", decide("2026-02-16", "refused", "authorised", "authorised"), "member_refused nulla_osta_issued nulla_osta_issued"},
		"revoke_nulla_osta":         {until("authorised", wife), "2026-03-01", &RevokeNullaOsta{On: day("2026-03-01"), Refs: []string{"1"}}, "nulla_osta_revoked"},
	}
}

const otherCase = "9a3e5d1c-7b62-4c1e-8f4d-2e6b8c0d1f22"

func courtExamples(t *testing.T) map[string]example {
	refused := and(until("filed", wife), told("2026-02-16", decide("2026-02-16", "refused", "authorised", "authorised")))
	appealed := and(refused, told("2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUIRefusal}))
	appealID := given(t, appealed...).state().Member(wife).Appeals[0].ID
	revoked := and(until("authorised", wife), told("2026-03-01", &RevokeNullaOsta{On: day("2026-03-01"), Refs: []string{"1"}}))
	return map[string]example{
		"declare_improcedibile": {until("filed", wife), "2026-02-16", &DeclareImprocedibile{On: day("2026-02-16"), Refs: []string{"1"}, Ground: "papers_missing"}, "improcedibile_declared"},
		"withdraw_revocation":   {revoked, "2026-03-20", &WithdrawRevocation{On: day("2026-03-20"), Refs: []string{"1"}}, "revocation_withdrawn"},
		"record_naturalisation": {until("authorised", wife), "2026-03-02", &RecordNaturalisation{On: day("2026-03-02")}, "sponsor_naturalised"},
		"record_presence":       {[]telling{told("2025-11-03", fileAs(Coesione, "2025-11-03"))}, "2025-11-10", &RecordPresence{step(wife, "2025-11-03"), day("2025-10-31")}, "presence_recorded"},
		"record_appeal":         {refused, "2026-03-10", &RecordAppeal{step(wife, "2026-03-10"), SUIRefusal}, "appeal_filed"},
		"record_judgment":       {appealed, "2027-02-01", &RecordJudgment{AppealID: appealID, On: day("2027-02-01"), Outcome: VisaOrdered}, "judgment_given"},
		"record_dna_result":     {until("visa_requested", child), "2026-04-20", &RecordDNAResult{step(child, "2026-04-20"), KinshipDisproved}, "kinship_tested"},
		"link_application":      {until("filed", wife), "2025-11-04", &LinkApplication{otherCase, Supersedes}, "application_linked"},
	}
}

func fileAs(p Procedure, on string) Command {
	a := application(on)
	a.Procedure = p
	return &FileApplication{Application: a}
}

func departureExamples() map[string]example {
	supplied := told("2026-03-01", &SupplyDocument{Step: step(wife, "2026-03-01"), Item: "passport", Expires: day("2026-10-31")})
	return map[string]example{
		"record_contact":        {until("authorised", wife), "2026-02-18", &RecordContact{On: day("2026-02-18"), Channel: "phone", Note: "calls back"}, "contact_made"},
		"record_needs_profile":  {until("authorised", wife), "2026-02-20", &RecordNeedsProfile{Step: step(child, "2026-02-20"), NeedsProfile: NeedsProfile{Languages: []string{"ar"}, YearsOfSchool: 5}}, "needs_profile_recorded"},
		"supply_document":       {until("authorised", wife), "2026-03-01", supplied.command, "document_supplied"},
		"attach_document":       {until("authorised", wife), "2026-03-02", scan(wife, "2026-03-02", "aa"), "document_attached"},
		"verify_document":       {and(until("authorised", wife), supplied), "2026-03-02", &VerifyDocument{Step: step(wife, "2026-03-02"), Item: "passport", Verdict: "accepted"}, "document_verified"},
		"record_visa_requested": {until("authorised", wife), "2026-03-10", &RecordVisaRequested{Step: step(wife, "2026-03-10")}, "visa_requested"},
		"record_visa_granted":   {until("visa_requested", wife), "2026-04-08", &RecordVisaGranted{step(wife, "2026-04-08"), day("2026-10-05")}, "visa_granted"},
		"record_visa_refused":   {until("visa_requested", wife), "2026-04-08", &RecordVisaRefused{step(wife, "2026-04-08")}, "visa_refused"},
		"expect_arrival":        {until("visa_granted", wife), "2026-04-09", &ExpectArrival{MemberID: wife, Expected: day("2026-05-04"), Confidence: "ticket"}, "arrival_expected"},
		"record_conditions":     {until("filed", wife), "2025-11-10", soundConditions("2025-11-10"), "conditions_checked"},
		"assign_counsellor":     {until("filed", wife), "2025-11-04", &AssignCounsellor{CounsellorID: counsellorID}, "counsellor_assigned"},
	}
}

// The grandmother turned sixty-five before she entered.
func withGrandmother() []telling {
	a := application("2025-11-03")
	a.Members = append(a.Members, Applicant{Ref: "4", Kinship: Parent, Who: Particulars{GivenName: "Zahra", BirthDate: day("1958-01-09")}})
	return []telling{told("2025-11-03", &FileApplication{Application: a}), told("2026-02-16", decide("2026-02-16", "authorised", "authorised", "authorised", "authorised"))}
}

var grandmother = DeriveID(caseID, "member/4")

func supportExamples() map[string]example {
	decided := until("authorised", wife)
	given := told("2026-03-11", &RecordConsulateAppointment{Step: step(wife, "2026-03-11"), At: noon("2026-04-09")})
	return map[string]example{
		"set_contact_preferences":             {decided, "2026-03-02", &SetContactPreferences{On: day("2026-03-02"), Language: "arz", Channel: "message", Reminders: true}, "contact_preferences_set"},
		"send_information_pack":               {decided, "2026-03-02", &SendInformationPack{On: day("2026-03-02")}, "information_pack_sent"},
		"request_consulate_appointment":       {decided, "2026-03-04", &RequestConsulateAppointment{step(wife, "2026-03-04")}, "consulate_appointment_requested"},
		"record_consulate_appointment":        {decided, given.day, given.command, "consulate_appointment_given"},
		"record_consulate_appointment_missed": {and(decided, given), "2026-04-09", &RecordConsulateAppointmentMissed{Step: step(wife, "2026-04-09"), Reason: "consulate_closed"}, "consulate_appointment_missed"},
		"record_school_guidance":              {decided, "2026-04-15", &RecordSchoolGuidance{step(girl, "2026-04-15"), "counsellor"}, "school_guidance_held"},
	}
}

func settlingExamples() map[string]example {
	signed := and(until("presented", girl), told("2026-05-08", &RecordAgreementSigned{step(girl, "2026-05-08")}))
	asked := until("permit_requested", wife)
	grandmotherHere := and(withGrandmother(), told("2026-05-04", &RecordEntry{step(grandmother, "2026-05-04")}))
	return map[string]example{
		"exempt_from_agreement":           {until("entered", wife), "2026-05-06", &ExemptFromAgreement{step(wife, "2026-05-06"), "health"}, "agreement_exempted"},
		"record_agreement_cosigned":       {signed, "2026-05-11", &RecordAgreementCosigned{step(girl, "2026-05-11")}, "agreement_cosigned"},
		"record_civics_session":           {signed, "2026-07-06", &RecordCivicsSession{step(girl, "2026-07-06"), true}, "civics_session_recorded"},
		"assess_agreement":                {signed, "2028-05-10", &AssessAgreement{step(girl, "2028-05-10"), 31}, "agreement_assessed"},
		"record_permit_receipt":           {asked, "2026-05-12", &RecordPermitReceipt{step(wife, "2026-05-12")}, "permit_receipt_seen"},
		"book_fingerprints":               {asked, "2026-05-12", &BookFingerprints{step(wife, "2026-05-12"), noon("2026-06-23")}, "fingerprints_booked"},
		"record_fingerprints_taken":       {asked, "2026-06-23", &RecordFingerprintsTaken{step(wife, "2026-06-23")}, "fingerprints_taken"},
		"record_permit_renewal_requested": {until("settled", child), "2028-05-15", &RecordPermitRenewalRequested{step(child, "2028-05-15")}, "permit_renewal_requested"},
		"record_residence_registered":     {until("entered", wife), "2026-05-06", &RecordResidenceRegistered{step(wife, "2026-05-06")}, "residence_registered"},
		"record_health_enrolled":          {asked, "2026-05-22", &RecordHealthEnrolled{step(wife, "2026-05-22")}, "health_service_enrolled"},
		"record_health_cover":             {grandmotherHere, "2026-05-08", &RecordHealthCover{step(grandmother, "2026-05-08"), "insurance"}, "health_cover_shown"},
	}
}

func arrivalExamples() map[string]example {
	return map[string]example{
		"record_entry":                {until("visa_granted", wife), "2026-05-04", &RecordEntry{step(wife, "2026-05-04")}, "entered"},
		"record_host_notice":          {and(withGrandmother(), told("2026-05-04", &RecordEntry{step(grandmother, "2026-05-04")})), "2026-05-05", &RecordHostNotice{step(grandmother, "2026-05-05")}, "host_notice_given"},
		"record_presentation":         {until("entered", wife), "2026-05-08", &RecordPresentation{step(wife, "2026-05-08")}, "presented_at_sui"},
		"record_agreement_signed":     {until("presented", wife), "2026-05-08", &RecordAgreementSigned{step(wife, "2026-05-08")}, "agreement_signed"},
		"record_permit_requested":     {until("presented", wife), "2026-05-11", &RecordPermitRequested{step(wife, "2026-05-11")}, "permit_requested"},
		"record_permit_issued":        {until("permit_requested", wife), "2026-07-20", &RecordPermitIssued{step(wife, "2026-07-20"), day("2028-07-19")}, "permit_issued"},
		"record_permit_refused":       {until("permit_requested", wife), "2026-07-20", &RecordPermitRefused{step(wife, "2026-07-20")}, "permit_refused"},
		"settle_member":               {until("permit_issued", child), "2026-08-31", &SettleMember{step(child, "2026-08-31")}, "member_settled"},
		"request_school":              {until("entered", child), "2026-05-05", &RequestSchool{Step: step(child, "2026-05-05")}, "school_requested"},
		"propose_place":               {until("school_requested", child), "2026-05-18", &ProposePlace{step(child, "2026-05-18"), "MIIC8AA00X"}, "place_proposed"},
		"accept_place":                {until("place_proposed", child), "2026-05-20", &AcceptPlace{step(child, "2026-05-20")}, "place_accepted"},
		"decline_place":               {until("place_proposed", child), "2026-05-20", &DeclinePlace{step(child, "2026-05-20"), "too_far"}, "place_declined"},
		"record_school_started":       {until("place_accepted", child), "2026-05-25", &RecordSchoolStarted{Step: step(child, "2026-05-25")}, "school_started"},
		"record_place_refused":        {until("place_accepted", child), "2026-05-21", &RecordPlaceRefused{Step: step(child, "2026-05-21"), Reason: "class_full"}, "place_refused"},
		"record_enrolled":             {until("place_accepted", child), "2026-05-21", &RecordEnrolled{Step: step(child, "2026-05-21"), Reserve: true}, "school_enrolled"},
		"record_attendance_confirmed": {until("school_started", child), "2026-06-25", &RecordAttendanceConfirmed{step(child, "2026-06-25")}, "attendance_confirmed"},
		"record_school_transferred":   {until("school_started", child), "2026-06-03", &RecordSchoolTransferred{Step: step(child, "2026-06-03"), SchoolCode: "MIIC8BB00X", ReleasedOn: day("2026-06-01")}, "school_transferred"},
		"record_school_left":          {until("school_started", child), "2026-06-03", &RecordSchoolLeft{step(child, "2026-06-03"), "moved"}, "school_left"},
	}
}

func hubExamples(t *testing.T) map[string]example {
	booked := and(until("entered", wife), appointment)
	appointmentID := given(t, booked...).state().Appointments[0].ID
	referred := and(until("entered", wife), told("2026-05-05", &SendReferral{On: day("2026-05-05"), Service: "celav"}))
	referralID := given(t, referred...).state().Referrals[0].ID
	return map[string]example{
		"make_plan":                 {until("entered", wife), "2026-05-20", &MakePlan{On: day("2026-05-20"), Goals: []string{"italian_a2"}}, "plan_made"},
		"book_appointment":          {until("entered", wife), "2026-05-05", appointment.command, "appointment_booked"},
		"record_appointment_kept":   {booked, "2026-05-08", &RecordAppointmentKept{AppointmentID: appointmentID, Note: "came with the children"}, "appointment_kept"},
		"record_appointment_missed": {booked, "2026-05-08", &RecordAppointmentMissed{AppointmentID: appointmentID}, "appointment_missed"},
		"send_referral":             {until("entered", wife), "2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: "celav", Note: "cook"}, "referral_sent"},
		"close_referral":            {referred, "2026-05-20", &CloseReferral{On: day("2026-05-20"), ReferralID: referralID, Outcome: "accepted"}, "referral_closed"},
		"hold_check_in":             {until("entered", wife), "2026-06-04", &HoldCheckIn{On: day("2026-06-04"), Month: 1, Scores: map[string]int{"housing": 3}}, "check_in_held"},
		"add_note":                  {until("entered", wife), "2026-05-05", &AddNote{MemberID: wife, Note: "prefers mornings"}, "note_added"},
	}
}

func branchExamples(t *testing.T) map[string]example {
	entry := given(t, until("entered", child)...).eventID("entered", child)
	withdrawn := and(until("authorised", wife), told("2026-03-01", &Withdraw{On: day("2026-03-01"), Reason: "family_wish"}))
	return map[string]example{
		"close_case":    {withdrawn, "2026-03-05", &CloseCase{Reason: "all_done"}, "case_closed"},
		"reopen_case":   {and(withdrawn, told("2026-03-05", &CloseCase{Reason: "all_done"})), "2026-03-09", &ReopenCase{Reason: "changed_mind"}, "case_reopened"},
		"withdraw":      {until("authorised", wife), "2026-03-01", &Withdraw{On: day("2026-03-01"), Members: []string{girl}, Reason: "family_wish"}, "member_withdrawn"},
		"record_death":  {until("authorised", wife), "2026-03-01", &RecordDeath{On: day("2026-03-01"), PersonID: father}, "person_died"},
		"transfer_case": {until("entered", wife), "2026-06-01", &TransferCase{On: day("2026-06-01"), Municipality: "015146"}, "case_transferred"},
		"correct_event": {until("entered", child), "2026-05-06", &CorrectEvent{EventID: entry, Reason: "misread_stamp", Type: "record_entry", Body: body(&RecordEntry{step(child, "2026-05-02")})}, "event_corrected"},
		"annul_event":   {until("entered", child), "2026-05-06", &AnnulEvent{EventID: entry, Reason: "other_family"}, "event_annulled"},
		"wake":          {until("authorised", wife), "2026-02-24", &Wake{}, "term_lapsed"},
	}
}

// scan is a file of the passport.
func scan(member, on, digest string) *AttachDocument {
	return &AttachDocument{Step: step(member, on), Item: "passport", FileID: DeriveID(member, "scan"), MediaType: "image/png", Bytes: 90, Digest: digest}
}

func privacyExamples() map[string]example {
	asked := and(until("authorised", wife), told("2026-03-01", &RequestErasure{PersonID: girl, Reason: "retention"}))
	held := and(until("authorised", wife), told("2026-03-01", &PlaceLegalHold{Ground: "court_case"}))
	restricted := and(until("authorised", wife), told("2026-03-01", &RestrictProcessing{PersonID: father, Ground: "accuracy_contested"}))
	return map[string]example{
		"request_erasure":     {until("authorised", wife), "2026-03-01", &RequestErasure{PersonID: girl, Reason: "retention"}, "erasure_requested"},
		"confirm_erasure":     {asked, "2026-03-02", &ConfirmErasure{PersonID: girl}, "person_erased"},
		"place_legal_hold":    {until("authorised", wife), "2026-03-01", &PlaceLegalHold{Ground: "court_case"}, "legal_hold_placed"},
		"lift_legal_hold":     {held, "2026-03-02", &LiftLegalHold{Ground: "court_case"}, "legal_hold_lifted"},
		"restrict_processing": {until("authorised", wife), "2026-03-01", &RestrictProcessing{PersonID: father, Ground: "accuracy_contested"}, "processing_restricted"},
		"lift_restriction":    {restricted, "2026-03-02", &LiftRestriction{PersonID: father}, "restriction_lifted"},
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	all := examples(t)
	for _, name := range CommandNames() {
		e, ok := all[name]
		if !ok || CommandName(e.tell) != name {
			t.Errorf("command %s has no example of its own", name)
		}
	}
}

func TestEveryCommandLeadsToItsEvents(t *testing.T) {
	for name, e := range examples(t) {
		t.Run(name, func(t *testing.T) {
			s := given(t, e.given...).when(e.on, e.tell)
			if s.refusal != nil {
				t.Fatalf("refused with %s: %s", s.refusal.Code, s.refusal.Text.En)
			}
			if got := strings.Join(draftNames(s.drafts), " "); got != e.want {
				t.Errorf("decided %s, not %s", got, e.want)
			}
		})
	}
}

func TestACommandGivenTwiceChangesNothingTheSecondTime(t *testing.T) {
	for name, e := range examples(t) {
		t.Run(name, func(t *testing.T) {
			given(t, and(e.given, told(e.on, e.tell))...).when(e.on, e.tell).thenNothing()
		})
	}
}

func TestACommandReadFromItsWireFormDecidesTheSame(t *testing.T) {
	for name, e := range examples(t) {
		t.Run(name, func(t *testing.T) {
			decoded, err := DecodeCommand(name, body(e.tell))
			if err != nil {
				t.Fatal(err)
			}
			direct := given(t, e.given...).when(e.on, e.tell)
			read := given(t, e.given...).when(e.on, decoded)
			if asJSON(direct.drafts) != asJSON(read.drafts) {
				t.Errorf("decided %s from the wire and %s directly", asJSON(read.drafts), asJSON(direct.drafts))
			}
		})
	}
}

func TestAMisspeltFieldIsRefusedAndNotLost(t *testing.T) {
	_, err := DecodeCommand("record_entry", json.RawMessage(`{"member_id":"x","onn":"2026-05-04"}`))
	if err == nil || !strings.Contains(err.Error(), "onn") {
		t.Errorf("the error %v does not name the field", err)
	}
}

func TestAnUnknownCommandIsAnError(t *testing.T) {
	if _, err := DecodeCommand("record_miracle", json.RawMessage(`{}`)); err == nil {
		t.Error("an unknown command was read")
	}
}

func TestEveryCommandIsSeenInTheViewUnlessItIsKeptInTheHistoryOnly(t *testing.T) {
	historyOnly := []string{"add_note"}
	for name, e := range examples(t) {
		t.Run(name, func(t *testing.T) {
			s := given(t, e.given...)
			before := ViewOf(s.state(), book)
			after := ViewOf(s.when(e.on, e.tell).record().state(), book)
			after.Version = before.Version
			if seen := asJSON(before) != asJSON(after); seen == slices.Contains(historyOnly, name) {
				t.Errorf("%s is seen in the view: %v", name, seen)
			}
		})
	}
}
