// SPDX-License-Identifier: AGPL-3.0-or-later

package access

import (
	"strings"
	"testing"

	"ricongiungi/casefile"
)

func TestAnOfficeSeesTheHubsOfItsRowsAndNoOthers(t *testing.T) {
	t.Parallel()
	rights, err := Default().WithOffices(strings.NewReader("office,sees\nedu-mi,wemi-mi\nedu-mi,wemi-monza\n"))
	if err != nil {
		t.Fatal(err)
	}
	for hub, want := range map[string]bool{"wemi-mi": true, "wemi-monza": true, "wemi-to": false, "": false} {
		if got := rights.Sees(casefile.Actor{Office: "edu-mi"}, hub); got != want {
			t.Errorf("sees %q: %t", hub, got)
		}
	}
	if rights.Sees(casefile.Actor{Office: "wemi-mi"}, "wemi-mi") {
		t.Error("an office without a row sees its own cases")
	}
	if hubs := rights.Offices(casefile.Actor{Office: "unknown"}); hubs == nil || len(hubs) != 0 {
		t.Errorf("an unknown office sees %v", hubs)
	}
}

func TestABrokenTableOfOfficesIsRefused(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"", "office\n", "hub,sees\n", "office,sees\nwemi-mi\n", "office,sees\na,b,c\n"} {
		if _, err := Default().WithOffices(strings.NewReader(table)); err == nil {
			t.Errorf("accepted %q", table)
		}
	}
}
