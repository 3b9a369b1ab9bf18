// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

// Violation is one thing that is wrong with a result.
type Violation struct {
	Code       string `json:"code"` // other_problem, missing, unknown, not_eligible, overfull, inconsistent or blocking_pair
	ChildID    string `json:"member_id,omitempty"`
	SchoolCode string `json:"school_code,omitempty"`
	Grade      int    `json:"grade,omitempty"`
}

// Verify checks a result without solving the problem anew; nothing is wrong when
// it gives nothing. A blocking pair is a child and a seat that would both rather
// have each other: the seat is dearer to the child than what it got, and there is
// room or somebody with a weaker claim in it. Children who are withheld are taken
// to be content, and to have stronger claims than anybody: their part cannot be
// checked any more.
func Verify(p Problem, r Result) []Violation {
	if r.Problem != p.Digest() || p.Check() != nil {
		return []Violation{{Code: "other_problem"}}
	}
	v := newVerifier(p, r)
	v.checkLines()
	v.checkFills()
	if len(v.found) == 0 {
		v.checkPairs()
	}
	return v.found
}

type verifier struct {
	Problem
	result   Result
	drawn    []int
	children map[string]int
	seats    map[seatID]*Seat
	fills    map[seatID]Fill
	found    []Violation
}

func newVerifier(p Problem, r Result) *verifier {
	v := &verifier{Problem: p, result: r, drawn: p.drawn(), children: map[string]int{}, seats: map[seatID]*Seat{}, fills: map[seatID]Fill{}}
	for i, c := range p.Children {
		v.children[c.ID] = i
	}
	for i := range p.Seats {
		v.seats[p.Seats[i].id()] = &p.Seats[i]
	}
	for _, f := range r.Filled {
		v.fills[seatID{f.SchoolCode, f.Grade}] = f
	}
	return v
}

func (v *verifier) complain(code string, child string, at seatID) {
	v.found = append(v.found, Violation{Code: code, ChildID: child, SchoolCode: at.code, Grade: at.grade})
}

// checkLines wants one line for each child, with a seat that is for the child.
func (v *verifier) checkLines() {
	seen := map[string]bool{}
	for _, line := range v.result.Lines {
		at := seatID{line.SchoolCode, line.Grade}
		child, known := v.children[line.ChildID]
		if !known || seen[line.ChildID] {
			v.complain("unknown", line.ChildID, at)
			continue
		}
		seen[line.ChildID] = true
		if line.SchoolCode == "" || v.Children[child].Withheld != "" {
			continue
		}
		if seat := v.seats[at]; seat == nil || !eligible(&v.Children[child], seat) {
			v.complain("not_eligible", line.ChildID, at)
		}
	}
	for _, c := range v.Children {
		if !seen[c.ID] {
			v.complain("missing", c.ID, seatID{})
		}
	}
}

// checkFills wants lines and fills to tell the same, within the places there are.
func (v *verifier) checkFills() {
	placed := map[string]seatID{}
	for _, line := range v.result.Lines {
		if line.SchoolCode != "" {
			placed[line.ChildID] = seatID{line.SchoolCode, line.Grade}
		}
	}
	for id, fill := range v.fills {
		if seat := v.seats[id]; seat == nil || len(fill.Children) > seat.Free {
			v.complain("overfull", "", id)
		}
		for _, child := range fill.Children {
			if placed[child] != id {
				v.complain("inconsistent", child, id)
			}
			delete(placed, child)
		}
	}
	for child, id := range placed {
		v.complain("inconsistent", child, id)
	}
}

// checkPairs looks at each child with each seat that is dearer to it than its own.
func (v *verifier) checkPairs() {
	weakest := v.weakest()
	for _, line := range v.result.Lines {
		child := v.children[line.ChildID]
		if v.Children[child].Withheld != "" {
			continue
		}
		own := v.seats[seatID{line.SchoolCode, line.Grade}]
		for i := range v.Seats {
			seat := &v.Seats[i]
			if !v.dearer(&v.Children[child], seat, own) {
				continue
			}
			full := len(v.fills[seat.id()].Children) >= seat.Free
			known, any := weakest[seat.id()]
			if !full || any && v.claimAt(child, seat).stronger(known) {
				v.complain("blocking_pair", line.ChildID, seat.id())
			}
		}
	}
}

// weakest gives the weakest claim among those who got a place, by seat.
func (v *verifier) weakest() map[seatID]claim {
	weakest := map[seatID]claim{}
	for id, fill := range v.fills {
		for _, child := range fill.Children {
			if v.Children[v.children[child]].Withheld != "" {
				continue
			}
			k := v.claimAt(v.children[child], v.seats[id])
			if known, any := weakest[id]; !any || known.stronger(k) {
				weakest[id] = k
			}
		}
	}
	return weakest
}

// dearer tells whether the child would rather have the seat than its own, or
// than none.
func (v *verifier) dearer(c *Child, seat, own *Seat) bool {
	if seat == own || !eligible(c, seat) {
		return false
	}
	return own == nil || suits(pairOf(c, seat, v.ZoneMetres), pairOf(c, own, v.ZoneMetres)) < 0
}

func (v *verifier) claimAt(child int, seat *Seat) claim {
	c := &v.Children[child]
	return v.claimOf(c, pairOf(c, seat, v.ZoneMetres), v.drawn[child])
}
