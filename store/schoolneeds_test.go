// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// town brings some families through their first steps, each as far as the next.
func (b *bundle) town() {
	b.t.Helper()
	for i := range 6 {
		view := b.opened()
		child := view.Members[1].MemberID
		steps := []struct {
			name string
			body any
		}{
			{"record_needs_profile", casefile.RecordNeedsProfile{Step: casefile.Step{MemberID: child, On: rules.On(2026, time.February, 24)},
				NeedsProfile: casefile.NeedsProfile{Languages: []string{[]string{"ar", "es"}[i%2]}}}},
			{"record_entry", casefile.RecordEntry{Step: casefile.Step{MemberID: child, On: rules.On(2026, time.February, 23)}}},
			{"request_school", casefile.RequestSchool{Step: casefile.Step{MemberID: child, On: rules.On(2026, time.February, 25)}, Municipio: 1 + i%3}},
			{"propose_place", casefile.ProposePlace{Step: casefile.Step{MemberID: child, On: rules.On(2026, time.February, 26)}, SchoolCode: "MIIC8AA00X"}},
			{"record_school_started", casefile.RecordSchoolStarted{Step: casefile.Step{MemberID: child, On: rules.On(2026, time.February, 27)}}},
		}
		for _, s := range steps[:min(i, len(steps))] {
			if o := b.order(view.CaseID, s.name, s.body); o.Refusal != nil {
				b.t.Fatalf("%s is refused: %s", s.name, o.Refusal.Text.En)
			}
		}
	}
}

func TestTheDatabaseCountsWhatTheTracksSay(t *testing.T) {
	b := setup(t)
	b.town()
	log, err := b.FigureLog(t.Context(), rules.DateOf(b.now).AddDays(1))
	must(t, err)
	tracks := log.All()
	var queries []demand.Query
	for _, name := range demand.Dimensions {
		queries = append(queries, demand.Query{GroupBy: []string{name}})
		for _, cell := range demand.Count(tracks, rules.DateOf(b.now), queries[len(queries)-1], rules.Default()) {
			queries = append(queries, demand.Query{GroupBy: []string{"municipio", "level"}, Filter: map[string]string{name: cell.Values[0]}})
		}
	}
	for _, q := range append(queries, demand.Query{}) {
		cells, position, err := b.SchoolDemand(t.Context(), q, rules.DateOf(b.now))
		must(t, err)
		if want := demand.Count(tracks, rules.DateOf(b.now), q, rules.Default()); !sameCells(cells, want) || len(want) == 0 {
			t.Errorf("%+v: the database counts %+v, the tracks %+v", q, cells, want)
		}
		if position != log.Position {
			t.Errorf("at position %d, not %d", position, log.Position)
		}
	}
}

func sameCells(a, b []demand.Cell) bool {
	order := func(x, y demand.Cell) int { return slices.Compare(x.Values, y.Values) }
	slices.SortFunc(a, order)
	slices.SortFunc(b, order)
	return slices.EqualFunc(a, b, func(x, y demand.Cell) bool { return slices.Equal(x.Values, y.Values) && x.Count == y.Count })
}

const allNeeds = `SELECT coalesce(string_agg(n::text, E'\n' ORDER BY member_id), '') FROM school_needs n`

func TestTheTableOfNeedsIsRebuiltAsItWas(t *testing.T) {
	b := setup(t)
	b.town()
	before := query[string](b, allNeeds)
	ids, err := b.CaseIDs(t.Context())
	must(t, err)
	for _, id := range ids {
		_, err := b.RebuildView(t.Context(), id)
		must(t, err)
	}
	if after := query[string](b, allNeeds); after != before || before == "" {
		t.Errorf("rebuilt as\n%s\nand not\n%s", after, before)
	}
}

func TestTheTableOfNeedsNamesNobody(t *testing.T) {
	b := setup(t)
	b.town()
	columns := query[[]string](b, `SELECT array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns WHERE table_name = 'school_needs' AND column_name ~ 'name|birth|sex|citizen|phone|mail|address|note'`)
	if len(columns) > 0 {
		t.Errorf("columns %v", columns)
	}
	if rows := query[int](b, `SELECT count(*) FROM school_needs`); rows != 6 {
		t.Errorf("%d rows: one for each child, none for the mothers", rows)
	}
}

func TestThePastIsReadAsItWasRecorded(t *testing.T) {
	b := setup(t)
	view := b.opened()
	child := view.Members[1].MemberID
	b.now = noon.AddDate(0, 0, 10)
	b.order(view.CaseID, "record_entry", casefile.RecordEntry{Step: casefile.Step{MemberID: child, On: rules.On(2026, time.February, 23)}})
	early, err := b.FigureLog(t.Context(), rules.DateOf(noon).AddDays(1))
	must(t, err)
	late, err := b.FigureLog(t.Context(), rules.DateOf(b.now).AddDays(1))
	must(t, err)
	if early.Position >= late.Position || !early.All()[1].EnteredOn.IsZero() || late.All()[1].EnteredOn != rules.On(2026, time.February, 23) {
		t.Errorf("position %d: %+v; position %d: %+v", early.Position, early.All(), late.Position, late.All())
	}
	again, err := b.FigureLog(t.Context(), rules.DateOf(noon).AddDays(1))
	must(t, err)
	on := rules.DateOf(noon).AddDays(1)
	if a, b := demand.StampOf("x/1", on, early.Position, early.Known(on)), demand.StampOf("x/1", on, again.Position, again.Known(on)); a != b {
		t.Errorf("%+v and then %+v", a, b)
	}
}

