// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"fmt"
	"testing"
)

// BenchmarkTransactByLength decides a note on a short case and on one with a
// long history: what a command costs must not grow with the years of a case as
// its history does.
func BenchmarkTransactByLength(b *testing.B) {
	for _, length := range []int{10, 100, 400} {
		b.Run(fmt.Sprintf("%d events", length), func(b *testing.B) {
			o := setup(b)
			view := o.opened()
			notes := 0
			note := func() { // the same words twice are one note
				notes++
				if outcome := o.order(view.CaseID, "add_note", map[string]any{"note": fmt.Sprint("ha chiamato ", notes)}); len(outcome.Events) != 1 {
					b.Fatalf("the note led to %+v", outcome)
				}
			}
			for n := view.Version; n < int64(length); n++ {
				note()
			}
			b.ReportAllocs()
			for b.Loop() {
				note()
			}
		})
	}
}
