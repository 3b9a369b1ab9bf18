// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// The definitions by which figures are made. A change in how a figure comes
// about is a new version; old figures name the old one.
const (
	CountDefinition     = "school_demand/1"
	ForecastDefinition  = "arrival_forecast/1"
	BackTestDefinition  = "back_test/1"
	IndicatorDefinition = "indicators/1"
)

// Stamp says what a figure was made of, so that it can be made again.
type Stamp struct {
	Definition  string     `json:"definition"`
	AsOf        rules.Date `json:"as_of"`            // the day for which it holds; it counts what was known before
	LogPosition int64      `json:"log_position"`     // events below this position were read
	Inputs      string     `json:"inputs,omitempty"` // SHA-256 of the tracks, in hexadecimal; not with counts, where it would let small ones be guessed
}

// StampOf digests the tracks in the order of their ids, whatever order they come in.
func StampOf(definition string, on rules.Date, position int64, tracks []casefile.Track) Stamp {
	sorted := slices.SortedFunc(slices.Values(tracks), func(a, b casefile.Track) int { return strings.Compare(a.MemberID, b.MemberID) })
	digest := sha256.New()
	encoder := json.NewEncoder(digest)
	for _, t := range sorted {
		_ = encoder.Encode(t) // a hash takes everything, and tracks hold codes and days only
	}
	return Stamp{Definition: definition, AsOf: on, LogPosition: position, Inputs: hex.EncodeToString(digest.Sum(nil))}
}
