// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ricongiungi/rules"
	"ricongiungi/schools"
)

var (
	monday = rules.On(2026, 3, 2)
	book   = rules.Default()
)

// draw makes a problem of so many children and seats of one grade.
func draw(t *rapid.T, children, seats int) Problem {
	p := Problem{Definition: Definition, On: monday, Seed: rapid.StringN(1, 8, -1).Draw(t, "seed"), ZoneMetres: 1000,
		Priorities: rapid.Permutation(StandardPriorities()).Draw(t, "priorities")[:rapid.IntRange(0, 4).Draw(t, "how many")]}
	for i := range rapid.IntRange(1, seats).Draw(t, "seats") {
		p.Seats = append(p.Seats, Seat{SchoolCode: fmt.Sprintf("XXEE%06d", i), Level: schools.Primaria, Grade: 3, Known: Fresh,
			Free: rapid.IntRange(1, 3).Draw(t, "places"), Municipio: rapid.IntRange(0, 9).Draw(t, "of school"), Fees: rapid.IntRange(0, 5).Draw(t, "fees") == 0})
	}
	codes := rapid.SliceOfNDistinct(rapid.SampledFrom(p.Seats), 0, min(3, len(p.Seats)), func(s Seat) string { return s.SchoolCode })
	for i := range rapid.IntRange(1, children).Draw(t, "children") {
		c := Child{ID: fmt.Sprintf("child-%d", i), Level: schools.Primaria, Grade: 3, Municipio: rapid.IntRange(0, 9).Draw(t, "of child"),
			WaitingSince: monday.AddDays(-rapid.IntRange(0, 3).Draw(t, "days"))}
		for _, s := range codes.Draw(t, "wishes") {
			c.Wishes = append(c.Wishes, s.SchoolCode)
		}
		if rapid.Bool().Draw(t, "sibling") {
			c.Siblings = []string{rapid.SampledFrom(p.Seats).Draw(t, "sibling's").SchoolCode}
		}
		p.Children = append(p.Children, c)
	}
	return p
}

func solve(t rapid.TB, p Problem) Result {
	t.Helper()
	r, err := Solve(p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// everyMatching tries every way to give each child one of its seats or none.
func everyMatching(p Problem, visit func(got []*pair)) {
	choices := make([][]pair, len(p.Children))
	for i := range p.Children {
		choices[i] = p.choicesOf(&p.Children[i])
	}
	got, taken := make([]*pair, len(p.Children)), map[seatID]int{}
	var place func(child int)
	place = func(child int) {
		if child == len(got) {
			visit(got)
			return
		}
		got[child] = nil
		place(child + 1)
		for i := range choices[child] {
			with := &choices[child][i]
			if taken[with.seat.id()] == with.seat.Free {
				continue
			}
			taken[with.seat.id()]++
			got[child] = with
			place(child + 1)
			taken[with.seat.id()]--
		}
		got[child] = nil
	}
	place(0)
}

// stable is the definition, taken literally.
func stable(p Problem, got []*pair) bool {
	drawn := p.drawn()
	for i := range p.Children {
		for _, dearer := range p.choicesOf(&p.Children[i]) {
			if got[i] != nil && dearer.seat.SchoolCode == got[i].seat.SchoolCode {
				break
			}
			inside, weaker := 0, false
			mine := p.claimOf(&p.Children[i], dearer, drawn[i])
			for j, other := range got {
				if other != nil && other.seat.SchoolCode == dearer.seat.SchoolCode {
					inside++
					weaker = weaker || mine.stronger(p.claimOf(&p.Children[j], *other, drawn[j]))
				}
			}
			if inside < dearer.seat.Free || weaker {
				return false
			}
		}
	}
	return true
}

func TestNoStableSharingOutIsBetterForAnyChild(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t, 5, 4)
		result := solve(t, p)
		found := 0
		everyMatching(p, func(got []*pair) {
			if !stable(p, got) {
				return
			}
			same := true
			for i, line := range result.Lines {
				choice := 0
				if got[i] != nil {
					choice = 1 + slices.IndexFunc(p.choicesOf(&p.Children[i]), func(c pair) bool { return c.seat == got[i].seat })
				}
				if choice != 0 && (line.Choice == 0 || choice < line.Choice) {
					t.Fatalf("%s could have choice %d and has %d", line.ChildID, choice, line.Choice)
				}
				same = same && choice == line.Choice
			}
			if same {
				found++
			}
		})
		if found != 1 {
			t.Fatalf("the result is %d of the stable ones", found)
		}
	})
}

