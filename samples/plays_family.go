// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"fmt"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
)

// The plays of what happens to the people of a family.

func (p *play) sponsorDiesBefore(m handoff.Member) {
	p.contact().later(20, 60).say(&casefile.RecordDeath{On: p.on, PersonID: p.sponsor()})
	p.later(3, 12)
	for i, member := range p.family {
		outcome := "lapses"
		if i == 0 && p.one(2) {
			outcome = "continues"
		}
		p.say(&casefile.ResolveDoubt{Step: p.at(member), Outcome: outcome})
	}
}

func (p *play) sponsorDiesAfter(m handoff.Member) {
	p.arrive(m).later(30, 120).say(&casefile.RecordDeath{On: p.on, PersonID: p.sponsor()})
	p.ownPermit(m, "employed", "granted")
}

func (p *play) ownPermit(m handoff.Member, kind, outcome string) {
	p.later(10, 40).say(&casefile.RecordOwnPermitRequested{Step: p.at(m), Kind: kind})
	p.later(40, 90).say(&casefile.RecordOwnPermitDecided{Step: p.at(m), Outcome: outcome, Expires: p.on.AddMonths(12)})
}

func (p *play) violence(m handoff.Member) {
	p.arrive(m).later(30, 120).say(&casefile.RecordSeparation{Step: p.at(m), Kind: "separation"})
	p.say(&casefile.SealAddress{On: p.on, PersonID: p.id(m)}).say(&casefile.CutAccess{On: p.on, PersonID: p.sponsor()})
	p.ownPermit(m, "special_cases", pick(p.dice, []string{"granted", "granted", "refused"}))
	p.later(20, 60).named("unseal", &casefile.AskUnsealing{PersonID: p.id(m), What: "address"})
	p.later(1, 4).say(&casefile.AnswerUnsealing{RequestID: "@unseal/unsealing", Outcome: "declined"})
}

func (p *play) lostContact(handoff.Member) {
	p.contact()
	for range 4 {
		p.later(12, 18).say(&casefile.RecordContactAttempt{On: p.on, Channel: pick(p.dice, []string{"phone", "letter", "message"})})
	}
	p.later(1, 5).say(&casefile.RecordContactLost{On: p.on})
}

// birth adds a baby and, once the mother is here, her codice fiscale, first
// provisional and then set right.
func (p *play) birth(m handoff.Member) {
	p.contact().later(10, 30)
	baby := casefile.Particulars{GivenName: m.Person.GivenName, FamilyName: m.Person.FamilyName, BirthDate: p.on.AddDays(-3), Sex: pick(p.dice, []string{"F", "M"})}
	p.say(&casefile.AddMember{On: p.on, Origin: pick(p.dice, []casefile.Origin{casefile.BornAbroad, casefile.BornInItaly}), Kinship: casefile.MinorChild, Who: baby})
	p.arrive(m).later(2, 8).say(&casefile.RecordTaxCode{On: p.on, PersonID: p.id(m), Code: p.provisional()})
	p.later(2, 8).say(&casefile.RecordTaxCode{On: p.on, PersonID: p.id(m), Code: p.provisional()})
}

// provisional is a codice fiscale of eleven digits, of which the last checks
// the others (DM 23 dicembre 1976).
func (d dice) provisional() string {
	digits := fmt.Sprintf("%07d%03d", d.IntN(10_000_000), d.between(1, 120))
	sum := 0
	for i, digit := range digits {
		n := int(digit - '0')
		if i%2 == 1 {
			n *= 2
			n = n/10 + n%10
		}
		sum += n
	}
	return digits + fmt.Sprint((10-sum%10)%10)
}

func (p *play) memberMoves(m handoff.Member) {
	p.arrive(m).later(30, 120).say(&casefile.TransferMember{Step: p.at(m), Municipality: "016024", Reason: "work"})
	if p.one(2) {
		p.later(30, 120).say(&casefile.ResumeMember{Step: p.at(m), Reason: "moved_back"})
	}
}

func (p *play) familyMoves(m handoff.Member) {
	p.arrive(m).later(30, 120).say(&casefile.TransferCase{On: p.on, Municipality: "108033", Reason: "moved_house"})
}

func (p *play) changesMind(m handoff.Member) {
	p.contact().later(5, 20).say(&casefile.Withdraw{On: p.on, Members: []string{p.id(m)}, Reason: "family_stays_abroad"})
	p.later(5, 20).say(&casefile.ResumeMember{Step: p.at(m), Reason: "changed_mind"})
	p.visa(m)
}

