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

// The classes of data that are kept for a time. What is part of the log of a case
// is kept for good and forgets its people: CasePersons.
const (
	CasePersons    = "case_persons"    // who the people of a closed case are
	SignIns        = "sign_ins"        // of operators
	MachineCalls   = "machine_calls"   // of other bodies
	DemandQueries  = "demand_queries"  // who asked for counts
	HandoffRejects = "handoff_rejects" // rows that were no message
)

// RetentionClasses lists the classes.
func RetentionClasses() []string {
	return []string{CasePersons, SignIns, MachineCalls, DemandQueries, HandoffRejects}
}

// Keep is how long one class of data is kept, while the row is in force.
type Keep struct {
	Class     string    `json:"class"`
	Months    int       `json:"months"`
	From      Date      `json:"valid_from"`
	To        Date      `json:"valid_to,omitzero"` // last day in force; zero while it is
	Citation  string    `json:"citation"`
	Certainty Certainty `json:"certainty"`
	Text      Text      `json:"text"`
}

// Until is the last day that is no longer kept on the day: what began on it or
// before has had its time.
func (k Keep) Until(on Date) Date { return on.AddMonths(-k.Months) }

// Retention holds the rows of all classes.
type Retention struct{ rows []Keep }

//go:embed retention.csv
var retentionTable string

// DefaultRetention is what comes with the program. It panics on a broken table:
// it is part of the program, and a test reads it.
func DefaultRetention() Retention {
	r, err := ReadRetention("retention.csv", strings.NewReader(retentionTable))
	if err != nil {
		panic(err)
	}
	return r
}

var retentionHeader = []string{"class", "months", "valid_from", "valid_to", "citation", "certainty", "it", "en"}

// ReadRetention reads an office's own table, whole: a class without a row in force
// is kept for good. Errors name the line.
func ReadRetention(name string, file io.Reader) (Retention, error) {
	reader := csv.NewReader(file)
	reader.Comment = '#'
	var r Retention
	for first := true; ; first = false {
		record, err := reader.Read()
		switch {
		case errors.Is(err, io.EOF):
			return r, nil
		case err != nil:
			return r, fmt.Errorf("%s: %w", name, err)
		case first && !slices.Equal(record, retentionHeader):
			return r, fmt.Errorf("%s line 1: the columns must be %s", name, strings.Join(retentionHeader, ","))
		case first:
			continue
		}
		line, _ := reader.FieldPos(0)
		if err := r.add(record); err != nil {
			return r, fmt.Errorf("%s line %d: %w", name, line, err)
		}
	}
}

func (r *Retention) add(record []string) error {
	months, err := strconv.Atoi(record[1])
	if err != nil || months < 1 || months > 1200 {
		return errors.New("months must be a whole number from 1 to 1200")
	}
	k := Keep{Class: record[0], Months: months, Citation: record[4], Certainty: Certainty(record[5]), Text: Text{It: record[6], En: record[7]}}
	if k.From, err = ParseDate(record[2]); err != nil {
		return fmt.Errorf("valid_from: %w", err)
	}
	if err := k.To.UnmarshalText([]byte(record[3])); err != nil {
		return fmt.Errorf("valid_to: %w", err)
	}
	switch {
	case !slices.Contains(RetentionClasses(), k.Class):
		return fmt.Errorf("class must be one of %s", strings.Join(RetentionClasses(), ", "))
	case k.Citation == "" || k.Text.It == "" || k.Text.En == "":
		return errors.New("citation and both texts are required")
	case !slices.Contains([]Certainty{Sure, Likely, Unverified, Policy}, k.Certainty):
		return errors.New("certainty must be sure, likely, unverified or policy")
	case !k.To.IsZero() && k.To.Before(k.From):
		return errors.New("valid_to is before valid_from")
	}
	for _, other := range r.rows {
		if other.Class == k.Class && (other.To.IsZero() || !other.To.Before(k.From)) && (k.To.IsZero() || !k.To.Before(other.From)) {
			return fmt.Errorf("two rows of %s are in force at once", k.Class)
		}
	}
	r.rows = append(r.rows, k)
	return nil
}

// InForce are the rows that count on the day, in the order of the file.
func (r Retention) InForce(on Date) []Keep {
	var all []Keep
	for _, k := range r.rows {
		if !on.Before(k.From) && (k.To.IsZero() || !on.After(k.To)) {
			all = append(all, k)
		}
	}
	return all
}

// Of is the row of a class on the day; false when it is kept for good.
func (r Retention) Of(class string, on Date) (Keep, bool) {
	for _, k := range r.InForce(on) {
		if k.Class == class {
			return k, true
		}
	}
	return Keep{}, false
}
