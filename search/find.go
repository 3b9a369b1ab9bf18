// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"ricongiungi/rules"
)

// Query says whom to look for.
type Query struct {
	Text  string         // a name or part of one, in any script, or a number
	Born  rules.Date     // zero for any day
	May   func(Ref) bool // whether the searcher may be told of somebody; nil for everybody
	Limit int
}

// Hit is a person found.
type Hit struct {
	Ref
	ByNumber bool
	Exact    bool // by a number, or by the whole name with the day of birth
}

// Find lists who fits best first. A number finds whoever bears it; a name finds
// those who bear all its words in whatever order and spelling.
func (x *Index) Find(q Query) []Hit {
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	found := x.sums()
	for _, id := range x.number[number(q.Text)] {
		found.better(id, numbered)
	}
	for _, wanted := range readings(namesIn(q.Text)) {
		sums := x.bearers(wanted)
		for _, id := range sums.of {
			left := max(0, x.people[id].length-len(wanted))
			found.better(id, sums.score[id]/float32(len(wanted))-missing*float32(left))
		}
	}
	return x.ranked(found, q)
}

const (
	numbered    = 2    // the score of somebody found by a number
	nearlyEqual = 0.97 // above it a name is the one that was typed, whole
	missing     = 0.04 // what each word of a name that was not typed takes off
)

// sums are scores by person, and of whom there is one.
type sums struct {
	score []float32
	of    []int32
}

func (x *Index) sums() sums { return sums{score: make([]float32, len(x.people))} }

func (s *sums) better(id int32, score float32) {
	if score > 0 && s.score[id] == 0 {
		s.of = append(s.of, id)
	}
	s.score[id] = max(s.score[id], score)
}

func (x *Index) ranked(found sums, q Query) []Hit {
	ids := slices.DeleteFunc(found.of, func(id int32) bool {
		e := x.people[id]
		return !q.Born.IsZero() && e.born != q.Born || q.May != nil && !q.May(e.Ref)
	})
	slices.SortFunc(ids, func(a, b int32) int {
		return cmp.Or(cmp.Compare(found.score[b], found.score[a]), cmp.Compare(x.people[a].PersonID, x.people[b].PersonID))
	})
	hits := []Hit{}
	for _, id := range ids[:min(q.Limit, len(ids))] {
		score := found.score[id]
		hits = append(hits, Hit{Ref: x.people[id].Ref, ByNumber: score == numbered, Exact: score == numbered || !q.Born.IsZero() && score > nearlyEqual})
	}
	return hits
}

// namesIn are the words of a name; what has a digit in it is none.
func namesIn(text string) []string {
	if strings.ContainsFunc(text, unicode.IsDigit) {
		return nil
	}
	return words(text)
}

// longestName is how many words of what was typed are looked at.
const longestName = 8

// readings are the ways to read what was typed: word by word, with two
// neighbours as one word, and all as one.
func readings(typed []string) [][]string {
	typed = typed[:min(longestName, len(typed))]
	if len(strings.Join(typed, "")) < 2 {
		return nil
	}
	all := [][]string{typed}
	for i := 1; i < len(typed); i++ {
		all = append(all, slices.Concat(typed[:i-1], []string{typed[i-1] + typed[i]}, typed[i+1:]))
	}
	if len(typed) > 2 {
		all = append(all, []string{strings.Join(typed, "")})
	}
	return all
}

// bearers are the people whose name has all the words, with the sum of how well
// each fits.
func (x *Index) bearers(wanted []string) sums {
	var fit sums
	for i, typed := range wanted {
		scores := x.sums()
		for w, score := range x.resembling(typed) {
			for _, id := range w.bearers {
				if i == 0 || fit.score[id] > 0 {
					scores.better(id, score)
				}
			}
		}
		for _, id := range scores.of {
			if i > 0 {
				scores.score[id] += fit.score[id]
			}
		}
		fit = scores
	}
	return fit
}

// resembling are the words that somebody may have meant: the same, those that
// begin with it, and its other spellings.
func (x *Index) resembling(typed string) map[*word]float32 {
	found := map[*word]float32{}
	for _, s := range skeletons(typed) {
		for _, w := range x.kin[x.key("consonants", s)] {
			found[w] = 0.5 + 0.25*float32(likeness(typed, w.text))
		}
	}
	if len(typed) >= beginning {
		for _, w := range x.kin[x.key("beginning", typed[:beginning])] {
			if strings.HasPrefix(w.text, typed) {
				found[w] = 0.8
			}
		}
	}
	for _, joined := range []bool{false, true} {
		if w := x.words[term{typed, joined}]; w != nil {
			found[w] = 1
		}
	}
	return found
}