// twoSpellings adds a person whom the Prefecture's file names a second time in
// another transliteration; half of such merges turn out to be wrong.
func (p *play) twoSpellings(m handoff.Member) {
	p.contact().later(5, 20)
	twin := casefile.Particulars{GivenName: m.Person.GivenName + "h", FamilyName: m.Person.FamilyName, BirthDate: m.Person.BirthDate, Sex: m.Person.Sex}
	p.say(&casefile.AddMember{On: p.on, Origin: casefile.AddedByPrefecture, Ref: "77", Kinship: m.Kinship, Who: twin})
	p.later(2, 9).say(&casefile.MergeMembers{KeepID: p.id(m), DuplicateID: "@member/77", Reason: "transliteration", ConfirmedBy: p.colleague()})
	if p.one(2) {
		p.later(2, 9).say(&casefile.UnmergeMembers{DuplicateID: "@member/77", Reason: "two_persons"})
	}
}

func (p *play) colleague() string { return casefile.DeriveID("simulated", "counsellor/1") }

func (p *play) twoApplications(m handoff.Member) {
	other := casefile.DeriveID(p.caseID, "other")
	p.contact().later(5, 20).say(&casefile.LinkPerson{PersonID: p.id(m), CaseID: other, OtherID: casefile.DeriveID(other, "member/1"),
		Reason: "both_parents_filed", ConfirmedBy: p.colleague()})
	p.say(&casefile.LinkApplication{OtherCase: other, Relation: "supersedes"})
	if p.one(2) {
		p.later(5, 20).say(&casefile.UnlinkPerson{PersonID: p.id(m), CaseID: other, OtherID: casefile.DeriveID(other, "member/1"), Reason: "namesake"})
	}
}

// unaccompanied is a child whom nobody meets on arrival, until a parent reappears.
func (p *play) unaccompanied(m handoff.Member) {
	p.contact().visa(m).later(10, 40).say(&casefile.RecordEntry{Step: p.at(m)})
	p.later(1, 3).say(&casefile.ReferUnaccompaniedMinor{Step: p.at(m), Trigger: "sponsor_absent", Adult: "none", Intake: p.between(1, 14)})
	for _, what := range []string{casefile.CourtTold, casefile.MinorIdentified, casefile.MinorMoved} {
		p.later(1, 9).say(&casefile.RecordUnaccompaniedStep{Step: p.at(m), What: what})
	}
	p.later(5, 20).say(&casefile.RecordUnaccompaniedStep{Step: p.at(m), What: casefile.GuardianNamed, GuardianID: casefile.DeriveID(p.caseID, "guardian")})
	p.later(10, 50).say(&casefile.ResumeReunification{Step: p.at(m), Reason: "parent_found"})
}

func (p *play) protected(m handoff.Member) {
	p.arrive(m).later(20, 90).say(&casefile.OpenProtection{Step: p.at(m)})
	p.later(1, 2).say(&casefile.RecordProtectionStep{Step: p.at(m), What: casefile.ProsecutorAsked})
	p.later(2, 5).say(&casefile.RecordProtectionStep{Step: p.at(m), What: "court_decided"})
	p.later(40, 120).say(&casefile.CloseProtection{Step: p.at(m)})
}

// privacy is a family that contests what is recorded of it: a hold for the court
// comes and goes, and the erasure that is asked for waits for a second person.
func (p *play) privacy(m handoff.Member) {
	p.contact().later(10, 40).say(&casefile.RestrictProcessing{PersonID: p.id(m), Ground: "accuracy_contested"})
	p.say(&casefile.PlaceLegalHold{Ground: "court_case"})
	p.later(10, 40).say(&casefile.LiftLegalHold{Ground: "court_case"}).say(&casefile.LiftRestriction{PersonID: p.id(m)})
	p.later(1, 20).say(&casefile.RequestErasure{PersonID: p.id(m), Reason: "request_of_the_person"})
}

func (p *play) comesBack(handoff.Member) {
	p.contact().later(5, 20).say(&casefile.Withdraw{On: p.on, Reason: "family_stays_abroad"})
	p.later(1, 5).say(&casefile.CloseCase{Reason: "withdrawn"})
	p.later(20, 90).say(&casefile.ReopenCase{Reason: "new_need"})
}
