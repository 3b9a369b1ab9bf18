// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"math"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Indicator is one figure of the city's reports. Its definition is part of it;
// Values are absent where the children behind are too few or something is missing.
type Indicator struct {
	ID         string             `json:"id"` // with its version, such as long_wait/1
	Unit       string             `json:"unit"`
	Definition rules.Text         `json:"definition"`
	Values     map[string]float64 `json:"values"`
	Children   *int               `json:"children,omitempty"` // behind the figure, rounded for publication
	Missing    *Shortage          `json:"missing,omitempty"`
}

// Report is all indicators of a day.
type Report struct {
	Stamp
	Indicators []Indicator `json:"items"`
}

// Schools is what the indicators need to know of schools; both may be empty.
type Schools struct {
	Municipio map[string]int // by school code
	Pupils    map[string]int // all pupils, by school code
}

// Measure makes the indicators from the tracks as they are known on the day.
func Measure(tracks []casefile.Track, schools Schools, on rules.Date, book *rules.Book) Report {
	m := measure{on: on, book: book, disclosure: DisclosureOn(book, on), schools: schools}
	for _, t := range tracks {
		if t.EnteredOn.IsZero() || !t.EnteredOn.Before(on) {
			continue
		}
		m.entered = append(m.entered, t)
		if isChild(t, casefile.EnrolmentYear(t.EnteredOn, book)) {
			m.children = append(m.children, t)
		}
	}
	return Report{Indicators: []Indicator{m.timeToSchool(), m.longWait(), m.timeWithoutSchool(), m.wishedMunicipio(), m.segregation(), m.earlyLeavers(), m.guided()}}
}

// measure works on who has entered, and on the children of school age among them.
type measure struct {
	on         rules.Date
	book       *rules.Book
	disclosure Disclosure
	schools    Schools
	entered    []casefile.Track
	children   []casefile.Track
}

// publish gives the values, or says that too few children stand behind them.
func (m measure) publish(i Indicator, children int, values map[string]float64) Indicator {
	i.Values = map[string]float64{}
	if children <= m.disclosure.UpTo {
		i.Missing = &Shortage{"too_few_children", rules.Text{
			It: "Troppo pochi minori per pubblicare il dato.", En: "Too few children for the figure to be published."}}
		return i
	}
	rounded := m.disclosure.round(children)
	i.Children, i.Values = &rounded, values
	return i
}

func (m measure) timeToSchool() Indicator {
	var spells []spell
	for _, t := range m.children {
		if t.Due && !t.AuthorisedOn.IsZero() {
			spells = append(spells, m.spellOf(t))
		}
	}
	values := map[string]float64{}
	for name, share := range map[string]float64{"first_quartile": 0.25, "median": 0.5, "third_quartile": 0.75} {
		if days, reached := quantile(spells, share); reached {
			values[name] = float64(days)
		}
	}
	return m.publish(Indicator{ID: "time_to_school/1", Unit: "days", Definition: rules.Text{
		It: "Giorni dal nulla osta al primo giorno di scuola dei minori entrati e soggetti all'obbligo o al diritto-dovere di istruzione: quartili secondo Kaplan–Meier; chi attende ancora conta fino a oggi; un quartile non ancora raggiunto manca.",
		En: "Days from the nulla osta to the first school day, of children who have entered and must be taught: quartiles by Kaplan–Meier; who still waits counts up to now; a quartile not yet reached is absent."}},
		len(spells), values)
}

func (m measure) spellOf(t casefile.Track) spell {
	first := t.School.FirstOn
	if !first.IsZero() && first.Before(m.on) {
		return spell{t.AuthorisedOn.DaysUntil(first), true}
	}
	until := m.on
	if !t.EndedOn.IsZero() && t.EndedOn.Before(until) {
		until = t.EndedOn
	}
	return spell{max(0, t.AuthorisedOn.DaysUntil(until)), false}
}

