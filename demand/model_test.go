// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"testing"

	"pgregory.net/rapid"

	"ricongiungi/casefile"
)

// Worked by hand: of four, one leaves in week 0, one is lost sight of in week 1,
// one leaves in week 1 and one gives up in week 2.
func TestTheEstimateIsThatOfAalenAndJohansen(t *testing.T) {
	var r risk
	for _, o := range []observation{{0, onward}, {1, censored}, {1, onward}, {2, ended}} {
		r.see(o)
	}
	h := r.estimate(nil)
	chance := h.incidence(onward, 0, 4)
	near(t, "leaving in week 0", chance[0], 0.25, 1e-9)
	near(t, "leaving in week 1", chance[1], 0.75*0.5, 1e-9) // two at risk: the lost one is not seen to the end of the week
	near(t, "leaving in week 2", chance[2], 0, 1e-9)
	near(t, "giving up in week 2", h.incidence(ended, 0, 4)[2], 0.75*0.5, 1e-9)
	near(t, "leaving in week 1 of who is still there", h.incidence(onward, 1, 4)[0], 0.5, 1e-9)
}

func TestWhoGaveUpIsNotMistakenForSomebodyWhoWaits(t *testing.T) {
	var competing, ignoring risk
	for i := range 100 {
		if i%2 == 0 {
			competing.see(observation{4, ended})
			ignoring.see(observation{4, censored})
		}
		competing.see(observation{10, onward})
		ignoring.see(observation{10, onward})
	}
	sum := func(h *hazards) float64 {
		total := 0.0
		for _, p := range h.incidence(onward, 0, 20) {
			total += p
		}
		return total
	}
	near(t, "those who ever come", sum(competing.estimate(nil)), 100.0/150, 1e-9)
	near(t, "those who ever come, were giving up mere waiting", sum(ignoring.estimate(nil)), 1, 1e-9)
}

func TestASmallGroupIsDrawnTowardsThePool(t *testing.T) {
	var pool, few, many risk
	for range 1000 {
		pool.see(observation{2, onward})
	}
	few.see(observation{0, onward})
	for range 1000 {
		many.see(observation{0, onward})
	}
	h := pool.estimate(nil)
	near(t, "one person's haste", few.estimate(h)[onward][0], 1.0/26, 1e-9)
	near(t, "the haste of a thousand", many.estimate(h)[onward][0], 1000.0/1025, 1e-9)
}

func TestChancesNeverAddUpToMoreThanOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r risk
		for range rapid.IntRange(0, 50).Draw(t, "people") {
			r.see(observation{rapid.IntRange(0, 140).Draw(t, "weeks"), rapid.IntRange(censored, ended).Draw(t, "cause")})
		}
		h, total := r.estimate(nil), 0.0
		for cause := range causes {
			for _, p := range h.incidence(cause, rapid.IntRange(0, 140).Draw(t, "elapsed"), weeks) {
				if p < 0 {
					t.Fatalf("a chance of %v", p)
				}
			}
			for _, p := range h.incidence(cause, 0, weeks) {
				total += p
			}
		}
		if total > 1+1e-9 {
			t.Fatalf("chances of %v", total)
		}
	})
}

func TestTwoWaitsInARowLastTheirSum(t *testing.T) {
	first, second := make([]float64, 10), make([]float64, 10)
	first[2], second[3] = 1, 0.5
	sum := then(first, second)
	near(t, "week 5", sum[5], 0.25, 1e-9)
	near(t, "week 6", sum[6], 0.25, 1e-9)
}

func TestAStageNotYetOverIsCensoredOnTheDay(t *testing.T) {
	track := casefile.Track{AuthorisedOn: day("2026-01-05"), VisaRequestedOn: day("2026-02-09"), EnteredOn: day("2026-05-04")}
	for _, c := range []struct {
		on    string
		stage int
		want  observation
		seen  bool
	}{
		{"2026-01-05", authorised, observation{}, false}, {"2026-02-09", authorised, observation{5, censored}, true}, {"2026-02-10", authorised, observation{5, onward}, true},
		{"2026-02-09", visaRequested, observation{}, false}, {"2026-03-09", visaRequested, observation{4, censored}, true}, {"2026-06-01", visaRequested, observation{12, onward}, true},
	} {
		if got, seen := observe(track, c.stage, day(c.on)); got != c.want || seen != c.seen {
			t.Errorf("on %s, stage %d: %+v %v", c.on, c.stage, got, seen)
		}
	}
}

func TestAnEntryWithoutAVisaRequestEndsTheStageBefore(t *testing.T) {
	track := casefile.Track{AuthorisedOn: day("2026-01-05"), EnteredOn: day("2026-03-02")}
	if got, _ := observe(track, authorised, day("2026-06-01")); got != (observation{8, arrived}) {
		t.Errorf("observed %+v", got)
	}
}
