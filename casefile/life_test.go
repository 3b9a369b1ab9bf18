// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"testing"

	"ricongiungi/rules"
)

const (
	otherPerson = "0b6a1c1e-5a61-5d5a-9f0e-6a1f0c2d3e4f"
	guardianID  = "7d1b7f9a-33a0-4a53-8f8e-2c4a5b6c7d90"
	provisional = "00743110157"
	definitive  = "RSSMRA85T10A562S"
)

func added(on string, origin Origin) Command {
	return &AddMember{On: day(on), Origin: origin, Kinship: MinorChild, Who: Particulars{GivenName: "Amina"}}
}

// lost is three attempts over more than a month.
func lost(history []telling) []telling {
	for _, on := range []string{"2026-03-02", "2026-03-16", "2026-04-01"} {
		history = and(history, told(on, &RecordContactAttempt{On: day(on), Channel: "phone"}))
	}
	return history
}

func diedAbroad() []telling {
	return and(until("authorised", wife), told("2026-03-01", &RecordDeath{On: day("2026-03-01"), PersonID: father}))
}

func separated() []telling {
	return and(until("entered", wife), told("2026-06-01", &RecordSeparation{step(wife, "2026-06-01"), "separation"}))
}

func ownPermitAsked() []telling {
	return and(separated(), told("2026-06-10", &RecordOwnPermitRequested{step(wife, "2026-06-10"), "employed"}))
}

func sealed() []telling {
	return and(until("entered", wife), told("2026-06-01", &SealAddress{On: day("2026-06-01"), PersonID: wife, Note: "violence"}))
}

func unsealingAsked(t *testing.T) ([]telling, string) {
	asked := and(sealed(), told("2026-06-03", &AskUnsealing{PersonID: wife, What: "address"}))
	return asked, given(t, asked...).state().Unsealings[0].ID
}

func linked() Command {
	return &LinkPerson{PersonID: child, CaseID: otherCase, OtherID: otherPerson, Reason: "both_parents_filed", ConfirmedBy: counsellorID}
}

func merge(keep, duplicate string) Command {
	return &MergeMembers{KeepID: keep, DuplicateID: duplicate, Reason: "transliteration", ConfirmedBy: counsellorID}
}

func referral(on string) *ReferUnaccompaniedMinor {
	return &ReferUnaccompaniedMinor{Step: step(child, on), Trigger: "sponsor_absent", Adult: "none"}
}

func referredChild() []telling {
	return and(until("entered", child), told("2026-05-05", referral("2026-05-05")))
}

func danger() []telling {
	return and(until("entered", child), told("2026-05-05", &OpenProtection{Step: step(child, "2026-05-05"), Note: "bruises"}))
}

