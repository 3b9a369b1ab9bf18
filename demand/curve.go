// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

// weeks is how far a way is followed within one stage: longer than the nulla
// osta (six months), the visa procedure and the visa (a year) together.
const weeks = 130

// The ways in which a stage may end.
const (
	onward  = iota // the next stage is reached
	arrived        // entered at once, the next stage was never told
	ended          // nulla osta or visa lapsed, withdrawn, refused, died …
	causes
)

// censored marks a stage that was still open when it was last looked at.
const censored = -1

// observation is how long somebody was seen in a stage, and how it ended.
type observation struct {
	weeks int
	cause int
}

// risk counts, week by week, who was still in the stage and who left it how. It
// is what the estimate is made of: the censored are counted for as long as they
// were seen and no longer.
type risk struct {
	at   [weeks]float64
	left [causes][weeks]float64
}

func (r *risk) see(o observation) {
	last := min(o.weeks, weeks-1)
	for k := range last + 1 {
		if k == last && o.cause == censored {
			return // not seen to the end of that week
		}
		r.at[k]++
	}
	if o.cause != censored && o.weeks < weeks {
		r.left[o.cause][last]++
	}
}

func (r *risk) events(cause int) float64 {
	sum := 0.0
	for _, n := range r.left[cause] {
		sum += n
	}
	return sum
}

// hazards are the chances, week by week, to leave the stage in each way for who
// is still in it.
type hazards [causes][weeks]float64

// pseudo is how many people the pooled estimate weighs against those actually
// seen in a small group: a group of so many counts as much as the pool.
const pseudo = 25

// estimate shrinks the group's own rates towards those of the pool: with few
// people at risk in a week the pool speaks, with many the group.
func (r *risk) estimate(pool *hazards) *hazards {
	var h hazards
	for cause := range causes {
		for k := range weeks {
			weight, prior := 0.0, 0.0
			if pool != nil {
				weight, prior = pseudo, pool[cause][k]
			}
			if n := r.at[k] + weight; n > 0 {
				h[cause][k] = (r.left[cause][k] + weight*prior) / n
			}
		}
	}
	return &h
}

// incidence is the chance to leave in one way in each of the coming weeks, for
// who has been in the stage for so many weeks (the discrete Aalen–Johansen
// estimate, so that the other endings take their share and are not mistaken for
// waiting).
func (h *hazards) incidence(cause, elapsed, horizon int) []float64 {
	chance, staying := make([]float64, horizon), 1.0
	for j := 0; j < horizon && elapsed+j < weeks; j++ {
		k, leaving := elapsed+j, 0.0
		for c := range causes {
			leaving += h[c][k]
		}
		chance[j] = staying * h[cause][k]
		staying *= max(0, 1-leaving)
	}
	return chance
}

// then follows one wait by another. Both are known to the week only; half of the
// sum falls into the week after.
func then(first, second []float64) []float64 {
	sum := make([]float64, len(first))
	for i, p := range first {
		if p == 0 {
			continue
		}
		for j := 0; i+j < len(sum); j++ {
			sum[i+j] += p * second[j] / 2
			if i+j+1 < len(sum) {
				sum[i+j+1] += p * second[j] / 2
			}
		}
	}
	return sum
}

func plus(a, b []float64) []float64 {
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
	}
	return sum
}
