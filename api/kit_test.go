// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/rules"
	"ricongiungi/schools/desk/desktest"
)

const (
	caseA = "1c0ffee0-0000-4000-8000-00000000000a"
	caseB = "1c0ffee0-0000-4000-8000-00000000000b"

	foreignCase = "1c0ffee0-0000-4000-8000-00000000000f" // of a hub that nobody here sees
	memberA     = "0b6a1c1e-5a61-5d5a-9f0e-6a1f0c2d3e4f"
	pupilA      = "0b6a1c1e-5a61-5d5a-9f0e-6a1f0c2d3e50"
	eventA      = "2c3d4e5f-6a7b-5c8d-9e0f-1a2b3c4d5e6f"
	keyA        = "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d"
)

var (
	day = rules.On(2026, time.March, 31)
	now = time.Date(2026, 3, 31, 8, 30, 0, 0, time.UTC)
)

// world is an API on fakes with an issuer for its tokens.
type world struct {
	*fakes
	t      *testing.T
	issuer *Issuer
	router *chi.Mux
	log    *bytes.Buffer
}

func newWorld(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	issuer, err := NewIssuer(filepath.Join(t.TempDir(), "issuer.json"))
	require.NoError(t, err)
	f, log := &fakes{desk: desktest.New(now)}, &bytes.Buffer{}
	c := Config{Orders: f, Engine: f, Views: f, Reads: f, People: f, Handoffs: f, Evidence: f, Figures: f, Hub: f, Department: f.desk, Health: f, Wait: 20 * time.Millisecond,
		Rights: access.Default(), Tokens: NewVerifier(issuer.Keys(), DefaultIssuer, DefaultAudience), Log: slog.New(slog.NewJSONHandler(log, nil))}
	for _, set := range change {
		set(&c)
	}
	return &world{fakes: f, t: t, issuer: issuer, router: newRouter(c), log: log}
}

// as signs a token for somebody in the role.
func (w *world) as(role casefile.Role) func(*http.Request) {
	office := map[casefile.Role]string{casefile.SUIOfficer: "sui-mi"}[role]
	if office == "" {
		office = "wemi-mi"
	}
	token, err := w.issuer.Token(uuid.New(), role, office, time.Minute)
	require.NoError(w.t, err)
	return header("Authorization", "Bearer "+token)
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// do sends a request and holds the answer to the description.
func (w *world) do(method, target, body string, set ...func(*http.Request)) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, s := range set {
		s(r)
	}
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, r)
	matched := chi.NewRouteContext()
	require.True(w.t, w.router.Match(matched, method, r.URL.Path), "%s %s has a route", method, target)
	holdToDescription(w.t, r, matched.RoutePattern(), answer)
	return answer
}

func (w *world) give(body string, set ...func(*http.Request)) *httptest.ResponseRecorder {
	w.t.Helper()
	set = append([]func(*http.Request){w.as(casefile.Counsellor), header("Idempotency-Key", keyA)}, set...)
	return w.do("POST", "/v1/cases/"+caseA+"/commands", body, set...)
}

func decodeProblem(t *testing.T, answer *httptest.ResponseRecorder) problem {
	t.Helper()
	require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"), answer.Body)
	var p problem
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &p))
	require.Equal(t, answer.Code, p.Status)
	return p
}

func sampleOutcome(caseID, commandID string) casefile.Outcome {
	return casefile.Outcome{CommandID: commandID, CaseID: caseID, Version: 8, Events: []casefile.EventRef{{EventID: eventA, Version: 8, Type: "entered"}},
		Agenda: []casefile.Change{{Item: "presentation", Subject: memberA, Is: "2026-04-11"}}, NextWake: now,
		Effects: []casefile.Effect{{ID: eventA, Kind: "message", Part: casefile.Arrival, Template: "duties_after_entry", To: "family", Language: "ar", MemberID: memberA}}}
}

func sampleDue(part casefile.Part) casefile.DueView {
	term := rules.Term{Ref: rules.Ref{Rule: "entry.presentation", ValidFrom: rules.Epoch}, From: day, Due: day.AddDays(10)}
	return casefile.DueView{Due: casefile.Due{Item: "presentation", Part: part, Subject: memberA, MemberID: memberA, By: casefile.Counsellor, Term: term},
		DueOn: term.Due, Why: rules.Text{It: "Perché sì.", En: "Because."}}
}

