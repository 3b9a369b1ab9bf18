// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"slices"
	"testing"
)

func TestADueDateCanBeCountedAlong(t *testing.T) {
	book := Default()
	for _, c := range []struct {
		term      Term
		suspended int
		it, en    []string
	}{
		{book.Term(ReviewTerm, day("2025-10-03")), 0,
			[]string{"3/10/2025 + 90 giorni = 1/1/2026", "1/1/2026 non vale (Capodanno): si passa al giorno dopo, 2/1/2026"},
			[]string{"3 October 2025 + 90 days = 1 January 2026", "1 January 2026 does not count (New Year): on to the next day, 2 January 2026"}},
		{book.Term(ReviewTerm, day("2025-11-03")), 11,
			[]string{"3/11/2025 + 150 giorni = 2/4/2026", "2/4/2026 + 11 giorni di sospensione = 13/4/2026"},
			[]string{"3 November 2025 + 150 days = 2 April 2026", "2 April 2026 + 11 days of suspension = 13 April 2026"}},
		{book.Term(RefusalReply, day("2026-03-26")), 0,
			[]string{"26/3/2026 + 10 giorni = 5/4/2026", "5/4/2026 non vale (domenica): si passa al giorno dopo, 6/4/2026",
				"6/4/2026 non vale (Lunedì dell'Angelo): si passa al giorno dopo, 7/4/2026"},
			[]string{"26 March 2026 + 10 days = 5 April 2026", "5 April 2026 does not count (Sunday): on to the next day, 6 April 2026",
				"6 April 2026 does not count (Easter Monday): on to the next day, 7 April 2026"}},
		{book.Term(NullaOstaValidity, day("2025-08-31")), 0,
			[]string{"31/8/2025 + 6 mesi = 28/2/2026 (ultimo giorno del mese)"},
			[]string{"31 August 2025 + 6 months = 28 February 2026 (last day of the month)"}},
		{book.Term(HostNotice, day("2026-12-05")), 0,
			[]string{"5/12/2026 + 48 ore = 7/12/2026"}, []string{"5 December 2026 + 48 hours = 7 December 2026"}},
		{book.Term(ArrivalCheck, day("2026-12-04")), 0,
			[]string{"2 giorni lavorativi: 9/12/2026, 10/12/2026; esclusi 5/12/2026 (sabato), 6/12/2026 (domenica), 7/12/2026 (Sant'Ambrogio), 8/12/2026 (Immacolata)"},
			[]string{"2 working days: 9 December 2026, 10 December 2026; left out 5 December 2026 (Saturday), 6 December 2026 (Sunday), 7 December 2026 (Saint Ambrose), 8 December 2026 (Immaculate Conception)"}},
		{book.Named(VisaValidity, day("2026-04-08"), day("2026-10-05")), 0, nil, nil},
		{Term{Ref: Ref{Rule: "old.rule"}}, 0, nil, nil},
	} {
		var it, en []string
		for _, step := range book.Arithmetic(c.term, c.suspended) {
			it, en = append(it, step.It), append(en, step.En)
		}
		if !slices.Equal(it, c.it) || !slices.Equal(en, c.en) {
			t.Errorf("counted as\n%q\n%q\nand not\n%q\n%q", it, en, c.it, c.en)
		}
	}
}
