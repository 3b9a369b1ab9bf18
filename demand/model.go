// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// The stages on the way to Italy, as far as they are told in the log.
const (
	underReview   = iota // from the filing to the nulla osta
	authorised           // from the nulla osta to the visa request
	visaRequested        // from the visa request to the entry
	stages
)

// group is whom durations are compared within: at the consulate the country and
// the kinship count, before it the country is not known.
type group struct {
	stage     int
	kinship   casefile.Kinship
	consulate string
}

// model is the estimate of how long each stage takes, made from every way seen
// by some day.
type model struct {
	on       rules.Date
	pooled   [stages]*hazards
	hazards  map[group]*hazards
	arrivals int              // entries that the estimate rests on
	recent   []casefile.Track // authorised in the last year
	memo     map[wait][]float64
	horizon  int // weeks
}

// wait is a place on the way: the same for everybody who stands there.
type wait struct {
	group
	elapsed int
}

// trainedMonths is how far back durations are learnt from: offices and terms change.
const trainedMonths = 36

// fit estimates from the tracks as they are known on the day.
func fit(tracks []casefile.Track, on rules.Date, horizon int) *model {
	var all [stages]risk
	kinships, groups := map[group]*risk{}, map[group]*risk{}
	m := &model{on: on, hazards: map[group]*hazards{}, memo: map[wait][]float64{}, horizon: horizon}
	lastYear := on.AddMonths(-12)
	for _, t := range tracks {
		if t.AuthorisedOn.Before(on) && !t.AuthorisedOn.Before(lastYear) {
			m.recent = append(m.recent, t)
		}
		for stage := range stages {
			o, seen := observe(t, stage, on)
			if !seen {
				continue
			}
			all[stage].see(o)
			riskOf(kinships, group{stage: stage, kinship: t.Kinship}).see(o)
			if stage == visaRequested {
				riskOf(groups, group{stage, t.Kinship, t.Consulate}).see(o)
			}
		}
	}
	m.shrink(all, kinships, groups)
	m.arrivals = int(all[authorised].events(arrived) + all[visaRequested].events(onward))
	return m
}

func riskOf(of map[group]*risk, g group) *risk {
	if of[g] == nil {
		of[g] = &risk{}
	}
	return of[g]
}

// shrink pulls each kinship towards everybody, and each consulate towards its kinship.
func (m *model) shrink(all [stages]risk, kinships, groups map[group]*risk) {
	for stage := range stages {
		m.pooled[stage] = all[stage].estimate(nil)
	}
	for g, r := range kinships {
		m.hazards[g] = r.estimate(m.pooled[g.stage])
	}
	for g, r := range groups {
		if g.consulate != "" {
			m.hazards[g] = r.estimate(m.hazards[group{stage: g.stage, kinship: g.kinship}])
		}
	}
}

// hazardsOf finds the closest estimate there is for a group.
func (m *model) hazardsOf(g group) *hazards {
	for _, closest := range []group{g, {stage: g.stage, kinship: g.kinship}} {
		if h := m.hazards[closest]; h != nil {
			return h
		}
	}
	return m.pooled[g.stage]
}

// observe is what a track shows of one stage by the day.
func observe(t casefile.Track, stage int, on rules.Date) (observation, bool) {
	from, next, direct := milestones(t, stage)
	if from.IsZero() || !from.Before(on) || from.Before(on.AddMonths(-trainedMonths)) {
		return observation{}, false
	}
	until, cause := on, censored
	for _, exit := range []struct {
		on    rules.Date
		cause int
	}{{next, onward}, {direct, arrived}, {t.EndedOn, ended}} {
		if !exit.on.IsZero() && exit.on.Before(until) && !exit.on.Before(from) {
			until, cause = exit.on, exit.cause
		}
	}
	return observation{weeks: from.DaysUntil(until) / 7, cause: cause}, true
}

// milestones are the beginning of a stage, its regular end, and an entry that
// came without it.
func milestones(t casefile.Track, stage int) (from, next, direct rules.Date) {
	switch stage {
	case underReview:
		return t.FiledOn, t.AuthorisedOn, rules.Date{}
	case authorised:
		return t.AuthorisedOn, t.VisaRequestedOn, t.EnteredOn
	}
	return t.VisaRequestedOn, t.EnteredOn, rules.Date{}
}

// where tells at what place on the way a member stands on the day; false for who
// has come, has ended or has not begun.
func where(t casefile.Track, on rules.Date) (wait, bool) {
	over := func(d rules.Date) bool { return !d.IsZero() && d.Before(on) }
	if over(t.EnteredOn) || over(t.EndedOn) {
		return wait{}, false
	}
	w := wait{group: group{kinship: t.Kinship}}
	from := t.FiledOn
	switch {
	case over(t.VisaRequestedOn):
		w.stage, w.consulate, from = visaRequested, t.Consulate, t.VisaRequestedOn
	case over(t.AuthorisedOn):
		w.stage, from = authorised, t.AuthorisedOn
	case !over(t.FiledOn):
		return wait{}, false
	}
	w.elapsed = from.DaysUntil(on) / 7
	return w, true
}

// coming is the chance that somebody at that place enters in each of the weeks
// to come.
func (m *model) coming(w wait) []float64 {
	if known, ok := m.memo[w]; ok {
		return known
	}
	h, next := m.hazardsOf(w.group), w
	next.stage, next.elapsed = w.stage+1, 0
	var chance []float64
	switch w.stage {
	case visaRequested:
		chance = h.incidence(onward, w.elapsed, m.horizon)
	case authorised:
		chance = plus(h.incidence(arrived, w.elapsed, m.horizon), then(h.incidence(onward, w.elapsed, m.horizon), m.coming(next)))
	default:
		chance = then(h.incidence(onward, w.elapsed, m.horizon), m.coming(next))
	}
	m.memo[w] = chance
	return chance
}

// within is the share of weekly chances that falls between two days.
func (m *model) within(chance []float64, from, to rules.Date) float64 {
	sum, first, last := 0.0, m.on.DaysUntil(from), m.on.DaysUntil(to)
	for j := max(0, first/7); j < len(chance) && 7*j < last; j++ {
		days := min(last, 7*j+7) - max(first, 7*j)
		sum += chance[j] * float64(days) / 7
	}
	return sum
}