func lifeExamples(t *testing.T) map[string]example {
	asked, request := unsealingAsked(t)
	withdrawn := and(until("authorised", wife), told("2026-03-01", &Withdraw{On: day("2026-03-01"), Reason: "family_wish"}))
	merged := and(until("authorised", wife), told("2026-03-01", merge(child, girl)))
	return map[string]example{
		"add_member":                  {until("authorised", wife), "2026-03-01", added("2026-03-01", BornAbroad), "member_added"},
		"resume_member":               {withdrawn, "2026-03-05", &ResumeMember{step(wife, "2026-03-05"), "changed_mind"}, "member_resumed"},
		"transfer_member":             {until("entered", wife), "2026-06-01", &TransferMember{Step: step(wife, "2026-06-01"), Municipality: "016024", Recipient: "comune-bergamo"}, "member_transferred"},
		"resolve_doubt":               {diedAbroad(), "2026-03-20", &ResolveDoubt{step(girl, "2026-03-20"), "lapses"}, "member_lapsed"},
		"record_contact_attempt":      {until("authorised", wife), "2026-03-02", &RecordContactAttempt{On: day("2026-03-02"), Channel: "phone", Note: "calls back"}, "contact_attempted"},
		"record_contact_lost":         {lost(until("authorised", wife)), "2026-04-15", &RecordContactLost{On: day("2026-04-15")}, "contact_lost contact_lost contact_lost"},
		"record_separation":           {until("entered", wife), "2026-06-01", &RecordSeparation{step(wife, "2026-06-01"), "separation"}, "separated"},
		"record_own_permit_requested": {separated(), "2026-06-10", &RecordOwnPermitRequested{step(wife, "2026-06-10"), "employed"}, "own_permit_requested"},
		"record_own_permit_decided":   {ownPermitAsked(), "2026-08-03", &RecordOwnPermitDecided{step(wife, "2026-08-03"), "granted", day("2028-08-02")}, "own_permit_decided"},
		"seal_address":                {until("entered", wife), "2026-06-01", &SealAddress{On: day("2026-06-01"), PersonID: wife, Note: "calls back"}, "address_sealed"},
		"cut_access":                  {until("entered", wife), "2026-06-01", &CutAccess{On: day("2026-06-01"), PersonID: father, Note: "calls back"}, "access_cut"},
		"ask_unsealing":               {sealed(), "2026-06-03", &AskUnsealing{PersonID: wife, What: "address"}, "unsealing_asked"},
		"answer_unsealing":            {asked, "2026-06-04", &AnswerUnsealing{RequestID: request, Outcome: "declined"}, "unsealing_answered"},
		"link_person":                 {until("filed", wife), "2025-12-01", linked(), "person_linked"},
		"unlink_person":               {and(until("filed", wife), told("2025-12-01", linked())), "2025-12-03", &UnlinkPerson{PersonID: child, CaseID: otherCase, OtherID: otherPerson, Reason: "namesake"}, "person_unlinked"},
		"merge_members":               {until("authorised", wife), "2026-03-01", merge(child, girl), "members_merged"},
		"unmerge_members":             {merged, "2026-03-02", &UnmergeMembers{DuplicateID: girl, Reason: "two_sisters"}, "members_unmerged"},
		"record_tax_code":             {until("entered", wife), "2026-05-12", &RecordTaxCode{On: day("2026-05-12"), PersonID: wife, Code: provisional}, "tax_code_recorded"},
		"refer_unaccompanied_minor":   {until("entered", child), "2026-05-05", referral("2026-05-05"), "unaccompanied_minor_referred"},
		"record_unaccompanied_step":   {referredChild(), "2026-05-11", &RecordUnaccompaniedStep{Step: step(child, "2026-05-11"), What: MinorIdentified}, "unaccompanied_step_recorded"},
		"resume_reunification":        {referredChild(), "2026-05-25", &ResumeReunification{step(child, "2026-05-25"), "parent_found"}, "reunification_resumed"},
		"open_protection":             {until("entered", child), "2026-05-05", &OpenProtection{Step: step(child, "2026-05-05"), Note: "calls back"}, "protection_recorded"},
		"record_protection_step":      {danger(), "2026-05-07", &RecordProtectionStep{Step: step(child, "2026-05-07"), What: ProsecutorAsked}, "protection_recorded"},
		"close_protection":            {danger(), "2026-05-20", &CloseProtection{Step: step(child, "2026-05-20")}, "protection_recorded"},
	}
}

func lifeRefusals(t *testing.T) []refusal {
	return append(append(familyRefusals(t), identityRefusals()...), childRefusals(t)...)
}

