// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/placement"
	"ricongiungi/schools/registry"
	"ricongiungi/views"
)

const stateHeading = "ANNOSCOLASTICO,CODICEISTITUTORIFERIMENTO,CODICESCUOLA,DENOMINAZIONESCUOLA,INDIRIZZOSCUOLA,CODICECOMUNESCUOLA,DESCRIZIONETIPOLOGIAGRADOISTRUZIONESCUOLA\n"

func (b *bundle) importSchools(files ...string) registry.Report {
	b.t.Helper()
	var read []registry.File
	for i, text := range files {
		f, err := registry.Read(fmt.Sprintf("file%d.csv", i), []byte(text), 0)
		must(b.t, err)
		read = append(read, f)
	}
	report, err := b.ImportSchools(b.t.Context(), read)
	must(b.t, err)
	return report
}

// twoSchools imports a near and a far school of two school years.
func (b *bundle) twoSchools() registry.Report {
	return b.importSchools(
		stateHeading+"202425,XXIC000001,XXEE000011,Vecchia,VIA GAFFURIO 1,F205,SCUOLA PRIMARIA\n",
		stateHeading+"202526,XXIC000001,XXEE000022,Vicina,VIA GAFFURIO 1,F205,SCUOLA PRIMARIA\n202526,XXIC000001,XXEE000033,Lontana,VIA LITTA 2,F205,SCUOLA PRIMARIA\n"+
			"202526,XXIC000001,XXIC000001,Istituto,VIA LITTA 2,F205,ISTITUTO COMPRENSIVO\n",
		"ANNOSCOL,CODICE,DENOMINAZIONE,GRADO,TIPO,INDIRIZZO,CIVICO,LONG_X_4326,LAT_Y_4326\n2526,1,Vicina,Scuola primaria,Statale,Via FRANCHINO GAFFURIO,1,9.21,45.49\n")
}

func (b *bundle) schools(q views.SchoolQuery) map[string]views.SchoolRow {
	b.t.Helper()
	q.Limit = 100
	page, err := b.Schools(b.t.Context(), q)
	must(b.t, err)
	byCode := map[string]views.SchoolRow{}
	for _, row := range page.Items {
		byCode[row.Code] = row
	}
	return byCode
}

func TestSchoolsAreKeptByYearWithTheirSuccessors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if r := b.twoSchools(); r.Schools != 2 || r.ByMatch[schools.ByAddressAndName] != 1 || r.ByMatch[schools.Unmatched] != 1 {
		t.Errorf("joined %+v", r)
	}
	now, before := b.schools(views.SchoolQuery{}), b.schools(views.SchoolQuery{Year: 2024})
	if len(now) != 2 || now["XXEE000022"].Municipio != 2 || now["XXEE000022"].ValidFrom != rules.On(2025, 9, 1) {
		t.Errorf("now %+v", now)
	}
	if old := before["XXEE000011"]; len(before) != 1 || old.ValidTo != rules.On(2025, 8, 31) || old.Successor != "XXEE000022" {
		t.Errorf("the year before %+v", before)
	}
	if all := b.schools(views.SchoolQuery{Level: schools.Institute}); len(all) != 1 {
		t.Errorf("institutes %+v", all)
	}
	if none := b.schools(views.SchoolQuery{Municipio: 3}); len(none) != 0 {
		t.Errorf("in Municipio 3: %+v", none)
	}
	if again := b.twoSchools(); again.Schools != 2 || query[int](b, `SELECT count(*) FROM school_published`) != 5 {
		t.Errorf("reading the same files again doubles rows: %+v", again)
	}
}

