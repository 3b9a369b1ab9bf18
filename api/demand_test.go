// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
)

// atNow stops the clock of the API.
func atNow(c *Config) { c.Clock = func() time.Time { return now } }

func TestDemandIsCountedGroupedAndProtected(t *testing.T) {
	w := newWorld(t, atNow)
	w.cells = []demand.Cell{{Values: []string{"1"}, Count: 12}, {Values: []string{"2"}, Count: 2}, {Values: []string{"3"}, Count: 6}}
	answer := w.do("GET", "/v1/school-demand?purpose=class_planning&group_by=municipio&level=primaria&language=ar", "", w.as(casefile.EducationOfficer))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.Equal(t, demand.Query{GroupBy: []string{"municipio"}, Filter: map[string]string{"level": "primaria", "language": "ar"}}, w.asked)
	assert.JSONEq(t, `[{"group":{"municipio":"1"},"children":10},{"group":{"municipio":"2"},"suppressed":true},{"group":{"municipio":"3"},"suppressed":true}]`,
		field(t, answer.Body.Bytes(), "items"))
	assert.JSONEq(t, `{"group":{},"children":20}`, field(t, answer.Body.Bytes(), "total"))
	require.Len(t, w.questions, 1)
	assert.Equal(t, "class_planning", w.questions[0].Purpose)
	assert.Equal(t, int64(42), w.questions[0].Position)
	assert.Equal(t, "primaria", w.questions[0].Parameters["level"])
}

func field(t *testing.T, document []byte, name string) string {
	t.Helper()
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(document, &fields))
	return string(fields[name])
}

func TestDemandComesAsCSVForWhoAsksForIt(t *testing.T) {
	w := newWorld(t, atNow)
	w.cells = []demand.Cell{{Values: []string{"1"}, Count: 12}, {Values: []string{"2"}, Count: 2}, {Values: []string{"3"}, Count: 6}}
	answer := w.do("GET", "/v1/school-demand?purpose=report&group_by=municipio", "", w.as(casefile.Supervisor), header("Accept", "text/csv"))
	assert.Equal(t, "municipio,children,suppressed,definition,as_of,log_position\n1,10,no,school_demand/1,2026-03-31,42\n"+
		"2,,yes,school_demand/1,2026-03-31,42\n3,,yes,school_demand/1,2026-03-31,42\ntotal,20,no,school_demand/1,2026-03-31,42\n", answer.Body.String())
}

func TestFiguresAreAnsweredForAPurposeOnly(t *testing.T) {
	for _, target := range []string{
		"/v1/school-demand", "/v1/school-demand/forecast", "/v1/indicators", "/v1/school-demand?purpose=curiosity",
		"/v1/school-demand?purpose=report&group_by=name", "/v1/school-demand?purpose=report&group_by=level,level", "/v1/school-demand?purpose=report&grade=first",
		"/v1/school-demand?purpose=report&as_of=2199-01-01", "/v1/school-demand/forecast?purpose=report&months=13", "/v1/school-demand/forecast?purpose=report&group_by=language",
		"/v1/indicators?purpose=report&municipio=3",
	} {
		w := newWorld(t, atNow)
		answer := w.do("GET", target, "", w.as(casefile.EducationOfficer))
		assert.Equal(t, http.StatusBadRequest, answer.Code, target)
		assert.Empty(t, w.questions, target)
	}
}

func TestFiguresAreForWhoPlans(t *testing.T) {
	for _, target := range []string{"/v1/school-demand", "/v1/school-demand/forecast", "/v1/indicators"} {
		w := newWorld(t, atNow)
		assert.Equal(t, http.StatusForbidden, w.do("GET", target+"?purpose=report", "", w.as(casefile.SUIOfficer)).Code, target)
	}
}

func TestAShortLogGivesNoForecastAndSaysWhy(t *testing.T) {
	w := newWorld(t, atNow)
	answer := w.do("GET", "/v1/school-demand/forecast?purpose=class_planning&group_by=level", "", w.as(casefile.EducationOfficer))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	var f demand.Forecast
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &f))
	require.NotNil(t, f.Shortage)
	assert.Equal(t, "too_few_arrivals", f.Shortage.Code)
	assert.Empty(t, f.Months)
	assert.NotNil(t, f.Performance.Shortage)
}

