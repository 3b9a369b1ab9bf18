// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"time"
)

// Fold makes the state out of a case's facts, oldest version first. It never
// fails: whatever history the log can hold has a state. Corrections and
// annulments take effect at the place of the event they concern, so the state
// is what it would be had the event been recorded rightly at once.
func Fold(facts []Fact) *State {
	s := &State{lapsed: map[string]bool{}, reminded: map[string]bool{}, lateness: map[string]lateness{}, facts: facts}
	amendments := amendmentsIn(facts)
	s.merged = mergesIn(facts, amendments)
	for _, f := range facts {
		s.CaseID, s.Version = f.CaseID, f.Version
		f, stands := amendments.amend(f)
		if !stands {
			continue
		}
		s.applied(f)
		if !noticedByEngine(f.Event) {
			s.LastOn = later(s.LastOn, f.OccurredOn())
		}
	}
	return s
}

// noticedByEngine tells that the event notes the passing of time only.
func noticedByEngine(e Event) bool {
	switch e.(type) {
	case *TermLapsed, *ReminderRaised, *TermEscalated, *AgeNoted, *PendingTermSettled:
		return true
	}
	return false
}

// after is the state once the drafts are recorded.
func (s *State) after(drafts []Draft, r Request) *State {
	facts := slices.Clone(s.facts)
	for _, d := range drafts {
		facts = append(facts, d.Recorded(r, int64(len(facts)+1)))
	}
	return Fold(facts)
}

// AsOf keeps the facts that had happened by asOf, as far as they were known at
// knownAt. A zero instant sets no limit.
func AsOf(facts []Fact, asOf, knownAt time.Time) []Fact {
	known := facts
	if !knownAt.IsZero() {
		known = slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return f.RecordedAt.After(knownAt) })
	}
	if asOf.IsZero() {
		return known
	}
	amendments := amendmentsIn(known)
	var past []Fact
	for _, f := range known {
		amended, _ := amendments.amend(f)
		if amends(f.Event) || !amended.OccurredAt.After(asOf) {
			past = append(past, f)
		}
	}
	return past
}

// amends tells whether the event is about what was recorded rather than about
// what happened: it holds for every day it speaks of.
func amends(e Event) bool {
	switch e.(type) {
	case *EventCorrected, *EventAnnulled:
		return true
	}
	return false
}

// DeriveID makes a stable UUID (version 5) for something named within a parent
// that has an unguessable id.
func DeriveID(parent, name string) string {
	sum := sha1.Sum([]byte(parent + "/" + name))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	text := hex.EncodeToString(sum[:16])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
