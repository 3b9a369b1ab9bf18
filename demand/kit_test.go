// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

var book = rules.Default()

func day(text string) rules.Date {
	d, err := rules.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// town invents the ways of many families, at a known pace: so many days to the
// visa request, so many to the entry, some of them given up.
type town struct {
	*rand.Rand
	families int
	begin    rules.Date
	days     int // over which the nulla osta are spread
}

func newTown(seed uint64, families int, begin string, days int) town {
	return town{rand.New(rand.NewPCG(seed, 1)), families, day(begin), days}
}

// wait draws days with the mean; no way is shorter than ten.
func (w town) wait(mean float64) int { return 10 + int(-math.Log(1-w.Float64())*(mean-10)) }

func (w town) tracks() []casefile.Track {
	var all []casefile.Track
	for i := range w.families {
		given := w.begin.AddDays(w.IntN(w.days))
		t := casefile.Track{CaseID: fmt.Sprintf("case-%d", i), Kinship: casefile.MinorChild, Municipio: 1 + w.IntN(9), AuthorisedOn: given, Phase: casefile.SchoolAwaited}
		t.Consulate, t.Language = "EGY", "ar"
		mean := 60.0
		if w.IntN(3) == 0 {
			t.Consulate, t.Language, mean = "PHL", "fil", 120
		}
		requested := given.AddDays(w.wait(50))
		switch {
		case w.IntN(10) == 0:
			t.Ending, t.EndedOn = casefile.Withdrawn, given.AddDays(w.wait(60))
		default:
			t.VisaRequestedOn, t.EnteredOn = requested, requested.AddDays(w.wait(mean))
		}
		for child := range 1 + w.IntN(3) {
			t.MemberID = fmt.Sprintf("member-%d-%d", i, child)
			t.Cohort = given.Year - w.IntN(12)
			all = append(all, t)
		}
	}
	return all
}

// knownOn hides from the tracks what has not happened yet.
func knownOn(tracks []casefile.Track, on rules.Date) []casefile.Track {
	var known []casefile.Track
	for _, t := range tracks {
		if !t.AuthorisedOn.Before(on) {
			continue
		}
		for _, d := range []*rules.Date{&t.VisaRequestedOn, &t.EnteredOn} {
			if !d.Before(on) {
				*d = rules.Date{}
			}
		}
		if !t.EndedOn.Before(on) {
			t.EndedOn, t.Ending = rules.Date{}, ""
		}
		known = append(known, t)
	}
	return known
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s is %v, not %v", what, got, want)
	}
}
