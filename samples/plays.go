// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"time"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

// play is a path that leaves the main way: a family to which it happens is told
// by it from the decision on. Its day goes on with what is told.
type play struct {
	*story
	family []handoff.Member // who was authorised, or refused where all were
	on     rules.Date
}

// plays are the paths that families take after a decision, by the ids of their
// rates, in the order in which chance tries them.
var plays = []struct {
	id   string
	fits func(m handoff.Member, on rules.Date) bool // somebody of the family whom it takes
	tell func(p *play, about handoff.Member)
}{
	{"path.sponsor_dies_before", anybody, (*play).sponsorDiesBefore},
	{"path.sponsor_dies_after", grown, (*play).sponsorDiesAfter},
	{"path.violence", spouse, (*play).violence},
	{"path.lost_contact", anybody, (*play).lostContact},
	{"path.birth", spouse, (*play).birth},
	{"path.member_moves", grown, (*play).memberMoves},
	{"path.family_moves", anybody, (*play).familyMoves},
	{"path.changes_mind", anybody, (*play).changesMind},
	{"path.two_spellings", anybody, (*play).twoSpellings},
	{"path.two_applications", anybody, (*play).twoApplications},
	{"path.unaccompanied", child, (*play).unaccompanied},
	{"path.protection", child, (*play).protected},
	{"path.agreement_to_the_end", spouse, (*play).agreement},
	{"path.agreement_exempt", spouse, (*play).exempt},
	{"path.parent_cover", elderly, (*play).parentCover},
	{"path.school_changes", pupil, (*play).schoolChanges},
	{"path.trainee", spouse, (*play).trainee},
	{"path.privacy", anybody, (*play).privacy},
	{"path.consulate_visits", anybody, (*play).consulateVisits},
	{"path.conditions", anybody, (*play).conditions},
	{"path.permit_refused", grown, (*play).permitRefused},
	{"path.kinship_test", child, (*play).kinshipTest},
	{"path.naturalised", anybody, (*play).naturalised},
	{"path.nulla_osta_unused", anybody, (*play).nullaOstaUnused},
	{"path.visa_unused", anybody, (*play).visaUnused},
	{"path.comes_back", anybody, (*play).comesBack},
}

// perform tells one of the plays, if chance has one for the family.
func (s *story) perform(decision handoff.Message) bool {
	authorised := decided(decision, "authorised")
	p := &play{story: s, family: authorised, on: s.after(decision.On, 1, 5)}
	if len(authorised) == 0 {
		p.family = decided(decision, "refused")
		if len(p.family) > 0 && s.happens("path.appeal") {
			p.appeal()
			return true
		}
		return false
	}
	for _, candidate := range plays {
		if !s.happens(candidate.id) {
			continue
		}
		for _, m := range authorised {
			if candidate.fits(m, p.on) {
				candidate.tell(p, m)
				return true
			}
		}
	}
	return false
}

func decided(decision handoff.Message, as string) []handoff.Member {
	var members []handoff.Member
	for _, m := range decision.Members {
		if m.Decision == as {
			members = append(members, m)
		}
	}
	return members
}

func anybody(handoff.Member, rules.Date) bool    { return true }
func spouse(m handoff.Member, _ rules.Date) bool { return m.Kinship == casefile.Spouse }
func grown(m handoff.Member, _ rules.Date) bool  { return m.Kinship != casefile.MinorChild }

// child is young enough to be one still when the play is over.
func child(m handoff.Member, on rules.Date) bool {
	return m.Kinship == casefile.MinorChild && m.Person.BirthDate.AgeOn(on) < 15
}

// pupil is of school age for as long as the play lasts.
func pupil(m handoff.Member, on rules.Date) bool {
	age := m.Person.BirthDate.AgeOn(on)
	return m.Kinship == casefile.MinorChild && age >= 7 && age < 15
}

func elderly(m handoff.Member, on rules.Date) bool {
	return m.Kinship == casefile.Parent && m.Person.BirthDate.AgeOn(on) >= 65
}

// later moves the day on, to a working day.
func (p *play) later(least, most int) *play {
	p.on = p.after(p.on, least, most)
	return p
}

// say tells of something that happened on the day.
func (p *play) say(c casefile.Command) *play {
	p.tell(p.on, c)
	return p
}

// named tells something that later rows name.
func (p *play) named(label string, c casefile.Command) *play {
	p.name(p.on, label, c)
	return p
}

func (p *play) at(m handoff.Member) casefile.Step { return p.step(m, p.on) }

func (p *play) id(m handoff.Member) string { return p.at(m).MemberID }

func (p *play) sponsor() string { return casefile.DeriveID(p.caseID, "sponsor") }

// noon is the middle of a later day, for appointments.
func (p *play) noon(days int) time.Time {
	return workday(p.on.AddDays(days)).Start().Add(12 * time.Hour).UTC()
}

func (p *play) contact() *play {
	return p.say(&casefile.RecordContact{On: p.on, Channel: "phone"})
}

// visa takes a member through the consulate.
func (p *play) visa(m handoff.Member) *play {
	p.later(15, 45).say(&casefile.RecordVisaRequested{Step: p.at(m), Consulate: m.Person.Citizenship})
	p.later(12, 30)
	return p.say(&casefile.RecordVisaGranted{Step: p.at(m), Expires: p.on.AddDays(180)})
}

// arrive takes a member from the consulate to the permit request.
func (p *play) arrive(m handoff.Member) *play {
	p.contact().visa(m).later(10, 40).say(&casefile.RecordEntry{Step: p.at(m)})
	p.later(1, 1).say(&casefile.RecordHostNotice{Step: p.at(m)})
	p.later(1, 6).say(&casefile.RecordPresentation{Step: p.at(m)})
	return p.later(0, 2).say(&casefile.RecordPermitRequested{Step: p.at(m)})
}

// sign adds the integration agreement of somebody who owes it.
func (p *play) sign(m handoff.Member) *play {
	return p.say(&casefile.RecordAgreementSigned{Step: p.at(m)})
}
