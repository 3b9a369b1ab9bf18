// SPDX-License-Identifier: AGPL-3.0-or-later

package registry

import (
	"errors"
	"strconv"
	"strings"

	"ricongiungi/schools"
	"ricongiungi/schools/table"
)

func (f *File) takeCity(row table.Row, year int) *table.Reject {
	c := CitySchool{Line: row.Line, Year: year, CityCode: row.Get(cityCode...), Code: row.Get(code...), Name: row.Get(cityName...),
		Address: row.Get(cityAddress...), Level: cityLevelOf(row.Get(cityLevel...)), State: isState(row)}
	switch {
	case c.CityCode == "":
		return rejected(row, "codice", "must not be empty")
	case c.Name == "":
		return rejected(row, "denominazione", "must not be empty")
	case c.Level == "":
		return rejected(row, "grado", "must name a level of school")
	}
	if civic := row.Get(cityCivic...); civic != "" && !strings.HasSuffix(c.Address, civic) {
		c.Address += " " + civic
	}
	location, err := locationOf(row)
	if err != nil {
		return rejected(row, "coordinate", err.Error())
	}
	c.Location = location
	if text := row.Get(cityMunicipio...); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 9 {
			return rejected(row, "municipio", "must be a Municipio from 1 to 9")
		}
		c.Municipio = n
	}
	f.City = append(f.City, c)
	return nil
}

// locationOf is nil when the row has no coordinates.
func locationOf(row table.Row) (*schools.Point, error) {
	east, north := row.Get(longitude...), row.Get(latitude...)
	if east == "" && north == "" {
		return nil, nil
	}
	lon, errLon := table.Number(east)
	lat, errLat := table.Number(north)
	if err := errors.Join(errLon, errLat); err != nil {
		return nil, err
	}
	p := schools.Point{Lat: lat, Lon: lon}
	if !p.Near() {
		return nil, errors.New("must lie in or around Milan, in degrees (WGS 84)")
	}
	return &p, nil
}

// cityLevelOf reads the city's wording. Its list of lower secondary schools says
// no more than "Scuola Secondaria".
func cityLevelOf(wording string) string {
	wording = strings.ToUpper(wording)
	switch {
	case strings.Contains(wording, "INFANZIA"), strings.Contains(wording, "MATERN"):
		return schools.Infanzia
	case strings.Contains(wording, "PRIMARI"):
		return schools.Primaria
	case strings.Contains(wording, "SECONDO"), strings.Contains(wording, "II GRADO"):
		return schools.Secondaria2
	case strings.Contains(wording, "SECONDARI"), strings.Contains(wording, "PRIMO GRADO"):
		return schools.Secondaria1
	}
	return ""
}

func isState(row table.Row) bool { return strings.EqualFold(row.Get(cityKind...), "STATALE") }
