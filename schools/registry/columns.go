// SPDX-License-Identifier: AGPL-3.0-or-later

package registry

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"

	"ricongiungi/schools/table"
)

// The headings under which the publishers give each thing, over the years.
var (
	schoolYear    = []string{"ANNOSCOLASTICO", "ANNOSCOL", "ASCOLASTICO", "ANNO"}
	code          = []string{"CODICESCUOLA", "CODICEMECCANOGRAFICO", "CODMECCANOGRAFICO", "CODICEMIUR"}
	name          = []string{"DENOMINAZIONESCUOLA", "DENOMINAZIONE"}
	address       = []string{"INDIRIZZOSCUOLA", "INDIRIZZO"}
	postCode      = []string{"CAPSCUOLA", "CAP"}
	comune        = []string{"CODICECOMUNESCUOLA", "CODICECOMUNE"}
	kindOfSchool  = []string{"DESCRIZIONETIPOLOGIAGRADOISTRUZIONESCUOLA", "TIPOLOGIAGRADOISTRUZIONE"}
	feature       = []string{"DESCRIZIONECARATTERISTICASCUOLA", "CARATTERISTICASCUOLA"}
	institute     = []string{"CODICEISTITUTORIFERIMENTO", "CODICEISTITUTO"}
	instituteName = []string{"DENOMINAZIONEISTITUTORIFERIMENTO", "DENOMINAZIONEISTITUTO"}
	count         = []string{"NUMEROSTUDENTI", "NUMEROALUNNI", "ALUNNI", "STUDENTI"}

	cityCode      = []string{"CODICE", "CODSEDE", "CODSCUOLA", "ID"}
	cityName      = []string{"DENOMINAZIONE", "DENOMINAZ", "NOME"}
	cityAddress   = []string{"INDIRIZZO", "VIA"}
	cityCivic     = []string{"CIVICO", "NUMEROCIVICO"}
	cityLevel     = []string{"GRADO", "TIPOLOGIA", "ORDINE"}
	cityKind      = []string{"TIPO", "POSIZGIURI", "GESTIONE"}
	cityMunicipio = []string{"MUNICIPIO", "ZONA", "IDMUNICIPIO"}
	longitude     = []string{"LONGX4326", "LONGITUDINE", "LONG", "LON", "LNG"}
	latitude      = []string{"LATY4326", "LATITUDINE", "LAT"}
)

var (
	yearForm = regexp.MustCompile(`^(20)?([0-9]{2})[/_ -]?(20)?([0-9]{2})$`)
	yearMark = regexp.MustCompile(`(20[0-9]{2})[/_-]?(20)?([0-9]{2})`)
)

func hasYears(t table.Table) bool { return t.Rows[0].Has(schoolYear...) }

// yearOf is the school year of a row, or the given one when the row has none.
func yearOf(row table.Row, year int) (int, error) {
	text := row.Get(schoolYear...)
	if text == "" && year != 0 {
		return year, nil
	}
	parts := yearForm.FindStringSubmatch(text)
	if parts == nil || !follows(parts[2], parts[4]) {
		return 0, fmt.Errorf("%q is not a school year such as 202526", text)
	}
	short, err := strconv.Atoi(parts[2])
	return 2000 + short, err
}

// yearInName finds a school year such as 202425 in the name of a file; 0 when
// there is none. Days such as 20250901 are none.
func yearInName(name string) int {
	for _, parts := range yearMark.FindAllStringSubmatch(name, -1) {
		if year, err := strconv.Atoi(parts[1]); err == nil && follows(parts[1][2:], parts[3]) {
			return year
		}
	}
	return 0
}

func follows(first, second string) bool {
	a, errA := strconv.Atoi(first)
	b, errB := strconv.Atoi(second)
	return errA == nil && errB == nil && (a+1)%100 == b
}

// readGeoJSON makes a row of each feature; the line is the number of the feature.
func readGeoJSON(raw []byte) (table.Table, error) {
	var file struct {
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return table.Table{}, fmt.Errorf("the file is no GeoJSON: %w", err)
	}
	var t table.Table
	for i, feature := range file.Features {
		row, err := featureRow(i+1, feature)
		if err != nil {
			t.Rejected = append(t.Rejected, table.Reject{Line: i + 1, Reason: "is no feature with properties and a point", Raw: string(feature)})
			continue
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func featureRow(number int, raw json.RawMessage) (table.Row, error) {
	var feature struct {
		Properties map[string]any `json:"properties"`
		Geometry   *struct {
			Coordinates []float64 `json:"coordinates"`
		} `json:"geometry"`
	}
	if err := json.Unmarshal(raw, &feature); err != nil {
		return table.Row{}, err
	}
	cells := map[string]string{}
	for heading, value := range feature.Properties {
		cells[heading] = cellOf(value)
	}
	if g := feature.Geometry; g != nil && len(g.Coordinates) >= 2 && cells["LONG_X_4326"] == "" {
		cells["LONG_X_4326"], cells["LAT_Y_4326"] = cellOf(g.Coordinates[0]), cellOf(g.Coordinates[1])
	}
	return table.NewRow(number, string(raw), cells), nil
}

func cellOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}
