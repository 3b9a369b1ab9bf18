// SPDX-License-Identifier: AGPL-3.0-or-later

package reports

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"

	"ricongiungi/demand"
)

// CSV writes figures as a table, each row below the names of the columns with
// what the figures were made of.
func CSV(s demand.Stamp, rows [][]string) []byte { return csvOf(stamped(s, rows)) }

// csvOf writes rows; every value is a code or a number of ours.
func csvOf(rows [][]string) []byte {
	var written bytes.Buffer
	_ = csv.NewWriter(&written).WriteAll(rows) // a buffer takes everything
	return written.Bytes()
}

// stamped adds to every row, below the names of its columns, what the figures
// were made of.
func stamped(s demand.Stamp, rows [][]string) [][]string {
	values := []string{s.Definition, s.AsOf.String(), strconv.FormatInt(s.LogPosition, 10)}
	for i, row := range rows {
		if i == 0 {
			rows[i] = append(row, "definition", "as_of", "log_position")
			continue
		}
		rows[i] = append(row, values...)
	}
	return rows
}

// DemandRows is a count as rows.
func DemandRows(groupBy []string, c Counted) [][]string {
	rows := [][]string{append(slices.Clone(groupBy), "children", "suppressed")}
	for _, r := range append(slices.Clone(c.Rows), total(groupBy, c.Total)) {
		row := valuesOf(groupBy, r.Group)
		if r.Children == nil {
			rows = append(rows, append(row, "", "yes"))
			continue
		}
		rows = append(rows, append(row, strconv.Itoa(*r.Children), "no"))
	}
	return rows
}

// total is the last row of a table; each dimension says that it stands for all.
func total(groupBy []string, row demand.Row) demand.Row {
	group := map[string]string{}
	for _, name := range groupBy {
		group[name] = "total"
	}
	row.Group = group
	return row
}

func valuesOf(groupBy []string, group map[string]string) []string {
	values := make([]string, len(groupBy))
	for i, name := range groupBy {
		values[i] = group[name]
	}
	return values
}

// ForecastRows is a forecast as rows, or the trials of its back-test.
func ForecastRows(groupBy []string, f demand.Forecast, withTrials bool) [][]string {
	if withTrials {
		return trialRows(f)
	}
	rows := [][]string{append(append([]string{"month"}, groupBy...), "expected", "low", "high", "suppressed")}
	shown := f.Months
	if len(groupBy) > 0 {
		shown = f.Groups
	}
	for _, c := range shown {
		row := append([]string{c.Month}, valuesOf(groupBy, c.Group)...)
		if c.Interval == nil {
			rows = append(rows, append(row, "", "", "", "yes"))
			continue
		}
		rows = append(rows, append(row, decimal(c.Expected), strconv.Itoa(c.Low), strconv.Itoa(c.High), "no"))
	}
	return rows
}

func trialRows(f demand.Forecast) [][]string {
	rows := [][]string{{"made_on", "month", "ahead", "expected", "low", "high", "came", "naive"}}
	for _, t := range f.Performance.Trials {
		rows = append(rows, []string{t.MadeOn.String(), t.Month, strconv.Itoa(t.Ahead), decimal(t.Expected), strconv.Itoa(t.Low), strconv.Itoa(t.High), strconv.Itoa(t.Came), decimal(t.Naive)})
	}
	return rows
}

// IndicatorRows is the indicators as rows.
func IndicatorRows(r demand.Report) [][]string {
	rows := [][]string{{"indicator", "value", "figure", "unit", "children"}}
	for _, i := range r.Indicators {
		children := ""
		if i.Children != nil {
			children = strconv.Itoa(*i.Children)
		}
		if i.Missing != nil {
			rows = append(rows, []string{i.ID, "", i.Missing.Code, i.Unit, children})
		}
		for _, name := range slices.Sorted(maps.Keys(i.Values)) {
			rows = append(rows, []string{i.ID, name, decimal(i.Values[name]), i.Unit, children})
		}
	}
	return rows
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
