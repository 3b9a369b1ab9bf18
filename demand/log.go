// SPDX-License-Identifier: AGPL-3.0-or-later

package demand

import (
	"time"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Log is the histories of all cases up to a position, from which the tracks as
// they were known at any instant are made. It needs nothing that is sealed.
type Log struct {
	Position int64
	Cohorts  map[string]int // by member id, from the birth dates that are still known
	Book     *rules.Book

	cases []*history
	index map[string]*history
}

// history is the facts of one case and the tracks made of the first so many.
type history struct {
	facts  []casefile.Fact
	known  int
	tracks []casefile.Track
}

// Add appends a fact; those of one case come in the order of their versions.
func (l *Log) Add(f casefile.Fact) {
	if l.index == nil {
		l.index = map[string]*history{}
	}
	h := l.index[f.CaseID]
	if h == nil {
		h = &history{}
		l.index[f.CaseID] = h
		l.cases = append(l.cases, h)
	}
	h.facts = append(h.facts, f)
}

// Known gives the tracks as far as they were recorded before the day began.
func (l *Log) Known(on rules.Date) []casefile.Track {
	return l.knownBefore(on.Start())
}

// All gives the tracks of everything up to the position.
func (l *Log) All() []casefile.Track {
	return l.knownBefore(time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC))
}

func (l *Log) knownBefore(instant time.Time) []casefile.Track {
	tracks := make([]casefile.Track, 0, 2*len(l.cases))
	for _, h := range l.cases {
		if known := h.recordedBefore(instant); known != h.known {
			facts := casefile.AsOf(h.facts, time.Time{}, instant.Add(-time.Nanosecond))
			h.known, h.tracks = known, l.tracksOf(facts)
		}
		tracks = append(tracks, h.tracks...)
	}
	return tracks
}

func (h *history) recordedBefore(instant time.Time) int {
	known := 0
	for i := range h.facts {
		if h.facts[i].RecordedAt.Before(instant) {
			known++
		}
	}
	return known
}

func (l *Log) tracksOf(facts []casefile.Fact) []casefile.Track {
	if len(facts) == 0 {
		return nil
	}
	tracks := casefile.Tracks(casefile.Fold(facts))
	for i, t := range tracks {
		if t.Cohort == 0 {
			tracks[i].Cohort = l.Cohorts[t.MemberID]
		}
	}
	return tracks
}