func familyRefusals(t *testing.T) []refusal {
	entered, authorised := until("entered", wife), until("authorised", wife)
	asked, request := unsealingAsked(t)
	declined := and(asked, told("2026-06-04", &AnswerUnsealing{RequestID: request, Outcome: "declined"}))
	sealing := given(t, sealed()...).eventID("address_sealed", "")
	granted := and(ownPermitAsked(), told("2026-08-03", &RecordOwnPermitDecided{step(wife, "2026-08-03"), "granted", day("2028-08-02")}))
	withdrawn := and(authorised, told("2026-03-10", &Withdraw{On: day("2026-03-10"), Reason: "family_wish"}))
	return []refusal{
		{"a member added tomorrow", authorised, "2026-03-01", added("2026-03-02", BornAbroad), "day_in_future"},
		{"a member added before the case", authorised, "2026-03-01", added("2025-11-02", BornAbroad), "days_out_of_order"},
		{"a member added under another's number", authorised, "2026-03-01", &AddMember{On: day("2026-03-01"), Origin: AddedByPrefecture, Ref: "1", Kinship: MinorChild}, "ref_taken"},
		{"resuming what never ended", authorised, "2026-03-01", &ResumeMember{step(wife, "2026-03-01"), "x"}, "not_resumable"},
		{"resuming before it ended", withdrawn, "2026-03-20", &ResumeMember{step(wife, "2026-03-09"), "x"}, "days_out_of_order"},
		{"resuming tomorrow", withdrawn, "2026-03-20", &ResumeMember{step(wife, "2026-03-21"), "x"}, "day_in_future"},
		{"moving away before coming", authorised, "2026-03-01", &TransferMember{Step: step(wife, "2026-03-01"), Municipality: "016024"}, "not_entered"},
		{"deciding a doubt nobody had", authorised, "2026-03-20", &ResolveDoubt{step(girl, "2026-03-20"), "lapses"}, "no_doubt"},
		{"deciding a doubt before it arose", diedAbroad(), "2026-03-20", &ResolveDoubt{step(girl, "2026-02-28"), "lapses"}, "days_out_of_order"},
		{"lost without an attempt", authorised, "2026-03-20", &RecordContactLost{On: day("2026-03-20")}, "contact_attempts_missing"},
		{"lost tomorrow", lost(authorised), "2026-04-15", &RecordContactLost{On: day("2026-04-16")}, "day_in_future"},
		{"an attempt tomorrow", authorised, "2026-03-20", &RecordContactAttempt{On: day("2026-03-21"), Channel: "phone"}, "day_in_future"},
		{"a child separates", until("entered", child), "2026-06-01", &RecordSeparation{step(child, "2026-06-01"), "divorce"}, "not_a_spouse"},
		{"separated on two days", separated(), "2026-06-05", &RecordSeparation{step(wife, "2026-06-04"), "divorce"}, "already_recorded"},
		{"an answer to a permit nobody asked for", entered, "2026-08-03", &RecordOwnPermitDecided{Step: step(wife, "2026-08-03"), Outcome: "granted"}, "own_permit_not_requested"},
		{"an answer before the request", ownPermitAsked(), "2026-08-03", &RecordOwnPermitDecided{Step: step(wife, "2026-06-09"), Outcome: "granted"}, "days_out_of_order"},
		{"two answers to the request", granted, "2026-08-10", &RecordOwnPermitDecided{Step: step(wife, "2026-08-10"), Outcome: "refused"}, "already_recorded"},
		{"asked for again while granted", granted, "2026-08-10", &RecordOwnPermitRequested{step(wife, "2026-08-10"), "study"}, "already_recorded"},
		{"a stranger's address", entered, "2026-06-01", &SealAddress{On: day("2026-06-01"), PersonID: "x"}, "unknown_member"},
		{"access cut tomorrow", entered, "2026-06-01", &CutAccess{On: day("2026-06-02"), PersonID: father}, "day_in_future"},
		{"unsealing what is open", entered, "2026-06-01", &AskUnsealing{PersonID: wife, What: "address"}, "not_sealed"},
		{"an answer nobody asked for", sealed(), "2026-06-04", &AnswerUnsealing{RequestID: "x", Outcome: "confirmed"}, "unknown_request"},
		{"one person unseals", asked, "2026-06-04", &AnswerUnsealing{RequestID: request, Outcome: "confirmed"}, "two_people_needed"},
		{"confirmed after it was declined", declined, "2026-06-05", &AnswerUnsealing{RequestID: request, Outcome: "confirmed"}, "already_recorded"},
		{"a sealing annulled by one person", sealed(), "2026-06-05", &AnnulEvent{EventID: sealing}, "not_amendable_alone"},
		{"a sealing corrected to somebody else", sealed(), "2026-06-05", &CorrectEvent{EventID: sealing, Type: "seal_address", Body: body(&SealAddress{On: day("2026-06-01"), PersonID: girl})}, "not_amendable_alone"},
	}
}

