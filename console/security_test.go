// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// SECURITY.md says which requirement each of these tests proves.

// everyPage tries each route of the console as somebody who is signed in.
func (o *office) everyPage(visit func(method, target string)) {
	o.t.Helper()
	known := map[string]string{"case_id": caseA, "command": "record_entry", "*": "console.css"}
	walk := func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method != http.MethodGet && method != http.MethodPost {
			return nil // assets answer to every method alike
		}
		visit(method, regexp.MustCompile(`\{([a-z_]+)\}|\*`).ReplaceAllStringFunc(pattern, func(part string) string {
			if value := known[strings.Trim(part, "{}")]; value != "" {
				return value
			}
			return wife
		}))
		return nil
	}
	o.must(chi.Walk(o.site.(chi.Routes), walk))
}

func TestEveryPageBearsItsHeadersAndIsOpenToNoOtherOrigin(t *testing.T) {
	t.Parallel()
	o := open(t)
	pages := 0
	o.everyPage(func(method, target string) {
		for _, origin := range []string{"null", "https://evil.example", "http://127.0.0.1:8080.evil.example"} {
			answer := o.ask(method, target, url.Values{}, "Origin", origin)
			h := answer.Header()
			for name := range h {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s %s says %s to %s", method, target, name, origin)
				}
			}
			policy := h.Get("Content-Security-Policy")
			if !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "base-uri 'none'") || strings.Contains(policy, "unsafe") ||
				h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") == "" {
				t.Errorf("%s %s: %v", method, target, h)
			}
			if method == http.MethodPost && answer.Code != http.StatusForbidden {
				t.Errorf("%s %s from %s is answered with %d", method, target, origin, answer.Code)
			}
		}
		pages++
	})
	if pages < 10 || len(o.orders) != 0 {
		t.Errorf("%d pages were tried, %d commands given", pages, len(o.orders))
	}
}

func TestNoPageHoldsScriptOrStyleOfItsOwn(t *testing.T) {
	t.Parallel()
	o := open(t)
	inline := regexp.MustCompile(`(?i)<script(?:>|[^>]*[^>]>[^<])|<style|\son[a-z]+=|\sstyle=|javascript:`)
	o.everyPage(func(method, target string) {
		if method != http.MethodGet {
			return
		}
		answer := o.ask(method, target, nil)
		if strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
			if found := inline.FindString(answer.Body.String()); found != "" {
				t.Errorf("%s holds %q", target, found)
			}
		}
	})
}

func TestNoPageThatIsOnlyReadChangesAnything(t *testing.T) {
	t.Parallel()
	o := open(t)
	before := len(o.facts)
	o.everyPage(func(method, target string) {
		if method == http.MethodGet {
			o.ask(method, target, nil)
		}
	})
	if len(o.orders) != 0 || len(o.facts) != before {
		t.Errorf("%d commands were given", len(o.orders))
	}
}
