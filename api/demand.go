// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/reports"
	"ricongiungi/rules"
)

var (
	plainGroups    = regexp.MustCompile(`^[a-z]{1,20}(,[a-z]{1,20}){0,2}$`)
	plainMunicipio = regexp.MustCompile(`^[0-9]$`)
	plainGrade     = regexp.MustCompile(`^(-?[0-9]{1,2}|unknown|none)$`)
	plainLanguage  = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)
	plainMonth     = regexp.MustCompile(`^(19|20|21)[0-9]{2}-[0-9]{2}$`)

	levels = []string{casefile.Infanzia, casefile.Primaria, casefile.Secondaria1, casefile.Secondaria2, casefile.CPIA, demand.Unknown}
	// waitingPhases are those in which a child is counted as waiting.
	waitingPhases = []string{string(casefile.SchoolNone), string(casefile.SchoolNeeded), string(casefile.SchoolSearching),
		string(casefile.SchoolProposed), string(casefile.SchoolAccepted), string(casefile.SchoolEnrolment)}
)

// groups reads a list of dimensions, each named once.
func (q *query) groups(known []string) []string {
	expected := "up to three of " + strings.Join(known, ", ") + ", joined by commas"
	text := q.text("group_by", plainGroups, expected)
	if text == "" {
		return nil
	}
	names := strings.Split(text, ",")
	for i, name := range names {
		if !slices.Contains(known, name) || slices.Contains(names[:i], name) {
			q.complain("group_by", "must be "+expected)
		}
	}
	return names
}

// purpose reads why somebody asks; without that nothing is answered.
func (q *query) purpose() string {
	if len(q.values["purpose"]) == 0 {
		q.complain("purpose", "is required")
	}
	return q.choice("purpose", demand.Purposes)
}

// figureDay reads the day for which figures are asked: what was known before it
// counts. The day after today stands for all that is known so far.
func (q *query) figureDay(today rules.Date) rules.Date {
	on := q.day("as_of")
	switch {
	case on.IsZero():
		return today
	case on.After(today.AddDays(1)):
		q.complain("as_of", "must not lie beyond tomorrow")
	}
	return on
}

func (s *server) today() rules.Date { return rules.DateOf(s.Clock()) }

func (s *server) showDemand(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := demand.Query{GroupBy: q.groups(demand.Dimensions), Filter: q.demandFilter()}
	purpose, day := q.purpose(), q.figureDay(s.today())
	if err := q.err(); err != nil {
		return err
	}
	if len(q.values["as_of"]) == 0 {
		day = rules.Date{}
	}
	answer, err := s.reports.Count(r.Context(), asked, day)
	if err != nil {
		return err
	}
	return s.answerFigures(w, r, purpose, answer.Stamp, answer, func() [][]string { return reports.DemandRows(asked.GroupBy, answer) })
}

// demandFilter reads what the count is narrowed down to.
func (q *query) demandFilter() map[string]string {
	filter := map[string]string{
		"municipio": q.text("municipio", plainMunicipio, "a Municipio from 1 to 9, or 0 for unknown"),
		"level":     q.choice("level", levels),
		"phase":     q.choice("phase", waitingPhases),
		"grade":     q.text("grade", plainGrade, "a grade from -3 to 13, unknown or none"),
		"language":  q.text("language", plainLanguage, "a language as in BCP 47"),
		"month":     q.text("month", plainMonth, "a month written as YYYY-MM"),
	}
	maps.DeleteFunc(filter, func(_, value string) bool { return value == "" })
	return filter
}

func (s *server) showForecast(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	groups, months := q.groups(demand.ForecastDimensions), int(q.number("months", 1, 12, 6))
	purpose, on, withTrials := q.purpose(), q.figureDay(s.today()), q.flag("backtest")
	if err := q.err(); err != nil {
		return err
	}
	f, err := s.reports.Forecast(r.Context(), on, months, groups)
	if err != nil {
		return err
	}
	if !withTrials {
		f.Performance.Trials = nil
	}
	return s.answerFigures(w, r, purpose, f.Stamp, f, func() [][]string { return reports.ForecastRows(groups, f, withTrials) })
}

func (s *server) showIndicators(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	purpose, on := q.purpose(), q.figureDay(s.today())
	if err := q.err(); err != nil {
		return err
	}
	report, err := s.reports.Indicators(r.Context(), on)
	if err != nil {
		return err
	}
	return s.answerFigures(w, r, purpose, report.Stamp, report, func() [][]string { return reports.IndicatorRows(report) })
}

// answerFigures keeps the question before it gives the answer, as JSON or, for
// who asks for that, as CSV.
func (s *server) answerFigures(w http.ResponseWriter, r *http.Request, purpose string, stamp demand.Stamp, figures any, rows func() [][]string) error {
	content, err := json.Marshal(figures)
	if err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	mediaType := "application/json"
	if strings.Contains(r.Header.Get("Accept"), "text/csv") {
		mediaType, content = "text/csv; charset=utf-8", reports.CSV(stamp, rows())
	}
	parameters := map[string]string{}
	for name := range r.URL.Query() {
		parameters[name] = r.URL.Query().Get(name)
	}
	if err := s.reports.Ask(r.Context(), actorOf(r), purpose, stamp, parameters, content); err != nil {
		return err
	}
	return answerBytes(w, http.StatusOK, mediaType, content)
}