func identityRefusals() []refusal {
	authorised := until("authorised", wife)
	bothEntered := and(until("entered", child), told("2026-05-20", &RecordEntry{step(girl, "2026-05-20")}))
	withCode := and(authorised, told("2026-03-01", &RecordTaxCode{On: day("2026-03-01"), PersonID: father, Code: definitive}))
	return []refusal{
		{"linked within the case", authorised, "2026-03-01", &LinkPerson{PersonID: child, CaseID: caseID, OtherID: girl}, "same_case"},
		{"a stranger linked", authorised, "2026-03-01", &LinkPerson{PersonID: "x", CaseID: otherCase, OtherID: girl}, "unknown_member"},
		{"unlinked and never linked", authorised, "2026-03-01", &UnlinkPerson{PersonID: child, CaseID: otherCase, OtherID: otherPerson}, "not_linked"},
		{"merged with itself", authorised, "2026-03-01", merge(child, child), "same_entry"},
		{"merged with a stranger", authorised, "2026-03-01", merge(child, "x"), "unknown_member"},
		{"merged into a stranger", authorised, "2026-03-01", merge("x", child), "unknown_member"},
		{"merged though both entered", bothEntered, "2026-05-21", merge(child, girl), "both_entered"},
		{"unmerged and never merged", authorised, "2026-03-01", &UnmergeMembers{DuplicateID: girl}, "not_merged"},
		{"a tax code with a wrong letter", authorised, "2026-03-01", &RecordTaxCode{On: day("2026-03-01"), PersonID: father, Code: "RSSMRA85T10A562T"}, "tax_code_invalid"},
		{"a provisional code with a wrong digit", authorised, "2026-03-01", &RecordTaxCode{On: day("2026-03-01"), PersonID: father, Code: "00743110158"}, "tax_code_invalid"},
		{"a tax code of no known form", authorised, "2026-03-01", &RecordTaxCode{On: day("2026-03-01"), PersonID: father, Code: "12"}, "tax_code_invalid"},
		{"a provisional code after the definitive one", withCode, "2026-03-02", &RecordTaxCode{On: day("2026-03-02"), PersonID: father, Code: provisional}, "tax_code_definitive"},
		{"a tax code of a stranger", authorised, "2026-03-01", &RecordTaxCode{On: day("2026-03-01"), PersonID: "x", Code: definitive}, "unknown_member"},
	}
}

func childRefusals(t *testing.T) []refusal {
	entered := until("entered", child)
	withParent, early, young := referral("2026-05-05"), referral("2026-02-20"), referral("2026-05-03")
	withParent.Adult = "present"
	grown := &ReferUnaccompaniedMinor{Step: step(wife, "2026-05-05"), Trigger: "sponsor_absent", Adult: "none"}
	ended := and(danger(), told("2026-05-06", &Withdraw{On: day("2026-05-06"), Reason: "family_wish"}))
	return []refusal{
		{"a child with a parent is not unaccompanied", entered, "2026-05-05", withParent, "responsible_adult_present"},
		{"an adult is not unaccompanied", until("entered", wife), "2026-05-05", grown, "not_a_minor"},
		{"a child who is still abroad", until("authorised", child), "2026-02-20", early, "not_entered"},
		{"referred before the entry", entered, "2026-05-05", young, "days_out_of_order"},
		{"referred twice", referredChild(), "2026-05-08", referral("2026-05-08"), "already_recorded"},
		{"a step without a referral", entered, "2026-05-11", &RecordUnaccompaniedStep{Step: step(child, "2026-05-11"), What: CourtTold}, "not_referred"},
		{"a step before the referral", referredChild(), "2026-05-11", &RecordUnaccompaniedStep{Step: step(child, "2026-05-04"), What: CourtTold}, "days_out_of_order"},
		{"a guardian without an id", referredChild(), "2026-05-11", &RecordUnaccompaniedStep{Step: step(child, "2026-05-11"), What: GuardianNamed}, "guardian_missing"},
		{"identified on two days", and(referredChild(), told("2026-05-11", &RecordUnaccompaniedStep{Step: step(child, "2026-05-11"), What: MinorIdentified})), "2026-05-12",
			&RecordUnaccompaniedStep{Step: step(child, "2026-05-12"), What: MinorIdentified}, "already_recorded"},
		{"resumed without a referral", entered, "2026-05-11", &ResumeReunification{step(child, "2026-05-11"), "x"}, "not_referred"},
		{"a protection nobody opened", entered, "2026-05-07", &RecordProtectionStep{Step: step(child, "2026-05-07"), What: "hearing"}, "protection_not_open"},
		{"a protection closed and never opened", entered, "2026-05-07", &CloseProtection{Step: step(child, "2026-05-07")}, "protection_not_open"},
		{"a protection opened on two days", danger(), "2026-05-07", &OpenProtection{Step: step(child, "2026-05-06")}, "already_recorded"},
		{"a protection of a stranger", entered, "2026-05-07", &OpenProtection{Step: step("x", "2026-05-06")}, "unknown_member"},
		{"a protection opened tomorrow", entered, "2026-05-07", &OpenProtection{Step: step(child, "2026-05-08")}, "day_in_future"},
		{"a step before the protection", danger(), "2026-05-07", &RecordProtectionStep{Step: step(child, "2026-05-04"), What: "hearing"}, "days_out_of_order"},
		{"closing during a protection", ended, "2026-05-07", &CloseCase{Reason: "done"}, "not_now"},
		{"transferring during a protection", danger(), "2026-05-07", &TransferCase{On: day("2026-05-07"), Municipality: "016024"}, "not_now"},
		{"moving a child away during a protection", danger(), "2026-05-07", &TransferMember{Step: step(child, "2026-05-07"), Municipality: "016024"}, "not_now"},
	}
}

