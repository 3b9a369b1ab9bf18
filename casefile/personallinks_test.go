// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"strings"
	"testing"

	"ricongiungi/rules"
)

var (
	secret  = strings.Repeat("a1", 32)
	another = strings.Repeat("b2", 32)
)

func linkGiven(person string) []telling {
	return and(until("entered", wife), told("2026-06-01", &GiveFamilyLink{PersonID: person, Digest: secret}))
}

func referredOut() []telling {
	return and(until("entered", wife), told("2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: "celav"}))
}

func letterOf(person string) *IssueLetter {
	return &IssueLetter{PersonID: person, Kind: LetterDates, Language: "ar", Template: "1", Drawn: 3, Document: "H4sI"}
}

func linkExamples(t *testing.T) map[string]example {
	referralID := given(t, referredOut()...).state().Referrals[0].ID
	linkID := given(t, linkGiven(wife)...).state().PersonalLinks[0].ID
	return map[string]example{
		"give_family_link":  {until("entered", wife), "2026-06-01", &GiveFamilyLink{PersonID: wife, Digest: secret}, "family_link_given"},
		"give_reply_link":   {referredOut(), "2026-05-06", &GiveReplyLink{ReferralID: referralID, Digest: secret}, "reply_link_given"},
		"revoke_link":       {linkGiven(wife), "2026-06-02", &RevokeLink{LinkID: linkID}, "link_revoked"},
		"acknowledge_reply": {answeredTellings(t), "2026-05-09", &AcknowledgeReply{ReferralID: referralID}, "reply_acknowledged"},
		"issue_letter":      {answeredTellings(t), "2026-06-01", letterOf(wife), "letter_issued"},
	}
}

func answeredTellings(t *testing.T) []telling {
	referralID := given(t, referredOut()...).state().Referrals[0].ID
	answer := told("2026-05-08", &RecordReferralStep{On: day("2026-05-08"), ReferralID: referralID, Step: ReferralAccepted})
	answer.by = Actor{ID: otherPerson, Role: ByLink}
	return and(referredOut(), answer)
}

func linkRefusals(t *testing.T) []refusal {
	entered := until("entered", wife)
	cut := and(entered, told("2026-06-01", &CutAccess{On: day("2026-06-01"), PersonID: father}))
	erased := and(askedFor(father), told("2026-03-02", &ConfirmErasure{PersonID: father}))
	drafted := and(entered, told("2026-05-05", &DraftReferral{On: day("2026-05-05"), Service: "celav"}))
	draftID := given(t, drafted...).state().Referrals[0].ID
	return []refusal{
		{"a link for a stranger", entered, "2026-06-01", &GiveFamilyLink{PersonID: otherPerson, Digest: secret}, "unknown_member"},
		{"a link for somebody whose access is cut", cut, "2026-06-02", &GiveFamilyLink{PersonID: father, Digest: secret}, "access_is_cut"},
		{"a link for a child", entered, "2026-06-01", &GiveFamilyLink{PersonID: child, Digest: secret}, "reader_under_age"},
		{"a letter for somebody whose access is cut", cut, "2026-06-02", letterOf(father), "access_is_cut"},
		{"a letter for somebody whose data are erased", erased, "2026-03-02", letterOf(father), "person_erased"},
		{"a letter from a version that is not there yet", erased, "2026-03-02", &IssueLetter{PersonID: wife, Kind: LetterDates, Language: "ar", Template: "1", Drawn: 999, Document: "H4sI"}, "version_unknown"},
		{"a link to answer what was not sent", drafted, "2026-05-06", &GiveReplyLink{ReferralID: draftID, Digest: secret}, "referral_not_out"},
		{"a link to answer what does not exist", entered, "2026-05-06", &GiveReplyLink{ReferralID: otherPerson, Digest: secret}, "unknown_referral"},
		{"taking note of an unknown answer", entered, "2026-05-06", &AcknowledgeReply{ReferralID: otherPerson}, "unknown_referral"},
		{"revoking an unknown link", entered, "2026-05-06", &RevokeLink{LinkID: otherPerson}, "unknown_link"},
	}
}

func mustOpen(t *testing.T, s *story, on string, want bool) {
	t.Helper()
	if got := s.state().PersonalLinks[0].Opens(day(on)); got != want {
		t.Errorf("on %s the link opens: %v", on, got)
	}
}

func TestALinkIsGoodThroughItsLastDay(t *testing.T) {
	s := given(t, linkGiven(wife)...)
	last := s.state().PersonalLinks[0].Term.Due
	if last != book.Term(rules.FamilyLink, day("2026-06-01")).Due {
		t.Errorf("the last day is %s", last)
	}
	mustOpen(t, s, last.String(), true)
	mustOpen(t, s, last.AddDays(1).String(), false)
}

func TestANewLinkTakesThePlaceOfTheOld(t *testing.T) {
	s := given(t, and(linkGiven(wife), told("2026-06-03", &GiveFamilyLink{PersonID: wife, Digest: another}))...)
	mustOpen(t, s, "2026-06-03", false)
	if l := s.state().PersonalLinks[1]; !l.Opens(day("2026-06-03")) || s.state().PersonalLinks[0].Ended != "replaced" {
		t.Error("the new link does not open, or the old one was not replaced")
	}
}

func TestALinkEndsWhenItIsRevokedOrTheAccessIsCut(t *testing.T) {
	revoked := given(t, linkGiven(wife)...)
	mustOpen(t, revoked.when("2026-06-02", &RevokeLink{LinkID: revoked.state().PersonalLinks[0].ID}).record(), "2026-06-02", false)
	mustOpen(t, given(t, linkGiven(father)...).when("2026-06-02", &CutAccess{On: day("2026-06-02"), PersonID: father}).record(), "2026-06-02", false)
}

func TestAnotherPersonsLinkStandsWhenOnesAccessIsCut(t *testing.T) {
	mustOpen(t, given(t, linkGiven(wife)...).when("2026-06-02", &CutAccess{On: day("2026-06-02"), PersonID: father}).record(), "2026-06-02", true)
}

func TestAnAnswerByLinkIsReadWithinTwoWorkingDaysUntilSomebodyTakesNote(t *testing.T) {
	s := given(t, answeredTellings(t)...)
	id := s.state().Referrals[0].ID
	s.thenDue("referral_answer", id, "2026-05-12")
	s.when("2026-05-09", &AcknowledgeReply{ReferralID: id}).record().thenNotDue("referral_answer", id)
}

func TestALetterIsKeptAsItWasAndGoesWithThePersonsKey(t *testing.T) {
	s := given(t, until("entered", wife)...).when("2026-06-01", letterOf(wife)).record()
	id := s.state().Letters[0].ID
	if _, _, document, found := LetterIn(s.facts, id); !found || document != "H4sI" {
		t.Errorf("kept as %q", document)
	}
	if s.state().Member(wife).Who.Document != "" {
		t.Error("a letter became a property of the person")
	}
}
