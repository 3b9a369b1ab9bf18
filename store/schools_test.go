// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/uuid"

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

func (b *bundle) run(id string, digest byte) views.Run {
	b.t.Helper()
	today := rules.DateOf(b.now)
	seats, err := b.Seats(b.t.Context(), []views.GradeOf{{Level: schools.Primaria, Grade: 3}}, today)
	must(b.t, err)
	p := placement.NewProblem(today, "sorteggio", []placement.Child{{ID: uuid.NewString(), CaseID: uuid.NewString(), Level: schools.Primaria, Grade: 3,
		Municipio: 2, Point: &schools.Point{Lat: 45.491, Lon: 9.217}, WaitingSince: today}}, seats, rules.Default())
	r, err := placement.Solve(p)
	must(b.t, err)
	return views.Run{Problem: p, Result: r, RunRow: views.RunRow{RunID: id, On: today, Seed: p.Seed, Children: 1, Placed: 1,
		ProblemDigest: p.Digest(), ResultDigest: r.Digest(), ComputedBy: officer.ID, RequestDigest: []byte{digest}}}
}

func TestARunCanBeCheckedYearsLaterAndIsKeptSealed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.twoSchools()
	must(t, b.EnterPlaces(t.Context(), views.PlaceEntries{Key: uuid.NewString(), By: counsellor.ID, Entries: []schools.Entry{entry("XXEE000022", 3, 1, rules.DateOf(b.now))}}))
	id := uuid.NewString()
	made := b.run(id, 1)
	_, err := b.KeepRun(t.Context(), made)
	must(t, err)
	kept, err := b.Run(t.Context(), id)
	must(t, err)
	if found := placement.Verify(kept.Problem, kept.Result); len(found) != 0 || kept.ProblemDigest != kept.Problem.Digest() || kept.ResultDigest != kept.Result.Digest() {
		t.Errorf("the kept run does not verify: %+v", found)
	}
	if open := query[string](b, `SELECT row_to_json(r)::text FROM school_placement_runs r`); strings.Contains(open, made.Problem.Children[0].ID) || strings.Contains(open, "45.49") {
		t.Errorf("children lie open: %s", open)
	}
	again, err := b.KeepRun(t.Context(), b.run(id, 1))
	must(t, err)
	if again.ResultDigest != kept.ResultDigest {
		t.Error("the same request under the same id gives another run")
	}
	if _, err := b.KeepRun(t.Context(), b.run(id, 2)); !errors.Is(err, views.ErrOtherContent) {
		t.Errorf("another request under the same id: %v", err)
	}
	list, err := b.Runs(t.Context(), "", 10)
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
	must(t, b.EnterPlaces(t.Context(), views.PlaceEntries{Key: uuid.NewString(), By: counsellor.ID, Entries: []schools.Entry{entry("XXEE000022", 3, 2, today)}}))
	run := b.run(uuid.NewString(), 1)
	_, err := b.KeepRun(t.Context(), run)
	must(t, err)
	b.now = b.now.Add(1e9)
	d := views.LineDecision{DecisionID: uuid.NewString(), RunID: run.RunID, MemberID: run.Result.Lines[0].ChildID, Action: "confirm", SchoolCode: "XXEE000022", Grade: 3, On: today, DecidedBy: officer.ID}
	free := func(want int) {
		t.Helper()
		if p := b.schools(views.SchoolQuery{})["XXEE000022"].Places[0]; p.Free != want {
			t.Errorf("%d places are free, want %d", p.Free, want)
		}
	}
	_, err = b.DecideLine(t.Context(), d)
	must(t, err)
	_, err = b.DecideLine(t.Context(), d)
	must(t, err)
	free(1)
	other := d
	other.SchoolCode = "XXEE000033"
	if _, err := b.DecideLine(t.Context(), other); !errors.Is(err, views.ErrOtherContent) {
		t.Errorf("another decision under the same id: %v", err)
	}
	other.DecisionID, other.Action, other.Reason = uuid.NewString(), "change", "nearer_to_work"
	_, err = b.DecideLine(t.Context(), other)
	must(t, err)
	free(2)
	kept, err := b.Run(t.Context(), run.RunID)
	must(t, err)
	if len(kept.Decisions) != 2 || kept.Decisions[1].Reason != "nearer_to_work" {
		t.Errorf("decisions %+v", kept.Decisions)
	}
}