// The verifier must call stable what is stable by the definition, and nothing else.
func TestTheVerifierFindsExactlyTheBlockingPairs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t, 4, 3)
		seen := map[bool]int{}
		everyMatching(p, func(got []*pair) {
			r := Result{Problem: p.Digest()}
			fills := map[seatID]*Fill{}
			for _, s := range p.Seats {
				r.Filled = append(r.Filled, Fill{SchoolCode: s.SchoolCode, Grade: s.Grade, Places: s.Free})
			}
			for i := range r.Filled {
				fills[seatID{r.Filled[i].SchoolCode, 3}] = &r.Filled[i]
			}
			for i, c := range p.Children {
				line := Line{ChildID: c.ID, Grade: 3}
				if got[i] != nil {
					line.SchoolCode = got[i].seat.SchoolCode
					fills[got[i].seat.id()].Children = append(fills[got[i].seat.id()].Children, c.ID)
				}
				r.Lines = append(r.Lines, line)
			}
			want := stable(p, got)
			if found := Verify(p, r); (len(found) == 0) != want {
				t.Fatalf("stable %v, found %+v", want, found)
			}
			seen[want]++
		})
		if seen[true] == 0 {
			t.Fatal("no stable matching exists, which Gale and Shapley exclude")
		}
	})
}

func TestLargeSharingsOutAreStableAndIndifferentToTheOrderOfTheirInput(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t, 60, 20)
		result := solve(t, p)
		if found := Verify(p, result); len(found) != 0 {
			t.Fatalf("found %+v", found)
		}
		shuffled := p
		shuffled.Children, shuffled.Seats = slices.Clone(p.Children), slices.Clone(p.Seats)
		slices.Reverse(shuffled.Children)
		slices.Reverse(shuffled.Seats)
		again := solve(t, shuffled)
		slices.Reverse(again.Lines)
		if !reflect.DeepEqual(result.Lines, again.Lines) {
			t.Fatal("another order of the same input gives another result")
		}
	})
}

func TestOneMorePlaceHarmsNoChild(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t, 30, 10)
		before := solve(t, p)
		p.Seats = slices.Clone(p.Seats)
		p.Seats[rapid.IntRange(0, len(p.Seats)-1).Draw(t, "where")].Free++
		for i, line := range solve(t, p).Lines {
			if was := before.Lines[i].Choice; was != 0 && (line.Choice == 0 || line.Choice > was) {
				t.Fatalf("%s had choice %d and now has %d", line.ChildID, was, line.Choice)
			}
		}
	})
}

// A family that hides or reorders its wishes gets nothing dearer by it.
func TestNoFamilyGainsByAnUntrueWish(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t, 8, 5)
		for i := range p.Seats {
			p.Seats[i].Fees = false // a wish for a school with fees makes it eligible: another question
		}
		honest, truth := solve(t, p), p.choicesOf(&p.Children[0])
		p.Children = slices.Clone(p.Children)
		p.Children[0].Wishes = rapid.Permutation([]string{"XXEE000000", "XXEE000001", "XXEE000002", "XXEE000003"}).Draw(t, "untrue")
		line := solve(t, p).Lines[0]
		got := slices.IndexFunc(truth, func(c pair) bool { return c.seat.SchoolCode == line.SchoolCode })
		if was := honest.Lines[0].Choice; got >= 0 && (was == 0 || got+1 < was) {
			t.Fatalf("an untrue wish turned choice %d into %d", was, got+1)
		}
	})
}

