// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

//go:embed law.csv
var law string

// Epoch is the day the Testo Unico (D.Lgs. 286/1998) came into force; rules that
// are not younger are known from that day on, and earlier days are read as that day.
var Epoch = On(1998, 3, 27)

// Unit says how a row's value is to be read.
type Unit string

// The units a row may have.
const (
	Days        Unit = "days"
	WorkingDays Unit = "working_days"
	Months      Unit = "months"
	Hours       Unit = "hours"
	Years       Unit = "years"
	Count       Unit = "count"
	Choice      Unit = "choice"
	MonthDay    Unit = "month_day"
	Percent     Unit = "percent"

	Cents        Unit = "cents" // of a euro
	SquareMetres Unit = "square_metres"
	Centimetres  Unit = "cm"
)

// Certainty says how far the source of a row was read.
type Certainty string

// The degrees of certainty, from a source read in full to a guess to be checked.
const (
	Sure       Certainty = "sure"
	Likely     Certainty = "likely"
	Unverified Certainty = "unverified"
	Policy     Certainty = "policy" // the office's own choice, not law
)

// Rule is one row: the value of a rule during one period.
type Rule struct {
	ID        string    `json:"id"`
	Value     string    `json:"value"`
	Unit      Unit      `json:"unit"`
	From      Date      `json:"valid_from"`
	To        Date      `json:"valid_to,omitzero"` // last day in force; zero while still in force
	Citation  string    `json:"citation"`
	Certainty Certainty `json:"certainty"`
	Text      Text      `json:"text"`

	line int // in the file the row came from, for the reader of an error
}

// Ref names the row.
func (r Rule) Ref() Ref { return Ref{Rule: r.ID, ValidFrom: r.From} }

// Number is the row's value where the unit is a quantity.
func (r Rule) Number() int {
	n, _ := strconv.Atoi(r.Value) // loading refused anything else
	return n
}

// Book is the whole law as one office applies it. It is read-only once loaded.
type Book struct {
	rows     map[string][]Rule // by id, oldest first, without gaps
	holidays map[string][]Rule // by day of the year, such as 12-07
}

// Default is the book compiled into the program.
func Default() *Book {
	book, err := load("law.csv", strings.NewReader(law), nil)
	if err != nil {
		panic(err) // a test loads it: a broken file does not reach a release
	}
	return book
}

// Override is the default book with every rule that the office's file names
// replaced by the file's rows. The error lists each bad line with its reason.
func Override(name string, file io.Reader) (*Book, error) {
	return Default().Override(name, file)
}

// Override is this book with every rule that the file names replaced by the
// file's rows; the book itself stays as it is.
func (b *Book) Override(name string, file io.Reader) (*Book, error) {
	return load(name, file, b.rows)
}

// At is the row in force on the day. The id must be one of this package's
// constants. A day before the first row is read as its first day, and one after
// the last row as its last: where it matters whether there was such a rule at
// all, ask Find.
func (b *Book) At(id string, day Date) Rule {
	if rule, ok := b.Find(id, day); ok {
		return rule
	}
	rows := b.rows[id]
	if len(rows) == 0 {
		panic("rules: no rule " + id) // loading checked that there is one
	}
	if day.Before(rows[0].From) {
		return rows[0]
	}
	return rows[len(rows)-1]
}

// Find is the row in force on the day, if the rule existed by then and its
// amount is known: nobody owed an integration agreement in 2011.
func (b *Book) Find(id string, day Date) (Rule, bool) {
	if day.Before(Epoch) {
		day = Epoch
	}
	return inForce(b.rows[id], day)
}

// Has tells whether the book knows the rule: an event may name one that an
// earlier release had.
func (b *Book) Has(id string) bool { return len(b.rows[id]) > 0 }

// Row finds the row that an event refers to.
func (b *Book) Row(ref Ref) (Rule, bool) {
	for _, rule := range b.rows[ref.Rule] {
		if rule.From == ref.ValidFrom {
			return rule, true
		}
	}
	return Rule{}, false
}

// Rules lists every row by id and period.
func (b *Book) Rules() []Rule {
	var all []Rule
	for _, id := range sortedKeys(b.rows) {
		all = append(all, b.rows[id]...)
	}
	return all
}

func inForce(rows []Rule, day Date) (Rule, bool) {
	for _, rule := range rows {
		if !day.Before(rule.From) && (rule.To.IsZero() || !day.After(rule.To)) {
			return rule, true
		}
	}
	return Rule{}, false
}

var header = []string{"id", "value", "unit", "valid_from", "valid_to", "citation", "certainty", "it", "en"}

// load reads rows over the given base and checks the whole.
func load(name string, file io.Reader, base map[string][]Rule) (*Book, error) {
	reader := csv.NewReader(file)
	reader.Comment = '#'
	read := map[string][]Rule{}
	var problems []error
	for first := true; ; first = false {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if first {
			if !slices.Equal(record, header) {
				return nil, fmt.Errorf("%s line 1: the columns must be %s", name, strings.Join(header, ","))
			}
			continue
		}
		line, _ := reader.FieldPos(0)
		rule, err := parseRule(record)
		rule.line = line
		if err != nil {
			problems = append(problems, fmt.Errorf("%s line %d: %w", name, line, err))
			continue
		}
		read[rule.ID] = append(read[rule.ID], rule)
	}
	return assemble(name, read, base, problems)
}

