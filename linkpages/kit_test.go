// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/family"
	"ricongiungi/internal/secret"
	"ricongiungi/rules"
	"ricongiungi/views"
)

const (
	caseID     = "6f2c1f0e-8a54-4d0f-9d27-3b1d6c5e0a11"
	counsellor = "a1a1a1a1-0000-4000-8000-000000000001"
	familyCode = "01AB-23CD-45EF-67GH-89JK-01MN-23PQ-45RS"
	replyCode  = "11AB-23CD-45EF-67GH-89JK-01MN-23PQ-45RS"
)

var (
	sponsor = casefile.DeriveID(caseID, "sponsor")
	wife    = casefile.DeriveID(caseID, "member/1")
)

func day(text string) rules.Date {
	d, err := rules.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// hub is everything behind the pages: one case, folded from real commands.
type hub struct {
	t     *testing.T
	facts []casefile.Fact
	now   time.Time
	down  bool // the database
	slow  bool // the engine
	order *casefile.Order
	given int
	log   bytes.Buffer
	site  http.Handler
}

// opened is a case whose members are authorised and the wife has entered.
func open(t *testing.T) *hub {
	t.Helper()
	h := &hub{t: t}
	h.told("2026-02-02", &casefile.DecideMembers{On: day("2026-02-02"), Decisions: []casefile.MemberDecision{{Ref: "1", Outcome: "authorised"}, {Ref: "2", Outcome: "authorised"}},
		Application: &casefile.Application{Office: "wemi-mi", ContactLanguage: "ar", Municipio: 7, FiledOn: day("2025-11-03"),
			Sponsor: casefile.Particulars{GivenName: "Adel", FamilyName: "<script>Mansour</script>", Phone: "+39 02 0000 0001"},
			Members: []casefile.Applicant{
				{Ref: "1", Kinship: casefile.Spouse, Who: casefile.Particulars{GivenName: "Salma", FamilyName: "Fathy", BirthDate: day("1990-05-10")}},
				{Ref: "2", Kinship: casefile.MinorChild, Who: casefile.Particulars{GivenName: "Nour", FamilyName: "Mansour", BirthDate: day("2015-03-20")}}}}})
	h.told("2026-02-20", &casefile.RecordVisaRequested{Step: casefile.Step{MemberID: wife, On: day("2026-02-20")}})
	h.told("2026-03-01", &casefile.RecordVisaGranted{Step: casefile.Step{MemberID: wife, On: day("2026-03-01")}, Expires: day("2026-09-01")})
	h.told("2026-03-05", &casefile.RecordEntry{Step: casefile.Step{MemberID: wife, On: day("2026-03-05")}})
	h.told("2026-03-06", &casefile.GiveFamilyLink{PersonID: sponsor, Digest: secret.Hex(familyCode)})
	h.told("2026-03-06", &casefile.SendReferral{On: day("2026-03-06"), MemberID: wife, Service: "celav", Note: "Cuoca, cerca lavoro"})
	h.told("2026-03-06", &casefile.GiveReplyLink{ReferralID: h.referral().ID, Digest: secret.Hex(replyCode)})
	h.now = time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)
	var err error
	h.site, err = New(Config{Cases: h, Orders: h, Engine: h, Book: rules.Default(), Contacts: family.DefaultContacts(),
		Clock: func() time.Time { return h.now }, Log: slog.New(slog.NewJSONHandler(&h.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *hub) referral() *casefile.Referral { return casefile.Fold(h.facts).Referrals[0] }

func (h *hub) told(on string, c casefile.Command) {
	h.t.Helper()
	h.now = day(on).Start().Add(9 * time.Hour)
	if refusal := h.decide(c, casefile.Actor{ID: counsellor, Role: casefile.Counsellor, Office: "wemi-mi"}); refusal != nil {
		h.t.Fatalf("%s: %s", casefile.CommandName(c), refusal.Text.En)
	}
}

func (h *hub) decide(c casefile.Command, by casefile.Actor) *casefile.Refusal {
	h.given++
	r := casefile.Request{CommandID: casefile.DeriveID(caseID, casefile.CommandName(c)+h.now.String()+strings.Repeat("x", h.given)), CaseID: caseID, Actor: by, Now: h.now, Book: rules.Default()}
	drafts, refusal := casefile.Decide(casefile.Fold(h.facts), c, r)
	for _, d := range drafts {
		h.facts = append(h.facts, d.Recorded(r, int64(len(h.facts)+1)))
	}
	return refusal
}

func (h *hub) LinkedCase(_ context.Context, digest []byte) (string, error) {
	if h.down {
		return "", views.ErrUnavailable
	}
	for _, l := range casefile.Fold(h.facts).PersonalLinks {
		if l.Digest == hex.EncodeToString(digest) {
			return caseID, nil
		}
	}
	return "", views.ErrNotFound
}

func (h *hub) Facts(context.Context, string) ([]casefile.Fact, error) { return h.facts, nil }

func (h *hub) AcceptOrder(_ context.Context, o casefile.Order) (*casefile.Outcome, error) {
	h.order = &o
	return nil, nil
}

func (h *hub) Submit(_ context.Context, _, commandID string) (casefile.Outcome, error) {
	if h.slow {
		return casefile.Outcome{}, views.ErrUnavailable
	}
	if h.order == nil || h.order.CommandID != commandID {
		return casefile.Outcome{}, errors.New("not accepted")
	}
	command, err := casefile.DecodeCommand(h.order.Type, h.order.Body)
	if err != nil {
		return casefile.Outcome{}, err
	}
	return casefile.Outcome{CommandID: commandID, Refusal: h.decide(command, h.order.Actor)}, nil
}

// ask sends a request of a browser that holds the codes given.
func (h *hub) ask(method, target string, form url.Values, codes ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, code := range codes {
		door := familyDoor
		if code == replyCode {
			door = replyDoor
		}
		r.AddCookie(&http.Cookie{Name: door.cookie, Value: secret.Plain(code)})
	}
	recorder := httptest.NewRecorder()
	h.site.ServeHTTP(recorder, r)
	return recorder
}

func (h *hub) page(target string, codes ...string) string {
	h.t.Helper()
	answer := h.ask("GET", target, nil, codes...)
	if answer.Code != http.StatusOK {
		h.t.Fatalf("%s: %d\n%s", target, answer.Code, answer.Body)
	}
	return answer.Body.String()
}

func contains(t *testing.T, page string, wanted ...string) {
	t.Helper()
	for _, text := range wanted {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

func lacks(t *testing.T, page string, unwanted ...string) {
	t.Helper()
	for _, text := range unwanted {
		if strings.Contains(page, text) {
			t.Errorf("the page says %q", text)
		}
	}
}
