// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"fmt"
	"testing"
)

// The forecast of a day with its back-test, made once a day, at two sizes.
func BenchmarkForecastWithBackTest(b *testing.B) {
	for _, families := range []int{5_000, 50_000} {
		b.Run(fmt.Sprintf("families=%d", families), func(b *testing.B) {
			log, on := logOf(newTown(1, families, "2019-01-01", 2500).tracks(), 3), day("2025-10-01")
			for b.Loop() {
				if f := Ahead(log.Known(on), on, 6, []string{"municipio", "grade"}, protection, book); f.Shortage != nil {
					b.Fatal(f.Shortage.Text.En)
				}
				if len(Try(log, on).Scores) == 0 {
					b.Fatal("not tested")
				}
			}
		})
	}
}
