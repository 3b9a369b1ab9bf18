// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
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
