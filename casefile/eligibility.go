// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// assessment judges the members of a case by what was told about them.
type assessment struct {
	state  *State
	facts  RecordConditions
	book   *rules.Book
	tested rules.Date // the day on which the conditions must be met
}

// verdicts judges every member of whom the law asks something, in a fixed order.
func (a assessment) verdicts() []Verdict {
	all := []Verdict{}
	for _, m := range a.state.Members {
		judge := judgement{assessment: a, m: m, told: a.about(m.ID)}
		for _, v := range judge.conditions() {
			v.MemberID = m.ID
			all = append(all, v)
		}
	}
	return all
}

func (a assessment) about(id string) MemberFacts {
	for _, facts := range slices.Backward(a.facts.Members) {
		if facts.MemberID == id {
			return facts
		}
	}
	return MemberFacts{}
}

// judgement is the assessment of one member.
type judgement struct {
	assessment
	m    *Member
	told MemberFacts
}

func (j judgement) conditions() []Verdict {
	found := []Verdict{j.sponsorPermit(), j.residence(), j.income(), j.housing()}
	switch j.m.Kinship {
	case Spouse, CivilPartner:
		found = append(found, j.spouseAge(), j.union())
	case MinorChild:
		found = append(found, j.childAge(), j.unmarried(), j.otherParent())
	case AdultDependent:
		found = append(found, j.disability())
	case Parent:
		found = append(found, j.parentsNeed())
		if j.elderly() {
			found = append(found, j.healthCover())
		}
	default:
		found = append(found, j.excluding("kinship", rules.OtherRelatives, Yes))
	}
	return found
}

// by is a verdict under the row in force on the tested day.
func (a assessment) by(condition, outcome, rule string) Verdict {
	return verdictOf(condition, outcome, a.book.At(rule, a.tested), 0)
}

func verdictOf(condition, outcome string, row rules.Rule, required int) Verdict {
	return Verdict{Condition: condition, Outcome: outcome, Rule: row.ID, ValidFrom: row.From, Required: required}
}

func outcomeOf(met bool) string {
	if met {
		return Met
	}
	return NotMet
}

// outcomeFor reads an answer of which yes means that the condition is met.
func outcomeFor(a Answer) string {
	switch a {
	case Yes:
		return Met
	case No:
		return NotMet
	}
	return Unknown
}

// sponsorPermit is art. 28 c. 1 TUI: which permit, and for how long.
func (a assessment) sponsorPermit() Verdict {
	least := a.book.At(rules.SponsorPermit, a.tested)
	verdict := func(outcome string) Verdict { return verdictOf("sponsor_permit", outcome, least, least.Number()) }
	switch permit := a.facts.Sponsor; {
	case permit.Permit == "":
		return verdict(Unknown)
	case permit.Permit == "seasonal":
		return a.excluding("sponsor_permit", rules.SponsorSeasonal, Yes)
	case permit.Permit == "other":
		return verdict(NotMet)
	case permit.Permit == "eu_long_term", a.protected(), permit.RenewalPending == Yes:
		return verdict(Met)
	case permit.PermitMonths == 0:
		return verdict(Unknown)
	default:
		return verdict(outcomeOf(permit.PermitMonths >= least.Number()))
	}
}

func (a assessment) protected() bool { return a.protection() != "" }

// protection names the rule that speaks of the sponsor's international protection.
func (a assessment) protection() string {
	return map[string]string{"refugee": rules.RefugeeSponsor, "subsidiary_protection": rules.SubsidiarySponsor}[a.facts.Sponsor.Permit]
}

// exempted gives the row that lifts a condition, if there is one on the day.
func (a assessment) exempted(rule string) (rules.Rule, bool) {
	if rule == "" {
		return rules.Rule{}, false
	}
	row, known := a.book.Find(rule, a.tested)
	return row, known && row.Value == "exempt"
}

// residence is the unbroken stay of DL 145/2024, judged on the day of filing.
func (j judgement) residence() Verdict {
	least, exists := j.book.Find(rules.Residence, j.tested)
	if !exists {
		return Verdict{Condition: "residence", Outcome: NotNeeded, Rule: rules.Residence}
	}
	if row, exempt := j.exempted(j.residenceException()); exempt {
		return verdictOf("residence", NotNeeded, row, 0)
	}
	since, outcome := j.facts.Sponsor.ResidentSince, Unknown
	if !since.IsZero() {
		outcome = outcomeOf(!j.tested.Before(since.AddMonths(least.Number())))
	}
	return verdictOf("residence", outcome, least, least.Number())
}