func TestFiguresOfADayAreMadeOnceAndThoseOfNowEveryTime(t *testing.T) {
	for query, reads := range map[string]int{"": 1, "&as_of=2026-01-01": 1, "&as_of=tomorrow": 2} {
		w := newWorld(t, atNow)
		if query == "&as_of=tomorrow" {
			query = "&as_of=" + day.AddDays(1).String()
		}
		for range 2 {
			answer := w.do("GET", "/v1/indicators?purpose=report"+query, "", w.as(casefile.Auditor))
			require.Equal(t, http.StatusOK, answer.Code, answer.Body)
		}
		assert.Equal(t, reads, w.logsRead, query)
		assert.Len(t, w.questions, 2, "every question is kept")
	}
}

// lived is a log of ninety families, each with one child, over a year and a half.
func lived() *demand.Log {
	log := &demand.Log{Position: 500, Book: rules.Default(), Cohorts: map[string]int{}}
	for i := range 90 {
		given := rules.On(2024, time.December, 1).AddDays(i * 5)
		member, version := casefile.DeriveID(caseA, strconv.Itoa(i)), int64(0)
		tell := func(on rules.Date, e casefile.Event) {
			version++
			log.Add(casefile.Fact{CaseID: casefile.DeriveID(caseB, strconv.Itoa(i)), Version: version, OccurredAt: on.Start(), RecordedAt: on.Start(), Event: e})
		}
		of := casefile.OfMember{MemberID: member}
		tell(given, &casefile.CaseOpened{Municipio: 1 + i%9})
		tell(given, &casefile.MemberListed{MemberID: member, Kinship: casefile.MinorChild})
		tell(given, &casefile.NullaOstaIssued{OfMember: of})
		tell(given.AddDays(30), &casefile.VisaRequested{OfMember: of, Consulate: "PER"})
		tell(given.AddDays(80+i%20), &casefile.Entered{OfMember: of, SchoolDue: true})
		log.Cohorts[member] = 2014 + i%12
	}
	return log
}

func TestAForecastComesWithItsMeasuredError(t *testing.T) {
	w := newWorld(t, atNow)
	w.figureLog = lived()
	answer := w.do("GET", "/v1/school-demand/forecast?purpose=class_planning&group_by=level,municipio&months=3&backtest=true", "", w.as(casefile.EducationOfficer))
	var f demand.Forecast
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &f))
	assert.Len(t, f.Months, 3)
	assert.NotEmpty(t, f.Groups)
	assert.NotEmpty(t, f.Performance.Scores)
	assert.NotEmpty(t, f.Performance.Trials)
	assert.Equal(t, int64(500), f.LogPosition)
	answer = w.do("GET", "/v1/school-demand/forecast?purpose=class_planning&months=3&group_by=level,municipio", "", w.as(casefile.EducationOfficer))
	var again demand.Forecast
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &again))
	assert.Equal(t, f.Groups, again.Groups)
	assert.Empty(t, again.Performance.Trials)
	assert.Equal(t, 2, w.logsRead, "forecast and back-test are each made once")
}

func TestIndicatorsKnowOfSchoolsWhatTheRegistrySays(t *testing.T) {
	w := newWorld(t, atNow, func(c *Config) {
		c.Schools = func(context.Context) (demand.Schools, error) {
			return demand.Schools{Municipio: map[string]int{"MIIC8AA00X": 4}}, nil
		}
	})
	w.figureLog = lived()
	answer := w.do("GET", "/v1/indicators?purpose=report", "", w.as(casefile.Supervisor))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.NotContains(t, answer.Body.String(), "no_school_registry")
}

func TestDemandOfADayGoneByIsCountedInTheLog(t *testing.T) {
	for query, reads := range map[string]int{"": 0, "&as_of=2026-02-01": 1, "&as_of=" + day.AddDays(1).String(): 0} {
		w := newWorld(t, atNow)
		answer := w.do("GET", "/v1/school-demand?purpose=audit"+query, "", w.as(casefile.Auditor))
		require.Equal(t, http.StatusOK, answer.Code, answer.Body)
		assert.Equal(t, reads, w.logsRead, query)
	}
}

func TestForecastAndIndicatorsComeAsCSV(t *testing.T) {
	for target, columns := range map[string]string{"/v1/school-demand/forecast": "month,expected,low,high,suppressed",
		"/v1/school-demand/forecast?backtest=true": "made_on,month,ahead,expected,low,high,came,naive", "/v1/indicators": "indicator,value,figure,unit,children"} {
		w := newWorld(t, atNow)
		answer := w.do("GET", withPurpose(target), "", w.as(casefile.Auditor), header("Accept", "text/csv"))
		assert.Contains(t, answer.Body.String(), columns+",definition,as_of,log_position\n")
	}
}

func withPurpose(target string) string {
	if strings.Contains(target, "?") {
		return target + "&purpose=report"
	}
	return target + "?purpose=report"
}
