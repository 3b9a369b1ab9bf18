// SPDX-License-Identifier: AGPL-3.0-or-later

package registry

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ricongiungi/rules"
	"ricongiungi/schools"
)

// published reads the open data of Milan; see testdata/SOURCES.md. The list of
// upper secondary schools names no year: its codes are those of 2023/24.
func published(t *testing.T) Published {
	t.Helper()
	var p Published
	paths, err := filepath.Glob("testdata/*.*[nv]")
	if err != nil || len(paths) != 6 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Read(path, raw, 2023)
		if err != nil || len(f.Rejected) != 0 {
			t.Fatalf("%s: %v, rejected %+v", path, err, f.Rejected)
		}
		p.Schools, p.Pupils, p.City = append(p.Schools, f.Schools...), append(p.Pupils, f.Pupils...), append(p.City, f.City...)
	}
	return p
}

func TestThePublishedFilesOfMilanAreReadWhole(t *testing.T) {
	t.Parallel()
	p := published(t)
	if len(p.Schools) != 465+462 || len(p.Pupils) != 779 || len(p.City) != 218+148+174 {
		t.Errorf("%d schools, %d counts, %d rows of the city", len(p.Schools), len(p.Pupils), len(p.City))
	}
	for _, n := range p.Pupils {
		if n.Masked != (n.Code == "MIPSOC500H") || n.Year != 2024 {
			t.Errorf("count %+v", n)
		}
	}
}

// The figures are those of the joining as it is: they may only get better.
func TestHowWellTheListsOfMilanJoin(t *testing.T) {
	t.Parallel()
	_, r := Join(published(t))
	if r.Schools != 832 || r.CityRows != 540 || r.PupilsKnown != 779 || r.PupilsUnknown != 0 {
		t.Errorf("%d schools, %d rows of the city, %d with pupils, %d counts unknown", r.Schools, r.CityRows, r.PupilsKnown, r.PupilsUnknown)
	}
	for level, want := range map[string]struct{ sure, located, of int }{
		schools.Infanzia:    {0, 72, 283}, // the city publishes no list of them
		schools.Primaria:    {161, 204, 222},
		schools.Secondaria1: {91, 114, 123},
		schools.Secondaria2: {124, 168, 195},
	} {
		by := r.ByLevel[level]
		of := 0
		for _, n := range by {
			of += n
		}
		located := of - by[schools.Unmatched] - by[schools.Ambiguous]
		if by[schools.ByAddressAndName] < want.sure || located < want.located || of != want.of {
			t.Errorf("%s: %d sure and %d located of %d, want %+v", level, by[schools.ByAddressAndName], located, of, want)
		}
	}
	if len(r.Elsewise) != 0 {
		t.Errorf("the borders put schools of the city into another Municipio: %+v", r.Elsewise)
	}
	if len(r.NotFound) != r.ByMatch[schools.Unmatched]+r.ByMatch[schools.Ambiguous] {
		t.Errorf("%d schools are listed as not found", len(r.NotFound))
	}
}

func TestASchoolIsFoundHoweverItsAddressIsWritten(t *testing.T) {
	t.Parallel()
	all, _ := Join(published(t))
	byCode := map[string]schools.School{}
	for _, s := range all {
		byCode[s.Code] = s
	}
	for _, c := range []struct {
		code, city string
		match      schools.Match
		municipio  int
	}{
		{"MIEE8AF024", "", schools.ByAddressAndName, 8},     // VIA A.GRAF 70, Via ARTURO GRAF 70
		{"MIEE81701V", "2107", schools.ByAddress, 2},        // VIA VENINI 80
		{"MIPS01000G", "", schools.ByAddressAndName, 4},     // VIA EINSTEIN 3
		{"MIEE71901N", "", schools.Unmatched, 0},            // the prison of San Vittore
		{"MI1M055005", "3029", schools.ByAddress, 1},        // P.ZA TOMMASEO 1, not Via Tommaso Pini 1
		{"MIIC8GH008", "", schools.BySameAddress, 2},        // an institute stands where its school does
		{"MIAA8GH015", "", schools.BySameAddress, 2},        // so does a preschool
		{"MIEE8DV013", "2041", schools.ByAddressAndName, 2}, // VIA E.MUZIO 5
		{"MI1E01400N", "2182", schools.ByAddressAndName, 6}, // VIA SALLY MAYER 4/6
		{"MIPMZS500F", "", schools.BySameAddress, 8},        // a second school of the same patron saint is not the first
		{"MITD02301E", "4207", schools.ByAddressAndName, 8}, // VIA G. NATTA 11, VIA NATTA GIULIO 11
		{"MIMM82001N", "", schools.ByAddressAndName, 7},     // VIA DELLE BETULLE 17
	} {
		s := byCode[c.code]
		if s.Match != c.match || s.Municipio != c.municipio || c.city != "" && s.CityCode != c.city {
			t.Errorf("%s, %s, %s: found by %s in Municipio %d under %q", c.code, s.Name, s.Address, s.Match, s.Municipio, s.CityCode)
		}
	}
	if !byCode["MIEE71901N"].Special || !byCode["MIEE8DZ04D"].Special || byCode["MIEE81701V"].Special {
		t.Error("prisons and hospitals are not told from other schools")
	}
	if byCode["MIMM0CG003"].Level != schools.CPIA || byCode["MIIS058007"].Level != schools.Institute {
		t.Error("adult education and institutes are taken for schools of children")
	}
}