func (j judgement) residenceException() string {
	if j.protected() {
		return rules.ResidenceProtection
	}
	if j.m.Kinship == MinorChild {
		return rules.ResidenceMinors
	}
	return map[string]string{"blue_card": rules.ResidenceBlueCard, "ict": rules.ResidenceICT}[j.facts.Sponsor.Permit]
}

func (j judgement) spouseAge() Verdict {
	least, birth := j.book.At(rules.SpouseAge, j.tested), j.m.Who.BirthDate
	outcome := Unknown
	if !birth.IsZero() {
		outcome = outcomeOf(birth.AgeOn(j.tested) >= least.Number())
	}
	return verdictOf("age", outcome, least, least.Number())
}

// childAge is art. 29 c. 2 TUI: who is a minor on the day of filing stays one
// for the whole procedure.
func (j judgement) childAge() Verdict {
	age, birth := j.book.At(rules.MinorAge, j.tested), j.m.Who.BirthDate
	outcome := Unknown
	if !birth.IsZero() {
		outcome = outcomeOf(birth.AgeOn(j.dayOf(rules.MinorDay)) < age.Number())
	}
	return verdictOf("age", outcome, age, age.Number())
}

// excluding reads an answer of which yes means that the law shuts somebody out.
func (a assessment) excluding(condition, rule string, answer Answer) Verdict {
	outcome := Unknown
	switch {
	case a.book.At(rule, a.tested).Value != "excluded":
		outcome = NotNeeded
	case answer == Yes:
		outcome = NotMet
	case answer == No:
		outcome = Met
	}
	return a.by(condition, outcome, rule)
}

// union is art. 29 c. 1 lett. a and c. 1-ter TUI.
func (j judgement) union() Verdict {
	separated := j.excluding("union", rules.SeparatedSpouse, j.told.Separated)
	second := j.excluding("union", rules.SecondSpouse, j.told.AnotherSpouse)
	if second.Outcome == NotMet || separated.Outcome == Met && second.Outcome == Unknown {
		return second
	}
	return separated
}

func (j judgement) unmarried() Verdict {
	return j.excluding("unmarried", rules.MarriedChild, j.told.Married)
}

func (j judgement) otherParent() Verdict {
	if j.book.At(rules.OtherParent, j.tested).Value != "required" {
		return j.by("other_parent", NotNeeded, rules.OtherParent)
	}
	return j.by("other_parent", outcomeFor(j.told.OtherParent), rules.OtherParent)
}

// disability is art. 29 c. 1 lett. c TUI.
func (j judgement) disability() Verdict {
	outcome := outcomeFor(j.told.Dependent)
	if j.book.At(rules.AdultChild, j.tested).Value == "total_disability" {
		outcome = both(outcome, outcomeFor(j.told.Disabled))
	}
	return j.by("dependency", outcome, rules.AdultChild)
}

// both is met when both are, and not met as soon as one is not.
func both(a, b string) string {
	switch {
	case a == NotMet || b == NotMet:
		return NotMet
	case a == Met && b == Met:
		return Met
	}
	return Unknown
}

// parentsNeed is art. 29 c. 1 lett. d TUI: dependent without other children in
// the country, or over sixty-five when those children cannot help.
func (j judgement) parentsNeed() Verdict {
	switch birth := j.m.Who.BirthDate; {
	case j.told.OtherChildren == No:
		return j.by("dependency", outcomeFor(j.told.Dependent), rules.DependentParent)
	case j.told.OtherChildren == "", birth.IsZero():
		return j.by("dependency", Unknown, rules.ParentAge)
	case !j.elderly():
		return verdictOf("dependency", NotMet, j.book.At(rules.ParentAge, j.tested), j.book.At(rules.ParentAge, j.tested).Number())
	}
	return j.by("dependency", outcomeFor(j.told.Unsupported), rules.ParentAge)
}

// elderly tells whether the parent has completed the age of art. 29 c. 1 lett. d TUI.
func (j judgement) elderly() bool {
	birth := j.m.Who.BirthDate
	return !birth.IsZero() && birth.AgeOn(j.tested) >= j.book.At(rules.ParentAge, j.tested).Number()
}

// healthCover is art. 29 c. 3 lett. b-bis TUI: on filing a commitment is enough.
func (j judgement) healthCover() Verdict {
	if row, exempt := j.exempted(j.protection()); exempt {
		return verdictOf("health_cover", NotNeeded, row, 0)
	}
	row, exists := j.book.Find(rules.HealthCover, j.tested)
	if !exists || row.Value != "required" {
		return Verdict{Condition: "health_cover", Outcome: NotNeeded, Rule: rules.HealthCover, ValidFrom: row.From}
	}
	return verdictOf("health_cover", outcomeFor(j.told.HealthCover), row, 0)
}
