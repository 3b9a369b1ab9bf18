// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

//go:embed rates.csv
var rateTable string

// rates holds how often something happens, of a thousand.
var rates = readRates(rateTable)

// readRates panics on a broken table: it is part of the program.
func readRates(table string) map[string]int {
	reader := csv.NewReader(strings.NewReader(table))
	reader.Comment, reader.FieldsPerRecord = '#', 4
	records, err := reader.ReadAll()
	if err != nil {
		panic(fmt.Errorf("samples: rates: %w", err))
	}
	found := map[string]int{}
	for _, record := range records[1:] {
		rate, err := strconv.Atoi(record[1])
		if err != nil || record[2] == "" || record[3] == "" {
			panic(fmt.Errorf("samples: rate %s: %q of a thousand, source %q, certainty %q", record[0], record[1], record[2], record[3]))
		}
		found[record[0]] = rate
	}
	return found
}

// rate gives a rate by its id, which the table must have.
func rate(id string) int {
	perThousand, known := rates[id]
	if !known {
		panic("samples: no rate " + id)
	}
	return perThousand
}

// happens tells whether chance lets something happen at its rate.
func (d dice) happens(id string) bool { return d.IntN(1000) < rate(id) }
