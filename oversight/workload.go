// SPDX-License-Identifier: AGPL-3.0-or-later

package oversight

import (
	"cmp"
	"maps"
	"slices"

	"ricongiungi/rules"
)

// Somebody is overloaded who has a quarter more open cases than the middle one
// of the colleagues, or half as much again due by the end of the week; a
// difference of a few is none.
const (
	manyCases = 1.25
	muchDue   = 1.5
	aFew      = 5
)

// Load is what one person looks after. An empty id stands for cases that nobody
// has been given.
type Load struct {
	CounsellorID string         `json:"counsellor_id,omitempty"`
	Name         string         `json:"name,omitempty"` // as colleagues know the person
	OpenCases    int            `json:"open_cases"`
	Members      int            `json:"members"`
	Overdue      int            `json:"overdue"`     // items of the counsellor whose day has passed
	DueInWeek    int            `json:"due_in_week"` // today and in the six days after
	Languages    map[string]int `json:"languages"`   // open cases by the family's language
	Overloaded   bool           `json:"overloaded"`
}

// Due is what presses: late, or to be done within the week.
func (l Load) Due() int { return l.Overdue + l.DueInWeek }

// Workload is who looks after how much.
type Workload struct {
	On         rules.Date `json:"as_of"`
	Definition rules.Text `json:"definition"`
	Usual      Usual      `json:"usual"`
	Languages  []string   `json:"languages"` // the most frequent first
	Rows       []Load     `json:"items"`     // who has most to do first
	Total      Load       `json:"total"`
}

// Usual is what the middle one of the colleagues has.
type Usual struct {
	OpenCases float64 `json:"open_cases"`
	Due       float64 `json:"due"`
}

// NewWorkload judges the loads against each other. Cases without a language
// count under "".
func NewWorkload(on rules.Date, loads []Load) Workload {
	w := Workload{On: on, Definition: workloadDefinition, Rows: judged(loads), Total: Load{Languages: map[string]int{}}, Languages: []string{}}
	w.Usual = usual(loads)
	for _, l := range w.Rows {
		w.Total.OpenCases, w.Total.Members = w.Total.OpenCases+l.OpenCases, w.Total.Members+l.Members
		w.Total.Overdue, w.Total.DueInWeek = w.Total.Overdue+l.Overdue, w.Total.DueInWeek+l.DueInWeek
		for language, n := range l.Languages {
			w.Total.Languages[language] += n
		}
	}
	w.Languages = slices.AppendSeq(w.Languages, maps.Keys(w.Total.Languages))
	slices.SortFunc(w.Languages, func(a, b string) int {
		return cmp.Or(w.Total.Languages[b]-w.Total.Languages[a], cmp.Compare(a, b))
	})
	return w
}

var workloadDefinition = rules.Text{
	It: "Pratiche aperte per persona responsabile; scadenze dell'operatore già passate e dei prossimi sette giorni, oggi compreso. È sovraccarico chi ha più di un quarto di pratiche in più del valore centrale dei colleghi, o scadenze per più di metà in più, con uno scarto di almeno cinque.",
	En: "Open cases by the person responsible; the counsellor's dates that have passed and those of the next seven days, today included. Overloaded is who has over a quarter more cases than the middle one of the colleagues, or over half as much again due, by five at least.",
}

// judged marks who is overloaded, who has most to do first and what nobody has at the end.
func judged(loads []Load) []Load {
	middle := usual(loads)
	rows := slices.Clone(loads)
	for i, l := range rows {
		rows[i].Overloaded = l.CounsellorID != "" && (above(l.OpenCases, middle.OpenCases, manyCases) || above(l.Due(), middle.Due, muchDue))
	}
	slices.SortFunc(rows, func(a, b Load) int {
		return cmp.Or(cmp.Compare(yes(a.CounsellorID == ""), yes(b.CounsellorID == "")), b.Due()-a.Due(), b.OpenCases-a.OpenCases, cmp.Compare(a.CounsellorID, b.CounsellorID))
	})
	return rows
}

func above(n int, usual, times float64) bool {
	return float64(n) > usual*times && float64(n)-usual >= aFew
}

func usual(loads []Load) Usual {
	var open, due []int
	for _, l := range loads {
		if l.CounsellorID != "" {
			open, due = append(open, l.OpenCases), append(due, l.Due())
		}
	}
	return Usual{OpenCases: middle(open), Due: middle(due)}
}

// middle is the median.
func middle(values []int) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	n := len(values)
	return float64(values[(n-1)/2]+values[n/2]) / 2
}

// Knows tells whether the person is a colleague here or has cases.
func (w Workload) Knows(id string) bool {
	return slices.ContainsFunc(w.Rows, func(l Load) bool { return l.CounsellorID == id && id != "" })
}

// Table has one row for each person and language, after the person's own total.
func (w Workload) Table() [][]string {
	rows := [][]string{{"as_of", "counsellor_id", "name", "language", "open_cases", "members", "overdue", "due_in_week", "overloaded"}}
	for _, l := range w.Rows {
		rows = append(rows, w.rowsOf(l, cmp.Or(l.CounsellorID, "nobody"))...)
	}
	return append(rows, w.rowsOf(w.Total, "total")...)
}

func (w Workload) rowsOf(l Load, who string) [][]string {
	rows := [][]string{{dayText(w.On), who, l.Name, "all", number(l.OpenCases), number(l.Members), number(l.Overdue), number(l.DueInWeek), yes(l.Overloaded)}}
	for _, language := range w.Languages {
		if n := l.Languages[language]; n > 0 {
			rows = append(rows, []string{dayText(w.On), who, l.Name, cmp.Or(language, "unknown"), number(n), "", "", "", ""})
		}
	}
	return rows
}
