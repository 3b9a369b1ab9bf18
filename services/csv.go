// SPDX-License-Identifier: AGPL-3.0-or-later

package services

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/rules"
)

var header = []string{"service", "kind", "it", "en", "municipi", "languages", "free_places", "counted_on", "counted_by", "contact_role", "valid_from", "valid_to", "status"}

// Template is an empty file with its columns and an example to be replaced.
const Template = `service,kind,it,en,municipi,languages,free_places,counted_on,counted_by,contact_role,valid_from,valid_to,status
# municipi and languages are separated by spaces; no municipi means the whole city. status is office, or sample for an invented row.
italian_courses-m2,italian_courses,Corsi di italiano in via Esempio,Italian courses in via Esempio,2 9,it ar en,6,2026-09-01,desk,course_secretary,2026-09-01,,office
`

// Load reads a directory. The error lists each bad line with its reason.
func Load(name string, file io.Reader, book *rules.Book) (Directory, error) {
	reader := csv.NewReader(file)
	reader.Comment = '#'
	var rows []Service
	var problems []error
	for first := true; ; first = false {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Directory{}, fmt.Errorf("%s: %w", name, err)
		}
		if first {
			if !slices.Equal(record, header) {
				return Directory{}, fmt.Errorf("%s line 1: the columns must be %s", name, strings.Join(header, ","))
			}
			continue
		}
		line, _ := reader.FieldPos(0)
		s, err := parse(record)
		if err == nil && overlaps(rows, s) {
			err = fmt.Errorf("service: %s is in the file twice for the same days", s.Code)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s line %d: %w", name, line, err))
		}
		rows = append(rows, s)
	}
	if len(problems) > 0 {
		return Directory{}, errors.Join(problems...)
	}
	return Of(rows, book), nil
}

func overlaps(rows []Service, s Service) bool {
	return slices.ContainsFunc(rows, func(r Service) bool {
		return r.Code == s.Code && (r.openOn(s.From) || s.openOn(r.From))
	})
}

var (
	plainCode     = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
	plainLanguage = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)
)

// parse reads one row; the first thing wrong with it is the error.
func parse(record []string) (Service, error) {
	s := Service{Code: record[0], Kind: record[1], Name: rules.Text{It: record[2], En: record[3]}, Contact: record[9],
		Municipi: []int{}, Languages: strings.Fields(record[5]), Sample: record[12] == "sample"}
	if err := s.check(record[12]); err != nil {
		return s, err
	}
	for _, word := range strings.Fields(record[4]) {
		m, err := strconv.Atoi(word)
		if err != nil || m < 1 || m > 9 {
			return s, fmt.Errorf("municipi: %q is no Municipio from 1 to 9", word)
		}
		s.Municipi = append(s.Municipi, m)
	}
	if err := s.From.UnmarshalText([]byte(record[10])); err != nil || s.From.IsZero() {
		return s, fmt.Errorf("valid_from: %q is not a day written as YYYY-MM-DD", record[10])
	}
	if err := s.To.UnmarshalText([]byte(record[11])); err != nil || !s.To.IsZero() && s.To.Before(s.From) {
		return s, fmt.Errorf("valid_to: %q is not a day on or after valid_from", record[11])
	}
	var err error
	s.Places, err = parsePlaces(record[6], record[7], record[8])
	return s, err
}

func (s Service) check(status string) error {
	switch {
	case !plainCode.MatchString(s.Code):
		return fmt.Errorf("service: %q is no code of lower-case letters, digits, '_' and '-'", s.Code)
	case !knownKind(s.Kind):
		return fmt.Errorf("kind: %q is none of %s", s.Kind, strings.Join(kinds(), ", "))
	case s.Name.It == "" || s.Name.En == "":
		return errors.New("it, en: the name is needed in both languages")
	case !plainCode.MatchString(s.Contact):
		return fmt.Errorf("contact_role: %q is no code; name a role, not a person", s.Contact)
	case status != "sample" && status != "office":
		return fmt.Errorf("status: %q is neither office nor sample", status)
	}
	for _, language := range s.Languages {
		if !plainLanguage.MatchString(language) {
			return fmt.Errorf("languages: %q is no language as in BCP 47", language)
		}
	}
	return nil
}

// parsePlaces reads a count of free places, which needs its day and its source.
func parsePlaces(free, on, by string) (*Places, error) {
	if free == "" && on == "" && by == "" {
		return nil, nil
	}
	p := &Places{By: by}
	var err error
	if p.Free, err = strconv.Atoi(free); err != nil || p.Free < 0 {
		return nil, fmt.Errorf("free_places: %q is not a whole number", free)
	}
	if err := p.On.UnmarshalText([]byte(on)); err != nil || p.On.IsZero() {
		return nil, fmt.Errorf("counted_on: %q is not a day written as YYYY-MM-DD", on)
	}
	if !plainCode.MatchString(by) {
		return nil, fmt.Errorf("counted_by: %q is no code; say who counted", by)
	}
	return p, nil
}

func kinds() []string {
	var codes []string
	for _, k := range casefile.ServiceKinds() {
		codes = append(codes, k.Code)
	}
	return codes
}

func knownKind(code string) bool { return slices.Contains(kinds(), code) }