func TestTheIndicatorsKnowEachCodeByItsNewestRegistry(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.twoSchools()
	b.tamper(`UPDATE schools SET school = (school::jsonb || '{"pupils": 120}')::json WHERE school_code IN ('XXEE000011', 'XXEE000022')`)
	b.tamper(`UPDATE schools SET school = (school::jsonb || '{"municipio": 4}')::json WHERE school_code = 'XXEE000011'`)
	known, err := b.SchoolFacts(t.Context())
	must(t, err)
	if want := map[string]int{"XXEE000011": 4, "XXEE000022": 2}; !maps.Equal(known.Municipio, want) {
		t.Errorf("the Municipi are %v, not %v", known.Municipio, want)
	}
	if want := map[string]int{"XXEE000022": 120}; !maps.Equal(known.Pupils, want) {
		t.Errorf("the pupils are %v, not %v: a code that has ended has none", known.Pupils, want)
	}
}

func TestSchoolsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.twoSchools()
	first, err := b.Schools(t.Context(), views.SchoolQuery{Limit: 1})
	must(t, err)
	second, err := b.Schools(t.Context(), views.SchoolQuery{Limit: 1, Cursor: first.Next})
	must(t, err)
	if first.Items[0].Code != "XXEE000022" || second.Items[0].Code != "XXEE000033" || second.Next != "" {
		t.Errorf("%+v, then %+v", first, second)
	}
}

func entry(code string, grade, places int, on rules.Date) schools.Entry {
	return schools.Entry{SchoolCode: code, Grade: grade, On: on, Places: places, SaidBy: "school"}
}

func TestALaterWordAboutPlacesCountsAndTheEarlierOneStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.twoSchools()
	today := rules.DateOf(b.now)
	enter := func(key string, e ...schools.Entry) error {
		return b.EnterPlaces(t.Context(), views.PlaceEntries{Key: key, By: counsellor.ID, Entries: e})
	}
	key := uuid.NewString()
	must(t, enter(key, entry("XXEE000022", 3, 4, today.AddDays(-40)), entry("XXEE000022", 4, 0, today)))
	if p := b.schools(views.SchoolQuery{})["XXEE000022"].Places; len(p) != 2 || p[0].Free != 4 || !p[0].Stale || p[1].Stale {
		t.Errorf("places %+v", p)
	}
	must(t, enter(key, entry("XXEE000022", 3, 4, today.AddDays(-40)), entry("XXEE000022", 4, 0, today)))
	if err := enter(key, entry("XXEE000022", 3, 5, today)); !errors.Is(err, views.ErrOtherContent) {
		t.Errorf("other figures under the same key: %v", err)
	}
	must(t, enter(uuid.NewString(), entry("XXEE000022", 3, 2, today.AddDays(-1))))
	must(t, enter(uuid.NewString(), entry("XXEE000022", 3, 9, today.AddDays(-60)))) // entered later, of an earlier day
	if p := b.schools(views.SchoolQuery{})["XXEE000022"].Places; p[0].Free != 2 || p[0].Stale || p[0].RecordedBy != counsellor.ID {
		t.Errorf("after a later word %+v", p)
	}
	history, err := b.PlaceHistory(t.Context(), views.PlaceQuery{Code: "XXEE000022", Limit: 10})
	must(t, err)
	if len(history.Items) != 4 {
		t.Errorf("history %+v", history.Items)
	}
	var unknown *views.UnknownSchool
	if err := enter(uuid.NewString(), entry("XXEE000022", 1, 1, today), entry("XXEE999999", 1, 1, today)); !errors.As(err, &unknown) || unknown.Index != 1 {
		t.Errorf("an unknown school: %v", err)
	}
	if n := query[int](b, `SELECT count(*) FROM school_places`); n != 4 {
		t.Errorf("%d figures are kept", n)
	}
}

