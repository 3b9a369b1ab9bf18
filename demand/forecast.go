// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Probability is the chance with which the truth is meant to lie within an interval.
const Probability = 0.8

// What a forecast needs before it is made at all.
const (
	leastArrivals = 30 // entries seen, to estimate how long the way takes
	leastMonths   = 6  // since the first nulla osta in the log
)

// Interval is an expected number of children with the range in which the true
// one should lie with the probability of the forecast.
type Interval struct {
	Expected float64 `json:"expected"`
	Low      int     `json:"low"`
	High     int     `json:"high"`
}

// Coming is what is expected in one month for one group of children; without
// group values it is all of them. A group of few children is suppressed.
type Coming struct {
	Month string            `json:"month"` // such as 2026-03; of the running one only the rest from the day on
	Group map[string]string `json:"group"`
	*Interval
	Suppressed bool `json:"suppressed,omitempty"`
}

// Shortage says why no figure is given.
type Shortage struct {
	Code string     `json:"code"`
	Text rules.Text `json:"text"`
}

// Basis is how much a forecast rests on.
type Basis struct {
	Arrivals    int `json:"arrivals_seen"` // of anybody, to estimate durations from
	UnderReview int `json:"children_under_review"`
	Authorised  int `json:"children_authorised"` // and not yet here
}

// Forecast is the arrival of children of school age by month.
type Forecast struct {
	Stamp
	Probability float64    `json:"probability"`
	Months      []Coming   `json:"months"`
	Groups      []Coming   `json:"items"`
	Basis       Basis      `json:"basis"`
	Shortage    *Shortage  `json:"shortage,omitempty"`
	Performance *BackTest  `json:"performance,omitempty"`
	Assumptions rules.Text `json:"assumptions"`
}

// assumed is said with every forecast.
var assumed = rules.Text{
	It: "Stima per settimane dalle durate registrate negli ultimi tre anni (Aalen–Johansen, con rinunce e scadenze come esiti concorrenti), per Paese del consolato e parentela, " +
		"avvicinata alla media dove i casi sono pochi. I fratelli si contano come chi arriva insieme. Le autorizzazioni proseguono al ritmo dell'ultimo anno. " +
		"Chi è registrato in ritardo conta come se fosse stato seguito dall'inizio. La stagione non è considerata.",
	En: "Estimated by weeks from the durations recorded in the last three years (Aalen–Johansen, with withdrawals and lapses as competing endings), by country of the consulate and kinship, " +
		"drawn towards the mean where cases are few. Siblings count as coming together. Authorisations go on at last year's pace. " +
		"Who is recorded late counts as if followed from the start. The season is not taken into account.",
}

// Ahead forecasts the arrivals in so many months, the first being that of the
// day, from the tracks as they are known then. GroupBy may hold municipio,
// grade and level.
func Ahead(tracks []casefile.Track, on rules.Date, months int, groupBy []string, d Disclosure, book *rules.Book) Forecast {
	f := Forecast{Probability: Probability, Months: []Coming{}, Groups: []Coming{}, Assumptions: assumed}
	m := fit(tracks, on, months*5+1)
	f.Basis = basisOf(tracks, on, book)
	f.Basis.Arrivals = m.arrivals
	if f.Shortage = shortage(m, tracks); f.Shortage != nil {
		return f
	}
	f.Months = m.table(tracks, months, nil, Disclosure{RoundTo: 1}, book)
	if len(groupBy) > 0 {
		f.Groups = m.table(tracks, months, groupBy, d, book)
	}
	return f
}

