// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ricongiungi/demand"
	"ricongiungi/reports"
	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/views"
)

// figuresFrame is what all pages of figures have: why somebody asks, for which
// day, and where the same figures are as a table for machines.
type figuresFrame struct {
	Parts    []tab
	Purpose  string
	Purposes []string
	AsOf     string
	Export   string // address of the same figures as CSV
	Today    rules.Date
	SoFar    rules.Date // as of when all that is recorded so far counts
}

func (s *console) figuresFrame(r *http.Request) figuresFrame {
	f := figuresFrame{Parts: s.schoolTabs(r), Purpose: r.FormValue("purpose"), Purposes: demand.Purposes, Today: s.today(), SoFar: s.today().AddDays(1)}
	if !slices.Contains(demand.Purposes, f.Purpose) {
		f.Purpose = "class_planning"
	}
	if day := s.askedDay(r); !day.IsZero() {
		f.AsOf = day.String()
	}
	query := r.URL.Query()
	query.Set("purpose", f.Purpose)
	f.Export = strings.TrimSuffix(r.URL.Path, ".csv") + ".csv?" + query.Encode()
	return f
}

// askedDay is the day for which figures are asked; zero where none is. Tomorrow
// stands for all that is recorded so far, as in the API.
func (s *console) askedDay(r *http.Request) rules.Date {
	day, err := rules.ParseDate(r.FormValue("as_of"))
	if err != nil || day.After(s.today().AddDays(1)) {
		return rules.Date{}
	}
	return day
}

// figureDay is that day, or today: what was recorded before it counts.
func (s *console) figureDay(r *http.Request) rules.Date {
	if day := s.askedDay(r); !day.IsZero() {
		return day
	}
	return s.today()
}

// answerFigures keeps the question and gives the figures: as a page, or as the
// table that the API gives.
func (s *console) answerFigures(w http.ResponseWriter, r *http.Request, f figuresFrame, stamp demand.Stamp, figures any, rows func() [][]string, page func() error) error {
	content, err := json.Marshal(figures)
	if err != nil {
		return fmt.Errorf("console: figures: %w", err)
	}
	asFile := strings.HasSuffix(r.URL.Path, ".csv")
	if asFile {
		content = reports.CSV(stamp, rows())
	}
	parameters := map[string]string{}
	for name := range r.URL.Query() {
		parameters[name] = r.URL.Query().Get(name)
	}
	if err := s.Reports.Ask(r.Context(), visitOf(r).who.Actor, f.Purpose, stamp, parameters, content); err != nil {
		return err
	}
	if asFile {
		name, _, _ := strings.Cut(stamp.Definition, "/")
		return download(w, name+"-"+stamp.AsOf.String()+".csv", "text/csv; charset=utf-8", content)
	}
	return page()
}

// demandPage counts the children who wait, protected as everything published is.
type demandPage struct {
	figuresFrame
	schoolFilter
	Group  string
	Groups []string
	reports.Counted
	Columns []string // values of the second dimension; none for a plain list
	Lines   []demandLine
	Map     []mapArea
	Known   []areaPlaces
}

// demandLine is a row of the table with a cell for each column, or with one.
type demandLine struct {
	Label string
	Cells []demandCell
}

// demandCell is a count; Hidden where it is suppressed, neither where nobody waits.
type demandCell struct {
	Children *int
	Hidden   bool
}

// The ways in which the page groups.
var demandGroups = []string{"municipio", "level", "grade", "language", "month", "phase", "month,level", "municipio,level", "municipio,grade", "language,level"}

func (s *console) showDemand(w http.ResponseWriter, r *http.Request) error {
	page := demandPage{figuresFrame: s.figuresFrame(r), schoolFilter: filterOf(r), Group: r.FormValue("group_by"), Groups: demandGroups}
	if !slices.Contains(demandGroups, page.Group) {
		page.Group = "municipio"
	}
	asked := demand.Query{GroupBy: strings.Split(page.Group, ","), Filter: map[string]string{"level": page.Level, "language": page.Language}}
	if page.Municipio > 0 {
		asked.Filter["municipio"] = strconv.Itoa(page.Municipio)
	}
	maps.DeleteFunc(asked.Filter, func(_, value string) bool { return value == "" })
	var err error
	if page.Counted, err = s.Reports.Count(r.Context(), asked, s.askedDay(r)); err != nil {
		return err
	}
	return s.answerFigures(w, r, page.figuresFrame, page.Stamp, page.Counted, func() [][]string { return reports.DemandRows(asked.GroupBy, page.Counted) },
		func() error { return s.showDemandPage(w, r, page, asked.GroupBy) })
}

func (s *console) showDemandPage(w http.ResponseWriter, r *http.Request, page demandPage, groupBy []string) error {
	voice := visitOf(r).voice
	page.arrange(voice, groupBy)
	if page.Group == "municipio" {
		places, err := s.placesByArea(r, page.Level)
		if err != nil {
			return err
		}
		page.Known = areasOf(places, page.Rows)
		page.Map = mapOf(page.Known)
	}
	return s.show(w, r, http.StatusOK, "schooldemand", voice.say("schools.demand"), page)
}

