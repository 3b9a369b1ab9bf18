// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/schools"
)

// RegistryFile is invented open data in the form in which an office publishes it.
type RegistryFile struct {
	Name string
	Raw  []byte
}

// building is an invented address at which one or more schools are.
type building struct {
	number    int // of its institute
	municipio int
	at        schools.Point
}

// buildings are two in each Municipio, half a mile from its centre on either side.
func buildings() []building {
	var all []building
	for _, m := range schools.Municipi() {
		for side, shift := range []float64{-0.007, 0.006} {
			all = append(all, building{2*m.Number - 1 + side, m.Number, schools.Point{Lat: m.Centre.Lat + shift, Lon: m.Centre.Lon - shift}})
		}
	}
	return all
}

// invented is a school of a building.
type invented struct {
	building
	code, level, kind, name string
}

// The kinds of schools of each building. The codes have an X where the type of a
// real one is followed by its number.
var kindsOfSchool = []struct{ level, prefix, tail, kind, name string }{
	{schools.Infanzia, "MIAAX", "01A", "SCUOLA INFANZIA", "Infanzia Inventata"},
	{schools.Primaria, "MIEEX", "01B", "SCUOLA PRIMARIA", "Primaria Inventata"},
	{schools.Secondaria1, "MIMMX", "01C", "SCUOLA PRIMO GRADO", "Media Inventata"},
}

func (b building) institute() string { return fmt.Sprintf("MIICX%02d00Z", b.number) }

func (b building) address() string { return fmt.Sprintf("VIA INVENTATA %d", 10*b.number) }

// inventedSchools are a nursery, a primary and a lower secondary school in every
// building, an upper secondary school in every other one, and three CPIA.
func inventedSchools() []invented {
	var all []invented
	for _, b := range buildings() {
		for _, k := range kindsOfSchool {
			all = append(all, invented{b, fmt.Sprintf("%s%02d%s", k.prefix, b.number, k.tail), k.level, k.kind, fmt.Sprintf("%s %d", k.name, b.number)})
		}
		if b.number%2 == 0 {
			all = append(all, invented{b, fmt.Sprintf("MIPSX%02d00D", b.number), schools.Secondaria2, "LICEO SCIENTIFICO", fmt.Sprintf("Liceo Inventato %d", b.number)})
		}
		if b.number%6 == 1 {
			all = append(all, invented{b, fmt.Sprintf("MIMMX%02d00E", b.number), schools.CPIA, "CENTRO TERRITORIALE", fmt.Sprintf("CPIA Inventato %d", b.number)})
		}
	}
	return all
}

// schoolsOf are the codes of the invented schools by level.
var schoolsOf = func() map[string][]string {
	codes := map[string][]string{}
	for _, s := range inventedSchools() {
		codes[s.level] = append(codes[s.level], s.code)
	}
	return codes
}()

// Registry is the invented registry of the school year of the day: a file of the
// Ministry, the pupils per school, and the city's list with places on the map.
func Registry(today rules.Date) []RegistryFile {
	year := casefile.SchoolYear(today)
	long, short := fmt.Sprintf("%d%02d", year, (year+1)%100), fmt.Sprintf("%02d%02d", year%100, (year+1)%100)
	ministry := [][]string{{"ANNOSCOLASTICO", "CODICEISTITUTORIFERIMENTO", "DENOMINAZIONEISTITUTORIFERIMENTO", "CODICESCUOLA", "DENOMINAZIONESCUOLA",
		"INDIRIZZOSCUOLA", "CAPSCUOLA", "CODICECOMUNESCUOLA", "DESCRIZIONECOMUNE", "DESCRIZIONETIPOLOGIAGRADOISTRUZIONESCUOLA"}}
	pupils := [][]string{{"CODICESCUOLA", "NUMEROSTUDENTI"}}
	city := [][]string{{"ANNOSCOL", "CODICE", "DENOMINAZIONE", "GRADO", "TIPO", "INDIRIZZO", "CIVICO", "MUNICIPIO", "LONG_X_4326", "LAT_Y_4326"}}
	for i, s := range inventedSchools() {
		ministry = append(ministry, []string{long, s.institute(), fmt.Sprintf("Istituto Inventato %d", s.number), s.code, s.name, s.address(), "20100", "F205", "MILANO", s.kind})
		pupils = append(pupils, []string{s.code, strconv.Itoa(180 + 37*i%240)})
		if s.level == schools.Primaria {
			city = append(city, []string{short, strconv.Itoa(9000 + s.number), s.name, "Scuola primaria", "Statale", s.address(), "", strconv.Itoa(s.municipio),
				strconv.FormatFloat(s.at.Lon, 'f', 6, 64), strconv.FormatFloat(s.at.Lat, 'f', 6, 64)})
		}
	}
	return []RegistryFile{{"SCUANAGRAFESTAT_" + long + "_inventata.csv", tableOf(ministry)}, {"alunni_per_scuola_" + long + "_inventato.csv", tableOf(pupils)},
		{"scuole_primarie_" + long + "_inventate.csv", tableOf(city)}}
}

// Places is what the invented schools have told of their places, as a sheet to be
// imported: a third of them lately, a third too long ago, the others nothing.
func Places(today rules.Date) []byte {
	rows := [][]string{{"school_code", "grade", "on", "places", "said_by", "pupils", "non_italian", "newly_arrived", "language_help"}}
	for i, s := range inventedSchools() {
		dice, on := diceFor(uint64(today.Year), uint64(i)), today.AddDays(-2-i%5)
		if i%3 == 1 {
			on = today.AddDays(-45 - i%20)
		}
		for grade := -2; grade <= casefile.LastGrade && i%3 != 2; grade++ {
			if s.level == schools.CPIA && grade != 0 || !schools.Teaches(s.level, grade) {
				continue
			}
			size := dice.between(60, 110)
			foreign := size * dice.between(8, 44) / 100
			rows = append(rows, []string{s.code, strconv.Itoa(grade), on.String(), strconv.Itoa(dice.between(0, 3)), pick(dice, []string{"school", "department"}),
				strconv.Itoa(size), strconv.Itoa(foreign), strconv.Itoa(foreign * dice.between(10, 60) / 100), pick(dice, []string{"yes", "yes", "no"})})
		}
	}
	return tableOf(rows)
}

func tableOf(rows [][]string) []byte {
	var written bytes.Buffer
	_ = csv.NewWriter(&written).WriteAll(rows) // a buffer takes everything
	return written.Bytes()
}
