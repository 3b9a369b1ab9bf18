// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"encoding/json"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/reports"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/desk"
	"ricongiungi/schools/desk/desktest"
	"ricongiungi/views"
)

// department is the schools behind the pages, and what is asked of the figures.
type department struct {
	kept      *desktest.Store
	cells     []demand.Cell
	published map[demand.Key]json.RawMessage
	questions []demand.Question
	answers   [][]byte
	log       *demand.Log
}

func (o *office) newDepartment() *desk.Desk {
	o.school.kept = desktest.New(now)
	return &desk.Desk{Store: o.school.kept, Orders: o, Engine: o, Clock: func() time.Time { return now }, Book: rules.Default()}
}

func (o *office) reports() *reports.Office {
	return &reports.Office{Source: &o.school, Clock: func() time.Time { return now }, Book: rules.Default()}
}

func (d *department) SchoolDemand(context.Context, demand.Query, rules.Date) ([]demand.Cell, int64, error) {
	return d.cells, 42, nil
}

func (d *department) FigureLog(context.Context, rules.Date) (*demand.Log, error) {
	if d.log != nil {
		return d.log, nil
	}
	return &demand.Log{Position: 42, Book: rules.Default()}, nil
}

func (d *department) Published(_ context.Context, key demand.Key) (json.RawMessage, error) {
	if kept, ok := d.published[key]; ok {
		return kept, nil
	}
	return nil, views.ErrNotFound
}

func (d *department) Publish(_ context.Context, key demand.Key, figures json.RawMessage) (json.RawMessage, error) {
	if d.published == nil {
		d.published = map[demand.Key]json.RawMessage{}
	}
	d.published[key] = figures
	return figures, nil
}

func (d *department) RecordQuestion(_ context.Context, q demand.Question, answer []byte) error {
	d.questions, d.answers = append(d.questions, q), append(d.answers, answer)
	return nil
}

// department opens the office to an education officer: the daughter is here, and
// a place in the fifth class is sought for her.
func (o *office) department() *office {
	o.t.Helper()
	at := casefile.Step{MemberID: daughter, On: day("2026-03-02")}
	o.told("2026-02-06", &casefile.RecordNeedsProfile{Step: casefile.Step{MemberID: daughter, On: day("2026-02-06")}, NeedsProfile: casefile.NeedsProfile{
		Languages: []string{"ar"}, YearsOfSchool: 4, LanguageHelp: true, Vaccination: "compliant", WishSchool: desktest.Near}})
	o.told("2026-03-02", &casefile.RecordEntry{Step: at})
	o.told("2026-03-02", &casefile.RequestSchool{Step: at, Municipio: 2})
	o.role = casefile.EducationOfficer
	o.school.kept.Children = []views.WaitingChild{{MemberID: daughter, CaseID: caseA, Office: "wemi-mi", Phase: casefile.SchoolSearching, Level: schools.Primaria, Grade: 5,
		Municipio: 2, Language: "ar", LanguageHelp: true, Siblings: []string{}, WishSchool: desktest.Near, Since: day("2026-03-02"), EnteredOn: day("2026-03-02"), AbsentFrom: day("2026-03-02"), Days: 8}}
	o.school.kept.Say(desktest.Near, 5, 2, day("2026-03-09"))
	o.school.kept.Say(desktest.Far, 5, 1, day("2026-01-09"))
	o.school.cells = []demand.Cell{{Values: []string{"2"}, Count: 12}, {Values: []string{"3"}, Count: 2}, {Values: []string{"7"}, Count: 6}}
	return o
}
