// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// income is art. 29 c. 3 lett. b TUI. Where a child's age is not known both
// floors are tried, and the verdict stands only if they agree.
func (a assessment) income() Verdict {
	if row, exempt := a.exempted(a.protection()); exempt {
		return verdictOf("income", NotNeeded, row, 0)
	}
	least, most := a.family()
	floor, row, known := a.book.IncomeFloor(a.incomeYear(), least)
	if !known {
		return Verdict{Condition: "income", Outcome: Unknown, Rule: rules.SocialAllowance}
	}
	lower, _, _ := a.book.IncomeFloor(a.incomeYear(), most)
	outcome, income := Unknown, a.counted()
	switch {
	case a.facts.Sponsor.IncomeYear == 0:
	case income >= floor:
		outcome = Met
	case income < lower:
		outcome = NotMet
	}
	return verdictOf("income", outcome, row, floor)
}

// family counts the relatives, with the fewest and the most children under
// fourteen that what is known allows.
func (a assessment) family() (least, most rules.Family) {
	age, day := a.book.At(rules.IncomeChildAge, a.tested).Number(), a.dayOf(rules.UnderFourteenDay)
	for _, m := range a.state.Members {
		if m.Ending == Withdrawn || m.Ending == Deceased {
			continue
		}
		least.Members++
		birth := m.Who.BirthDate
		if m.Kinship == MinorChild && birth.IsZero() {
			most.UnderFourteen++
		}
		if m.Kinship == MinorChild && !birth.IsZero() && birth.AgeOn(day) < age {
			least.UnderFourteen++
		}
	}
	if a.book.At(rules.IncomeReunited, a.tested).Value == "yes" {
		least.Members += a.facts.Sponsor.Reunited
	}
	return least, rules.Family{Members: least.Members, UnderFourteen: least.UnderFourteen + most.UnderFourteen}
}

func (a assessment) incomeYear() int {
	if told := a.facts.Sponsor.IncomeYear; told != 0 && a.book.At(rules.IncomeYear, a.tested).Value == "income_year" {
		return told
	}
	return a.tested.Year
}

func (a assessment) counted() int {
	total := a.facts.Sponsor.Income
	if a.book.At(rules.IncomeCohabitants, a.tested).Value == "yes" {
		for _, cents := range a.facts.Sponsor.Cohabitants {
			total += cents
		}
	}
	return total
}

// dayOf is the day on which an age counts under the rule: that of the filing or
// that of the check.
func (a assessment) dayOf(rule string) rules.Date {
	if a.book.At(rule, a.tested).Value == "at_check" {
		return a.facts.On
	}
	return a.tested
}

// housing is art. 29 c. 3 lett. a TUI.
func (j judgement) housing() Verdict {
	if row, exempt := j.exempted(j.protection()); exempt {
		return verdictOf("housing", NotNeeded, row, 0)
	}
	if row, enough := j.consentIsEnough(); enough {
		return verdictOf("housing", Met, row, row.Number())
	}
	check := j.book.At(rules.HousingCheck, j.tested)
	if outcome := outcomeFor(j.facts.Home.Certificate); outcome == NotMet || check.Value == "certificate" {
		return verdictOf("housing", outcome, check, 0)
	}
	return j.measures()
}

// consentIsEnough tells whether the owner's consent stands in for the
// certificate: a small child joins a parent.
func (j judgement) consentIsEnough() (rules.Rule, bool) {
	age, birth := j.book.At(rules.HousingConsentAge, j.tested), j.m.Who.BirthDate
	small := j.m.Kinship == MinorChild && !birth.IsZero() && birth.AgeOn(j.dayOf(rules.UnderFourteenDay)) < age.Number()
	alone := j.facts.Home.OtherChild == No || j.book.At(rules.HousingConsentOnly, j.tested).Value == "no"
	return age, small && alone && j.facts.Home.OwnersConsent == Yes
}

// measures holds the home against the decree of 5 July 1975. One measure that
// falls short decides; otherwise the certificate must be there too.
func (a assessment) measures() Verdict {
	home := a.facts.Home
	required, row, allowed := a.areaNeeded()
	height := a.book.At(rules.HousingHeight, a.tested)
	living := a.book.At(rules.HousingLivingRoom, a.tested)
	switch {
	case !allowed, home.Area > 0 && home.Persons > 0 && home.Area < required:
		return verdictOf("housing", NotMet, row, required)
	case home.Height > 0 && home.Height < height.Number():
		return verdictOf("housing", NotMet, height, height.Number())
	case home.LivingRoom > 0 && home.LivingRoom < living.Number():
		return verdictOf("housing", NotMet, living, living.Number())
	case len(home.Bedrooms) > 0 && a.beds() < home.Persons:
		return a.by("housing", NotMet, rules.HousingBedroomOne)
	case home.Area == 0 || home.Persons == 0:
		return verdictOf("housing", Unknown, row, 0)
	}
	return verdictOf("housing", outcomeFor(home.Certificate), row, required)
}

func (a assessment) areaNeeded() (squareMetres int, row rules.Rule, allowed bool) {
	home := a.facts.Home
	if home.Studio {
		return a.book.StudioArea(a.tested, home.Persons)
	}
	squareMetres, row = a.book.FloorArea(a.tested, home.Persons)
	return squareMetres, row, true
}

func (a assessment) beds() int {
	beds := 0
	for _, area := range a.facts.Home.Bedrooms {
		beds += a.book.Sleeps(a.tested, area)
	}
	return beds
}
