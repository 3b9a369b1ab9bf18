// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/identity"
	"ricongiungi/rules"
	"ricongiungi/services"
	"ricongiungi/views"
)

// The invented case of most tests: a father in Milan, his wife and a daughter.
const (
	caseA   = "6f2c1f0e-8a54-4d0f-9d27-3b1d6c5e0a11"
	caseOf  = "6f2c1f0e-8a54-4d0f-9d27-3b1d6c5e0a99" // a foreign hub's
	counsID = "a1a1a1a1-0000-4000-8000-000000000001"
)

var (
	now      = time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)
	wife     = casefile.DeriveID(caseA, "member/1")
	daughter = casefile.DeriveID(caseA, "member/2")
)

func day(text string) rules.Date {
	d, err := rules.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// office is everything behind the console: one case, folded from real commands,
// and the commands that were given.
type office struct {
	t       *testing.T
	facts   []casefile.Fact
	orders  []casefile.Order
	role    casefile.Role
	slow    bool
	away    bool   // nobody is signed in
	sponsor string // in place of the sponsor's given name
	drafts  map[string]views.Draft
	lists   map[string]views.SavedList
	files   map[string]views.File
	become  map[string]casefile.Outcome
	bureau  bureau
	back    back
	reads   []views.Read
	mute    error // why no read can be recorded
	asked   views.PeopleQuery
	found   views.PeopleFound
	history views.HistoryQuery // the last that was asked
	log     bytes.Buffer
	one     sync.Mutex // where several ask at once
	site    http.Handler
	school  department
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, role: casefile.Counsellor, drafts: map[string]views.Draft{}, lists: map[string]views.SavedList{}, files: map[string]views.File{}, become: map[string]casefile.Outcome{}}
	o.told("2026-02-02", &casefile.DecideMembers{On: day("2026-02-02"), Decisions: []casefile.MemberDecision{
		{Ref: "1", Outcome: "authorised"}, {Ref: "2", Outcome: "authorised"}},
		Application: &casefile.Application{Office: "wemi-mi", ContactLanguage: "ar", Municipio: 7, FiledOn: day("2025-11-03"),
			Sponsor: casefile.Particulars{GivenName: "Adel", FamilyName: "<script>Mansour</script>", Phone: "+39 02 0000 0001"},
			Members: []casefile.Applicant{
				{Ref: "1", Kinship: casefile.Spouse, Who: casefile.Particulars{GivenName: "Salma", FamilyName: "Fathy", BirthDate: day("1990-05-10")}},
				{Ref: "2", Kinship: casefile.MinorChild, Who: casefile.Particulars{GivenName: "Nour", FamilyName: "Mansour", BirthDate: day("2015-03-20")}}}}})
	o.told("2026-02-05", &casefile.AssignCounsellor{CounsellorID: counsID})
	o.told("2026-02-05", &casefile.AddNote{Note: "Chiamare di sera"})
	signIn, err := identity.New(identity.Config{Issuer: "http://127.0.0.1:1", ClientID: "console", PublicURL: "http://127.0.0.1:8080", GroupClaim: "groups",
		Grants: identity.Grants{{Group: "g", Role: casefile.Counsellor, Office: "wemi-mi"}}, CookieKey: make([]byte, 64),
		Idle: time.Hour, Longest: time.Hour, Clock: func() time.Time { return now }}, o)
	o.must(err)
	o.site, err = New(Config{Office: &o.bureau, Handoffs: &o.back, Trials: &o.back, Audits: &o.back, Evidence: &o.back, Surgery: &o.back, LogKey: "ricongiungi.example/log+0a0b",
		Letters: o.letterDesk(), PublicURL: "https://hub.example", Views: o, Reads: o, People: o, Desk: o, Files: o, Orders: o, Engine: o, SignIn: signIn, Rights: access.Default(), Book: rules.Default(),
		Department: o.newDepartment(), Reports: o.reports(), Clock: func() time.Time { return now }, Log: slog.New(slog.NewJSONHandler(&o.log, nil)), Version: "test"})
	o.must(err)
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) request(at time.Time, id string) casefile.Request {
	return casefile.Request{CommandID: id, CaseID: caseA, Actor: casefile.Actor{ID: counsID, Role: casefile.Counsellor, Office: "wemi-mi"}, Now: at, Book: rules.Default()}
}

func (o *office) told(on string, c casefile.Command) {
	o.t.Helper()
	if _, refusal := o.decide(day(on).Start().Add(9*time.Hour), c, casefile.DeriveID(caseA, on+casefile.CommandName(c))); refusal != nil {
		o.t.Fatalf("%s: %s", casefile.CommandName(c), refusal.Text.En)
	}
}

func (o *office) decide(at time.Time, c casefile.Command, id string) (int, *casefile.Refusal) {
	outcome := o.outcome(at, c, id)
	return len(outcome.Events), outcome.Refusal
}