func TestSeatsKnowTheirPlacesOnTheDay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.twoSchools()
	today := rules.DateOf(b.now)
	must(t, b.EnterPlaces(t.Context(), views.PlaceEntries{Key: uuid.NewString(), By: counsellor.ID, Entries: []schools.Entry{entry("XXEE000022", 3, 4, today.AddDays(-10))}}))
	for on, want := range map[rules.Date]placement.Knowledge{today: placement.Fresh, today.AddDays(30): placement.Stale, today.AddDays(-11): placement.Unknown} {
		seats, err := b.Seats(t.Context(), []views.GradeOf{{Level: schools.Primaria, Grade: 3}}, on)
		must(t, err)
		if len(seats) != 2 || seats[0].Known != want || seats[1].Known != placement.Unknown {
			t.Errorf("on %s: %+v", on, seats)
		}
	}
}

// searching is a family whose child is here and needs a place in the third class.
func (b *bundle) searching() casefile.View {
	b.t.Helper()
	view := b.opened()
	at := casefile.Step{MemberID: view.Members[1].MemberID, On: rules.On(2026, 2, 23)}
	for _, c := range []casefile.Command{&casefile.RecordEntry{Step: at}, &casefile.RequestSchool{Step: at, Municipio: 2}} {
		if o := b.order(view.CaseID, casefile.CommandName(c), c); o.Refusal != nil {
			b.t.Fatal(o.Refusal.Text.En)
		}
	}
	return view
}

// run shares the places out to the child of the family.
func (b *bundle) run(id string, digest byte, view casefile.View) views.Run {
	b.t.Helper()
	today := rules.DateOf(b.now)
	seats, err := b.Seats(b.t.Context(), []views.GradeOf{{Level: schools.Primaria, Grade: 4}}, today)
	must(b.t, err)
	p := placement.NewProblem(today, "sorteggio", []placement.Child{{ID: view.Members[1].MemberID, CaseID: view.CaseID, Level: schools.Primaria, Grade: 4,
		Municipio: 2, Point: &schools.Point{Lat: 45.491, Lon: 9.217}, WaitingSince: today, Salt: "salt of " + id}}, seats, rules.Default())
	r, err := placement.Solve(p)
	must(b.t, err)
	return views.Run{Problem: p, Result: r, RunRow: views.RunRow{RunID: id, On: today, Seed: p.Seed, Children: 1, Placed: 1, Hubs: []string{view.Office},
		ProblemDigest: p.Digest(), ResultDigest: r.Digest(), ComputedBy: officer.ID, RequestDigest: []byte{digest}}}
}

func TestARunCanBeCheckedYearsLaterAndIsKeptSealed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.twoSchools()
	must(t, b.EnterPlaces(t.Context(), views.PlaceEntries{Key: uuid.NewString(), By: counsellor.ID, Entries: []schools.Entry{entry("XXEE000022", 4, 1, rules.DateOf(b.now))}}))
	id, view := uuid.NewString(), b.searching()
	made := b.run(id, 1, view)
	_, err := b.KeepRun(t.Context(), made)
	must(t, err)
	kept, err := b.Run(t.Context(), id)
	must(t, err)
	if found := placement.Verify(kept.Problem, kept.Result); len(found) != 0 || kept.ProblemDigest != kept.Problem.Digest() || kept.ResultDigest != kept.Result.Digest() || kept.Problem.Withheld() != 0 {
		t.Errorf("the kept run does not verify: %+v", found)
	}
	for _, table := range []string{"school_placement_runs", "school_placement_children"} {
		if open := query[string](b, `SELECT row_to_json(r)::text FROM `+table+` r`); strings.Contains(open, "45.49") || strings.Contains(open, "salt of") {
			t.Errorf("whereabouts lie open: %s", open)
		}
	}
	again, err := b.KeepRun(t.Context(), b.run(id, 1, view))
	must(t, err)
	if again.ResultDigest != kept.ResultDigest {
		t.Error("the same request under the same id gives another run")
	}
	if _, err := b.KeepRun(t.Context(), b.run(id, 2, view)); !errors.Is(err, views.ErrOtherContent) {
		t.Errorf("another request under the same id: %v", err)
	}
	if foreign, err := b.Runs(t.Context(), []string{"wemi-to"}, "", 10); err != nil || len(foreign.Items) != 0 {
		t.Errorf("another hub sees %+v, %v", foreign.Items, err)
	}
	list, err := b.Runs(t.Context(), []string{view.Office, "wemi-to"}, "", 10)
	must(t, err)
	if len(list.Items) != 1 || list.Items[0].RunID != id {
		t.Errorf("runs %+v", list)
	}
	if _, err := b.Run(t.Context(), uuid.NewString()); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("a run that is none: %v", err)
	}
}

