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

func arrivalRefusals() []refusal {
	decided, granted := until("authorised", wife), until("visa_granted", wife)
	entered, asked := until("entered", wife), until("permit_requested", wife)
	issued := until("permit_issued", child)
	return []refusal{
		{"an arrival expected of one who is here", entered, "2026-05-05", &ExpectArrival{MemberID: wife, Expected: day("2026-06-01"), Confidence: "ticket"}, "already_recorded"},
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
	return slices.Concat(reviewRefusals(), consulateRefusals(), arrivalRefusals(), schoolRefusals(),
		hubRefusals(t), endingRefusals(), amendmentRefusals(t), lifeRefusals(t))
}

func TestRefusals(t *testing.T) {
	for _, r := range allRefusals(t) {
		t.Run(strings.ReplaceAll(r.why, " ", "_"), func(t *testing.T) {
			given(t, r.given...).when(r.on, r.tell).thenRefused(r.code)
		})
	}
}

func TestEveryRefusalCodeIsTestedOnce(t *testing.T) {
	tested := map[string]bool{StaleVersion(1, 2).Code: true}
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
