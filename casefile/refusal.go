// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Refusal is a foreseen "no": a value, not an error. It names the rule that
// refused, so that a counsellor can answer the family and a judge the lawyer.
// Its texts hold codes and days only, never personal data.
type Refusal struct {
	Code string     `json:"code"`
	Rule string     `json:"rule"`           // legal source, or the invariant of the case
	Text rules.Text `json:"text"`           // one sentence, and what to do instead
	Path string     `json:"path,omitempty"` // field of the command that is at fault
}

func (r *Refusal) at(path string) *Refusal {
	r.Path = path
	return r
}

// refusalOf builds a refusal; the codes are part of the API's contract.
func refusalOf(code, rule, it, en string) *Refusal {
	return &Refusal{Code: code, Rule: rule, Text: rules.Text{It: it, En: en}}
}

func unknownMember() *Refusal {
	return refusalOf("unknown_member", "case.members",
		"Questa persona non fa parte della pratica: controlla l'identificativo del familiare.",
		"This person is not on the case: check the member id.").at("member_id")
}

func memberEnded(e Ending) *Refusal {
	return refusalOf("member_ended", "case.terminal",
		"Il percorso di questo familiare è concluso ("+string(e)+"): annulla prima quell'evento, se è sbagliato.",
		"This member's path has ended ("+string(e)+"): annul that event first if it is wrong.").at("member_id")
}

func caseClosed() *Refusal {
	return refusalOf("case_closed", "case.closed",
		"La pratica è chiusa: riaprila prima di registrare altro.",
		"The case is closed: reopen it before recording anything else.")
}

func caseUnknown() *Refusal {
	return refusalOf("case_unknown", "case.opened",
		"La pratica non esiste ancora: la apre la trasmissione della Prefettura.",
		"The case does not exist yet: a hand-off of the Prefecture opens it.")
}

func futureDay() *Refusal {
	return refusalOf("day_in_future", "case.time",
		"Il giorno è nel futuro: si registra solo ciò che è avvenuto.",
		"The day lies in the future: only what has happened is recorded.").at("on")
}

func outOfOrder(earlier string, day rules.Date) *Refusal {
	return refusalOf("days_out_of_order", "case.order",
		"Il giorno precede un passo già registrato ("+earlier+", "+day.String()+"): correggi prima quello, se è sbagliato.",
		"The day comes before a step already recorded ("+earlier+", "+day.String()+"): correct that one first if it is wrong.").at("on")
}

func alreadyRecorded(what string, day rules.Date) *Refusal {
	return refusalOf("already_recorded", "case.once",
		"È già registrato con un altro contenuto ("+what+", "+day.String()+"): usa la correzione, che conserva la storia.",
		"It is already recorded with other content ("+what+", "+day.String()+"): use a correction, which keeps the history.")
}
