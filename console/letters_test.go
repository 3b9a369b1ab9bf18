// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/family"
	"ricongiungi/internal/secret"
	"ricongiungi/letters"
	"ricongiungi/rules"
)

// Facts is the history from which letters are drawn up.
func (o *office) Facts(context.Context, string) ([]casefile.Fact, error) { return o.facts, nil }

func (o *office) letterDesk() Letters {
	writer, err := letters.NewWriter(rules.Default(), family.DefaultContacts())
	o.must(err)
	return &letters.Desk{Writer: writer, Printer: letters.NewPrinter(""), Histories: o}
}

func (o *office) letters(path string, pairs ...string) string {
	form := url.Values{"key": {uuid.NewString()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	answer := o.ask("POST", "/cases/"+caseA+path, form, "Accept-Language", "en")
	if answer.Code == http.StatusSeeOther {
		return o.page(answer.Header().Get("Location"), "Accept-Language", "en")
	}
	return answer.Body.String()
}

func TestALinkIsShownOnceAndOnlyItsDigestIsRecorded(t *testing.T) {
	t.Parallel()
	o := open(t)
	page := o.letters("/links", "person_id", wife)
	found := regexp.MustCompile(`/family\?lang=ar#([0-9A-Z-]{39})`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no link on the page:\n%s", page)
	}
	links := casefile.Fold(o.facts).PersonalLinks
	if len(links) != 1 || links[0].Digest != secret.Hex(found[1]) || links[0].PersonID != wife {
		t.Errorf("recorded %+v", links)
	}
	if again := o.page("/cases/"+caseA+"/letters", "Accept-Language", "en"); strings.Contains(again, found[1]) || !strings.Contains(again, "Good until") {
		t.Error("the link is shown again, or not said to stand")
	}
	o.letters("/links/revocation", "link_id", links[0].ID)
	if casefile.Fold(o.facts).PersonalLinks[0].Ended != "revoked" {
		t.Error("the link was not revoked")
	}
}

func TestAChildIsOfferedNoLinkAndRefusedOne(t *testing.T) {
	t.Parallel()
	o := open(t)
	if page := o.page("/cases/" + caseA + "/letters"); strings.Contains(page, `value="`+daughter+`"`) {
		t.Error("the child is offered a link")
	}
	contains(t, o.letters("/links", "person_id", daughter), "Links and letters are given to an adult")
}

func TestALetterIsKeptAndOpensAsItWas(t *testing.T) {
	t.Parallel()
	o := open(t)
	page := o.letters("/letters", "person_id", wife, "kind", "summary", "language", "si")
	found := regexp.MustCompile(`/cases/[0-9a-f-]+/letters/[0-9a-f-]+`).FindString(page)
	if found == "" {
		t.Fatalf("no letter on the page:\n%s", page)
	}
	answer := o.ask("GET", found, nil)
	contains(t, answer.Body.String(), "Riepilogo della vostra pratica", `lang="si"`)
	if policy := answer.Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	contains(t, o.letters("/letters", "person_id", "x", "kind", "summary"), "Choose a person")
	if answer := o.ask("GET", "/cases/"+caseA+"/letters/"+uuid.NewString(), nil); answer.Code != http.StatusNotFound {
		t.Error(answer.Code)
	}
}

func TestAReplyLinkIsGivenForAReferralThatIsOut(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.told("2026-03-01", &casefile.SendReferral{On: day("2026-03-01"), Service: "celav"})
	id := casefile.Fold(o.facts).Referrals[0].ID
	contains(t, o.letters("/links", "referral_id", id), "/reply?lang=it#")
}
