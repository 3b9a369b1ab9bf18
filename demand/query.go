// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"ricongiungi/casefile"
)

// Dimensions are what waiting children may be counted and filtered by.
var Dimensions = []string{"municipio", "level", "grade", "language", "month", "phase"}

// ForecastDimensions are what a forecast may be split by.
var ForecastDimensions = []string{"municipio", "level", "grade"}

// Query selects and groups the children who wait for a school. Both speak of
// Dimensions only.
type Query struct {
	GroupBy []string
	Filter  map[string]string
}

// Purposes are why somebody may ask: each question is kept with its purpose.
var Purposes = []string{"class_planning", "mediation", "placement", "report", "research", "audit"}

// Question is what is kept of somebody's asking.
type Question struct {
	By         casefile.Actor
	Purpose    string
	Kind       string
	Parameters map[string]string
	Position   int64
}