// outcome decides the command and records what follows, as the log would.
func (o *office) outcome(at time.Time, c casefile.Command, id string) casefile.Outcome {
	r := o.request(at, id)
	before := casefile.Agenda(casefile.Fold(o.facts), r.Book)
	drafts, refusal := casefile.Decide(casefile.Fold(o.facts), c, r)
	outcome := casefile.Outcome{CommandID: id, CaseID: caseA, Refusal: refusal}
	for i, d := range drafts {
		fact := d.Recorded(r, int64(len(o.facts)+1))
		fact.EventID = casefile.DeriveID(id, string(rune('a'+i)))
		o.facts = append(o.facts, fact)
		outcome.Events = append(outcome.Events, casefile.EventRef{EventID: fact.EventID, Version: fact.Version, Type: casefile.EventName(fact.Event)})
	}
	outcome.Version = int64(len(o.facts))
	outcome.Agenda = casefile.Changes(before, casefile.Agenda(casefile.Fold(o.facts), r.Book))
	o.become[id] = outcome
	return outcome
}

func (o *office) view() casefile.View {
	state := casefile.Fold(o.facts)
	view := casefile.ViewOf(state, rules.Default())
	view.People = casefile.PeopleOf(state)
	return view
}

func (o *office) Standing(_ context.Context, id string) (views.Standing, error) {
	switch id {
	case caseA:
		return views.Standing{Version: int64(len(o.facts)), Office: "wemi-mi"}, nil
	case caseOf:
		return views.Standing{Version: 1, Office: "wemi-to"}, nil
	}
	return views.Standing{}, views.ErrNotFound
}

func (o *office) Rendered(context.Context, string, views.Standing) (views.Rendered, error) {
	view := o.view()
	people := view.People
	view.People = nil
	raw, err := json.Marshal(view)
	return views.Rendered{Version: view.Version, View: raw, People: people}, err
}

func (o *office) CaseAsOf(_ context.Context, _ string, asOf, knownAt time.Time) (casefile.View, error) {
	facts := casefile.AsOf(o.facts, asOf, knownAt)
	if len(facts) == 0 {
		return casefile.View{}, views.ErrNotFound
	}
	state := casefile.Fold(facts)
	view := casefile.ViewOf(state, rules.Default())
	view.People = casefile.PeopleOf(state)
	return view, nil
}

func (o *office) RecordReads(_ context.Context, reads []views.Read) error {
	if o.mute == nil {
		o.reads = append(o.reads, reads...)
	}
	return o.mute
}

func (o *office) Reads(_ context.Context, q views.ReadQuery) (views.Page[views.Read], error) {
	return views.Page[views.Read]{Items: o.reads, Next: map[bool]string{true: "older"}[q.Cursor == ""]}, nil
}

func (o *office) FindPeople(_ context.Context, q views.PeopleQuery) (views.PeopleFound, error) {
	o.asked = q
	return o.found, nil
}

func (o *office) Cases(_ context.Context, q views.CaseQuery) (views.Page[views.CaseRow], error) {
	if q.WithoutNextStep {
		return views.Page[views.CaseRow]{}, nil
	}
	return views.Page[views.CaseRow]{Items: []views.CaseRow{{CaseID: caseA, Phase: casefile.PhasePreDeparture, Office: "wemi-mi", CounsellorID: counsID, Members: 2, Overdue: 1}}}, nil
}

func (o *office) History(_ context.Context, q views.HistoryQuery) (views.Page[views.Entry], error) {
	o.history = q
	var page views.Page[views.Entry]
	superseded := casefile.Superseded(o.facts)
	for _, f := range casefile.AsOf(o.facts, q.AsOf, q.KnownAt) {
		data, err := json.Marshal(f.Event)
		o.must(err)
		page.Items = append(page.Items, views.Entry{Version: f.Version, EventID: f.EventID, Type: casefile.EventName(f.Event), OccurredAt: f.OccurredAt,
			RecordedAt: f.RecordedAt, Actor: f.Actor, Data: data, Private: f.Private, Superseded: superseded[f.EventID]})
	}
	return page, nil
}

func (o *office) Agenda(_ context.Context, q views.AgendaQuery) (views.Page[views.AgendaRow], error) {
	var page views.Page[views.AgendaRow]
	for _, item := range o.view().Agenda {
		if q.Unassigned && o.view().CounsellorID != "" {
			continue
		}
		if (q.Role == "" || item.By == q.Role) && !item.DueOn.After(q.Before) {
			page.Items = append(page.Items, views.AgendaRow{CaseID: caseA, CounsellorID: o.view().CounsellorID, DueView: item})
		}
	}
	return page, nil
}

func (o *office) People(context.Context, []string) (map[string][]casefile.Person, error) {
	people := o.view().People
	if o.sponsor != "" {
		people[0].GivenName = o.sponsor
	}
	return map[string][]casefile.Person{caseA: people}, nil
}

func (o *office) Operators(context.Context) (map[string]views.Operator, error) {
	return map[string]views.Operator{counsID: {Actor: casefile.Actor{ID: counsID, Role: casefile.Counsellor, Office: "wemi-mi"}, Name: "Giulia Ferrario"}}, nil
}