// waiting lists for how many days of lessons each child without school has been so.
func (m measure) waiting() []int {
	memo, days := map[rules.Date]int{}, []int{}
	for _, t := range m.children {
		from := t.AbsentFrom
		if from.IsZero() || !from.Before(m.on) {
			continue
		}
		if _, known := memo[from]; !known {
			memo[from] = casefile.LessonDays(from, m.on, m.book)
		}
		days = append(days, memo[from])
	}
	return days
}

func (m measure) longWait() Indicator {
	limit, long := m.book.At(rules.LongWait, m.on).Number(), 0
	waiting := m.waiting()
	for _, days := range waiting {
		if days > limit {
			long++
		}
	}
	values := map[string]float64{"limit_days": float64(limit)}
	if long == 0 || long > m.disclosure.UpTo {
		values["children"] = float64(m.disclosure.round(long))
	}
	return m.publish(Indicator{ID: "long_wait/1", Unit: "children", Definition: rules.Text{
		It: "Minori presenti che devono andare a scuola e ne sono privi da più dei giorni indicati; si contano i giorni di calendario nel periodo delle lezioni.",
		En: "Children here who must be taught and have been without school for more than the days given; calendar days in the time of lessons are counted."}},
		len(waiting), values)
}

func (m measure) timeWithoutSchool() Indicator {
	waiting, total := m.waiting(), 0
	for _, days := range waiting {
		total += days
	}
	return m.publish(Indicator{ID: "time_without_school/1", Unit: "days", Definition: rules.Text{
		It: "Giorni di lezione perduti finora, in tutto e in media, dai minori presenti che devono andare a scuola e ne sono privi.",
		En: "Days of lessons lost so far, in all and on average, by children here who must be taught and are without school."}},
		len(waiting), map[string]float64{"total": float64(m.disclosure.round(total)), "mean": tenth(float64(total), len(waiting))})
}

func (m measure) wishedMunicipio() Indicator {
	asked, granted := 0, 0
	for _, t := range m.children {
		place := m.schools.Municipio[t.School.Code]
		if t.WishMunicipio == 0 || t.School.StartedOn.IsZero() || place == 0 {
			continue
		}
		asked++
		if place == t.WishMunicipio {
			granted++
		}
	}
	i := Indicator{ID: "wished_municipio/1", Unit: "share", Definition: rules.Text{
		It: "Quota dei minori a scuola nel Municipio che la famiglia desiderava, tra quelli per cui desiderio e Municipio della scuola sono noti.",
		En: "Share of children at school in the Municipio that the family wished for, of those for whom the wish and the school's Municipio are known."}}
	if len(m.schools.Municipio) == 0 {
		return withoutRegistry(i)
	}
	return m.publish(i, asked, map[string]float64{"share": share(granted, asked)})
}

func withoutRegistry(i Indicator) Indicator {
	i.Values = map[string]float64{}
	i.Missing = &Shortage{"no_school_registry", rules.Text{
		It: "Manca l'anagrafe delle scuole: importala per avere il dato.", En: "The school registry is missing: import it to have the figure."}}
	return i
}

func (m measure) segregation() Indicator {
	pupils := map[string]int{}
	newly := 0
	for _, t := range m.children {
		k := t.School
		if !k.StartedOn.IsZero() && k.LeftOn.IsZero() && k.StartedOn.Before(m.on) && !k.FirstOn.Before(m.on.AddMonths(-24)) {
			pupils[k.Code]++
			newly++
		}
	}
	i := Indicator{ID: "school_segregation/1", Unit: "index", Definition: rules.Text{
		It: "Alunni al primo giorno di scuola in Italia negli ultimi 24 mesi: indice di dissimilarità di Duncan rispetto agli altri alunni delle scuole del registro (0 distribuiti ugualmente, 1 separati del tutto), scuole che ne accolgono e numero effettivo di scuole (inverso dell'indice di Herfindahl).",
		En: "Pupils whose first school day in Italy was in the last 24 months: Duncan's dissimilarity index against the other pupils of the schools in the registry (0 spread alike, 1 wholly apart), schools that have some, and effective number of schools (inverse Herfindahl index)."}}
	values := map[string]float64{"schools": float64(len(pupils)), "effective_schools": effective(pupils)}
	if index, known := Dissimilarity(pupils, m.schools.Pupils); known {
		values["dissimilarity"] = index
	}
	return m.publish(i, newly, values)
}

