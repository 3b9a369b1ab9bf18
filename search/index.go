// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"ricongiungi/rules"
	"ricongiungi/views"
)

// Index holds the spellings of everybody's name. It is safe for concurrent use.
type Index struct {
	mutex  sync.RWMutex
	seed   maphash.Seed
	people []*entry // nil where nobody is
	free   []int32
	cases  map[string][]int32 // people by case id
	words  map[term]*word
	kin    map[uint64][]*word // words by their consonants or their beginning
	number map[string][]int32 // people by a number of theirs
}

// entry is one person as the index keeps them: words to compare, nothing to show.
type entry struct {
	Ref
	terms   []*word // of the name, then as joined
	length  int     // how many words the name has
	born    rules.Date
	numbers []string
}

// word is part of somebody's name, or a stretch of one written as one word.
type word struct {
	text    string
	joined  bool
	bearers []int32
}

// term is how a word is looked up: the same letters may be a word of one name and
// a stretch of another.
type term struct {
	text   string
	joined bool
}

// Ref is whom a search found, and what decides whether the searcher may know.
type Ref struct {
	CaseID, PersonID, Office string
	Pupil                    bool // of school age, or with a school
	Restricted               bool
	Hidden                   bool // nobody outside the case's office is told that they exist
}

func refOf(p views.Findable) Ref {
	return Ref{CaseID: p.CaseID, PersonID: p.Person.PersonID, Office: p.Office, Pupil: p.Pupil, Restricted: p.Person.Restricted, Hidden: p.Hidden}
}

// NewIndex is an empty index.
func NewIndex() *Index {
	return &Index{seed: maphash.MakeSeed(), cases: map[string][]int32{}, words: map[term]*word{},
		kin: map[uint64][]*word{}, number: map[string][]int32{}}
}

// Put replaces everything known of a case. Persons who were erased leave.
func (x *Index) Put(caseID string, people []views.Findable) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	for _, id := range x.cases[caseID] {
		x.remove(id)
	}
	delete(x.cases, caseID)
	for _, p := range people {
		if !p.Person.Erased {
			x.add(p)
		}
	}
}

// Len is how many people can be found.
func (x *Index) Len() int {
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	return len(x.people) - len(x.free)
}

func (x *Index) add(p views.Findable) {
	id := x.place()
	given, family := words(p.Person.GivenName), words(p.Person.FamilyName)
	e := &entry{Ref: refOf(p), length: len(given) + len(family), born: p.Person.BirthDate}
	for _, text := range unique(slices.Concat(given, family)) {
		e.terms = append(e.terms, x.borne(term{text, false}, id))
	}
	for _, text := range unique(joined(given, family)) {
		e.terms = append(e.terms, x.borne(term{text, true}, id))
	}
	for _, text := range []string{p.Person.SUIFile, p.Person.TaxCode} {
		if n := number(text); n != "" {
			e.numbers = append(e.numbers, n)
			x.number[n] = append(x.number[n], id)
		}
	}
	x.people[id] = e
	x.cases[e.CaseID] = append(x.cases[e.CaseID], id)
}

// place is a place among the people that nobody has.
func (x *Index) place() int32 {
	if last := len(x.free) - 1; last >= 0 {
		id := x.free[last]
		x.free = x.free[:last]
		return id
	}
	x.people = append(x.people, nil)
	return int32(len(x.people) - 1)
}

func unique(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// joined are neighbouring words written as one, and the whole name in both
// orders: Chinese syllables and Arabic compounds are typed either way.
func joined(given, family []string) []string {
	all := slices.Concat(given, family)
	if len(all) < 2 {
		return nil
	}
	var texts []string
	for i := 1; i < len(all); i++ {
		texts = append(texts, all[i-1]+all[i])
	}
	return append(texts, strings.Join(all, ""), strings.Join(family, "")+strings.Join(given, ""))
}

// borne is the word, with one more bearer.
func (x *Index) borne(t term, id int32) *word {
	w := x.words[t]
	if w == nil {
		w = &word{text: strings.Clone(t.text), joined: t.joined}
		x.words[term{w.text, t.joined}] = w
		for _, key := range x.keys(w) {
			x.kin[key] = append(x.kin[key], w)
		}
	}
	w.bearers = append(w.bearers, id)
	return w
}

func (x *Index) remove(id int32) {
	e := x.people[id]
	x.people[id], x.free = nil, append(x.free, id)
	for _, n := range e.numbers {
		dropFrom(x.number, n, id)
	}
	for _, w := range e.terms {
		w.bearers = slices.DeleteFunc(w.bearers, func(other int32) bool { return other == id })
		if len(w.bearers) > 0 {
			continue
		}
		delete(x.words, term{w.text, w.joined})
		for _, key := range x.keys(w) {
			dropFrom(x.kin, key, w)
		}
	}
}

// dropFrom takes a value out of a list, and the list out when it is empty.
func dropFrom[K, V comparable](lists map[K][]V, key K, value V) {
	left := slices.DeleteFunc(lists[key], func(other V) bool { return other == value })
	if lists[key] = left; len(left) == 0 {
		delete(lists, key)
	}
}

// beginning is how many letters of a word must be typed for it to be found.
const beginning = 3

// keys are those under which a word is found by its kin: each of its skeletons,
// and its first letters unless it is a stretch.
func (x *Index) keys(w *word) []uint64 {
	var keys []uint64
	for _, s := range skeletons(w.text) {
		keys = append(keys, x.key("consonants", s))
	}
	if len(w.text) >= beginning && !w.joined {
		keys = append(keys, x.key("beginning", w.text[:beginning]))
	}
	return keys
}

func (x *Index) key(kind, text string) uint64 {
	var hash maphash.Hash
	hash.SetSeed(x.seed)
	_, _ = hash.WriteString(kind) // never fails
	_, _ = hash.WriteString(text)
	return hash.Sum64()
}
