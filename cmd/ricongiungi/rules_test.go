// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/oversight"
	"ricongiungi/rules"
)

func shift(caseID, member, effect string) casefile.Shift {
	return casefile.Shift{CaseID: caseID, MemberID: member, Kind: "date", Item: "presentation", Rule: rules.Presentation,
		Was: "2026-05-14", Is: "2026-05-07", Effect: effect}
}

func TestAForecastCountsDatesAndCasesAndIsInOrder(t *testing.T) {
	t.Parallel()
	var found oversight.Shifts
	found.Add([]casefile.Shift{shift("b", "m3", casefile.Moved)})
	found.Add([]casefile.Shift{shift("a", "m2", casefile.BecomesLate), shift("a", "m1", casefile.BecomesLate)})
	found.Add(nil)
	f := found.Trial(3)
	want := []oversight.Tally{{Kind: "date", Item: "presentation", Effect: casefile.BecomesLate, Count: 2, Cases: 1}, {Kind: "date", Item: "presentation", Effect: casefile.Moved, Count: 1, Cases: 1}}
	if f.Cases != 3 || f.Touched != 2 || len(f.Tallies) != 2 || f.Tallies[0] != want[0] || f.Tallies[1] != want[1] {
		t.Errorf("counted %+v", f)
	}
	var table bytes.Buffer
	if err := publish(&table, f, filepath.Join(t.TempDir(), "shifts.csv"), false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(table.String(), "3 cases looked at; something would change in 2 of them.") {
		t.Errorf("published %q", table.String())
	}
	const csv = "case_id,member_id,kind,item,subject,rule,was,is,effect\n" +
		"a,m1,date,presentation,,entry.presentation,2026-05-14,2026-05-07,becomes_late\n" +
		"a,m2,date,presentation,,entry.presentation,2026-05-14,2026-05-07,becomes_late\n" +
		"b,m3,date,presentation,,entry.presentation,2026-05-14,2026-05-07,moved\n"
	if lines := string(oversight.CSV(f)); lines != csv {
		t.Errorf("written\n%s", lines)
	}
}

func TestAnExplanationNamesRuleStartSuspensionsAndArithmetic(t *testing.T) {
	t.Parallel()
	book := rules.Default()
	filed, notice := rules.On(2025, 11, 3), rules.On(2026, 1, 12)
	term := book.Term(rules.ReviewTerm, filed)
	standing := []casefile.Fact{{EventID: "e1", OccurredAt: filed.Start(), Event: &casefile.ApplicationFiled{Term: term}}}
	due := casefile.Due{Item: "decision", Term: term, Pauses: []casefile.Pause{{From: notice, To: notice.AddDays(10)}}}
	due.Term.Due = book.Postponed(term, 10)
	condition := casefile.Verdict{MemberID: "m1", Condition: "income", Outcome: casefile.NotMet, Rule: rules.SocialAllowance, ValidFrom: rules.On(2025, 1, 1), Required: 1050446}
	view := casefile.View{Agenda: []casefile.DueView{{Due: due, DueOn: due.Term.Due, Why: due.Explain(book)}},
		Members: []casefile.MemberView{{MemberID: "m1", Conditions: []casefile.ConditionView{{Verdict: condition, TestedOn: filed, Why: condition.Explain(filed, book)}}}}}
	var out bytes.Buffer
	explain(view, standing, book).write(&out)
	for _, part := range []string{
		"2026-04-13  decision", "it: Decisione dello Sportello Unico sulla domanda", "en: Decision of the Sportello Unico",
		"counted from 2025-11-03 (application_filed)", "it: 3/11/2025 + 150 giorni = 2/4/2026", "en: 2 April 2026 + 10 days of suspension = 12 April 2026",
		"12 April 2026 does not count (Sunday): on to the next day, 13 April 2026",
		"suspended from 2026-01-12 until 2026-01-22: 10 days", "rule review.term = 150 days, in force from 2025-10-04; art. 29 c. 8 TUI",
		"DATES AS THEY WERE SET\n2026-04-02  application_filed", "not_met  income of member m1", "servono 10.504,46 € l'anno",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not in\n%s", part, out.String())
		}
	}
}
