// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import "slices"

// spell is a wait of so many days that is over, or was still going on when it
// was last looked at.
type spell struct {
	days int
	over bool
}

// quantile is the day by which a share of the waits is over (Kaplan–Meier); not
// reached when too many still go on.
func quantile(spells []spell, share float64) (days int, reached bool) {
	sorted := slices.SortedFunc(slices.Values(spells), func(a, b spell) int { return a.days - b.days })
	staying := 1.0
	for i := 0; i < len(sorted); {
		at, events := sorted[i].days, 0
		risk := len(sorted) - i
		for ; i < len(sorted) && sorted[i].days == at; i++ {
			if sorted[i].over {
				events++
			}
		}
		staying *= 1 - float64(events)/float64(risk)
		if staying <= 1-share+1e-12 && events > 0 {
			return at, true
		}
	}
	return 0, false
}
