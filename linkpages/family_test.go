// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/internal/secret"
	"ricongiungi/tongues"
)

func TestTheFamilyReadsWhereItIsWhatComesNextAndWhy(t *testing.T) {
	h := open(t)
	contains(t, h.page("/family?lang=en", familyCode), "Salma Fathy", "In Italy. There are visits and papers to do now.", "Go to the Sportello Unico of the Prefecture",
		"By 17 March 2026", "8 working days counted from 5 March 2026", "art. 5 c. 2 TUI", "presentazione allo Sportello Unico per l&#39;Immigrazione", "tel:020202", "7 days left", "Nour Mansour")
	contains(t, h.page("/family?lang=ar", familyCode), `lang="ar" dir="rtl"`, "حتى 17 مارس 2026", "8 أيام عمل ابتداءً من 5 مارس 2026")
	contains(t, h.page("/family?lang=it", familyCode), "Entro il giorno 17 marzo 2026")
}

func TestNamesAreWrittenAsTextAndNotAsMarkup(t *testing.T) {
	lacks(t, open(t).page("/family?lang=it", familyCode), "<script>Mansour")
}

func TestTheSecretIsTakenByPostAndNeverShownAgain(t *testing.T) {
	h := open(t)
	answer := h.ask("POST", "/family?lang=si", url.Values{"code": {strings.ToLower(familyCode)}})
	if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/family?lang=si" {
		t.Fatalf("%d %s", answer.Code, answer.Header().Get("Location"))
	}
	cookie := answer.Result().Cookies()[0]
	if !cookie.HttpOnly || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" || !strings.HasPrefix(cookie.Name, "__Host-") {
		t.Errorf("the cookie is %+v", cookie)
	}
	lacks(t, h.page("/family", familyCode)+h.log.String(), secret.Plain(familyCode), familyCode)
}

func TestThePageIsKeptNowhere(t *testing.T) {
	header := open(t).ask("GET", "/family", nil, familyCode).Header()
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"} {
		if header.Get(name) != want {
			t.Errorf("%s is %q", name, header.Get(name))
		}
	}
	if policy := header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'") {
		t.Errorf("the policy is %q", policy)
	}
}

// shut are links that do not open, each for a reason of its own.
func shut(t *testing.T) map[string]*hub {
	revoked, replaced, expired, cut, foreign := open(t), open(t), open(t), open(t), open(t)
	revoked.told("2026-03-08", &casefile.RevokeLink{LinkID: casefile.Fold(revoked.facts).PersonalLinks[0].ID})
	replaced.told("2026-03-08", &casefile.GiveFamilyLink{PersonID: sponsor, Digest: secret.Hex("another")})
	expired.now = expired.now.AddDate(1, 0, 0)
	cut.told("2026-03-08", &casefile.CutAccess{On: day("2026-03-08"), PersonID: sponsor})
	foreign.facts = nil
	return map[string]*hub{"revoked": revoked, "replaced": replaced, "expired": expired, "access cut": cut, "never given": foreign}
}

func TestEveryLinkThatDoesNotOpenIsAnsweredInTheSameWords(t *testing.T) {
	want := ""
	for why, h := range shut(t) {
		typed := h.ask("POST", "/family?lang=en", url.Values{"code": {familyCode}})
		held := h.ask("GET", "/family?lang=en", nil, familyCode)
		for _, answer := range []string{typed.Body.String(), held.Body.String()} {
			if want == "" {
				want = answer
			}
			if answer != want {
				t.Errorf("%s is answered otherwise", why)
			}
		}
		if typed.Code != http.StatusNotFound || held.Code != http.StatusNotFound {
			t.Errorf("%s is answered with %d and %d", why, typed.Code, held.Code)
		}
	}
	contains(t, want, "Call us: we will give you a new one.", "020202")
	lacks(t, want, "Salma", "Mansour")
}

func TestALinkForOnePageDoesNotOpenTheOther(t *testing.T) {
	h := open(t)
	for path, code := range map[string]string{"/family": replyCode, "/reply": familyCode} {
		if answer := h.ask("POST", path, url.Values{"code": {code}}); answer.Code != http.StatusNotFound {
			t.Errorf("%s opens with the other's link: %d", path, answer.Code)
		}
	}
}

func TestGuessingIsSlowedDownAndAGoodLinkIsNot(t *testing.T) {
	h := open(t)
	for range 50 {
		if answer := h.ask("POST", "/family", url.Values{"code": {familyCode}}); answer.Code != http.StatusSeeOther {
			t.Fatalf("a good link is answered with %d", answer.Code)
		}
	}
	for range triesAtOnce {
		h.ask("POST", "/family", url.Values{"code": {"wrong"}})
	}
	answer := h.ask("POST", "/family?lang=en", url.Values{"code": {"wrong"}})
	if answer.Code != http.StatusTooManyRequests || answer.Header().Get("Retry-After") == "" {
		t.Errorf("the last guess is answered with %d", answer.Code)
	}
	contains(t, answer.Body.String(), "Wait a few minutes")
}

func TestWhileTheDatabaseIsAwayTheReaderIsToldToComeBack(t *testing.T) {
	h := open(t)
	h.down = true
	answer := h.ask("GET", "/family?lang=en", nil, familyCode)
	if answer.Code != http.StatusServiceUnavailable {
		t.Error(answer.Code)
	}
	contains(t, answer.Body.String(), "Try again in a few minutes")
}

func TestThePageCanBeClosedOnThisDevice(t *testing.T) {
	answer := open(t).ask("POST", "/family/leave?lang=en", nil, familyCode)
	if cookie := answer.Result().Cookies()[0]; cookie.MaxAge >= 0 || cookie.Value != "" {
		t.Errorf("the cookie is %+v", cookie)
	}
	contains(t, answer.Body.String(), "The page is closed.")
}

// longest is the case with most on its page: a separated family has less.
func TestThePageFitsASlowNetworkInEveryLanguage(t *testing.T) {
	h, largest := open(t), 0
	for _, lang := range tongues.Languages() {
		page := h.page("/family?lang="+lang, familyCode)
		largest = max(largest, len(page))
		if other := regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).FindString(page); other != "" || strings.Contains(page, "<img") || strings.Contains(page, "@font-face") {
			t.Errorf("%s asks for more than the page", lang)
		}
	}
	t.Logf("the largest page has %d bytes, before compression", largest)
	if largest > 100_000 {
		t.Errorf("the largest page has %d bytes", largest)
	}
}

func TestNothingOnThePageIsLeftUnsaid(t *testing.T) {
	unsaid := regexp.MustCompile(`>\s*(?:item|stage|paper|page|due|why|doc|official|link|say|reply|status)\.[a-z_.]+|<no value>|ZgotmplZ|%!`)
	h := open(t)
	for _, lang := range tongues.Languages() {
		for _, page := range []string{h.page("/family?lang="+lang, familyCode), h.page("/family?lang=" + lang), h.page("/reply?lang="+lang, replyCode)} {
			if found := unsaid.FindString(page); found != "" {
				t.Errorf("%s: %q", lang, found)
			}
		}
	}
}
