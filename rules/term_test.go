// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"strings"
	"testing"
)

func TestATermEndsOnItsLastDayOrTheNextOneThatIsNoHoliday(t *testing.T) {
	book := Default()
	for _, c := range []struct{ rule, from, due, why string }{
		{ReviewTerm, "2025-10-03", "2026-01-02", "New Year"},
		{ReviewTerm, "2025-10-04", "2026-03-03", "150 days"},
		{RefusalReply, "2026-01-15", "2026-01-26", "a Sunday"},
		{RefusalReply, "2026-01-14", "2026-01-24", "a Saturday is no holiday"},
		{VisaDecision, "2026-11-07", "2026-12-09", "two holidays in a row"},
		{NullaOstaValidity, "2025-08-31", "2026-02-28", "no 31 February"},
		{HostNotice, "2026-12-23", "2026-12-25", "48 hours do not wait for a working day"},
		{Presentation, "2026-12-23", "2027-01-07", "working days"},
	} {
		if got := book.Term(c.rule, day(c.from)); got.Due != day(c.due) {
			t.Errorf("%s from %s is due on %s, not on %s (%s)", c.rule, c.from, got.Due, c.due, c.why)
		}
	}
}

func TestAProcedureKeepsTheTermItWasBegunUnder(t *testing.T) {
	term := Default().TermUnder(ReviewTerm, day("2025-10-03"), day("2025-11-03"))
	if term.ValidFrom != day("2017-02-18") || term.Due != day("2026-02-02") { // 1 February is a Sunday
		t.Errorf("the term is %+v", term)
	}
}

func TestAPostponedTermIsCountedAnewAndRolledOnce(t *testing.T) {
	book := Default()
	term := book.Term(ReviewTerm, day("2025-10-03"))                                                                   // day 90 is New Year, moved to 2 January
	for suspended, want := range map[int]string{0: "2026-01-02", 1: "2026-01-02", 3: "2026-01-05", 10: "2026-01-12"} { // 4 and 11 January are Sundays
		if got := book.Postponed(term, suspended); got != day(want) {
			t.Errorf("after %d days it is due on %s, not on %s", suspended, got, want)
		}
	}
	gone := Term{Ref: Ref{Rule: "old.rule"}, Due: day("2026-01-02")}
	if got := book.Postponed(gone, 10); got != day("2026-01-12") {
		t.Errorf("a term whose row is gone is due on %s", got)
	}
}

func TestATermExplainsItself(t *testing.T) {
	book := Default()
	for _, c := range []struct {
		term   Term
		it, en string
	}{
		{book.Term(Presentation, day("2026-11-27")),
			"Presentazione al SUI e richiesta del permesso dopo l'ingresso: 8 giorni lavorativi dal 27/11/2026, esclusi sabati, domeniche e festivi, scade l'11/12/2026 (art. 5 c. 2 TUI).",
			"Presentation at the SUI and permit request after entry: 8 working days from 27 November 2026, Saturdays, Sundays and holidays not counted, due on 11 December 2026 (art. 5 c. 2 TUI)."},
		{book.Term(NullaOstaValidity, day("2025-08-31")),
			"Richiesta del visto con il nulla osta: 6 mesi dal 31/8/2025, scade il 28/2/2026 (art. 6 c. 5 Reg).",
			"Visa request under the nulla osta: 6 months from 31 August 2025, due on 28 February 2026 (art. 6 c. 5 Reg)."},
		{book.Term(HostNotice, day("2026-05-04")),
			"Comunicazione di ospitalità di chi alloggia: 48 ore dal 4/5/2026, scade il 6/5/2026 (art. 7 TUI).",
			"Notice by whoever hosts the person: 48 hours from 4 May 2026, due on 6 May 2026 (art. 7 TUI)."},
		{book.Term(AppointmentOutcome, day("2026-05-04")),
			"Esito dell'appuntamento da registrare: 1 giorno lavorativo dal 4/5/2026, esclusi sabati, domeniche e festivi, scade il 5/5/2026 (regola del servizio WeMi).",
			"Outcome of the appointment to be recorded: 1 working day from 4 May 2026, Saturdays, Sundays and holidays not counted, due on 5 May 2026 (regola del servizio WeMi)."},
		{book.Term(CheckIn1, day("2026-05-11")),
			"Colloquio a 1 mese dal primo ingresso: 1 mese dall'11/5/2026, scade l'11/6/2026 (regola del servizio WeMi).",
			"Check-in 1 month after the first entry: 1 month from 11 May 2026, due on 11 June 2026 (regola del servizio WeMi)."},
		{book.Term(CheckIn1, day("2026-05-04")),
			"Colloquio a 1 mese dal primo ingresso: 1 mese dal 4/5/2026, scade il 4/6/2026 (regola del servizio WeMi).",
			"Check-in 1 month after the first entry: 1 month from 4 May 2026, due on 4 June 2026 (regola del servizio WeMi)."},
		{book.Named(VisaValidity, day("2026-04-08"), day("2026-10-05")),
			"Ingresso con il visto: scade il 5/10/2026, giorno indicato nell'atto (art. 6 Reg; visto D fino a un anno).",
			"Entry under the visa: due on 5 October 2026, a day named in the act (art. 6 Reg; visto D fino a un anno)."},
		{Term{Ref: Ref{Rule: "old.rule", ValidFrom: day("1999-01-01")}, Due: day("2026-10-05")},
			"Regola old.rule in vigore dal 1999-01-01, non più nel registro: scadenza 5/10/2026.",
			"Rule old.rule in force from 1999-01-01, no longer in the book: due 5 October 2026."},
	} {
		if got := book.Explain(c.term); got != (Text{It: c.it, En: c.en}) {
			t.Errorf("explained as\n%s\n%s\nand not\n%s\n%s", got.It, got.En, c.it, c.en)
		}
	}
}

func TestEveryRuleThatIsATermExplainsItself(t *testing.T) {
	book := Default()
	for id, unit := range units {
		if unitWords[unit].En == "" {
			continue
		}
		why := book.Explain(book.Term(id, day("2026-05-04")))
		if !strings.Contains(why.It, " dal 4/5/2026") || !strings.Contains(why.En, " from 4 May 2026") {
			t.Errorf("%s is explained as %+v", id, why)
		}
	}
}