const stateHeading = "ANNOSCOLASTICO,CODICEISTITUTORIFERIMENTO,CODICESCUOLA,DENOMINAZIONESCUOLA,INDIRIZZOSCUOLA,CODICECOMUNESCUOLA,DESCRIZIONETIPOLOGIAGRADOISTRUZIONESCUOLA\n"

func read(t *testing.T, name, text string) File {
	t.Helper()
	f, err := Read(name, []byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestNoBadRowIsLost(t *testing.T) {
	t.Parallel()
	f := read(t, "x.csv", stateHeading+
		"202526,XXIC000001,XXEE000011,Prima,VIA UNO 1,F205,SCUOLA PRIMARIA\n"+
		"202526,XXIC000001,xxee000022,Seconda,VIA UNO 1,F205,SCUOLA PRIMARIA\n"+
		"2025,XXIC000001,XXEE000033,Terza,VIA UNO 1,F205,SCUOLA PRIMARIA\n"+
		"202526,XXIC000001,XXEE000011,Ancora,VIA UNO 1,F205,SCUOLA PRIMARIA\n"+
		"202526,XXIC000001,XXEE000044,Quarta,VIA UNO 1,F205,SCUOLA DI VOLO\n"+
		"202526,XXIC000001,XXEE000055,,VIA UNO 1,F205,SCUOLA PRIMARIA\n"+
		"202526,XXIC000001\n")
	if f.Format != StateRegistry || len(f.Schools) != 1 || len(f.Rejected) != 6 {
		t.Fatalf("%s: %d taken, rejected %+v", f.Format, len(f.Schools), f.Rejected)
	}
	found := map[int]string{}
	for _, r := range f.Rejected {
		found[r.Line] = r.Field + ": " + r.Reason
		if r.Raw == "" {
			t.Errorf("line %d is not kept", r.Line)
		}
	}
	for line, want := range map[int]string{3: "codice scuola: must be a ministerial code", 4: "anno scolastico: \"2025\"", 5: "codice scuola: repeats the code of line 2",
		6: "tipologia: \"SCUOLA DI VOLO\"", 7: "denominazione: must not be empty", 8: ": has 2 cells"} {
		if !strings.Contains(found[line], want) {
			t.Errorf("line %d: %q, want %q", line, found[line], want)
		}
	}
}

func TestBadRowsOfTheCityAreNamed(t *testing.T) {
	t.Parallel()
	f := read(t, "x.csv", "ANNOSCOL;CODICE;DENOMINAZIONE;GRADO;TIPO;INDIRIZZO;CIVICO;MUNICIPIO;LONG_X_4326;LAT_Y_4326\n"+
		"2324;1;Prima;Scuola primaria;Statale;Via UNO;1;2;9,2;45,5\n"+
		"2324;2;Seconda;Scuola primaria;Statale;Via UNO;1;12;9,2;45,5\n"+
		"2324;3;Terza;Scuola primaria;Statale;Via UNO;1;2;45,5;9,2\n"+
		"2324;4;Quarta;Scuola primaria;Statale;Via UNO;1;2;est;45,5\n"+
		"2324;5;Quinta;Scuola di volo;Statale;Via UNO;1;2;9,2;45,5\n"+
		"2324;6;Sesta;Scuola primaria;Statale;Via UNO;1;;;\n")
	if len(f.City) != 2 || f.City[0].Address != "Via UNO 1" || *f.City[0].Location != (schools.Point{Lat: 45.5, Lon: 9.2}) || f.City[1].Location != nil {
		t.Errorf("taken %+v", f.City)
	}
	var fields []string
	for _, r := range f.Rejected {
		fields = append(fields, r.Field)
	}
	if strings.Join(fields, ",") != "municipio,coordinate,coordinate,grado" {
		t.Errorf("rejected %+v", f.Rejected)
	}
}

func TestTheSchoolYearComesFromRowsThenNameThenCaller(t *testing.T) {
	t.Parallel()
	const counts = "CODICESCUOLA,NUMEROSTUDENTI\nXXEE000011,120\n"
	for name, want := range map[string]int{"alunni_202425.csv": 2024, "dati_scuole_20242025.csv": 2024, "a_2024-25.csv": 2024, "SCUANAGRAFESTAT20252620250901.csv": 2025, "a_19992000.csv": 2021, "x20250901.csv": 2021} {
		f, err := Read(name, []byte(counts), 2021)
		if err != nil || f.Pupils[0].Year != want {
			t.Errorf("%s: %+v, %v", name, f.Pupils, err)
		}
	}
	if _, err := Read("alunni.csv", []byte(counts), 0); !errors.Is(err, ErrNoYear) {
		t.Errorf("without a year: %v", err)
	}
	if _, err := Read("x.csv", []byte("A,B\n1,2\n"), 2024); !errors.Is(err, ErrUnknownFormat) {
		t.Errorf("unknown headings: %v", err)
	}
}

func TestACodeEndsWithAMergerAndNamesItsSuccessor(t *testing.T) {
	t.Parallel()
	row := func(year, code, address string) string {
		return year + ",XXIC000001," + code + ",Scuola " + code + "," + address + ",F205,SCUOLA PRIMARIA\n"
	}
	f := read(t, "x.csv", stateHeading+
		row("202324", "XXEE000011", "VIA UNO 1")+row("202324", "XXEE000022", "VIA VERDI 2")+row("202324", "XXEE000033", "VIA TRE 3")+
		row("202425", "XXEE000011", "VIA UNO 1")+row("202425", "XXEE000022", "VIA VERDI 2")+
		row("202526", "XXEE000011", "VIA UNO 1")+row("202526", "XXEE000044", "VIA GIUSEPPE VERDI N. 2"))
	all, _ := Join(Published{Schools: f.Schools})
	for _, s := range all {
		want := map[string]struct {
			from, to rules.Date
			next     string
		}{
			"XXEE000011": {schools.FirstDay(2023), rules.Date{}, ""},
			"XXEE000022": {schools.FirstDay(2023), rules.On(2025, 8, 31), "XXEE000044"},
			"XXEE000033": {schools.FirstDay(2023), rules.On(2024, 8, 31), ""},
			"XXEE000044": {schools.FirstDay(2025), rules.Date{}, ""},
		}[s.Code]
		if s.ValidFrom != want.from || s.ValidTo != want.to || s.Successor != want.next {
			t.Errorf("%s in %d: from %s to %s, then %q", s.Code, s.Year, s.ValidFrom, s.ValidTo, s.Successor)
		}
	}
}

func TestTheCodeOfTheMinistryIsBelievedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	f := read(t, "x_202526.csv", "CODICE,CODICE_MECCANOGRAFICO,DENOMINAZIONE,GRADO,TIPO,INDIRIZZO,LONG,LAT\n1,XXEE000011,Altro nome,Scuola primaria,Statale,Via ALTRA 9,9.2,45.5\n")
	e := Entry{Year: 2025, Kind: schools.State, Code: "XXEE000011", Level: schools.Primaria, Name: "Prima", Address: "VIA UNO 1", Comune: Milan}
	all, _ := Join(Published{Schools: []Entry{e}, City: f.City})
	if all[0].Match != schools.ByCode || all[0].Municipio != 2 {
		t.Errorf("%+v", all[0])
	}
}
