// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"encoding/json"
	"fmt"
	"strings"

	"ricongiungi/rules"
)

// Key names published figures: of a kind (a definition), for a day, with what
// was asked for beside.
type Key struct {
	Kind       string
	On         rules.Date
	Parameters string
}

// Publication is figures as they were published.
type Publication struct {
	Key
	Figures json.RawMessage
}

// Stamp reads what the figures were made of.
func (p Publication) Stamp() (Stamp, error) {
	var s Stamp
	return s, json.Unmarshal(p.Figures, &s)
}

// ForecastKey names the forecast of a day for so many months, split by dimensions.
func ForecastKey(on rules.Date, months int, groupBy []string) Key {
	return Key{Kind: ForecastDefinition, On: on, Parameters: fmt.Sprintf("months=%d group_by=%s", months, strings.Join(groupBy, ","))}
}

func (k Key) forecast() (months int, groupBy []string, err error) {
	_, err = fmt.Sscanf(k.Parameters, "months=%d", &months)
	if _, names, found := strings.Cut(k.Parameters, "group_by="); found && names != "" {
		groupBy = strings.Split(names, ",")
	}
	return months, groupBy, err
}

// Make makes the figures that a key names from the log as it was before its day.
// The same log gives the same bytes, then and years later. A definition of
// another version is an error: it cannot be made any more.
func Make(key Key, log *Log, schools Schools) (json.RawMessage, error) {
	tracks := log.Known(key.On)
	stamp := StampOf(key.Kind, key.On, log.Position, tracks)
	switch key.Kind {
	case ForecastDefinition:
		months, groupBy, err := key.forecast()
		if err != nil {
			return nil, fmt.Errorf("demand: parameters %q: %w", key.Parameters, err)
		}
		f := Ahead(tracks, key.On, months, groupBy, DisclosureOn(log.Book, key.On), log.Book)
		f.Stamp = stamp
		return json.Marshal(f)
	case BackTestDefinition:
		test := Try(log, key.On)
		test.Stamp = stamp
		return json.Marshal(test)
	case IndicatorDefinition:
		report := Measure(tracks, schools, key.On, log.Book)
		report.Stamp = stamp
		return json.Marshal(report)
	}
	return nil, fmt.Errorf("demand: figures of kind %q are not made by this version", key.Kind)
}
