// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"ricongiungi/casefile"
	"ricongiungi/handoff"
)

// The plays of unusual turns on the way through offices and schools.

func (p *play) consulateVisits(m handoff.Member) {
	p.contact().later(2, 9).say(&casefile.RequestConsulateAppointment{Step: p.at(m)})
	p.later(5, 15).say(&casefile.RecordConsulateAppointment{Step: p.at(m), At: p.noon(10)})
	p.later(16, 18).say(&casefile.RecordConsulateAppointmentMissed{Step: p.at(m), Reason: "family"})
	p.later(2, 5).say(&casefile.RequestConsulateAppointment{Step: p.at(m)})
	p.later(3, 9).say(&casefile.RecordConsulateAppointment{Step: p.at(m), At: p.noon(12)})
	p.visa(m)
}

func (p *play) kinshipTest(m handoff.Member) {
	p.contact().later(20, 50).say(&casefile.RecordDNAResult{Step: p.at(m), Verdict: pick(p.dice, []string{"confirmed", "confirmed", "disproved", "inconclusive"})})
}

func (p *play) naturalised(m handoff.Member) {
	p.contact().later(10, 40).say(&casefile.RecordNaturalisation{On: p.on})
	p.later(2, 9).say(&casefile.RecordVisaRequested{Step: p.at(m), Consulate: m.Person.Citizenship})
	p.later(12, 30).say(&casefile.RecordVisaGranted{Step: p.at(m), Expires: p.on.AddDays(180)})
	p.later(10, 30).say(&casefile.RecordEntry{Step: p.at(m)})
}

func (p *play) nullaOstaUnused(handoff.Member) { p.contact() }

func (p *play) visaUnused(m handoff.Member) { p.contact().visa(m) }

func (p *play) appeal() {
	m := p.family[0]
	p.contact().later(20, 50).named("appeal", &casefile.RecordAppeal{Step: p.at(m), Against: casefile.SUIRefusal})
	p.later(120, 300)
	p.say(&casefile.RecordJudgment{On: p.on, AppealID: "@appeal/appeal", Outcome: pick(p.dice, []string{casefile.VisaOrdered, casefile.VisaOrdered, "dismissed"})})
}

// agreement goes through the integration agreement, the card and its renewal.
func (p *play) agreement(m handoff.Member) {
	p.arrive(m).sign(m)
	ends := workday(p.on.AddMonths(24))
	p.later(2, 4).say(&casefile.RecordPermitReceipt{Step: p.at(m)}).say(&casefile.BookFingerprints{Step: p.at(m), At: p.noon(30)})
	p.later(32, 36).say(&casefile.RecordFingerprintsTaken{Step: p.at(m)})
	p.later(10, 20).say(&casefile.RecordCivicsSession{Step: p.at(m), Attended: !p.one(6)})
	p.later(10, 30).say(&casefile.RecordPermitIssued{Step: p.at(m), Expires: p.on.AddMonths(12)})
	p.goal()
	p.later(300, 330).say(&casefile.RecordPermitRenewalRequested{Step: p.at(m)})
	p.on = latest(p.on, ends)
	p.say(&casefile.AssessAgreement{Step: p.at(m), Credits: pick(p.dice, []int{12, 24, 30, 34})})
}

// goal is set and closed on the way.
func (p *play) goal() {
	p.say(&casefile.MakePlan{On: p.on, Goals: []string{"italian_a2"}}).named("goal", &casefile.SetGoal{On: p.on, Goal: "work", Owner: casefile.OwnerFamily, Target: p.on.AddMonths(4)})
	p.later(30, 60).say(&casefile.CloseGoal{On: p.on, GoalID: "@goal/goal", Outcome: pick(p.dice, []string{"reached", "dropped"}), Reason: "moved"})
}

func (p *play) exempt(m handoff.Member) {
	p.arrive(m).later(2, 8).say(&casefile.ExemptFromAgreement{Step: p.at(m), Reason: "health"})
}

