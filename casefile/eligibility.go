// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strconv"

	"ricongiungi/rules"
)

// Verdict says of one member whether one condition is met, by which row of the
// law. Required is what the law asks, in the unit of the row (cents a year for
// the income).
type Verdict struct {
	MemberID  string     `json:"member_id"`
	Condition string     `json:"condition"`
	Outcome   string     `json:"verdict"` // met, not_met, not_needed or unknown
	Rule      string     `json:"rule"`
	ValidFrom rules.Date `json:"valid_from,omitzero"` // zero when there is no such row for the day
	Required  int        `json:"required,omitempty"`
}

// The outcomes of a condition.
const (
	Met       = "met"
	NotMet    = "not_met"
	NotNeeded = "not_needed"
	Unknown   = "unknown"
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

var conditionNames = map[string]rules.Text{
	"sponsor_permit": {It: "Permesso di chi chiede", En: "The sponsor's permit"},
	"residence":      {It: "Anni di soggiorno di chi chiede", En: "The sponsor's years of stay"},
	"income":         {It: "Reddito", En: "Income"},
	"housing":        {It: "Alloggio", En: "Housing"},
	"age":            {It: "Età", En: "Age"},
	"union":          {It: "Matrimonio o unione civile", En: "Marriage or civil union"},
	"unmarried":      {It: "Figlio non coniugato", En: "Unmarried child"},
	"other_parent":   {It: "Consenso dell'altro genitore", En: "Consent of the other parent"},
	"dependency":     {It: "Familiare a carico", En: "Dependency"},
	"health_cover":   {It: "Assicurazione sanitaria", En: "Health cover"},
	"kinship":        {It: "Parentela", En: "Kinship"},
}

var outcomeWords = map[string]rules.Text{
	Met:       {It: "requisito soddisfatto", En: "condition met"},
	NotMet:    {It: "requisito non soddisfatto", En: "condition not met"},
	NotNeeded: {It: "requisito non richiesto", En: "condition not required"},
	Unknown:   {It: "mancano dati per dirlo", En: "not enough is known to tell"},
}

// Explain says in one sentence whether the law's condition is met on the tested
// day, what it asks, and by which source.
func (v Verdict) Explain(tested rules.Date, book *rules.Book) rules.Text {
	name, outcome, day := conditionNames[v.Condition], outcomeWords[v.Outcome], tested.Text()
	needs, source := v.needs(book), v.source(book)
	return rules.Text{
		It: name.It + ": " + outcome.It + needs.It + "; giorno di riferimento " + day.It + " (" + source.It + ").",
		En: name.En + ": " + outcome.En + needs.En + "; judged as on " + day.En + " (" + source.En + ").",
	}
}

// source cites the row. Where a condition has several rows, or one lifts it, the
// row is named too.
func (v Verdict) source(book *rules.Book) rules.Text {
	row, ok := book.Row(rules.Ref{Rule: v.Rule, ValidFrom: v.ValidFrom})
	switch {
	case !ok:
		return rules.Text{It: "nessuna regola " + v.Rule + " per quel giorno", En: "no rule " + v.Rule + " for that day"}
	case v.Outcome == NotNeeded, v.Condition == "housing", v.Condition == "union":
		return rules.Text{It: row.Text.It + ": " + row.Citation, En: row.Text.En + ": " + row.Citation}
	}
	return rules.Text{It: row.Citation, En: row.Citation}
}

// needs says what the law asks for, where that is a quantity.
func (v Verdict) needs(book *rules.Book) rules.Text {
	row, ok := book.Row(rules.Ref{Rule: v.Rule, ValidFrom: v.ValidFrom})
	if !ok || v.Required == 0 {
		return rules.Text{}
	}
	number := strconv.Itoa(v.Required)
	switch row.Unit {
	case rules.Cents:
		euro := rules.Euro(v.Required)
		return rules.Text{It: ", servono " + euro.It + " l'anno", En: ", " + euro.En + " a year are needed"}
	case rules.SquareMetres:
		return rules.Text{It: ", servono " + number + " m²", En: ", " + number + " m² are needed"}
	case rules.Centimetres:
		return rules.Text{It: ", servono " + number + " cm", En: ", " + number + " cm are needed"}
	case rules.Months:
		return rules.Text{It: ", servono almeno " + number + " mesi", En: ", at least " + number + " months are needed"}
	case rules.Years:
		return rules.Text{It: ", il limite è " + number + " anni", En: ", the limit is " + number + " years"}
	}
	return rules.Text{}
}
