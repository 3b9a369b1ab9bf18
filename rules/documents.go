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
	"sync"
)

//go:embed documents.csv
var documents string

// The stages at which papers are asked for, in the order of the way.
const (
	AtApplication = "application"
	AtConsulate   = "consulate"
	AtArrival     = "arrival" // the SUI after entry
	AtKit         = "kit"     // the permit request by post
	AtSchool      = "school"
	AtResidence   = "residence" // iscrizione anagrafica, the register of residents
)

// Need says how firmly a paper is asked for.
type Need string

// The needs. A wanted paper helps and never holds anything up (art. 45 DPR
// 394/1999); one on request is shown only when an office asks for it.
const (
	Required  Need = "required"
	Wanted    Need = "wanted"
	OnRequest Need = "on_request"
	NotNeeded Need = "not_needed" // lets an office strike a paper off
)

// PaperRule is one row: a paper that some people need at a stage during a period.
type PaperRule struct {
	ID           string    `json:"id"` // of the paper; the same paper may serve several stages
	Stage        string    `json:"stage"`
	Need         Need      `json:"need"`
	For          []string  `json:"for"`       // kinships, "sponsor", or "all" for every relative
	Procedure    []string  `json:"procedure"` // any, or the codes of procedures
	AgeAt        string    `json:"age_at,omitempty"`
	AgeFrom      int       `json:"age_from,omitempty"` // completed years
	AgeTo        int       `json:"age_to,omitempty"`   // completed years, that age included; noAgeLimit when open
	Translation  bool      `json:"translation"`
	Legalisation bool      `json:"legalisation"`
	MonthsValid  int       `json:"months_valid"` // after issue; 0 when it does not age
	MonthsLeft   int       `json:"months_left"`  // that must remain on the day of use
	From         Date      `json:"valid_from"`
	To           Date      `json:"valid_to,omitzero"` // last day in force
	Citation     string    `json:"citation"`
	Certainty    Certainty `json:"certainty"`
	Text         Text      `json:"text"`

	line int
}

const noAgeLimit = 200

// Bearer is what the lists ask about the person who needs papers. Days and
// codes that are not known stay empty: a paper is then asked for rather than
// forgotten.
type Bearer struct {
	Kinship   string // or "sponsor"
	Procedure string // reunification, refugee, al_seguito, coesione or eu_citizen
	Birth     Date
	Filed     Date // of the application
	Entered   Date
}

// Papers lists what the person needs at a stage, by the rows in force on the
// day of use, in the order of the file.
func (b *Book) Papers(stage string, who Bearer, on Date) []PaperRule {
	var needed []PaperRule
	rows := b.paperRows()
	for i := range rows {
		row := &rows[i]
		if row.Stage == stage && row.Need != NotNeeded && row.inForce(on) && row.concerns(who, on) {
			needed = append(needed, *row)
		}
	}
	return needed
}

// PaperRules lists every row, in the order of the file.
func (b *Book) PaperRules() []PaperRule { return slices.Clone(b.paperRows()) }

// WithPapers is the book with the papers that the office's file names replaced
// by the file's rows. The error lists each bad line with its reason.
func (b *Book) WithPapers(name string, file io.Reader) (*Book, error) {
	read, err := readPapers(name, file)
	if err != nil {
		return nil, err
	}
	replaced := map[string]bool{}
	for _, row := range read {
		replaced[row.key()] = true
	}
	kept := slices.DeleteFunc(b.PaperRules(), func(row PaperRule) bool { return replaced[row.key()] })
	changed := *b
	changed.papers = append(kept, read...)
	return &changed, nil
}

func (b *Book) paperRows() []PaperRule {
	if b.papers != nil {
		return b.papers
	}
	return defaultPapers()
}

var defaultPapers = sync.OnceValue(func() []PaperRule {
	rows, err := readPapers("documents.csv", strings.NewReader(documents))
	if err != nil {
		panic(err) // a test loads it: a broken file does not reach a release
	}
	return rows
})

func (r PaperRule) key() string { return r.Stage + "/" + r.ID }

func (r *PaperRule) inForce(on Date) bool {
	return !on.Before(r.From) && (r.To.IsZero() || !on.After(r.To))
}

func (r *PaperRule) concerns(who Bearer, on Date) bool {
	relative := who.Kinship != "sponsor" && slices.Contains(r.For, "all")
	return (relative || slices.Contains(r.For, who.Kinship)) && r.ofAge(who, on) &&
		(r.Procedure[0] == "any" || who.Procedure == "" || slices.Contains(r.Procedure, who.Procedure))
}

func (r *PaperRule) ofAge(who Bearer, on Date) bool {
	if r.AgeAt == "" || who.Birth.IsZero() {
		return true
	}
	day := on
	switch {
	case r.AgeAt == "filing" && !who.Filed.IsZero():
		day = who.Filed
	case r.AgeAt == "entry" && !who.Entered.IsZero():
		day = who.Entered
	}
	age := who.Birth.AgeOn(day)
	return age >= r.AgeFrom && age <= r.AgeTo
}

// LastUse is the last day on which a paper of this kind, issued and expiring on
// the days given (zero when it bears none), may be used. Zero means any day.
func (r PaperRule) LastUse(issued, expires Date) Date {
	last := expires
	if r.MonthsValid > 0 && !issued.IsZero() {
		if aged := issued.AddMonths(r.MonthsValid); last.IsZero() || aged.Before(last) {
			last = aged
		}
	}
	if last.IsZero() {
		return last
	}
	return last.AddMonths(-r.MonthsLeft)
}

var paperHeader = []string{"id", "stage", "need", "for", "procedure", "age_at", "age_from", "age_to", "translation", "legalisation",
	"months_valid", "months_left", "valid_from", "valid_to", "citation", "certainty", "it", "en"}