// tampered results are found out, each in its own way.
func TestTheVerifierFindsEveryTampering(t *testing.T) {
	t.Parallel()
	p := sample()
	for want, spoil := range map[string]func(*Problem, *Result){
		"other_problem": func(p *Problem, _ *Result) { p.Seed = "another" },
		"missing":       func(_ *Problem, r *Result) { r.Lines = r.Lines[1:] },
		"unknown":       func(_ *Problem, r *Result) { r.Lines = append(r.Lines, r.Lines[0]) },
		"not_eligible":  func(_ *Problem, r *Result) { r.Lines[0].Grade = 4 },
		"overfull":      func(_ *Problem, r *Result) { r.Filled[0].Children = []string{"a", "b", "c"} },
		"inconsistent":  func(_ *Problem, r *Result) { r.Filled[0].Children = nil },
		"blocking_pair": func(_ *Problem, r *Result) { r.Lines[0].SchoolCode, r.Filled[0].Children = "", nil },
	} {
		q, r := p, solve(t, p)
		spoil(&q, &r)
		found := Verify(q, r)
		if !slices.ContainsFunc(found, func(v Violation) bool { return v.Code == want }) {
			t.Errorf("%s: found %+v", want, found)
		}
	}
	if found := Verify(p, solve(t, p)); len(found) != 0 {
		t.Errorf("an honest result: %+v", found)
	}
}

// sample has one place at the near school, which a and b both wish for, and two
// at the far one; a's sister goes to the near school.
func sample() Problem {
	near, far := schools.Point{Lat: 45.50, Lon: 9.20}, schools.Point{Lat: 45.53, Lon: 9.20}
	seats := []Seat{
		{SchoolCode: "XXEE000001", Name: "Scuola Vicina", Level: schools.Primaria, Grade: 3, Municipio: 2, Location: &near, Known: Fresh, Free: 1, On: monday},
		{SchoolCode: "XXEE000002", Name: "Scuola Lontana", Level: schools.Primaria, Grade: 3, Municipio: 9, Location: &far, Known: Fresh, Free: 2, On: monday},
	}
	children := []Child{
		{ID: "a", CaseID: "case-a", Level: schools.Primaria, Grade: 3, Municipio: 2, Wishes: []string{"XXEE000001"}, Siblings: []string{"XXEE000001"}, WaitingSince: monday},
		{ID: "b", CaseID: "case-b", Level: schools.Primaria, Grade: 3, Municipio: 2, Wishes: []string{"XXEE000001"}, WaitingSince: monday.AddDays(-90)},
		{ID: "c", CaseID: "case-c", Level: schools.Primaria, Grade: 4, Municipio: 2, WaitingSince: monday},
	}
	return NewProblem(monday, "estrazione 2 marzo 2026", children, seats, book)
}

func TestEveryChildIsToldWhyThisSchoolAndNotTheWishedOne(t *testing.T) {
	t.Parallel()
	lines := solve(t, sample()).Lines
	for i, want := range []struct {
		school, it, en string
		choice         int
	}{
		{"XXEE000001", "Scuola Vicina: è la scelta n. 1 della famiglia.", "Scuola Vicina: it is choice no. 1 of the family.", 1},
		{"XXEE000002", "ha deciso avere fratelli o sorelle nella scuola.", "what decided was having a brother or sister in the school.", 2},
		{"", "la ricerca continua", "the search goes on", 0},
	} {
		line := lines[i]
		if line.SchoolCode != want.school || line.Choice != want.choice || !strings.Contains(line.Why.It, want.it) || !strings.Contains(line.Why.En, want.en) {
			t.Errorf("%s: %q, choice %d, %+v", line.ChildID, line.SchoolCode, line.Choice, line.Why)
		}
	}
}

