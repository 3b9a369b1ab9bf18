// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/uuid"

	"ricongiungi/access"
)

// online serves the office to a browser whose every request is signed in.
func (o *office) online() string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "__Host-ricongiungi-session", Value: "in"})
		o.site.ServeHTTP(w, r)
	}))
	o.t.Cleanup(server.Close)
	return server.URL
}

// everyPage lists the addresses of all pages that a counsellor sees, one form
// among them, and of pages that are not there.
func everyPage() []string {
	paths := []string{"/", "/?all=1", "/cases", "/cases?mine=1&phase=arrival", "/people", "/sources", "/no-such-page", "/cases/" + uuid.NewString()}
	for _, page := range []string{"", "?done=add_note", "?done=pending", "/timeline", "/timeline?long=1", "/timeline?as_of=2026-02-03", "/reads", "/record", "/record/file_application"} {
		paths = append(paths, "/cases/"+caseA+page)
	}
	return append(paths, "/cases/"+caseA+"/record/record_needs_profile")
}

func everyForm() []string {
	var paths []string
	for _, row := range groupsOfCommands {
		if drawable(row.command) && access.Default().Commands[row.command].Roles["counsellor"] {
			paths = append(paths, "/cases/"+caseA+"/record/"+row.command)
		}
	}
	return paths
}

func TestEveryPageIsAccessibleInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	if _, err := os.Stat("browser/node_modules"); err != nil {
		t.Fatal("the browser's script is not installed: run `make browser` once")
	}
	o := open(t)
	asked, err := json.Marshal(map[string]any{"base": o.online(), "case": "/cases/" + caseA, "paths": everyPage(), "forms": everyForm()})
	o.must(err)
	walk := exec.CommandContext(t.Context(), "node", "browser/walk.mjs")
	walk.Stdin = strings.NewReader(string(asked))
	if out, err := walk.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
