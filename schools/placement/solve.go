// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

import (
	"errors"
	"slices"

	"ricongiungi/rules"
)

// Result is a sharing out and its certificate: with the problem at hand anybody
// can check that no child and school would both rather have each other.
type Result struct {
	Problem string `json:"problem_digest"`
	Lines   []Line `json:"lines"`  // in the order of the problem's children
	Filled  []Fill `json:"filled"` // in the order of the problem's seats
}

// Line is what is proposed for one child.
type Line struct {
	ChildID    string     `json:"member_id"`
	CaseID     string     `json:"case_id"`
	SchoolCode string     `json:"school_code,omitempty"` // empty when no known place is left
	Grade      int        `json:"grade"`
	Choice     int        `json:"choice"`           // place of the school in the child's order, from 1; 0 for none
	Choices    int        `json:"choices"`          // schools with a known place in the grade, before the sharing out
	Metres     *int       `json:"metres,omitempty"` // where both places are known
	Why        rules.Text `json:"why"`
	Salt       string     `json:"salt,omitempty"`     // that of the child
	Withheld   string     `json:"withheld,omitempty"` // the commitment, in place of choice, distance and sentence
}

// Fill is who got the places of a seat, the strongest claim first.
type Fill struct {
	SchoolCode string   `json:"school_code"`
	Grade      int      `json:"grade"`
	Places     int      `json:"places"`
	Children   []string `json:"children"`
}

// holder is a child that holds a place for as long as nobody has a stronger claim.
type holder struct {
	child int
	claim claim
}

// sharing is a problem being solved.
type sharing struct {
	Problem
	drawn   []int
	choices [][]pair // of each child, the dearest first
	next    []int    // the choice each child asks for next
	held    map[seatID][]holder
}

// Solve shares the places out: each child asks for the dearest school that has
// not turned it away, and each school keeps the strongest claims (deferred
// acceptance, Gale and Shapley 1962). Of all results without a child and a school
// that would both rather have each other, this is the best one for every child,
// and the order of children and seats makes no difference to it.
func Solve(p Problem) (Result, error) {
	if err := p.Check(); err != nil {
		return Result{}, err
	}
	if p.Withheld() > 0 {
		return Result{}, errors.New("placement: nothing is known of a child")
	}
	s := newSharing(p)
	asking := make([]int, 0, len(p.Children))
	for i := range p.Children {
		asking = append(asking, i)
	}
	for len(asking) > 0 {
		child := asking[len(asking)-1]
		asking = asking[:len(asking)-1]
		if turnedAway, any := s.ask(child); any {
			asking = append(asking, turnedAway)
		}
	}
	return s.result(), nil
}

func newSharing(p Problem) *sharing {
	s := &sharing{Problem: p, drawn: p.drawn(), choices: make([][]pair, len(p.Children)), next: make([]int, len(p.Children)), held: map[seatID][]holder{}}
	for i := range p.Children {
		s.choices[i] = p.choicesOf(&p.Children[i])
	}
	return s
}

func (p Problem) choicesOf(c *Child) []pair {
	var all []pair
	for i := range p.Seats {
		if eligible(c, &p.Seats[i]) {
			all = append(all, pairOf(c, &p.Seats[i], p.ZoneMetres))
		}
	}
	slices.SortFunc(all, suits)
	return all
}

// ask has a child ask for its next choice, and gives who goes away empty-handed.
func (s *sharing) ask(child int) (turnedAway int, any bool) {
	if s.next[child] == len(s.choices[child]) {
		return 0, false
	}
	with := s.choices[child][s.next[child]]
	s.next[child]++
	id, mine := with.seat.id(), holder{child, s.claimOf(&s.Children[child], with, s.drawn[child])}
	held := s.held[id]
	at, _ := slices.BinarySearchFunc(held, mine, func(a, b holder) int { return slices.Compare(a.claim[:], b.claim[:]) })
	held = slices.Insert(held, at, mine)
	if len(held) <= with.seat.Free {
		s.held[id] = held
		return 0, false
	}
	last := len(held) - 1
	turnedAway, s.held[id] = held[last].child, held[:last]
	return turnedAway, true
}

func (s *sharing) result() Result {
	r := Result{Problem: s.Digest(), Lines: make([]Line, len(s.Children)), Filled: make([]Fill, 0, len(s.Seats))}
	got := make([]*pair, len(s.Children))
	for i := range s.Seats {
		seat := &s.Seats[i]
		fill := Fill{SchoolCode: seat.SchoolCode, Grade: seat.Grade, Places: seat.Free, Children: []string{}}
		for _, h := range s.held[seat.id()] {
			fill.Children = append(fill.Children, s.Children[h.child].ID)
			got[h.child] = &s.choices[h.child][s.next[h.child]-1]
		}
		r.Filled = append(r.Filled, fill)
	}
	for i := range s.Children {
		r.Lines[i] = s.line(i, got[i])
	}
	return r
}

func (s *sharing) line(child int, got *pair) Line {
	c := &s.Children[child]
	line := Line{ChildID: c.ID, CaseID: c.CaseID, Grade: c.Grade, Choices: len(s.choices[child]), Salt: c.Salt}
	if got != nil {
		line.SchoolCode, line.Grade, line.Choice = got.seat.SchoolCode, got.seat.Grade, s.next[child]
		if got.metres != far {
			line.Metres = &got.metres
		}
	}
	line.Why = s.why(child, got)
	return line
}
