// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ricongiungi/schools/desk/desktest"
)

// everySchoolPage lists the addresses that the education department sees.
func (o *office) everySchoolPage() []string {
	return []string{"/schools", "/schools?municipio=9", childAddress + daughter, "/schools/placements", o.makeRun(), "/schools/list", "/schools/list?level=primaria&grade=5",
		"/schools/list/" + desktest.Near, "/schools/list/" + desktest.CPIA, "/schools/places", "/schools/demand", "/schools/demand?group_by=month,level",
		"/schools/forecast?group_by=level", "/schools/indicators", "/sources"}
}

func TestEverySchoolPageIsAccessibleInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	if _, err := os.Stat("browser/node_modules"); err != nil {
		t.Fatal("the browser's script is not installed: run `make browser` once")
	}
	o := open(t).department()
	asked, err := json.Marshal(map[string]any{"base": o.online(), "paths": o.everySchoolPage(), "pages_only": true})
	o.must(err)
	walk := exec.CommandContext(t.Context(), "node", "browser/walk.mjs")
	walk.Stdin = strings.NewReader(string(asked))
	if out, err := walk.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