// arrange makes lines and columns of the counts.
func (p *demandPage) arrange(v voice, groupBy []string) {
	byLine := map[string]*demandLine{}
	var order []string
	if len(groupBy) == 2 {
		for _, row := range p.Rows {
			if value := row.Group[groupBy[1]]; !slices.Contains(p.Columns, value) {
				p.Columns = append(p.Columns, value)
			}
		}
		slices.SortFunc(p.Columns, compareValues)
	}
	for _, row := range p.Rows {
		key := row.Group[groupBy[0]]
		if byLine[key] == nil {
			byLine[key] = &demandLine{Label: v.bucket(groupBy[0], key), Cells: make([]demandCell, max(1, len(p.Columns)))}
			order = append(order, key)
		}
		at := 0
		if len(groupBy) == 2 {
			at = slices.Index(p.Columns, row.Group[groupBy[1]])
		}
		byLine[key].Cells[at] = demandCell{row.Children, row.Suppressed}
	}
	slices.SortFunc(order, compareValues)
	for _, key := range order {
		p.Lines = append(p.Lines, *byLine[key])
	}
	for i, value := range p.Columns {
		p.Columns[i] = v.bucket(groupBy[1], value)
	}
}

// compareValues puts numbers in the order of numbers, and everything else after them.
func compareValues(a, b string) int {
	m, errA := strconv.Atoi(a)
	n, errB := strconv.Atoi(b)
	if errA == nil && errB == nil {
		return cmp.Compare(m, n)
	}
	return cmp.Compare(a, b)
}

// bucket names a value of a dimension.
func (v voice) bucket(dimension, value string) string {
	switch dimension {
	case "municipio":
		if value == "0" {
			return v.say("schools.unknown")
		}
		return v.say("schools.municipio", "number", value)
	case "grade":
		if n, err := strconv.Atoi(value); err == nil {
			return v.grade(n)
		}
		return v.say("schools.no_grade")
	case "level":
		return v.known("code."+value, v.say("schools.unknown"))
	case "language":
		return v.known("language."+value, value)
	case "phase":
		return v.say("school_phase." + value)
	}
	return value
}

// grade names a grade by its number, 1 for the first class of primary school.
func (v voice) grade(n int) string {
	switch {
	case n < 1:
		return v.say("grade.infanzia", "age", n+5)
	case n <= 5:
		return v.say("grade.primaria", "n", n)
	case n <= 8:
		return v.say("grade.secondaria_1", "n", n-5)
	}
	return v.say("grade.secondaria_2", "n", n-8)
}

// areaPlaces is one Municipio with need against places.
type areaPlaces struct {
	Number                int
	Children              *int
	Hidden                bool
	Free, Fresh, Gradings int // free places in grades with a fresh figure; how many of all grades have one
}

// placesByArea adds up what is known of places.
func (s *console) placesByArea(r *http.Request, level string) (map[int]areaPlaces, error) {
	areas := map[int]areaPlaces{}
	for q := (views.SchoolQuery{Level: level, Limit: 500}); ; {
		found, err := s.Department.Schools(r.Context(), q)
		if err != nil {
			return nil, err
		}
		for _, row := range found.Items {
			a := areas[row.Municipio]
			for grade := -2; grade <= 13; grade++ {
				if row.Level != schools.CPIA && schools.Teaches(row.Level, grade) || row.Level == schools.CPIA && grade == 0 {
					a.Gradings++
				}
			}
			for _, p := range row.Places {
				if !p.Stale {
					a.Fresh, a.Free = a.Fresh+1, a.Free+p.Free
				}
			}
			areas[row.Municipio] = a
		}
		if q.Cursor = found.Next; q.Cursor == "" {
			return areas, nil
		}
	}
}

func areasOf(places map[int]areaPlaces, rows []demand.Row) []areaPlaces {
	var all []areaPlaces
	for number := 1; number <= 9; number++ {
		a := places[number]
		a.Number = number
		for _, row := range rows {
			if row.Group["municipio"] == strconv.Itoa(number) {
				a.Children, a.Hidden = row.Children, row.Suppressed
			}
		}
		all = append(all, a)
	}
	return all
}

// forecastPage is the forecast with its band and how the same method did before.
type forecastPage struct {
	figuresFrame
	demand.Forecast
	Group  string
	Groups []string
	Band   chart
	Past   chart
	Split  []string // names of the dimensions of the split
}

// Months ahead, and the ways in which the page splits a forecast.
const monthsAhead = 6

var forecastGroups = []string{"", "level", "grade", "municipio", "municipio,level"}

func (s *console) showForecast(w http.ResponseWriter, r *http.Request) error {
	page := forecastPage{figuresFrame: s.figuresFrame(r), Group: r.FormValue("group_by"), Groups: forecastGroups}
	if !slices.Contains(forecastGroups, page.Group) {
		page.Group = ""
	}
	if page.Group != "" {
		page.Split = strings.Split(page.Group, ",")
	}
	var err error
	if page.Forecast, err = s.Reports.Forecast(r.Context(), s.figureDay(r), monthsAhead, page.Split); err != nil {
		return err
	}
	page.Band, page.Past = bandOf(page.Forecast.Months), pastOf(page.Performance.Trials)
	return s.answerFigures(w, r, page.figuresFrame, page.Stamp, page.Forecast, func() [][]string { return reports.ForecastRows(page.Split, page.Forecast, false) },
		func() error {
			return s.show(w, r, http.StatusOK, "schoolforecast", visitOf(r).voice.say("schools.forecast"), page)
		})
}

// indicatorsPage is the indicators with their definitions.
type indicatorsPage struct {
	figuresFrame
	demand.Report
}

func (s *console) showIndicators(w http.ResponseWriter, r *http.Request) error {
	page := indicatorsPage{figuresFrame: s.figuresFrame(r)}
	var err error
	if page.Report, err = s.Reports.Indicators(r.Context(), s.figureDay(r)); err != nil {
		return err
	}
	return s.answerFigures(w, r, page.figuresFrame, page.Stamp, page.Report, func() [][]string { return reports.IndicatorRows(page.Report) },
		func() error {
			return s.show(w, r, http.StatusOK, "schoolindicators", visitOf(r).voice.say("schools.indicators"), page)
		})
}