func (p *play) parentCover(m handoff.Member) {
	p.arrive(m).say(&casefile.RecordHealthCover{Step: p.at(m), Kind: "insurance"})
}

func (p *play) permitRefused(m handoff.Member) {
	p.arrive(m).later(60, 120).say(&casefile.RecordPermitRefused{Step: p.at(m)})
	p.later(10, 30).named("appeal", &casefile.RecordAppeal{Step: p.at(m), Against: casefile.PermitRefusal})
	p.later(90, 200).say(&casefile.RecordJudgment{On: p.on, AppealID: "@appeal/appeal", Outcome: casefile.Upheld})
}

func (p *play) conditions(m handoff.Member) {
	p.say(&casefile.RecordConditions{On: p.on, Sponsor: casefile.SponsorFacts{Permit: "employed_work", PermitMonths: 24,
		ResidentSince: p.on.AddMonths(-p.between(12, 90)), IncomeYear: p.on.Year - 1, Income: p.between(900_000, 2_600_000)}})
	p.contact().visa(m)
}

// schoolChanges is a child whom a first school refuses, who changes school and
// stays away until somebody asks why.
func (p *play) schoolChanges(m handoff.Member) {
	p.arrive(m).later(1, 4).say(&casefile.RequestSchool{Step: p.at(m)})
	level := casefile.LevelOf(gradeAt(m, p.on))
	p.later(2, 6).say(&casefile.ProposePlace{Step: p.at(m), SchoolCode: schoolsOf[level][0]})
	p.later(1, 4).say(&casefile.RecordPlaceRefused{Step: p.at(m), Reason: pick(p.dice, []string{"class_full", "other"})})
	p.later(2, 6).say(&casefile.ProposePlace{Step: p.at(m), SchoolCode: schoolsOf[level][1]})
	p.later(1, 4).say(&casefile.AcceptPlace{Step: p.at(m)})
	p.on = inTerm(p.after(p.on, 2, 6))
	p.say(&casefile.RecordSchoolStarted{Step: p.at(m)})
	p.later(20, 60).say(&casefile.RecordSchoolTransferred{Step: p.at(m), SchoolCode: schoolsOf[level][2]})
	from := p.on.AddDays(1)
	p.later(28, 32).named("absences", &casefile.ReportAbsences{MemberID: p.id(m), From: from, To: p.on.AddDays(-1), Days: 18})
	p.later(2, 9).say(&casefile.ResolveConcern{On: p.on, ConcernID: "@absences/concern/absences", Outcome: "helped"})
}

// trainee goes through CELAV up to a traineeship that is renewed once.
func (p *play) trainee(m handoff.Member) {
	p.arrive(m).later(10, 30).named("celav", &casefile.SendReferral{On: p.on, MemberID: p.id(m), Service: "celav", Basis: "public_task"})
	p.later(3, 9).say(&casefile.RecordReferralStep{On: p.on, ReferralID: "@celav/referral", Step: casefile.ReferralAccepted})
	for _, step := range []casefile.CELAVStep{casefile.CELAVOrientation, casefile.CELAVMeeting, casefile.CELAVAssessment} {
		p.later(3, 12).say(&casefile.RecordCELAVStep{On: p.on, ReferralID: "@celav/referral", Step: step})
	}
	p.later(3, 12).say(&casefile.RecordCELAVStep{On: p.on, ReferralID: "@celav/referral", Step: casefile.CELAVProject,
		ServiceDuties: []string{"find_company", "tutor"}, MemberDuties: []string{"attend", "italian_course"}})
	for _, step := range []casefile.CELAVStep{casefile.CELAVMatching, casefile.CELAVTraineeship} {
		p.later(10, 30).say(&casefile.RecordCELAVStep{On: p.on, ReferralID: "@celav/referral", Step: step})
	}
	p.later(93, 98).say(&casefile.RecordCELAVStep{On: p.on, ReferralID: "@celav/referral", Step: casefile.CELAVCompleted})
	p.later(5, 20).say(&casefile.CloseReferral{On: p.on, ReferralID: "@celav/referral", Outcome: "contract"})
}
