// SPDX-License-Identifier: AGPL-3.0-or-later

package schools

import (
	"regexp"
	"strings"

	"ricongiungi/rules"
)

// Kind says who runs a school.
type Kind string

// The kinds of the national registry. Paritarie are run by others than the
// State, belong to the national system (L. 62/2000) and mostly ask for fees;
// the city's own preschools are among them.
const (
	State     Kind = "statale"
	Paritaria Kind = "paritaria"
)

// The levels of school, as a case names them. Institute is none of them: it is
// the head office of several schools, in which nobody sits in class.
const (
	Infanzia    = "infanzia"
	Primaria    = "primaria"
	Secondaria1 = "secondaria_1"
	Secondaria2 = "secondaria_2"
	CPIA        = "cpia"
	Institute   = "istituto"
)

// Levels lists the levels at which children are taught, youngest first.
func Levels() []string { return []string{Infanzia, Primaria, Secondaria1, Secondaria2, CPIA} }

var codeForm = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{8}$`)

// IsCode tells whether the text has the form of a ministerial code: province,
// type and tail, ten capital letters and digits.
func IsCode(text string) bool { return codeForm.MatchString(text) }

// School is one school in one school year, joined from the registries.
type School struct {
	Code          string     `json:"school_code"` // ministerial
	Year          int        `json:"school_year"` // of its registry; 2025 for 2025/26
	Kind          Kind       `json:"kind"`
	Level         string     `json:"level"`
	Special       bool       `json:"special,omitempty"` // in a hospital, in a prison or in the evening: not for children to be placed
	Type          string     `json:"type"`              // as the registry words it
	Name          string     `json:"name"`
	Address       string     `json:"address"`
	PostCode      string     `json:"post_code,omitempty"`
	Comune        string     `json:"comune"` // cadastral code, F205 for Milan
	InstituteCode string     `json:"institute_code,omitempty"`
	InstituteName string     `json:"institute_name,omitempty"`
	Municipio     int        `json:"municipio,omitempty"` // 1 to 9; 0 when not known
	Location      *Point     `json:"location,omitempty"`
	Match         Match      `json:"match"` // how the city's lists were joined to it
	CityCode      string     `json:"city_code,omitempty"`
	Pupils        int        `json:"pupils,omitempty"`
	PupilsYear    int        `json:"pupils_year,omitempty"` // 0 when no file names the school
	PupilsMasked  bool       `json:"pupils_masked,omitempty"`
	ValidFrom     rules.Date `json:"valid_from"`        // first day of the first year in a row with this code
	ValidTo       rules.Date `json:"valid_to,omitzero"` // last day; zero while the newest registry has the code
	Successor     string     `json:"succeeded_by,omitempty"`
}

// Match says how a school of the Ministry was found in the lists of the city,
// the surest first.
type Match string

// The ways of finding a school. SameAddress borrows the place of another school
// in the same building: it says where the school is, not which one it is.
const (
	ByCode           Match = "code"
	ByAddressAndName Match = "address_and_name"
	ByAddress        Match = "address"
	ByStreetAndName  Match = "street_and_name"
	ByName           Match = "name"
	BySameAddress    Match = "same_address"
	Ambiguous        Match = "ambiguous"
	Unmatched        Match = "unmatched"
)

// Matches lists the ways, the surest first.
func Matches() []Match {
	return []Match{ByCode, ByAddressAndName, ByAddress, ByStreetAndName, ByName, BySameAddress, Ambiguous, Unmatched}
}

// LevelOf reads the level from the wording of the registry. The second value is
// false when the wording is not known.
func LevelOf(wording string) (string, bool) {
	wording = strings.ToUpper(strings.TrimSpace(wording))
	for _, w := range wordings {
		if strings.HasPrefix(wording, w.prefix) {
			return w.level, true
		}
	}
	return "", false
}

// wordings are tried in order: an institute of several schools is told from a
// single school by its full name only.
var wordings = []struct{ prefix, level string }{
	{"SCUOLA INFANZIA", Infanzia},
	{"SCUOLA PRIMARIA", Primaria},
	{"SCUOLA PRIMO GRADO", Secondaria1},
	{"SCUOLA SEC. PRIMO GRADO", Secondaria1},
	{"SCUOLA SEC. SECONDO GRADO", Secondaria2},
	{"CENTRO TERRITORIALE", CPIA},
	{"ISTITUTO COMPRENSIVO", Institute},
	{"ISTITUTO SUPERIORE", Institute},
	{"CONVITTO", Institute},
	{"EDUCANDATO", Institute},
	{"LICEO", Secondaria2},
	{"IST", Secondaria2},
}

// Teaches tells whether a level has the grade: 1 to 13 from the first year of
// primaria, 0 and less before it. Adults at a CPIA have no grade.
func Teaches(level string, grade int) bool {
	switch level {
	case Infanzia:
		return grade >= -2 && grade <= 0
	case Primaria:
		return grade >= 1 && grade <= 5
	case Secondaria1:
		return grade >= 6 && grade <= 8
	case Secondaria2:
		return grade >= 9 && grade <= 13
	}
	return level == CPIA
}

// AsksFees tells whether a family is likely to pay: paritarie do, except the
// city's own preschools.
func (s School) AsksFees() bool {
	return s.Kind == Paritaria && !(s.Level == Infanzia && strings.Contains(strings.ToUpper(s.Name), "COMUNALE"))
}

// FirstDay is the day on which a school year begins (D.Lgs. 297/1994 art. 74).
func FirstDay(year int) rules.Date { return rules.On(year, 9, 1) }

// LastDay is the day on which a school year ends.
func LastDay(year int) rules.Date { return rules.On(year+1, 8, 31) }
