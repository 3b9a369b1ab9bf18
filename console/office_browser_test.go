// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ricongiungi/casefile"
)

// walk is what one kind of user looks at, on an office of its own.
type walk struct {
	Job   string   `json:"job"`
	Base  string   `json:"base"`
	Paths []string `json:"paths"`
}

// walked serves an office, prepared for the walk, to the browser.
func walked(t *testing.T, job string, role casefile.Role, prepare func(*office), paths ...string) walk {
	o := open(t)
	o.role = role
	prepare(o)
	return walk{job, o.online(), paths}
}

func asItIs(*office) {}

func TestTheOfficesPagesAreAccessibleInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	if _, err := os.Stat("browser/node_modules"); err != nil {
		t.Fatal("the browser's script is not installed: run `make browser` once")
	}
	plan := "/desk/moves/new?look=1&from=" + counsID + "&to=" + marcoID
	asked, err := json.Marshal([]walk{
		walked(t, "supervisor", casefile.Supervisor, asItIs, "/desk", "/desk/overdue", "/desk/overdue/items?item=first_contact", "/desk/idle", "/desk/backlog", "/desk/times", "/desk/approvals",
			"/desk/moves", "/desk/moves/"+moveA, "/desk/moves/new", plan, plan+"&reason=absence"),
		walked(t, "nothing", casefile.Supervisor, func(o *office) { o.bureau.empty = true }, "/desk", "/desk/overdue", "/desk/backlog", "/desk/times", "/desk/approvals", "/desk/moves", "/desk/moves/new"),
		walked(t, "nothing", casefile.Supervisor, func(o *office) { o.bureau.endless = true }, "/desk/moves/"+moveA),
	})
	if err != nil {
		t.Fatal(err)
	}
	walk := exec.CommandContext(t.Context(), "node", "browser/office.mjs")
	walk.Stdin = strings.NewReader(string(asked))
	if out, err := walk.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
