// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"encoding/json"
	"hash/fnv"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
)

// Command is something told of a case after the decision, by its wire name.
type Command struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Steps are what the hub, the schools and the family have told of the case up
// to today, in the order of their days. Given in that order, each is accepted
// as long as nothing else happens to the case.
func Steps(caseID string, decision handoff.Message, today rules.Date, seed uint64) []Command {
	name := fnv.New64a()
	_, _ = name.Write([]byte(decision.SUIFile)) // a hash in memory cannot fail
	s := &story{dice: diceFor(seed, name.Sum64()), caseID: caseID, today: today}
	s.follow(decision)
	slices.SortStableFunc(s.told, func(a, b telling) int { return strings.Compare(a.on.String(), b.on.String()) })
	steps := make([]Command, len(s.told))
	for i, t := range s.told {
		steps[i] = Command{Type: casefile.CommandName(t.command), Data: encode(t.command)}
	}
	return steps
}

func encode(c casefile.Command) json.RawMessage {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // commands hold nothing that cannot be written
	}
	return raw
}

// story is the way of one family after the decision.
type story struct {
	dice
	caseID string
	today  rules.Date
	told   []telling
	here   []rules.Date // days of entry, also those to come
	done   int          // members who have settled
	left   []string     // children who left school, and do not settle before another is found
}

type telling struct {
	on      rules.Date
	command casefile.Command
	label   string // by which later commands name what this one makes; mostly empty
}

// tell keeps what has happened by today; the rest has not happened yet.
func (s *story) tell(on rules.Date, c casefile.Command) {
	if !on.After(s.today) {
		s.told = append(s.told, telling{on, c, ""})
	}
}

// after is a working day some days later.
func (s *story) after(d rules.Date, least, most int) rules.Date {
	return workday(d.AddDays(s.between(least, most)))
}

func (s *story) follow(decision handoff.Message) {
	contact := s.after(decision.On, 1, 7)
	s.tell(contact, &casefile.RecordContact{On: contact, Channel: pick(s.dice, []string{"phone", "message", "in_person"})})
	var authorised []handoff.Member
	for _, m := range decision.Members {
		if m.Decision == "authorised" {
			authorised = append(authorised, m)
		}
	}
	switch {
	case len(authorised) == 0:
		s.close(contact, "refused")
	case s.happens("family.withdraws"):
		gone := s.after(contact, 10, 30)
		s.tell(gone, &casefile.Withdraw{On: gone, Reason: "family_stays_abroad"})
		s.close(gone, "withdrawn")
	default:
		s.welcome(contact, authorised[0])
		if decision.On.DaysUntil(s.today) < 170 { // older stories begin at the consulate, before the nulla osta seems to expire
			s.prepare(contact, authorised)
		}
		s.travel(decision.On, authorised)
		s.accompany(len(authorised))
	}
}

// close ends the case once the day that allows it has come.
func (s *story) close(from rules.Date, reason string) {
	if !from.After(s.today) {
		s.tell(s.today, &casefile.CloseCase{Reason: reason})
	}
}

// welcome is what the hub asks and sends at the first contact.
func (s *story) welcome(contact rules.Date, m handoff.Member) {
	language := languagesOf(m.Person.Citizenship)[0]
	s.tell(contact, &casefile.SetContactPreferences{On: contact, Language: language, Channel: "message", Reminders: !s.one(3)})
	s.tell(contact, &casefile.SendInformationPack{On: contact})
}

// prepare is what the hub does before the departure.
func (s *story) prepare(contact rules.Date, members []handoff.Member) {
	for _, m := range members {
		day := s.after(contact, 2, 12)
		at := s.step(m, day)
		s.tell(contact, &casefile.RequestConsulateAppointment{Step: s.step(m, contact)})
		s.tell(day, &casefile.SupplyDocument{Step: at, Item: "passport", Expires: day.AddDays(900)})
		s.tell(day, &casefile.VerifyDocument{Step: at, Item: "passport", Verdict: "accepted"})
		if m.Kinship == casefile.MinorChild {
			s.tell(day, &casefile.RecordNeedsProfile{Step: at, NeedsProfile: s.needs(m, day)})
		}
		if age := m.Person.BirthDate.AgeOn(day); age >= 14 && age <= 21 {
			s.tell(day, &casefile.RecordSchoolGuidance{Step: at, By: "counsellor"})
		}
	}
}

func (s *story) needs(m handoff.Member, day rules.Date) casefile.NeedsProfile {
	return casefile.NeedsProfile{
		Languages: languagesOf(m.Person.Citizenship), YearsOfSchool: max(0, m.Person.BirthDate.AgeOn(day)-6),
		ItalianLevel: pick(s.dice, []string{"A0", "A0", "A1"}), LanguageHelp: true, Vaccination: pick(s.dice, []string{"compliant", "pending", "unknown"}),
	}
}

func languagesOf(citizenship string) []string {
	for _, c := range communities {
		if c.citizenship == citizenship {
			return c.languages
		}
	}
	return []string{"en"}
}

