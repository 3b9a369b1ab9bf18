// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/internal/secret"
)

func (h *hub) reply(answer, note string, more ...string) *httptest.ResponseRecorder {
	form := url.Values{"answer": {answer}, "note": {note}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return h.ask("POST", "/reply/answer?lang=en", form, replyCode)
}

func TestTheReceiverSeesOnlyWhatTheReferralSays(t *testing.T) {
	page := open(t).page("/reply?lang=en", replyCode)
	contains(t, page, "Salma Fathy", "Cuoca, cerca lavoro", "6 March 2026", "Answer expected by", "We accept: we take care of it")
	lacks(t, page, "Nour", "Adel", "Mansour", "visa", "Prefecture")
}

func TestAnAcceptedReferralIsRecordedInTheNameOfTheLinkAndReadByTheCounsellor(t *testing.T) {
	h := open(t)
	if answer := h.reply("accept", "Colloquio\r\nil 20"); answer.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	last := h.facts[len(h.facts)-1]
	if h.referral().Status != casefile.ReferralAccepted || last.Actor.Role != casefile.ByLink || last.Actor.ID != casefile.Fold(h.facts).PersonalLinks[1].ID {
		t.Errorf("%s by %+v", h.referral().Status, last.Actor)
	}
	if got := last.Private[wife].Note; got != "Colloquio\nil 20" {
		t.Errorf("the note is %q", got)
	}
	if h.referral().AnsweredOn != day("2026-03-10") {
		t.Error("no counsellor is told")
	}
}

func TestTheSameLinkReportsHowItEnds(t *testing.T) {
	h := open(t)
	h.reply("accept", "")
	contains(t, h.page("/reply?lang=en", replyCode), "We have finished", "Contract of employment")
	if answer := h.reply("complete", "", "outcome", "contract"); answer.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if f := h.referral(); f.Status != casefile.ReferralCompleted || f.Outcome != "contract" {
		t.Errorf("%s %s", f.Status, f.Outcome)
	}
	contains(t, h.page("/reply?lang=en&done=1", replyCode), "This referral is closed", "The answer has arrived")
}

func TestDecliningAndAskingAreStepsWithTheWordsSealed(t *testing.T) {
	for answer, want := range map[string]casefile.ReferralStatus{"decline": casefile.ReferralDeclined, "ask": casefile.ReferralReturned} {
		h := open(t)
		if got := h.reply(answer, "Serve il codice fiscale"); got.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", answer, got.Code, got.Body)
		}
		if f := h.referral(); f.Status != want || f.Details.Reason != reasons[answer] {
			t.Errorf("%s leads to %s, %s", answer, f.Status, f.Details.Reason)
		}
	}
}

func TestWhatCannotBeTakenIsSaidBesideWhatWasTyped(t *testing.T) {
	for _, c := range []struct{ answer, note, says string }{
		{"", "x", "Choose one of the answers"}, {"win", "x", "Choose one of the answers"}, {"ask", "", "Write which information"}, {"accept", strings.Repeat("è", 2001), "too long"},
	} {
		h := open(t)
		answer := h.reply(c.answer, c.note)
		if answer.Code != http.StatusUnprocessableEntity || h.order != nil {
			t.Errorf("%q: %d", c.answer, answer.Code)
		}
		contains(t, answer.Body.String(), c.says, c.note)
	}
}

func TestARefusalOfTheDomainIsShown(t *testing.T) {
	h := open(t)
	h.reply("accept", "")
	answer := h.reply("complete", "note kept", "outcome", "traineeship_completed")
	if answer.Code != http.StatusConflict {
		t.Fatal(answer.Code)
	}
	contains(t, answer.Body.String(), "The traineeship is not recorded as completed", "note kept")
}

func TestAnAnswerThatTheEngineCannotTakeNowIsKept(t *testing.T) {
	h := open(t)
	h.slow = true
	if answer := h.reply("accept", ""); answer.Code != http.StatusSeeOther || h.order == nil {
		t.Error(answer.Code)
	}
}

func TestOfAConfidentialReferralNothingIsSaidInTheClear(t *testing.T) {
	h := open(t)
	h.told("2026-03-09", &casefile.SendReferral{On: day("2026-03-09"), MemberID: wife, Service: "mental_health", Basis: "public_interest", Note: "Riservato"})
	f := casefile.Fold(h.facts).Referrals[1]
	h.told("2026-03-09", &casefile.GiveReplyLink{ReferralID: f.ID, Digest: secret.Hex("sealed")})
	cookie := &http.Cookie{Name: replyDoor.cookie, Value: secret.Plain("sealed")}
	r := httptest.NewRequest("POST", "/reply/answer", strings.NewReader(url.Values{"answer": {"decline"}, "note": {"Nessun posto"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(cookie)
	answer := httptest.NewRecorder()
	h.site.ServeHTTP(answer, r)
	last, ok := h.facts[len(h.facts)-1].Event.(*casefile.ReferralMoved)
	if !ok || answer.Code != http.StatusSeeOther || last.Reason != "" || last.ToService != "" {
		t.Fatalf("%d %+v", answer.Code, last)
	}
}

func TestWithoutALinkNothingIsAnswered(t *testing.T) {
	h := open(t)
	if answer := h.ask("POST", "/reply/answer", url.Values{"answer": {"accept"}}); answer.Code != http.StatusNotFound || h.order != nil {
		t.Error(answer.Code)
	}
}