func assemble(name string, read, base map[string][]Rule, problems []error) (*Book, error) {
	book := &Book{rows: map[string][]Rule{}}
	for id, rows := range base {
		book.rows[id] = rows
	}
	for id, rows := range read {
		slices.SortFunc(rows, func(a, b Rule) int { return b.From.DaysUntil(a.From) })
		book.rows[id] = rows
	}
	for _, id := range sortedKeys(book.rows) {
		if strings.HasPrefix(id, holidayPrefix) {
			book.addHoliday(book.rows[id])
			continue
		}
		problems = append(problems, checkPeriods(name, book.rows[id], base[id])...)
	}
	for _, id := range sortedKeys(units) {
		if len(book.rows[id]) == 0 {
			problems = append(problems, fmt.Errorf("%s: rule %s is missing", name, id))
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return book, nil
}

func parseRule(record []string) (Rule, error) {
	from, err := ParseDate(record[3])
	if err != nil {
		return Rule{}, fmt.Errorf("valid_from: %w", err)
	}
	var to Date
	if err := to.UnmarshalText([]byte(record[4])); err != nil {
		return Rule{}, fmt.Errorf("valid_to: %w", err)
	}
	rule := Rule{ID: record[0], Value: record[1], Unit: Unit(record[2]), From: from, To: to,
		Citation: record[5], Certainty: Certainty(record[6]), Text: Text{It: record[7], En: record[8]}}
	return rule, rule.check()
}

func (r Rule) check() error {
	want, known := units[r.ID]
	if strings.HasPrefix(r.ID, holidayPrefix) {
		want, known = MonthDay, true
	}
	switch {
	case !known:
		return fmt.Errorf("id: unknown rule %q", r.ID)
	case r.Unit != want:
		return fmt.Errorf("unit: rule %s is counted in %s, not in %q", r.ID, want, r.Unit)
	case !r.To.IsZero() && r.To.Before(r.From):
		return fmt.Errorf("valid_to: %s is before valid_from %s", r.To, r.From)
	case !slices.Contains([]Certainty{Sure, Likely, Unverified, Policy}, r.Certainty):
		return fmt.Errorf("certainty: %q is none of sure, likely, unverified, policy", r.Certainty)
	case r.Citation == "":
		return fmt.Errorf("citation: rule %s names no source", r.ID)
	}
	return r.checkValue()
}

func (r Rule) checkValue() error {
	switch r.Unit {
	case Choice:
		if !slices.Contains(choices[r.ID], r.Value) {
			return fmt.Errorf("value: %q is none of %s", r.Value, strings.Join(choices[r.ID], ", "))
		}
	case MonthDay:
		if _, err := ParseDate("2000-" + r.Value); err != nil {
			return fmt.Errorf("value: %q is not a day written as MM-DD", r.Value)
		}
	default:
		if n, err := strconv.Atoi(r.Value); err != nil || n < 0 {
			return fmt.Errorf("value: %q is not a whole number of %s", r.Value, r.Unit)
		}
	}
	return nil
}

// checkPeriods refuses gaps and overlaps: on every day since the rule exists
// exactly one row is in force. A file may not take away what its base knows.
func checkPeriods(name string, rows, base []Rule) []error {
	var problems []error
	wrong := func(row Rule, format string, args ...any) {
		where := fmt.Sprintf("%s line %d: rule %s ", name, row.line, row.ID)
		problems = append(problems, fmt.Errorf(where+format, args...))
	}
	if begin := beginning(rows, base); rows[0].From.After(begin) {
		wrong(rows[0], "is not known between %s and %s", begin, rows[0].From)
	}
	for i := 1; i < len(rows); i++ {
		if rows[i-1].To.IsZero() || rows[i-1].To.AddDays(1) != rows[i].From {
			wrong(rows[i], "must begin on the day after the period before it ends: that one ends on %q, this one begins on %s", rows[i-1].To, rows[i].From)
		}
	}
	if last := rows[len(rows)-1]; !last.To.IsZero() && !endsAsPublished(last, base) {
		wrong(last, "is not known after %s", last.To)
	}
	return problems
}

// beginning is the day from which the rule must be known.
func beginning(rows, base []Rule) Date {
	switch {
	case !younger[rows[0].ID]:
		return Epoch
	case len(base) > 0:
		return base[0].From
	}
	return rows[0].From
}

// endsAsPublished tells whether a rule may end here: an amount published by the
// year is known as far as it was before, or further.
func endsAsPublished(last Rule, base []Rule) bool {
	return yearly[last.ID] && (len(base) == 0 || !last.To.Before(base[len(base)-1].To))
}

// addHoliday files the rows of one holiday under their days of the year.
func (b *Book) addHoliday(rows []Rule) {
	if b.holidays == nil {
		b.holidays = map[string][]Rule{}
	}
	for _, rule := range rows {
		b.holidays[rule.Value] = append(b.holidays[rule.Value], rule)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