// shortage tells when the log is too short for a forecast.
func shortage(m *model, tracks []casefile.Track) *Shortage {
	first := m.on
	for _, t := range tracks {
		if !t.AuthorisedOn.IsZero() && t.AuthorisedOn.Before(first) {
			first = t.AuthorisedOn
		}
	}
	need := strconv.Itoa(leastArrivals)
	switch {
	case m.arrivals < leastArrivals:
		return &Shortage{"too_few_arrivals", rules.Text{
			It: "Nessuna previsione: nel registro risultano " + strconv.Itoa(m.arrivals) + " ingressi, ne servono " + need + ".",
			En: "No forecast: the log shows " + strconv.Itoa(m.arrivals) + " entries, and " + need + " are needed."}}
	case first.AddMonths(leastMonths).After(m.on):
		return &Shortage{"log_too_short", rules.Text{
			It: "Nessuna previsione: il primo nulla osta del registro è del " + first.String() + ", servono almeno sei mesi.",
			En: "No forecast: the first nulla osta in the log is of " + first.String() + ", and six months are needed at least."}}
	}
	return nil
}

func basisOf(tracks []casefile.Track, on rules.Date, book *rules.Book) Basis {
	var b Basis
	for _, t := range tracks {
		w, waiting := where(t, on)
		switch {
		case !waiting || !isChild(t, casefile.EnrolmentYear(on, book)):
		case w.stage == underReview:
			b.UnderReview++
		default:
			b.Authorised++
		}
	}
	return b
}

// sum is what adds up to one figure: families that come or not, each with its
// children, and authorisations still to come.
type sum struct {
	mean, variance   float64
	waiting, pattern int // children behind the figure, now and in last year's mixture: what suppression looks at
}

func (m *model) table(tracks []casefile.Track, months int, groupBy []string, d Disclosure, book *rules.Book) []Coming {
	families := m.families(tracks)
	newcomers := m.newcomers(families)
	known := map[string]int{} // children behind each group, over all months
	var rows []Coming
	for i := range months {
		from := later(m.on, month(m.on, i))
		year := casefile.EnrolmentYear(from, book)
		sums := map[string]*sum{}
		for _, f := range families {
			m.addFamily(sums, f, from, month(m.on, i+1), year, groupBy)
		}
		m.addUnknown(sums, m.within(newcomers, from, month(m.on, i+1)), year, groupBy)
		for key, s := range sums {
			known[key] = max(known[key], s.waiting, s.pattern)
			rows = append(rows, Coming{Month: monthName(from), Group: groupOf(groupBy, key), Interval: s.interval(m.arrivals)})
		}
	}
	suppress(rows, known, groupBy, d)
	slices.SortFunc(rows, func(a, b Coming) int {
		return strings.Compare(a.Month+keyOf(groupBy, a.Group), b.Month+keyOf(groupBy, b.Group))
	})
	return rows
}

func later(a, b rules.Date) rules.Date {
	if a.After(b) {
		return a
	}
	return b
}

// suppress takes the figures away from groups behind which few children stand.
func suppress(rows []Coming, known map[string]int, groupBy []string, d Disclosure) {
	var cells []Cell
	for key, n := range known {
		cells = append(cells, Cell{Values: strings.Split(key, "\x00"), Count: n})
	}
	slices.SortFunc(cells, func(a, b Cell) int { return slices.Compare(a.Values, b.Values) })
	hidden := map[string]bool{}
	for i, hide := range hide(cells, d.UpTo) {
		hidden[strings.Join(cells[i].Values, "\x00")] = hide
	}
	for i, r := range rows {
		if hidden[keyOf(groupBy, r.Group)] {
			rows[i].Interval, rows[i].Suppressed = nil, true
		}
	}
}

// family is the members of one case who stand at the same place: they travel
// together, so they come or do not come together.
type family struct {
	wait
	tracks []casefile.Track
}

func (m *model) families(tracks []casefile.Track) []family {
	type place struct {
		caseID string
		wait
	}
	index := map[place]int{}
	var all []family
	for _, t := range tracks {
		w, waiting := where(t, m.on)
		if !waiting {
			continue
		}
		at, ok := index[place{t.CaseID, w}]
		if !ok {
			at = len(all)
			index[place{t.CaseID, w}] = at
			all = append(all, family{wait: w})
		}
		all[at].tracks = append(all[at].tracks, t)
	}
	return all
}

