// SPDX-License-Identifier: AGPL-3.0-or-later

package services

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Service is one service as the directory knows it. It names no person: the
// contact is a role.
type Service struct {
	Code      string     `json:"service"`
	Kind      string     `json:"kind"`
	Name      rules.Text `json:"name"`
	Municipi  []int      `json:"municipi"`  // 1 to 9; empty when it serves the whole city
	Languages []string   `json:"languages"` // BCP 47
	Places    *Places    `json:"places,omitempty"`
	Contact   string     `json:"contact_role"`
	From      rules.Date `json:"valid_from"`
	To        rules.Date `json:"valid_to,omitzero"` // last day; zero while it goes on
	Sample    bool       `json:"sample"`            // invented, for trying out
}

// Places is how many places were free, when, and who said so.
type Places struct {
	Free  int        `json:"free"`
	On    rules.Date `json:"counted_on"`
	By    string     `json:"counted_by"` // code of whoever said so
	Stale bool       `json:"stale"`      // too old to be relied on, as of the day asked for
}

// Directory is all services, in the order of their codes. It is read-only.
type Directory struct {
	rows []Service
	book *rules.Book
}

var _ casefile.Services = Directory{}

//go:embed services.csv
var sample string

// Sample is the directory compiled into the program: plausible and invented, and
// every row says so.
func Sample(book *rules.Book) Directory {
	d, err := Load("services.csv", strings.NewReader(sample), book)
	if err != nil {
		panic(err) // a test loads it: a broken file does not reach a release
	}
	return d
}

// Of makes a directory of services that were loaded before.
func Of(rows []Service, book *rules.Book) Directory {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Service) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), strings.Compare(a.From.String(), b.From.String()))
	})
	return Directory{rows, book}
}

// All gives every row, past and future ones too.
func (d Directory) All() []Service { return slices.Clone(d.rows) }

// Query selects services. Empty fields do not restrict.
type Query struct {
	Kind      string
	Municipio int
	Language  string // BCP 47; a service in "pt" is found by "pt-BR"
	On        rules.Date
}

// Find lists the services open on the day that serve the Municipio in the
// language, those with fresh free places first.
func (d Directory) Find(q Query) []Service {
	found := []Service{}
	for _, s := range d.rows {
		if s.openOn(q.On) && (q.Kind == "" || s.Kind == q.Kind) && (q.Municipio == 0 || s.serves(q.Municipio)) && s.speaks(q.Language) {
			found = append(found, d.dated(s, q.On))
		}
	}
	slices.SortStableFunc(found, func(a, b Service) int { return b.surelyFree() - a.surelyFree() })
	return found
}

// dated says of the free places whether they are still to be relied on.
func (d Directory) dated(s Service, on rules.Date) Service {
	if s.Places == nil {
		return s
	}
	places := *s.Places
	places.Stale = places.On.DaysUntil(on) > d.book.At(rules.CapacityStale, on).Number()
	s.Places = &places
	return s
}

// surelyFree is 1 when free places were counted lately.
func (s Service) surelyFree() int {
	if s.Places != nil && s.Places.Free > 0 && !s.Places.Stale {
		return 1
	}
	return 0
}

func (s Service) openOn(day rules.Date) bool {
	return !day.Before(s.From) && (s.To.IsZero() || !day.After(s.To))
}

func (s Service) serves(municipio int) bool {
	return len(s.Municipi) == 0 || slices.Contains(s.Municipi, municipio)
}

func (s Service) speaks(language string) bool {
	base, _, _ := strings.Cut(language, "-")
	return language == "" || slices.Contains(s.Languages, language) || slices.Contains(s.Languages, base)
}

// Kind is the kind of the service of that code, empty when none takes referrals
// on the day.
func (d Directory) Kind(code string, on rules.Date) string {
	for _, s := range d.rows {
		if s.Code == code && s.openOn(on) {
			return s.Kind
		}
	}
	return ""
}

// nearby is how many services a refusal names.
const nearby = 3

// Nearest names the open services of the same kind, nearest to the Municipio
// first. The kind of a code that is not in the directory is what stands before
// its first hyphen.
func (d Directory) Nearest(code string, municipio int, on rules.Date) []string {
	kind, _, _ := strings.Cut(code, "-")
	if at := slices.IndexFunc(d.rows, func(s Service) bool { return s.Code == code }); at >= 0 {
		kind = d.rows[at].Kind
	}
	open := d.Find(Query{Kind: kind, On: on})
	if kind == "" {
		return nil
	}
	slices.SortStableFunc(open, func(a, b Service) int { return a.distance(municipio) - b.distance(municipio) })
	var codes []string
	for _, s := range open[:min(len(open), nearby)] {
		codes = append(codes, s.Code)
	}
	return codes
}

// distance is 0 for a service of the Municipio, 1 for a neighbour and for the
// whole city, 2 across the city. Municipio 1 is the centre; 2 to 9 lie around it
// in a ring, each next to the one before.
func (s Service) distance(municipio int) int {
	if len(s.Municipi) == 0 || municipio == 0 {
		return 1
	}
	nearest := 2
	for _, m := range s.Municipi {
		nearest = min(nearest, apart(m, municipio))
	}
	return nearest
}

func apart(a, b int) int {
	switch around := (a - b + 8) % 8; {
	case a == b:
		return 0
	case a == 1 || b == 1 || around == 1 || around == 7:
		return 1
	}
	return 2
}
