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
	"ricongiungi/casefile"
)

// online serves the office to a browser whose every request is signed in, until
// the test says that the session has ended.
func (o *office) online() string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.one.Lock() // the office is one case and a few maps
		defer o.one.Unlock()
		if what, ok := strings.CutPrefix(r.URL.Path, "/test/"); ok {
			o.away = what == "away"
			return
		}
		r.AddCookie(&http.Cookie{Name: "__Host-ricongiungi-session", Value: "in"})
		o.site.ServeHTTP(w, r)
	}))
	o.t.Cleanup(server.Close)
	return server.URL
}

// everyPage lists the addresses of all pages that a counsellor sees, one form
// among them, and of pages that are not there.
func everyPage() []string {
	paths := []string{"/", "/?all=1", "/cases", "/cases?whose=mine&phase=arrival&late=1", "/?topic=contact", "/?of=" + counsID, "/together?case=" + caseA, "/together/add_note?case=" + caseA, "/people", "/sources", "/no-such-page", "/cases/" + uuid.NewString()}
	for _, page := range []string{"", "?done=add_note", "?kept=add_note", "/papers", "/timeline", "/timeline?long=1", "/timeline?as_of=2026-02-03", "/reads", "/record", "/record/file_application"} {
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
	paths := append(everyPage(), o.last("note_added", "undo"), o.last("note_added", "correct"))
	o.browse("walk.mjs", map[string]any{"base": o.online(), "case": "/cases/" + caseA, "paths": paths, "forms": everyForm()})
}

// browse runs a script in the browser, which says what is wrong.
func (o *office) browse(script string, input map[string]any) {
	o.t.Helper()
	asked, err := json.Marshal(input)
	o.must(err)
	walk := exec.CommandContext(o.t.Context(), "node", "browser/"+script)
	walk.Stdin = strings.NewReader(string(asked))
	if out, err := walk.CombinedOutput(); err != nil {
		o.t.Errorf("%v\n%s", err, out)
	} else {
		o.t.Logf("%s", out)
	}
}

func TestTheDailyJobsAreDoneInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	if _, err := os.Stat("browser/node_modules"); err != nil {
		t.Fatal("the browser's script is not installed: run `make browser` once")
	}
	o := open(t)
	o.visas()
	for _, member := range []string{wife, daughter} {
		o.decideAll("2026-02-26", &casefile.ExpectArrival{MemberID: member, Expected: day("2026-03-05"), Confidence: "ticket"})
	}
	o.browse("jobs.mjs", map[string]any{"base": o.online(), "case": "/cases/" + caseA})
}