func TestAPlaceThatWasGivenIsNotGivenTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.twoSchools()
	today := rules.DateOf(b.now)
	must(t, b.EnterPlaces(t.Context(), views.PlaceEntries{Key: uuid.NewString(), By: counsellor.ID, Entries: []schools.Entry{entry("XXEE000022", 4, 2, today)}}))
	view := b.searching()
	child := view.Members[1].MemberID
	run := b.run(uuid.NewString(), 1, view)
	_, err := b.KeepRun(t.Context(), run)
	must(t, err)
	free := func(when string, want int) {
		t.Helper()
		if p := b.schools(views.SchoolQuery{})["XXEE000022"].Places[0]; p.Free != want {
			t.Errorf("%s %d places are free, want %d", when, p.Free, want)
		}
	}
	d := views.LineDecision{DecisionID: uuid.NewString(), RunID: run.RunID, MemberID: child, Action: "confirm", SchoolCode: "XXEE000022", Grade: 4, On: today, DecidedBy: officer.ID}
	propose, err := json.Marshal(casefile.ProposePlace{Step: casefile.Step{MemberID: child, On: today}, SchoolCode: "XXEE000022"})
	must(t, err)
	_, err = b.AcceptOrder(t.Context(), casefile.Order{CommandID: d.DecisionID, CaseID: view.CaseID, Type: "propose_place", Body: propose, Actor: counsellor, At: b.now})
	must(t, err)
	for range 2 {
		_, err = b.DecideLine(t.Context(), d)
		must(t, err)
	}
	free("while the command waits", 1)
	_, err = b.Transact(t.Context(), view.CaseID, d.DecisionID)
	must(t, err)
	free("once it is proposed", 1)
	other := d
	other.SchoolCode = "XXEE000033"
	if _, err := b.DecideLine(t.Context(), other); !errors.Is(err, views.ErrOtherContent) {
		t.Errorf("another decision under the same id: %v", err)
	}
	b.order(view.CaseID, "decline_place", casefile.DeclinePlace{Step: casefile.Step{MemberID: child, On: today}, Reason: "too_far"})
	free("after the family's no", 2)
	b.order(view.CaseID, "propose_place", casefile.ProposePlace{Step: casefile.Step{MemberID: child, On: today}, SchoolCode: "XXEE000022"})
	free("proposed without any run", 1)
	other.DecisionID, other.Action, other.Reason = uuid.NewString(), "change", "nearer_to_work"
	_, err = b.DecideLine(t.Context(), other)
	must(t, err)
	kept, err := b.Run(t.Context(), run.RunID)
	must(t, err)
	if len(kept.Decisions) != 2 || kept.Decisions[1].Reason != "nearer_to_work" {
		t.Errorf("decisions %+v", kept.Decisions)
	}
}