func TestPublishedFiguresComeOutTheSameAtTheirPositionLater(t *testing.T) {
	b := setup(t)
	b.town()
	on := rules.DateOf(b.now).AddDays(1)
	for _, key := range []demand.Key{demand.ForecastKey(on, 6, []string{"level"}), {Kind: demand.BackTestDefinition, On: on}, {Kind: demand.IndicatorDefinition, On: on}} {
		log, err := b.FigureLog(t.Context(), on)
		must(t, err)
		made, err := demand.Make(key, log, demand.Schools{})
		must(t, err)
		_, err = b.Publish(t.Context(), key, made)
		must(t, err)
	}
	b.now = b.now.AddDate(0, 0, 30)
	b.town() // told later, of days long gone
	published, err := b.Publications(t.Context())
	must(t, err)
	if len(published) != 3 {
		t.Errorf("%d publications", len(published))
	}
	for _, p := range published {
		stamp, err := p.Stamp()
		must(t, err)
		log, err := b.FigureLogAt(t.Context(), stamp.LogPosition)
		must(t, err)
		made, err := demand.Make(p.Key, log, demand.Schools{})
		must(t, err)
		if string(made) != string(p.Figures) {
			t.Errorf("%s was published as\n%s\nand comes out as\n%s", p.Kind, p.Figures, made)
		}
	}
}

func TestFiguresOfAnUnknownDefinitionAreNotMade(t *testing.T) {
	for _, key := range []demand.Key{{Kind: "indicators/0"}, {Kind: demand.ForecastDefinition, Parameters: "months=many"}} {
		if made, err := demand.Make(key, &demand.Log{Book: rules.Default()}, demand.Schools{}); err == nil {
			t.Errorf("%+v is made as %s", key, made)
		}
	}
}

func TestWhatWasPublishedFirstStands(t *testing.T) {
	b := setup(t)
	key := demand.Key{Kind: "indicators/1", On: rules.DateOf(noon)}
	if _, err := b.Published(t.Context(), key); !errors.Is(err, views.ErrNotFound) {
		t.Errorf("before it was published: %v", err)
	}
	for _, figures := range []string{`{"a":1}`, `{"a":2}`} {
		kept, err := b.Publish(t.Context(), key, []byte(figures))
		must(t, err)
		if string(kept) != `{"a":1}` {
			t.Errorf("published as %s", kept)
		}
	}
}

func TestQuestionsAndPublishedFiguresAreNeverChanged(t *testing.T) {
	b := setup(t)
	must(t, b.RecordQuestion(t.Context(), demand.Question{By: counsellor, Purpose: "report", Kind: "school_demand/1", Parameters: map[string]string{"grade": "5"}}, []byte("answer")))
	_, err := b.Publish(t.Context(), demand.Key{Kind: "indicators/1", On: rules.DateOf(noon)}, []byte(`{}`))
	must(t, err)
	conn, err := pgx.Connect(t.Context(), b.url)
	must(t, err)
	defer conn.Close(context.Background())
	for _, sql := range []string{`UPDATE demand_queries SET purpose = 'other'`, `DELETE FROM demand_queries`, `TRUNCATE demand_queries`,
		`UPDATE published_figures SET figures = '{}'`, `DELETE FROM published_figures`, `TRUNCATE published_figures`} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is allowed even to the owner", sql)
		}
	}
	if kept := query[string](b, `SELECT purpose || ' ' || kind || ' ' || parameters::text FROM demand_queries`); kept != `report school_demand/1 {"grade":"5"}` {
		t.Errorf("kept: %s", kept)
	}
}

// A count must stay quick with many children in the table: compare the sizes.
func BenchmarkSchoolDemand(b *testing.B) {
	for _, children := range []int{20_000, 200_000} {
		for _, waiting := range []int{100, 5} { // per cent
			b.Run(fmt.Sprintf("children=%d/waiting=%d%%", children, waiting), func(b *testing.B) { benchmarkDemand(b, children, waiting) })
		}
	}
}

func benchmarkDemand(b *testing.B, children, waiting int) {
	log := benchStore(b, children, waiting)
	queries := []demand.Query{{}, {GroupBy: []string{"municipio"}}, {GroupBy: []string{"municipio", "level", "language"}},
		{GroupBy: []string{"month", "grade"}, Filter: map[string]string{"municipio": "4", "language": "ar"}}}
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		cells, _, err := log.SchoolDemand(b.Context(), queries[len(took)%len(queries)], rules.On(2026, time.March, 2))
		must(b, err)
		if len(cells) == 0 {
			b.Fatal("nothing counted")
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
