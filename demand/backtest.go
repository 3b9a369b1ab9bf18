// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// How far back and how far ahead the forecast is tried on the past.
const (
	testedMonths = 36
	testedAhead  = 6
)

// Trial is one month forecast from an earlier day and what came of it.
type Trial struct {
	MadeOn   rules.Date `json:"made_on"` // with what was recorded before that day
	Month    string     `json:"month"`
	Ahead    int        `json:"ahead"` // 1 for the month that began on the day
	Expected float64    `json:"expected"`
	Low      int        `json:"low"`
	High     int        `json:"high"`
	Came     int        `json:"came"`
	Naive    float64    `json:"naive"` // the mean of the twelve months before, to compare with
}

// Score is how the trials of one lead time turned out. Errors are in children a month.
type Score struct {
	Ahead        int     `json:"ahead"`
	Trials       int     `json:"trials"`
	Error        float64 `json:"mean_absolute_error"`
	Bias         float64 `json:"mean_error"` // above zero: more was forecast than came
	Naive        float64 `json:"naive_mean_absolute_error"`
	Coverage     float64 `json:"coverage"` // share of trials in which the truth lay in the interval
	CoverageLow  float64 `json:"coverage_low"`
	CoverageHigh float64 `json:"coverage_high"` // with CoverageLow: 95 % interval of the true share
}

// BackTest is the forecast tried on the past.
type BackTest struct {
	Stamp
	Scores   []Score   `json:"scores"`
	Trials   []Trial   `json:"trials,omitempty"`
	Shortage *Shortage `json:"shortage,omitempty"`
}

// Try makes, for each past month, the forecast that would have been made on its
// first day with what was recorded by then, and compares it with what came in
// the months that are over by the day.
func Try(log *Log, on rules.Date) BackTest {
	test := BackTest{Scores: []Score{}, Trials: []Trial{}}
	truth := arrivalsByMonth(log.Known(on), log.Book)
	for back := testedMonths; back >= 1; back-- {
		test.Trials = append(test.Trials, try(log, month(on, -back), on, truth)...)
	}
	for ahead := 1; ahead <= testedAhead; ahead++ {
		if s := score(test.Trials, ahead); s.Trials > 0 {
			test.Scores = append(test.Scores, s)
		}
	}
	if len(test.Trials) == 0 {
		test.Shortage = &Shortage{"log_too_short", rules.Text{
			It: "Nessuna verifica: in nessun mese passato il registro bastava per una previsione.",
			En: "No back-test: in no past month was the log enough for a forecast."}}
	}
	return test
}

func try(log *Log, origin, on rules.Date, truth map[string]int) []Trial {
	known := log.Known(origin)
	f := Ahead(known, origin, testedAhead, nil, Disclosure{}, log.Book)
	if f.Shortage != nil {
		return nil
	}
	naive := naiveAt(known, origin, log.Book)
	var trials []Trial
	for i, m := range f.Months {
		if month(origin, i+1).After(on) {
			break
		}
		trials = append(trials, Trial{MadeOn: origin, Month: m.Month, Ahead: i + 1, Expected: m.Expected, Low: m.Low, High: m.High, Came: truth[m.Month], Naive: naive})
	}
	return trials
}

func arrivalsByMonth(tracks []casefile.Track, book *rules.Book) map[string]int {
	came := map[string]int{}
	for _, t := range tracks {
		if !t.EnteredOn.IsZero() && isChild(t, casefile.EnrolmentYear(month(t.EnteredOn, 0), book)) {
			came[monthName(t.EnteredOn)]++
		}
	}
	return came
}

func naiveAt(known []casefile.Track, origin rules.Date, book *rules.Book) float64 {
	came, sum := arrivalsByMonth(known, book), 0
	for back := 1; back <= 12; back++ {
		sum += came[monthName(month(origin, -back))]
	}
	return math.Round(float64(sum)/12*10) / 10
}

func score(trials []Trial, ahead int) Score {
	s := Score{Ahead: ahead}
	within := 0
	for _, t := range trials {
		if t.Ahead != ahead {
			continue
		}
		off := t.Expected - float64(t.Came)
		s.Trials++
		s.Error += math.Abs(off)
		s.Bias += off
		s.Naive += math.Abs(t.Naive - float64(t.Came))
		if t.Low <= t.Came && t.Came <= t.High {
			within++
		}
	}
	if n := float64(s.Trials); n > 0 {
		s.Error, s.Bias, s.Naive = cents(s.Error/n), cents(s.Bias/n), cents(s.Naive/n)
		s.Coverage = cents(float64(within) / n)
		s.CoverageLow, s.CoverageHigh = shareInterval(within, s.Trials)
	}
	return s
}

func cents(x float64) float64 { return math.Round(x*100) / 100 }

// shareInterval is the exact 95 % interval of a share seen in so many trials
// (Clopper–Pearson).
func shareInterval(hits, trials int) (low, high float64) {
	k, n := float64(hits), float64(trials)
	low, high = 0, 1
	if hits > 0 {
		low = distuv.Beta{Alpha: k, Beta: n - k + 1}.Quantile(0.025)
	}
	if hits < trials {
		high = distuv.Beta{Alpha: k + 1, Beta: n - k}.Quantile(0.975)
	}
	return cents(low), cents(high)
}
