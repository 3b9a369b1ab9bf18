// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/demand"
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

// counted is the answer to a question of who waits now.
type counted struct {
	demand.Stamp
	demand.Table
}

func (s *server) showDemand(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := demand.Query{GroupBy: q.groups(demand.Dimensions), Filter: q.demandFilter()}
	purpose, day := q.purpose(), q.figureDay(s.today())
	if err := q.err(); err != nil {
		return err
	}
	past := len(q.values["as_of"]) > 0 && !day.After(s.today())
	cells, position, on, err := s.countDemand(r.Context(), asked, day, past)
	if err != nil {
		return err
	}
	answer := counted{demand.Stamp{Definition: demand.CountDefinition, AsOf: on, LogPosition: position},
		demand.Publish(asked.GroupBy, cells, demand.DisclosureOn(s.Book, on))}
	return s.answerFigures(w, r, purpose, answer.Stamp, answer, func() [][]string { return demandRows(asked.GroupBy, answer) })
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

// countDemand counts in the database for now, and in the log for a day gone by.
func (s *server) countDemand(ctx context.Context, q demand.Query, day rules.Date, past bool) ([]demand.Cell, int64, rules.Date, error) {
	if !past {
		cells, position, err := s.Figures.SchoolDemand(ctx, q, s.today())
		return cells, position, s.today(), err
	}
	s.figuring.Lock()
	defer s.figuring.Unlock()
	log, err := s.Figures.FigureLog(ctx, day)
	if err != nil {
		return nil, 0, day, err
	}
	return demand.Count(log.Known(day), day, q, s.Book), log.Position, day, nil
}

func (s *server) showForecast(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	groups, months := q.groups(demand.ForecastDimensions), int(q.number("months", 1, 12, 6))
	purpose, on, withTrials := q.purpose(), q.figureDay(s.today()), q.flag("backtest")
	if err := q.err(); err != nil {
		return err
	}
	f, err := s.forecast(r.Context(), on, months, groups)
	if err != nil {
		return err
	}
	if !withTrials {
		f.Performance.Trials = nil
	}
	return s.answerFigures(w, r, purpose, f.Stamp, f, func() [][]string { return forecastRows(groups, f, withTrials) })
}

// forecast gives the forecast of a day with its past performance.
func (s *server) forecast(ctx context.Context, on rules.Date, months int, groups []string) (f demand.Forecast, err error) {
	if err := s.figures(ctx, demand.ForecastKey(on, months, groups), &f); err != nil {
		return f, err
	}
	f.Performance = &demand.BackTest{}
	return f, s.figures(ctx, demand.Key{Kind: demand.BackTestDefinition, On: on}, f.Performance)
}

func (s *server) showIndicators(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	purpose, on := q.purpose(), q.figureDay(s.today())
	if err := q.err(); err != nil {
		return err
	}
	var report demand.Report
	err := s.figures(r.Context(), demand.Key{Kind: demand.IndicatorDefinition, On: on}, &report)
	if err != nil {
		return err
	}
	return s.answerFigures(w, r, purpose, report.Stamp, report, func() [][]string { return indicatorRows(report) })
}

func (s *server) schoolFacts(ctx context.Context) (demand.Schools, error) {
	if s.Schools == nil {
		return demand.Schools{}, nil
	}
	return s.Schools(ctx)
}

// figures gives what was published for the day, or makes and publishes it. What
// is made for a day that is not over yet is not kept: it may still change.
func (s *server) figures(ctx context.Context, key demand.Key, into any) error {
	kept, err := s.Figures.Published(ctx, key)
	if errors.Is(err, ErrNotFound) {
		kept, err = s.makeFigures(ctx, key)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(kept, into); err != nil {
		return fmt.Errorf("published figures: %w", err)
	}
	return nil
}

// lastCommits is how long after midnight an event recorded before it may still
// reach the log: figures of the day are kept from then on.
const lastCommits = 5 * time.Minute

func (s *server) makeFigures(ctx context.Context, key demand.Key) (json.RawMessage, error) {
	s.figuring.Lock()
	defer s.figuring.Unlock()
	if kept, err := s.Figures.Published(ctx, key); !errors.Is(err, ErrNotFound) {
		return kept, err // made while this one waited
	}
	log, err := s.Figures.FigureLog(ctx, key.On)
	if err != nil {
		return nil, err
	}
	schools, err := s.schoolFacts(ctx)
	if err != nil {
		return nil, err
	}
	made, err := demand.Make(key, log, schools)
	if err != nil {
		return nil, err
	}
	if s.Clock().Before(key.On.Start().Add(lastCommits)) {
		return made, nil
	}
	return s.Figures.Publish(ctx, key, made)
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
		mediaType, content = "text/csv; charset=utf-8", csvOf(stamped(stamp, rows()))
	}
	parameters := map[string]string{}
	for name := range r.URL.Query() {
		parameters[name] = r.URL.Query().Get(name)
	}
	question := demand.Question{By: actorOf(r), Purpose: purpose, Kind: stamp.Definition, Parameters: parameters, Position: stamp.LogPosition}
	if err := s.Figures.RecordQuestion(r.Context(), question, content); err != nil {
		return err
	}
	return answerBytes(w, http.StatusOK, mediaType, content)
}
