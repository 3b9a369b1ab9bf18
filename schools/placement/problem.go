// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"ricongiungi/rules"
	"ricongiungi/schools"
)

// Child is what a placement has to know of a child: ids and codes, no name.
type Child struct {
	ID           string         `json:"member_id"`
	CaseID       string         `json:"case_id"`
	Level        string         `json:"level"`
	Grade        int            `json:"grade"` // 1 to 13; 0 and less before primaria
	Municipio    int            `json:"municipio,omitempty"`
	Point        *schools.Point `json:"point,omitempty"`    // blurred; without it the centre of the Municipio counts
	Siblings     []string       `json:"siblings,omitempty"` // codes of the schools that siblings attend
	Wishes       []string       `json:"wishes,omitempty"`   // codes of schools, the dearest first
	NeedsItalian bool           `json:"needs_italian,omitempty"`
	WaitingSince rules.Date     `json:"waiting_since,omitzero"`
	Salt         string         `json:"salt,omitempty"`     // random: see Commitment
	Withheld     string         `json:"withheld,omitempty"` // the commitment, in place of everything but the ids
}

// Seat is one grade of one school with what is known of its places on the day.
type Seat struct {
	SchoolCode   string         `json:"school_code"`
	Name         string         `json:"name"`
	Level        string         `json:"level"`
	Grade        int            `json:"grade"`
	Municipio    int            `json:"municipio,omitempty"`
	Location     *schools.Point `json:"location,omitempty"`
	Fees         bool           `json:"fees,omitempty"`
	Known        Knowledge      `json:"known"`
	Free         int            `json:"free"`        // as far as it is known, promised places taken off
	On           rules.Date     `json:"on,omitzero"` // day of the figure
	NonItalian   *int           `json:"non_italian_percent,omitempty"`
	NewlyArrived *int           `json:"newly_arrived_percent,omitempty"`
	Above        int            `json:"above,omitempty"` // how many of the two indicators are exceeded
	LanguageHelp *bool          `json:"language_help,omitempty"`
}

// Knowledge is how far the number of free places can be counted on.
type Knowledge string

// Places are known, were known too long ago, or were never told.
const (
	Fresh   Knowledge = "fresh"
	Stale   Knowledge = "stale"
	Unknown Knowledge = "unknown"
)

// SeatOf joins a school with the latest figure of one grade (nil when nobody
// told one), as it counts on the day.
func SeatOf(s schools.School, grade int, f *schools.Figure, on rules.Date, book *rules.Book) Seat {
	seat := Seat{SchoolCode: s.Code, Name: s.Name, Level: s.Level, Grade: grade, Municipio: s.Municipio, Location: s.Location,
		Fees: s.AsksFees(), Known: Unknown}
	if f == nil {
		return seat
	}
	seat.Known, seat.Free, seat.On, seat.LanguageHelp = Fresh, f.Free(), f.On, f.LanguageHelp
	if f.Stale(on, book) {
		seat.Known = Stale
	}
	seat.NonItalian = seat.share(f, f.NonItalian, book.At(rules.SchoolShareForeign, on).Number())
	seat.NewlyArrived = seat.share(f, f.NewlyArrived, book.At(rules.SchoolShareNew, on).Number())
	return seat
}

// share notes an exceeded indicator. The law speaks of classes; what is told is
// the grade, which stands for them.
func (s *Seat) share(f *schools.Figure, part *int, limit int) *int {
	percent, told := f.Share(part)
	if !told {
		return nil
	}
	if *part*100 > limit**f.Pupils {
		s.Above++
	}
	return &percent
}

// The criteria by which a school puts children in order. What is left equal is
// decided by a lottery over all schools.
const (
	BySibling   = "sibling"   // who has a sibling in the school
	ByMunicipio = "municipio" // who lives in the school's Municipio
	ByDistance  = "distance"  // who lives nearer, by zones
	ByWaiting   = "waiting"   // who has been waiting for longer
)

// StandardPriorities are the department's, in order.
func StandardPriorities() []string { return []string{BySibling, ByMunicipio, ByDistance, ByWaiting} }

// Definition is the version of this package's rules; a result is checked against
// the rules of the version in its problem.
const Definition = 1

// Limits of what is shared out at once.
const (
	MaxChildren = 5000
	MaxSeats    = 20000
)

// Problem is everything that a sharing out depends on.
type Problem struct {
	Definition int        `json:"definition"`
	On         rules.Date `json:"on"`
	Seed       string     `json:"lottery_seed"` // published before the children are known
	Priorities []string   `json:"priorities"`   // the strongest first
	ZoneMetres int        `json:"zone_metres"`  // width of the zones of distance
	Children   []Child    `json:"children"`
	Seats      []Seat     `json:"seats"`
}

// NewProblem states the problem of a day with the office's own numbers. Only
// seats whose places are known can be given away: stale figures count as none.
func NewProblem(on rules.Date, seed string, children []Child, seats []Seat, book *rules.Book) Problem {
	p := Problem{Definition: Definition, On: on, Seed: seed, Priorities: StandardPriorities(),
		ZoneMetres: book.At(rules.SchoolNear, on).Number(), Children: children, Seats: []Seat{}}
	for _, seat := range seats {
		if seat.Known == Fresh && seat.Free > 0 {
			p.Seats = append(p.Seats, seat)
		}
	}
	return p
}

// Check says what is wrong with a problem; nil when it can be solved.
func (p Problem) Check() error {
	switch {
	case p.Definition != Definition:
		return fmt.Errorf("placement: definition %d is not known", p.Definition)
	case p.Seed == "":
		return errors.New("placement: the seed of the lottery is missing")
	case p.ZoneMetres <= 0:
		return errors.New("placement: zones must be wider than nothing")
	case len(p.Children) > MaxChildren || len(p.Seats) > MaxSeats:
		return fmt.Errorf("placement: at most %d children and %d seats", MaxChildren, MaxSeats)
	}
	for i, name := range p.Priorities {
		if !slices.Contains(StandardPriorities(), name) || slices.Contains(p.Priorities[:i], name) {
			return fmt.Errorf("placement: priority %q is not known or repeated", name)
		}
	}
	return p.checkUnique()
}

func (p Problem) checkUnique() error {
	children, seats := map[string]bool{}, map[seatID]bool{}
	for _, c := range p.Children {
		if children[c.ID] {
			return fmt.Errorf("placement: child %s is there twice", c.ID)
		}
		children[c.ID] = true
	}
	for _, s := range p.Seats {
		if seats[s.id()] {
			return fmt.Errorf("placement: grade %d of %s is there twice", s.Grade, s.SchoolCode)
		}
		seats[s.id()] = true
	}
	return nil
}

type seatID struct {
	code  string
	grade int
}

func (s Seat) id() seatID { return seatID{s.SchoolCode, s.Grade} }

func digest(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
