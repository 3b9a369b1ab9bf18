// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestThePagesWorkInARealBrowser walks the pages with scripts and without, in the
// languages whose scripts differ most; LANGUAGES=all in the environment walks
// all, SHOTS names a folder for pictures.
func TestThePagesWorkInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	if _, err := os.Stat("../console/browser/node_modules"); err != nil {
		t.Fatal("the browser's script is not installed: run `make browser` once")
	}
	h := open(t)
	server := httptest.NewServer(h.site)
	t.Cleanup(server.Close)
	languages := []string{"it", "en", "ar", "zh", "si"}
	if os.Getenv("LANGUAGES") == "all" {
		languages = append(languages, "fr", "es", "bn", "uk", "ru", "fil", "sq")
	}
	asked, err := json.Marshal(map[string]any{"base": server.URL, "languages": languages, "family": familyCode, "reply": replyCode, "shots": os.Getenv("SHOTS")})
	if err != nil {
		t.Fatal(err)
	}
	walk := exec.CommandContext(t.Context(), "node", "links.mjs")
	walk.Dir, walk.Stdin = "../console/browser", strings.NewReader(string(asked))
	out, err := walk.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