// sampleView has a spouse and a child of school age.
func sampleView() casefile.View {
	term := sampleDue(casefile.Arrival).Term
	return casefile.View{
		CaseID: caseA, Version: 7, Phase: casefile.PhaseArrival, Office: "wemi-mi", OpenedOn: day, SponsorID: caseB, ContactOn: day, PlanOn: day, ConditionsOn: day,
		Review: casefile.ReviewView{FiledOn: day, DecidedOn: day, Term: &term, Pauses: []casefile.Pause{{From: day, To: day}}}, Goals: []string{"italian_course"},
		Members: []casefile.MemberView{
			{MemberID: memberA, Ref: "1", Kinship: casefile.Spouse, Stage: casefile.StageEntered, Steps: []casefile.StepView{{Step: "entered", On: day}},
				Documents: []*casefile.Document{{Item: "passport", SuppliedOn: day, Verdict: "accepted"}}},
			{MemberID: pupilA, Ref: "2", Kinship: casefile.MinorChild, Stage: casefile.StageEntered, Steps: []casefile.StepView{}, SchoolDue: true,
				Needs:  &casefile.NeedsProfile{Languages: []string{"ar"}, YearsOfSchool: 5},
				School: &casefile.SchoolView{SchoolNeed: casefile.SchoolNeed{Year: 2025, Grade: 6, Level: "secondaria_1"}, RequestedOn: day},
				Conditions: []casefile.ConditionView{{TestedOn: day, Why: rules.Text{It: "Reddito", En: "Income"}, Verdict: casefile.Verdict{
					MemberID: pupilA, Condition: "income", Outcome: casefile.NotMet, Rule: rules.SocialAllowance, ValidFrom: day, Required: 1750743}}},
				Documents: []*casefile.Document{{Item: "passport", SuppliedOn: day}}, Absences: []casefile.Absence{{From: day, To: day, Days: 1}}},
		},
		Appointments: []casefile.AppointmentView{{AppointmentID: eventA, At: now, Place: "hub", Room: "colloqui-1", Minutes: 45, Outcome: "cancelled", Reason: "moved"}},
		Referrals: []casefile.ReferralView{{ReferralID: eventA, Service: "celav", SentOn: day, Status: casefile.ReferralWaitlisted, StatusOn: day, Kind: "celav",
			ReferralDetails: casefile.ReferralDetails{Position: 3, RecontactOn: day, At: now}, CELAV: &casefile.CELAVView{Step: casefile.CELAVTraineeship, On: day, Until: day}}},
		CheckIns: []casefile.CheckInView{{Month: 1, On: day, MemberID: memberA, Scores: map[string]int{"housing": 1}}},
		Plan:     []casefile.GoalView{{GoalID: eventA, Goal: "italian_course", Owner: "family", SetOn: day, TargetOn: day}},
		NoShows:  1, Concerns: []casefile.ConcernView{{ConcernID: eventA, Kind: casefile.ConcernWellBeing, About: "housing", RaisedOn: day}},
		Agenda: []casefile.DueView{sampleDue(casefile.Arrival), sampleDue(casefile.Schooling)},
		People: []casefile.Person{{PersonID: caseB, Particulars: casefile.Particulars{FamilyName: "Sponsor", SUIFile: "P-MI/1"}},
			{PersonID: memberA, Particulars: casefile.Particulars{FamilyName: "Spouse"}},
			{PersonID: pupilA, Particulars: casefile.Particulars{FamilyName: "Pupil", BirthDate: day, Phone: "+39 02 0000"}}},
	}
}

func sampleReceipt(m handoff.Message, status handoff.Status) handoff.Receipt {
	return handoff.Receipt{HandoffID: caseA, Sender: m.Sender, MessageID: m.MessageID, Sequence: m.Sequence, Kind: m.Kind,
		Digest: strings.Repeat("0a", 32), ReceivedAt: now, Status: status}
}