func TestEachPriorityDecidesInItsTurn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		by    string
		first func(*Child)
	}{
		{BySibling, func(c *Child) { c.Siblings = []string{"XXEE000001"} }},
		{ByMunicipio, func(c *Child) { c.Municipio = 2 }},
		{ByDistance, func(c *Child) { c.Point = &schools.Point{Lat: 45.501, Lon: 9.2} }},
		{ByWaiting, func(c *Child) { c.WaitingSince = monday.AddDays(-30) }},
	} {
		p := sample()
		p.Seats = p.Seats[:1]
		other := Child{ID: "a", Level: schools.Primaria, Grade: 3, Municipio: 9, Wishes: []string{"XXEE000001"}, WaitingSince: monday}
		first := other
		first.ID = "b"
		c.first(&first)
		p.Children = []Child{other, first}
		lines := solve(t, p).Lines
		if lines[1].SchoolCode == "" || lines[0].SchoolCode != "" || !strings.Contains(lines[0].Why.En, criteria[c.by].en) {
			t.Errorf("%s does not decide: %+v", c.by, lines)
		}
	}
}

// An indicator orders and explains; the school stays in the list of every family.
func TestNoIndicatorKeepsASchoolFromAFamily(t *testing.T) {
	t.Parallel()
	n := func(v int) *int { return &v }
	child := Child{ID: "a", Level: schools.Primaria, Grade: 3, Municipio: 2, WaitingSince: monday}
	at := schools.Point{Lat: 45.50, Lon: 9.20}
	figure := func(foreign, arrived int) *schools.Figure {
		return &schools.Figure{Entry: schools.Entry{On: monday, Places: 2, Pupils: n(100), NonItalian: n(foreign), NewlyArrived: n(arrived)}}
	}
	seat := func(code string, f *schools.Figure) Seat {
		return SeatOf(schools.School{Code: code, Name: code, Level: schools.Primaria, Kind: schools.State, Location: &at, Municipio: 2}, 3, f, monday, book)
	}
	seats := []Seat{seat("XXEE000001", figure(90, 80)), seat("XXEE000002", figure(31, 20)), seat("XXEE000003", figure(30, 20))}
	var codes []string
	for _, r := range Rank(child, seats, monday, book) {
		codes = append(codes, fmt.Sprint(r.SchoolCode, " ", r.Above))
	}
	if want := []string{"XXEE000003 0", "XXEE000002 1", "XXEE000001 2"}; !slices.Equal(codes, want) {
		t.Errorf("ranked %v, want %v", codes, want)
	}
	child.Wishes = []string{"XXEE000001"}
	if first := Rank(child, seats, monday, book)[0]; first.SchoolCode != "XXEE000001" || !strings.Contains(first.Reasons[len(first.Reasons)-1].Text.It, "80% (indicatore: 20%; non è motivo di rifiuto)") {
		t.Errorf("the wished school is %+v", first)
	}
	before := SeatOf(schools.School{Level: schools.Primaria}, 3, figure(90, 80), rules.On(2010, 8, 31), book)
	if before.Above != 0 {
		t.Error("an indicator counts before it was made")
	}
	for _, p := range []Problem{NewProblem(monday, "x", []Child{child}, seats[:1], book)} {
		if line := solve(t, p).Lines[0]; line.SchoolCode != "XXEE000001" {
			t.Errorf("a child is kept out by an indicator: %+v", line)
		}
	}
}

