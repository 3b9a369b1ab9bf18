// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"

	"ricongiungi/rules"
	"ricongiungi/schools"
)

// far stands for a distance that nobody knows.
const far = math.MaxInt32

// pair is one child seen with one seat.
type pair struct {
	seat      *Seat
	wish      int // place among the wishes, 0 first; their number when it is none
	sibling   bool
	sameArea  bool
	metres    int // far when not known
	zone      int
	needsHelp bool
}

func pairOf(c *Child, s *Seat, zoneMetres int) pair {
	p := pair{seat: s, wish: slices.Index(c.Wishes, s.SchoolCode), sibling: slices.Contains(c.Siblings, s.SchoolCode),
		sameArea: c.Municipio != 0 && c.Municipio == s.Municipio, metres: distance(c, s), zone: far, needsHelp: c.NeedsItalian}
	if p.wish < 0 {
		p.wish = len(c.Wishes)
	}
	if p.metres != far {
		p.zone = p.metres / zoneMetres
	}
	return p
}

func distance(c *Child, s *Seat) int {
	from, known := position(c.Point, c.Municipio)
	to, found := position(s.Location, s.Municipio)
	if !known || !found {
		return far
	}
	return from.Metres(to)
}

func position(exact *schools.Point, municipio int) (schools.Point, bool) {
	if exact != nil {
		return *exact, true
	}
	return schools.CentreOf(municipio)
}

// eligible tells whether a seat is for the child: of its grade, and without fees
// unless the family asks for that school or has a child there.
func eligible(c *Child, s *Seat) bool {
	if c.Level != s.Level || c.Level != schools.CPIA && c.Grade != s.Grade {
		return false
	}
	return !s.Fees || slices.Contains(c.Wishes, s.SchoolCode) || slices.Contains(c.Siblings, s.SchoolCode)
}

// suits puts two seats in the order in which they suit a child: by wish, sibling
// and zone, then where Italian is taught to who needs it, then where fewer
// indicators are exceeded, then by metres. It never calls two seats equal.
func suits(a, b pair) int {
	return cmp.Or(
		cmp.Compare(a.wish, b.wish),
		yesFirst(a.sibling, b.sibling),
		cmp.Compare(a.zone, b.zone),
		yesFirst(a.helps(), b.helps()),
		cmp.Compare(a.seat.Above, b.seat.Above),
		cmp.Compare(a.metres, b.metres),
		cmp.Compare(a.seat.SchoolCode, b.seat.SchoolCode),
		cmp.Compare(a.seat.Grade, b.seat.Grade),
	)
}

func (p pair) helps() bool { return p.needsHelp && p.seat.LanguageHelp != nil && *p.seat.LanguageHelp }

func yesFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// claim is how strong a child's claim on a seat is: one number for each
// priority, then the child's place in the lottery. Smaller is stronger.
type claim [5]int

func (p Problem) claimOf(c *Child, with pair, drawn int) claim {
	var k claim
	for i, name := range p.Priorities {
		k[i] = priorityValue(name, c, with)
	}
	k[len(k)-1] = drawn
	return k
}

func priorityValue(name string, c *Child, with pair) int {
	switch name {
	case BySibling:
		return number(!with.sibling)
	case ByMunicipio:
		return number(!with.sameArea)
	case ByDistance:
		return with.zone
	}
	if c.WaitingSince.IsZero() {
		return far
	}
	return rules.Epoch.DaysUntil(c.WaitingSince)
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (k claim) stronger(than claim) bool { return slices.Compare(k[:], than[:]) < 0 }

// decisive names the criterion by which one claim beats another.
func (p Problem) decisive(a, b claim) string {
	for i, name := range p.Priorities {
		if a[i] != b[i] {
			return name
		}
	}
	return "lottery"
}

// Ticket is a child's number in the lottery: SHA-256 of the seed, a line feed and
// the child's id, in hex. Smaller numbers go first, in every school alike.
func Ticket(seed, childID string) string {
	sum := sha256.Sum256([]byte(seed + "\n" + childID))
	return hex.EncodeToString(sum[:])
}

// drawn gives each child's place in the lottery.
func (p Problem) drawn() []int {
	tickets, order := make([]string, len(p.Children)), make([]int, len(p.Children))
	for i, c := range p.Children {
		tickets[i], order[i] = Ticket(p.Seed, c.ID), i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(tickets[a], tickets[b]) })
	places := make([]int, len(order))
	for place, child := range order {
		places[child] = place
	}
	return places
}