func (o *office) AcceptOrder(_ context.Context, order casefile.Order) (*casefile.Outcome, error) {
	for _, known := range o.orders {
		if known.CommandID == order.CommandID {
			outcome := o.become[order.CommandID]
			return &outcome, nil
		}
	}
	o.orders = append(o.orders, order)
	return nil, nil
}

func (o *office) OrderOutcome(_ context.Context, _, id string) (*casefile.Outcome, error) {
	if outcome, ok := o.become[id]; ok {
		return &outcome, nil
	}
	if slices.ContainsFunc(o.orders, func(order casefile.Order) bool { return order.CommandID == id }) {
		return nil, nil
	}
	return nil, views.ErrNotFound
}

func (o *office) Meetings(_ context.Context, _ views.AgendaQuery, from, to time.Time) ([]views.Meeting, error) {
	var meetings []views.Meeting
	for _, a := range o.view().Appointments {
		if a.Outcome == "" && a.At.After(from) && a.At.Before(to) {
			meetings = append(meetings, views.Meeting{CaseID: caseA, CounsellorID: counsID, AppointmentView: a})
		}
	}
	return meetings, nil
}

func (o *office) Services(context.Context) (services.Directory, error) {
	return services.Sample(rules.Default()), nil
}

func (o *office) KeepDraft(_ context.Context, d views.Draft) error {
	o.drafts[d.ActorID+d.CaseID+d.Command] = d
	return nil
}

func (o *office) Draft(_ context.Context, actorID, caseID, command string) (views.Draft, error) {
	d, ok := o.drafts[actorID+caseID+command]
	if !ok {
		return d, views.ErrNotFound
	}
	return d, nil
}

func (o *office) Drafts(context.Context, string) ([]views.Draft, error) {
	return slices.Collect(maps.Values(o.drafts)), nil
}

func (o *office) DropDraft(_ context.Context, actorID, caseID, command string) error {
	delete(o.drafts, actorID+caseID+command)
	return nil
}

func (o *office) KeepFile(_ context.Context, f views.File) (string, error) {
	o.files[f.FileID] = f
	sum := sha256.Sum256(f.Content)
	return hex.EncodeToString(sum[:]), nil
}

func (o *office) File(_ context.Context, _, id string) (views.File, string, error) {
	f, ok := o.files[id]
	if !ok {
		return f, "", views.ErrNotFound
	}
	sum := sha256.Sum256(f.Content)
	return f, hex.EncodeToString(sum[:]), nil
}

func (o *office) DropFile(_ context.Context, _, id string) error {
	delete(o.files, id)
	return nil
}

func (o *office) KeepList(_ context.Context, l views.SavedList) error {
	o.lists[l.Name] = l
	return nil
}

func (o *office) Lists(context.Context, string) ([]views.SavedList, error) {
	return slices.Collect(maps.Values(o.lists)), nil
}

func (o *office) DropList(_ context.Context, _, name string) error {
	delete(o.lists, name)
	return nil
}

func (o *office) Submit(_ context.Context, caseID, commandID string) (casefile.Outcome, error) {
	order := o.orders[len(o.orders)-1]
	if o.slow {
		return casefile.Outcome{}, views.ErrUnavailable
	}
	if order.IfVersion != 0 && order.IfVersion != int64(len(o.facts)) {
		return casefile.Outcome{Refusal: casefile.StaleVersion(order.IfVersion, int64(len(o.facts)))}, nil
	}
	command, err := casefile.DecodeCommand(order.Type, order.Body)
	o.must(err)
	return o.outcome(now, command, commandID), nil
}

// The sessions: whoever shows the token "in" is signed in.
func (o *office) Session(_ context.Context, digest []byte) (views.Session, error) {
	if sum := sha256.Sum256([]byte("in")); o.away || !bytes.Equal(sum[:], digest) {
		return views.Session{}, views.ErrNoSession
	}
	who := views.Operator{Actor: casefile.Actor{ID: counsID, Role: o.role, Office: "wemi-mi"}, Name: "Giulia Ferrario"}
	return views.Session{Operator: who, SeenAt: now, Expires: now.Add(time.Hour)}, nil
}
func (o *office) OpenSession(context.Context, views.Session) error    { return nil }
func (o *office) SeeSession(context.Context, []byte, time.Time) error { return nil }
func (o *office) EndSession(context.Context, []byte) error            { return nil }

// ask sends a request of the signed-in operator; headers alternate names and values.
func (o *office) ask(method, target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "__Host-ricongiungi-session", Value: "in"})
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	o.site.ServeHTTP(recorder, r)
	return recorder
}

func (o *office) page(target string, headers ...string) string {
	o.t.Helper()
	answer := o.ask("GET", target, nil, headers...)
	if answer.Code != http.StatusOK {
		o.t.Fatalf("%s: %d\n%s", target, answer.Code, answer.Body)
	}
	return answer.Body.String()
}
