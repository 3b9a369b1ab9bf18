// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

// A digest that covered children as they are could be checked no more once one of
// them was erased. The digests of a problem and of a result cover a commitment to
// each child and line instead: a salted digest, which stays when what it covers is
// gone for good. Salt keeps anybody from guessing what was covered.

// Commitment is the SHA-256 of the child's JSON, salt included, in hex.
func (c Child) Commitment() string {
	if c.Withheld != "" {
		return c.Withheld
	}
	return digest(c)
}

// Without is what is left of a child of whom nothing may be known any more.
func (c Child) Without() Child {
	return Child{ID: c.ID, CaseID: c.CaseID, Withheld: c.Commitment()}
}

// Commitment is the SHA-256 of the line's JSON, salt included, in hex.
func (l Line) Commitment() string {
	if l.Withheld != "" {
		return l.Withheld
	}
	return digest(l)
}

// Without is what is left of a line: where the child was to go, as the log has it
// in the open too, and not why.
func (l Line) Without() Line {
	return Line{ChildID: l.ChildID, CaseID: l.CaseID, SchoolCode: l.SchoolCode, Grade: l.Grade, Withheld: l.Commitment()}
}

// committed names what a commitment is to, so that ids cannot be exchanged.
type committed struct {
	ID         string `json:"member_id"`
	Commitment string `json:"commitment"`
}

// Digest is the SHA-256, in hex, of the problem's JSON with commitments for
// children: whoever holds the problem can tell that a result belongs to it.
func (p Problem) Digest() string {
	covered := struct {
		Problem
		Children []committed `json:"children"`
	}{Problem: p}
	for _, c := range p.Children {
		covered.Children = append(covered.Children, committed{c.ID, c.Commitment()})
	}
	return digest(covered)
}

// Digest is the SHA-256, in hex, of the result's JSON with commitments for lines.
func (r Result) Digest() string {
	covered := struct {
		Result
		Lines []committed `json:"lines"`
	}{Result: r}
	for _, l := range r.Lines {
		covered.Lines = append(covered.Lines, committed{l.ChildID, l.Commitment()})
	}
	return digest(covered)
}

// Withheld counts the children of whom nothing may be known any more. What
// depends on them cannot be checked; all else can.
func (p Problem) Withheld() int {
	n := 0
	for _, c := range p.Children {
		if c.Withheld != "" {
			n++
		}
	}
	return n
}