// effective is the number of equally large groups that would be as concentrated.
func effective(pupils map[string]int) float64 {
	total, squares := 0.0, 0.0
	for _, n := range pupils {
		total += float64(n)
		squares += float64(n) * float64(n)
	}
	if squares == 0 {
		return 0
	}
	return math.Round(total*total/squares*10) / 10
}

// Dissimilarity is the share of the newly arrived pupils who would have to change
// school for every school to have the same share of them (Duncan and Duncan,
// 1955): half the sum, over schools, of the difference between the school's part
// of the newly arrived and its part of all others. Schools without a figure for
// all their pupils are left out; it is not known where none remains.
func Dissimilarity(newly, all map[string]int) (index float64, known bool) {
	var ours, others float64
	for code, n := range all {
		ours += float64(newly[code])
		others += float64(max(0, n-newly[code]))
	}
	if ours == 0 || others == 0 {
		return 0, false
	}
	sum := 0.0
	for code, n := range all {
		sum += math.Abs(float64(newly[code])/ours - float64(max(0, n-newly[code]))/others)
	}
	return cents(sum / 2), true
}

// noLeaving are the reasons for leaving a school that are no early leaving.
var noLeaving = map[string]bool{"completed": true, "moved": true, "moved_abroad": true}

func (m measure) earlyLeavers() Indicator {
	limit := m.book.At(rules.EarlyLeaving, m.on).Number()
	seen, left := 0, 0
	for _, t := range m.children {
		k := t.School
		if k.StartedOn.IsZero() || k.StartedOn.AddMonths(limit).After(m.on) {
			continue
		}
		seen++
		if !k.LeftOn.IsZero() && k.LeftOn.Before(k.StartedOn.AddMonths(limit)) && !noLeaving[k.LeftFor] {
			left++
		}
	}
	return m.publish(Indicator{ID: "early_leavers/1", Unit: "share", Definition: rules.Text{
		It: "Quota di chi ha lasciato la scuola entro i mesi indicati dal primo giorno, senza averla conclusa o essersi trasferito, tra chi ha cominciato da almeno altrettanto; chi ha già cominciato altrove conta con la nuova scuola.",
		En: "Share of those who left school within the months given of the first day without completing it or moving, of those who began at least that long ago; who has begun elsewhere counts with the new school."}},
		seen, map[string]float64{"share": share(left, seen), "limit_months": float64(limit)})
}

// The school years that 14- to 21-year-olds would be in by age alone.
const (
	guidedFrom = 9
	guidedTo   = 16
)

func (m measure) guided() Indicator {
	young, reached := 0, 0
	for _, t := range m.entered {
		if grade := gradeIn(t, casefile.EnrolmentYear(t.EnteredOn, m.book)); t.Cohort == 0 || grade < guidedFrom || grade > guidedTo {
			continue
		}
		young++
		if !t.ReachedOn.IsZero() && t.ReachedOn.Before(t.EnteredOn) {
			reached++
		}
	}
	return m.publish(Indicator{ID: "guided_before_departure/1", Unit: "share", Definition: rules.Text{
		It: "Quota di chi è entrato nell'anno dei quattordici fino ai ventun anni e con cui il servizio aveva già raccolto i bisogni scolastici prima della partenza.",
		En: "Share of those who entered from the year of their fourteenth to their twenty-first birthday with whom the service had gone through their school needs before departure."}},
		young, map[string]float64{"share": share(reached, young)})
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return cents(float64(part) / float64(whole))
}

func tenth(sum float64, n int) float64 {
	if n == 0 {
		return 0
	}
	return math.Round(sum/float64(n)*10) / 10
}
