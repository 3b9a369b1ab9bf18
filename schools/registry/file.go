// SPDX-License-Identifier: AGPL-3.0-or-later

package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"ricongiungi/schools"
	"ricongiungi/schools/table"
)

// Format is one of the formats in which schools are published.
type Format string

// The formats that are read, known by their headings.
const (
	StateRegistry     Format = "mim_statali"   // SCUANAGRAFESTAT
	ParitariaRegistry Format = "mim_paritarie" // SCUANAGRAFEPAR
	PupilCounts       Format = "alunni"        // pupils per school code
	CityList          Format = "comune"        // list of the city, CSV or GeoJSON
)

// File is one published file taken apart. Exactly one of the lists is filled.
type File struct {
	Name     string
	Digest   string // SHA-256 of the bytes, in hex
	Format   Format
	Schools  []Entry
	Pupils   []Pupils
	City     []CitySchool
	Rejected []table.Reject
}

// Entry is one row of a registry of the Ministry.
type Entry struct {
	Line          int
	Year          int // 2025 for 2025/26
	Kind          schools.Kind
	Code          string
	Level         string
	Special       bool // in a hospital or a prison, or in the evening
	Type          string
	Name          string
	Address       string
	PostCode      string
	Comune        string
	InstituteCode string
	InstituteName string
}

// Pupils is how many pupils a school has. The Ministry hides counts of three and
// less: they are Masked, with the highest number they can be.
type Pupils struct {
	Line   int
	Year   int
	Code   string
	Count  int
	Masked bool
}

// CitySchool is one row of a list of the city.
type CitySchool struct {
	Line      int
	Year      int
	CityCode  string
	Code      string // ministerial, where the list has one
	Level     string
	State     bool
	Name      string
	Address   string
	Municipio int
	Location  *schools.Point
}

// ErrUnknownFormat means that the headings of a file are those of no known format.
var ErrUnknownFormat = errors.New("the headings are those of no known format (registry of the Ministry, pupils per school, list of the city)")

// ErrNoYear means that neither the file nor its name says the school year.
var ErrNoYear = errors.New("neither the rows nor the name of the file say the school year: give it")

// Read takes a published file apart. Year, such as 2025 for 2025/26, is used
// where neither the rows nor the file's name say it; 0 when not given.
func Read(name string, raw []byte, year int) (File, error) {
	sum := sha256.Sum256(raw)
	f := File{Name: filepath.Base(name), Digest: hex.EncodeToString(sum[:])}
	t, err := open(raw)
	if err != nil {
		return f, fmt.Errorf("%s: %w", f.Name, err)
	}
	f.Rejected = t.Rejected
	if f.Format, err = formatOf(t); err != nil {
		return f, fmt.Errorf("%s: %w", f.Name, err)
	}
	if fromName := yearInName(f.Name); fromName != 0 {
		year = fromName
	}
	if year == 0 && !hasYears(t) {
		return f, fmt.Errorf("%s: %w", f.Name, ErrNoYear)
	}
	f.take(t, year)
	return f, nil
}

func open(raw []byte) (table.Table, error) {
	if text := bytes.TrimLeft(raw, "\ufeff \r\n\t"); bytes.HasPrefix(text, []byte("{")) {
		return readGeoJSON(text)
	}
	return table.Read(raw)
}

// formatOf looks at the first row: all rows of a file have the same headings.
func formatOf(t table.Table) (Format, error) {
	if len(t.Rows) == 0 {
		return "", errors.New("the file holds no row that can be read")
	}
	row := t.Rows[0]
	switch {
	case row.Has(code...) && row.Has(count...):
		return PupilCounts, nil
	case row.Has(code...) && row.Has(kindOfSchool...) && row.Has(institute...):
		return StateRegistry, nil
	case row.Has(code...) && row.Has(kindOfSchool...):
		return ParitariaRegistry, nil
	case row.Has(cityCode...) && row.Has(cityName...) && row.Has(cityAddress...):
		return CityList, nil
	}
	return "", ErrUnknownFormat
}

func (f *File) take(t table.Table, year int) {
	seen := map[string]int{}
	for _, row := range t.Rows {
		reject := f.takeRow(row, year, seen)
		if reject != nil {
			f.Rejected = append(f.Rejected, *reject)
		}
	}
}

func (f *File) takeRow(row table.Row, year int, seen map[string]int) *table.Reject {
	year, err := yearOf(row, year)
	if err != nil {
		return rejected(row, "anno scolastico", err.Error())
	}
	if f.Format == CityList {
		return f.takeCity(row, year)
	}
	id := row.Get(code...)
	if !schools.IsCode(id) {
		return rejected(row, "codice scuola", "must be a ministerial code of ten capital letters and digits")
	}
	key := fmt.Sprint(id, year)
	if line, twice := seen[key]; twice {
		return rejected(row, "codice scuola", fmt.Sprintf("repeats the code of line %d", line))
	}
	seen[key] = row.Line
	if f.Format == PupilCounts {
		return f.takePupils(row, year)
	}
	return f.takeEntry(row, year)
}

func rejected(row table.Row, field, reason string) *table.Reject {
	reject := row.Reject(field, reason)
	return &reject
}

func (f *File) takeEntry(row table.Row, year int) *table.Reject {
	wording := row.Get(kindOfSchool...)
	level, known := schools.LevelOf(wording)
	switch {
	case !known:
		return rejected(row, "tipologia", fmt.Sprintf("%q is no kind of school known here", wording))
	case row.Get(name...) == "":
		return rejected(row, "denominazione", "must not be empty")
	}
	kind := schools.State
	if f.Format == ParitariaRegistry {
		kind = schools.Paritaria
	}
	special, adults := character(row.Get(feature...))
	if adults {
		level = schools.CPIA
	}
	f.Schools = append(f.Schools, Entry{Line: row.Line, Year: year, Kind: kind, Code: row.Get(code...), Level: level, Special: special, Type: wording,
		Name: row.Get(name...), Address: row.Get(address...), PostCode: row.Get(postCode...), Comune: row.Get(comune...),
		InstituteCode: row.Get(institute...), InstituteName: row.Get(instituteName...)})
	return nil
}

// character reads for whom a school is, besides its level: the registry lists
// wards of hospitals and prisons, evening courses (percorsi di secondo livello)
// and adult education among the other schools.
func character(wording string) (special, adults bool) {
	wording = strings.ToUpper(wording)
	for _, word := range []string{"CARCER", "OSPEDAL", "II LIVELLO"} {
		special = special || strings.Contains(wording, word)
	}
	return special, wording == "CPIA"
}

// masked is how the Ministry hides small counts.
var masked = regexp.MustCompile(`^<=? ?([0-9]+)$`)

func (f *File) takePupils(row table.Row, year int) *table.Reject {
	text := row.Get(count...)
	p := Pupils{Line: row.Line, Year: year, Code: row.Get(code...)}
	if small := masked.FindStringSubmatch(text); small != nil {
		p.Masked, text = true, small[1]
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return rejected(row, "numero studenti", "must be a whole number")
	}
	p.Count = n
	f.Pupils = append(f.Pupils, p)
	return nil
}
