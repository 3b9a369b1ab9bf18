// SPDX-License-Identifier: AGPL-3.0-or-later

package access

import (
	"testing"

	"ricongiungi/casefile"
)

func TestWhoIsRestrictedIsShownToTheSupervisorOnly(t *testing.T) {
	t.Parallel()
	people := []casefile.Person{
		{PersonID: "a", Restricted: true, Particulars: casefile.Particulars{FamilyName: "Rossi"}},
		{PersonID: "b", Particulars: casefile.Particulars{FamilyName: "Verdi"}},
	}
	for _, role := range casefile.OperatorRoles() {
		shown := Unrestricted(people, role)
		if visible := shown[0].FamilyName != ""; visible != (role == casefile.Supervisor) || !shown[0].Restricted || shown[1] != people[1] {
			t.Errorf("%s sees %+v", role, shown)
		}
	}
	if people[0].FamilyName != "Rossi" {
		t.Error("masking changed what is kept")
	}
}