func TestWhoIsErasedIsGoneFromEveryRunAndItsCertificateStillHolds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.twoSchools()
	must(t, b.EnterPlaces(t.Context(), views.PlaceEntries{Key: uuid.NewString(), By: counsellor.ID, Entries: []schools.Entry{entry("XXEE000022", 4, 1, rules.DateOf(b.now))}}))
	view := b.searching()
	child, id := view.Members[1].MemberID, uuid.NewString()
	_, err := b.KeepRun(t.Context(), b.run(id, 1, view))
	must(t, err)
	if record, err := b.Person(t.Context(), child); err != nil || len(record.Placed) != 1 || record.Placed[0].Child.Point == nil {
		t.Errorf("before the erasure the child's own record holds %+v, %v", record.Placed, err)
	}
	if record, err := b.Person(t.Context(), view.Members[0].MemberID); err != nil || len(record.Placed) != 0 {
		t.Errorf("the mother's record holds %+v, %v", record.Placed, err)
	}
	b.erase(view.CaseID, child)
	if record, err := b.Person(t.Context(), child); err != nil || len(record.Placed) != 0 {
		t.Errorf("after the erasure the child's record holds %+v, %v", record.Placed, err)
	}
	kept, err := b.Run(t.Context(), id)
	must(t, err)
	if text := toJSON(t, kept); strings.Contains(text, "45.491") || strings.Contains(text, "salt of") || strings.Contains(text, "is no. 1") {
		t.Errorf("the run still tells of the child: %s", text)
	}
	if kept.Problem.Withheld() != 1 || kept.ProblemDigest != kept.Problem.Digest() || kept.ResultDigest != kept.Result.Digest() {
		t.Errorf("the digests no longer hold: %+v", kept)
	}
	if found := placement.Verify(kept.Problem, kept.Result); len(found) != 0 {
		t.Errorf("the certificate no longer holds: %+v", found)
	}
	// A run made afterwards keeps nothing of the child either.
	later := uuid.NewString()
	_, err = b.KeepRun(t.Context(), b.run(later, 1, view))
	must(t, err)
	if after, err := b.Run(t.Context(), later); err != nil || after.Problem.Withheld() != 1 {
		t.Errorf("a later run: %+v, %v", after.Problem.Children, err)
	}
}

func TestChildrenWhoWaitAreListedLongestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.town()
	page, err := b.Waiting(t.Context(), views.WaitingQuery{Offices: []string{"wemi-mi"}, Limit: 10})
	must(t, err)
	var phases []casefile.SchoolPhase
	for _, c := range page.Items {
		phases = append(phases, c.Phase)
		if c.Level != "primaria" || c.Grade != 4 || c.Since != rules.On(2026, 2, 23) || c.Days != c.AbsentFrom.DaysUntil(rules.DateOf(b.now)) {
			t.Errorf("%+v", c)
		}
	}
	slices.Sort(phases)
	if !slices.Equal(phases, []casefile.SchoolPhase{"needed", "proposed", "searching"}) {
		t.Errorf("they are %v: who attends or is still abroad is none of them", phases)
	}
	first, err := b.Waiting(t.Context(), views.WaitingQuery{Offices: []string{"wemi-mi"}, Limit: 2})
	must(t, err)
	rest, err := b.Waiting(t.Context(), views.WaitingQuery{Offices: []string{"wemi-mi"}, Limit: 2, Cursor: first.Next})
	must(t, err)
	if len(rest.Items) != 1 || rest.Items[0].MemberID != page.Items[2].MemberID {
		t.Errorf("the second page is %+v", rest.Items)
	}
	grade := 4
	for _, none := range []views.WaitingQuery{{}, {Offices: []string{"wemi-to"}}, {Offices: []string{"wemi-mi"}, Municipio: 5}, {Offices: []string{"wemi-mi"}, Level: "infanzia"},
		{Offices: []string{"wemi-mi"}, Language: "zh"}, {Offices: []string{"wemi-mi"}, Members: []string{uuid.NewString()}}} {
		none.Limit = 10
		if found, err := b.Waiting(t.Context(), none); err != nil || len(found.Items) != 0 {
			t.Errorf("%+v finds %+v, %v", none, found.Items, err)
		}
	}
	some, err := b.Waiting(t.Context(), views.WaitingQuery{Offices: []string{"wemi-mi"}, Phase: casefile.SchoolProposed, Grade: &grade, Limit: 10})
	must(t, err)
	if len(some.Items) != 1 || some.Items[0].SchoolCode != "MIIC8AA00X" {
		t.Errorf("proposed: %+v", some.Items)
	}
}