func readPapers(name string, file io.Reader) ([]PaperRule, error) {
	reader := csv.NewReader(file)
	reader.Comment = '#'
	header, err := reader.Read()
	if err != nil || !slices.Equal(header, paperHeader) {
		return nil, fmt.Errorf("%s line 1: the columns must be %s", name, strings.Join(paperHeader, ","))
	}
	rows := []PaperRule{}
	var problems []error
	for {
		row, err := readPaper(name, reader)
		switch {
		case errors.Is(err, io.EOF):
			return rows, errors.Join(append(problems, paperOverlaps(name, rows)...)...)
		case err != nil && row.line == 0: // no record: what follows cannot be read either
			return nil, err
		case err != nil:
			problems = append(problems, err)
		default:
			rows = append(rows, row)
		}
	}
}

func readPaper(name string, reader *csv.Reader) (PaperRule, error) {
	record, err := reader.Read()
	if err != nil {
		return PaperRule{}, fmt.Errorf("%s: %w", name, err)
	}
	row, err := parsePaper(record)
	row.line, _ = reader.FieldPos(0)
	if err != nil {
		return row, fmt.Errorf("%s line %d: %w", name, row.line, err)
	}
	return row, nil
}

// parsePaper reads one record; the header has fixed the number of its fields.
func parsePaper(f []string) (PaperRule, error) {
	p := &paperFields{}
	row := PaperRule{ID: p.code("id", f[0]), Stage: p.among("stage", f[1], AtApplication, AtConsulate, AtArrival, AtKit, AtSchool, AtResidence),
		Need:      Need(p.among("need", f[2], string(Required), string(Wanted), string(OnRequest), string(NotNeeded))),
		For:       p.list("for", f[3], "all", "sponsor", "spouse", "civil_partner", "minor_child", "adult_dependent_child", "parent", "other"),
		Procedure: p.list("procedure", f[4], "any", "reunification", "refugee", "al_seguito", "coesione", "eu_citizen"),
		AgeAt:     p.among("age_at", f[5], "", "filing", "entry", "step"), AgeFrom: p.number("age_from", f[6], 0), AgeTo: p.number("age_to", f[7], noAgeLimit),
		Translation: p.among("translation", f[8], "yes", "no") == "yes", Legalisation: p.among("legalisation", f[9], "yes", "no") == "yes",
		MonthsValid: p.number("months_valid", f[10], 0), MonthsLeft: p.number("months_left", f[11], 0),
		From: p.day("valid_from", f[12]), To: p.day("valid_to", f[13]), Citation: f[14],
		Certainty: Certainty(p.among("certainty", f[15], string(Sure), string(Likely), string(Unverified), string(Policy))), Text: Text{It: f[16], En: f[17]}}
	return row, errors.Join(p.problem, row.check())
}

func (r PaperRule) check() error {
	switch {
	case r.From.IsZero():
		return errors.New("valid_from: must be a day")
	case !r.To.IsZero() && r.To.Before(r.From):
		return fmt.Errorf("valid_to: %s is before valid_from %s", r.To, r.From)
	case r.AgeAt == "" && (r.AgeFrom != 0 || r.AgeTo != noAgeLimit):
		return errors.New("age_at: an age must say at which event it counts: filing, entry or step")
	case r.AgeTo < r.AgeFrom:
		return fmt.Errorf("age_to: %d is below age_from %d", r.AgeTo, r.AgeFrom)
	case r.Citation == "":
		return fmt.Errorf("citation: paper %s names no source", r.ID)
	case r.Text.It == "" || r.Text.En == "":
		return fmt.Errorf("it, en: paper %s has no name in both languages", r.ID)
	}
	return nil
}

// paperOverlaps refuses two rows for one paper at one stage on the same day.
func paperOverlaps(name string, rows []PaperRule) []error {
	var problems []error
	for i, row := range rows {
		for _, earlier := range rows[:i] {
			if earlier.key() == row.key() && (earlier.inForce(row.From) || row.inForce(earlier.From)) {
				problems = append(problems, fmt.Errorf("%s line %d: paper %s overlaps the period of line %d", name, row.line, row.key(), earlier.line))
			}
		}
	}
	return problems
}

// paperFields reads the fields of one record and keeps the first that is wrong.
type paperFields struct{ problem error }

func (p *paperFields) wrong(field, format string, args ...any) {
	if p.problem == nil {
		p.problem = fmt.Errorf(field+": "+format, args...)
	}
}

func (p *paperFields) code(field, text string) string {
	bad := strings.ContainsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' })
	if bad || text == "" || len(text) > 40 || text[0] < 'a' {
		p.wrong(field, "%q is not a code of lower-case letters, digits and '_' that begins with a letter", text)
	}
	return text
}

func (p *paperFields) among(field, text string, values ...string) string {
	if !slices.Contains(values, text) {
		p.wrong(field, "%q is none of %s", text, strings.Join(values, ", "))
	}
	return text
}

func (p *paperFields) list(field, text string, values ...string) []string {
	words := strings.Fields(text)
	if len(words) == 0 {
		p.wrong(field, "must name at least one of %s", strings.Join(values, ", "))
		return []string{""}
	}
	for _, word := range words {
		p.among(field, word, values...)
	}
	return words
}

func (p *paperFields) number(field, text string, empty int) int {
	if text == "" {
		return empty
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		p.wrong(field, "%q is not a whole number", text)
	}
	return n
}

func (p *paperFields) day(field, text string) Date {
	var d Date
	if err := d.UnmarshalText([]byte(text)); err != nil {
		p.wrong(field, "%v", err)
	}
	return d
}
