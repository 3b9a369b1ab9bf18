// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ricongiungi/rules"
)

func moveTo(referral string, step ReferralStatus, on string) *RecordReferralStep {
	return &RecordReferralStep{On: day(on), ReferralID: referral, Step: step}
}

func because(reason string, c *RecordReferralStep) *RecordReferralStep {
	c.Reason = reason
	return c
}

// referred is a case with one referral of the wife, and the referral's id.
func referred(t *testing.T, service string, more ...func(referral string) telling) ([]telling, string) {
	history := and(until("entered", wife), told("2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: service, Basis: "public_task"}))
	id := given(t, history...).state().Referrals[0].ID
	for _, m := range more {
		history = and(history, m(id))
	}
	return history, id
}

func referralRefusals(t *testing.T) []refusal {
	entered := until("entered", wife)
	sent, id := referred(t, "legal_advice")
	closed := and(sent, told("2026-05-20", &CloseReferral{On: day("2026-05-20"), ReferralID: id, Outcome: "advice_given"}))
	acknowledged := and(sent, told("2026-05-08", moveTo(id, ReferralAcknowledged, "2026-05-08")))
	drafted := and(entered, told("2026-05-05", &DraftReferral{On: day("2026-05-05"), MemberID: wife, Service: "legal_advice"}))
	draft := given(t, drafted...).state().Referrals[0].ID
	secret, hidden := referred(t, "mental_health")
	return []refusal{
		{"a draft of tomorrow", entered, "2026-05-05", &DraftReferral{On: day("2026-05-06"), Service: "legal_advice"}, "day_in_future"},
		{"a draft about a stranger", entered, "2026-05-05", &DraftReferral{On: day("2026-05-05"), MemberID: "x", Service: "legal_advice"}, "unknown_member"},
		{"a referral that follows nothing", entered, "2026-05-05", &SendReferral{On: day("2026-05-05"), Service: "legal_advice", Follows: "x"}, "unknown_referral"},
		{"a referral that follows an open one", sent, "2026-05-06", &SendReferral{On: day("2026-05-06"), Service: "legal_advice", Follows: id}, "referral_still_open"},
		{"a confidential referral without a legal basis", entered, "2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: "mental_health"}, "legal_basis_missing"},
		{"a draft sent without a legal basis", drafted, "2026-05-06", moveTo(draft, ReferralSentOut, "2026-05-06"), "legal_basis_missing"},
		{"a draft answered before it was sent", drafted, "2026-05-06", moveTo(draft, ReferralAccepted, "2026-05-06"), "referral_step_not_next"},
		{"a draft closed with a result", drafted, "2026-05-06", &CloseReferral{On: day("2026-05-06"), ReferralID: draft, Outcome: "advice_given"}, "referral_step_not_next"},
		{"a step of no referral", sent, "2026-05-06", moveTo("x", ReferralAccepted, "2026-05-06"), "unknown_referral"},
		{"a step tomorrow", sent, "2026-05-06", moveTo(id, ReferralAccepted, "2026-05-07"), "day_in_future"},
		{"a step before the one before", acknowledged, "2026-05-09", moveTo(id, ReferralAccepted, "2026-05-07"), "days_out_of_order"},
		{"an end before the step before", acknowledged, "2026-05-09", &CloseReferral{On: day("2026-05-07"), ReferralID: id, Outcome: "advice_given"}, "days_out_of_order"},
		{"a completion without its outcome", acknowledged, "2026-05-09", moveTo(id, ReferralCompleted, "2026-05-09"), "referral_step_not_next"},
		{"a meeting kept that was not fixed", acknowledged, "2026-05-09", moveTo(id, ReferralAttended, "2026-05-09"), "referral_step_not_next"},
		{"a step after the end", closed, "2026-05-21", moveTo(id, ReferralAccepted, "2026-05-21"), "already_recorded"},
		{"declined without a reason", sent, "2026-05-06", moveTo(id, ReferralDeclined, "2026-05-06"), "reason_missing"},
		{"a waiting list without a day", sent, "2026-05-06", moveTo(id, ReferralWaitlisted, "2026-05-06"), "recontact_day_missing"},
		{"an appointment without its day", sent, "2026-05-06", moveTo(id, ReferralAppointment, "2026-05-06"), "appointment_day_missing"},
		{"an outcome of another kind", sent, "2026-05-20", &CloseReferral{On: day("2026-05-20"), ReferralID: id, Outcome: "home_found"}, "outcome_not_of_kind"},
		{"a reason of a confidential referral", secret, "2026-05-06", because("refused_therapy", moveTo(hidden, ReferralDeclined, "2026-05-06")), "confidential_referral"},
		{"an outcome that tells of a confidential referral", secret, "2026-05-20", &CloseReferral{On: day("2026-05-20"), ReferralID: hidden, Outcome: "declined"}, "outcome_not_of_kind"},
	}
}

func TestAReferralGoesThroughItsWholeLife(t *testing.T) {
	drafted := and(until("entered", wife), told("2026-05-05", &DraftReferral{On: day("2026-05-05"), MemberID: wife, Service: "italian_courses"}))
	s := given(t, drafted...)
	id := s.state().Referrals[0].ID
	meeting := day("2026-06-10").Start().Add(9 * time.Hour)
	for _, step := range []struct {
		on   string
		c    *RecordReferralStep
		item string
		due  string
	}{
		{"2026-05-07", &RecordReferralStep{Step: ReferralSentOut, Basis: "public_task"}, "referral_reply", "2026-05-22"},
		{"2026-05-08", &RecordReferralStep{Step: ReferralAcknowledged}, "referral_reply", "2026-05-22"},
		{"2026-05-11", because("level_unknown", &RecordReferralStep{Step: ReferralReturned}), "referral_information", "2026-05-18"},
		{"2026-05-12", &RecordReferralStep{Step: ReferralSentOut}, "referral_reply", "2026-05-27"},
		{"2026-05-14", &RecordReferralStep{Step: ReferralWaitlisted, ReferralDetails: ReferralDetails{Position: 12, RecontactOn: day("2026-05-28")}}, "referral_recontact", "2026-05-28"},
		{"2026-05-28", &RecordReferralStep{Step: ReferralWaitlisted, ReferralDetails: ReferralDetails{Position: 3, RecontactOn: day("2026-06-04")}}, "referral_recontact", "2026-06-04"},
		{"2026-06-04", &RecordReferralStep{Step: ReferralAccepted}, "referral_progress", "2026-07-04"}, // a Saturday is no holiday
		{"2026-06-05", &RecordReferralStep{Step: ReferralAppointment, ReferralDetails: ReferralDetails{At: meeting}}, "referral_appointment", "2026-06-11"},
		{"2026-06-10", &RecordReferralStep{Step: ReferralNoShow}, "referral_progress", "2026-07-10"},
		{"2026-06-11", &RecordReferralStep{Step: ReferralRescheduled, ReferralDetails: ReferralDetails{At: meeting.AddDate(0, 0, 7)}}, "referral_appointment", "2026-06-18"},
		{"2026-06-17", &RecordReferralStep{Step: ReferralNoShow}, "referral_progress", "2026-07-17"},
		{"2026-06-18", &RecordReferralStep{Step: ReferralRescheduled, ReferralDetails: ReferralDetails{At: meeting.AddDate(0, 0, 14)}}, "referral_appointment", "2026-06-25"},
		{"2026-06-24", &RecordReferralStep{Step: ReferralAttended}, "referral_progress", "2026-07-24"},
		{"2026-06-25", &RecordReferralStep{Step: ReferralInProgress}, "referral_progress", "2026-07-25"},
	} {
		step.c.On, step.c.ReferralID = day(step.on), id
		if s.when(step.on, step.c); s.refusal != nil {
			t.Fatalf("%s on %s is refused: %s", step.c.Step, step.on, s.refusal.Text.En)
		}
		s.record().thenDue(step.item, id, step.due)
	}
	if n := s.state().Referrals[0].NoShows; n != 2 {
		t.Errorf("%d no-shows are counted", n)
	}
	s.when("2026-12-01", &CloseReferral{On: day("2026-12-01"), ReferralID: id, Outcome: "certificate", LevelIn: "A1", LevelOut: "A2"}).
		then(&ReferralClosed{ReferralID: id, Outcome: "certificate", Status: ReferralCompleted, LevelIn: "A1", LevelOut: "A2"})
	if s.state().OpenReferrals() != 0 {
		t.Error("the referral is still open")
	}
}

func TestAReferralThatNobodyAnswersEndsAndMayStillBeAnswered(t *testing.T) {
	sent, id := referred(t, "legal_advice")
	s := given(t, sent...).thenDue("referral_reply", id, "2026-05-20").thenDue("referral_expiry", id, "2026-06-19")
	s.sleepThrough("2026-07-01")
	if f := s.state().Referrals[0]; f.Status != ReferralExpired || f.ClosedOn != day("2026-06-20") {
		t.Fatalf("the referral is %s on %s", f.Status, f.ClosedOn)
	}
	s.thenNotDue("referral_reply", id)
	s.when("2026-07-02", moveTo(id, ReferralAccepted, "2026-07-02")).record().thenDue("referral_progress", id, "2026-08-01")
	if s.state().OpenReferrals() != 1 {
		t.Error("the late answer did not open the referral again")
	}
}

func TestTheSenderHearsOfEveryAnswer(t *testing.T) {
	sent, id := referred(t, "celav")
	for _, command := range []Command{moveTo(id, ReferralAcknowledged, "2026-05-08"), because("no_places", moveTo(id, ReferralDeclined, "2026-05-08")),
		&CloseReferral{On: day("2026-05-08"), ReferralID: id, Outcome: "contract"}} {
		s := given(t, sent...).when("2026-05-08", command).record()
		effects := Effects(s.state(), s.facts[len(s.facts)-1])
		if len(effects) != 1 || effects[0].To != string(Counsellor) || effects[0].Subject != id || effects[0].MemberID != wife {
			t.Errorf("%s asks for %+v", asJSON(command), effects)
		}
	}
}

func TestAReferralIsTakenUpAgainByAnotherThatNamesIt(t *testing.T) {
	sent, id := referred(t, "legal_advice")
	declined := and(sent, told("2026-05-08", because("no_places", moveTo(id, ReferralDeclined, "2026-05-08"))))
	s := given(t, declined...).when("2026-05-11", &SendReferral{On: day("2026-05-11"), MemberID: wife, Service: "legal_advice", Follows: id}).record()
	v := ViewOf(s.state(), book).Referrals
	if len(v) != 2 || v[1].Follows != id || v[0].Outcome != "declined" || v[0].Reason != "no_places" {
		t.Errorf("the referrals are %s", asJSON(v))
	}
}

func TestOfAConfidentialReferralOnlyItsExistenceIsReadable(t *testing.T) {
	secret, id := referred(t, "mental_health")
	s := given(t, secret...)
	last := s.facts[len(s.facts)-1]
	for what, text := range map[string]string{"event": asJSON(last.Event), "view": asJSON(ViewOf(s.state(), book)), "effects": asJSON(Effects(s.state(), last))} {
		if strings.Contains(text, "mental") {
			t.Errorf("the %s tells of the service: %s", what, text)
		}
	}
	if last.Private[wife].Service != "mental_health" {
		t.Errorf("sealed with the wife is %+v", last.Private[wife])
	}
	s.when("2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: "mental_health", Basis: "public_task"}).thenNothing()
	s.when("2026-05-08", moveTo(id, ReferralDeclined, "2026-05-08")).record()
	if s.state().OpenReferrals() != 0 {
		t.Error("it could not be declined without a reason")
	}
}

// directory offers one service of each kind named, and one alternative.
type directory map[string]string

func (d directory) Kind(code string, _ rules.Date) string { return d[code] }

func (d directory) Nearest(string, int, rules.Date) []string { return []string{"italian_courses-m8"} }

func TestAReferralToAServiceThatIsNotOpenNamesTheNearest(t *testing.T) {
	s := given(t, until("entered", wife)...)
	s.services = directory{"italian_courses-m7": KindItalian, "ascolto-m7": "mental_health"}
	s.when("2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: "italian_courses-m9"})
	if s.refusal == nil || !strings.Contains(s.refusal.Text.It, "italian_courses-m8") {
		t.Fatalf("the refusal is %+v", s.refusal)
	}
	s.thenRefused("service_not_open")
	s.when("2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: "italian_courses-m7"}).record()
	s.when("2026-05-05", &SendReferral{On: day("2026-05-05"), MemberID: wife, Service: "ascolto-m7", Basis: "consent"}).record()
	if r := s.state().Referrals; r[0].Kind != KindItalian || r[1].Service != KindConfidential {
		t.Errorf("the referrals are %s", asJSON(r))
	}
	step := moveTo(s.state().Referrals[0].ID, ReferralTransferred, "2026-05-05")
	step.ToService = "nowhere"
	s.when("2026-05-05", step).thenRefused("service_not_open")
}

// What was recorded before referrals had statuses and kinds reads on.
func TestReferralsOfTheFirstReleaseAreStillRead(t *testing.T) {
	facts := given(t, until("entered", wife)...).facts
	for _, old := range []struct{ name, data string }{
		{"referral_sent", `{"referral_id":"r1","service":"anything","reply":{"rule":"hub.referral_reply","valid_from":"1998-03-27","from":"2026-05-05","due":"2026-05-20"}}`},
		{"referral_closed", `{"referral_id":"r1","outcome":"an_old_free_form"}`},
	} {
		event, err := DecodeEvent(old.name, 1, []byte(old.data))
		if err != nil {
			t.Fatal(err)
		}
		facts = append(facts, Fact{CaseID: caseID, Version: int64(len(facts) + 1), EventID: old.name, OccurredAt: noon("2026-05-05"), RecordedAt: noon("2026-05-05"), Event: event})
	}
	v := ViewOf(Fold(facts), book).Referrals[0]
	if v.Status != ReferralCompleted || v.Outcome != "an_old_free_form" || v.SentOn != day("2026-05-05") {
		t.Errorf("the referral is read as %+v", v)
	}
	s := &story{t: t, book: book, facts: facts[:len(facts)-1]}
	s.when("2026-05-12", &CloseReferral{On: day("2026-05-12"), ReferralID: "r1", Outcome: "whatever"}).
		then(&ReferralClosed{ReferralID: "r1", Outcome: "whatever", Status: ReferralCompleted})
}

func TestTheTableOfReferralsHasNoDeadEnds(t *testing.T) {
	for status, next := range referralMoves {
		if len(next) == 0 || status.ended() && status != ReferralExpired {
			t.Errorf("%s has a row %v", status, next)
		}
		if _, waits := awaits[status]; !waits && !status.ended() {
			t.Errorf("nothing is due in status %s", status)
		}
		for _, n := range next {
			if _, goesOn := referralMoves[n]; !goesOn && !n.ended() {
				t.Errorf("%s leads to %s, from which nothing leads on", status, n)
			}
		}
		if !reachesAnEnd(status) {
			t.Errorf("from %s no end can be reached", status)
		}
	}
}

func reachesAnEnd(from ReferralStatus) bool {
	seen := []ReferralStatus{from}
	for i := 0; i < len(seen); i++ {
		for _, next := range referralMoves[seen[i]] {
			if next.ended() && next != ReferralExpired {
				return true
			}
			if !slices.Contains(seen, next) {
				seen = append(seen, next)
			}
		}
	}
	return false
}

// Whatever steps are told, the referral only moves as the table says, and an open
// one always waits for something.
func TestAReferralMovesOnlyAsTheTableSays(t *testing.T) {
	all := []ReferralStatus{ReferralDrafted, "celebrated"}
	for status := range referralMoves {
		all = append(all, status)
	}
	all = append(all, referralEnds...)
	slices.Sort(all)
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]string{"legal_advice", "celav", "mental_health", "housing"}).Draw(rt, "kind")
		history, id := referred(t, kind)
		s := given(t, history...)
		on := day("2026-05-06")
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			on = on.AddDays(rapid.IntRange(0, 20).Draw(rt, "days"))
			before := s.state().Referrals[0].Status
			step := rapid.SampledFrom(all).Draw(rt, "step")
			s.when(on.String(), &RecordReferralStep{On: on, ReferralID: id, Step: step, ReferralDetails: ReferralDetails{
				Reason: rapid.SampledFrom([]string{"", "busy"}).Draw(rt, "reason"), RecontactOn: on.AddDays(rapid.IntRange(-1, 9).Draw(rt, "recontact")),
				At: noon(on.String()), ToService: "housing"}})
			if moved := len(s.drafts) > 0; moved && !before.MayBecome(step) {
				rt.Fatalf("%s became %s", before, step)
			}
			s.record()
			f := s.state().Referrals[0]
			if _, due := s.due(awaits[f.Status].item, id); f.open() && !due {
				rt.Fatalf("a referral in status %s waits for nothing", f.Status)
			}
			if f.open() == f.Status.ended() {
				rt.Fatalf("a referral in status %s is open: %v", f.Status, f.open())
			}
		}
	})
}
