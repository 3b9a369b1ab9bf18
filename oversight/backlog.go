// SPDX-License-Identifier: AGPL-3.0-or-later

package oversight

import (
	"cmp"
	"slices"

	"ricongiungi/rules"
)

// Pending is so many applications alike on which the Prefecture still owes a
// decision.
type Pending struct {
	FiledOn   rules.Date
	ValidFrom rules.Date // of the row of the law that governs the term
	Days      int        // that the row gives
	Due       rules.Date // with every suspension
	Count     int
}

// Backlog is what waits for a decision, by age, against the term that the law
// gave at each filing.
type Backlog struct {
	On         rules.Date `json:"as_of"`
	Definition rules.Text `json:"definition"`
	Pending    int        `json:"pending"`
	Late       int        `json:"late"`
	Terms      []OfTerm   `json:"terms"` // by the row of the law, oldest first
	Ages       []OfAge    `json:"items"` // youngest first
}

// OfTerm is the backlog under one row of the law.
type OfTerm struct {
	ValidFrom rules.Date `json:"valid_from"`
	Days      int        `json:"days"`
	InTime    int        `json:"in_time"`
	Late      int        `json:"late"`
	OldestOn  rules.Date `json:"oldest_filed_on"`
}

// OfAge is the backlog of one age in days since filing; To is zero at the open end.
type OfAge struct {
	From   int `json:"from_days"`
	To     int `json:"to_days,omitempty"`
	InTime int `json:"in_time"`
	Late   int `json:"late"`
}

var backlogDefinition = rules.Text{
	It: "Domande presentate e non ancora decise, per giorni dalla presentazione. In ritardo è quella il cui termine, secondo la norma in vigore quando fu presentata e con ogni sospensione, è passato.",
	En: "Applications filed and not yet decided, by days since filing. Late is one whose term, under the law in force when it was filed and with every suspension, has passed.",
}

// ages are the bands: months of thirty days up to the longest term the law has
// known, then half years.
func ages() []OfAge {
	bands := []OfAge{{From: 0, To: 30}, {From: 31, To: 60}, {From: 61, To: 90}, {From: 91, To: 120}, {From: 121, To: 150}, {From: 151, To: 180}, {From: 181, To: 365}, {From: 366}}
	return bands
}

// NewBacklog sorts what is pending on the day.
func NewBacklog(on rules.Date, pending []Pending) Backlog {
	b := Backlog{On: on, Definition: backlogDefinition, Terms: []OfTerm{}, Ages: ages()}
	for _, p := range pending {
		late := p.Due.Before(on)
		b.Pending += p.Count
		if late {
			b.Late += p.Count
		}
		b.term(p, late)
		b.age(p, late)
	}
	slices.SortFunc(b.Terms, func(a, c OfTerm) int { return c.ValidFrom.DaysUntil(a.ValidFrom) })
	return b
}

func (b *Backlog) term(p Pending, late bool) {
	i := slices.IndexFunc(b.Terms, func(t OfTerm) bool { return t.ValidFrom == p.ValidFrom })
	if i < 0 {
		i = len(b.Terms)
		b.Terms = append(b.Terms, OfTerm{ValidFrom: p.ValidFrom, Days: p.Days, OldestOn: p.FiledOn})
	}
	t := &b.Terms[i]
	if p.FiledOn.Before(t.OldestOn) {
		t.OldestOn = p.FiledOn
	}
	count(late, p.Count, &t.InTime, &t.Late)
}

func (b *Backlog) age(p Pending, late bool) {
	days := max(0, p.FiledOn.DaysUntil(b.On))
	for i := range b.Ages {
		if a := &b.Ages[i]; days >= a.From && (a.To == 0 || days <= a.To) {
			count(late, p.Count, &a.InTime, &a.Late)
		}
	}
}

func count(late bool, n int, inTime, lateOnes *int) {
	if late {
		*lateOnes += n
	} else {
		*inTime += n
	}
}

// Table has the ages first, then the rows of the law.
func (b Backlog) Table() [][]string {
	rows := [][]string{{"as_of", "by", "from", "to", "days_of_term", "in_time", "late", "oldest_filed_on"}}
	for _, a := range b.Ages {
		to := ""
		if a.To > 0 {
			to = number(a.To)
		}
		rows = append(rows, []string{dayText(b.On), "age", number(a.From), to, "", number(a.InTime), number(a.Late), ""})
	}
	for _, t := range b.Terms {
		rows = append(rows, []string{dayText(b.On), "term", dayText(t.ValidFrom), "", number(t.Days), number(t.InTime), number(t.Late), dayText(t.OldestOn)})
	}
	return append(rows, []string{dayText(b.On), "total", "", "", "", number(b.Pending - b.Late), number(b.Late), ""})
}

// Stage is so many items of the agenda alike whose day has passed.
type Stage struct {
	Phase       string     `json:"phase"`
	Item        string     `json:"item"`
	Responsible string     `json:"responsible"`
	Count       int        `json:"count"`
	Cases       int        `json:"cases"`
	OldestOn    rules.Date `json:"oldest_due_on"`
}

// Overdue is what is late, by the phase of its case.
type Overdue struct {
	On         rules.Date `json:"as_of"`
	Definition rules.Text `json:"definition"`
	Total      int        `json:"total"`
	Rows       []Stage    `json:"items"` // in the order of the phases, the most first within one
}

var overdueDefinition = rules.Text{
	It: "Scadenze in agenda con il giorno già passato, nelle pratiche aperte, chiunque debba provvedere. Non vi compaiono quelle riservate a chi segue la pratica.",
	En: "Agenda items of open cases whose day has passed, whoever has to act. Those that only people on the case may know of are left out.",
}

// NewOverdue puts the stages in the order of the phases given.
func NewOverdue(on rules.Date, stages []Stage, phases []string) Overdue {
	o := Overdue{On: on, Definition: overdueDefinition, Rows: append([]Stage{}, stages...)}
	for _, s := range stages {
		o.Total += s.Count
	}
	slices.SortFunc(o.Rows, func(a, b Stage) int {
		return cmp.Or(slices.Index(phases, a.Phase)-slices.Index(phases, b.Phase), b.Count-a.Count, cmp.Compare(a.Item, b.Item), cmp.Compare(a.Responsible, b.Responsible))
	})
	return o
}

// Table has one row for each stage.
func (o Overdue) Table() [][]string {
	rows := [][]string{{"as_of", "phase", "item", "responsible", "count", "cases", "oldest_due_on"}}
	for _, s := range o.Rows {
		rows = append(rows, []string{dayText(o.On), s.Phase, s.Item, s.Responsible, number(s.Count), number(s.Cases), dayText(s.OldestOn)})
	}
	return append(rows, []string{dayText(o.On), "total", "", "", number(o.Total), "", ""})
}
