// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// salted is the sample with salt and a wish that names a school, as it is kept.
func salted(t *testing.T) (Problem, Result) {
	p := sample()
	for i := range p.Children {
		p.Children[i].Salt = strings.Repeat(p.Children[i].ID, 32)
	}
	return p, solve(t, p)
}

func without(p Problem, r Result, child string) (Problem, Result) {
	p.Children, r.Lines = slices.Clone(p.Children), slices.Clone(r.Lines)
	for i := range p.Children {
		if p.Children[i].ID == child {
			p.Children[i], r.Lines[i] = p.Children[i].Without(), r.Lines[i].Without()
		}
	}
	return p, r
}

func TestACertificateOutlivesAChildOfWhomNothingMayBeKnown(t *testing.T) {
	t.Parallel()
	p, r := salted(t)
	for _, child := range []string{"a", "b", "c"} {
		q, s := without(p, r, child)
		if q.Digest() != p.Digest() || s.Digest() != r.Digest() || q.Withheld() != 1 {
			t.Errorf("without %s the digests are others", child)
		}
		if found := Verify(q, s); len(found) != 0 {
			t.Errorf("without %s: %+v", child, found)
		}
		raw, err := json.Marshal([]any{q.Children, s.Lines})
		if err != nil || strings.Contains(string(raw), p.Children[slices.IndexFunc(p.Children, func(c Child) bool { return c.ID == child })].Salt) {
			t.Errorf("without %s its salt is still there: %v", child, err)
		}
		if again, _ := without(q, s, child); again.Digest() != p.Digest() {
			t.Errorf("%s cannot be withheld twice", child)
		}
		if _, err := Solve(q); err == nil {
			t.Errorf("a problem without %s is solved anew", child)
		}
	}
}

func TestWhatIsWithheldCannotBeExchangedNorHideTheOthers(t *testing.T) {
	t.Parallel()
	p, r := salted(t)
	q, s := without(p, r, "a")
	q.Children[0].Withheld = strings.Repeat("0", 64)
	if found := Verify(q, s); len(found) == 0 || found[0].Code != "other_problem" {
		t.Errorf("another child in a's place: %+v", found)
	}
	q, s = without(p, r, "c")
	at := slices.IndexFunc(s.Filled, func(f Fill) bool { return slices.Contains(f.Children, "b") })
	s.Filled, s.Lines[1].SchoolCode = slices.Clone(s.Filled), ""
	s.Filled[at].Children = nil
	if found := Verify(q, s); !slices.ContainsFunc(found, func(v Violation) bool { return v.Code == "blocking_pair" && v.ChildID == "b" }) {
		t.Errorf("b has lost its place: %+v", found)
	}
}