func (s *story) step(m handoff.Member, on rules.Date) casefile.Step {
	return casefile.Step{MemberID: casefile.DeriveID(s.caseID, "member/"+m.Ref), On: on}
}

// travel takes the members through the consulate and into Italy, in one family
// in five the children later than the others.
func (s *story) travel(decided rules.Date, members []handoff.Member) {
	requested := s.after(decided, 14, 60)
	granted := s.after(requested, 15, 35)
	expires := granted.AddDays(pick(s.dice, []int{180, 365}))
	refused, later := s.one(20), s.one(5)
	entry := s.entry(granted)
	lag := s.between(30, 90)
	for _, m := range members {
		s.tell(requested, &casefile.RecordVisaRequested{Step: s.step(m, requested), Consulate: m.Person.Citizenship})
		if refused {
			s.tell(granted, &casefile.RecordVisaRefused{Step: s.step(m, granted)})
			continue
		}
		s.tell(granted, &casefile.RecordVisaGranted{Step: s.step(m, granted), Expires: expires})
		mine := entry
		if later && m.Kinship == casefile.MinorChild {
			mine = entry.AddDays(lag)
		}
		s.enter(m, granted, earliest(mine, expires))
	}
}

func earliest(a, b rules.Date) rules.Date {
	if b.Before(a) {
		return b
	}
	return a
}

// entry is some weeks after the visa; some came only last week and some have
// their tickets.
func (s *story) entry(granted rules.Date) rules.Date {
	waiting := granted.DaysUntil(s.today)
	switch chance := s.IntN(6); {
	case chance == 0 && waiting > 8 && waiting < 170:
		return s.today.AddDays(-s.between(1, 6))
	case chance == 1 && waiting > 0 && waiting < 150:
		return s.today.AddDays(s.between(3, 20))
	}
	return granted.AddDays(s.between(10, 50))
}

func (s *story) enter(m handoff.Member, granted, on rules.Date) {
	s.here = append(s.here, on)
	if on.After(s.today) {
		if !granted.After(s.today) {
			s.expect(m, on)
		}
		return
	}
	s.tell(on, &casefile.RecordEntry{Step: s.step(m, on)})
	noticed := on.AddDays(s.between(1, 2))
	s.tell(noticed, &casefile.RecordHostNotice{Step: s.step(m, noticed)})
	settled := s.permit(m, on)
	if grade := gradeAt(m, on); m.Kinship == casefile.MinorChild && grade >= 0 && m.Person.BirthDate.AgeOn(on) < 18 {
		settled = latest(settled, s.school(m, on, casefile.LevelOf(grade)))
	}
	s.settle(m, settled)
}

// expect is what is known of an arrival to come; for half of the children a
// place at school is looked for before they come.
func (s *story) expect(m handoff.Member, on rules.Date) {
	now := s.step(m, s.today)
	s.tell(s.today, &casefile.ExpectArrival{MemberID: now.MemberID, Expected: on, Confidence: pick(s.dice, []string{"ticket", "planned"})})
	if grade := gradeAt(m, s.today); m.Kinship == casefile.MinorChild && grade >= 1 && grade <= 13 && s.one(2) {
		s.tell(s.today, &casefile.RequestSchool{Step: now})
	}
}

func (s *story) settle(m handoff.Member, from rules.Date) {
	on := s.after(from, 5, 15)
	if slices.Contains(s.left, m.Ref) {
		return
	}
	s.tell(on, &casefile.SettleMember{Step: s.step(m, on)})
	if !on.After(s.today) {
		s.done++
	}
}

// permit goes from the SUI to the card and gives the day it is issued.
func (s *story) permit(m handoff.Member, entered rules.Date) rules.Date {
	presented := s.after(entered, 3, 12)
	s.tell(presented, &casefile.RecordPresentation{Step: s.step(m, presented)})
	if m.Person.BirthDate.AgeOn(entered) >= 16 {
		s.tell(presented, &casefile.RecordAgreementSigned{Step: s.step(m, presented)})
		if m.Person.BirthDate.AgeOn(presented) < 18 {
			s.tell(presented, &casefile.RecordAgreementCosigned{Step: s.step(m, presented)})
		}
	}
	requested := s.after(presented, 1, 5)
	s.tell(requested, &casefile.RecordPermitRequested{Step: s.step(m, requested)})
	s.register(m, requested)
	issued := s.after(requested, 40, 90)
	s.tell(issued, &casefile.RecordPermitIssued{Step: s.step(m, issued), Expires: issued.AddMonths(24)})
	return issued
}

// register is what the receipt of the permit request opens.
func (s *story) register(m handoff.Member, requested rules.Date) {
	receipt := s.after(requested, 0, 4)
	s.tell(receipt, &casefile.RecordPermitReceipt{Step: s.step(m, receipt)})
	residence, health := s.after(receipt, 3, 18), s.after(receipt, 5, 25)
	s.tell(residence, &casefile.RecordResidenceRegistered{Step: s.step(m, residence)})
	s.tell(health, &casefile.RecordHealthEnrolled{Step: s.step(m, health)})
}

func latest(a, b rules.Date) rules.Date {
	if a.Before(b) {
		return b
	}
	return a
}