func TestSchoolsAreRankedWithTheirReasons(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	at := func(north float64) *schools.Point { return &schools.Point{Lat: 45.50 + north, Lon: 9.20} }
	base := func(code string, where *schools.Point, known Knowledge, free int) Seat {
		return Seat{SchoolCode: code, Name: code, Level: schools.Primaria, Grade: 3, Municipio: 2, Location: where, Known: known, Free: free, On: monday}
	}
	full, stale, unknown, away, help, dear := base("FULL", at(0), Fresh, 0), base("STALE", at(0.001), Stale, 4), base("UNKNOWN", at(0.002), Unknown, 0),
		base("AWAY", at(0.03), Fresh, 1), base("HELP", at(0.006), Fresh, 1), base("DEAR", at(0), Fresh, 9)
	help.LanguageHelp, away.LanguageHelp, dear.Fees = &yes, &no, true
	near := base("NEAR", at(0.001), Fresh, 1)
	child := Child{ID: "a", Level: schools.Primaria, Grade: 3, Municipio: 2, Point: at(0), NeedsItalian: true, WaitingSince: monday}
	var got []string
	for _, r := range Rank(child, []Seat{full, stale, unknown, away, help, dear, near}, monday, book) {
		var codes []string
		for _, reason := range r.Reasons {
			codes = append(codes, reason.Code)
			if reason.Text.It == "" || reason.Text.En == "" || strings.Contains(reason.Text.It+reason.Text.En, "%!") {
				t.Errorf("%s: %+v", r.SchoolCode, reason)
			}
		}
		got = append(got, r.SchoolCode+": "+strings.Join(codes, " "))
	}
	want := []string{"HELP: places_free distance municipio language_help", "NEAR: places_free distance municipio", "AWAY: places_free distance municipio no_language_help",
		"STALE: places_stale distance municipio", "UNKNOWN: places_unknown distance municipio", "FULL: places_full distance municipio"}
	if !slices.Equal(got, want) {
		t.Errorf("ranked\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	child.Wishes, child.Siblings = []string{"DEAR"}, []string{"AWAY"}
	ranked := Rank(child, []Seat{near, away, dear}, monday, book)
	if ranked[0].SchoolCode != "DEAR" || ranked[1].SchoolCode != "AWAY" || *ranked[0].Reasons[1].Value != 1 {
		t.Errorf("a wish and a sibling do not come first: %+v", ranked)
	}
}

func TestAProblemThatIsNoneIsNotSolved(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(*Problem){
		"definition": func(p *Problem) { p.Definition = 2 },
		"seed":       func(p *Problem) { p.Seed = "" },
		"zones":      func(p *Problem) { p.ZoneMetres = 0 },
		"not known":  func(p *Problem) { p.Priorities = []string{"wealth"} },
		"repeated":   func(p *Problem) { p.Priorities = []string{BySibling, BySibling} },
		"child a":    func(p *Problem) { p.Children = append(p.Children, p.Children[0]) },
		"grade 3":    func(p *Problem) { p.Seats = append(p.Seats, p.Seats[0]) },
	} {
		p := sample()
		spoil(&p)
		if _, err := Solve(p); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// large is 2,000 children of one grade for 400 schools.
func large() Problem {
	dice := rand.New(rand.NewPCG(1, 2))
	point := func() *schools.Point {
		return &schools.Point{Lat: 45.40 + dice.Float64()*0.12, Lon: 9.08 + dice.Float64()*0.18}
	}
	p := Problem{Definition: Definition, On: monday, Seed: "x", Priorities: StandardPriorities(), ZoneMetres: 1000}
	for i := range 400 {
		p.Seats = append(p.Seats, Seat{SchoolCode: fmt.Sprintf("XXEE%06d", i), Level: schools.Primaria, Grade: 3, Known: Fresh, Free: 1 + dice.IntN(9), Location: point(), Municipio: 1 + dice.IntN(9)})
	}
	for i := range 2000 {
		p.Children = append(p.Children, Child{ID: fmt.Sprint("child-", i), Level: schools.Primaria, Grade: 3, Point: point(), Municipio: 1 + dice.IntN(9),
			Wishes: []string{p.Seats[dice.IntN(400)].SchoolCode}, WaitingSince: monday.AddDays(-dice.IntN(90))})
	}
	return p
}

func BenchmarkTwoThousandChildrenFourHundredSchools(b *testing.B) {
	p := large()
	for b.Loop() {
		if _, err := Solve(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyingThem(b *testing.B) {
	p := large()
	r, err := Solve(p)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if found := Verify(p, r); len(found) != 0 {
			b.Fatal(found)
		}
	}
}
