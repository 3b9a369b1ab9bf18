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

// officeWalks are what each kind of user looks at, and the job each does.
var officeWalks = []struct {
	name, job string
	role      casefile.Role
	prepare   func(*office)
	paths     []string
}{
	{"supervisor", "supervisor", casefile.Supervisor, asItIs, []string{"/desk", "/desk/overdue", "/desk/overdue/items?item=first_contact", "/desk/idle", "/desk/backlog", "/desk/times", "/desk/approvals", "/desk/moves",
		"/desk/moves/" + moveA, "/desk/moves/new", "/desk/moves/new?look=1&from=" + counsID, "/desk/moves/new?look=1&reason=absence&from=" + counsID + "&to=" + marcoID, "/desk/rules", "/desk/rules/" + moveA, "/handoffs/" + handoffA}},
	{"officer", "officer", casefile.SUIOfficer, asItIs, []string{"/handoffs", "/handoffs/quarantine", "/handoffs/gaps", "/handoffs/send"}},
	{"auditor", "auditor", casefile.Auditor, asItIs, []string{"/log", "/log?case=nothing", "/log/verify", "/log/checkpoint"}},
	{"operator", "operator", casefile.Operator, asItIs, []string{"/health", "/handoffs/" + handoffA}},
	{"nothing there", "", casefile.Supervisor, func(o *office) { o.bureau.empty, o.back.nothing = true, true },
		[]string{"/desk", "/desk/overdue", "/desk/backlog", "/desk/times", "/desk/approvals", "/desk/moves", "/handoffs", "/handoffs/gaps", "/log"}},
	{"under way", "", casefile.Supervisor, func(o *office) { o.bureau.endless, o.back.going = true, true }, []string{"/desk/moves/" + moveA, "/desk/rules/" + moveA, "/log/verify/" + moveA}},
	{"in trouble", "", casefile.Operator, func(o *office) { o.back.altered = true }, []string{"/health", "/log/verify/" + moveA}},
}

func asItIs(*office) {}

func TestPagesOfThoseWhoLookAfterManyCasesAreAccessibleInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	if _, err := os.Stat("browser/node_modules"); err != nil {
		t.Fatal("the browser's script is not installed: run `make browser` once")
	}
	for _, w := range officeWalks {
		t.Run(w.name, func(t *testing.T) {
			o := open(t)
			o.role = w.role
			w.prepare(o)
			asked, err := json.Marshal(map[string]any{"base": o.online(), "job": w.job, "paths": w.paths})
			o.must(err)
			walk := exec.CommandContext(t.Context(), "node", "browser/office.mjs")
			walk.Stdin = strings.NewReader(string(asked))
			if out, err := walk.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			} else {
				t.Logf("%s", out)
			}
		})
	}
}
