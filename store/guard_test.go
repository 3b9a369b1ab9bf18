// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

func TestAProtectionLiesSealedAndIsMarkedInTheHistory(t *testing.T) {
	b := setup(t)
	view := b.opened()
	girl := view.Members[1].MemberID
	on := casefile.Step{MemberID: girl, On: view.OpenedOn}
	b.order(view.CaseID, "open_protection", &casefile.OpenProtection{Step: on, Note: "canary of danger"})

	page, err := b.History(t.Context(), views.HistoryQuery{CaseID: view.CaseID, Limit: 100})
	must(t, err)
	last := page.Items[len(page.Items)-1]
	if last.Marking != (casefile.Marking{Class: casefile.Protected, MemberID: girl}) || last.Private[girl].Note != "canary of danger" || last.Private[girl].Step != "opened" {
		t.Errorf("the entry is %+v", last)
	}
	if strings.Contains(string(last.Data), "opened") {
		t.Errorf("in the clear stands %s", last.Data)
	}
	rows, err := b.Cases(t.Context(), views.CaseQuery{Offices: []string{view.Office}, Limit: 10})
	must(t, err)
	for _, row := range rows.Items {
		if row.NextItem == "protection" {
			t.Error("the list of cases tells of a protection")
		}
	}
}

func TestAHandedOverCaseHasItsPackage(t *testing.T) {
	b := setup(t)
	view := b.opened()
	b.order(view.CaseID, "transfer_case", &casefile.TransferCase{On: view.OpenedOn, Municipality: "016024", Recipient: "comune-bergamo"})
	packages, err := b.Handovers(t.Context(), view.CaseID)
	must(t, err)
	if len(packages) != 1 || packages[0].To.Recipient != "comune-bergamo" || len(packages[0].Members) != 2 || len(packages[0].Due) == 0 {
		t.Errorf("the packages are %+v", packages)
	}
	if _, err := b.Handovers(t.Context(), counsellor.ID); err == nil {
		t.Error("an unknown case has packages")
	}
}