// addFamily adds the chance that a family comes between two days to every group
// in which it has children.
func (m *model) addFamily(sums map[string]*sum, f family, from, to rules.Date, year int, groupBy []string) {
	p := m.within(m.coming(f.wait), from, to)
	children := map[string]int{}
	for _, t := range f.tracks {
		if isChild(t, year) {
			children[keyFor(t, year, groupBy)]++
		}
	}
	for key, n := range children {
		s := sumOf(sums, key)
		s.mean += float64(n) * p
		s.variance += float64(n*n) * p * (1 - p)
		s.waiting += n
	}
}

// addUnknown adds the children of authorisations that are still to come beyond
// those now under review: the pace and the mixture of the last year.
func (m *model) addUnknown(sums map[string]*sum, share float64, year int, groupBy []string) {
	if share == 0 {
		return
	}
	for _, t := range m.recent {
		if isChild(t, year) {
			s := sumOf(sums, keyFor(t, year, groupBy))
			s.mean += share
			s.variance += 2 * share // a family brings about two children at once
			s.pattern++
		}
	}
}

// newcomers is, week by week, how many come for each one authorised in the last
// year, out of authorisations that nobody has applied for yet as far as the log
// knows: last year's pace, less what is expected of those under review.
func (m *model) newcomers(families []family) []float64 {
	come := make([]float64, m.horizon)
	if len(m.recent) == 0 {
		return come
	}
	last := float64(len(m.recent))
	pace, expected := last*7/365, m.decisions(families)
	after := m.coming(wait{group: group{stage: authorised, kinship: casefile.MinorChild}})
	for i := range come {
		for j := 0; i+j < m.horizon; j++ {
			come[i+j] += max(0, pace-expected[i]) * after[j] / last
		}
	}
	return come
}

// decisions are the authorisations expected week by week of those under review.
func (m *model) decisions(families []family) []float64 {
	expected := make([]float64, m.horizon)
	for _, f := range families {
		if f.stage != underReview {
			continue
		}
		for i, p := range m.hazardsOf(f.group).incidence(onward, f.elapsed, m.horizon) {
			expected[i] += p * float64(len(f.tracks))
		}
	}
	return expected
}

func sumOf(sums map[string]*sum, key string) *sum {
	if sums[key] == nil {
		sums[key] = &sum{}
	}
	return sums[key]
}

// interval is the middle of a gamma distribution with the mean and the variance
// of the sum. The estimate itself is uncertain by about one over the root of the
// entries it rests on.
func (s *sum) interval(arrivals int) *Interval {
	if s.mean < 1e-6 {
		return &Interval{}
	}
	variance := s.variance + s.mean*s.mean/float64(arrivals+1)
	gamma := distuv.Gamma{Alpha: s.mean * s.mean / variance, Beta: s.mean / variance}
	tail := (1 - Probability) / 2
	return &Interval{Expected: math.Round(s.mean*10) / 10, Low: int(math.Floor(gamma.Quantile(tail))), High: int(math.Ceil(gamma.Quantile(1 - tail)))}
}

// keyFor writes the values of the grouping for one child.
func keyFor(t casefile.Track, year int, groupBy []string) string {
	values := map[string]string{"municipio": strconv.Itoa(t.Municipio), "grade": GradeName(t, year), "level": LevelName(t, year)}
	return keyOf(groupBy, values)
}

func keyOf(groupBy []string, values map[string]string) string {
	key := make([]string, len(groupBy))
	for i, name := range groupBy {
		key[i] = values[name]
	}
	return strings.Join(key, "\x00")
}

func groupOf(groupBy []string, key string) map[string]string {
	group := map[string]string{}
	for i, value := range strings.Split(key, "\x00") {
		if i < len(groupBy) {
			group[groupBy[i]] = value
		}
	}
	return group
}
