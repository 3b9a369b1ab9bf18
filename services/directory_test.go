// SPDX-License-Identifier: AGPL-3.0-or-later

package services

import (
	"slices"
	"strings"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

var (
	book  = rules.Default()
	today = rules.On(2026, 11, 24)
)

func codesOf(found []Service) string {
	var codes []string
	for _, s := range found {
		codes = append(codes, s.Code)
	}
	return strings.Join(codes, " ")
}

func TestTheSampleHasEveryKindAndSaysThatItIsInvented(t *testing.T) {
	d := Sample(book)
	for _, k := range casefile.ServiceKinds() {
		if len(d.Find(Query{Kind: k.Code, On: today})) == 0 {
			t.Errorf("no service of kind %s is open", k.Code)
		}
	}
	for _, s := range d.All() {
		if !s.Sample || !strings.Contains(s.Name.It, "(esempio)") || !strings.Contains(s.Name.En, "(sample)") {
			t.Errorf("%s does not say that it is invented", s.Code)
		}
	}
}

func TestServicesAreFoundByKindMunicipioAndLanguage(t *testing.T) {
	d := Sample(book)
	for _, c := range []struct {
		q    Query
		want string
	}{
		{Query{Kind: "italian_courses", Municipio: 3, On: today}, "italian_courses italian_courses-m2"},
		{Query{Kind: "italian_courses", Municipio: 5, On: today}, "italian_courses italian_courses-m5"}, // the one that is full comes last
		{Query{Kind: "italian_courses", Municipio: 8, Language: "fil", On: today}, "italian_courses-m8"},
		{Query{Kind: "italian_courses", Municipio: 4, Language: "es-PE", On: today}, "italian_courses italian_courses-m5"},
		{Query{Kind: "italian_courses", Municipio: 1, On: today}, "italian_courses"}, // its own closed in 2025
		{Query{Kind: "italian_courses", Municipio: 1, On: rules.On(2025, 6, 30)}, "italian_courses italian_courses-m1"},
		{Query{Kind: "italian_courses", On: rules.On(2019, 12, 31)}, ""},
		{Query{Kind: "no_kind", On: today}, ""},
	} {
		if got := codesOf(d.Find(c.q)); got != c.want {
			t.Errorf("%+v finds %q, not %q", c.q, got, c.want)
		}
	}
}

func TestACountOfFreePlacesGrowsStale(t *testing.T) {
	d := Sample(book)
	for on, stale := range map[rules.Date]bool{rules.On(2026, 12, 9): false, rules.On(2026, 12, 10): true} {
		found := d.Find(Query{Kind: "italian_courses", Municipio: 2, On: on})
		at := slices.IndexFunc(found, func(s Service) bool { return s.Code == "italian_courses-m2" })
		if got := found[at].Places.Stale; got != stale {
			t.Errorf("on %s the count of 9 November is stale: %v", on, got)
		}
	}
	if d.All()[0].Places.Stale {
		t.Error("looking made a row of the directory stale")
	}
}

func TestTheNearestAlternativeIsOfTheSameKind(t *testing.T) {
	d := Sample(book)
	for _, c := range []struct {
		code      string
		municipio int
		want      string
	}{
		{"italian_courses-m1", 8, "italian_courses-m8 italian_courses italian_courses-m2"}, // known and closed
		{"italian_courses-x", 2, "italian_courses-m2 italian_courses italian_courses-m8"},  // never heard of; Municipio 9 is next to 2
		{"celav-x", 3, "celav"},
		{"bakery", 3, ""},
	} {
		if got := strings.Join(d.Nearest(c.code, c.municipio, today), " "); got != c.want {
			t.Errorf("nearest to %s in Municipio %d: %q, not %q", c.code, c.municipio, got, c.want)
		}
	}
}

func TestTheMunicipiOfMilanLieInARing(t *testing.T) {
	for _, c := range []struct{ a, b, want int }{{1, 6, 1}, {2, 9, 1}, {9, 2, 1}, {2, 3, 1}, {5, 5, 0}, {2, 6, 2}, {3, 9, 2}, {7, 1, 1}} {
		if got := apart(c.a, c.b); got != c.want {
			t.Errorf("from %d to %d: %d", c.a, c.b, got)
		}
	}
}

func TestTheTemplateCanBeLoaded(t *testing.T) {
	d, err := Load("template.csv", strings.NewReader(Template), book)
	if err != nil || len(d.All()) != 1 || d.All()[0].Sample {
		t.Errorf("%+v, %v", d.All(), err)
	}
}

func TestABadDirectoryIsRefusedWithLineAndReason(t *testing.T) {
	const columns = "service,kind,it,en,municipi,languages,free_places,counted_on,counted_by,contact_role,valid_from,valid_to,status\n"
	const sound = "a,housing,Casa,Home,2,it,3,2026-11-02,desk,clerk,2026-01-01,,office\n"
	for _, c := range []struct{ why, file, want string }{
		{"other columns", "code,kind\n", "line 1: the columns must be service,kind"},
		{"too few columns", columns + "a,housing\n", "line 2"},
		{"no code", columns + strings.Replace(sound, "a,", "A b,", 1), "line 2: service:"},
		{"no such kind", columns + strings.Replace(sound, "housing", "bakery", 1), `line 2: kind: "bakery" is none of celav`},
		{"no English name", columns + strings.Replace(sound, "Home", "", 1), "line 2: it, en:"},
		{"no such Municipio", columns + strings.Replace(sound, ",2,it", ",10,it", 1), `line 2: municipi: "10"`},
		{"no language", columns + strings.Replace(sound, ",it,3", ",Italian,3", 1), `line 2: languages: "Italian"`},
		{"places without a day", columns + strings.Replace(sound, "2026-11-02", "", 1), "line 2: counted_on:"},
		{"places without a source", columns + strings.Replace(sound, "desk", "", 1), "line 2: counted_by:"},
		{"no number of places", columns + strings.Replace(sound, ",3,", ",many,", 1), "line 2: free_places:"},
		{"a person as contact", columns + strings.Replace(sound, "clerk", "Maria Rossi", 1), "line 2: contact_role:"},
		{"no first day", columns + strings.Replace(sound, "2026-01-01", "soon", 1), "line 2: valid_from:"},
		{"an end before the beginning", columns + strings.Replace(sound, "2026-01-01,", "2026-01-01,2025-12-31", 1), "line 2: valid_to:"},
		{"no status", columns + strings.Replace(sound, "office", "maybe", 1), "line 2: status:"},
		{"the same service twice", columns + sound + sound, "line 3: service: a is in the file twice"},
	} {
		t.Run(c.why, func(t *testing.T) {
			if _, err := Load("mine.csv", strings.NewReader(c.file), book); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v and does not say %q", err, c.want)
			}
		})
	}
}