func TestAnAddressIsUnsealedByTwoPeople(t *testing.T) {
	history, request := unsealingAsked(t)
	s := given(t, history...).thenDue("unsealing", request, "2026-06-10")
	s.by("c1").when("2026-06-04", &AnswerUnsealing{RequestID: request, Outcome: "confirmed"}).
		then(&UnsealingAnswered{RequestID: request, Outcome: "confirmed"}).thenNotDue("unsealing", request)
	if got := s.state().Sealed; len(got) != 0 {
		t.Errorf("still sealed: %v", got)
	}
}

// Whatever a history says, one person alone has never unsealed anything.
func TestAHistoryInWhichOnePersonConfirmsUnsealsNothing(t *testing.T) {
	history, request := unsealingAsked(t)
	s := given(t, history...)
	s.drafts = []Draft{{Event: &UnsealingAnswered{RequestID: request, Outcome: "confirmed"}}}
	s.record()
	if s.state().Sealed[wife].IsZero() {
		t.Error("the asker's own word unsealed the address")
	}
}

func TestTheTermsOfTheUnaccompaniedMinorFollowTheLawOfTheDay(t *testing.T) {
	for _, c := range []struct{ from, identification, reception string }{
		{"2017-05-05", "2017-05-15", "2017-07-04"}, // sixty days until L. 47/2017
		{"2017-05-08", "2017-05-18", "2017-06-07"},
		{"2026-05-05", "2026-05-15", "2026-06-04"},
	} {
		if got := book.Term(rules.MSNAIdentification, day(c.from)).Due; got != day(c.identification) {
			t.Errorf("identification from %s is due on %s", c.from, got)
		}
		if got := book.Term(rules.MSNAReception, day(c.from)).Due; got != day(c.reception) {
			t.Errorf("first reception from %s ends on %s", c.from, got)
		}
	}
}

func TestTheIntakeCapFlagsAndNeverRefuses(t *testing.T) {
	for intake, over := range map[int]bool{0: false, 12: false, 13: true} {
		c := referral("2026-05-05")
		c.Intake = intake
		s := given(t, until("entered", child)...).when("2026-05-05", c).record()
		effects := Effects(s.state(), s.facts[len(s.facts)-1])
		warned := len(effects) == 2 && effects[1].Template == "msna_over_capacity" && effects[1].To == string(Supervisor)
		if got := s.state().Member(child).Unaccompanied.OverCapacity; got != over || warned != over {
			t.Errorf("with %d on that day the flag is %v and the warning %v", intake, got, warned)
		}
	}
}
